//===- StopFilter.cpp - Ends a text at a stop string ----------------------===//

#include "StopFilter.h"

#include <algorithm>
#include <utility>

using namespace h3;

StopFilter::StopFilter(std::vector<std::string> Stops)
    : Stops(std::move(Stops)) {
  auto IsEmpty = [](const std::string &Stop) { return Stop.empty(); };
  this->Stops.erase(
      std::remove_if(this->Stops.begin(), this->Stops.end(), IsEmpty),
      this->Stops.end());
}

std::string StopFilter::push(std::string_view Text) {
  if (Stopped)
    return "";
  Held += Text;
  size_t Match = std::string::npos;
  for (const std::string &Stop : Stops)
    Match = std::min(Match, Held.find(Stop));
  if (Match != std::string::npos) {
    Stopped = true;
    return std::exchange(Held, "").substr(0, Match);
  }
  // Keep the longest end of the text that begins a stop string.
  size_t Keep = 0;
  for (const std::string &Stop : Stops)
    for (size_t N = std::min(Stop.size() - 1, Held.size()); N > Keep; --N)
      if (Held.compare(Held.size() - N, N, Stop, 0, N) == 0)
        Keep = N;
  std::string Shown = Held.substr(0, Held.size() - Keep);
  Held.erase(0, Shown.size());
  return Shown;
}

std::string StopFilter::flush() {
  return Stopped ? "" : std::exchange(Held, "");
}
