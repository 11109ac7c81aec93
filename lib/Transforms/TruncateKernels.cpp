//===- TruncateKernels.cpp - Kernels without their tails ------------------===//
//
// Before: convolutions. After: those whose kernel the compiler knows have lost
// the tail whose l1 norm is proven to be at most what was asked. An output
// changes by at most that norm times the largest input.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Importer/StateDict.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "h3/Weights/WeightValues.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace h3 {
#define GEN_PASS_DEF_TRUNCATEKERNELS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// Bounds of the tails of a kernel: `bounds[n]` is at least the l1 norm of the
/// values from n on, for every channel.
using TailBounds = std::vector<double>;

/// Of a kernel [L, C]: its sums.
TailBounds boundTails(ArrayRef<float> kernel, int64_t length) {
  int64_t channels = kernel.size() / length;
  std::vector<double> sums(channels);
  TailBounds bounds(length + 1);
  for (int64_t t = length; t-- > 0;)
    for (int64_t c = 0; c < channels; ++c) {
      sums[c] += std::abs(double(kernel[t * channels + c]));
      bounds[t] = std::max(bounds[t], sums[c]);
    }
  return bounds;
}

/// Of a diagonal SSM's kernel with the modes [4, M, H]:
/// |K[t]| <= sum_m |w| |dA|^t, whose tail is sum_m |w| |dA|^n / (1 - |dA|).
/// Empty if a mode does not decay.
TailBounds boundTails(ArrayRef<float> modes, int64_t heads, int64_t length) {
  int64_t numModes = modes.size() / heads / 4;
  TailBounds bounds(length + 1);
  for (int64_t head = 0; head < heads; ++head) {
    std::vector<double> sums(length + 1);
    for (int64_t mode = 0; mode < numModes; ++mode) {
      auto part = [&](int64_t i) {
        return double(modes[(i * numModes + mode) * heads + head]);
      };
      double decay = std::hypot(part(0), part(1));
      if (!(decay < 1))
        return {};
      double tail = std::hypot(part(2), part(3)) / (1 - decay);
      for (int64_t n = 0; n <= length; ++n, tail *= decay)
        sums[n] += tail;
    }
    // The kernel has no values from its length on.
    for (int64_t n = 0; n <= length; ++n)
      bounds[n] = std::max(bounds[n], sums[n] - sums[length]);
  }
  return bounds;
}

/// The tensors of a checkpoint.
struct Weights {
  /// Without a path there is no source.
  llvm::Error open(StringRef path) {
    if (path.empty())
      return llvm::Error::success();
    auto opened = Checkpoint::open(path);
    if (!opened)
      return opened.takeError();
    file = std::move(*opened);
    llvm::Expected<StateDict> created = StateDict::create(*file);
    if (!created)
      return created.takeError();
    names = std::make_unique<StateDict>(std::move(*created));
    source = createCheckpointSource(*file, *names);
    return llvm::Error::success();
  }

  std::unique_ptr<Checkpoint> file;
  std::unique_ptr<StateDict> names;
  std::unique_ptr<WeightSource> source;
};

struct TruncateKernels final : h3::impl::TruncateKernelsBase<TruncateKernels> {
  using TruncateKernelsBase::TruncateKernelsBase;

  void runOnOperation() override {
    if (!(l1 >= 0)) {
      getOperation().emitError(
          "h3-truncate-kernels expects an l1 norm of at least 0, found ")
          << llvm::formatv("{0}", double(l1)).str();
      return signalPassFailure();
    }
    if (l1 == 0)
      return;
    Weights weights;
    if (llvm::Error failure = weights.open(checkpoint)) {
      getOperation().emitError("h3-truncate-kernels: ")
          << toString(std::move(failure));
      return signalPassFailure();
    }
    getOperation().walk([&](LongConvOp conv) {
      if (llvm::Error failure = truncate(conv, weights.source.get())) {
        conv.emitError("kernel cannot be bounded: ")
            << toString(std::move(failure));
        signalPassFailure();
      }
    });
  }

private:
  /// `source` is null without a checkpoint.
  llvm::Error truncate(LongConvOp conv, const WeightSource *source) {
    // The kernel of the other direction must have the same length.
    if (conv.hasSpectrum() || conv.getReversed() || conv->getNumResults() == 0)
      return llvm::Error::success();
    auto type = cast<RankedTensorType>(conv.getKernel().getType());
    int64_t length = type.getDimSize(0), channels = type.getDimSize(1);
    auto ssm = conv.getKernel().getDefiningOp<DiagKernelOp>();
    Value known = ssm ? ssm.getModes() : conv.getKernel();
    bool isConstant = matchPattern(known, m_Constant());
    if (!isConstant && !(ssm && source && isWeight(known)))
      return llvm::Error::success();
    llvm::Expected<std::vector<float>> values = computeWeight(known, source);
    if (!values)
      return values.takeError();
    TailBounds bounds = ssm ? boundTails(*values, channels, length)
                            : boundTails(*values, length);
    if (bounds.empty())
      return llvm::Error::success();
    int64_t kept = 1;
    while (kept < length && bounds[kept] > l1)
      ++kept;
    if (kept == length)
      return llvm::Error::success();
    OpBuilder builder(conv);
    auto shorter = type.clone({kept, channels});
    Value kernel;
    if (ssm) {
      kernel =
          DiagKernelOp::create(builder, ssm.getLoc(), shorter, ssm.getModes());
    } else {
      values->resize(kept * channels);
      kernel = arith::ConstantOp::create(
          builder, conv.getLoc(),
          DenseElementsAttr::get(shorter, ArrayRef<float>(*values)));
    }
    conv.getKernelMutable().assign(kernel);
    std::string text =
        llvm::formatv("kernel of {0} values cut to {1}: the l1 norm of the "
                      "tail is at most {2:e2}",
                      length, kept, bounds[kept]);
    remark::passed(
        conv.getLoc(),
        remark::RemarkOpts::name("truncate").category("h3-truncate-kernels"))
        << text;
    return llvm::Error::success();
  }
};

} // namespace
