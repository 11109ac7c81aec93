//===- SpecializeRows.cpp - Steps of few rows, and of many ----------------===//
//
// Before: layers on memrefs. After: a choice at run time where few rows, which
// a step of decoding has, are better served by other layers than many.
//
// - An h3.layer_norm whose output one h3.linear reads: on few rows one layer
//   that normalises its input as it reads it.
// - An h3.mixer: on long sequences two layers over windows of rows.
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
    SmallVector<MixerOp> mixers;
    getOperation().walk([&](MixerOp mixer) {
      if (isa<MemRefType>(mixer.getOutput().getType()) && mixer.hasStates())
        mixers.push_back(mixer);
    });
    for (MixerOp mixer : mixers)
      specialize(mixer);
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

  /// A mixer goes through every sequence from its first row to its last; where
  /// sequences have two windows and more, these are worked on at once.
  void specialize(MixerOp mixer) {
    ImplicitLocOpBuilder b(mixer.getLoc(), mixer);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, value);
    };
    Value rows = memref::DimOp::create(b, mixer.getQueries(), 0);
    Value bounds = memref::DimOp::create(b, mixer.getStarts(), 0);
    Value sequences = arith::SubIOp::create(b, bounds, constant(1));
    Value least = arith::MulIOp::create(b, sequences, constant(2 * window));
    Value isLong =
        arith::CmpIOp::create(b, arith::CmpIPredicate::uge, rows, least);
    auto rowType = cast<MemRefType>(mixer.getOutput().getType());
    Value gated = memref::AllocOp::create(
        b, MemRefType::get(rowType.getShape(), rowType.getElementType()),
        ValueRange{rows});
    int64_t windows = (maxTokens + window - 1) / window;
    SmallVector<int64_t> shape{windows, 2};
    llvm::append_range(shape, cast<MemRefType>(mixer.getDiagState().getType())
                                  .getShape()
                                  .drop_front());
    Value states = memref::AllocOp::create(
        b, MemRefType::get(shape, rowType.getElementType()));
    auto branch = scf::IfOp::create(b, isLong, /*withElseRegion=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    MixerScanOp::create(
        b, TypeRange(), mixer.getKeys(), mixer.getValues(), mixer.getTaps(),
        mixer.getKeySkip(), mixer.getShiftState(), mixer.getModes(),
        mixer.getDiagState(), mixer.getStarts(), mixer.getSlots(),
        mixer.getPositions(), window, gated, states);
    MixerOutputOp::create(b, TypeRange(), mixer.getQueries(), mixer.getKeys(),
                          gated, states, mixer.getModes(), mixer.getSkip(),
                          mixer.getStarts(), mixer.getSlots(),
                          mixer.getPositions(), window, mixer.getOutput(),
                          mixer.getShiftState(), mixer.getDiagState());
    mixer->moveBefore(branch.elseBlock()->getTerminator());
  }
};

} // namespace
