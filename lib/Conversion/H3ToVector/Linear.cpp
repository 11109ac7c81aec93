//===- Linear.cpp - Dense layers on packed panels -------------------------===//
//
// One task per panel and block of rows: a tile of rows by one panel keeps its
// sums in registers while the panel streams past (PanelSums.h). Every output is
// a single ascending sum whatever the number of rows, so a row's bits do not
// depend on the rows beside it. Rows are split into tiles of nearly equal
// height; a height is a compile-time constant, chosen by a switch.
//
//===----------------------------------------------------------------------===//

#include "PanelSums.h"

using namespace mlir;
using namespace h3;

namespace {

struct LinearLowering final : LayerLowering<LinearOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(LinearOp op, PatternRewriter &rewriter) const override {
    if (op.getNormWeight())
      return rewriter.notifyMatchFailure(op, "expected no fused norm");
    if (!hasPanelSums(op, target.lanes))
      return rewriter.notifyMatchFailure(
          op, "expected a packed weight of whole vectors of lanes, not many, "
              "and an input as its products take it");
    return success();
  }

  void emit(LinearOp op, KernelBuilder &b) const override {
    Value rows = b.dim(op.getInput(), 0);
    Value tiles = arith::CeilDivUIOp::create(b, rows, b.index(getTileRows(op)));
    Value blocks =
        arith::CeilDivUIOp::create(b, tiles, b.index(countTilesOfBlock(op)));
    Value panels = b.index(b.staticDim(op.getWeight(), 0));
    b.parallel({blocks, panels}, [&](ValueRange ivs) {
      auto share = [&](Value block) -> Value {
        return arith::DivUIOp::create(b, arith::MulIOp::create(b, block, tiles),
                                      blocks);
      };
      Value height = arith::DivUIOp::create(b, rows, tiles);
      Value higher = arith::RemUIOp::create(b, rows, tiles);
      Value begin = share(ivs[0]), end = share(b.add(ivs[0], 1));
      PanelTile place{ivs[1], {}, {}, b.sub(end, begin)};
      b.loop(begin, end, [&](Value tile) {
        Value isHigher =
            arith::CmpIOp::create(b, arith::CmpIPredicate::ult, tile, higher);
        Value extra =
            arith::SelectOp::create(b, isHigher, b.index(1), b.index(0));
        Value first =
            b.add(arith::MulIOp::create(b, tile, height), b.min(tile, higher));
        place.index = b.sub(tile, begin);
        switchHeight(op, b, b.add(height, extra), first, place);
      });
    });
  }

private:
  /// Weights that are decoded need registers for that.
  int64_t getTileRows(LinearOp op) const {
    const int64_t mostOfGroups = 7, mostOfWidened = target.lanes == 16 ? 12 : 4;
    if (op.getScales() && isOfGroups(op.getScales()))
      return std::min(target.tileRows, mostOfGroups);
    Type weight = cast<MemRefType>(op.getWeight().getType()).getElementType();
    Type input = cast<MemRefType>(op.getInput().getType()).getElementType();
    return weight.isBF16() && input.isF32()
               ? std::min(target.tileRows, mostOfWidened)
               : target.tileRows;
  }

  /// So many that their rows of the input stay in the second-level cache while
  /// panels stream past.
  int64_t countTilesOfBlock(LinearOp op) const {
    constexpr int64_t cacheBytes = 256 * 1024, fewest = 4;
    auto input = cast<MemRefType>(op.getInput().getType());
    int64_t bytes = input.getDimSize(1) * input.getElementTypeBitWidth() / 8;
    return std::max(fewest,
                    cacheBytes / std::max<int64_t>(bytes * getTileRows(op), 1));
  }

  void switchHeight(LinearOp op, KernelBuilder &b, Value height, Value first,
                    const PanelTile &place) const {
    SmallVector<int64_t> heights =
        llvm::to_vector(llvm::seq<int64_t>(1, getTileRows(op) + 1));
    auto choice = scf::IndexSwitchOp::create(b, TypeRange(), height, heights,
                                             heights.size());
    auto fill = [&](Region &region, int64_t height) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(&region.emplaceBlock());
      if (height > 0)
        emitTile(op, b, first, place, height);
      scf::YieldOp::create(b);
    };
    for (auto [region, height] :
         llvm::zip_equal(choice.getCaseRegions(), heights))
      fill(region, height);
    fill(choice.getDefaultRegion(), 0);
  }

  void emitTile(LinearOp op, KernelBuilder &b, Value first, PanelTile tile,
                int64_t height) const {
    int64_t vectors = b.staticDim(op.getWeight(), 2) / b.lanes;
    for (int64_t i = 0; i < height; ++i)
      tile.rows.push_back(b.add(first, i));
    SmallVector<Value> sums = emitPanelSums(op, b, target.dots, tile);
    for (int64_t v = 0; v < vectors; ++v)
      for (int64_t i = 0; i < height; ++i)
        emitEpilogue(op, b, sums[i * vectors + v], tile.rows[i], tile.panel,
                     vectors, v);
  }

  /// Scales, bias, activation and accumulation of vector `v` of a row's panel.
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
    if (op.getRowScales())
      sum = b.mulf(sum, b.broadcast(b.loadScalar(op.getRowScales(), row)));
    if (op.getScales() && !isOfGroups(op.getScales()))
      sum = b.mulf(sum, b.load(op.getScales(), column, mask));
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
