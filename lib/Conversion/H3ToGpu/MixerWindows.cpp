//===- MixerWindows.cpp - The mixer of long sequences as GPU kernels ------===//
//
// A chunked scan: one block for each window of rows and 32 channels. The first
// kernel leaves the state that a window's rows lead to by themselves, the
// second goes on from what those of the windows before it add up to. The first
// reads the states of the sequences, the second writes them: blocks of one
// kernel do not wait for each other.
//
//===----------------------------------------------------------------------===//

#include "SsmBlock.h"

using namespace mlir;
using namespace h3;

namespace {

/// On a multiprocessor: with the registers that are left, nothing is spilled.
constexpr int32_t kBlocks = 3;

/// Which of the two states of a window.
enum : int64_t { kBegin, kEnd };

/// The rows of a sequence in a window.
struct WindowSegment : Segment {
  Value isHead; ///< the sequence starts here
  Value goesOn; ///< the sequence ends behind the window
};

/// Shares the windows of a step out to the blocks of a kernel.
template <typename OpTy> class WindowBlock {
public:
  WindowBlock(OpTy op, GpuBuilder &b, Value rows)
      : op(op), b(b), window(b.block(Dimension::y)),
        lane(LaneChannel::create(b, b.block(Dimension::x),
                                 b.staticDim(rows, 1))) {
    first = b.mul(window, op.getWindow());
    end = b.min(b.add(first, op.getWindow()), b.dim(rows, 0));
  }

  static Grid getGrid(OpTy op, LoopBuilder &b, Value rows) {
    int64_t window = op.getWindow();
    return {b.index(countChannelBlocks(rows)),
            b.div(b.add(b.dim(rows, 0), window - 1), window)};
  }

  /// Runs `body` for each sequence with rows in the window. Its last phase must
  /// leave alone what the first phase of the next one writes.
  void forEachSegment(function_ref<void(const WindowSegment &)> body) {
    b.loop(b.index(0), b.countSequences(op.getStarts()), [&](Value s) {
      WindowSegment segment;
      Sequence &sequence = segment.sequence;
      sequence = loadSequence(b, op, s);
      segment.first = b.max(sequence.start, first);
      segment.end = b.min(sequence.end, end);
      segment.isHead = b.isBelow(first, b.add(sequence.start, 1));
      segment.goesOn = b.isBelow(end, sequence.end);
      b.ifThen(b.isBelow(segment.first, segment.end), [&] { body(segment); });
    });
  }

  Value loadRow(Value buffer, Value row) {
    return b.loadIf(lane.exists, buffer, {row, lane.channel});
  }
  OpTy op;
  GpuBuilder &b;
  Value window;
  LaneChannel lane;
  Value first, end; ///< rows
};

struct MixerScanKernel final : KernelLowering<MixerScanOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(MixerScanOp op, LoopBuilder &b) const override {
    return WindowBlock<MixerScanOp>::getGrid(op, b, op.getKeys());
  }
  void emit(MixerScanOp op, GpuBuilder &b) const override {
    b.makeRoom(kBlocks);
    WindowBlock<MixerScanOp> block(op, b, op.getKeys());
    const LaneChannel &lane = block.lane;
    DiagModes diag(b, op.getModes(), /*skip=*/Value(), lane, lane);
    block.forEachSegment([&](const WindowSegment &segment) {
      Value slot = segment.sequence.slot;
      ShiftRing shift(b, op.getKeys(), op.getTaps(), op.getKeySkip(),
                      op.getShiftState(), lane, segment, /*ahead=*/1);
      SmallVector<Value> begin = b.chooseAll(
          segment.isHead,
          [&] { return diag.loadStates(op.getDiagState(), slot); },
          [&] { return diag.loadStates(Value(), {}); });
      auto scan = [&](Value row, Value count, ValueRange x) {
        shift.load(row, count);
        b.barrier();
        loopRows(b, count, [&](Value i) {
          Value at = b.add(row, i);
          Value gated =
              b.mulf(shift.apply(row, i), block.loadRow(op.getValues(), at));
          diag.setInput(i, gated);
          b.storeIf(lane.exists, gated, op.getGated(), {at, lane.channel});
        });
        b.barrier();
        // The next tile's inputs come behind another barrier.
        return diag.advance(count, x);
      };
      SmallVector<Value> states = loopTiles(b, segment, begin, scan);
      b.ifThen(segment.goesOn, [&] {
        for (auto [which, values] : {std::pair(kBegin, ValueRange(begin)),
                                     std::pair(kEnd, ValueRange(states))})
          diag.storeStates(values, op.getWindowStates(),
                           {block.window, b.index(which)});
      });
    });
  }
};

struct MixerOutputKernel final : KernelLowering<MixerOutputOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(MixerOutputOp op, LoopBuilder &b) const override {
    return WindowBlock<MixerOutputOp>::getGrid(op, b, op.getQueries());
  }
  void emit(MixerOutputOp op, GpuBuilder &b) const override {
    b.makeRoom(kBlocks);
    WindowBlock<MixerOutputOp> block(op, b, op.getQueries());
    const LaneChannel &lane = block.lane;
    DiagModes diag(b, op.getModes(), op.getSkip(), lane, lane);
    block.forEachSegment([&](const WindowSegment &segment) {
      Value slot = segment.sequence.slot;
      auto loadWindow = [&](Value window, int64_t which) {
        return diag.loadStates(op.getWindowStates(), {window, b.index(which)});
      };
      // The last block of a sequence writes its state, so another one that
      // needs it reads the first kernel's copy.
      auto loadBegin = [&] {
        return b.chooseAll(
            segment.goesOn, [&] { return loadWindow(block.window, kBegin); },
            [&] { return diag.loadStates(op.getDiagState(), slot); });
      };
      auto joinWindows = [&] {
        SmallVector<Value> powers = diag.getPowers(op.getWindow());
        Value head = b.div(segment.sequence.start, op.getWindow());
        return b.loop(b.add(head, 1), block.window, loadWindow(head, kEnd),
                      [&](Value window, ValueRange states) {
                        return diag.join(states, powers,
                                         loadWindow(window, kEnd));
                      });
      };
      SmallVector<Value> begin =
          b.chooseAll(segment.isHead, loadBegin, joinWindows);
      auto finish = [&](Value row, Value count, ValueRange x) {
        loopRows(b, count, [&](Value i) {
          diag.setInput(i, block.loadRow(op.getGated(), b.add(row, i)));
        });
        b.barrier();
        SmallVector<Value> next = diag.apply(count, x);
        b.barrier();
        loopRows(b, count, [&](Value i) {
          Value at = b.add(row, i);
          Value query = block.loadRow(op.getQueries(), at);
          b.storeIf(lane.exists, b.mulf(query, diag.getOutput(i)),
                    op.getOutput(), {at, lane.channel});
        });
        return next;
      };
      SmallVector<Value> states = loopTiles(b, segment, begin, finish);
      b.ifElse(
          segment.goesOn, [] {},
          [&] {
            diag.storeStates(states, op.getDiagState(), slot);
            storeShiftState(b, op.getKeys(), op.getShiftState(), lane,
                            segment.sequence);
          });
    });
  }
};

} // namespace

void h3::populateMixerWindowKernels(RewritePatternSet &patterns) {
  patterns.add<MixerScanKernel, MixerOutputKernel>(patterns.getContext(),
                                                   kSsmThreads);
}
