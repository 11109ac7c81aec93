//===- QuantizeActivations.cpp - Inputs as packed weights take them -------===//
//
// Before: h3.linear of floats and packed weights of every type. After: where
// the target multiplies halves or bytes at once, inputs are rounded or
// quantised first, once for all layers that read them.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// What products with a weight take.
struct Form {
  Type element;
  int64_t sums = 0; ///< of a row
  bool paired = false;
};

struct QuantizeActivations final
    : h3::impl::QuantizeActivationsBase<QuantizeActivations> {
  using QuantizeActivationsBase::QuantizeActivationsBase;

  void runOnOperation() override {
    DenseMap<std::tuple<Value, Type, int64_t, int>, Operation *> known;
    getOperation().walk([&](LinearOp linear) {
      std::optional<Form> form = getForm(linear);
      if (!form)
        return;
      Operation *&op =
          known[{linear.getInput(), form->element, form->sums, form->paired}];
      if (!op || op->getBlock() != linear->getBlock())
        op = convert(linear, *form);
      linear.getInputMutable().set(op->getResult(0));
      if (!isa<QuantizeRowsOp>(op))
        return;
      linear.getRowScalesMutable().assign(op->getResult(1));
      if (form->sums)
        linear.getRowSumsMutable().assign(op->getResult(2));
    });
  }

private:
  /// None: floats, as they are.
  std::optional<Form> getForm(LinearOp linear) {
    auto weight = dyn_cast<RankedTensorType>(linear.getWeight().getType());
    auto input = dyn_cast<RankedTensorType>(linear.getInput().getType());
    if (!weight || weight.getRank() != 4 || !input.getElementType().isF32() ||
        input.isDynamicDim(1))
      return std::nullopt;
    Builder types(&getContext());
    Type element = weight.getElementType();
    if (element.isBF16())
      return halfDots ? std::optional<Form>({element}) : std::nullopt;
    auto scales = cast<RankedTensorType>(linear.getScales().getType());
    if (scales.getRank() != 1)
      return Form{types.getI8Type(), scales.getDimSize(1), /*paired=*/true};
    if (element.isUnsignedInteger())
      return Form{types.getI8Type(), 1};
    return Form{types.getIntegerType(16)};
  }

  static Operation *convert(LinearOp linear, Form form) {
    ImplicitLocOpBuilder b(linear.getLoc(), linear);
    Value input = linear.getInput();
    auto type = cast<RankedTensorType>(input.getType());
    OpFoldResult rows = tensor::getMixedSizes(b, b.getLoc(), input)[0];
    auto empty = [&](ArrayRef<int64_t> columns, Type element) -> Value {
      SmallVector<OpFoldResult> sizes{rows};
      for (int64_t size : columns)
        sizes.push_back(b.getIndexAttr(size));
      return tensor::EmptyOp::create(b, sizes, element);
    };
    int64_t columns = type.getDimSize(1);
    Value values = empty(columns, form.element);
    if (!form.element.isInteger())
      return RoundRowsOp::create(b, input, values);
    Value sums = form.sums ? empty(form.sums, b.getI32Type()) : Value();
    return QuantizeRowsOp::create(b, input, values, empty({}, b.getF32Type()),
                                  sums, form.paired);
  }
};

} // namespace
