//===- FoldParameters.cpp - Functions of parameters become parameters -----===//
//
// Before: h3.pack_panels, h3.shift_kernel and h3.diag_modes of parameters.
// After: parameters whose recipe names the operation; the weight writer applies
// it.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace h3 {
#define GEN_PASS_DEF_FOLDPARAMETERS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct FoldParameters final : h3::impl::FoldParametersBase<FoldParameters> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    made.clear();
    SmallVector<Operation *> folded;
    getOperation().walk([&](Operation *op) {
      if (isa<PackPanelsOp, ShiftKernelOp, DiagModesOp>(op))
        folded.push_back(op);
    });
    for (Operation *op : folded)
      if (failed(fold(op, symbols)))
        return signalPassFailure();
    eraseUnused(symbols);
  }

private:
  LogicalResult fold(Operation *op, SymbolTable &symbols) {
    SmallVector<Attribute> sources;
    StringRef first;
    for (Value operand : op->getOperands()) {
      auto get = operand.getDefiningOp<GetParameterOp>();
      auto parameter =
          get ? symbols.lookup<ParameterOp>(get.getName()) : ParameterOp();
      if (!parameter || parameter.getRecipe() != "copy")
        return op->emitOpError("expected operands that are parameters of the "
                               "checkpoint");
      if (first.empty())
        first = parameter.getName();
      sources.push_back(parameter.getSources()[0]);
    }
    OpBuilder builder(op);
    StringRef recipe = op->getName().stripDialect();
    ArrayAttr allSources = builder.getArrayAttr(sources);
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    ParameterOp &parameter = made[{op->getName(), allSources, type}];
    if (!parameter) {
      OpBuilder atFirst(symbols.lookup(first));
      parameter = ParameterOp::create(atFirst, op->getLoc(),
                                      (first + "." + recipe).str(), type,
                                      recipe, allSources, IntegerAttr());
      symbols.insert(parameter); // Which renames it where the name is taken.
    }
    op->replaceAllUsesWith(GetParameterOp::create(builder, op->getLoc(), type,
                                                  parameter.getName()));
    op->erase();
    return success();
  }

  /// Parameters by what makes them equal.
  DenseMap<std::tuple<OperationName, Attribute, Type>, ParameterOp> made;

  void eraseUnused(SymbolTable &symbols) {
    llvm::StringSet<> used;
    SmallVector<GetParameterOp> dead;
    getOperation().walk([&](GetParameterOp get) {
      if (get->use_empty())
        dead.push_back(get);
      else
        used.insert(get.getName());
    });
    for (GetParameterOp get : dead)
      get.erase();
    for (auto parameter :
         llvm::make_early_inc_range(getOperation().getOps<ParameterOp>()))
      if (!used.contains(parameter.getName()))
        symbols.erase(parameter);
  }
};

} // namespace
