//===- Ssm.cpp - State-space models as GPU kernels ------------------------===//
//
// One block for each sequence and 32 channels, which are the lanes of its
// warps; the modes of the diagonal SSM are shared out to the warps and stay in
// registers from the first row to the last: one read and one write of the
// state. Rows go through in tiles, between whose phases the block waits:
// inputs, the shift SSM as an impulse response over a ring in shared memory,
// the modes, the sum over warps.
//
//===----------------------------------------------------------------------===//

#include "GpuBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kThreads = 256, kWarps = kThreads / kWarpSize;
constexpr int64_t kTileRows = 16;

/// The channel of a lane; lanes behind the last channel do not touch memory.
struct LaneChannel {
  Value channel, exists;

  static LaneChannel create(GpuBuilder &b, Value block, int64_t channels) {
    Value channel = b.add(b.mul(block, kWarpSize), b.lane());
    return {channel, b.isBelow(channel, b.index(channels))};
  }
};

/// The shift SSM of a block's channels.
class ShiftRing {
public:
  ShiftRing(GpuBuilder &b, Value input, Value taps, Value skip, Value state,
            const LaneChannel &lane, const Sequence &sequence)
      : b(b), numTaps(b.staticDim(taps, 0)),
        size(llvm::PowerOf2Ceil(numTaps - 1 + kTileRows)), input(input),
        state(state), lane(lane), sequence(sequence),
        ring(b.shared({size, kWarpSize})),
        taps(b.shared({numTaps, kWarpSize})) {
    this->skip = b.loadIf(lane.exists, skip, lane.channel);
    b.loop(b.warp(), b.index(numTaps), kWarps, [&](Value n) {
      b.storeScalar(b.loadIf(lane.exists, taps, {n, lane.channel}), this->taps,
                    {n, b.lane()});
    });
    // The input at position q stands at q mod N in the state; row r of the step
    // will stand at N - 1 + r in the ring, those before it below.
    b.loop(b.warp(), b.index(numTaps - 1), kWarps, [&](Value i) {
      Value place = b.rem(b.add(b.add(sequence.position, i), 1), numTaps);
      Value before = state ? b.loadIf(lane.exists, state,
                                      {sequence.slot, place, lane.channel})
                           : b.f32(0);
      b.storeScalar(before, ring, {i, b.lane()});
    });
  }

  /// Takes in rows `row .. row + count - 1`; to be followed by a barrier.
  void load(Value row, Value count) {
    b.loop(b.warp(), count, kWarps, [&](Value i) {
      Value value = b.loadIf(lane.exists, input, {b.add(row, i), lane.channel});
      b.storeScalar(value, ring, {getPlace(row, i), b.lane()});
    });
  }

  /// Row `row + i`, one of those taken in last.
  Value apply(Value row, Value i) {
    Value newest = b.loadScalar(ring, {getPlace(row, i), b.lane()});
    return b.loop(b.index(0), b.index(numTaps), b.mulf(skip, newest),
                  [&](Value n, ValueRange carried) {
                    // Below the newest, in a ring: the sum stays positive.
                    Value place = b.sub(b.add(getOffset(row, i), size), n);
                    Value value =
                        b.loadScalar(ring, {b.rem(place, size), b.lane()});
                    Value tap = b.loadScalar(taps, {n, b.lane()});
                    return SmallVector<Value>{b.fma(tap, value, carried[0])};
                  })[0];
  }

  /// Stores the last inputs; no warp may still read the state.
  void end() {
    if (!state)
      return;
    Value count = b.sub(sequence.end, sequence.start);
    Value kept = b.min(count, b.index(numTaps));
    b.loop(b.add(b.sub(sequence.end, kept), b.warp()), sequence.end, kWarps,
           [&](Value row) {
             Value position =
                 b.add(sequence.position, b.sub(row, sequence.start));
             b.storeIf(lane.exists,
                       b.loadIf(lane.exists, input, {row, lane.channel}), state,
                       {sequence.slot, b.rem(position, numTaps), lane.channel});
           });
  }

private:
  Value getOffset(Value row, Value i) {
    return b.add(b.add(b.sub(row, sequence.start), i), numTaps - 1);
  }
  Value getPlace(Value row, Value i) { return b.rem(getOffset(row, i), size); }

  GpuBuilder &b;
  const int64_t numTaps, size;
  Value input, state;
  LaneChannel lane;
  Sequence sequence;
  Value ring; ///< [size, 32]
  Value taps; ///< [N, 32]
  Value skip;
};

/// The diagonal SSM of a block's channels. Warp w has the modes w, w + 8, ..
class DiagModes {
public:
  DiagModes(GpuBuilder &b, Value modes, Value skip, Value state,
            const LaneChannel &head, const LaneChannel &lane,
            const Sequence &sequence)
      : b(b), numModes(b.staticDim(modes, 1)), state(state), lane(lane),
        sequence(sequence), inputs(b.shared({kTileRows, kWarpSize})),
        partial(b.shared({kWarps, kTileRows, kWarpSize})) {
    this->skip = b.loadIf(head.exists, skip, head.channel);
    for (int64_t first = 0; first < numModes; first += kWarps) {
      Value mode = b.add(b.warp(), first);
      Value exists = lane.exists;
      if (first + kWarps > numModes)
        exists = b.isBoth(exists, b.isBelow(mode, b.index(numModes)));
      own.push_back({mode, exists, {}});
      for (int64_t kind = 0; kind < 4; ++kind)
        own.back().parameters.push_back(
            b.loadIf(exists, modes, {b.index(kind), mode, head.channel}));
    }
  }

  /// The states of the warp's modes, real and imaginary parts in turn.
  SmallVector<Value> loadStates() {
    SmallVector<Value> states;
    for (Mode &mode : own)
      for (int64_t part : {0, 1})
        states.push_back(
            state ? b.loadIf(mode.exists, state, getPlace(mode, part))
                  : b.f32(0));
    return states;
  }
  void storeStates(ValueRange states) {
    for (auto [i, mode] : llvm::enumerate(own))
      for (int64_t part : {0, 1})
        if (state)
          b.storeIf(mode.exists, states[2 * i + part], state,
                    getPlace(mode, part));
  }

  /// Input `i` of the tile.
  void setInput(Value i, Value value) {
    b.storeScalar(value, inputs, {i, b.lane()});
  }
  /// Sends `count` inputs through the warp's modes; between two barriers.
  SmallVector<Value> apply(Value count, ValueRange states) {
    return b.loop(b.index(0), count, states, [&](Value i, ValueRange x) {
      Value u = b.loadScalar(inputs, {i, b.lane()}), sum = b.f32(0);
      SmallVector<Value> next;
      for (auto [k, mode] : llvm::enumerate(own)) {
        auto [real, imag] = b.advanceMode(
            mode.parameters[0], mode.parameters[1], x[2 * k], x[2 * k + 1], u);
        sum = b.fma(mode.parameters[2], real, sum);
        sum = b.fma(mode.parameters[3], imag, sum); // -Im w
        next.append({real, imag});
      }
      b.storeScalar(sum, partial, {b.warp(), i, b.lane()});
      return next;
    });
  }
  /// Output `i` of the tile.
  Value getOutput(Value i) {
    Value sum = b.mulf(skip, b.loadScalar(inputs, {i, b.lane()}));
    for (int64_t warp = 0; warp < kWarps; ++warp)
      sum = b.addf(sum, b.loadScalar(partial, {b.index(warp), i, b.lane()}));
    return sum;
  }

private:
  struct Mode {
    Value mode, exists;
    SmallVector<Value> parameters; ///< Re dA, Im dA, Re w, -Im w
  };
  SmallVector<Value> getPlace(const Mode &mode, int64_t part) {
    return {sequence.slot, mode.mode, b.index(part), lane.channel};
  }

  GpuBuilder &b;
  const int64_t numModes;
  Value state;
  LaneChannel lane;
  Sequence sequence;
  SmallVector<Mode> own;
  Value skip;
  Value inputs;  ///< [tile, 32]
  Value partial; ///< sums over a warp's modes [warps, tile, 32]
};

/// Runs `body(first row, rows)` for each tile of a sequence, carrying values.
SmallVector<Value>
loopTiles(GpuBuilder &b, const Sequence &sequence, ValueRange inits,
          function_ref<SmallVector<Value>(Value, Value, ValueRange)> body) {
  return b.loop(sequence.start, sequence.end, kTileRows, inits,
                [&](Value row, ValueRange carried) {
                  Value left = b.sub(sequence.end, row);
                  Value count = b.min(left, b.index(kTileRows));
                  return body(row, count, carried);
                });
}

/// A block for 32 channels of `rows` and each sequence.
Grid getChannelGrid(LoopBuilder &b, Value rows, Value starts) {
  int64_t blocks = llvm::divideCeil(b.staticDim(rows, 1), kWarpSize);
  return {b.index(blocks), b.countSequences(starts)};
}

struct ShiftSsmKernel final : KernelLowering<ShiftSsmOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(ShiftSsmOp op, LoopBuilder &b) const override {
    return getChannelGrid(b, op.getInput(), op.getStarts());
  }
  void emit(ShiftSsmOp op, GpuBuilder &b) const override {
    int64_t channels = b.staticDim(op.getInput(), 1);
    Sequence sequence = loadSequence(b, op, b.block(Dimension::y));
    auto lane = LaneChannel::create(b, b.block(Dimension::x), channels);
    ShiftRing shift(b, op.getInput(), op.getTaps(), op.getSkip(), op.getState(),
                    lane, sequence);
    loopTiles(b, sequence, {}, [&](Value row, Value count, ValueRange) {
      shift.load(row, count);
      b.barrier();
      b.loop(b.warp(), count, kWarps, [&](Value i) {
        b.storeIf(lane.exists, shift.apply(row, i), op.getOutput(),
                  {b.add(row, i), lane.channel});
      });
      b.barrier();
      return SmallVector<Value>();
    });
    shift.end();
  }
};

struct DiagSsmKernel final : KernelLowering<DiagSsmOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(DiagSsmOp op, PatternRewriter &rewriter) const override {
    if (op.getForm() && op.getForm() != Form::Recurrence)
      return rewriter.notifyMatchFailure(op, "expected the form recurrence");
    return success();
  }
  Grid getGrid(DiagSsmOp op, LoopBuilder &b) const override {
    return {b.index(countBlocks(op) * countPlanes(op)),
            b.countSequences(op.getStarts())};
  }
  void emit(DiagSsmOp op, GpuBuilder &b) const override {
    int64_t heads = b.staticDim(op.getModes(), 2);
    Sequence sequence = loadSequence(b, op, b.block(Dimension::y));
    Value plane = b.div(b.block(Dimension::x), countBlocks(op));
    Value block = b.rem(b.block(Dimension::x), countBlocks(op));
    auto head = LaneChannel::create(b, block, heads);
    LaneChannel lane{b.add(b.mul(plane, heads), head.channel), head.exists};
    DiagModes diag(b, op.getModes(), op.getSkip(), op.getState(), head, lane,
                   sequence);
    SmallVector<Value> states =
        loopTiles(b, sequence, diag.loadStates(),
                  [&](Value row, Value count, ValueRange x) {
                    b.loop(b.warp(), count, kWarps, [&](Value i) {
                      diag.setInput(i, b.loadIf(lane.exists, op.getInput(),
                                                {b.add(row, i), lane.channel}));
                    });
                    b.barrier();
                    SmallVector<Value> next = diag.apply(count, x);
                    b.barrier();
                    b.loop(b.warp(), count, kWarps, [&](Value i) {
                      b.storeIf(lane.exists, diag.getOutput(i), op.getOutput(),
                                {b.add(row, i), lane.channel});
                    });
                    // Rows of the next tile go to the same warps, sums behind a
                    // barrier.
                    return next;
                  });
    diag.storeStates(states);
  }

private:
  static int64_t countBlocks(DiagSsmOp op) {
    return llvm::divideCeil(LoopBuilder::staticDim(op.getModes(), 2),
                            kWarpSize);
  }
  static int64_t countPlanes(DiagSsmOp op) {
    return LoopBuilder::staticDim(op.getInput(), 1) /
           LoopBuilder::staticDim(op.getModes(), 2);
  }
};

struct MixerKernel final : KernelLowering<MixerOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(MixerOp op, PatternRewriter &rewriter) const override {
    if (op.getForm() && op.getForm() != Form::Recurrence)
      return rewriter.notifyMatchFailure(op, "expected the form recurrence");
    return success();
  }
  Grid getGrid(MixerOp op, LoopBuilder &b) const override {
    return getChannelGrid(b, op.getQueries(), op.getStarts());
  }
  void emit(MixerOp op, GpuBuilder &b) const override {
    int64_t channels = b.staticDim(op.getQueries(), 1);
    Sequence sequence = loadSequence(b, op, b.block(Dimension::y));
    auto lane = LaneChannel::create(b, b.block(Dimension::x), channels);
    ShiftRing shift(b, op.getKeys(), op.getTaps(), op.getKeySkip(),
                    op.getShiftState(), lane, sequence);
    DiagModes diag(b, op.getModes(), op.getSkip(), op.getDiagState(), lane,
                   lane, sequence);
    auto loadRow = [&](Value buffer, Value row) {
      return b.loadIf(lane.exists, buffer, {row, lane.channel});
    };
    SmallVector<Value> states =
        loopTiles(b, sequence, diag.loadStates(),
                  [&](Value row, Value count, ValueRange x) {
                    shift.load(row, count);
                    b.barrier();
                    b.loop(b.warp(), count, kWarps, [&](Value i) {
                      Value value = loadRow(op.getValues(), b.add(row, i));
                      diag.setInput(i, b.mulf(shift.apply(row, i), value));
                    });
                    b.barrier();
                    SmallVector<Value> next = diag.apply(count, x);
                    b.barrier();
                    b.loop(b.warp(), count, kWarps, [&](Value i) {
                      Value query = loadRow(op.getQueries(), b.add(row, i));
                      b.storeIf(lane.exists, b.mulf(query, diag.getOutput(i)),
                                op.getOutput(), {b.add(row, i), lane.channel});
                    });
                    return next;
                  });
    diag.storeStates(states);
    shift.end();
  }
};

} // namespace

void h3::populateSsmKernels(RewritePatternSet &patterns) {
  patterns.add<ShiftSsmKernel, DiagSsmKernel, MixerKernel>(
      patterns.getContext(), kThreads);
}
