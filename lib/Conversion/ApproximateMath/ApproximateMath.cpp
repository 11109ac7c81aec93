//===- ApproximateMath.cpp - exp and tanh as polynomials ------------------===//
//
// Before: math.exp and math.tanh on vectors, which would become one library
// call for each lane. After: arithmetic that vectorises.
//
//===----------------------------------------------------------------------===//

#include "h3/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace h3 {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

using namespace mlir;

namespace {

struct ApproximateMath final : h3::impl::ApproximateMathBase<ApproximateMath> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::ExpOp::getOperationName() ||
             name == math::TanhOp::getOperationName();
    });
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
