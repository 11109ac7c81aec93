//===- H3ToVector.cpp - Layers on memrefs to loops over vectors -----------===//
//
// Before: h3 layers on memrefs, dense weights in panels. After: scf.parallel
// over independent tasks with vector bodies; no h3 operation but parameters is
// left.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "h3/Conversion/Passes.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_CONVERTH3TOVECTOR
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct ConvertH3ToVector final
    : h3::impl::ConvertH3ToVectorBase<ConvertH3ToVector> {
  using ConvertH3ToVectorBase::ConvertH3ToVectorBase;

  void runOnOperation() override {
    // No machine has more registers, and a tile is unrolled.
    constexpr int64_t most = 64;
    if (lanes < 1 || tileRows < 1 || lanes > most || tileRows > most) {
      getOperation().emitError(
          "h3-convert-to-vector expects lanes and tile-rows "
          "from 1 to ")
          << most << ", found " << int64_t(lanes) << " and "
          << int64_t(tileRows);
      return signalPassFailure();
    }
    RewritePatternSet patterns(&getContext());
    VectorTarget target{lanes, tileRows};
    populateRowPatterns(patterns, target);
    populateLinearPatterns(patterns, target);
    populateSsmPatterns(patterns, target);
    populateConvPatterns(patterns, target);
    populateTransformPatterns(patterns, target);
    populateAttentionPatterns(patterns, target);
    walkAndApplyPatterns(getOperation(), std::move(patterns));

    WalkResult left =
        getOperation().walk([](DestinationStyleOpInterface op) {
          if (!isa<H3Dialect>(op->getDialect()))
            return WalkResult::advance();
          op->emitError("'")
              << op->getName()
              << "' is left after h3-convert-to-vector; it must be "
                 "on memrefs and its weight packed in a few whole vectors, "
                 "a spectrum for this number of lanes, with one dynamic "
                 "size at most, the first; a table of f32, and no fused norm";
          return WalkResult::interrupt();
        });
    if (left.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
