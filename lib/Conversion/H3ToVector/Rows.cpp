//===- Rows.cpp - Layers that treat every row by itself -------------------===//
//
// Row gathering, layer normalisation and the products within heads:
// one task per row.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

struct GatherRowsLowering final : LayerLowering<GatherRowsOp> {
  using LayerLowering::LayerLowering;
  void emit(GatherRowsOp op, KernelBuilder &b) const override {
    b.parallel(b.dim(op.getRows(), 0), [&](ValueRange ivs) {
      Value source = b.loadIndex(op.getRows(), ivs[0]);
      b.loopBlocks(b.staticDim(op.getInput(), 1), [&](Value c, Value mask) {
        b.store(b.load(op.getInput(), {source, c}, mask), op.getOutput(),
                {ivs[0], c}, mask);
      });
    });
  }
};

struct LayerNormLowering final : LayerLowering<LayerNormOp> {
  using LayerLowering::LayerLowering;
  void emit(LayerNormOp op, KernelBuilder &b) const override {
    Value x = op.getInput();
    int64_t channels = b.staticDim(x, 1);
    Value count = b.f32(channels), zero = b.splat(0.0f);
    b.parallel(b.dim(x, 0), [&](ValueRange ivs) {
      Value row = ivs[0];
      SmallVector<Value> sum = b.loopBlocks(
          channels, zero, [&](Value c, Value mask, ValueRange sums) {
            return SmallVector<Value>{
                b.addf(sums[0], b.load(x, {row, c}, mask))};
          });
      Value mean = b.broadcast(b.divf(b.sumLanes(sum[0]), count));
      SmallVector<Value> squares = b.loopBlocks(
          channels, zero, [&](Value c, Value mask, ValueRange sums) {
            Value centred = b.subf(b.load(x, {row, c}, mask), mean);
            if (mask)
              centred = arith::SelectOp::create(b, mask, centred, zero);
            return SmallVector<Value>{b.fma(centred, centred, sums[0])};
          });
      Value variance = b.divf(b.sumLanes(squares[0]), count);
      Value deviation = math::SqrtOp::create(
          b, b.addf(variance, b.f32(op.getEpsilon().convertToFloat())));
      Value scale = b.broadcast(b.divf(b.f32(1.0f), deviation));
      b.loopBlocks(channels, [&](Value c, Value mask) {
        Value centred = b.subf(b.load(x, {row, c}, mask), mean);
        Value normal = b.mulf(centred, scale);
        b.store(b.fma(normal, b.load(op.getWeight(), c, mask),
                      b.load(op.getBias(), c, mask)),
                op.getOutput(), {row, c}, mask);
      });
    });
  }
};

/// Calls `body(i, j, h)` for every plane i, j and head h of a row.
static void loopPlanes(KernelBuilder &b, int64_t headDim, int64_t heads,
                       function_ref<void(Value, Value, Value)> body) {
  b.loop(b.index(0), b.index(headDim), [&](Value i) {
    b.loop(b.index(0), b.index(headDim), [&](Value j) {
      b.loop(b.index(0), b.index(heads), [&](Value h) { body(i, j, h); });
    });
  });
}

/// The column of plane i, j and head h.
static Value planeColumn(KernelBuilder &b, Value i, Value j, Value h,
                         int64_t headDim, int64_t heads) {
  return b.add(b.mul(b.add(b.mul(i, headDim), j), heads), h);
}

struct HeadExpandLowering final : LayerLowering<HeadExpandOp> {
  using LayerLowering::LayerLowering;
  void emit(HeadExpandOp op, KernelBuilder &b) const override {
    Value keys = op.getKeys(), values = op.getValues();
    int64_t channels = b.staticDim(keys, 1), headDim = op.getHeadDim();
    int64_t heads = channels / headDim;
    b.parallel(b.dim(keys, 0), [&](ValueRange ivs) {
      Value row = ivs[0];
      if (headDim == 1)
        return b.loopBlocks(channels, [&](Value c, Value mask) {
          b.store(b.mulf(b.load(keys, {row, c}, mask),
                         b.load(values, {row, c}, mask)),
                  op.getOutput(), {row, c}, mask);
        });
      loopPlanes(b, headDim, heads, [&](Value i, Value j, Value h) {
        Value first = b.mul(h, headDim);
        Value key = b.loadScalar(keys, {row, b.add(first, i)});
        Value value = b.loadScalar(values, {row, b.add(first, j)});
        b.storeScalar(b.mulf(key, value), op.getOutput(),
                      {row, planeColumn(b, i, j, h, headDim, heads)});
      });
    });
  }
};

struct HeadContractLowering final : LayerLowering<HeadContractOp> {
  using LayerLowering::LayerLowering;
  void emit(HeadContractOp op, KernelBuilder &b) const override {
    Value queries = op.getQueries(), planes = op.getPlanes();
    int64_t channels = b.staticDim(queries, 1), headDim = op.getHeadDim();
    int64_t heads = channels / headDim;
    b.parallel(b.dim(queries, 0), [&](ValueRange ivs) {
      Value row = ivs[0];
      if (headDim == 1)
        return b.loopBlocks(channels, [&](Value c, Value mask) {
          b.store(b.mulf(b.load(queries, {row, c}, mask),
                         b.load(planes, {row, c}, mask)),
                  op.getOutput(), {row, c}, mask);
        });
      b.loopBlocks(channels, [&](Value c, Value mask) {
        b.store(b.splat(0.0f), op.getOutput(), {row, c}, mask);
      });
      loopPlanes(b, headDim, heads, [&](Value i, Value j, Value h) {
        Value query = b.loadScalar(queries, {row, b.add(b.mul(h, headDim), i)});
        Value plane = b.loadScalar(
            planes, {row, planeColumn(b, i, j, h, headDim, heads)});
        SmallVector<Value> output{row, b.add(b.mul(j, heads), h)};
        Value sum = b.loadScalar(op.getOutput(), output);
        b.storeScalar(b.fma(query, plane, sum), op.getOutput(), output);
      });
    });
  }
};

} // namespace

void h3::populateRowPatterns(RewritePatternSet &patterns,
                             const VectorTarget &target) {
  patterns.add<GatherRowsLowering, LayerNormLowering, HeadExpandLowering,
               HeadContractLowering>(patterns.getContext(), target);
}
