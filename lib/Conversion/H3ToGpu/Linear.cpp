//===- Linear.cpp - Dense layers for a few rows ---------------------------===//
//
// One warp for each output feature. Its lanes read the weight's row 16 bytes
// each, so that every weight is read once for a tile of rows. The inputs go
// through shared memory in pieces, normalised on the way where the layer has a
// norm. A step of one row, the common one, goes its own way (LinearRow.cpp).
//
//===----------------------------------------------------------------------===//

#include "LinearBlock.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kTileRows = 8; ///< rows that share a read of the weight
static_assert(kTileRows <= kLinearWarps, "a warp for each row's statistics");

/// Features of a piece: some accesses for each lane.
int64_t getPiece(const LinearBlock &block) {
  return std::min(std::clamp<int64_t>(2 * block.layout.span, 512, 1024),
                  block.inputs);
}
int64_t countPieceFloats(const LinearBlock &block) {
  return block.layout.countSpans(getPiece(block)) * block.layout.spanFloats;
}

class TileEmitter {
public:
  /// `staged` has room for a piece [tile, floats].
  TileEmitter(LinearBlock &block, Value staged)
      : block(block), b(block.b), layout(block.layout), staged(staged),
        results(b.shared({kTileRows, kLinearWarps})) {
    if (block.op.getNormWeight())
      statistics = b.shared({kTileRows, 2});
  }

  void emit() {
    rows = b.dim(block.op.getInput(), 0);
    firstRow = b.mul(b.block(Dimension::y), kTileRows);
    firstFeature = b.mul(b.block(Dimension::x), kLinearWarps);
    // Warps behind the last feature repeat it, for the barriers' sake.
    feature = b.min(b.add(firstFeature, b.warp()), b.index(block.features - 1));
    if (statistics)
      emitStatistics();
    int64_t piece = getPiece(block), whole = block.inputs / piece * piece;
    SmallVector<Value> sums(kTileRows, b.f32(0));
    sums = b.loop(b.index(0), b.index(whole), piece, sums,
                  [&](Value start, ValueRange carried) {
                    return emitPiece(start, piece, carried);
                  });
    if (whole < block.inputs)
      sums = emitPiece(b.index(whole), block.inputs - whole, sums);
    for (int64_t i = 0; i < kTileRows; ++i) {
      Value sum = b.sumWarp(sums[i]);
      b.ifThen(b.isEqual(b.lane(), 0),
               [&] { b.storeScalar(sum, results, {b.index(i), b.warp()}); });
    }
    b.barrier();
    emitEpilogue();
  }

private:
  /// Rows behind the last repeat it.
  Value getRow(Value i) {
    return b.min(b.add(firstRow, i), b.sub(rows, b.index(1)));
  }

  /// Mean and scale of each row of the tile, by a warp each.
  void emitStatistics() {
    b.ifThen(b.isBelow(b.warp(), b.index(kTileRows)), [&] {
      LinearBlock::Statistics own = block.measure(getRow(b.warp()));
      b.ifThen(b.isEqual(b.lane(), 0), [&] {
        b.storeScalar(own.mean, statistics, {b.warp(), b.index(0)});
        b.storeScalar(own.scale, statistics, {b.warp(), b.index(1)});
      });
    });
    b.barrier();
  }

  /// Adds the products of the features `start .. start + size - 1`.
  SmallVector<Value> emitPiece(Value start, int64_t size, ValueRange sums) {
    stage(start, size);
    b.barrier();
    SmallVector<Value> next =
        b.loop(b.index(0), b.index(layout.countSpans(size)), sums,
               [&](Value s, ValueRange carried) {
                 Value from = b.add(start, b.mul(s, layout.span));
                 return block.multiply(block.loadWeight(feature, from), staged,
                                       b.mul(s, layout.spanFloats), carried);
               });
    b.barrier();
    return next;
  }

  /// Brings a piece of the tile's rows to shared memory.
  void stage(Value start, int64_t size) {
    int64_t units = layout.countUnits(size);
    b.shareOut(b.index(kTileRows * units), [&](Value n) {
      Value i = b.div(n, units), u = b.rem(n, units);
      std::optional<LinearBlock::Statistics> own;
      if (statistics)
        own = {b.loadScalar(statistics, {i, b.index(0)}),
               b.loadScalar(statistics, {i, b.index(1)})};
      Value k = b.add(start, b.mul(u, layout.unit));
      Value x = block.whereInput(k, [&] {
        Value x = block.loadInput(getRow(i), k);
        return own ? block.normalize(x, k, *own) : x;
      });
      b.storeVector(x, staged, {i, layout.getPlace(b, u)});
    });
  }

  /// One thread for each sum of the block: rows of neighbouring features.
  void emitEpilogue() {
    Value i = b.div(b.thread(), kLinearWarps),
          f = b.rem(b.thread(), kLinearWarps);
    Value row = b.add(firstRow, i), column = b.add(firstFeature, f);
    Value exists =
        b.isBoth(b.isBelow(i, b.index(kTileRows)),
                 b.isBoth(b.isBelow(row, rows),
                          b.isBelow(column, b.index(block.features))));
    b.ifThen(exists, [&] {
      Value sum = b.loadScalar(results, {i, f});
      block.store(sum, block.loadEpilogue(row, column), row, column);
    });
  }

  LinearBlock &block;
  GpuBuilder &b;
  const InputLayout &layout;
  Value staged;
  Value results;    ///< sums [tile, warps]
  Value statistics; ///< mean and 1 / deviation [tile, 2]; null: no norm
  Value rows, firstRow, firstFeature, feature;
};

struct LinearKernel final : KernelLowering<LinearOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(LinearOp op, PatternRewriter &rewriter) const override {
    if (cast<MemRefType>(op.getWeight().getType()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "expected a weight of rows");
    if (op.getLibrary())
      return rewriter.notifyMatchFailure(op, "left to a library");
    return success();
  }

  Grid getGrid(LinearOp op, LoopBuilder &b) const override {
    int64_t features = b.staticDim(op.getWeight(), 0);
    Value rows = b.dim(op.getInput(), 0);
    auto countBlocks = [&](int64_t warpFeatures) {
      return b.index(llvm::divideCeil(features, kLinearWarps * warpFeatures));
    };
    Value blocks = countBlocks(1);
    if (fitsLinearRow(op))
      blocks = arith::SelectOp::create(b, b.isEqual(rows, 1),
                                       countBlocks(countRowFeatures(features)),
                                       blocks);
    return {blocks, b.div(b.add(rows, kTileRows - 1), kTileRows)};
  }

  void emit(LinearOp op, GpuBuilder &b) const override {
    // Of 4-bit weights ptxas keeps more than two blocks have room for.
    if (op.getScales() &&
        cast<MemRefType>(op.getScales().getType()).getRank() == 2)
      b.makeRoom(2);
    LinearBlock block(op, b);
    const int64_t tileShape[] = {kTileRows, countPieceFloats(block)};
    if (!fitsLinearRow(op)) {
      TileEmitter(block, b.shared(tileShape)).emit();
      return;
    }
    const int64_t rowShape[] = {1, countRowFloats(op)};
    Value staged = b.shared({std::max(kTileRows * tileShape[1], rowShape[1])});
    TileEmitter tile(block, b.reshape(staged, tileShape));
    b.ifElse(
        b.isEqual(b.dim(op.getInput(), 0), 1),
        [&] { emitLinearRow(block, b.reshape(staged, rowShape)); },
        [&] { tile.emit(); });
  }
};

} // namespace

void h3::populateLinearKernels(RewritePatternSet &patterns) {
  patterns.add<LinearKernel>(patterns.getContext(), kLinearThreads);
}
