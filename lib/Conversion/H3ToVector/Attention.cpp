//===- Attention.cpp - Causal attention over the cache --------------------===//
//
// One task per row, and in attention itself per row and head. Scores are formed
// for a block of positions at a time on a grid that starts at position 0; the
// running maximum, sum and output are rescaled after each block (the online
// softmax of FlashAttention, arXiv 2205.14135, section 3.1).
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <limits>

using namespace mlir;
using namespace h3;

namespace {

/// Copies a head's features from row `row` of `qkv`, columns from `column`, to
/// `target[indices.., 0 ..]`, the first ones rotated by halves.
void emitRotated(KernelBuilder &b, Value qkv, Value row, Value column,
                 int64_t width, Value rotary, Value position, Value target,
                 ArrayRef<Value> indices, Value targetColumn) {
  auto at = [&](Value offset) {
    SmallVector<Value> all(indices);
    all.push_back(b.add(targetColumn, offset));
    return all;
  };
  b.loopBlocks(width, [&](Value c, Value mask) {
    b.store(b.load(qkv, {row, b.add(column, c)}, mask), target, at(c), mask);
  });
  if (!rotary)
    return;
  int64_t half = b.staticDim(rotary, 0);
  Value integer = arith::IndexCastOp::create(b, b.getI64Type(), position);
  Value real = arith::SIToFPOp::create(b, b.getF32Type(), integer);
  b.loop(b.index(0), b.index(half), [&](Value m) {
    Value angle = b.mulf(real, b.loadScalar(rotary, m));
    Value cosine = math::CosOp::create(b, angle);
    Value sine = math::SinOp::create(b, angle);
    Value mate = b.add(m, half);
    Value x = b.loadScalar(qkv, {row, b.add(column, m)});
    Value y = b.loadScalar(qkv, {row, b.add(column, mate)});
    b.storeScalar(b.subf(b.mulf(x, cosine), b.mulf(y, sine)), target, at(m));
    b.storeScalar(b.addf(b.mulf(x, sine), b.mulf(y, cosine)), target, at(mate));
  });
}

struct CacheKeysLowering final : LayerLowering<CacheKeysOp> {
  using LayerLowering::LayerLowering;
  void emit(CacheKeysOp op, KernelBuilder &b) const override {
    int64_t channels = b.staticDim(op.getOutput(), 3);
    int64_t heads = op.getHeads(), width = channels / heads;
    b.parallel(b.dim(op.getQkv(), 0), [&](ValueRange ivs) {
      RowPlace place = loadRowPlace(b, op, ivs[0]);
      b.loop(b.index(0), b.index(heads), [&](Value head) {
        Value column = b.mul(head, width);
        emitRotated(b, op.getQkv(), ivs[0], b.add(column, channels), width,
                    op.getRotary(), place.position, op.getOutput(),
                    {place.slot, b.index(0), place.position}, column);
        emitRotated(b, op.getQkv(), ivs[0], b.add(column, 2 * channels), width,
                    Value(), place.position, op.getOutput(),
                    {place.slot, b.index(1), place.position}, column);
      });
    });
  }
};

struct AttentionLowering final : LayerLowering<AttentionOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(AttentionOp op,
                      PatternRewriter &rewriter) const override {
    if (!op->getParentOfType<func::FuncOp>())
      return rewriter.notifyMatchFailure(op, "expected a func.func around it");
    return success();
  }

  void emit(AttentionOp op, KernelBuilder &b) const override {
    int64_t heads = op.getHeads();
    int64_t width = b.staticDim(op.getOutput(), 1) / heads;
    auto [query, weights] = allocateScratch(op, b, width);
    // Later rows see more positions: heads first, so that threads share evenly.
    b.parallel({b.index(heads), b.dim(op.getQkv(), 0)}, [&](ValueRange ivs) {
      Value row = ivs[1], column = b.mul(ivs[0], width), zero = b.index(0);
      RowPlace place = loadRowPlace(b, op, row);
      emitRotated(b, op.getQkv(), row, column, width, op.getRotary(),
                  place.position, query, {}, zero);
      b.loopBlocks(width, [&](Value c, Value mask) {
        b.store(b.splat(0.0f), op.getOutput(), {row, b.add(column, c)}, mask);
      });
      Value positions = b.add(place.position, 1);
      Value blocks = arith::CeilDivUIOp::create(b, positions, b.index(b.lanes));
      Value lowest = b.f32(-std::numeric_limits<float>::infinity());
      SmallVector<Value> softmax =
          b.loop(zero, blocks, {lowest, b.f32(0.0f)},
                 [&](Value block, ValueRange carried) {
                   Value first = b.mul(block, b.lanes);
                   Value left = b.sub(positions, first);
                   Value count =
                       arith::MinUIOp::create(b, left, b.index(b.lanes));
                   Value scores =
                       emitScores(op, b, place, query, first, column, width);
                   return emitBlock(op, b, place, row, scores, weights, first,
                                    count, column, width, carried);
                 });
      Value scale = b.broadcast(b.divf(b.f32(1.0f), softmax[1]));
      b.loopBlocks(width, [&](Value c, Value mask) {
        SmallVector<Value> at{row, b.add(column, c)};
        b.store(b.mulf(b.load(op.getOutput(), at, mask), scale), op.getOutput(),
                at, mask);
      });
    });
  }

private:
  /// Room for one rotated query and one block of weights, per thread: on the
  /// stack of the kernel, outside of all loops.
  static std::pair<Value, Value>
  allocateScratch(AttentionOp op, KernelBuilder &b, int64_t width) {
    OpBuilder::InsertionGuard guard(b);
    auto kernel = op->getParentOfType<func::FuncOp>();
    b.setInsertionPointToStart(&kernel.getBody().front());
    auto allocate = [&](int64_t size) {
      return memref::AllocaOp::create(b,
                                      MemRefType::get({size}, b.getF32Type()),
                                      b.getI64IntegerAttr(64))
          .getResult();
    };
    return {allocate(width), allocate(b.lanes)};
  }

  /// q . K[first + i] / sqrt(width) in lane i, -inf behind the last position.
  static Value emitScores(AttentionOp op, KernelBuilder &b, RowPlace place,
                          Value query, Value first, Value column,
                          int64_t width) {
    SmallVector<SmallVector<Value>> keys;
    for (int64_t i = 0; i < b.lanes; ++i) {
      // Behind the last position, a row of the cache may hold anything.
      Value position = b.min(b.add(first, i), place.position);
      keys.push_back({place.slot, b.index(0), position});
    }
    SmallVector<Value> sums =
        b.loopBlocks(width, SmallVector<Value>(b.lanes, b.splat(0.0f)),
                     [&](Value c, Value mask, ValueRange carried) {
                       Value features = b.load(query, c, mask);
                       SmallVector<Value> next;
                       for (auto [key, sum] : llvm::zip_equal(keys, carried)) {
                         SmallVector<Value> at(key);
                         at.push_back(b.add(column, c));
                         next.push_back(b.fma(
                             features, b.load(op.getCache(), at, mask), sum));
                       }
                       return next;
                     });
    float scale = 1.0f / std::sqrt(static_cast<float>(width));
    Value dots = b.sumEach(sums), scores = b.mulf(dots, b.splat(scale));
    Value count = b.sub(b.add(place.position, 1), first);
    Value isKnown = vector::CreateMaskOp::create(
        b, VectorType::get({b.lanes}, b.getI1Type()), count);
    Value lowest = b.splat(-std::numeric_limits<float>::infinity());
    return arith::SelectOp::create(b, isKnown, scores, lowest);
  }

  /// Adds a block of positions to the running maximum, sum and output.
  static SmallVector<Value> emitBlock(AttentionOp op, KernelBuilder &b,
                                      RowPlace place, Value row, Value block,
                                      Value weightOf, Value first, Value count,
                                      Value column, int64_t width,
                                      ValueRange carried) {
    Value zero = b.index(0);
    Value highest = vector::ReductionOp::create(
        b, vector::CombiningKind::MAXIMUMF, block, carried[0]);
    Value weights = math::ExpOp::create(b, b.subf(block, b.broadcast(highest)));
    Value rescales =
        math::ExpOp::create(b, b.broadcast(b.subf(carried[0], highest)));
    Value rescale =
        vector::ExtractOp::create(b, rescales, ArrayRef<int64_t>{0});
    b.store(weights, weightOf, zero);
    Value sum = b.fma(carried[1], rescale, b.sumLanes(weights));
    // As many features at once as there are registers for.
    constexpr int64_t mostVectors = 8;
    int64_t vectors = llvm::divideCeil(width, b.lanes);
    for (int64_t v = 0; v < vectors; v += mostVectors) {
      SmallVector<Value> columns, masks, outputs;
      for (int64_t i = v; i < std::min(v + mostVectors, vectors); ++i) {
        columns.push_back(b.add(column, i * b.lanes));
        bool isWhole = (i + 1) * b.lanes <= width;
        masks.push_back(isWhole ? Value() : b.blockMask(b.index(i), width));
        Value before =
            b.load(op.getOutput(), {row, columns.back()}, masks.back());
        outputs.push_back(b.mulf(before, rescales));
      }
      outputs = b.loop(zero, count, outputs, [&](Value i, ValueRange carried) {
        Value weight = b.broadcast(b.loadScalar(weightOf, i));
        Value position = b.add(first, i);
        SmallVector<Value> next;
        for (auto [at, mask, output] :
             llvm::zip_equal(columns, masks, carried)) {
          Value value = b.load(op.getCache(),
                               {place.slot, b.index(1), position, at}, mask);
          next.push_back(b.fma(weight, value, output));
        }
        return next;
      });
      for (auto [at, mask, output] : llvm::zip_equal(columns, masks, outputs))
        b.store(output, op.getOutput(), {row, at}, mask);
    }
    return {highest, sum};
  }
};

} // namespace

void h3::populateAttentionPatterns(RewritePatternSet &patterns,
                                   const VectorTarget &target) {
  patterns.add<CacheKeysLowering, AttentionLowering>(patterns.getContext(),
                                                     target);
}
