//===- Access.cpp - Checks and counts accesses to memory ------------------===//

#include "Execute.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

namespace {
/// One warp-wide access while it is checked.
struct Request {
  Warp &W;
  BlockRun &B;
  unsigned Bytes;
  MemoryAccess Kind;
  LanePointers &To;

  bool writes() const { return Kind != MemoryAccess::Load; }
  bool reads() const { return Kind != MemoryAccess::Store; }
  const char *verb() const {
    return Kind == MemoryAccess::Load    ? "load"
           : Kind == MemoryAccess::Store ? "store"
                                         : "atomic access";
  }
  std::string what(uint64_t Address) const {
    return std::string(verb()) + " of " + std::to_string(Bytes) + " bytes at " +
           hex(Address);
  }
  bool fail(DiagnosticKind Kind, unsigned Lane, std::string Message) {
    B.report(Kind, W, W.Pc, Lane, std::move(Message));
    return false;
  }
};
} // namespace

/// Calls `Body` with each lane of the mask.
template <typename F> static inline void forEach(uint32_t Mask, F Body) {
  for (; Mask; Mask &= Mask - 1)
    Body(static_cast<unsigned>(__builtin_ctz(Mask)));
}

Space simgpu::classify(uint64_t &Address) {
  auto within = [&](uint64_t Window) { return Address - Window < WindowBytes; };
  for (auto [Window, Where] : {std::pair(SharedWindow, Space::Shared),
                               std::pair(LocalWindow, Space::Local),
                               std::pair(ParamWindow, Space::Param)})
    if (within(Window)) {
      Address -= Window;
      return Where;
    }
  return Space::Global;
}

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

/// Distinct addresses and distinct 32-byte sectors among the lanes. Accesses
/// are aligned to their size, so two of them are equal or disjoint.
static void countDistinct(const uint64_t *Address, uint32_t Mask,
                          unsigned Bytes, uint64_t &Distinct,
                          uint64_t &Sectors) {
  uint64_t Sorted[WarpSize];
  unsigned N = 0;
  bool Ascending = true;
  forEach(Mask, [&](unsigned L) {
    Ascending &= N == 0 || Address[L] >= Sorted[N - 1];
    Sorted[N++] = Address[L];
  });
  if (!Ascending)
    std::sort(Sorted, Sorted + N);
  Distinct = Sectors = 1;
  for (unsigned I = 1; I < N; ++I) {
    Distinct += Sorted[I] != Sorted[I - 1];
    Sectors += Sorted[I] / 32 != Sorted[I - 1] / 32;
  }
  if (Bytes > 32)
    Sectors = Distinct * (Bytes / 32);
}

static void countGlobal(const Request &R, uint32_t Mask) {
  Counters &C = R.B.Count;
  GlobalTraffic &T = R.Kind == MemoryAccess::Load    ? C.GlobalLoads
                     : R.Kind == MemoryAccess::Store ? C.GlobalStores
                                                     : C.GlobalAtomics;
  uint64_t Distinct, Sectors;
  countDistinct(R.To.Address, Mask, R.Bytes, Distinct, Sectors);
  ++T.Requests;
  T.Bytes += uint64_t(__builtin_popcount(Mask)) * R.Bytes;
  T.Sectors += Sectors;
  T.IdealSectors += (Distinct * R.Bytes + 31) / 32;
}

/// Wavefronts of the lanes of one group: the most words that one bank serves.
static unsigned wavefronts(const uint64_t *Address, uint32_t Mask,
                           unsigned Bytes) {
  uint64_t Words[4 * WarpSize];
  unsigned N = 0, PerLane = std::max(1u, Bytes / 4);
  forEach(Mask, [&](unsigned L) {
    for (unsigned K = 0; K < PerLane; ++K)
      Words[N++] = Address[L] / 4 + K;
  });
  std::sort(Words, Words + N);
  uint8_t InBank[32] = {};
  unsigned Most = 0;
  for (unsigned I = 0; I < N; ++I)
    if (I == 0 || Words[I] != Words[I - 1])
      Most = std::max<unsigned>(Most, ++InBank[Words[I] % 32]);
  return Most;
}

static void countShared(const Request &R, const uint64_t *Offset,
                        uint32_t Mask) {
  Counters &C = R.B.Count;
  SharedTraffic &T = R.Kind == MemoryAccess::Load    ? C.SharedLoads
                     : R.Kind == MemoryAccess::Store ? C.SharedStores
                                                     : C.SharedAtomics;
  uint64_t Distinct, Sectors;
  countDistinct(Offset, Mask, R.Bytes, Distinct, Sectors);
  ++T.Requests;
  T.Bytes += uint64_t(__builtin_popcount(Mask)) * R.Bytes;
  T.IdealWavefronts += (Distinct * R.Bytes + 127) / 128;

  unsigned First = __builtin_ctz(Mask);
  bool Consecutive = Mask == FullMask && R.Bytes >= 4;
  for (unsigned L = 0; L < WarpSize && Consecutive; ++L)
    Consecutive = Offset[L] == Offset[First] + uint64_t(L) * R.Bytes;
  if (Consecutive) {
    T.Wavefronts += R.Bytes / 4;
    return;
  }
  if (Distinct == 1) { // a broadcast
    ++T.Wavefronts;
    return;
  }
  unsigned Group = R.Bytes > 8 ? 8 : R.Bytes > 4 ? 16 : 32;
  for (unsigned L = 0; L < WarpSize; L += Group) {
    uint32_t Part = Mask & (Group == 32 ? FullMask : ((1u << Group) - 1) << L);
    if (Part)
      T.Wavefronts += wavefronts(Offset, Part, R.Bytes);
  }
}

//===----------------------------------------------------------------------===//
// Spaces
//===----------------------------------------------------------------------===//

static bool resolveGlobal(Request &R, uint32_t Mask) {
  const uint64_t *Address = R.To.Address;
  Allocation *&Cached = R.B.LastAllocation[R.W.Pc];
  uint64_t Low = ~uint64_t(0), High = 0;
  forEach(Mask, [&](unsigned L) {
    Low = std::min(Low, Address[L]);
    High = std::max(High, Address[L]);
  });
  Allocation *Of[WarpSize];
  bool Same = Cached && Cached->holds(Low, High - Low + R.Bytes);
  for (uint32_t M = Mask; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    if (!Same && !(Cached && Cached->holds(Address[L], R.Bytes))) {
      Allocation *A = R.B.L.Memory.find(Address[L]);
      if (!A || !A->holds(Address[L], R.Bytes))
        return R.fail(DiagnosticKind::OutOfBounds, L,
                      R.what(Address[L]) + ", which is " +
                          describe(R.B.L.Memory, Address[L]));
      if (!A->Live)
        return R.fail(DiagnosticKind::UseAfterFree, L,
                      R.what(Address[L]) + ", which is " +
                          describe(R.B.L.Memory, Address[L]));
      Cached = A;
    }
    Of[L] = Cached;
    R.To.Host[L] = Cached->host(Address[L]);
    if (R.writes() && Cached->IsConstant)
      return R.fail(DiagnosticKind::ReadOnly, L,
                    R.what(Address[L]) + " of constant memory");
  }

  if (R.reads() && R.B.L.Config.Options.Check.Uninitialised &&
      !(Same && Cached->isWhollyInitialised()))
    forEach(Mask, [&](unsigned L) {
      if (!Of[L]->isWhollyInitialised() &&
          !Of[L]->isInitialised(Address[L], R.Bytes))
        R.fail(DiagnosticKind::Uninitialised, L,
               R.what(Address[L]) + " of memory that nobody has written, " +
                   describe(R.B.L.Memory, Address[L]));
    });
  if (R.writes() && !(Same && Cached->isWhollyInitialised()))
    forEach(Mask,
            [&](unsigned L) { Of[L]->setInitialised(Address[L], R.Bytes); });
  if (R.B.L.Config.Options.RecordTouched)
    forEach(Mask, [&](unsigned L) {
      R.B.Touched.add(*Of[L], Address[L], R.Bytes, R.writes());
    });
  countGlobal(R, Mask);
  return true;
}

static void reportShared(Request &R, unsigned Lane, const SharedFault &F) {
  std::string Where = "shared memory at " + hex(F.Address);
  if (F.What == SharedFault::Uninitialised) {
    R.fail(DiagnosticKind::Uninitialised, Lane,
           R.what(F.Address) + " of shared memory that nobody has written");
    return;
  }
  std::string Earlier = " thread " + R.B.threadName(F.Earlier.Thread) +
                        " at line " +
                        std::to_string(R.B.L.P.Code[F.Earlier.Pc].Line);
  if (F.What == SharedFault::Async) {
    R.fail(DiagnosticKind::AsyncRace, Lane,
           std::string(R.verb()) + " of " + Where + ", which a cp.async of" +
               Earlier + " may still write; expected a wait before it");
    return;
  }
  R.fail(DiagnosticKind::SharedRace, Lane,
         std::string(R.verb()) + " of " + Where + ", which" + Earlier +
             (F.EarlierWrote ? " wrote" : " read") +
             ", with no barrier between");
}

/// An access that is wider than its variable's .align is aligned only by where
/// the variable happens to lie, which another compiler decides.
static void checkDeclaredAlignment(Request &R, unsigned Lane, uint64_t Offset) {
  for (const SharedVariable &V : R.B.L.Code.Shared)
    if (R.Bytes > V.Align && Offset - V.Offset < V.Bytes)
      R.fail(DiagnosticKind::UnderAligned, Lane,
             R.what(Offset) + " of shared memory, in '" + V.Name +
                 "', whose .align is " + std::to_string(V.Align));
}

static bool checkShared(Request &R, unsigned Lane, uint64_t Offset,
                        AccessKind Kind) {
  if (Offset > R.B.L.SharedBytes || R.Bytes > R.B.L.SharedBytes - Offset)
    return R.fail(DiagnosticKind::OutOfBounds, Lane,
                  R.what(Offset) +
                      " of shared memory, of which the block has " +
                      std::to_string(R.B.L.SharedBytes) + " bytes");
  const Checks &Check = R.B.L.Config.Options.Check;
  if (!Check.Races && !Check.Uninitialised)
    return true;
  SharedFault Fault;
  if (!R.B.Shadow.access(R.W.Id * WarpSize + Lane, R.W.Pc,
                         static_cast<uint32_t>(Offset), R.Bytes, Kind,
                         Check.Races, Check.Uninitialised, Fault))
    reportShared(R, Lane, Fault);
  return true;
}

static bool resolveShared(Request &R, const uint64_t *Offset, uint32_t Mask) {
  AccessKind Kind = R.Kind == MemoryAccess::Load    ? AccessKind::Load
                    : R.Kind == MemoryAccess::Store ? AccessKind::Store
                                                    : AccessKind::Atomic;
  checkDeclaredAlignment(R, __builtin_ctz(Mask), Offset[__builtin_ctz(Mask)]);
  uint64_t High = 0;
  forEach(Mask, [&](unsigned L) {
    High = std::max(High, Offset[L]);
    R.To.Host[L] = R.B.Shared.data() + Offset[L];
  });
  const Checks &Check = R.B.L.Config.Options.Check;
  uint32_t Slow = Mask;
  bool Inside =
      High <= R.B.L.SharedBytes && R.Bytes <= R.B.L.SharedBytes - High;
  if (Inside && R.Bytes >= 4 && Kind != AccessKind::Atomic && Check.Races &&
      Check.Uninitialised)
    Slow =
        R.B.Shadow.accessWords(R.W.Id, R.W.Pc, Offset, Mask, R.Bytes / 4, Kind);
  for (uint32_t M = Slow; M; M &= M - 1)
    if (!checkShared(R, __builtin_ctz(M), Offset[__builtin_ctz(M)], Kind))
      return false;
  countShared(R, Offset, Mask);
  return true;
}

static bool resolveLocal(Request &R, const uint64_t *Offset, uint32_t Mask) {
  const Program &P = R.B.L.P;
  uint32_t KernelBytes = R.B.L.Info.LocalBytes;
  for (uint32_t M = Mask; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    uint64_t At = Offset[L];
    // The locals of functions lie behind those of the kernel.
    bool InFunction = At >= FunctionLocalBase;
    uint64_t Size = InFunction ? P.FunctionLocalBytes : KernelBytes;
    if (InFunction)
      At -= FunctionLocalBase;
    if (At > Size || R.Bytes > Size - At)
      return R.fail(DiagnosticKind::OutOfBounds, L,
                    R.what(At) + " of local memory, of which the thread has " +
                        std::to_string(Size) + " bytes");
    if (InFunction)
      At += (KernelBytes + 15) / 16 * 16;
    At += uint64_t(R.B.LocalStride) * (R.W.Id * WarpSize + L);
    R.To.Host[L] = R.B.Local.data() + At;
    uint8_t *Init = R.B.LocalInit.data() + At;
    if (R.reads() && R.B.L.Config.Options.Check.Uninitialised &&
        std::memchr(Init, 0, R.Bytes))
      R.fail(DiagnosticKind::Uninitialised, L,
             R.what(Offset[L]) + " of local memory that was never written");
    if (R.writes())
      std::memset(Init, 1, R.Bytes);
  }
  R.B.Count.LocalBytes += uint64_t(__builtin_popcount(Mask)) * R.Bytes;
  return true;
}

static bool resolveParam(Request &R, const uint64_t *Offset, uint32_t Mask) {
  for (uint32_t M = Mask; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    if (R.writes())
      return R.fail(DiagnosticKind::ReadOnly, L,
                    R.what(Offset[L]) + " of a kernel parameter");
    uint64_t Size = R.B.Parameters.size();
    if (Offset[L] > Size || R.Bytes > Size - Offset[L])
      return R.fail(DiagnosticKind::OutOfBounds, L,
                    R.what(Offset[L]) + " of the parameters, which have " +
                        std::to_string(Size) + " bytes");
    R.To.Host[L] = R.B.Parameters.data() + Offset[L];
  }
  return true;
}

static bool resolveSpace(Request &R, uint32_t Mask, Space Where,
                         const uint64_t *Address) {
  switch (Where) {
  case Space::Generic: {
    // Almost always all lanes name the same space.
    uint64_t Offset[WarpSize];
    uint32_t Rest = Mask;
    while (Rest) {
      unsigned First = __builtin_ctz(Rest);
      Offset[First] = Address[First];
      Space Home = classify(Offset[First]);
      uint32_t Same = 0;
      forEach(Rest, [&](unsigned L) {
        Offset[L] = Address[L];
        if (classify(Offset[L]) == Home)
          Same |= 1u << L;
      });
      if (!resolveSpace(R, Same, Home, Offset))
        return false;
      Rest &= ~Same;
    }
    return true;
  }
  case Space::Global:
  case Space::Constant:
    return resolveGlobal(R, Mask);
  case Space::Shared:
    return resolveShared(R, Address, Mask);
  case Space::Local:
    return resolveLocal(R, Address, Mask);
  case Space::Param:
    return resolveParam(R, Address, Mask);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

bool simgpu::resolveIn(Warp &W, const Instruction &I, uint32_t Mask,
                       unsigned Operand, int64_t Offset, Space Where,
                       unsigned Bytes, MemoryAccess Access, LanePointers &To) {
  Request R{W, *W.Block, Bytes, Access, To};
  if (I.AddressBytes == 8) {
    const auto *Base = W.operand<uint64_t>(I, Operand);
    for (unsigned L = 0; L < WarpSize; ++L)
      To.Address[L] = Base[L] + Offset;
  } else {
    const auto *Base = W.operand<uint32_t>(I, Operand);
    for (unsigned L = 0; L < WarpSize; ++L)
      To.Address[L] = Base[L] + Offset;
  }
  uint64_t Low = 0;
  forEach(Mask, [&](unsigned L) { Low |= To.Address[L]; });
  if (Low & (Bytes - 1))
    for (uint32_t M = Mask; M; M &= M - 1) {
      unsigned L = __builtin_ctz(M);
      if (To.Address[L] & (Bytes - 1))
        return R.fail(DiagnosticKind::Misaligned, L,
                      R.what(To.Address[L]) + ", expected a multiple of " +
                          std::to_string(Bytes));
    }
  return resolveSpace(R, Mask, Where, To.Address);
}

bool simgpu::resolve(Warp &W, const Instruction &I, uint32_t Mask,
                     unsigned Operand, unsigned Bytes, MemoryAccess Access,
                     LanePointers &To) {
  return resolveIn(W, I, Mask, Operand, I.Offset, I.Where, Bytes, Access, To);
}

bool simgpu::checkAsyncStore(Warp &W, unsigned Lane, uint64_t Address,
                             unsigned Bytes) {
  LanePointers Unused;
  Request R{W, *W.Block, Bytes, MemoryAccess::Store, Unused};
  if (Address % Bytes != 0)
    return R.fail(DiagnosticKind::Misaligned, Lane,
                  R.what(Address) + ", expected a multiple of " +
                      std::to_string(Bytes));
  checkDeclaredAlignment(R, Lane, Address);
  return checkShared(R, Lane, Address, AccessKind::AsyncStore);
}

void simgpu::completeCopies(Warp &W, unsigned Lane, uint32_t GroupEnd) {
  if (W.Copies.empty())
    return;
  auto Landed = [&](const AsyncCopy &C) {
    if (C.Lane != Lane || C.Group >= GroupEnd)
      return false;
    std::memcpy(W.Block->Shared.data() + C.Address, C.Data.data(), C.Bytes);
    W.Block->Shadow.completeAsync(W.Id * WarpSize + Lane, C.Pc, C.Address,
                                  C.Bytes);
    return true;
  };
  W.Copies.erase(std::remove_if(W.Copies.begin(), W.Copies.end(), Landed),
                 W.Copies.end());
}
