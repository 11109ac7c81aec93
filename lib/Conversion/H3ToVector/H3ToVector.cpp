//===- H3ToVector.cpp - Layers on memrefs to loops over vectors -----------===//
//
// Before: h3 layers on memrefs, dense weights in panels. After: scf.parallel
// over independent tasks with vector bodies; no h3 operation but parameters is
// left.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"
#include "h3/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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
    VectorTarget target{lanes, tileRows, DotTypes()};
    for (StringRef type : dots)
      if (bool *dot = findDot(target.dots, type))
        *dot = true;
      else
        return signalPassFailure();
    populateEmbeddingPatterns(patterns, target);
    populateQuantizePatterns(patterns, target);
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
                 "size at most, the first; a table of f32 or packed, and no "
                 "fused norm";
          return WalkResult::interrupt();
        });
    if (left.wasInterrupted())
      signalPassFailure();
  }

private:
  /// Null: there is no such type, which is an error.
  bool *findDot(DotTypes &types, StringRef name) {
    bool *found = name == "i16"    ? &types.i16
                  : name == "i8"   ? &types.i8
                  : name == "bf16" ? &types.bf16
                                   : nullptr;
    // The instructions are those on vectors of 32 and of 64 bytes.
    if (found && (lanes == 8 || lanes == 16))
      return found;
    getOperation().emitError("h3-convert-to-vector expects dots of i16, i8 or "
                             "bf16, with 8 or 16 lanes, found '")
        << name << "' with " << int64_t(lanes);
    return nullptr;
  }
};

} // namespace
