//===- Rows.cpp - Kernels that treat every row by itself ------------------===//
//
// Embedding, row gathering, layer normalisation and the products within heads:
// one block for each row.
//
//===----------------------------------------------------------------------===//

#include "DenseWeight.h"
#include <numeric>

using namespace mlir;
using namespace h3;

namespace {

struct EmbeddingKernel final : KernelLowering<EmbeddingOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(EmbeddingOp op,
                      PatternRewriter &rewriter) const override {
    if (cast<MemRefType>(op.getTable().getType()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "expected a table of rows");
    return success();
  }
  Grid getGrid(EmbeddingOp op, LoopBuilder &b) const override {
    return {b.dim(op.getTokens(), 0), Value()};
  }
  void emit(EmbeddingOp op, GpuBuilder &b) const override {
    Value row = b.block(Dimension::x);
    Value token = b.loadIndex(op.getTokens(), row);
    constexpr int64_t maxWidth = 4; // Floats of a store.
    DenseWeight table(b, op.getTable(), op.getScales(), maxWidth);
    Value rowScale = table.loadRowScale(token);
    b.shareOut(b.index(table.columns() / table.width()), [&](Value access) {
      Value c = b.mul(access, table.width());
      Value values = table.decodeScaled(table.load(token, c), rowScale);
      b.storeVector(values, op.getOutput(), {row, c});
    });
  }
};

struct GatherRowsKernel final : KernelLowering<GatherRowsOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(GatherRowsOp op, LoopBuilder &b) const override {
    return {b.dim(op.getRows(), 0), Value()};
  }
  void emit(GatherRowsOp op, GpuBuilder &b) const override {
    Value row = b.block(Dimension::x);
    Value source = b.loadIndex(op.getRows(), row);
    b.shareOut(b.index(b.staticDim(op.getInput(), 1)), [&](Value c) {
      b.storeScalar(b.loadScalar(op.getInput(), {source, c}), op.getOutput(),
                    {row, c});
    });
  }
};

/// Accesses of up to 16 bytes of halves.
constexpr int64_t kHalves = 8;

struct RoundRowsKernel final : KernelLowering<RoundRowsOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(RoundRowsOp op, LoopBuilder &b) const override {
    return {b.dim(op.getInput(), 0), Value()};
  }
  void emit(RoundRowsOp op, GpuBuilder &b) const override {
    Value row = b.block(Dimension::x);
    int64_t columns = b.staticDim(op.getInput(), 1);
    int64_t width = std::gcd(columns, int64_t(4));
    Type element = cast<MemRefType>(op.getOutput().getType()).getElementType();
    b.shareOut(b.index(columns / width), [&](Value access) {
      Value c = b.mul(access, width);
      Value x = b.loadVector(op.getInput(), {row, c}, width);
      b.storeVector(b.round(x, element), op.getOutput(), {row, c});
    });
  }
};

struct DequantizeKernel final : KernelLowering<DequantizeOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(DequantizeOp op, LoopBuilder &b) const override {
    return {b.index(b.staticDim(op.getOutput(), 0)), Value()};
  }
  void emit(DequantizeOp op, GpuBuilder &b) const override {
    Value row = b.block(Dimension::x);
    DenseWeight weight(b, op.getValues(), op.getScales(), kHalves);
    Value rowScale = weight.loadRowScale(row);
    b.shareOut(b.index(weight.columns() / weight.width()), [&](Value access) {
      Value c = b.mul(access, weight.width());
      Value values = weight.decodeScaled(weight.load(row, c), rowScale);
      b.storeVector(b.round(values, b.getF16Type()), op.getOutput(), {row, c});
    });
  }
};

struct LayerNormKernel final : KernelLowering<LayerNormOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(LayerNormOp op, LoopBuilder &b) const override {
    return {b.dim(op.getInput(), 0), Value()};
  }
  void emit(LayerNormOp op, GpuBuilder &b) const override {
    Value x = op.getInput(), row = b.block(Dimension::x);
    const int64_t channels = b.staticDim(x, 1);
    // Read once, all at a time: memory is waited for once.
    struct Channel {
      Value c, exists, value, weight, bias;
    };
    SmallVector<Channel> own;
    for (int64_t first = 0; first < channels; first += b.threads) {
      Value c = b.add(b.thread(), first);
      Value exists = b.isBelow(c, b.index(channels));
      own.push_back({c, exists, b.loadIf(exists, x, {row, c}),
                     b.loadIf(exists, op.getWeight(), c),
                     b.loadIf(exists, op.getBias(), c)});
    }
    auto average = [&](function_ref<Value(const Channel &, Value)> add) {
      Value sum = b.f32(0);
      for (const Channel &channel : own)
        sum = b.select(channel.exists, add(channel, sum), sum);
      sum = b.sumBlock(sum, b.shared({b.countWarps()}));
      return b.divf(sum, b.f32(channels));
    };
    Value mean = average([&](const Channel &channel, Value sum) {
      return b.addf(sum, channel.value);
    });
    Value variance = average([&](const Channel &channel, Value sum) {
      Value centred = b.subf(channel.value, mean);
      return b.fma(centred, centred, sum);
    });
    Value deviation = math::SqrtOp::create(
        b, b.addf(variance, b.f32(op.getEpsilon().convertToFloat())));
    Value scale = b.divf(b.f32(1), deviation);
    for (const Channel &channel : own) {
      Value normal = b.mulf(b.subf(channel.value, mean), scale);
      b.storeIf(channel.exists, b.fma(normal, channel.weight, channel.bias),
                op.getOutput(), {row, channel.c});
    }
  }
};

/// Channel `i` of head `h`, and the column of plane `i, j` of head `h`.
struct HeadColumns {
  LoopBuilder &b;
  int64_t headDim, heads;

  Value channel(Value h, Value i) { return b.add(b.mul(h, headDim), i); }
  Value plane(Value i, Value j, Value h) {
    return b.add(b.mul(b.add(b.mul(i, headDim), j), heads), h);
  }
};

struct HeadExpandKernel final : KernelLowering<HeadExpandOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(HeadExpandOp op, LoopBuilder &b) const override {
    return {b.dim(op.getKeys(), 0), Value()};
  }
  void emit(HeadExpandOp op, GpuBuilder &b) const override {
    int64_t channels = b.staticDim(op.getKeys(), 1), headDim = op.getHeadDim();
    HeadColumns columns{b, headDim, channels / headDim};
    Value row = b.block(Dimension::x);
    b.shareOut(b.index(channels * headDim), [&](Value column) {
      Value head = b.rem(column, columns.heads);
      Value plane = b.div(column, columns.heads);
      Value i = b.div(plane, headDim), j = b.rem(plane, headDim);
      Value key = b.loadScalar(op.getKeys(), {row, columns.channel(head, i)});
      Value value =
          b.loadScalar(op.getValues(), {row, columns.channel(head, j)});
      b.storeScalar(b.mulf(key, value), op.getOutput(), {row, column});
    });
  }
};

struct HeadContractKernel final : KernelLowering<HeadContractOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(HeadContractOp op, LoopBuilder &b) const override {
    return {b.dim(op.getQueries(), 0), Value()};
  }
  void emit(HeadContractOp op, GpuBuilder &b) const override {
    int64_t channels = b.staticDim(op.getQueries(), 1);
    int64_t headDim = op.getHeadDim();
    HeadColumns columns{b, headDim, channels / headDim};
    Value row = b.block(Dimension::x);
    b.shareOut(b.index(channels), [&](Value column) {
      Value head = b.rem(column, columns.heads);
      Value j = b.div(column, columns.heads);
      Value sum = b.loop(
          b.index(0), b.index(headDim), b.f32(0),
          [&](Value i, ValueRange carried) {
            Value query =
                b.loadScalar(op.getQueries(), {row, columns.channel(head, i)});
            Value plane =
                b.loadScalar(op.getPlanes(), {row, columns.plane(i, j, head)});
            return SmallVector<Value>{b.fma(query, plane, carried[0])};
          })[0];
      b.storeScalar(sum, op.getOutput(), {row, column});
    });
  }
};

} // namespace

void h3::populateRowKernels(RewritePatternSet &patterns) {
  constexpr int64_t threads = 256;
  patterns
      .add<EmbeddingKernel, GatherRowsKernel, RoundRowsKernel, DequantizeKernel,
           LayerNormKernel, HeadExpandKernel, HeadContractKernel>(
          patterns.getContext(), threads);
}
