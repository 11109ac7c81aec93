//===- CudaScratch.cpp - Memory that steps take and give back -------------===//

#include "CudaScratch.h"

#include <algorithm>

using namespace h3;

CudaScratch::~CudaScratch() {
  for (const Buffer &Buffer : Buffers)
    Driver.cuMemFree_v2(Buffer.Address);
}

Expected<CuAddress> CudaScratch::take(uint64_t Bytes) {
  // The smallest that is large enough; else the largest makes room for a new
  // one, so that there are never more than were taken at once.
  Buffer *Best = nullptr, *Largest = nullptr;
  for (Buffer &Candidate : Buffers) {
    if (Candidate.IsTaken)
      continue;
    if (!Largest || Candidate.Bytes > Largest->Bytes)
      Largest = &Candidate;
    if (Candidate.Bytes >= Bytes && (!Best || Candidate.Bytes < Best->Bytes))
      Best = &Candidate;
  }
  if (Best) {
    Best->IsTaken = true;
    return Best->Address;
  }
  if (Largest) {
    // Work that uses it may be pending.
    if (Error Err = Driver.check(Driver.cuStreamSynchronize(Stream),
                                 "cuStreamSynchronize", "scratch memory"))
      return Err;
    if (Error Err = Driver.check(Driver.cuMemFree_v2(Largest->Address),
                                 "cuMemFree", "scratch memory"))
      return Err;
    Buffers.erase(Buffers.begin() + (Largest - Buffers.data()));
  }
  Buffer New{0, std::max<uint64_t>(Bytes, 1), /*IsTaken=*/true};
  if (Error Err = Driver.check(
          Driver.cuMemAlloc_v2(&New.Address, New.Bytes), "cuMemAlloc",
          std::to_string(Bytes) + " bytes of scratch memory"))
    return Err;
  Buffers.push_back(New);
  return New.Address;
}

void CudaScratch::giveBack(CuAddress Address) {
  for (Buffer &Buffer : Buffers)
    if (Buffer.Address == Address)
      Buffer.IsTaken = false;
}
