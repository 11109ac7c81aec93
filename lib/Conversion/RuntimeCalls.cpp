//===- RuntimeCalls.cpp - Calls of the runtime from GPU programs ----------===//

#include "RuntimeCalls.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMTypes.h"

using namespace mlir;

FailureOr<Value> h3::findTeam(Operation *op, StringRef pass) {
  auto function = op->getParentOfType<func::FuncOp>();
  Value team;
  if (function && function.getNumArguments() >= 3)
    team = function.getArguments().take_back(3)[0];
  if (!team || !isa<LLVM::LLVMPointerType>(team.getType()))
    return op->emitError(pass)
           << " expects '" << op->getName()
           << "' in functions with the arguments of h3-distribute-threads";
  return team;
}

Value h3::callRuntime(ImplicitLocOpBuilder &b, StringRef name,
                      ValueRange operands, TypeRange results) {
  auto module =
      b.getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(module.getBody());
    func::FuncOp::create(b, name,
                         b.getFunctionType(TypeRange(operands), results))
        .setPrivate();
  }
  auto call = func::CallOp::create(b, name, results, operands);
  return results.empty() ? Value() : call.getResult(0);
}
