//===- Block.cpp - Executes the warps of a block --------------------------===//

#include "Execute.h"
#include "ops/Control.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

uint64_t SeededOrder::next() {
  uint64_t Z = State += 0x9e3779b97f4a7c15u;
  Z = (Z ^ Z >> 30) * 0xbf58476d1ce4e5b9u;
  Z = (Z ^ Z >> 27) * 0x94d049bb133111ebu;
  return Z ^ Z >> 31;
}

BlockRun::BlockRun(const Launch &L) : L(L) {
  KernelBytes = L.Code.RegisterBytes;
  FunctionBytes = (L.P.FunctionRegisterBytes + 63) / 64 * 64;
  size_t PerWarp = KernelBytes + FunctionBytes;
  Registers.resize(PerWarp * L.Warps + 64);
  auto Base = reinterpret_cast<uint8_t *>(
      (reinterpret_cast<uintptr_t>(Registers.data()) + 63) / 64 * 64);
  Warps.resize(L.Warps);
  for (uint32_t I = 0; I < L.Warps; ++I) {
    Warps[I].Areas[0] = Base + PerWarp * I;
    Warps[I].Areas[1] = Base + PerWarp * I + KernelBytes;
    Warps[I].Areas[2] = const_cast<uint8_t *>(L.Constants.data());
  }
  Shared.resize(L.SharedBytes + 16);
  LocalStride =
      (L.Info.LocalBytes + 15) / 16 * 16 + (L.P.FunctionLocalBytes + 15);
  LocalStride = LocalStride / 16 * 16;
  Local.resize(size_t(LocalStride) * L.Warps * WarpSize);
  LocalInit.resize(Local.size());
  Parameters.assign(static_cast<const uint8_t *>(L.Config.Parameters),
                    static_cast<const uint8_t *>(L.Config.Parameters) +
                        L.Config.ParameterBytes);
  LastAllocation.resize(L.P.Code.size());
  PcCounts.resize(L.P.Code.size());
}

std::array<uint32_t, 3> BlockRun::threadId(uint32_t Linear) const {
  const auto &B = L.Config.Block;
  return {Linear % B[0], Linear / B[0] % B[1], Linear / B[0] / B[1]};
}

std::string BlockRun::threadName(uint32_t Linear) const {
  auto T = threadId(Linear);
  return "(" + std::to_string(T[0]) + "," + std::to_string(T[1]) + "," +
         std::to_string(T[2]) + ")";
}

bool BlockRun::run(uint64_t Linear, uint64_t Seed) {
  const auto &G = L.Config.Grid;
  LinearBlock = Linear;
  BlockId = {uint32_t(Linear % G[0]), uint32_t(Linear / G[0] % G[1]),
             uint32_t(Linear / G[0] / G[1])};
  Order = SeededOrder(Seed + Linear);
  Stopped = false;
  Exited = 0;
  Shadow.reset(L.SharedBytes, L.Warps);
  std::fill(LocalInit.begin(), LocalInit.end(), 0);
  for (BlockBarrier &B : Barriers)
    B = BlockBarrier();
  for (uint32_t I = 0; I < L.Warps; ++I)
    Warps[I].start(*this, I);
  ++Count.Blocks;
  Count.Threads += L.Threads;

  bool Seeded = L.Config.Options.Seed != 0;
  std::vector<uint32_t> Ready;
  while (!Stopped) {
    Ready.clear();
    bool Done = true;
    for (Warp &W : Warps) {
      Done &= W.isDone();
      if (W.isReady())
        Ready.push_back(W.Id);
    }
    if (Done)
      break;
    if (Ready.empty()) {
      reportDeadlock();
      break;
    }
    // In the plain order every warp runs as far as it can. Seeds let warps
    // overtake each other in small steps as well as large ones.
    if (!Seeded) {
      for (uint32_t I : Ready)
        if (!Stopped)
          Warps[I].run(100000);
      continue;
    }
    uint64_t Budget = Order.below(4) ? 1 + Order.below(64) : 5000;
    Warps[Ready[Order.below(uint32_t(Ready.size()))]].run(Budget);
  }
  return !Stopped;
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

void BlockRun::arriveAtBarrier(Warp &W, const Instruction &I, uint32_t Pc,
                               uint32_t Mask) {
  unsigned Lane = __builtin_ctz(Mask);
  uint32_t Id = W.operand<uint32_t>(I, I.Results)[Lane];
  bool HasCount = I.Extra & BarrierHasCount;
  uint32_t Expected =
      HasCount ? W.operand<uint32_t>(I, I.Results + 1)[Lane] : 0;
  if (Id >= Barriers.size())
    return report(DiagnosticKind::OutOfBounds, W, Pc, Lane,
                  "barrier " + std::to_string(Id) + " of 16");
  if (HasCount && (Expected == 0 || Expected % WarpSize != 0))
    return report(DiagnosticKind::DivergentBarrier, W, Pc, Lane,
                  "found a count of " + std::to_string(Expected) +
                      " threads, expected a multiple of 32");
  BlockBarrier &B = Barriers[Id];
  uint32_t Thread = W.Id * WarpSize + Lane;
  if (B.Arrived == 0) {
    B.Expected = Expected;
    B.Pc = Pc;
    B.FirstThread = Thread;
  } else if (B.Expected != Expected ||
             (Expected == 0 && B.Pc != Pc && isAlignedBarrier(I))) {
    std::string Counts = B.Expected == Expected
                             ? ""
                             : " for " + std::to_string(B.Expected) +
                                   " threads, not " + std::to_string(Expected);
    return report(DiagnosticKind::DivergentBarrier, W, Pc, Lane,
                  "thread " + threadName(B.FirstThread) +
                      " waits at the barrier at line " +
                      std::to_string(L.P.Code[B.Pc].Line) + Counts +
                      "; expected all threads of the block at one barrier");
  }
  ++Count.Barriers;
  Shadow.arrive(W.Id, B.Known);
  // Hardware counts whole warps towards an explicit count.
  B.Arrived += HasCount && isAlignedBarrier(I)
                   ? WarpSize
                   : static_cast<uint32_t>(__builtin_popcount(Mask));
  if (I.Extra & (BarrierAnd | BarrierOr | BarrierPopulation)) {
    uint32_t Predicate =
        *W.operand<uint32_t>(I, I.Results + (HasCount ? 2 : 1));
    if (I.Extra & BarrierNegated)
      Predicate = ~Predicate;
    B.Population += __builtin_popcount(Predicate & Mask);
  }
  bool Waits = I.Extra & BarrierWaits;
  for (Fragment &F : W.Fragments) {
    if (F.Is != Fragment::BehindBarrier || F.Pc != Pc || !(F.Mask & Mask))
      continue;
    F.Barrier = static_cast<uint8_t>(Id);
    if (!Waits) {
      F.Is = Fragment::Ready;
      ++F.Pc;
    }
  }
  if (Waits)
    B.Waiting.push_back(W.Id);
  checkBarriers();
}

/// Opens each barrier that everyone has reached who still can.
void BlockRun::checkBarriers() {
  for (unsigned Id = 0; Id < Barriers.size() && !Stopped; ++Id) {
    BlockBarrier &B = Barriers[Id];
    if (B.Arrived == 0)
      continue;
    if (B.Expected != 0 ? B.Arrived < B.Expected
                        : B.Arrived + Exited < L.Threads)
      continue;
    if (B.Expected == 0 && Exited > 0 && L.Config.Options.Check.ExitedThreads) {
      uint32_t Gone = 0;
      while (Warps[Gone / WarpSize].Live >> (Gone % WarpSize) & 1)
        ++Gone;
      return report(
          DiagnosticKind::DivergentBarrier, Warps[B.FirstThread / WarpSize],
          B.Pc, B.FirstThread % WarpSize,
          std::to_string(B.Arrived) + " of " + std::to_string(L.Threads) +
              " threads reach the barrier; the others have ended, "
              "the first of them is thread " +
              threadName(Gone));
    }
    release(Id);
  }
}

void BlockRun::release(unsigned Id) {
  BlockBarrier B = std::move(Barriers[Id]);
  Barriers[Id] = BlockBarrier();
  for (uint32_t WarpId : B.Waiting) {
    Warp &W = Warps[WarpId];
    Shadow.leave(WarpId, B.Known);
    for (Fragment &F : W.Fragments) {
      if (F.Is != Fragment::BehindBarrier || F.Barrier != Id)
        continue;
      const Instruction &I = L.P.Code[F.Pc];
      if (I.Extra & BarrierPopulation)
        for (unsigned Lane = 0; Lane < WarpSize; ++Lane)
          if (F.Mask >> Lane & 1)
            W.operand<uint32_t>(I, 0)[Lane] = B.Population;
      if (I.Extra & (BarrierAnd | BarrierOr)) {
        bool All = B.Population == B.Arrived, Any = B.Population != 0;
        uint32_t &Row = *W.operand<uint32_t>(I, 0);
        bool Value = I.Extra & BarrierAnd ? All : Any;
        Row = (Row & ~F.Mask) | (Value ? F.Mask : 0);
      }
      F.Is = Fragment::Ready;
      ++F.Pc;
    }
  }
}

void BlockRun::reportDeadlock() {
  for (Warp &W : Warps)
    for (const Fragment &F : W.Fragments) {
      if (F.Is != Fragment::BehindBarrier) {
        W.reportStuck();
        return;
      }
    }
  for (Warp &W : Warps)
    if (!W.Fragments.empty()) {
      const Fragment &F = W.Fragments[0];
      const BlockBarrier &B = Barriers[F.Barrier];
      uint32_t Expected = B.Expected ? B.Expected : L.Threads;
      return report(DiagnosticKind::Deadlock, W, F.Pc, __builtin_ctz(F.Mask),
                    "waits for ever at barrier " + std::to_string(F.Barrier) +
                        ", which " + std::to_string(B.Arrived) + " of " +
                        std::to_string(Expected) + " threads have reached");
    }
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

void BlockRun::report(DiagnosticKind Kind, const Warp &W, uint32_t Pc,
                      unsigned Lane, std::string Message) {
  if (isFatal(Kind))
    Stopped = true;
  auto Known = Reports.find({Kind, Pc});
  if (Known != Reports.end()) {
    ++Known->second.What.Count;
    return;
  }
  if (Reports.size() >= L.Config.Options.MaxDiagnostics && !isFatal(Kind))
    return;
  Diagnostic D;
  D.Kind = Kind;
  D.Module = L.P.File;
  D.Kernel = L.Info.Name;
  D.Block = BlockId;
  D.Thread = threadId(W.Id * WarpSize + Lane);
  D.Line = L.P.Code[Pc].Line;
  D.Instruction = L.P.Texts[Pc];
  D.Message = std::move(Message);
  if (uint32_t Index = L.P.Code[Pc].Location) {
    const Location &Where = L.P.Locations[Index];
    auto File = L.P.Files.find(Where.File);
    D.Source = (File == L.P.Files.end() ? "file " + std::to_string(Where.File)
                                        : File->second) +
               ":" + std::to_string(Where.Line) + ":" +
               std::to_string(Where.Column);
  }
  Reports.emplace(std::make_pair(Kind, Pc),
                  Found{Position, Sequence++, std::move(D)});
}
