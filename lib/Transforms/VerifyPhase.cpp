//===- VerifyPhase.cpp - What must be gone at the end of a phase ----------===//
//
// Changes nothing. Fails where an operation is left that an earlier pass of the
// pipeline should have taken, and names both.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace h3 {
#define GEN_PASS_DEF_VERIFYPHASE
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

bool isTensor(Type type) { return isa<TensorType>(type); }

bool touchesTensors(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), isTensor) ||
         llvm::any_of(op->getResultTypes(), isTensor);
}

bool isLayer(Operation *op) {
  return isa_and_nonnull<H3Dialect>(op->getDialect()) && !isa<ParameterOp>(op);
}

/// What a phase may not leave behind, and the pass that takes it.
struct Rule {
  StringLiteral phase;
  bool (*forbids)(Operation *);
  StringLiteral taker;
};
constexpr Rule rules[] = {
    {"tensor", [](Operation *op) { return op->hasTrait<WeightFunction>(); },
     "h3-fold-parameters"},
    {"tensor",
     [](Operation *op) {
       auto parameter = dyn_cast<ParameterOp>(op);
       return parameter && !parameter.getOffset();
     },
     "h3-layout-parameters"},
    {"buffer", touchesTensors, "one-shot-bufferize"},
    {"buffer",
     [](Operation *op) { return isa<memref::AllocOp, GetParameterOp>(op); },
     "h3-bind-buffers"},
    {"vector", isLayer, "h3-convert-to-vector"},
    {"vector", [](Operation *op) { return isa<scf::ParallelOp>(op); },
     "h3-distribute-threads"},
    {"gpu",
     [](Operation *op) {
       auto linear = dyn_cast<LinearOp>(op);
       return isLayer(op) && !(linear && linear.getLibrary());
     },
     "h3-convert-to-gpu"},
    {"nvvm",
     [](Operation *op) {
       return op->getParentOfType<gpu::GPUModuleOp>() &&
              !isa_and_nonnull<LLVM::LLVMDialect, NVVM::NVVMDialect>(
                  op->getDialect());
     },
     "a conversion to NVVM"},
    {"llvm",
     [](Operation *op) {
       return !isa_and_nonnull<LLVM::LLVMDialect>(op->getDialect()) &&
              !isa<ModuleOp, ParameterOp>(op);
     },
     "a conversion to LLVM"},
};

struct VerifyPhase final : h3::impl::VerifyPhaseBase<VerifyPhase> {
  using VerifyPhaseBase::VerifyPhaseBase;

  void runOnOperation() override {
    if (llvm::none_of(rules,
                      [&](const Rule &rule) { return rule.phase == phase; })) {
      getOperation().emitError("h3-verify-phase: expected the phase tensor, "
                               "buffer, vector, gpu, nvvm or llvm, found '")
          << phase << "'";
      return signalPassFailure();
    }
    auto check = [&](Operation *op) {
      for (const Rule &rule : rules) {
        if (rule.phase != phase || !rule.forbids(op))
          continue;
        op->emitError("'") << op->getName() << "' is left after the " << phase
                           << " phase; " << rule.taker
                           << " should have taken it";
        return WalkResult::interrupt();
      }
      // Recipes are the weight writer's.
      return isa<ParameterOp>(op) ? WalkResult::skip() : WalkResult::advance();
    };
    WalkResult result = getOperation()->walk<WalkOrder::PreOrder>(check);
    if (result.wasInterrupted())
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace
