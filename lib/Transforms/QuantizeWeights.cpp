//===- QuantizeWeights.cpp - Dense weights in fewer bits ------------------===//
//
// Before: h3.linear and h3.embedding with weights in single precision. After:
// with functions of those weights in the wanted type; what is no matrix of a
// dense layer stays as it is.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Remarks.h"

namespace h3 {
#define GEN_PASS_DEF_QUANTIZEWEIGHTS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct QuantizeWeights final : h3::impl::QuantizeWeightsBase<QuantizeWeights> {
  using QuantizeWeightsBase::QuantizeWeightsBase;

  void runOnOperation() override {
    if (!llvm::is_contained({"f32", "bf16", "f16", "int8", "int4"}, type)) {
      getOperation().emitError("h3-quantize-weights expects the type f32, "
                               "bf16, f16, int8 or int4, found '")
          << type << "'";
      return signalPassFailure();
    }
    if (columns < 1) {
      getOperation().emitError("h3-quantize-weights expects positive columns, "
                               "found ")
          << int64_t(columns);
      return signalPassFailure();
    }
    if (type == "f32")
      return;
    getOperation().walk([&](Operation *op) {
      if (auto linear = dyn_cast<LinearOp>(op))
        convert(op, linear.getWeightMutable(), linear.getScalesMutable());
      else if (auto embedding = dyn_cast<EmbeddingOp>(op))
        convert(op, embedding.getTableMutable(), embedding.getScalesMutable());
    });
  }

private:
  void convert(Operation *user, OpOperand &weight, MutableOperandRange scales) {
    auto shape = dyn_cast<RankedTensorType>(weight.get().getType());
    if (!shape || shape.getRank() != 2 || !shape.getElementType().isF32() ||
        !isWeight(weight.get()))
      return;
    int64_t rows = shape.getDimSize(0), numColumns = shape.getDimSize(1);
    if (numColumns % columns != 0)
      return explain(user, "the weight stays in single precision: its " +
                               std::to_string(numColumns) +
                               " columns are no multiple of " +
                               std::to_string(columns));
    OpBuilder builder(user);
    Location loc = weight.get().getLoc();
    if (type == "bf16" || type == "f16") {
      Type element = type == "bf16" ? Type(builder.getBF16Type())
                                    : Type(builder.getF16Type());
      weight.set(RoundWeightOp::create(builder, loc, shape.clone(element),
                                       weight.get()));
      return;
    }
    bool isGrouped = type == "int4" && numColumns % kQuantGroup == 0;
    if (type == "int4" && !isGrouped)
      explain(user, "the weight is int8: its " + std::to_string(numColumns) +
                        " columns are no groups of " +
                        std::to_string(kQuantGroup));
    auto scaleType =
        isGrouped ? RankedTensorType::get({rows, numColumns / kQuantGroup},
                                          builder.getF16Type())
                  : RankedTensorType::get({rows}, builder.getF32Type());
    auto valueType = RankedTensorType::get(
        {rows, isGrouped ? numColumns / 2 : numColumns}, builder.getI8Type());
    Value scale =
        QuantizeScalesOp::create(builder, loc, scaleType, weight.get());
    weight.set(
        QuantizeOp::create(builder, loc, valueType, weight.get(), scale));
    scales.assign(scale);
  }

  static void explain(Operation *user, const std::string &text) {
    remark::analysis(
        user->getLoc(),
        remark::RemarkOpts::name("weight-type").category("h3-quantize-weights"))
        << text;
  }
};

} // namespace
