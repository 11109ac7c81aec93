//===- LongConv.cpp - Convolutions with explicit kernels ------------------===//
//
// direct: a sum over taps for each output.
//
// fft: overlap-save through the runtime's transforms. Each sequence is cut into
// blocks of rows; a block and the rows before it and after it that its taps
// reach are a window of n points, whose circular convolution with the kernel is
// right where the block is. All windows go through one transform, and the
// kernel is one more among them.
//
// Where sequences begin is known on the device alone. So block b of sequence s
// has the number floor(starts[s] / rows) + s + b: no two have the same, and for
// T rows of S sequences all are below floor(T / rows) + S, which the host
// knows.
//
//===----------------------------------------------------------------------===//

#include "../RuntimeCalls.h"
#include "GpuBuilder.h"
#include "RingTransform.h"

using namespace mlir;
using namespace h3;

namespace {

/// How sequences are cut. Along a window are `before` points for causal taps to
/// reach back to, those of a block's `rows`, and the others for taps that reach
/// ahead.
struct Cut {
  explicit Cut(LongConvOp op) {
    int64_t length = LoopBuilder::staticDim(op.getInput(), 0);
    // Fewer rows would mostly transform what lies around them.
    constexpr int64_t fewest = 512;
    taps = LoopBuilder::staticDim(op.getKernel(), 0);
    int64_t wanted = std::max(taps, fewest);
    if (!ShapedType::isDynamic(length)) {
      taps = std::min(taps, length); // Others reach no row.
      wanted = std::min(wanted, length);
    }
    taps = std::max<int64_t>(taps, 1);
    before = taps - 1;
    int64_t around = op.getReversed() ? 2 * before : before;
    // More rows than a sequence has, where it is to be one block.
    points = getRingLength(around + wanted + 1);
    rows = points - around;
  }

  int64_t taps, before, points, rows;
  int64_t frequencies() const { return points / 2 + 1; }
};

/// The buffers between the kernels. Blocks are `0 .. B - 1`, and B is the
/// kernel of the convolution.
struct Scratch {
  Value windows; ///< [points, B + 1, channels]
  Value spectra; ///< [frequencies, B + 1, channels, 2]
};

/// The last sequence whose `key` is at most `bound`; keys ascend.
Value findSequence(GpuBuilder &b, Value starts, Value bound,
                   function_ref<Value(Value)> key) {
  Type index = b.getIndexType();
  SmallVector<Value> range{b.index(0), b.countSequences(starts)};
  auto search = scf::WhileOp::create(
      b, TypeRange{index, index}, range,
      [&](OpBuilder &, Location, ValueRange range) {
        Value isOpen = b.isAtLeast(b.sub(range[1], range[0]), 2);
        scf::ConditionOp::create(b, isOpen, range);
      },
      [&](OpBuilder &, Location, ValueRange range) {
        Value middle = b.div(b.add(range[0], range[1]), 2);
        Value isAbove = b.isBelow(bound, key(middle));
        scf::YieldOp::create(b, {b.select(isAbove, range[0], middle),
                                 b.select(isAbove, middle, range[1])});
      });
  return search.getResult(0);
}

/// The number of a sequence's first block.
Value firstBlock(GpuBuilder &b, Value start, Value sequence, const Cut &cut) {
  return b.add(b.div(start, cut.rows), sequence);
}

/// A row of the input, with its gate.
Value loadInput(GpuBuilder &b, LongConvOp op, ValueRange place) {
  Value value = b.loadScalar(op.getInput(), place);
  return op.getPre() ? b.mulf(value, b.loadScalar(op.getPre(), place)) : value;
}

/// Stores an output, whose skip term is still to be added.
void storeOutput(GpuBuilder &b, LongConvOp op, ValueRange place, Value value) {
  if (op.getSkip())
    value = b.fma(b.loadScalar(op.getSkip(), place[1]), loadInput(b, op, place),
                  value);
  if (op.getGelu())
    value = b.gelu(value);
  if (op.getPost())
    value = b.mulf(b.loadScalar(op.getPost(), place), value);
  b.storeScalar(value, op.getOutput(), place);
}

/// The sequence of a row.
Value findSequenceOf(GpuBuilder &b, Value starts, Value row) {
  return findSequence(b, starts, row,
                      [&](Value s) { return b.loadIndex(starts, s); });
}

/// Point `point` of the window of `block`, all channels.
void emitWindow(GpuBuilder &b, LongConvOp op, const Cut &cut, Value windows,
                Value block, Value point) {
  Value starts = op.getStarts();
  Value sequence = findSequence(b, starts, block, [&](Value s) {
    return firstBlock(b, b.loadIndex(starts, s), s, cut);
  });
  Value start = b.loadIndex(starts, sequence);
  Value count = b.sub(b.loadIndex(starts, b.add(sequence, 1)), start);
  Value behind = b.sub(block, firstBlock(b, start, sequence, cut));
  // Before the first row this is negative, that is, above every count.
  Value i = b.sub(b.add(b.mul(behind, cut.rows), point), b.index(cut.before));
  Value exists = b.isBelow(i, count), row = b.add(start, i);
  b.shareOut(b.index(b.staticDim(windows, 2)), [&](Value channel) {
    Value value = b.choose(
        exists, [&] { return loadInput(b, op, {row, channel}); },
        [&] { return b.f32(0); });
    b.storeScalar(value, windows, {point, block, channel});
  });
}

/// The same for the kernel: causal taps from the front, the others backwards
/// from the end, the first of both at point 0.
void emitKernelWindow(GpuBuilder &b, LongConvOp op, const Cut &cut,
                      Value windows, Value block, Value point) {
  Value back = b.rem(b.sub(b.index(cut.points), point), cut.points);
  Value taps = b.index(cut.taps);
  b.shareOut(b.index(b.staticDim(windows, 2)), [&](Value channel) {
    Value tap =
        b.loadIf(b.isBelow(point, taps), op.getKernel(), {point, channel});
    if (op.getReversed())
      tap = b.addf(tap, b.loadIf(b.isBelow(back, taps), op.getReversed(),
                                 {back, channel}));
    b.storeScalar(tap, windows, {point, block, channel});
  });
}

/// A block of threads for each point of each window.
void emitPad(GpuBuilder &b, LongConvOp op, const Cut &cut, Scratch scratch) {
  Value place = b.block(Dimension::x);
  Value block = b.div(place, cut.points), point = b.rem(place, cut.points);
  Value last = b.sub(b.dim(scratch.windows, 1), b.index(1));
  b.ifElse(
      b.isBelow(block, last),
      [&] { emitWindow(b, op, cut, scratch.windows, block, point); },
      [&] { emitKernelWindow(b, op, cut, scratch.windows, block, point); });
}

/// A block of threads for each frequency of each window but the kernel's.
void emitProduct(GpuBuilder &b, LongConvOp op, const Cut &cut,
                 Scratch scratch) {
  Value spectra = scratch.spectra, place = b.block(Dimension::x);
  Value block = b.div(place, cut.frequencies());
  Value frequency = b.rem(place, cut.frequencies());
  Value last = b.sub(b.dim(spectra, 1), b.index(1)), zero = b.index(0);
  b.shareOut(b.index(b.staticDim(spectra, 2)), [&](Value channel) {
    SmallVector<Value> at{frequency, block, channel, zero};
    Value x = b.loadVector(spectra, at, 2);
    Value k = b.loadVector(spectra, {frequency, last, channel, zero}, 2);
    Value re = b.extract(x, 0), im = b.extract(x, 1);
    Value kernelRe = b.extract(k, 0), kernelIm = b.extract(k, 1);
    Value product[] = {
        b.fma(re, kernelRe, b.negf(b.mulf(im, kernelIm))),
        b.fma(re, kernelIm, b.mulf(im, kernelRe)),
    };
    b.storeVector(b.pack(product), spectra, at);
  });
}

/// A block of threads for each row of the output.
void emitFinish(GpuBuilder &b, LongConvOp op, const Cut &cut, Scratch scratch) {
  Value starts = op.getStarts(), row = b.block(Dimension::x);
  Value sequence = findSequenceOf(b, starts, row);
  Value start = b.loadIndex(starts, sequence), i = b.sub(row, start);
  Value block = b.add(firstBlock(b, start, sequence, cut), b.div(i, cut.rows));
  Value point = b.add(b.rem(i, cut.rows), b.index(cut.before));
  // The transforms leave a factor of n.
  Value scale = b.f32(1.0f / float(cut.points));
  b.shareOut(b.index(b.staticDim(op.getOutput(), 1)), [&](Value channel) {
    Value sum = b.loadScalar(scratch.windows, {point, block, channel});
    storeOutput(b, op, {row, channel}, b.mulf(sum, scale));
  });
}

/// Threads of a block that works on a row.
int64_t getRowThreads(LongConvOp op) {
  constexpr int64_t most = 256;
  int64_t channels = LoopBuilder::staticDim(op.getInput(), 1);
  return std::min<int64_t>(most, llvm::alignTo(channels, kWarpSize));
}

struct DirectConvKernel final : KernelLowering<LongConvOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(LongConvOp op, PatternRewriter &rewriter) const override {
    if (op.getFormOrDefault() != Form::Direct)
      return rewriter.notifyMatchFailure(op, "expected the form direct");
    return success();
  }
  Grid getGrid(LongConvOp op, LoopBuilder &b) const override {
    return {b.dim(op.getOutput(), 0), Value()};
  }
  void emit(LongConvOp op, GpuBuilder &b) const override {
    Value starts = op.getStarts(), row = b.block(Dimension::x);
    Value sequence = findSequenceOf(b, starts, row);
    Value start = b.loadIndex(starts, sequence);
    Value end = b.loadIndex(starts, b.add(sequence, 1));
    Value taps = b.index(b.staticDim(op.getKernel(), 0));
    Value behind = b.min(b.add(b.sub(row, start), 1), taps);
    Value ahead = b.min(b.sub(end, row), taps);
    b.shareOut(b.index(b.staticDim(op.getOutput(), 1)), [&](Value channel) {
      auto addTaps = [&](Value kernel, Value count, Value sum,
                         function_ref<Value(Value)> getRow) {
        return b.loop(b.index(0), count, sum, [&](Value tap, ValueRange sums) {
          Value input = loadInput(b, op, {getRow(tap), channel});
          Value weight = b.loadScalar(kernel, {tap, channel});
          return SmallVector<Value>{b.fma(weight, input, sums[0])};
        })[0];
      };
      Value sum = addTaps(op.getKernel(), behind, b.f32(0),
                          [&](Value tap) { return b.sub(row, tap); });
      if (op.getReversed())
        sum = addTaps(op.getReversed(), ahead, sum,
                      [&](Value tap) { return b.add(row, tap); });
      storeOutput(b, op, {row, channel}, sum);
    });
  }
};

struct FftConvKernels final : OpRewritePattern<LongConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LongConvOp op,
                                PatternRewriter &rewriter) const override {
    if (op->getNumResults() != 0)
      return rewriter.notifyMatchFailure(op, "expected a layer on memrefs");
    if (op.getFormOrDefault() != Form::Fft || op.hasSpectrum())
      return rewriter.notifyMatchFailure(
          op, "expected the form fft of a kernel in time");
    Cut cut(op);
    LoopBuilder b(op, rewriter);
    int64_t channels = b.staticDim(op.getInput(), 1);
    Value rows = b.dim(op.getInput(), 0);
    Value blocks =
        b.add(b.div(rows, cut.rows), b.countSequences(op.getStarts()));
    Value windows = b.add(blocks, 1); // The kernel is the last.
    constexpr int64_t any = ShapedType::kDynamic;
    Scratch scratch{
        allocate(b, {cut.points, any, channels}, windows),
        allocate(b, {cut.frequencies(), any, channels, 2}, windows)};

    launch(op, "pad", emitPad, cut, scratch, b.mul(windows, cut.points),
           rewriter);
    transform(b, "h3rt_rfft", scratch.windows, scratch.spectra, windows);
    launch(op, "product", emitProduct, cut, scratch,
           b.mul(blocks, cut.frequencies()), rewriter);
    transform(b, "h3rt_irfft", scratch.spectra, scratch.windows, blocks);
    launch(op, "finish", emitFinish, cut, scratch, rows, rewriter);

    for (Value buffer : {scratch.windows, scratch.spectra})
      gpu::DeallocOp::create(b, /*asyncToken=*/Type(), ValueRange(), buffer);
    rewriter.eraseOp(op);
    return success();
  }

private:
  static Value allocate(LoopBuilder &b, ArrayRef<int64_t> shape,
                        Value windows) {
    auto type = MemRefType::get(shape, b.getF32Type());
    return gpu::AllocOp::create(b, type, /*asyncToken=*/Type(), ValueRange(),
                                windows, ValueRange())
        .getMemref();
  }

  using Emit = void (*)(GpuBuilder &, LongConvOp, const Cut &, Scratch);
  static void launch(LongConvOp op, StringRef part, Emit emit, const Cut &cut,
                     Scratch scratch, Value blocks, PatternRewriter &rewriter) {
    Value buffers[] = {scratch.windows, scratch.spectra};
    int64_t threads = getRowThreads(op);
    gpu::GPUFuncOp kernel = createKernel(op, threads, rewriter, buffers, part);
    {
      OpBuilder::InsertionGuard guard(rewriter);
      auto layer = cast<LongConvOp>(kernel.getBody().front().front());
      rewriter.setInsertionPoint(layer);
      GpuBuilder b(kernel, rewriter, threads);
      ValueRange arguments =
          kernel.getArguments().slice(layer->getNumOperands(), 2);
      emit(b, layer, cut, {arguments[0], arguments[1]});
      rewriter.eraseOp(layer);
    }
    launchKernel(op, kernel, {blocks, Value()}, threads, rewriter, buffers);
  }

  /// A call of the runtime on the first windows of a buffer
  /// (h3-convert-device-calls-to-runtime).
  static void transform(LoopBuilder &b, StringRef name, Value from, Value to,
                        Value windows) {
    SmallVector<Value> operands;
    for (Value buffer : {from, to}) {
      auto type = cast<MemRefType>(buffer.getType());
      SmallVector<int64_t> shape(type.getShape());
      std::fill_n(shape.begin(), 3, ShapedType::kDynamic);
      operands.push_back(memref::CastOp::create(
          b, MemRefType::get(shape, type.getElementType()), buffer));
    }
    operands.push_back(windows);
    callRuntime(b, name, operands);
  }
};

} // namespace

void h3::populateConvKernels(RewritePatternSet &patterns) {
  patterns.add<DirectConvKernel>(patterns.getContext(), /*threads=*/256);
  patterns.add<FftConvKernels>(patterns.getContext());
}
