//===- H3Translation.cpp - What is left of h3 in LLVM IR ------------------===//
//
// After the CPU pipeline only h3.parameter is left, the weight writer's list.
// It is nothing in the compiled program: the values are in the weight file.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Target/CPU.h"
#include "mlir/Target/LLVMIR/LLVMTranslationInterface.h"

using namespace mlir;

namespace {

struct H3Translation final : LLVMTranslationDialectInterface {
  using LLVMTranslationDialectInterface::LLVMTranslationDialectInterface;

  LogicalResult convertOperation(Operation *op, llvm::IRBuilderBase &,
                                 LLVM::ModuleTranslation &) const final {
    if (isa<h3::ParameterOp>(op))
      return success();
    return op->emitError("'")
           << op->getName() << "' is left after the CPU pipeline";
  }
};

} // namespace

void h3::registerCpuTranslation(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *, H3Dialect *dialect) {
    dialect->addInterfaces<H3Translation>();
  });
}
