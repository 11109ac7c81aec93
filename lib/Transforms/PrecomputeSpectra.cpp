//===- PrecomputeSpectra.cpp - Spectra of fft convolutions ----------------===//
//
// Before: convolutions in the form fft with kernels in time. After: those whose
// kernels are functions of weights read spectra, which the weight writer
// computes.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "RingTransform.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"

namespace h3 {
#define GEN_PASS_DEF_PRECOMPUTESPECTRA
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct PrecomputeSpectra final
    : h3::impl::PrecomputeSpectraBase<PrecomputeSpectra> {
  using PrecomputeSpectraBase::PrecomputeSpectraBase;

  void runOnOperation() override {
    if (lanes < 1 || lanes > 64) {
      getOperation().emitError(
          "h3-precompute-spectra expects lanes from 1 to 64, found ")
          << int64_t(lanes);
      return signalPassFailure();
    }
    getOperation().walk([&](LongConvOp conv) {
      Value reversed = conv.getReversed();
      if (conv.getForm() != Form::Fft || conv.hasSpectrum() ||
          !isWeight(conv.getKernel()) || (reversed && !isWeight(reversed)))
        return;
      OpBuilder builder(conv);
      Value spectrum =
          createSpectrum(builder, conv.getLoc(), conv.getKernel(), reversed,
                         conv.getTransformLength(), lanes);
      conv.getKernelMutable().assign(spectrum);
      if (reversed) {
        conv.getReversedMutable().clear();
        conv.setTwoSided(true);
      }
    });
  }
};

} // namespace
