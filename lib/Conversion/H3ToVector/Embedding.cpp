//===- Embedding.cpp - Rows of a table of any type ------------------------===//
//
// One task per row. A table in panels is that of a head as well: a row of it is
// a column of a panel, a few values together in every step.
//
//===----------------------------------------------------------------------===//

#include "PanelSums.h"

using namespace mlir;
using namespace h3;

namespace {

struct EmbeddingLowering final : LayerLowering<EmbeddingOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(EmbeddingOp op,
                      PatternRewriter &rewriter) const override {
    auto table = cast<MemRefType>(op.getTable().getType());
    if (table.getRank() == 2 && !table.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "expected f32 in rows");
    return success();
  }

  void emit(EmbeddingOp op, KernelBuilder &b) const override {
    Value table = op.getTable();
    bool isPacked = cast<MemRefType>(table.getType()).getRank() != 2;
    b.parallel(b.dim(op.getTokens(), 0), [&](ValueRange ivs) {
      Value row = ivs[0], token = b.loadIndex(op.getTokens(), row);
      if (isPacked)
        return emitColumn(op, b, row, token);
      b.loopBlocks(op.getChannels(), [&](Value c, Value mask) {
        b.store(b.load(table, {token, c}, mask), op.getOutput(), {row, c},
                mask);
      });
    });
  }

private:
  void emitColumn(EmbeddingOp op, KernelBuilder &b, Value row,
                  Value token) const {
    auto type = cast<MemRefType>(op.getTable().getType());
    Value width = b.index(type.getDimSize(2));
    Value panel = arith::DivUIOp::create(b, token, width);
    Value column = arith::RemUIOp::create(b, token, width);
    int64_t group = type.getRank() == 4 ? type.getDimSize(3) : 1;
    bool isGrouped = op.getScales() && isOfGroups(op.getScales());
    Value rowScale;
    if (op.getScales() && !isGrouped)
      rowScale = b.loadScalar(op.getScales(), token);
    b.loop(b.index(0), b.index(type.getDimSize(1)), [&](Value step) {
      Value scale = rowScale;
      int64_t values = isGrouped ? 2 * group : group;
      Value first = b.mul(step, values);
      if (isGrouped) {
        Value half = b.loadScalar(op.getScales(),
                                  {panel, b.div(first, kQuantGroup), column});
        scale = arith::ExtFOp::create(b, b.getF32Type(), half);
      }
      for (int64_t i = 0; i < values; ++i) {
        SmallVector<Value> indices{panel, step, column};
        if (type.getRank() == 4)
          indices.push_back(b.index(isGrouped ? i / 2 : i));
        Value value = toFloat(b, b.loadScalar(op.getTable(), indices),
                              isGrouped ? 4 * (i % 2) : -1);
        if (scale)
          value = b.mulf(value, scale);
        b.storeScalar(value, op.getOutput(), {row, b.add(first, i)});
      }
    });
  }

  /// A stored value without its scale; `shift` is the first bit of a nibble in
  /// a byte, or negative.
  static Value toFloat(KernelBuilder &b, Value value, int64_t shift) {
    Type type = value.getType();
    if (type.isF32())
      return value;
    if (!type.isInteger())
      return arith::ExtFOp::create(b, b.getF32Type(), value);
    Type word = b.getI32Type();
    auto constant = [&](int32_t number) -> Value {
      return arith::ConstantIntOp::create(b, word, number);
    };
    bool isBiased = type.isUnsignedInteger();
    if (isBiased) // Arithmetic is on integers without a sign.
      value =
          UnrealizedConversionCastOp::create(b, TypeRange(b.getI8Type()), value)
              .getResult(0);
    if (shift < 0 && !isBiased)
      return arith::SIToFPOp::create(b, b.getF32Type(), value);
    Value number = arith::ExtUIOp::create(b, word, value);
    if (shift >= 0) {
      number = arith::ShRUIOp::create(b, number, constant(shift));
      number = arith::AndIOp::create(b, number, constant(15));
    }
    number = arith::SubIOp::create(b, number, constant(shift < 0 ? 128 : 8));
    return arith::SIToFPOp::create(b, b.getF32Type(), number);
  }
};

} // namespace

void h3::populateEmbeddingPatterns(RewritePatternSet &patterns,
                                   const VectorTarget &target) {
  patterns.add<EmbeddingLowering>(patterns.getContext(), target);
}
