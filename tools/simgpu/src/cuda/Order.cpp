//===- Order.cpp - Which work on the device is ordered --------------------===//

#include "Order.h"

#include <algorithm>

using namespace simgpu;

/// The first segment that does not begin before the address; one that reaches
/// over it is cut in two.
MemoryOrder::Map::iterator MemoryOrder::split(uint64_t Address) {
  auto After = Segments.lower_bound(Address);
  if (After == Segments.begin())
    return After;
  auto Before = std::prev(After);
  if (Before->second.End <= Address)
    return After;
  Segment Tail = Before->second;
  Before->second.End = Address;
  return Segments.emplace_hint(After, Address, std::move(Tail));
}

void MemoryOrder::mergeWithPrevious(Map::iterator At) {
  if (At == Segments.begin() || At == Segments.end())
    return;
  auto Before = std::prev(At);
  if (Before->second.End != At->first ||
      !(Before->second.Write == At->second.Write) ||
      Before->second.Reads != At->second.Reads)
    return;
  Before->second.End = At->second.End;
  Segments.erase(At);
}

std::vector<Conflict>
MemoryOrder::record(const std::vector<TouchedRange> &Ranges,
                    const AccessPoint &Who, const Clock &At) {
  std::vector<Conflict> Result;
  auto check = [&](const AccessPoint &Earlier, bool EarlierWrote,
                   const TouchedRange &R, uint64_t Begin, uint64_t End) {
    if (Earlier.Number == 0 || Earlier.isBefore(At))
      return;
    for (Conflict &C : Result)
      if (C.Earlier == Earlier && C.EarlierWrote == EarlierWrote &&
          C.LaterWrites == R.Written) {
        C.Bytes += End - Begin;
        return;
      }
    Result.push_back({Earlier, EarlierWrote, R.Written, Begin, End - Begin});
  };

  for (const TouchedRange &R : Ranges) {
    uint64_t Stop = R.Address + R.Bytes;
    auto First = split(R.Address), Last = split(Stop);
    First = Segments.lower_bound(R.Address);
    for (auto I = First; I != Last; ++I) {
      check(I->second.Write, true, R, I->first, I->second.End);
      if (R.Written)
        for (const AccessPoint &Read : I->second.Reads)
          check(Read, false, R, I->first, I->second.End);
    }
    if (R.Written) {
      Segments.erase(First, Last);
      Segments.emplace(R.Address, Segment{Stop, Who, {}});
      continue;
    }
    uint64_t Begin = R.Address;
    auto fill = [&](uint64_t End) {
      if (Begin < End)
        Segments.emplace(Begin, Segment{End, {}, {Who}});
    };
    for (auto I = First; I != Last; ++I) {
      fill(I->first);
      Begin = I->second.End;
      auto &Reads = I->second.Reads;
      Reads.erase(
          std::remove_if(Reads.begin(), Reads.end(),
                         [&](const AccessPoint &P) { return P.isBefore(At); }),
          Reads.end());
      Reads.push_back(Who);
    }
    fill(Stop);
    for (auto I = Segments.upper_bound(R.Address);
         I != Segments.end() && I->first <= Stop;)
      mergeWithPrevious(I++);
  }
  return Result;
}

void MemoryOrder::forget(DeviceAddress Address, uint64_t Bytes) {
  split(Address);
  auto Last = split(Address + Bytes);
  Segments.erase(Segments.lower_bound(Address), Last);
}
