//===- DropResults.cpp - Results that were written in place ---------------===//
//
// Before: bufferised functions that return arguments. After: functions without
// results.
//
//===----------------------------------------------------------------------===//

#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace h3 {
#define GEN_PASS_DEF_DROPRESULTS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;

namespace {

struct DropResults final : h3::impl::DropResultsBase<DropResults> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() && failed(drop(function)))
        return signalPassFailure();
  }

private:
  static LogicalResult drop(func::FuncOp function) {
    for (auto exit : function.getOps<func::ReturnOp>()) {
      // Any other result would be a copy that nobody asked for.
      for (auto [i, result] : llvm::enumerate(exit.getOperands()))
        if (!isa<BlockArgument>(result))
          return function.emitError("h3-drop-results expects result ")
                 << i << " to be an argument that was written in place";
      exit->setOperands(ValueRange());
    }
    function.setType(FunctionType::get(
        function.getContext(), function.getArgumentTypes(), TypeRange()));
    function.removeResAttrsAttr();
    return success();
  }
};

} // namespace
