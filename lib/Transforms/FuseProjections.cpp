//===- FuseProjections.cpp - Dense layers of one input are one layer ------===//
//
// Before: several h3.linear of the same tensor, such as queries, keys and
// values. After: one, whose weight has the rows of all; the others' results are
// slices of its result.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/ADT/MapVector.h"

namespace h3 {
#define GEN_PASS_DEF_FUSEPROJECTIONS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

RankedTensorType getOutputType(LinearOp linear) {
  return cast<RankedTensorType>(linear.getOutput().getType());
}

/// What layers must have in common.
using Kind = std::tuple<Value, Block *, int64_t, unsigned, unsigned>;

Kind getKind(LinearOp linear) {
  return {linear.getInput(), linear->getBlock(),
          getOutputType(linear).getDimSize(0), bool(linear.getBias()),
          linear.getGelu()};
}

/// A layer of weights of its own, with an output that holds nothing yet.
bool isProjection(LinearOp linear) {
  auto type = dyn_cast<RankedTensorType>(linear.getWeight().getType());
  return type && type.getRank() == 2 && type.getElementType().isF32() &&
         isWeight(linear.getWeight()) && !linear.getNormWeight() &&
         (!linear.getBias() || isWeight(linear.getBias())) &&
         !linear.getAccumulate() && !getOutputType(linear).isDynamicDim(1) &&
         linear.getOutput().getDefiningOp<tensor::EmptyOp>();
}

/// Whether nothing uses the results of `group` before its last layer.
bool canWaitForLast(MutableArrayRef<LinearOp> group) {
  for (LinearOp linear : group)
    for (Operation *user : linear->getUsers()) {
      Operation *ancestor = linear->getBlock()->findAncestorOpInBlock(*user);
      if (!ancestor || ancestor->isBeforeInBlock(group.back()))
        return false;
    }
  return true;
}

Value concatRows(ImplicitLocOpBuilder &b, ValueRange parts) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(parts[0].getType()).getShape());
  shape[0] = 0;
  for (Value part : parts)
    shape[0] += cast<RankedTensorType>(part.getType()).getDimSize(0);
  return ConcatRowsOp::create(
      b, cast<RankedTensorType>(parts[0].getType()).clone(shape), parts);
}

void fuse(MutableArrayRef<LinearOp> group) {
  LinearOp last = group.back();
  ImplicitLocOpBuilder b(last.getLoc(), last);
  SmallVector<Value> weights, biases;
  for (LinearOp linear : group) {
    weights.push_back(linear.getWeight());
    if (linear.getBias())
      biases.push_back(linear.getBias());
  }
  Value weight = concatRows(b, weights);
  Value bias = biases.empty() ? Value() : concatRows(b, biases);
  int64_t features = cast<ShapedType>(weight.getType()).getDimSize(0);
  auto empty = group[0].getOutput().getDefiningOp<tensor::EmptyOp>();
  int64_t rows = empty.getType().getDimSize(0);
  Value init = tensor::EmptyOp::create(
      b, empty.getType().clone({rows, features}), empty.getDynamicSizes());
  auto fused =
      LinearOp::create(b, last.getInput(), weight, init, bias, last.getGelu());
  OpFoldResult height = empty.getMixedSizes()[0];
  int64_t first = 0;
  for (LinearOp linear : group) {
    RankedTensorType type = getOutputType(linear);
    OpFoldResult zero = b.getIndexAttr(0), one = b.getIndexAttr(1);
    OpFoldResult columns = b.getIndexAttr(type.getDimSize(1));
    Value slice = tensor::ExtractSliceOp::create(b, type, fused->getResult(0),
                                                 {zero, b.getIndexAttr(first)},
                                                 {height, columns}, {one, one});
    linear->getResult(0).replaceAllUsesWith(slice);
    linear->erase();
    first += type.getDimSize(1);
  }
}

struct FuseProjections final : h3::impl::FuseProjectionsBase<FuseProjections> {
  void runOnOperation() override {
    llvm::MapVector<Kind, SmallVector<LinearOp>> groups;
    getOperation().walk([&](LinearOp linear) {
      if (isProjection(linear))
        groups[getKind(linear)].push_back(linear);
    });
    for (auto &[kind, group] : groups)
      if (group.size() > 1 && canWaitForLast(group))
        fuse(group);
  }
};

} // namespace
