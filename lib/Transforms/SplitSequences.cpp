//===- SplitSequences.cpp - Sequences in blocks that pass on states -------===//
//
// Before: diagonal SSMs in the form fft with spectra of any length. After:
// their spectra are no longer than blocks should be; from block to block goes
// the state.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "RingTransform.h"
#include "h3/Transforms/FormCosts.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"

namespace h3 {
#define GEN_PASS_DEF_SPLITSEQUENCES
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct SplitSequences final : h3::impl::SplitSequencesBase<SplitSequences> {
  using SplitSequencesBase::SplitSequencesBase;

  void runOnOperation() override {
    figures = {multiplyAdds, bandwidth, double(cacheBytes)};
    if (!figures.areValid() || block < 0 ||
        (block != 0 && !isRingLength(block))) {
      getOperation().emitError("h3-split-sequences expects a block of a length "
                               "that transforms have, positive multiply-adds "
                               "and bandwidth, and cache-bytes of at least 0");
      return signalPassFailure();
    }
    getOperation().walk([&](DiagSsmOp op) { split(op); });
  }

private:
  void split(DiagSsmOp op) {
    if (!op.getSpectrum())
      return;
    auto spectrum = op.getSpectrum().getDefiningOp<ConvSpectrumOp>();
    if (!spectrum || spectrum.getReversed())
      return;
    auto kernel = spectrum.getKernel().getDefiningOp<DiagKernelOp>();
    if (!kernel || kernel.getModes() != op.getModes())
      return;
    RankedTensorType type = kernel.getType();
    int64_t taps = type.getDimSize(0), heads = type.getDimSize(1);
    int64_t length = cast<ShapedType>(op.getInput().getType()).getDimSize(0);
    length = ShapedType::isDynamic(length) ? taps : std::min(length, taps);
    int64_t modes = kernel.getModes().getType().getDimSize(1);
    int64_t rows = block;
    if (rows == 0)
      rows =
          getCheapestBlocks(figures, modes, length, heads, op.hasStates()).rows;
    if (rows >= length)
      return;
    OpBuilder builder(op);
    op.getSpectrumMutable().assign(
        createDiagSpectrum(builder, op.getLoc(), op.getModes(), rows,
                           spectrum.getType().getDimSize(3)));
    std::string text =
        llvm::formatv("blocks of {0} rows, which pass on their state", rows);
    remark::passed(op.getLoc(), remark::RemarkOpts::name("split").category(
                                    "h3-split-sequences"))
        << text;
  }

  TargetFigures figures;
};

} // namespace
