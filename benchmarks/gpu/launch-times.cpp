//===- launch-times.cpp - Times every kernel where a program launches it --===//
//
// A library between a program and the CUDA driver that it is linked with: puts
// an event before and behind each launch and writes the times, by kernel, when
// the process ends. All other functions are the driver's own. Launches that are
// captured into a graph are passed on untimed.
// H3_LAUNCH_TIMES names the file: {"kernel": [seconds, ..], ..}.
//
//===----------------------------------------------------------------------===//

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace {

using Result = int;
using Handle = void *;

struct Launch {
  std::string Kernel;
  Handle Before, Behind;
};

/// A function of the driver, which is behind this library in the search order
/// of its own dependencies.
template <typename Fn> Fn *find(const char *Name) {
  void *Found = dlsym(RTLD_NEXT, Name);
  if (!Found) {
    std::fprintf(stderr, "error: the driver has no %s\n", Name);
    std::exit(1);
  }
  return reinterpret_cast<Fn *>(Found);
}
#define DRIVER(NAME, ...) static auto *NAME = find<Result(__VA_ARGS__)>(#NAME)

struct Times {
  std::mutex Lock;
  std::vector<Launch> Pending;
  std::vector<Handle> Events; ///< free ones
  std::map<std::string, std::vector<float>> Milliseconds;

  Handle record(Handle Stream) {
    DRIVER(cuEventCreate, Handle *, unsigned);
    DRIVER(cuEventRecord, Handle, Handle);
    Handle Event = nullptr;
    if (Events.empty()) {
      cuEventCreate(&Event, 0);
    } else {
      Event = Events.back();
      Events.pop_back();
    }
    cuEventRecord(Event, Stream);
    return Event;
  }

  /// Everything that is pending has run.
  void collect() {
    DRIVER(cuEventElapsedTime, float *, Handle, Handle);
    for (Launch &L : Pending) {
      float Elapsed = 0;
      if (cuEventElapsedTime(&Elapsed, L.Before, L.Behind) == 0)
        Milliseconds[L.Kernel].push_back(Elapsed);
      Events.push_back(L.Before);
      Events.push_back(L.Behind);
    }
    Pending.clear();
  }

  void destroyEvents() {
    DRIVER(cuEventDestroy_v2, Handle);
    for (Handle Event : Events)
      cuEventDestroy_v2(Event);
    Events.clear();
  }

  ~Times() {
    const char *Path = std::getenv("H3_LAUNCH_TIMES");
    std::FILE *File = Path ? std::fopen(Path, "w") : nullptr;
    if (!File)
      return;
    const char *Separator = "{";
    for (auto &[Kernel, All] : Milliseconds) {
      std::fprintf(File, "%s\"%s\": [", Separator, Kernel.c_str());
      for (size_t I = 0; I < All.size(); ++I)
        std::fprintf(File, "%s%.9f", I ? ", " : "", All[I] / 1e3);
      std::fprintf(File, "]");
      Separator = ",\n";
    }
    std::fprintf(File, "%s}\n", Milliseconds.empty() ? "{" : "");
    std::fclose(File);
  }
};

Times &times() {
  static Times All;
  return All;
}

} // namespace

extern "C" {

Result cuLaunchKernel(Handle Function, unsigned GridX, unsigned GridY,
                      unsigned GridZ, unsigned BlockX, unsigned BlockY,
                      unsigned BlockZ, unsigned SharedBytes, Handle Stream,
                      void **Arguments, void **Extra) {
  DRIVER(cuLaunchKernel, Handle, unsigned, unsigned, unsigned, unsigned,
         unsigned, unsigned, unsigned, Handle, void **, void **);
  DRIVER(cuFuncGetName, const char **, Handle);
  DRIVER(cuStreamIsCapturing, Handle, int *);
  auto Forward = [&] {
    return cuLaunchKernel(Function, GridX, GridY, GridZ, BlockX, BlockY, BlockZ,
                          SharedBytes, Stream, Arguments, Extra);
  };
  int IsCapturing = 0;
  const char *Name = "";
  if (cuStreamIsCapturing(Stream, &IsCapturing) != 0 || IsCapturing ||
      cuFuncGetName(&Name, Function) != 0)
    return Forward();
  std::lock_guard<std::mutex> Guard(times().Lock);
  Handle Before = times().record(Stream);
  Result Launched = Forward();
  times().Pending.push_back({Name, Before, times().record(Stream)});
  return Launched;
}

Result cuStreamSynchronize(Handle Stream) {
  DRIVER(cuStreamSynchronize, Handle);
  Result Done = cuStreamSynchronize(Stream);
  std::lock_guard<std::mutex> Guard(times().Lock);
  times().collect();
  return Done;
}

Result cuStreamDestroy_v2(Handle Stream) {
  DRIVER(cuStreamDestroy_v2, Handle);
  std::lock_guard<std::mutex> Guard(times().Lock);
  times().destroyEvents();
  return cuStreamDestroy_v2(Stream);
}
}
