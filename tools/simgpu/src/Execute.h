//===- Execute.h - Warps and blocks in execution ----------------*- C++ -*-===//
//
// A warp runs its lanes together. When they part at a branch, the warp is cut
// into fragments, each with a program counter and a mask. A fragment belongs
// to a scope, opened by the branch that cut it, which waits at the branch's
// post-dominator until all its lanes have arrived or ended, and then goes on
// as one. That is the convergence that compilers assume.
//
// Fragments are scheduled independently of each other: one that waits in a
// warp instruction with a member mask, or at a barrier, lets the others run,
// so lanes may meet in such an instruction before they reconverge.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_EXECUTE_H
#define SIMGPU_EXECUTE_H

#include "Footprint.h"
#include "Memory.h"
#include "Program.h"
#include "Race.h"
#include "simgpu/Device.h"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace simgpu {

class BlockRun;

/// What is the same for all blocks of a launch.
struct Launch {
  const Program &P;
  const KernelInfo &Info;
  const KernelCode &Code;
  const std::vector<uint8_t> &Constants;
  DeviceMemory &Memory;
  const DeviceOptions &Device;
  const LaunchConfig &Config;
  uint32_t Threads = 0, Warps = 0; ///< of a block
  uint32_t SharedBytes = 0;        ///< static and dynamic
};

/// Small and repeatable (SplitMix64, Steele et al. 2014).
class SeededOrder {
public:
  explicit SeededOrder(uint64_t Seed) : State(Seed) {}
  uint64_t next();
  uint32_t below(uint32_t N) { return static_cast<uint32_t>(next() % N); }

private:
  uint64_t State;
};

struct Fragment {
  enum Status : uint8_t {
    Ready,
    AtWarpSync,   ///< waits for the other members
    AtBarrier,    ///< waits for the rest of its warp
    BehindBarrier ///< its warp has arrived, the block has not
  };
  uint32_t Pc = 0, Mask = 0;
  int32_t Scope = -1; ///< index, -1 for none
  Status Is = Ready;
  uint8_t Barrier = 0; ///< which one it is behind
};

struct ConvergenceScope {
  uint32_t Join = NoPc;
  uint32_t Pending = 0; ///< lanes that have neither arrived nor ended
  uint32_t Arrived = 0;
  int32_t Parent = -1;
};

/// A cp.async in flight. The source has been read.
struct AsyncCopy {
  uint32_t Lane, Group, Pc;
  uint32_t Address, Bytes; ///< in shared memory
  std::array<uint8_t, 16> Data;
};

/// What the handlers of instructions see.
struct Warp {
  // Registers.

  uint8_t *Areas[3] = {};
  const RowRef *OperandRows = nullptr; ///< Program::Operands
  template <typename T> T *row(RowRef Ref) const {
    return reinterpret_cast<T *>(Areas[Ref >> AreaShift] +
                                 (Ref & ((1u << AreaShift) - 1)));
  }
  /// The row of operand `N`, results first.
  template <typename T> T *operand(const Instruction &I, unsigned N) const {
    return row<T>(OperandRows[I.Operands + N]);
  }
  bool isSink(const Instruction &I, unsigned N) const {
    return OperandRows[I.Operands + N] == NoRow;
  }

  // State.

  BlockRun *Block = nullptr;
  uint32_t Id = 0;
  uint32_t Live = 0; ///< lanes that have not ended
  uint32_t Pc = 0;   ///< instruction in execution
  uint32_t Carry =
      0; ///< the condition code of add.cc and its kin, a bit a lane
  std::vector<Fragment> Fragments;
  std::vector<ConvergenceScope> Scopes;
  std::vector<AsyncCopy> Copies;
  std::array<uint32_t, WarpSize> CommittedGroups;
  uint64_t Executed = 0; ///< warp instructions
  uint64_t Clock = 0;    ///< what %clock reads; advances with every reading

  void start(BlockRun &Block, uint32_t Id);
  /// Runs until nothing is ready or the budget is used up.
  void run(uint64_t Budget);
  bool isDone() const { return Fragments.empty(); }
  bool isReady() const;

private:
  int pickReady() const;
  void execute(size_t Index, uint64_t &Budget);
  void diverge(size_t Index, const Instruction &I, uint32_t Taken);
  void divergeIndexed(size_t Index, const Instruction &I);
  void arrive(size_t Index);
  void closeIfComplete(int32_t Scope);
  void endLanes(size_t Index, uint32_t Mask);
  void park(size_t Index, uint32_t Active, Fragment::Status Status);
  bool tryWarpSync(size_t Index);
  uint32_t membersOf(const Instruction &I, uint32_t Active) const;
  bool tryBarrier();
  std::string whereAre(uint32_t Lanes) const;

public:
  /// Says why a warp in which nothing is ready can never go on.
  void reportStuck();
};

/// One of the 16 barriers of a block.
struct BlockBarrier {
  uint32_t Arrived = 0;  ///< threads
  uint32_t Expected = 0; ///< 0 for all threads of the block
  uint32_t Pc = NoPc;    ///< of the first arrival
  uint32_t FirstThread = 0;
  uint32_t Population = 0;       ///< predicates that were true, for bar.red
  std::vector<uint32_t> Waiting; ///< warps
  SharedShadow::Knowledge Known;
};

struct PcCount {
  uint64_t Warps = 0, Threads = 0;
};

/// Runs blocks one after the other on one host thread.
class BlockRun {
public:
  explicit BlockRun(const Launch &L);

  /// Runs one block. False after a fatal diagnostic.
  bool run(uint64_t LinearBlock, uint64_t Seed);

  const Launch &L;
  SeededOrder Order{0};
  std::array<uint32_t, 3> BlockId = {};
  uint64_t LinearBlock = 0;
  bool Stopped = false;
  uint32_t Exited = 0; ///< threads
  std::vector<Warp> Warps;

  // Memory.
  std::vector<uint8_t> Shared;
  SharedShadow Shadow;
  std::vector<uint8_t> Local, LocalInit; ///< [thread, byte]
  uint32_t LocalStride = 0;              ///< bytes of one thread
  std::vector<uint8_t> Parameters;
  std::vector<Allocation *> LastAllocation; ///< by program counter
  Footprint Touched;                        ///< when the launch asks for it

  // Barriers.
  std::array<BlockBarrier, 16> Barriers;
  /// Lanes of the warp, BehindBarrier at `Pc`, arrive.
  void arriveAtBarrier(Warp &W, const Instruction &I, uint32_t Pc,
                       uint32_t Mask);
  void checkBarriers();

  // Counts.
  Counters Count;
  std::vector<PcCount> PcCounts;

  // Reports.
  void report(DiagnosticKind Kind, const Warp &W, uint32_t Pc, unsigned Lane,
              std::string Message);
  std::array<uint32_t, 3> threadId(uint32_t Linear) const;
  std::string threadName(uint32_t Linear) const;
  /// What was found, and when: the block's position in the schedule, and how
  /// many findings this host thread had before.
  struct Found {
    uint64_t Position, Sequence;
    Diagnostic What;
  };
  std::map<std::pair<DiagnosticKind, uint32_t>, Found> Reports;
  uint64_t Position = 0; ///< of the block in the schedule
  uint64_t Sequence = 0;

private:
  void release(unsigned Id);
  void reportDeadlock();

  std::vector<uint8_t> Registers;
  uint32_t KernelBytes = 0, FunctionBytes = 0;
  friend struct Warp;
};

/// How a handler accesses memory.
enum class MemoryAccess : uint8_t { Load, Store, Atomic };

/// Where each lane's bytes lie on the host, after every check has passed and
/// the access has been counted.
struct LanePointers {
  uint8_t *Host[WarpSize];
  uint64_t Address[WarpSize]; ///< as the lane named it
};

/// Resolves the address operand `Operand` of the instruction for `Bytes` per
/// lane in `I.Where`. False after a fatal diagnostic.
bool resolve(Warp &W, const Instruction &I, uint32_t Mask, unsigned Operand,
             unsigned Bytes, MemoryAccess Access, LanePointers &To);
/// The same in a given space, at a given offset.
bool resolveIn(Warp &W, const Instruction &I, uint32_t Mask, unsigned Operand,
               int64_t Offset, Space Where, unsigned Bytes, MemoryAccess Access,
               LanePointers &To);
/// Checks and records a write of cp.async; `Address` is an offset in shared
/// memory.
bool checkAsyncStore(Warp &W, unsigned Lane, uint64_t Address, unsigned Bytes);
/// The copies of a lane up to `Group` land in shared memory.
void completeCopies(Warp &W, unsigned Lane, uint32_t GroupEnd);
/// Address in generic space to a space and an address there.
Space classify(uint64_t &Address);

} // namespace simgpu

#endif // SIMGPU_EXECUTE_H
