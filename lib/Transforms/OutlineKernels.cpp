//===- OutlineKernels.cpp - Equal layers share one function ---------------===//
//
// Before: h3 layers on memrefs in the step function. After: calls of private
// functions that hold one layer each, one function for all equal layers.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace h3 {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct OutlineKernels final : h3::impl::OutlineKernelsBase<OutlineKernels> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    /// Kernels by what makes them equal: name, attributes and operand types.
    DenseMap<std::tuple<OperationName, Attribute, Attribute>, func::FuncOp>
        kernels;
    SmallVector<Operation *> layers;
    getOperation().walk([&](DestinationStyleOpInterface op) {
      if (isa<H3Dialect>(op->getDialect()) && op->getNumResults() == 0)
        layers.push_back(op);
    });
    for (Operation *layer : layers) {
      auto type = FunctionType::get(&getContext(), layer->getOperandTypes(),
                                    TypeRange());
      auto [it, isNew] = kernels.try_emplace({layer->getName(),
                                              layer->getPropertiesAsAttribute(),
                                              TypeAttr::get(type)});
      if (isNew)
        it->second = createKernel(layer, type, symbols);
      OpBuilder builder(layer);
      func::CallOp::create(builder, layer->getLoc(), it->second,
                           layer->getOperands());
      layer->erase();
    }
  }

private:
  func::FuncOp createKernel(Operation *layer, FunctionType type,
                            SymbolTable &symbols) {
    OpBuilder builder(&getContext());
    auto kernel = func::FuncOp::create(builder, layer->getLoc(),
                                       layer->getName().stripDialect(), type);
    kernel.setPrivate();
    symbols.insert(kernel);
    Block *body = kernel.addEntryBlock();
    builder.setInsertionPointToStart(body);
    // By position: calls may pass one value twice, and others two.
    builder.clone(*layer)->setOperands(body->getArguments());
    func::ReturnOp::create(builder, layer->getLoc());
    return kernel;
  }
};

} // namespace
