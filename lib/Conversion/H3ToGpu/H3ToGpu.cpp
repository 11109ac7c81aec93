//===- H3ToGpu.cpp - Layers on memrefs to GPU kernels and launches --------===//
//
// Before: h3 layers on memrefs, dense weights in rows. After: gpu.launch_func
// in their places, and a gpu.module with the kernels; no h3 operation but
// parameters and dense layers of libraries is left. What the host allocates is
// memory of the device.
//
//===----------------------------------------------------------------------===//

#include "GpuBuilder.h"
#include "h3/Conversion/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_CONVERTH3TOGPU
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// A buffer lives as long as the block that allocates it.
struct AllocateOnDevice final : OpRewritePattern<memref::AllocOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(memref::AllocOp op,
                                PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    auto buffer = rewriter.replaceOpWithNewOp<gpu::AllocOp>(
        op, op.getType(), /*asyncToken=*/Type(), ValueRange(),
        op.getDynamicSizes(), op.getSymbolOperands());
    rewriter.setInsertionPoint(buffer->getBlock()->getTerminator());
    gpu::DeallocOp::create(rewriter, loc, /*asyncToken=*/Type(), ValueRange(),
                           buffer.getMemref());
    return success();
  }
};

struct ConvertH3ToGpu final : h3::impl::ConvertH3ToGpuBase<ConvertH3ToGpu> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateRowKernels(patterns);
    populateSampleKernels(patterns);
    populateLinearKernels(patterns);
    populateSsmKernels(patterns);
    populateMixerWindowKernels(patterns);
    populateAttentionKernels(patterns);
    populateConvKernels(patterns);
    patterns.add<AllocateOnDevice>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));

    WalkResult left = getOperation().walk([](DestinationStyleOpInterface op) {
      auto linear = dyn_cast<LinearOp>(op.getOperation());
      if (!isa<H3Dialect>(op->getDialect()) || (linear && linear.getLibrary()))
        return WalkResult::advance();
      op->emitError("'") << op->getName()
                         << "' is left after h3-convert-to-gpu; it must be "
                            "on memrefs, its weight in rows, its form a "
                            "recurrence, and the kernel of a convolution in "
                            "time";
      return WalkResult::interrupt();
    });
    if (left.wasInterrupted())
      return signalPassFailure();
    getOperation().walk([&](gpu::GPUFuncOp kernel) {
      if (failed(checkSharedMemory(kernel)))
        signalPassFailure();
    });
  }

private:
  /// What is declared statically must fit what every GPU has.
  static LogicalResult checkSharedMemory(gpu::GPUFuncOp kernel) {
    constexpr int64_t most = 48 * 1024;
    int64_t bytes = 0;
    for (BlockArgument memory : kernel.getWorkgroupAttributions())
      bytes += cast<MemRefType>(memory.getType()).getNumElements() *
               cast<MemRefType>(memory.getType()).getElementTypeBitWidth() / 8;
    if (bytes <= most)
      return success();
    return kernel.emitError("h3-convert-to-gpu: the layer needs ")
           << bytes << " bytes of shared memory, a block has " << most;
  }
};

} // namespace
