//===- Linear.cpp - Dense layers on packed panels -------------------------===//
//
// One task per panel: a tile of rows by one panel keeps its sums in registers
// while the panel streams past, one k after the other. Every output is a single
// ascending sum whatever the number of rows, so a row's bits do not depend on
// the rows beside it. Rows are split into tiles of nearly equal height; a
// height is a compile-time constant, chosen by a switch.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

struct LinearLowering final : LayerLowering<LinearOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(LinearOp op, PatternRewriter &rewriter) const override {
    if (op.getNormWeight())
      return rewriter.notifyMatchFailure(op, "expected no fused norm");
    auto weight = cast<MemRefType>(op.getWeight().getType());
    if (weight.getRank() != 3)
      return rewriter.notifyMatchFailure(op, "expected a packed weight");
    constexpr int64_t maxVectors = 16; // Their sums stay in registers.
    int64_t width = weight.getDimSize(2);
    if (width % target.lanes != 0 || width / target.lanes > maxVectors)
      return rewriter.notifyMatchFailure(
          op, "expected a panel of whole vectors of lanes, not many");
    return success();
  }

  void emit(LinearOp op, KernelBuilder &b) const override {
    b.parallel(b.index(b.staticDim(op.getWeight(), 0)), [&](ValueRange ivs) {
      Value rows = b.dim(op.getInput(), 0), one = b.index(1);
      Value tiles =
          arith::CeilDivUIOp::create(b, rows, b.index(target.tileRows));
      // With no rows there are no tiles, and nothing must be divided by zero.
      Value divisor = arith::MaxUIOp::create(b, tiles, one);
      Value height = arith::DivUIOp::create(b, rows, divisor);
      Value higher = arith::RemUIOp::create(b, rows, divisor);
      b.loop(b.index(0), tiles, b.index(0), [&](Value tile, ValueRange first) {
        Value isHigher =
            arith::CmpIOp::create(b, arith::CmpIPredicate::ult, tile, higher);
        Value extra = arith::SelectOp::create(b, isHigher, one, b.index(0));
        Value count = b.add(height, extra);
        switchHeight(op, b, count, first[0], ivs[0]);
        return SmallVector<Value>{b.add(first[0], count)};
      });
    });
  }

private:
  void switchHeight(LinearOp op, KernelBuilder &b, Value count, Value first,
                    Value panel) const {
    SmallVector<int64_t> heights =
        llvm::to_vector(llvm::seq<int64_t>(1, target.tileRows + 1));
    auto choice = scf::IndexSwitchOp::create(b, TypeRange(), count, heights,
                                             heights.size());
    auto fill = [&](Region &region, int64_t height) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&region.emplaceBlock());
      if (height > 0)
        emitTile(op, b, first, panel, height);
      scf::YieldOp::create(b);
    };
    for (auto [region, height] :
         llvm::zip_equal(choice.getCaseRegions(), heights))
      fill(region, height);
    fill(choice.getDefaultRegion(), 0);
  }

  void emitTile(LinearOp op, KernelBuilder &b, Value first, Value panel,
                int64_t height) const {
    Value x = op.getInput(), weight = op.getWeight();
    int64_t width = b.staticDim(weight, 2);
    int64_t vectors = width / b.lanes;
    SmallVector<Value> rows;
    for (int64_t i = 0; i < height; ++i)
      rows.push_back(b.add(first, i));
    SmallVector<Value> zeros(height * vectors, b.splat(0.0f));
    SmallVector<Value> sums = b.loop(
        b.index(0), b.index(b.staticDim(weight, 1)), zeros,
        [&](Value k, ValueRange sums) {
          SmallVector<Value> columns, next;
          for (int64_t v = 0; v < vectors; ++v)
            columns.push_back(b.load(weight, {panel, k, b.index(v * b.lanes)}));
          for (int64_t i = 0; i < height; ++i) {
            Value input = b.broadcast(b.loadScalar(x, {rows[i], k}));
            for (int64_t v = 0; v < vectors; ++v)
              next.push_back(b.fma(input, columns[v], sums[i * vectors + v]));
          }
          return next;
        });
    for (int64_t v = 0; v < vectors; ++v)
      for (int64_t i = 0; i < height; ++i)
        emitEpilogue(op, b, sums[i * vectors + v], rows[i], panel, vectors, v);
  }

  /// Bias, activation and accumulation of vector `v` of a row's panel.
  static void emitEpilogue(LinearOp op, KernelBuilder &b, Value sum, Value row,
                           Value panel, int64_t vectors, int64_t v) {
    Value block = b.add(b.mul(panel, vectors), v);
    Value column = b.mul(block, b.lanes);
    // Blocks behind the last column have an empty mask.
    int64_t columns = b.staticDim(op.getOutput(), 1);
    Value mask;
    if (columns % (vectors * b.lanes) != 0)
      mask = vector::CreateMaskOp::create(
          b, VectorType::get({b.lanes}, b.getI1Type()),
          b.sub(b.index(columns), column));
    if (op.getBias())
      sum = b.addf(sum, b.load(op.getBias(), column, mask));
    if (op.getGelu())
      sum = b.gelu(sum);
    if (op.getAccumulate())
      sum = b.addf(sum, b.load(op.getOutput(), {row, column}, mask));
    b.store(sum, op.getOutput(), {row, column}, mask);
  }
};

} // namespace

void h3::populateLinearPatterns(RewritePatternSet &patterns,
                                const VectorTarget &target) {
  patterns.add<LinearLowering>(patterns.getContext(), target);
}
