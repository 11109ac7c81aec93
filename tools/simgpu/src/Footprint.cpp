//===- Footprint.cpp - Which global memory a launch touched ---------------===//

#include "Footprint.h"

#include <algorithm>
#include <new>
#include <utility>

using namespace simgpu;

static uint64_t bitWords(const Allocation &A) { return A.Bytes / 4 / 64 + 1; }

Footprint::Words &Footprint::create(const Allocation &A, bool Writes) {
  Words &W = (Writes ? Written : Read)[&A];
  if (!W.Bits) {
    W.Bits.reset(
        static_cast<uint64_t *>(std::calloc(bitWords(A), sizeof(uint64_t))));
    if (!W.Bits)
      throw std::bad_alloc();
  }
  return W;
}

void Footprint::add(Footprint Other) {
  if (Read.empty() && Written.empty()) {
    std::swap(*this, Other);
    return;
  }
  for (bool Writes : {false, true})
    for (auto &[A, From] : Writes ? Other.Written : Other.Read) {
      Words &To = create(*A, Writes);
      for (uint64_t I = From.Low / 64; I <= From.High / 64; ++I)
        To.Bits[I] |= From.Bits[I];
      To.Low = std::min(To.Low, From.Low);
      To.High = std::max(To.High, From.High);
    }
}

std::vector<TouchedRange> Footprint::ranges() const {
  std::vector<TouchedRange> Result;
  for (bool Writes : {false, true})
    for (auto &[A, W] : Writes ? Written : Read) {
      auto isSet = [&W = W](uint64_t I) {
        return W.Bits[I / 64] >> (I % 64) & 1;
      };
      for (uint64_t I = W.Low; I <= W.High; ++I) {
        if (I % 64 == 0 && W.Bits[I / 64] == 0) {
          I += 63;
          continue;
        }
        if (!isSet(I))
          continue;
        uint64_t End = I + 1;
        while (End <= W.High &&
               (isSet(End) || (End % 64 == 0 && ~W.Bits[End / 64] == 0)))
          End += End % 64 == 0 && ~W.Bits[End / 64] == 0 ? 64 : 1;
        End = std::min(End, W.High + 1);
        uint64_t Stop = std::min(End * 4, A->Bytes);
        Result.push_back({A->Base + I * 4, Stop - I * 4, Writes});
        I = End;
      }
    }
  return Result;
}
