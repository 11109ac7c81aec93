//===- SsmBlock.h - The SSMs of a block's channels --------------*- C++ -*-===//
//
// The 32 channels of a block are the lanes of its warps. Rows go through in
// tiles, between whose phases the block waits: inputs, the shift SSM as an
// impulse response over a ring in shared memory, the modes of the diagonal SSM,
// which are shared out to the warps and stay in registers, and the sum over
// warps.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOGPU_SSMBLOCK_H
#define H3_LIB_CONVERSION_H3TOGPU_SSMBLOCK_H

#include "GpuBuilder.h"

namespace h3 {

constexpr int64_t kSsmThreads = 256, kSsmWarps = kSsmThreads / kWarpSize;
constexpr int64_t kTileRows = 16;

/// The channel of a lane; lanes behind the last channel do not touch memory.
struct LaneChannel {
  Value channel, exists;

  static LaneChannel create(GpuBuilder &b, Value block, int64_t channels);
};

/// Rows of one sequence, all of those of a step or some.
struct Segment {
  Sequence sequence;
  Value first, end;

  static Segment whole(const Sequence &sequence) {
    return {sequence, sequence.start, sequence.end};
  }
};

/// The shift SSM of a block's channels.
class ShiftRing {
public:
  /// Brings taps and the inputs before the segment to shared memory, each warp
  /// `ahead` rows at a time; a null state is zeros.
  ShiftRing(GpuBuilder &b, Value input, Value taps, Value skip, Value state,
            const LaneChannel &lane, const Segment &segment, int64_t ahead);

  /// Takes in rows `row .. row + count - 1`; to be followed by a barrier.
  void load(Value row, Value count);
  /// Row `row + i`, one of those taken in last.
  Value apply(Value row, Value i);

private:
  Value loadHistory(Value i);
  Value getOffset(Value row, Value i);
  Value getPlace(Value row, Value i) { return b.rem(getOffset(row, i), size); }

  GpuBuilder &b;
  const int64_t numTaps, size;
  Value input, state;
  LaneChannel lane;
  Segment segment;
  Value ring; ///< [size, 32]
  Value taps; ///< [N, 32]
  Value skip;
};

/// Stores the last inputs of a sequence to its shift state, if there is one; no
/// warp may still read it.
void storeShiftState(GpuBuilder &b, Value input, Value state,
                     const LaneChannel &lane, const Sequence &sequence);

/// The diagonal SSM of a block's channels. Warp w has the modes w, w + 8, ..;
/// their states are carried as real and imaginary parts in turn.
class DiagModes {
public:
  /// `head` is the channel of the parameters, `lane` that of the states.
  DiagModes(GpuBuilder &b, Value modes, Value skip, const LaneChannel &head,
            const LaneChannel &lane);

  /// States from and to `buffer[place.., mode, part, channel]`; null: zeros,
  /// and nothing.
  llvm::SmallVector<Value> loadStates(Value buffer, ValueRange place);
  void storeStates(ValueRange states, Value buffer, ValueRange place);

  /// Input `i` of the tile.
  void setInput(Value i, Value value) {
    b.storeScalar(value, inputs, {i, b.lane()});
  }
  /// Sends `count` inputs through the warp's modes; between two barriers.
  llvm::SmallVector<Value> apply(Value count, ValueRange states);
  /// The same for the states alone.
  llvm::SmallVector<Value> advance(Value count, ValueRange states);
  /// Output `i` of the tile.
  Value getOutput(Value i);

  /// dA^n for each mode, for a power of two.
  llvm::SmallVector<Value> getPowers(int64_t n);
  /// The states times these powers, plus `ends`.
  llvm::SmallVector<Value> join(ValueRange states, ValueRange powers,
                                ValueRange ends);

private:
  struct Mode {
    Value mode, exists;
    llvm::SmallVector<Value> parameters; ///< Re dA, Im dA, Re w, -Im w
  };
  llvm::SmallVector<Value> getPlace(ValueRange place, const Mode &mode,
                                    int64_t part);
  std::pair<Value, Value> advanceMode(const Mode &mode, ValueRange states,
                                      size_t i, Value input);

  GpuBuilder &b;
  const int64_t numModes;
  LaneChannel lane;
  llvm::SmallVector<Mode> own;
  Value skip;
  Value inputs;  ///< [tile, 32]
  Value partial; ///< sums over a warp's modes [warps, tile, 32]
};

/// Runs `body(first row, rows, carried)` for each tile of a segment.
llvm::SmallVector<Value>
loopTiles(GpuBuilder &b, const Segment &segment, ValueRange inits,
          llvm::function_ref<llvm::SmallVector<Value>(Value, Value, ValueRange)>
              body);

/// Shares the rows of a tile out to the warps.
inline void loopRows(GpuBuilder &b, Value count,
                     llvm::function_ref<void(Value)> body) {
  b.loop(b.warp(), count, kSsmWarps, body);
}

/// The blocks for all channels of `rows`.
inline int64_t countChannelBlocks(Value rows) {
  return llvm::divideCeil(LoopBuilder::staticDim(rows, 1), kWarpSize);
}

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOGPU_SSMBLOCK_H
