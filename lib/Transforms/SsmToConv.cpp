//===- SsmToConv.cpp - SSMs without states to convolutions ----------------===//
//
// Before: SSMs. After: those without states are convolutions with an explicit
// kernel.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_SSMTOCONV
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// Lengths that h3.long_conv takes; a dynamic one is negative.
bool isKernelLength(int64_t length) {
  return length > 0 && length <= LongConvOp::kMaxTaps;
}

/// A convolution with the operands that it shares with an SSM.
template <typename OpTy>
void replaceByConv(OpTy op, Value kernel, PatternRewriter &rewriter) {
  auto conv = LongConvOp::create(
      rewriter, op.getLoc(), op.getInput(), kernel, /*reversed=*/Value(),
      op.getSkip(), /*pre=*/Value(), /*post=*/Value(), op.getStarts(),
      FormAttr(), /*gelu=*/false, /*two_sided=*/false, op.getOutput());
  rewriter.replaceOp(op, conv);
}

struct ConvertDiagSsm final : OpRewritePattern<DiagSsmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DiagSsmOp op,
                                PatternRewriter &rewriter) const override {
    if (op.hasStates() || op.getForm() || op->getNumResults() == 0)
      return rewriter.notifyMatchFailure(
          op, "expected a tensor without states and form");
    auto input = cast<RankedTensorType>(op.getInput().getType());
    auto modes = cast<RankedTensorType>(op.getModes().getType());
    if (!isKernelLength(input.getDimSize(0)) ||
        input.getDimSize(1) != modes.getDimSize(2))
      return rewriter.notifyMatchFailure(
          op, "expected as many rows as a kernel can have, and one plane");
    if (!isWeight(op.getModes()))
      return rewriter.notifyMatchFailure(
          op, "expected modes that are a function of weights");
    Value kernel =
        DiagKernelOp::create(rewriter, op.getLoc(), input, op.getModes());
    replaceByConv(op, kernel, rewriter);
    return success();
  }
};

struct ConvertShiftSsm final : OpRewritePattern<ShiftSsmOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ShiftSsmOp op,
                                PatternRewriter &rewriter) const override {
    auto taps = dyn_cast<RankedTensorType>(op.getTaps().getType());
    if (op.hasStates() || !taps || !taps.hasStaticShape() ||
        !isKernelLength(taps.getDimSize(0)))
      return rewriter.notifyMatchFailure(
          op, "expected tensors, no state and as many taps as a kernel has");
    replaceByConv(op, op.getTaps(), rewriter);
    return success();
  }
};

struct SsmToConv final : h3::impl::SsmToConvBase<SsmToConv> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertDiagSsm, ConvertShiftSsm>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
