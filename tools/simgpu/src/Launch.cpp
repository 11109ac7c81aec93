//===- Launch.cpp - Runs a grid -------------------------------------------===//

#include "Execute.h"
#include "simgpu/Device.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <shared_mutex>
#include <thread>

using namespace simgpu;

bool LaunchReport::fatal() const {
  return std::any_of(Diagnostics.begin(), Diagnostics.end(),
                     [](const Diagnostic &D) { return isFatal(D.Kind); });
}

//===----------------------------------------------------------------------===//
// What a launch must look like
//===----------------------------------------------------------------------===//

static std::string shape(const uint32_t *S) {
  return "(" + std::to_string(S[0]) + ", " + std::to_string(S[1]) + ", " +
         std::to_string(S[2]) + ")";
}

static Error validate(const KernelInfo &K, const KernelCode &Code,
                      const DeviceOptions &Device, const LaunchConfig &C) {
  auto fail = [&](const std::string &What) {
    return Error::failure("launch of '" + K.Name + "': " + What);
  };
  const uint32_t *B = C.Block.data(), *G = C.Grid.data();
  uint64_t Threads = uint64_t(B[0]) * B[1] * B[2];
  if (Threads == 0 || B[0] > 1024 || B[1] > 1024 || B[2] > 64 || Threads > 1024)
    return fail("found a block of " + shape(B) +
                ", expected 1 to 1024 threads, at most (1024, 1024, 64)");
  if (G[0] == 0 || G[1] == 0 || G[2] == 0 || G[0] > 0x7fffffff ||
      G[1] > 65535 || G[2] > 65535)
    return fail("found a grid of " + shape(G) +
                ", expected (1, 1, 1) to (2147483647, 65535, 65535)");
  if (K.NeedThreads[0] &&
      !std::equal(C.Block.begin(), C.Block.end(), K.NeedThreads))
    return fail("found a block of " + shape(B) + ", .reqntid is " +
                shape(K.NeedThreads));
  if (K.MaxThreads[0] &&
      Threads > uint64_t(K.MaxThreads[0]) * K.MaxThreads[1] * K.MaxThreads[2])
    return fail("found a block of " + shape(B) + ", .maxntid is " +
                shape(K.MaxThreads));
  uint64_t Bytes = uint64_t(Code.DynamicShared) + C.DynamicSharedBytes;
  if (Bytes > Device.SharedBytesPerBlock)
    return fail(std::to_string(Bytes) + " bytes of shared memory, at most " +
                std::to_string(Device.SharedBytesPerBlock) + " are there");
  if (C.ParameterBytes != K.ParameterBytes)
    return fail("found " + std::to_string(C.ParameterBytes) +
                " bytes of parameters, expected " +
                std::to_string(K.ParameterBytes));
  return Error::success();
}

//===----------------------------------------------------------------------===//
// The schedule
//===----------------------------------------------------------------------===//

namespace {
/// Blocks in the order of the seed, taken one by one by all host threads.
class Schedule {
public:
  Schedule(uint64_t Blocks, uint64_t Seed) : Blocks(Blocks), Last(Blocks) {
    // Very large grids are only rotated.
    if (Seed == 0)
      return;
    SeededOrder Order(Seed);
    Rotation = Order.next() % Blocks;
    if (Blocks > (1u << 22))
      return;
    Shuffled.resize(Blocks);
    std::iota(Shuffled.begin(), Shuffled.end(), 0);
    for (uint32_t I = static_cast<uint32_t>(Blocks); I > 1; --I)
      std::swap(Shuffled[I - 1], Shuffled[Order.below(I)]);
  }
  /// False when there is nothing left to run.
  bool take(uint64_t &Position, uint64_t &Block) {
    Position = Next.fetch_add(1);
    if (Position >= Blocks || Position > Last.load())
      return false;
    Block =
        Shuffled.empty() ? (Position + Rotation) % Blocks : Shuffled[Position];
    return true;
  }
  /// Nothing past this position starts any more; what lies before it has been
  /// started, so that the outcome does not depend on timing.
  void stopAfter(uint64_t Position) {
    uint64_t Old = Last.load();
    while (Position < Old && !Last.compare_exchange_weak(Old, Position))
      ;
  }
  uint64_t last() const { return Last.load(); }

private:
  const uint64_t Blocks;
  uint64_t Rotation = 0;
  std::vector<uint32_t> Shuffled;
  std::atomic<uint64_t> Next{0}, Last;
};
} // namespace

static void countInstructions(const Launch &L, const BlockRun &Run,
                              Counters &To) {
  for (size_t Pc = 0; Pc < L.P.Code.size(); ++Pc) {
    const PcCount &C = Run.PcCounts[Pc];
    To.WarpInstructions += C.Warps;
    To.ThreadInstructions += C.Threads;
    To.Classes[static_cast<unsigned>(L.P.Code[Pc].Class)] += C.Warps;
  }
}

static LaunchReport runGrid(const Launch &L, uint32_t HostThreads) {
  const auto &G = L.Config.Grid;
  uint64_t Blocks = uint64_t(G[0]) * G[1] * G[2];
  uint64_t Seed = L.Config.Options.Seed;
  Schedule Order(Blocks, Seed);
  LaunchReport Report;
  std::map<std::pair<DiagnosticKind, uint32_t>, BlockRun::Found> Reports;
  Footprint Touched;
  std::mutex Merge;

  auto work = [&] {
    BlockRun Run(L);
    uint64_t Position, Block;
    while (Order.take(Position, Block)) {
      Run.Position = Position;
      if (!Run.run(Block, Seed))
        Order.stopAfter(Position);
    }
    countInstructions(L, Run, Run.Count);
    std::lock_guard<std::mutex> Guard(Merge);
    Report.Count.add(Run.Count);
    if (L.Config.Options.RecordTouched)
      Touched.add(std::move(Run.Touched));
    for (auto &[Key, Found] : Run.Reports) {
      auto [At, IsNew] = Reports.emplace(Key, Found);
      if (IsNew)
        continue;
      uint64_t Count = At->second.What.Count + Found.What.Count;
      if (Found.Position < At->second.Position)
        At->second = Found;
      At->second.What.Count = Count;
    }
  };
  auto Workers = static_cast<uint32_t>(std::min<uint64_t>(HostThreads, Blocks));
  std::vector<std::thread> Others;
  for (uint32_t I = 1; I < Workers; ++I)
    Others.emplace_back(work);
  work();
  for (std::thread &T : Others)
    T.join();

  Report.Touched = Touched.ranges();

  std::vector<BlockRun::Found> Sorted;
  for (auto &[Key, Found] : Reports)
    if (Found.Position <= Order.last())
      Sorted.push_back(std::move(Found));
  std::sort(Sorted.begin(), Sorted.end(), [](auto &A, auto &B) {
    return A.Position != B.Position ? A.Position < B.Position
                                    : A.Sequence < B.Sequence;
  });
  for (BlockRun::Found &F : Sorted)
    Report.Diagnostics.push_back(std::move(F.What));
  return Report;
}

Expected<LaunchReport> Device::launch(const LoadedModule &Loaded,
                                      std::string_view Kernel,
                                      const LaunchConfig &Config) {
  std::shared_lock<std::shared_mutex> Guard(Memory->Lock);
  const Program &P = Loaded.Source->program();
  for (size_t I = 0; I < P.Kernels.size(); ++I) {
    if (P.Kernels[I].Name != Kernel)
      continue;
    if (Error E = validate(P.Kernels[I], P.KernelCodes[I], Options, Config))
      return E;
    Launch L{P,       P.Kernels[I], P.KernelCodes[I], Loaded.Constants, *Memory,
             Options, Config};
    L.Threads = Config.Block[0] * Config.Block[1] * Config.Block[2];
    L.Warps = (L.Threads + WarpSize - 1) / WarpSize;
    L.SharedBytes = Config.DynamicSharedBytes
                        ? L.Code.DynamicShared + Config.DynamicSharedBytes
                        : L.Info.SharedBytes;
    uint32_t HostThreads = Config.Options.HostThreads;
    if (HostThreads == 0)
      HostThreads = std::max(1u, std::thread::hardware_concurrency());
    if (L.Code.GlobalAtomics)
      HostThreads = 1;
    return runGrid(L, HostThreads);
  }
  return Error::failure("no kernel '" + std::string(Kernel) + "' in " + P.File);
}
