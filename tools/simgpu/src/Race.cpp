//===- Race.cpp - Races in shared memory ----------------------------------===//

#include "Race.h"

#include <algorithm>

using namespace simgpu;

void SharedShadow::reset(uint32_t N, uint32_t NumWarps) {
  Warps = NumWarps;
  ++Generation; // cells of earlier blocks are stale
  if (Words.size() < (N + 3) / 4)
    Words.resize((N + 3) / 4);
  Clocks.assign(Warps * WarpSize, 1);
  Known.assign(Warps * Warps, 0);
  LanesKnown.assign(Warps * WarpSize * WarpSize, 0);
}

SharedShadow::Cell &SharedShadow::word(uint32_t Index) {
  Cell &C = Words[Index];
  if (C.Generation != Generation) {
    C = Cell();
    C.Generation = Generation;
  }
  return C;
}

/// True when nothing is wrong and barriers are all that orders.
template <AccessKind Kind>
inline bool SharedShadow::accessQuickly(Cell &C, const uint32_t *KnownHere,
                                        AccessTag Now) {
  auto isBehind = [&](const AccessTag &T) {
    return T.Thread == Now.Thread || T.Clock <= KnownHere[T.Thread / WarpSize];
  };
  if (C.Split || C.Write.Async || !isBehind(C.Write))
    return false;
  if (Kind == AccessKind::Store) {
    if (!isBehind(C.Reads[0]) || !isBehind(C.Reads[1]))
      return false;
    C.Write = Now;
    C.Initialised = 0xf;
    C.Reads[0].Clock = C.Reads[1].Clock = 0;
    return true;
  }
  if (C.Initialised != 0xf)
    return false;
  uint32_t First = C.Reads[0].Thread / WarpSize;
  if (isBehind(C.Reads[0]))
    C.Reads[0] = Now;
  else if (isBehind(C.Reads[1]) || (First == C.Reads[1].Thread / WarpSize &&
                                    First != Now.Thread / WarpSize))
    C.Reads[1] = Now;
  return true;
}

uint32_t SharedShadow::accessWords(uint32_t Warp, uint32_t Pc,
                                   const uint64_t *Address, uint32_t Mask,
                                   unsigned NumWords, AccessKind Kind) {
  const uint32_t *KnownHere = &Known[Warp * Warps];
  uint32_t Slow = 0;
  for (uint32_t M = Mask; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    uint32_t Thread = Warp * WarpSize + L;
    AccessTag Now(Clocks[Thread], Pc, Thread, false, false);
    Cell *First = &Words[Address[L] / 4];
    bool Good = true;
    for (Cell *C = First; C != First + NumWords && Good; ++C) {
      if (C->Generation != Generation) {
        *C = Cell();
        C->Generation = Generation;
      }
      Good = Kind == AccessKind::Load
                 ? accessQuickly<AccessKind::Load>(*C, KnownHere, Now)
                 : accessQuickly<AccessKind::Store>(*C, KnownHere, Now);
    }
    Slow |= uint32_t(!Good) << L;
  }
  return Slow;
}

bool SharedShadow::accessCell(Cell &C, uint8_t ByteMask, uint32_t Thread,
                              uint32_t Pc, AccessKind Kind, bool CheckRaces,
                              bool CheckInitialised, SharedFault &Fault) {
  auto fault = [&](SharedFault::Kind What, const AccessTag &Earlier,
                   bool Wrote) {
    Fault.What = What;
    Fault.Earlier = Earlier;
    Fault.EarlierWrote = Wrote;
    return false;
  };
  bool Good = true;
  bool Reads = Kind == AccessKind::Load || Kind == AccessKind::Atomic;
  bool Writes = Kind != AccessKind::Load;
  bool Atomic = Kind == AccessKind::Atomic;
  uint32_t Clock = Clocks[Thread];

  if (CheckRaces) {
    if (C.Write.Clock) {
      if (C.Write.Async)
        Good = fault(SharedFault::Async, C.Write, true);
      else if (!(Atomic && C.Write.Atomic) && !isOrdered(C.Write, Thread))
        Good = fault(SharedFault::Race, C.Write, true);
    }
    if (Writes && Good)
      for (const AccessTag &R : C.Reads)
        if (R.Clock && !(Atomic && R.Atomic) && !isOrdered(R, Thread))
          Good = fault(SharedFault::Race, R, false);
  }
  if (Good && Reads && CheckInitialised &&
      (C.Initialised & ByteMask) != ByteMask)
    Good = fault(SharedFault::Uninitialised, {}, false);

  AccessTag Now(Clock, Pc, Thread, Atomic, Kind == AccessKind::AsyncStore);
  if (Writes) {
    C.Write = Now;
    C.Initialised |= ByteMask;
    C.Reads[0].Clock = C.Reads[1].Clock = 0;
    return Good;
  }
  // An earlier reader that is ordered before this one adds nothing.
  for (AccessTag &R : C.Reads)
    if (R.Clock == 0 || isOrdered(R, Thread)) {
      R = Now;
      return Good;
    }
  if (C.Reads[0].Thread / WarpSize == C.Reads[1].Thread / WarpSize)
    C.Reads[1] = Now;
  return Good;
}

bool SharedShadow::access(uint32_t Thread, uint32_t Pc, uint32_t Address,
                          uint32_t N, AccessKind Kind, bool CheckRaces,
                          bool CheckInitialised, SharedFault &Fault) {
  bool Good = true;
  for (uint32_t At = Address, End = Address + N; At < End;) {
    uint32_t Index = At / 4, Next = std::min(End, (Index + 1) * 4);
    auto Mask = static_cast<uint8_t>(((1u << (Next - At)) - 1) << (At % 4));
    Cell &C = word(Index);
    if (Mask != 0xf && !C.Split) {
      if (Bytes.size() < Words.size() * 4)
        Bytes.resize(Words.size() * 4);
      for (unsigned B = 0; B < 4; ++B)
        Bytes[Index * 4 + B] = C;
      C.Split = true;
    }
    auto one = [&](Cell &Which, uint8_t ByteMask, uint32_t Byte) {
      SharedFault Found;
      if (accessCell(Which, ByteMask, Thread, Pc, Kind, CheckRaces,
                     CheckInitialised, Found) ||
          !Good)
        return;
      Good = false; // the first fault is the one to report
      Fault = Found;
      Fault.Address = Byte;
    };
    if (!C.Split)
      one(C, Mask, At);
    else
      for (uint32_t B = At; B < Next; ++B)
        one(Bytes[B], static_cast<uint8_t>(1u << (B % 4)), B);
    At = Next;
  }
  return Good;
}

void SharedShadow::completeAsync(uint32_t Thread, uint32_t Pc, uint32_t Address,
                                 uint32_t N) {
  auto complete = [&](Cell &C) {
    if (C.Write.Async && C.Write.Thread == Thread && C.Write.Pc == Pc) {
      C.Write.Async = false;
      C.Write.Clock = Clocks[Thread];
    }
  };
  for (uint32_t At = Address / 4; At * 4 < Address + N; ++At) {
    Cell &C = word(At);
    complete(C);
    if (C.Split)
      for (unsigned B = 0; B < 4; ++B)
        complete(Bytes[At * 4 + B]);
  }
}

void SharedShadow::syncLanes(uint32_t Warp, uint32_t Mask) {
  uint32_t First = Warp * WarpSize;
  uint32_t Joined[WarpSize] = {};
  for (unsigned L = 0; L < WarpSize; ++L) {
    if (!(Mask >> L & 1))
      continue;
    const uint32_t *Row = &LanesKnown[(First + L) * WarpSize];
    for (unsigned M = 0; M < WarpSize; ++M)
      Joined[M] = std::max(Joined[M], Row[M]);
    Joined[L] = std::max(Joined[L], Clocks[First + L]);
  }
  for (unsigned L = 0; L < WarpSize; ++L)
    if (Mask >> L & 1) {
      std::copy(Joined, Joined + WarpSize, &LanesKnown[(First + L) * WarpSize]);
      ++Clocks[First + L];
    }
}

void SharedShadow::arrive(uint32_t Warp, Knowledge &Barrier) {
  Barrier.resize(Warps);
  uint32_t *Own = &Known[Warp * Warps];
  uint32_t *First = &Clocks[Warp * WarpSize];
  uint32_t Latest = *std::max_element(First, First + WarpSize);
  for (uint32_t W = 0; W < Warps; ++W)
    Barrier[W] = std::max(Barrier[W], Own[W]);
  Barrier[Warp] = std::max(Barrier[Warp], Latest);
  std::fill(First, First + WarpSize, Latest + 1);
}

void SharedShadow::leave(uint32_t Warp, const Knowledge &Barrier) {
  uint32_t *Own = &Known[Warp * Warps];
  for (uint32_t W = 0; W < Warps && W < Barrier.size(); ++W)
    Own[W] = std::max(Own[W], Barrier[W]);
}
