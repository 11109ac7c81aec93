//===- Order.h - Which work on the device is ordered ------------*- C++ -*-===//
//
// Vector clocks (Fidge 1988, Mattern 1989) over streams. An operation is number
// n of its stream, and its clock holds, for every stream, the number of the
// last operation that must be done before it. The same clocks decide what may
// run and, as in FastTrack (Flanagan and Freund 2009), whether two accesses to
// the same memory are ordered, in whatever order they happened to run.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUDA_ORDER_H
#define SIMGPU_CUDA_ORDER_H

#include "simgpu/Device.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace simgpu {

class Clock {
public:
  uint64_t of(uint32_t Stream) const {
    return Stream < Numbers.size() ? Numbers[Stream] : 0;
  }
  void set(uint32_t Stream, uint64_t Number) {
    if (Stream >= Numbers.size())
      Numbers.resize(Stream + 1);
    Numbers[Stream] = Number;
  }
  void join(const Clock &Other) {
    for (uint32_t S = 0; S < Other.Numbers.size(); ++S)
      if (Other.Numbers[S] > of(S))
        set(S, Other.Numbers[S]);
  }
  /// Whether everything in `Other` is in this one.
  bool covers(const Clock &Other) const {
    for (uint32_t S = 0; S < Other.Numbers.size(); ++S)
      if (Other.Numbers[S] > of(S))
        return false;
    return true;
  }

private:
  std::vector<uint64_t> Numbers; ///< by stream
};

/// One operation as a later one remembers it.
struct AccessPoint {
  uint32_t Stream = 0;
  uint64_t Number = 0; ///< 0 for none
  std::shared_ptr<const std::string> What;

  bool isBefore(const Clock &At) const { return At.of(Stream) >= Number; }
  bool operator==(const AccessPoint &Other) const {
    return Stream == Other.Stream && Number == Other.Number;
  }
};

/// Two accesses to one range, at least one of which writes, with nothing that
/// orders them.
struct Conflict {
  AccessPoint Earlier; ///< that ran first
  bool EarlierWrote, LaterWrites;
  DeviceAddress Address;
  uint64_t Bytes;
};

/// Who touched each byte of device memory last.
class MemoryOrder {
public:
  /// Notes accesses of the operation `Who`, whose clock is `At`. Returns what
  /// they conflict with, each other operation once.
  std::vector<Conflict> record(const std::vector<TouchedRange> &Ranges,
                               const AccessPoint &Who, const Clock &At);
  void forget(DeviceAddress Address, uint64_t Bytes);

private:
  struct Segment {
    uint64_t End;
    AccessPoint Write;
    std::vector<AccessPoint> Reads; ///< since then, none before another
  };
  using Map = std::map<uint64_t, Segment>;

  Map::iterator split(uint64_t Address);
  void mergeWithPrevious(Map::iterator At);

  Map Segments; ///< by address, disjoint
};

} // namespace simgpu

#endif // SIMGPU_CUDA_ORDER_H
