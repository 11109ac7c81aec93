//===- ConvToSsm.cpp - Convolutions of known SSMs to these SSMs -----------===//
//
// Before: convolutions. After: those with the kernel of a diagonal SSM are this
// SSM, whose cost grows with the number of rows alone.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_CONVTOSSM
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct ConvertLongConv final : OpRewritePattern<LongConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LongConvOp op,
                                PatternRewriter &rewriter) const override {
    auto kernel = op.getKernel().getDefiningOp<DiagKernelOp>();
    if (!kernel || op.getForm())
      return rewriter.notifyMatchFailure(
          op, "expected the kernel of a diagonal SSM and no form");
    if (op.getPre() || op.getPost() || op.getGelu() || op.getReversed())
      return rewriter.notifyMatchFailure(
          op, "expected no gate, activation or reversed kernel");
    int64_t rows = cast<ShapedType>(op.getInput().getType()).getDimSize(0);
    int64_t length = kernel.getType().getDimSize(0);
    if (ShapedType::isDynamic(rows) || rows > length)
      return rewriter.notifyMatchFailure(
          op, "expected a kernel as long as the rows");
    if (!op.getSkip())
      return rewriter.notifyMatchFailure(op, "expected a skip term");
    auto ssm = DiagSsmOp::create(
        rewriter, op.getLoc(), op.getInput(), kernel.getModes(), op.getSkip(),
        /*spectrum=*/Value(), op.getStarts(), /*slots=*/Value(),
        /*positions=*/Value(), FormAttr(), op.getOutput(), /*state=*/Value());
    rewriter.replaceOp(op, ssm);
    return success();
  }
};

struct ConvToSsm final : h3::impl::ConvToSsmBase<ConvToSsm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertLongConv>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
