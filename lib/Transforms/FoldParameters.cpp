//===- FoldParameters.cpp - Functions of parameters become parameters -----===//
//
// Before: functions of weights (h3.pack_panels, h3.diag_modes, ...) of
// parameters. After: parameters with recipes, which the weight writer follows.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"
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
    SmallVector<Operation *> functions;
    getOperation().walk([&](Operation *op) {
      if (op->hasTrait<WeightFunction>() &&
          !isa<ParameterOp>(op->getParentOp()))
        functions.push_back(op);
    });
    for (Operation *op : functions)
      if (failed(fold(op, symbols)))
        return signalPassFailure();
    eraseUnused(symbols);
  }

private:
  LogicalResult fold(Operation *op, SymbolTable &symbols) {
    SmallVector<ParameterOp> operands;
    SmallVector<Attribute> names;
    for (Value operand : op->getOperands()) {
      auto get = operand.getDefiningOp<GetParameterOp>();
      auto parameter =
          get ? symbols.lookup<ParameterOp>(get.getName()) : ParameterOp();
      if (!parameter)
        return op->emitOpError("expected operands that are parameters");
      operands.push_back(parameter);
      names.push_back(get.getNameAttr());
    }
    OpBuilder builder(op);
    ParameterOp &parameter =
        made[{op->getName(), op->getPropertiesAsAttribute(),
              builder.getArrayAttr(names), op->getResult(0).getType()}];
    if (!parameter) {
      parameter = createParameter(op, operands);
      symbols.insert(parameter); // Which renames it where the name is taken.
    }
    Value value = GetParameterOp::create(
        builder, op->getLoc(), op->getResult(0).getType(), parameter.getName());
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
    return success();
  }

  /// A parameter that is `op` of other parameters, before the first of them.
  static ParameterOp createParameter(Operation *op,
                                     MutableArrayRef<ParameterOp> operands) {
    OpBuilder builder(operands[0]);
    Location loc = op->getLoc();
    StringRef mnemonic = op->getName().stripDialect();
    auto parameter = ParameterOp::create(
        builder, loc, (operands[0].getName() + "." + mnemonic).str(),
        cast<RankedTensorType>(op->getResult(0).getType()),
        builder.getArrayAttr({}), IntegerAttr());
    Block *body = builder.createBlock(&parameter.getRecipe());

    SmallVector<Attribute> sources;
    auto getSource = [&](Attribute source, Type type) -> Value {
      for (auto [known, argument] :
           llvm::zip_equal(sources, body->getArguments()))
        if (known == source && argument.getType() == type)
          return argument;
      sources.push_back(source);
      return body->addArgument(type, loc);
    };
    IRMapping mapping;
    for (auto [i, operand] : llvm::enumerate(operands)) {
      Value value = op->getOperand(i);
      if (mapping.contains(value))
        continue;
      if (operand.getRecipe().empty()) {
        mapping.map(value,
                    getSource(operand.getSources()[0], operand.getType()));
        continue;
      }
      Block &recipe = operand.getRecipe().front();
      for (auto [argument, source] :
           llvm::zip_equal(recipe.getArguments(), operand.getSources()))
        mapping.map(argument, getSource(source, argument.getType()));
      for (Operation &step : recipe.without_terminator())
        builder.clone(step, mapping);
      Value yielded = cast<YieldOp>(recipe.getTerminator()).getValue();
      mapping.map(value, mapping.lookup(yielded));
    }
    Operation *last = builder.clone(*op, mapping);
    YieldOp::create(builder, loc, last->getResult(0));
    parameter.setSourcesAttr(builder.getArrayAttr(sources));
    return parameter;
  }

  /// Parameters by what makes them equal: operation, attributes, operands,
  /// type.
  DenseMap<std::tuple<OperationName, Attribute, Attribute, Type>, ParameterOp>
      made;

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
