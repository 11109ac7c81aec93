//===- KernelBuilder.h - What the lowerings of layers share -----*- C++ -*-===//
//
// LoopBuilder for kernels whose vector lanes are channels: parallel tasks, and
// loads and stores of a block of lanes that may be the last, partial one.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_KERNELBUILDER_H
#define H3_LIB_CONVERSION_H3TOVECTOR_KERNELBUILDER_H

#include "../LoopBuilder.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

namespace h3 {

/// Types whose dot products are one instruction: pairs of i16, fours of i8,
/// pairs of bf16.
struct DotTypes {
  bool i16 = false, i8 = false, bf16 = false;
};

/// What the kernels need to know of the target.
struct VectorTarget {
  int64_t lanes;    ///< floats in a vector register
  int64_t tileRows; ///< rows of a matrix tile
  DotTypes dots;
};

class KernelBuilder : public LoopBuilder {
public:
  KernelBuilder(mlir::Operation *op, mlir::OpBuilder &builder, int64_t lanes)
      : LoopBuilder(op, builder), lanes(lanes),
        vectorType(mlir::VectorType::get({lanes}, builder.getF32Type())) {}

  const int64_t lanes;
  const mlir::VectorType vectorType;

  Value splat(float value);
  /// `count` elements of the buffer's type.
  Value loadVector(Value buffer, ValueRange indices, int64_t count);
  /// The bits of a vector as elements of another type.
  Value bitcast(Value vector, mlir::Type element);
  Value broadcast(Value scalar);

  /// A loop over independent tasks.
  using Body = llvm::function_ref<void(ValueRange)>;
  void parallel(ValueRange upperBounds, Body body);

  /// Memory of one thread, `shape` floats, for the whole function: on the stack
  /// or, where it is large, on the heap. Must stand inside of a function.
  Value scratch(llvm::ArrayRef<int64_t> shape);

  /// A constant of the module, made where there is none of that name yet.
  Value table(const llvm::Twine &name, mlir::DenseElementsAttr values);

  // Tasks.
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
  /// Fetches what stands there into a cache, where it lies further away than
  /// hardware looks ahead. May be behind the buffer's end.
  enum class CacheLevel { First, Second };
  void prefetch(Value buffer, ValueRange indices, bool isWrite,
                CacheLevel level = CacheLevel::First);
  /// The sum of the lanes; halves are added until one is left.
  Value sumLanes(Value vector);
  /// In lane i, the sum of all lanes of vector i of as many as there are lanes.
  /// The order of additions is the same for each.
  Value sumEach(llvm::ArrayRef<Value> vectors);
};

void populateEmbeddingPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateRowPatterns(mlir::RewritePatternSet &, const VectorTarget &);
void populateQuantizePatterns(mlir::RewritePatternSet &, const VectorTarget &);
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
