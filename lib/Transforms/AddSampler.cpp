//===- AddSampler.cpp - The function that chooses tokens ------------------===//
//
// Before: a step function of the runtime's buffers, with logits. After: also a
// function `sample` of the buffers of H3SampleArgs, in their order.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {
#define GEN_PASS_DEF_ADDSAMPLER
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct AddSampler final : h3::impl::AddSamplerBase<AddSampler> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto columns = module->getAttrOfType<IntegerAttr>("h3.padded_vocab");
    if (!columns)
      return;
    if (module.lookupSymbol("sample")) {
      module.emitError("h3-add-sampler expects a module without a function "
                       "'sample'");
      return signalPassFailure();
    }
    ImplicitLocOpBuilder b(module.getLoc(), module.getBodyRegion());
    b.setInsertionPointToEnd(module.getBody());
    auto buffer = [](Type element) -> Type {
      return MemRefType::get({ShapedType::kDynamic}, element);
    };
    Type floats = buffer(b.getF32Type()), doubles = buffer(b.getF64Type());
    Type indices = buffer(b.getI32Type());
    Type inputs[] = {floats,  indices, indices, floats,
                     doubles, doubles, indices};
    auto sample = func::FuncOp::create(b, "sample",
                                       b.getFunctionType(inputs, TypeRange()));
    Block *body = sample.addEntryBlock();
    b.setInsertionPointToStart(body);
    Value tokens = body->getArguments().back();
    OpFoldResult rows = Value(memref::DimOp::create(b, tokens, 0));
    auto matrix = MemRefType::get({ShapedType::kDynamic, columns.getInt()},
                                  b.getF32Type());
    SmallVector<Value> operands(body->getArguments());
    operands[0] = memref::ReinterpretCastOp::create(
        b, matrix, operands[0], b.getIndexAttr(0),
        {rows, b.getIndexAttr(columns.getInt())},
        {b.getIndexAttr(columns.getInt()), b.getIndexAttr(1)});
    SampleOp::create(b, TypeRange(), operands);
    func::ReturnOp::create(b);
  }
};

} // namespace
