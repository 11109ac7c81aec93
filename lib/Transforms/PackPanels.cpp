//===- PackPanels.cpp - Dense weights in the kernels' layout --------------===//
//
// Before: h3.linear with weights as stored, N x K. After: packed weights; an
// embedding reads the panels where its table is a weight as well.
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
      if (isa<MemRefType>(linear.getWeight().getType()) ||
          cast<ShapedType>(linear.getWeight().getType()).getRank() != 2)
        return;
      if (auto get = linear.getWeight().getDefiningOp<GetParameterOp>())
        packedTables.insert(get.getName());
      pack(linear, linear.getWeightMutable());
    });
    getOperation().walk([&](EmbeddingOp embedding) {
      auto get = embedding.getTable().getDefiningOp<GetParameterOp>();
      if (get && packedTables.contains(get.getName()))
        pack(embedding, embedding.getTableMutable());
    });
  }

private:
  void pack(Operation *user, OpOperand &weight) {
    auto type = cast<RankedTensorType>(weight.get().getType());
    if (!type.hasStaticShape()) {
      user->emitOpError(
          "h3-pack-panels expects a weight of static shape, found ")
          << type;
      return signalPassFailure();
    }
    int64_t panels = llvm::divideCeilSigned(type.getDimSize(0), int64_t(width));
    OpBuilder builder(user);
    weight.set(PackPanelsOp::create(
        builder, weight.get().getLoc(),
        type.clone({panels, type.getDimSize(1), int64_t(width)}),
        weight.get()));
  }
};

} // namespace
