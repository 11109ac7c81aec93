//===- TruncateKernels.cpp - Kernels without their tails ------------------===//
//
// Before: convolutions. After: those whose kernel the compiler knows have lost
// the tail whose l1 norm is proven to be at most what was asked. An output
// changes by at most that norm times the largest input.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
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

/// Of a kernel that is a constant, [L, C]: its sums.
TailBounds boundTails(DenseElementsAttr kernel) {
  int64_t length = kernel.getType().getDimSize(0);
  int64_t channels = kernel.getType().getDimSize(1);
  auto values = llvm::to_vector(kernel.getValues<float>());
  std::vector<double> sums(channels);
  TailBounds bounds(length + 1);
  for (int64_t t = length; t-- > 0;)
    for (int64_t c = 0; c < channels; ++c) {
      sums[c] += std::abs(double(values[t * channels + c]));
      bounds[t] = std::max(bounds[t], sums[c]);
    }
  return bounds;
}

/// Of a diagonal SSM's kernel with constant modes, [4, M, H]:
/// |K[t]| <= sum_m |w| |dA|^t, whose tail is sum_m |w| |dA|^n / (1 - |dA|).
/// Empty if a mode does not decay.
TailBounds boundTails(DenseElementsAttr modes, int64_t length) {
  int64_t numModes = modes.getType().getDimSize(1);
  int64_t heads = modes.getType().getDimSize(2);
  auto values = llvm::to_vector(modes.getValues<float>());
  TailBounds bounds(length + 1);
  for (int64_t head = 0; head < heads; ++head) {
    std::vector<double> sums(length + 1);
    for (int64_t mode = 0; mode < numModes; ++mode) {
      auto part = [&](int64_t i) {
        return double(values[(i * numModes + mode) * heads + head]);
      };
      double decay = std::hypot(part(0), part(1));
      if (!(decay < 1))
        return {};
      double tail = std::hypot(part(2), part(3)) / (1 - decay);
      for (int64_t n = 0; n <= length; ++n, tail *= decay)
        sums[n] += tail;
    }
    for (int64_t n = 0; n <= length; ++n)
      bounds[n] = std::max(bounds[n], sums[n]);
  }
  // The kernel has no values from its length on.
  double beyond = bounds[length];
  for (double &bound : bounds)
    bound = std::max(bound - beyond, 0.0);
  return bounds;
}

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
    getOperation().walk([&](LongConvOp conv) { truncate(conv); });
  }

private:
  void truncate(LongConvOp conv) {
    // The kernel of the other direction must have the same length.
    if (conv.hasSpectrum() || conv.getReversed() || conv->getNumResults() == 0)
      return;
    int64_t length = cast<ShapedType>(conv.getKernel().getType()).getDimSize(0);
    auto ssm = conv.getKernel().getDefiningOp<DiagKernelOp>();
    DenseElementsAttr constant;
    TailBounds bounds;
    if (matchPattern(ssm ? ssm.getModes() : conv.getKernel(),
                     m_Constant(&constant)))
      bounds = ssm ? boundTails(constant, length) : boundTails(constant);
    if (bounds.empty())
      return;
    int64_t kept = 1;
    while (kept < length && bounds[kept] > l1)
      ++kept;
    if (kept == length)
      return;
    OpBuilder builder(conv);
    auto type = cast<RankedTensorType>(conv.getKernel().getType());
    auto shorter = type.clone({kept, type.getDimSize(1)});
    Value kernel;
    if (ssm) {
      kernel =
          DiagKernelOp::create(builder, ssm.getLoc(), shorter, ssm.getModes());
    } else {
      auto values = llvm::to_vector(constant.getValues<float>());
      values.truncate(shorter.getNumElements());
      kernel = arith::ConstantOp::create(
          builder, conv.getLoc(),
          DenseElementsAttr::get(shorter, ArrayRef<float>(values)));
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
  }
};

} // namespace
