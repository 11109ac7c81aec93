//===- KernelBuilder.h - What the lowerings of layers share -----*- C++ -*-===//
//
// A thin layer over ImplicitLocOpBuilder for kernels whose vector lanes are
// channels: index arithmetic, loops, and loads and stores of a block of lanes
// that may be the last, partial one.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_KERNELBUILDER_H
#define H3_LIB_CONVERSION_H3TOVECTOR_KERNELBUILDER_H

#include "H3Dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

namespace h3 {

/// What the kernels need to know of the target.
struct VectorTarget {
  int64_t lanes;    ///< floats in a vector register
  int64_t tileRows; ///< rows of a matrix tile
};

using mlir::Value;
using mlir::ValueRange;

class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  KernelBuilder(mlir::Operation *op, mlir::OpBuilder &builder, int64_t lanes)
      : ImplicitLocOpBuilder(op->getLoc(), builder), lanes(lanes),
        vectorType(mlir::VectorType::get({lanes}, builder.getF32Type())) {}

  const int64_t lanes;
  const mlir::VectorType vectorType;

  // Scalars and index arithmetic.
  Value index(int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b) { return add(a, index(b)); }
  Value sub(Value a, Value b);
  Value mul(Value a, int64_t b);
  Value rem(Value a, int64_t b);
  Value div(Value a, int64_t b);
  Value min(Value a, Value b);
  Value isEqual(Value a, int64_t b);
  Value isAtLeast(Value a, int64_t b);
  Value f32(float value);
  Value splat(float value);
  Value broadcast(Value scalar);
  /// An element of an integer buffer as an index.
  Value loadIndex(Value buffer, Value position);
  Value dim(Value buffer, int64_t index);
  static int64_t staticDim(Value buffer, int64_t index);

  // Loops. Bodies get the induction values; those that carry values return
  // them.
  using Body = llvm::function_ref<void(ValueRange)>;
  using CarryBody =
      llvm::function_ref<llvm::SmallVector<Value>(Value, ValueRange)>;
  void parallel(ValueRange upperBounds, Body body);
  void loop(Value lower, Value upper, llvm::function_ref<void(Value)> body);
  llvm::SmallVector<Value> loop(Value lower, Value upper, ValueRange inits,
                                CarryBody body);

  void ifThen(Value condition, llvm::function_ref<void()> body);
  void ifElse(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);

  /// Memory of one thread, `shape` floats, for the whole function: on the stack
  /// or, where it is large, on the heap. Must stand inside of a function.
  Value scratch(llvm::ArrayRef<int64_t> shape);

  /// A constant of the module, made where there is none of that name yet.
  Value table(const llvm::Twine &name, mlir::DenseElementsAttr values);

  // Tasks.
  /// The number of sequences of a batch.
  Value countSequences(Value starts) { return sub(dim(starts, 0), index(1)); }
  /// The number of blocks of lanes in `size`.
  Value countBlocks(int64_t size) {
    return index(llvm::divideCeil(size, lanes));
  }

  // Blocks of lanes. A null mask means that all lanes are there.
  /// The mask of the lanes of block `block` that are below `size`, null where
  /// every block is full.
  Value blockMask(Value block, int64_t size);
  /// Runs `body(first lane, mask)` over `size` lanes in blocks, carrying
  /// values.
  llvm::SmallVector<Value> loopBlocks(
      int64_t size, ValueRange inits,
      llvm::function_ref<llvm::SmallVector<Value>(Value, Value, ValueRange)>
          body);
  void loopBlocks(int64_t size, llvm::function_ref<void(Value, Value)> body);
  Value load(Value buffer, ValueRange indices, Value mask = {});
  void store(Value value, Value buffer, ValueRange indices, Value mask = {});
  /// Fetches what stands there into the first-level cache. Rows of channels lie
  /// further apart than hardware looks ahead. May be behind the buffer's end.
  void prefetch(Value buffer, ValueRange indices, bool isWrite);
  Value loadScalar(Value buffer, ValueRange indices);
  void storeScalar(Value value, Value buffer, ValueRange indices);

  // Arithmetic on vectors or scalars.
  Value fma(Value a, Value b, Value c);
  Value mulf(Value a, Value b);
  Value addf(Value a, Value b);
  Value subf(Value a, Value b);
  Value divf(Value a, Value b);
  Value negf(Value a);
  /// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
  Value gelu(Value x);
  /// The sum of the lanes, in ascending order.
  Value sumLanes(Value vector);
};

/// The sequence that a task works on: rows `start .. end-1`, its state slot and
/// the position of its first row.
struct Sequence {
  Value start, end, slot, position;
};
/// Without states, sequences are in slot 0 at position 0.
template <typename OpTy>
Sequence loadSequence(KernelBuilder &b, OpTy op, Value sequence) {
  Sequence result{b.loadIndex(op.getStarts(), sequence),
                  b.loadIndex(op.getStarts(), b.add(sequence, 1)), b.index(0),
                  b.index(0)};
  if (Value slots = op.getSlots()) {
    result.slot = b.loadIndex(slots, sequence);
    result.position = b.loadIndex(op.getPositions(), sequence);
  }
  return result;
}

void populateRowPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateLinearPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateSsmPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateConvPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateTransformPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateAttentionPatterns(mlir::RewritePatternSet &, const VectorTarget &);

/// A pattern that lowers a layer on memrefs; declines layers on tensors.
template <typename OpTy>
class LayerLowering : public mlir::OpRewritePattern<OpTy> {
public:
  LayerLowering(mlir::MLIRContext *context, const VectorTarget &target)
      : mlir::OpRewritePattern<OpTy>(context), target(target) {}

  mlir::LogicalResult
  matchAndRewrite(OpTy op, mlir::PatternRewriter &rewriter) const final {
    if (op->getNumResults() != 0)
      return rewriter.notifyMatchFailure(op, "expected a layer on memrefs");
    for (mlir::Type type : op->getOperandTypes())
      if (llvm::any_of(
              llvm::cast<mlir::ShapedType>(type).getShape().drop_front(),
              mlir::ShapedType::isDynamic))
        return rewriter.notifyMatchFailure(
            op, "expected one dynamic size at most, the first");
    if (mlir::failed(check(op, rewriter)))
      return mlir::failure();
    KernelBuilder b(op, rewriter, target.lanes);
    emit(op, b);
    rewriter.eraseOp(op);
    return mlir::success();
  }

protected:
  virtual mlir::LogicalResult check(OpTy, mlir::PatternRewriter &) const {
    return mlir::success();
  }
  virtual void emit(OpTy op, KernelBuilder &b) const = 0;
  const VectorTarget target;
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_KERNELBUILDER_H
