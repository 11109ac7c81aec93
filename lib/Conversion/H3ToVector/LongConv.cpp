//===- LongConv.cpp - Convolutions with explicit kernels ------------------===//
//
// One task for each sequence and block of channels.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "RingConv.h"
#include "ShiftFir.h"

using namespace mlir;
using namespace h3;

namespace {

/// One sequence and block of channels of a convolution.
struct ConvColumn {
  LongConvOp op;
  KernelBuilder &b;
  Value start, count; ///< the sequence's rows
  Value block, channel, mask;

  /// Row `i` of the sequence, with its gate.
  Value loadInput(Value i) {
    SmallVector<Value> place{b.add(start, i), channel};
    Value value = b.load(op.getInput(), place, mask);
    if (op.getPre())
      value = b.mulf(value, b.load(op.getPre(), place, mask));
    place[0] = b.add(place[0], kAhead);
    b.prefetch(op.getInput(), place, /*isWrite=*/false);
    return value;
  }

  /// Stores an output but for its skip term.
  void storeOutput(Value i, Value value) {
    SmallVector<Value> place{b.add(start, i), channel};
    if (op.getSkip())
      value = b.fma(b.load(op.getSkip(), channel, mask), loadInput(i), value);
    if (op.getGelu())
      value = b.gelu(value);
    if (op.getPost())
      value = b.mulf(b.load(op.getPost(), place, mask), value);
    b.store(value, op.getOutput(), place, mask);
    place[0] = b.add(place[0], kAhead);
    b.prefetch(op.getOutput(), place, /*isWrite=*/true);
  }

private:
  static constexpr int64_t kAhead = 32; ///< rows
};

struct LongConvLowering final : LayerLowering<LongConvOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(LongConvOp op, PatternRewriter &rewriter) const override {
    if (op.hasSpectrum() &&
        KernelBuilder::staticDim(op.getKernel(), 3) != target.lanes)
      return rewriter.notifyMatchFailure(op, "expected a spectrum for the "
                                             "lanes of the target");
    return success();
  }

  void emit(LongConvOp op, KernelBuilder &b) const override {
    int64_t channels = b.staticDim(op.getInput(), 1);
    bool isFft = op.getFormOrDefault() == Form::Fft;
    // Memory of the thread, outside of the loop over tasks.
    std::optional<RingConv> ring;
    std::optional<ShiftFir> fir;
    Value spill;
    if (isFft) {
      ring.emplace(b, op.getTransformLength(),
                   op.hasSpectrum() ? op.getKernel() : Value());
      if (spills(op))
        spill = b.scratch({op.getTransformLength(), b.lanes});
    } else {
      fir.emplace(b, b.staticDim(op.getKernel(), 0), kBlockRows);
    }
    Value sequences = b.countSequences(op.getStarts());
    Value blocks = b.countBlocks(channels);
    b.parallel({sequences, blocks}, [&](ValueRange ivs) {
      Value start = b.loadIndex(op.getStarts(), ivs[0]);
      Value end = b.loadIndex(op.getStarts(), b.add(ivs[0], 1));
      ConvColumn column{op,
                        b,
                        start,
                        b.sub(end, start),
                        ivs[1],
                        b.mul(ivs[1], b.lanes),
                        b.blockMask(ivs[1], channels)};
      if (isFft)
        emitFft(column, *ring, spill);
      else
        emitDirect(column, *fir);
    });
  }

private:
  static constexpr int64_t kBlockRows = 256;

  /// Whether a sequence can have more rows than a transform.
  static bool spills(LongConvOp op) {
    int64_t rows = KernelBuilder::staticDim(op.getInput(), 0);
    return ShapedType::isDynamic(rows) || rows > op.getTransformLength();
  }

  static void emitFft(ConvColumn &column, RingConv &ring, Value spill) {
    LongConvOp op = column.op;
    KernelBuilder &b = column.b;
    int64_t n = op.getTransformLength();
    Value zero = b.index(0);
    if (!op.hasSpectrum()) {
      int64_t length = b.staticDim(op.getKernel(), 0);
      for (Value kernel : {op.getKernel(), op.getReversed()})
        if (kernel)
          ring.transformKernel(
              length,
              [&](Value row) {
                return b.load(kernel, {row, column.channel}, column.mask);
              },
              /*conjugate=*/kernel == op.getReversed());
    }
    if (!spill)
      return ring.emitBlock(
          column.block, column.count,
          [&](Value row) { return column.loadInput(row); },
          [&](Value row, ComplexValue value) {
            column.storeOutput(row, value.re);
          });
    b.loop(zero, b.index(n),
           [&](Value row) { b.store(b.splat(0), spill, {row, zero}); });
    Value blocks = b.div(b.add(column.count, n - 1), n);
    b.loop(zero, blocks, [&](Value i) {
      Value first = b.mul(i, n);
      Value size = b.min(b.sub(column.count, first), b.index(n));
      ring.emitBlock(
          column.block, size,
          [&](Value row) { return column.loadInput(b.add(first, row)); },
          [&](Value row, ComplexValue value) {
            Value sum = b.addf(value.re, b.load(spill, {row, zero}));
            b.store(value.im, spill, {row, zero});
            column.storeOutput(b.add(first, row), sum);
          });
    });
  }

  static void emitDirect(ConvColumn &column, ShiftFir &fir) {
    LongConvOp op = column.op;
    KernelBuilder &b = column.b;
    Sequence sequence{column.start, b.add(column.start, column.count),
                      b.index(0), b.index(0)};
    ShiftFir::Column taps{op.getInput(),  op.getKernel(), Value(),    Value(),
                          column.channel, column.mask,    op.getPre()};
    fir.emitSequence(taps, sequence, [&](Value row, Value value) {
      if (op.getReversed())
        value = addReversed(column, row, value);
      column.storeOutput(row, value);
    });
  }

  /// What the rows from `row` on add to its output.
  static Value addReversed(ConvColumn &column, Value row, Value sum) {
    LongConvOp op = column.op;
    KernelBuilder &b = column.b;
    Value length = b.index(b.staticDim(op.getReversed(), 0));
    Value taps = b.min(b.sub(column.count, row), length);
    return b.loop(b.index(0), taps, sum, [&](Value n, ValueRange carried) {
      Value tap = b.load(op.getReversed(), {n, column.channel}, column.mask);
      Value input = column.loadInput(b.add(row, n));
      return SmallVector<Value>{b.fma(tap, input, carried[0])};
    })[0];
  }
};

} // namespace

void h3::populateConvPatterns(RewritePatternSet &patterns,
                              const VectorTarget &target) {
  patterns.add<LongConvLowering>(patterns.getContext(), target);
}
