//===- Race.h - Races in shared memory --------------------------*- C++ -*-===//
//
// Two accesses to one byte race when they come from different threads, at
// least one writes, and nothing orders one before the other. What orders is a
// barrier of the block and bar.warp.sync; shuffles and votes do not.
//
// Every thread has a clock that advances when it synchronises. An access is
// remembered with the clock of its thread; it is ordered before a later access
// of thread U exactly if U has learnt, through synchronisation, of a clock at
// least as large (vector clocks, as in FastTrack, Flanagan and Freund 2009).
// Barriers of the block always take whole warps, so what is learnt across
// warps is kept for warps, and only within a warp for lanes.
//
// A word remembers its last writer and two readers, from different warps where
// it can. With barriers alone that finds every race; with bar.warp.sync on part
// of a warp, a race with a third reader can be missed.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_RACE_H
#define SIMGPU_RACE_H

#include "Program.h"

#include <cstdint>
#include <vector>

namespace simgpu {

/// Instructions of a module that a tag can name.
constexpr uint32_t MaxInstructions = 1u << 20;

/// One remembered access. Clock 0 stands for none.
struct AccessTag {
  uint32_t Clock = 0;
  uint32_t Pc : 20;
  uint32_t Thread : 10;
  uint32_t Atomic : 1;
  uint32_t Async : 1; ///< a cp.async that has not been waited for

  AccessTag() : Pc(0), Thread(0), Atomic(0), Async(0) {}
  AccessTag(uint32_t Clock, uint32_t Pc, uint32_t Thread, bool Atomic,
            bool Async)
      : Clock(Clock), Pc(Pc), Thread(Thread), Atomic(Atomic), Async(Async) {}
};

enum class AccessKind : uint8_t { Load, Store, Atomic, AsyncStore };

/// What is wrong with an access to shared memory.
struct SharedFault {
  enum Kind : uint8_t { Uninitialised, Race, Async };
  Kind What;
  bool EarlierWrote;
  AccessTag Earlier;
  uint32_t Address;
};

/// What threads know of each other, and what happened to each byte.
class SharedShadow {
public:
  /// Starts a new block with nothing written.
  void reset(uint32_t Bytes, uint32_t Warps);

  /// Records an access and returns whether it is in order. The range lies
  /// within the block's memory.
  bool access(uint32_t Thread, uint32_t Pc, uint32_t Address, uint32_t Bytes,
              AccessKind Kind, bool CheckRaces, bool CheckInitialised,
              SharedFault &Fault);
  /// The common case for a whole warp: whole words, loads or stores, checked
  /// for everything. Returns the lanes for which access() must decide.
  uint32_t accessWords(uint32_t Warp, uint32_t Pc, const uint64_t *Address,
                       uint32_t Mask, unsigned Words, AccessKind Kind);
  /// The copies of a thread into the range, issued at `Pc`, have arrived.
  void completeAsync(uint32_t Thread, uint32_t Pc, uint32_t Address,
                     uint32_t Bytes);

  /// bar.warp.sync among lanes of a warp.
  void syncLanes(uint32_t Warp, uint32_t Mask);

  /// What a barrier hands on: for each warp a clock.
  using Knowledge = std::vector<uint32_t>;
  void arrive(uint32_t Warp, Knowledge &Barrier);
  void leave(uint32_t Warp, const Knowledge &Barrier);

private:
  struct Cell {
    uint32_t Generation = 0;
    uint8_t Initialised = 0; ///< one bit a byte
    bool Split = false;      ///< its bytes have cells of their own
    AccessTag Write, Reads[2];
  };

  bool isOrdered(const AccessTag &Earlier, uint32_t Thread) const {
    if (Earlier.Thread == Thread)
      return true;
    uint32_t W1 = Earlier.Thread / WarpSize, W2 = Thread / WarpSize;
    if (Earlier.Clock <= Known[W2 * Warps + W1])
      return true;
    return W1 == W2 &&
           Earlier.Clock <=
               LanesKnown[Thread * WarpSize + Earlier.Thread % WarpSize];
  }
  template <AccessKind Kind>
  bool accessQuickly(Cell &C, const uint32_t *KnownHere, AccessTag Now);
  bool accessCell(Cell &C, uint8_t ByteMask, uint32_t Thread, uint32_t Pc,
                  AccessKind Kind, bool CheckRaces, bool CheckInitialised,
                  SharedFault &Fault);
  Cell &word(uint32_t Index);

  uint32_t Warps = 0, Generation = 0;
  std::vector<Cell> Words, Bytes;
  std::vector<uint32_t> Clocks;     ///< [thread]
  std::vector<uint32_t> Known;      ///< [warp, warp]
  std::vector<uint32_t> LanesKnown; ///< [thread, lane of its warp]
};

} // namespace simgpu

#endif // SIMGPU_RACE_H
