//===- Linear.cpp - Dense layers for a few rows ---------------------------===//
//
// One warp for each output feature: its lanes read the weight's row 16 bytes
// each, so that every weight is read once for a tile of rows, and add their
// sums up by shuffles. A step of one row, the common one, has a tile of its
// own.
//
//===----------------------------------------------------------------------===//

#include "GpuBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kTileRows = 8; ///< rows that share a read of the weight

struct LinearKernel final : KernelLowering<LinearOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(LinearOp op, PatternRewriter &rewriter) const override {
    if (cast<MemRefType>(op.getWeight().getType()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "expected a weight of rows");
    return success();
  }

  Grid getGrid(LinearOp op, LoopBuilder &b) const override {
    int64_t features = b.staticDim(op.getWeight(), 0);
    Value rows = b.dim(op.getInput(), 0);
    return {b.index(llvm::divideCeil(features, threads / kWarpSize)),
            b.div(b.add(rows, kTileRows - 1), kTileRows)};
  }

  void emit(LinearOp op, GpuBuilder &b) const override {
    int64_t features = b.staticDim(op.getWeight(), 0);
    Value feature =
        b.add(b.mul(b.block(Dimension::x), b.countWarps()), b.warp());
    Value rows = b.dim(op.getInput(), 0);
    b.ifThen(b.isBelow(feature, b.index(features)), [&] {
      b.ifElse(
          b.isEqual(rows, 1),
          [&] { emitTile(op, b, feature, b.index(0), rows, 1); },
          [&] {
            Value first = b.mul(b.block(Dimension::y), kTileRows);
            emitTile(op, b, feature, first, rows, kTileRows);
          });
    });
  }

private:
  /// `size` rows from `first` on; those behind the last repeat it.
  static void emitTile(LinearOp op, GpuBuilder &b, Value feature, Value first,
                       Value rows, int64_t size) {
    int64_t inputs = b.staticDim(op.getWeight(), 1);
    int64_t width = inputs % 4 == 0 ? 4 : 1; // floats of an access
    Value last = b.sub(rows, b.index(1));
    SmallVector<Value> places, sums(size, b.f32(0));
    for (int64_t i = 0; i < size; ++i)
      places.push_back(b.min(b.add(first, i), last));
    Value lane = b.lane();
    sums = b.loop(
        b.mul(lane, width), b.index(inputs), kWarpSize * width, sums,
        [&](Value k, ValueRange carried) {
          SmallVector<Value> next(carried);
          Value weights = b.loadVector(op.getWeight(), {feature, k}, width);
          for (int64_t i = 0; i < size; ++i) {
            Value x = b.loadVector(op.getInput(), {places[i], k}, width);
            for (int64_t j = 0; j < width; ++j)
              next[i] = b.fma(b.extract(x, j), b.extract(weights, j), next[i]);
          }
          return next;
        });
    // Lane i finishes row i.
    Value mine = b.sumWarp(sums[0]);
    for (int64_t i = 1; i < size; ++i)
      mine = b.select(b.isEqual(lane, i), b.sumWarp(sums[i]), mine);
    Value row = b.add(first, lane);
    Value isMine =
        b.isBoth(b.isBelow(lane, b.index(size)), b.isBelow(row, rows));
    b.ifThen(isMine, [&] { emitEpilogue(op, b, mine, row, feature); });
  }

  static void emitEpilogue(LinearOp op, GpuBuilder &b, Value sum, Value row,
                           Value feature) {
    if (op.getBias())
      sum = b.addf(sum, b.loadScalar(op.getBias(), feature));
    if (op.getGelu())
      sum = b.gelu(sum);
    if (op.getAccumulate())
      sum = b.addf(sum, b.loadScalar(op.getOutput(), {row, feature}));
    b.storeScalar(sum, op.getOutput(), {row, feature});
  }
};

} // namespace

void h3::populateLinearKernels(RewritePatternSet &patterns) {
  patterns.add<LinearKernel>(patterns.getContext(), /*threads=*/256);
}
