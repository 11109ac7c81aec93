//===- FuseMixer.cpp - The H3 mixer in one operation ----------------------===//
//
// Before: the four operations of an H3 mixer. After: one, where heads have
// width 1 and nothing else looks at what lies between.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_FUSEMIXER
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// The op that defines `value` if it is an OpTy and nothing else uses the
/// value.
template <typename OpTy> OpTy definedBy(Value value) {
  return value.hasOneUse() ? value.getDefiningOp<OpTy>() : OpTy();
}

struct FuseMixerPattern final : OpRewritePattern<HeadContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(HeadContractOp contract,
                                PatternRewriter &rewriter) const override {
    if (contract->getNumResults() == 0 || contract.getHeadDim() != 1)
      return rewriter.notifyMatchFailure(
          contract, "expected tensors and heads of width 1");
    auto diag = definedBy<DiagSsmOp>(contract.getPlanes());
    if (!diag || diag.getForm() == Form::Fft)
      return rewriter.notifyMatchFailure(
          contract, "expected planes from a diagonal SSM in time");
    auto expand = definedBy<HeadExpandOp>(diag.getInput());
    if (!expand || expand.getHeadDim() != 1)
      return rewriter.notifyMatchFailure(diag, "expected products of heads");
    auto heads = cast<ShapedType>(diag.getModes().getType()).getDimSize(2);
    auto rows = cast<ShapedType>(diag.getInput().getType());
    if (heads != rows.getDimSize(1))
      return rewriter.notifyMatchFailure(diag, "expected one plane of heads");
    auto shift = definedBy<ShiftSsmOp>(expand.getKeys());
    if (!shift || shift.hasStates() != diag.hasStates() ||
        shift.getStarts() != diag.getStarts() ||
        shift.getSlots() != diag.getSlots() ||
        shift.getPositions() != diag.getPositions())
      return rewriter.notifyMatchFailure(
          expand, "expected keys from a shift SSM over the same batch");
    // Results move down to the place of the last operation.
    for (Operation *op : {shift.getOperation(), diag.getOperation()})
      for (Operation *user : op->getUsers())
        if (user != contract && user != expand &&
            (user->getBlock() != contract->getBlock() ||
             user->isBeforeInBlock(contract)))
          return rewriter.notifyMatchFailure(
              user, "expected no use of a state before the contraction");

    auto mixer = MixerOp::create(
        rewriter, contract.getLoc(), contract.getQueries(), shift.getInput(),
        expand.getValues(), shift.getTaps(), shift.getSkip(), diag.getModes(),
        diag.getSkip(), diag.getStarts(), diag.getSlots(), diag.getPositions(),
        diag.getFormAttr(), contract.getOutput(), shift.getState(),
        diag.getState());
    if (diag.hasStates()) {
      rewriter.replaceAllUsesWith(shift->getResult(1), mixer->getResult(1));
      rewriter.replaceAllUsesWith(diag->getResult(1), mixer->getResult(2));
    }
    rewriter.replaceOp(contract, mixer->getResult(0));
    for (Operation *op :
         {diag.getOperation(), expand.getOperation(), shift.getOperation()})
      rewriter.eraseOp(op);
    return success();
  }
};

struct FuseMixer final : h3::impl::FuseMixerBase<FuseMixer> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseMixerPattern>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
