//===- PackPanels.cpp - Dense weights in the kernels' layout --------------===//
//
// Before: h3.linear with weights in rows, N x K, of any type. After: packed
// weights; an embedding reads the panels where its table is a weight as well.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"

namespace h3 {
#define GEN_PASS_DEF_PACKPANELS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

struct PackPanels final : h3::impl::PackPanelsBase<PackPanels> {
  using PackPanelsBase::PackPanelsBase;

  void runOnOperation() override {
    if (width < 1) {
      getOperation().emitError(
          "h3-pack-panels expects a positive width, found ")
          << int64_t(width);
      return signalPassFailure();
    }
    llvm::StringSet<> packedTables;
    getOperation().walk([&](LinearOp linear) {
      if (!canPack(linear.getWeight()))
        return;
      if (std::optional<StringRef> parameter = findRoot(linear.getWeight()))
        packedTables.insert(*parameter);
      pack(linear, linear.getWeightMutable(), linear.getScalesMutable());
    });
    getOperation().walk([&](EmbeddingOp embedding) {
      std::optional<StringRef> parameter = findRoot(embedding.getTable());
      if (parameter && packedTables.contains(*parameter) &&
          canPack(embedding.getTable()))
        pack(embedding, embedding.getTableMutable(),
             embedding.getScalesMutable());
    });
  }

private:
  static bool canPack(Value weight) {
    auto type = dyn_cast<TensorType>(weight.getType());
    return type && type.getRank() == 2;
  }

  /// The parameter that a weight, rounded or quantised, comes from.
  static std::optional<StringRef> findRoot(Value weight) {
    Operation *op = weight.getDefiningOp();
    while (isa_and_nonnull<RoundWeightOp, QuantizeOp>(op))
      op = op->getOperand(0).getDefiningOp();
    if (auto get = dyn_cast_or_null<GetParameterOp>(op))
      return get.getName();
    return std::nullopt;
  }

  void pack(Operation *user, OpOperand &weight, MutableOperandRange scales) {
    auto type = cast<RankedTensorType>(weight.get().getType());
    if (!type.hasStaticShape()) {
      user->emitOpError(
          "h3-pack-panels expects a weight of static shape, found ")
          << type;
      return signalPassFailure();
    }
    bool hasGroups = !scales.empty() &&
                     cast<ShapedType>(scales[0].get().getType()).getRank() != 1;
    Type element = type.getElementType();
    int64_t group = element.isF32() || element.isF16() ? 1 : 2;
    if (element.isInteger() && (hasGroups || byteDots))
      group = 4;
    if (type.getDimSize(1) % group != 0) {
      user->emitOpError("h3-pack-panels expects columns that are a multiple "
                        "of ")
          << group << ", found " << type;
      return signalPassFailure();
    }
    if (element.isInteger() && !hasGroups && byteDots)
      element = IntegerType::get(&getContext(), 8, IntegerType::Unsigned);
    weight.set(createPanels(user, weight.get(), element, group));
    if (hasGroups)
      scales.assign(createPanels(user, scales[0].get(),
                                 Float16Type::get(&getContext()), 1));
  }

  Value createPanels(Operation *user, Value rows, Type element, int64_t group) {
    auto type = cast<RankedTensorType>(rows.getType());
    SmallVector<int64_t> shape{
        llvm::divideCeilSigned(type.getDimSize(0), int64_t(width)),
        type.getDimSize(1) / group, int64_t(width)};
    if (group != 1)
      shape.push_back(group);
    OpBuilder builder(user);
    return PackPanelsOp::create(builder, rows.getLoc(),
                                RankedTensorType::get(shape, element), rows);
  }
};

} // namespace
