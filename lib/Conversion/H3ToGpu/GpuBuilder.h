//===- GpuBuilder.h - What the lowerings to GPU kernels share ---*- C++ -*-===//
//
// LoopBuilder for the body of a gpu.func whose blocks are one-dimensional: its
// threads, warps, shared memory and barriers, and the frame of a lowering that
// turns a layer on memrefs into a kernel and its launch.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOGPU_GPUBUILDER_H
#define H3_LIB_CONVERSION_H3TOGPU_GPUBUILDER_H

#include "../LoopBuilder.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/PatternMatch.h"

namespace h3 {

constexpr int64_t kWarpSize = 32;

class GpuBuilder : public LoopBuilder {
public:
  /// For a kernel with blocks of `threads`, a multiple of the warp size.
  GpuBuilder(mlir::gpu::GPUFuncOp kernel, mlir::OpBuilder &builder,
             int64_t threads)
      : LoopBuilder(kernel, builder), threads(threads), kernel(kernel) {}

  const int64_t threads;
  int64_t countWarps() const { return threads / kWarpSize; }

  Value block(mlir::gpu::Dimension dimension);
  Value thread();
  Value lane() { return rem(thread(), kWarpSize); }
  Value warp() { return div(thread(), kWarpSize); }

  /// Limits registers so that a multiprocessor has room for `blocks` blocks.
  void makeRoom(int32_t blocks);

  /// Memory that the threads of a block share, `shape` elements; floats, where
  /// no type is given.
  Value shared(llvm::ArrayRef<int64_t> shape, mlir::Type element = {});
  /// The beginning of such memory in another shape.
  Value reshape(Value memory, llvm::ArrayRef<int64_t> shape);
  /// Waits for all threads of the block; what they wrote is seen by all.
  void barrier();

  /// Shares `size` indices out to the threads of the block.
  void shareOut(Value size, llvm::function_ref<void(Value)> body) {
    loop(thread(), size, threads, body);
  }

  /// Shares `size` indices out to `workers`, of which this is `worker`. Each
  /// loads `ahead` values before it stores the first of them, so that it waits
  /// for memory once for all of these.
  void shareOutAhead(Value worker, int64_t workers, int64_t size, int64_t ahead,
                     llvm::function_ref<Value(Value)> load,
                     llvm::function_ref<void(Value, Value)> store);

  /// What the lanes of a warp combine to, in all of them.
  Value reduceWarp(Value value,
                   llvm::function_ref<Value(Value, Value)> combine);
  /// The sum over the lanes of a warp, in all of them.
  Value sumWarp(Value value) {
    return reduceWarp(value, [&](Value a, Value b) { return addf(a, b); });
  }
  /// The sum over all threads, in all of them. `partial` is shared memory, one
  /// float for each warp, which nothing else uses since the last barrier.
  Value sumBlock(Value value, Value partial);

  Value isBelow(Value a, Value b);
  Value isBoth(Value a, Value b);
  Value select(Value condition, Value a, Value b);
  /// A value that only one of two branches computes.
  Value choose(Value condition, llvm::function_ref<Value()> then,
               llvm::function_ref<Value()> otherwise);
  using Values = llvm::SmallVector<Value>;
  Values chooseAll(Value condition, llvm::function_ref<Values()> then,
                   llvm::function_ref<Values()> otherwise);
  /// An element where `exists`, else zero; and a store where it does.
  Value loadIf(Value exists, Value buffer, ValueRange indices);
  void storeIf(Value exists, Value value, Value buffer, ValueRange indices);
  Value maxf(Value a, Value b);
  Value exp(Value x);

  /// `size` consecutive elements in one access, at a multiple of as many.
  Value loadVector(Value buffer, ValueRange indices, int64_t size);
  void storeVector(Value vector, Value buffer, ValueRange indices);
  Value zeroVector(int64_t size);
  Value extract(Value vector, int64_t i);
  /// The sum of a vector's elements, one after the other.
  Value sumVector(Value vector);
  /// A vector of these floats, or of one `size` times.
  Value pack(ValueRange elements);
  Value spread(Value element, int64_t size);
  /// A vector of floats in half precision, f16 or bf16.
  Value round(Value vector, mlir::Type element);

private:
  mlir::gpu::GPUFuncOp kernel;
};

using mlir::gpu::Dimension;

/// How a kernel is launched.
struct Grid {
  Value x, y; ///< blocks
};

void populateSampleKernels(mlir::RewritePatternSet &patterns);
void populateRowKernels(mlir::RewritePatternSet &patterns);
void populateLinearKernels(mlir::RewritePatternSet &patterns);
void populateSsmKernels(mlir::RewritePatternSet &patterns);
void populateMixerWindowKernels(mlir::RewritePatternSet &patterns);
void populateAttentionKernels(mlir::RewritePatternSet &patterns);
void populateConvKernels(mlir::RewritePatternSet &patterns);

/// A pattern that turns a layer on memrefs into a kernel and its launch, one
/// kernel for each layer. Declines layers on tensors.
template <typename OpTy>
class KernelLowering : public mlir::OpRewritePattern<OpTy> {
public:
  KernelLowering(mlir::MLIRContext *context, int64_t threads)
      : mlir::OpRewritePattern<OpTy>(context), threads(threads) {}

  mlir::LogicalResult
  matchAndRewrite(OpTy op, mlir::PatternRewriter &rewriter) const final;

protected:
  virtual mlir::LogicalResult check(OpTy, mlir::PatternRewriter &) const {
    return mlir::success();
  }
  /// On the host: the blocks for this layer.
  virtual Grid getGrid(OpTy op, LoopBuilder &b) const = 0;
  /// In the kernel, whose arguments are the operands of `op`.
  virtual void emit(OpTy op, GpuBuilder &b) const = 0;

  const int64_t threads; ///< of a block
};

/// The kernel of `layer` in the gpu.module of its module, with a copy of the
/// layer on its arguments as its only operation. `scratch` are buffers that it
/// has as arguments behind the layer's operands; `part` tells the kernels of a
/// layer that has several apart.
mlir::gpu::GPUFuncOp createKernel(mlir::Operation *layer, int64_t threads,
                                  mlir::PatternRewriter &rewriter,
                                  ValueRange scratch = {},
                                  llvm::StringRef part = "");
/// Launches a kernel of `layer`, at the rewriter's place.
void launchKernel(mlir::Operation *layer, mlir::gpu::GPUFuncOp kernel,
                  Grid grid, int64_t threads, mlir::PatternRewriter &rewriter,
                  ValueRange scratch = {});

template <typename OpTy>
mlir::LogicalResult
KernelLowering<OpTy>::matchAndRewrite(OpTy op,
                                      mlir::PatternRewriter &rewriter) const {
  if (op->getNumResults() != 0)
    return rewriter.notifyMatchFailure(op, "expected a layer on memrefs");
  if (mlir::failed(check(op, rewriter)))
    return mlir::failure();
  mlir::gpu::GPUFuncOp kernel = createKernel(op, threads, rewriter);
  {
    mlir::OpBuilder::InsertionGuard guard(rewriter);
    auto layer = llvm::cast<OpTy>(kernel.getBody().front().front());
    rewriter.setInsertionPoint(layer);
    GpuBuilder b(kernel, rewriter, threads);
    emit(layer, b);
    rewriter.eraseOp(layer);
  }
  rewriter.setInsertionPoint(op);
  LoopBuilder host(op, rewriter);
  launchKernel(op, kernel, getGrid(op, host), threads, rewriter);
  rewriter.eraseOp(op);
  return mlir::success();
}

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOGPU_GPUBUILDER_H
