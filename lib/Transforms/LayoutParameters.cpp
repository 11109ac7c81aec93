//===- LayoutParameters.cpp - The order of the weight file ----------------===//
//
// Before: parameters without a place. After: every parameter has its offset,
// and the module the size of the weight file's data.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/MathExtras.h"

namespace h3 {
#define GEN_PASS_DEF_LAYOUTPARAMETERS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// More than any machine addresses; offsets stay far from overflow.
constexpr int64_t kMaxBytes = int64_t(1) << 48;

struct LayoutParameters final
    : h3::impl::LayoutParametersBase<LayoutParameters> {
  void runOnOperation() override {
    Builder builder(&getContext());
    int64_t end = 0;
    for (auto parameter : getOperation().getOps<ParameterOp>()) {
      auto type = cast<ShapedType>(parameter.getType());
      Type element = type.getElementType();
      if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0) {
        parameter.emitOpError("h3-layout-parameters expects elements of whole "
                              "bytes, found ")
            << element;
        return signalPassFailure();
      }
      end = llvm::alignTo(end, 64);
      parameter.setOffset(end);
      int64_t bytes = element.getIntOrFloatBitWidth() / 8;
      bool isTooLarge = false;
      for (int64_t size : type.getShape())
        isTooLarge |= bool(llvm::MulOverflow(bytes, size, bytes));
      isTooLarge |= bool(llvm::AddOverflow(end, bytes, end));
      if (isTooLarge || end > kMaxBytes) {
        parameter.emitOpError(
            "h3-layout-parameters expects a weight file below "
            "2^48 bytes, found more with ")
            << type;
        return signalPassFailure();
      }
    }
    getOperation()->setAttr("h3.weights_bytes", builder.getI64IntegerAttr(end));
  }
};

} // namespace
