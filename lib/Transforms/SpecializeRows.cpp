//===- SpecializeRows.cpp - Steps of few rows, and of many ----------------===//
//
// Before: layers on memrefs. After: a choice at run time where few rows, which
// a step of decoding has, are better served by other layers than many.
//
// - An h3.linear: on many rows the layer of a library, with its input in the
//   weight's type. An h3.layer_norm whose output it alone reads is part of it
//   on few rows, which normalises as it reads, and comes before it on many.
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
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace h3 {
#define GEN_PASS_DEF_SPECIALIZEROWS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

Value getBuffer(Value value) {
  while (auto view = value.getDefiningOp<ViewLikeOpInterface>())
    value = view.getViewSource();
  return value;
}

/// The normalisation whose output only `linear` reads, if nothing is written
/// between the two, nor by `linear` to what the normalisation reads.
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
      norm->getBlock() != linear->getBlock() ||
      !norm->isBeforeInBlock(linear) ||
      getBuffer(norm.getInput()) == getBuffer(linear.getOutput()))
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
    SmallVector<LinearOp> linears;
    SmallVector<MixerOp> mixers;
    getOperation().walk([&](Operation *op) {
      auto linear = dyn_cast<LinearOp>(op);
      auto mixer = dyn_cast<MixerOp>(op);
      if (linear && canHaveLibrary(linear))
        linears.push_back(linear);
      if (mixer && isa<MemRefType>(mixer.getOutput().getType()) &&
          mixer.hasStates())
        mixers.push_back(mixer);
    });
    for (LinearOp linear : linears)
      specialize(linear);
    for (MixerOp mixer : mixers)
      specialize(mixer);
  }

private:
  /// On memrefs, its weight in rows, contiguous, and its epilogue one that
  /// libraries have.
  static bool canHaveLibrary(LinearOp linear) {
    auto weight = dyn_cast<MemRefType>(linear.getWeight().getType());
    return weight && weight.getRank() == 2 && !linear.getNormWeight() &&
           !linear.getLibrary() && LinearOp::isContiguous(linear.getInput()) &&
           LinearOp::isContiguous(linear.getWeight()) &&
           LinearOp::isContiguous(linear.getOutput()) &&
           !(linear.getGelu() && linear.getAccumulate());
  }

  void specialize(LinearOp linear) {
    ImplicitLocOpBuilder b(linear.getLoc(), linear);
    LayerNormOp norm = findNorm(linear);
    Value input = norm ? norm.getInput() : linear.getInput();
    Value rows = memref::DimOp::create(b, input, 0);
    Value isFew = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, rows,
                                        arith::ConstantIndexOp::create(b, few));
    Type element = getLibraryType(linear);
    Value halves = createHalves(b, linear, element, rows);
    Value dequantized = createDequantized(b, linear, element);
    auto branch = scf::IfOp::create(b, isFew, /*withElseRegion=*/true);
    b.setInsertionPointToStart(branch.thenBlock());
    Value normWeight, normBias;
    FloatAttr epsilon;
    if (norm) {
      normWeight = norm.getWeight();
      normBias = norm.getBias();
      epsilon = norm.getEpsilonAttr();
    }
    LinearOp::create(b, TypeRange(), input, linear.getWeight(),
                     linear.getScales(), /*row_scales=*/Value(),
                     /*row_sums=*/Value(), normWeight, normBias,
                     linear.getBias(), linear.getOutput(), epsilon,
                     linear.getGelu(), linear.getAccumulate(),
                     /*library=*/false);
    Operation *end = branch.elseBlock()->getTerminator();
    if (norm)
      norm->moveBefore(end);
    b.setInsertionPoint(end);
    if (halves)
      RoundRowsOp::create(b, TypeRange(), linear.getInput(), halves);
    if (dequantized)
      DequantizeOp::create(b, TypeRange(), linear.getWeight(),
                           linear.getScales(), dequantized);
    LinearOp::create(b, TypeRange(), halves ? halves : linear.getInput(),
                     dequantized ? dequantized : linear.getWeight(),
                     /*scales=*/Value(), /*row_scales=*/Value(),
                     /*row_sums=*/Value(), /*norm_weight=*/Value(),
                     /*norm_bias=*/Value(), linear.getBias(),
                     linear.getOutput(), /*epsilon=*/FloatAttr(),
                     linear.getGelu(), linear.getAccumulate(),
                     /*library=*/true);
    linear->erase();
  }

  /// The type in which a library multiplies: the weight's, or the one that
  /// holds the values of a quantised one best.
  static Type getLibraryType(LinearOp linear) {
    Type type = cast<MemRefType>(linear.getWeight().getType()).getElementType();
    return type.isInteger() ? Float16Type::get(type.getContext()) : type;
  }

  /// Memory for the input in half precision; null: not needed.
  static Value createHalves(ImplicitLocOpBuilder &b, LinearOp linear,
                            Type element, Value rows) {
    auto type = cast<MemRefType>(linear.getInput().getType());
    if (element == type.getElementType())
      return nullptr;
    return memref::AllocOp::create(b, MemRefType::get(type.getShape(), element),
                                   ValueRange{rows});
  }
  /// Memory for a quantised weight in half precision; null: not needed.
  static Value createDequantized(ImplicitLocOpBuilder &b, LinearOp linear,
                                 Type element) {
    if (!linear.getScales())
      return nullptr;
    int64_t features =
        cast<MemRefType>(linear.getWeight().getType()).getDimSize(0);
    int64_t inputs =
        cast<MemRefType>(linear.getInput().getType()).getDimSize(1);
    return memref::AllocOp::create(
        b, MemRefType::get({features, inputs}, element));
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
