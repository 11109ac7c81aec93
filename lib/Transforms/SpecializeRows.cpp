//===- SpecializeRows.cpp - Steps of few rows, and of many ----------------===//
//
// Before: h3.layer_norm on memrefs whose output one h3.linear reads. After: on
// few rows, which a step of decoding has, one layer that normalises its input
// as it reads it; on many, both as they were.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {
#define GEN_PASS_DEF_SPECIALIZEROWS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// The normalisation whose output only `linear` reads, if nothing is written
/// between the two.
LayerNormOp findNorm(LinearOp linear) {
  auto buffer = linear.getInput().getDefiningOp<memref::AllocOp>();
  if (!buffer || linear.getNormWeight())
    return nullptr;
  LayerNormOp norm;
  for (Operation *user : buffer->getUsers()) {
    if (user == linear || isa<memref::DeallocOp>(user))
      continue;
    if (norm || !(norm = dyn_cast<LayerNormOp>(user)))
      return nullptr;
  }
  if (!norm || norm.getOutput() != buffer || norm.getInput() == buffer ||
      norm->getBlock() != linear->getBlock() || !norm->isBeforeInBlock(linear))
    return nullptr;
  for (Operation *op = norm->getNextNode(); op != linear;
       op = op->getNextNode())
    if (!isMemoryEffectFree(op) && !isa<memref::AllocOp>(op))
      return nullptr;
  return norm;
}

struct SpecializeRows final : h3::impl::SpecializeRowsBase<SpecializeRows> {
  using SpecializeRowsBase::SpecializeRowsBase;

  void runOnOperation() override {
    SmallVector<std::pair<LayerNormOp, LinearOp>> pairs;
    getOperation().walk([&](LinearOp linear) {
      if (LayerNormOp norm = findNorm(linear))
        pairs.push_back({norm, linear});
    });
    for (auto [norm, linear] : pairs)
      specialize(norm, linear);
  }

private:
  void specialize(LayerNormOp norm, LinearOp linear) {
    ImplicitLocOpBuilder b(linear.getLoc(), linear);
    Value rows = memref::DimOp::create(b, norm.getInput(), 0);
    Value isFew = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, rows,
                                        arith::ConstantIndexOp::create(b, few));
    auto branch = scf::IfOp::create(b, isFew, /*withElseRegion=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    LinearOp::create(
        b, TypeRange(), norm.getInput(), linear.getWeight(), linear.getScales(),
        norm.getWeight(), norm.getBias(), linear.getBias(), linear.getOutput(),
        norm.getEpsilonAttr(), linear.getGelu(), linear.getAccumulate());
    norm->moveBefore(branch.elseBlock()->getTerminator());
    linear->moveBefore(branch.elseBlock()->getTerminator());
  }
};

} // namespace
