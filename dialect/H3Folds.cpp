//===- H3Folds.cpp - Folds and canonical forms of the H3 operations -------===//
//
// What an operand says about an op whatever the target: terms that are zero,
// gates that are one, states that nobody sees.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace h3;

namespace {

bool isZero(Value value) {
  return value && matchPattern(value, m_AnyZeroFloat());
}
bool isOne(Value value) { return value && matchPattern(value, m_OneFloat()); }

/// A convolution without its terms that are zero and its gates that are one.
struct DropNeutralOperands final : OpRewritePattern<LongConvOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LongConvOp op,
                                PatternRewriter &rewriter) const override {
    bool dropSkip = isZero(op.getSkip()),
         dropReversed = isZero(op.getReversed());
    bool dropPre = isOne(op.getPre()), dropPost = isOne(op.getPost());
    if (!dropSkip && !dropReversed && !dropPre && !dropPost)
      return rewriter.notifyMatchFailure(
          op, "expected a zero term or a gate of ones");
    rewriter.modifyOpInPlace(op, [&] {
      if (dropSkip)
        op.getSkipMutable().clear();
      if (dropReversed)
        op.getReversedMutable().clear();
      if (dropPre)
        op.getPreMutable().clear();
      if (dropPost)
        op.getPostMutable().clear();
    });
    return success();
  }
};

struct DropZeroBias final : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LinearOp op,
                                PatternRewriter &rewriter) const override {
    if (!isZero(op.getBias()))
      return rewriter.notifyMatchFailure(op, "expected a bias of zeros");
    rewriter.modifyOpInPlace(op, [&] { op.getBiasMutable().clear(); });
    return success();
  }
};

ShiftSsmOp withoutStates(ShiftSsmOp op, PatternRewriter &rewriter) {
  return ShiftSsmOp::create(rewriter, op.getLoc(), op.getInput(), op.getTaps(),
                            op.getSkip(), op.getStarts(), /*slots=*/Value(),
                            /*positions=*/Value(), op.getOutput(),
                            /*state=*/Value());
}

DiagSsmOp withoutStates(DiagSsmOp op, PatternRewriter &rewriter) {
  return DiagSsmOp::create(rewriter, op.getLoc(), op.getInput(), op.getModes(),
                           op.getSkip(), op.getSpectrum(), op.getStarts(),
                           /*slots=*/Value(), /*positions=*/Value(),
                           op.getFormAttr(), op.getOutput(), /*state=*/Value());
}

MixerOp withoutStates(MixerOp op, PatternRewriter &rewriter) {
  return MixerOp::create(
      rewriter, op.getLoc(), op.getQueries(), op.getKeys(), op.getValues(),
      op.getTaps(), op.getKeySkip(), op.getModes(), op.getSkip(),
      op.getStarts(), /*slots=*/Value(), /*positions=*/Value(),
      op.getFormAttr(), op.getOutput(), /*shift_state=*/Value(),
      /*diag_state=*/Value());
}

/// An op without the states that start as zeros and that nothing uses.
template <typename OpTy>
struct DropUnseenStates final : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!op.hasStates() || op->getNumResults() == 0)
      return rewriter.notifyMatchFailure(op, "expected states on tensors");
    ResultRange states = op->getResults().drop_front();
    if (!llvm::all_of(op->getOperands().take_back(states.size()), isZero) ||
        !llvm::all_of(states, [](Value state) { return state.use_empty(); }))
      return rewriter.notifyMatchFailure(
          op, "expected states that start as zeros and are not used");
    OpTy stateless = withoutStates(op, rewriter);
    rewriter.replaceAllUsesWith(op->getResult(0), stateless->getResult(0));
    rewriter.eraseOp(op);
    return success();
  }
};

} // namespace

void LinearOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<DropZeroBias>(context);
}
void LongConvOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<DropNeutralOperands>(context);
}
void ShiftSsmOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<DropUnseenStates<ShiftSsmOp>>(context);
}
void DiagSsmOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<DropUnseenStates<DiagSsmOp>>(context);
}
void MixerOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<DropUnseenStates<MixerOp>>(context);
}

/// irfft(rfft(x)) is x. The other way round, irfft drops imaginary parts.
LogicalResult IrfftOp::fold(FoldAdaptor,
                            SmallVectorImpl<OpFoldResult> &folded) {
  auto rfft = getInput().getDefiningOp<RfftOp>();
  if (!rfft || getNumResults() == 0 ||
      rfft.getInput().getType() != getResult(0).getType())
    return failure();
  folded.push_back(rfft.getInput());
  return success();
}
