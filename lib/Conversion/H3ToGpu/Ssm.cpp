//===- Ssm.cpp - State-space models as GPU kernels ------------------------===//
//
// One block for each sequence and 32 channels, from the first row to the last:
// one read and one write of the state. MixerWindows.cpp has the kernels for
// long sequences.
//
//===----------------------------------------------------------------------===//

#include "SsmBlock.h"

using namespace mlir;
using namespace h3;

namespace {

/// Rows of a shift SSM's state that a warp waits for at a time: all of 64.
constexpr int64_t kAhead = 8;

/// A block for 32 channels of `rows` and each sequence.
Grid getChannelGrid(LoopBuilder &b, Value rows, Value starts) {
  return {b.index(countChannelBlocks(rows)), b.countSequences(starts)};
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
                    lane, Segment::whole(sequence), kAhead);
    loopTiles(b, Segment::whole(sequence), {},
              [&](Value row, Value count, ValueRange) {
                shift.load(row, count);
                b.barrier();
                loopRows(b, count, [&](Value i) {
                  b.storeIf(lane.exists, shift.apply(row, i), op.getOutput(),
                            {b.add(row, i), lane.channel});
                });
                b.barrier();
                return SmallVector<Value>();
              });
    storeShiftState(b, op.getInput(), op.getState(), lane, sequence);
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
    DiagModes diag(b, op.getModes(), op.getSkip(), head, lane);
    SmallVector<Value> states =
        loopTiles(b, Segment::whole(sequence),
                  diag.loadStates(op.getState(), sequence.slot),
                  [&](Value row, Value count, ValueRange x) {
                    loopRows(b, count, [&](Value i) {
                      diag.setInput(i, b.loadIf(lane.exists, op.getInput(),
                                                {b.add(row, i), lane.channel}));
                    });
                    b.barrier();
                    SmallVector<Value> next = diag.apply(count, x);
                    b.barrier();
                    loopRows(b, count, [&](Value i) {
                      b.storeIf(lane.exists, diag.getOutput(i), op.getOutput(),
                                {b.add(row, i), lane.channel});
                    });
                    // Rows of the next tile go to the same warps, sums behind a
                    // barrier.
                    return next;
                  });
    diag.storeStates(states, op.getState(), sequence.slot);
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
    // What ptxas aims for by itself on sm_90, but then it spills.
    b.makeRoom(4);
    int64_t channels = b.staticDim(op.getQueries(), 1);
    Sequence sequence = loadSequence(b, op, b.block(Dimension::y));
    auto lane = LaneChannel::create(b, b.block(Dimension::x), channels);
    // States are on their way before the shift SSM waits for its inputs.
    DiagModes diag(b, op.getModes(), op.getSkip(), lane, lane);
    SmallVector<Value> before =
        diag.loadStates(op.getDiagState(), sequence.slot);
    ShiftRing shift(b, op.getKeys(), op.getTaps(), op.getKeySkip(),
                    op.getShiftState(), lane, Segment::whole(sequence), kAhead);
    auto loadRow = [&](Value buffer, Value row) {
      return b.loadIf(lane.exists, buffer, {row, lane.channel});
    };
    SmallVector<Value> states =
        loopTiles(b, Segment::whole(sequence), before,
                  [&](Value row, Value count, ValueRange x) {
                    shift.load(row, count);
                    b.barrier();
                    loopRows(b, count, [&](Value i) {
                      Value value = loadRow(op.getValues(), b.add(row, i));
                      diag.setInput(i, b.mulf(shift.apply(row, i), value));
                    });
                    b.barrier();
                    SmallVector<Value> next = diag.apply(count, x);
                    b.barrier();
                    loopRows(b, count, [&](Value i) {
                      Value query = loadRow(op.getQueries(), b.add(row, i));
                      b.storeIf(lane.exists, b.mulf(query, diag.getOutput(i)),
                                op.getOutput(), {b.add(row, i), lane.channel});
                    });
                    return next;
                  });
    diag.storeStates(states, op.getDiagState(), sequence.slot);
    storeShiftState(b, op.getKeys(), op.getShiftState(), lane, sequence);
  }
};

} // namespace

void h3::populateSsmKernels(RewritePatternSet &patterns) {
  patterns.add<ShiftSsmKernel, DiagSsmKernel, MixerKernel>(
      patterns.getContext(), kSsmThreads);
}
