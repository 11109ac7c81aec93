//===- StopFilter.h - Ends a text at a stop string --------------*- C++ -*-===//

#ifndef H3RT_STOPFILTER_H
#define H3RT_STOPFILTER_H

#include <string>
#include <string_view>
#include <vector>

namespace h3 {

/// Passes a stream of text on up to the first of the stop strings, holding back
/// what may be the beginning of one.
class StopFilter {
public:
  /// Empty stop strings are ignored.
  explicit StopFilter(std::vector<std::string> Stops);

  /// The text that may be shown now.
  std::string push(std::string_view Text);
  /// What was held back, at the end of a stream that did not stop.
  std::string flush();
  bool stopped() const { return Stopped; }

private:
  std::vector<std::string> Stops;
  std::string Held;
  bool Stopped = false;
};

} // namespace h3

#endif // H3RT_STOPFILTER_H
