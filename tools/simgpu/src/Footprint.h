//===- Footprint.h - Which global memory a launch touched -------*- C++ -*-===//
//
// One bit for each word of four bytes and each way of access. What uses the
// result orders launches against each other, so that it must be exact: two
// streams may well work on neighbouring rows of one allocation.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_FOOTPRINT_H
#define SIMGPU_FOOTPRINT_H

#include "Memory.h"

#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <vector>

namespace simgpu {

class Footprint {
public:
  void add(const Allocation &A, uint64_t Address, unsigned Bytes, bool Writes) {
    Words &W = find(A, Writes);
    uint64_t First = (Address - A.Base) / 4,
             Last = (Address - A.Base + Bytes - 1) / 4;
    W.Low = std::min(W.Low, First);
    W.High = std::max(W.High, Last);
    for (uint64_t I = First; I <= Last; ++I)
      W.Bits[I / 64] |= uint64_t(1) << (I % 64);
  }
  void add(Footprint Other);
  /// Maximal runs of touched words, in no particular order of allocations.
  std::vector<TouchedRange> ranges() const;

private:
  struct Release {
    void operator()(uint64_t *Bits) const { std::free(Bits); }
  };
  struct Words {
    std::unique_ptr<uint64_t[], Release> Bits; ///< calloc: lazily zero
    uint64_t Low = ~uint64_t(0), High = 0;
  };
  Words &find(const Allocation &A, bool Writes) {
    Words *&Last = Writes ? LastWritten : LastRead;
    const Allocation *&Of = Writes ? LastWrittenOf : LastReadOf;
    if (Of == &A)
      return *Last;
    Of = &A;
    Last = &create(A, Writes);
    return *Last;
  }
  Words &create(const Allocation &A, bool Writes);

  /// References into an unordered_map stay valid.
  std::unordered_map<const Allocation *, Words> Read, Written;
  Words *LastRead = nullptr, *LastWritten = nullptr;
  const Allocation *LastReadOf = nullptr, *LastWrittenOf = nullptr;
};

} // namespace simgpu

#endif // SIMGPU_FOOTPRINT_H
