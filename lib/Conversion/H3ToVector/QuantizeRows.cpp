//===- QuantizeRows.cpp - Activations in fewer bits -----------------------===//
//
// One task per row.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

struct RoundRowsLowering final : LayerLowering<RoundRowsOp> {
  using LayerLowering::LayerLowering;
  void emit(RoundRowsOp op, KernelBuilder &b) const override {
    Type element = cast<MemRefType>(op.getOutput().getType()).getElementType();
    auto type = VectorType::get({b.lanes}, element);
    b.parallel(b.dim(op.getInput(), 0), [&](ValueRange ivs) {
      b.loopBlocks(b.staticDim(op.getInput(), 1), [&](Value c, Value mask) {
        Value values = b.load(op.getInput(), {ivs[0], c}, mask);
        b.store(arith::TruncFOp::create(b, type, values), op.getOutput(),
                {ivs[0], c}, mask);
      });
    });
  }
};

struct QuantizeRowsLowering final : LayerLowering<QuantizeRowsOp> {
  using LayerLowering::LayerLowering;

  void emit(QuantizeRowsOp op, KernelBuilder &b) const override {
    b.parallel(b.dim(op.getInput(), 0), [&](ValueRange ivs) {
      Value row = ivs[0], largest = findLargest(op, b, row);
      Value zero = b.f32(0.0f);
      Value isZero = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT,
                                           largest, b.f32(0x1p-100f));
      largest = arith::SelectOp::create(b, isZero, zero, largest);
      Value steps = b.divf(b.f32(127.0f), largest);
      steps = arith::SelectOp::create(b, isZero, zero, steps);
      b.storeScalar(b.mulf(largest, b.f32(1.0f / 127)), op.getScales(), row);
      bool hasGroups =
          op.getPaired() || (op.getSums() && b.staticDim(op.getSums(), 1) != 1);
      if (hasGroups)
        return emitGroups(op, b, row, steps);
      Value none = arith::ConstantIntOp::create(b, b.getI32Type(), 0);
      Value zeros = vector::BroadcastOp::create(
          b, VectorType::get({b.lanes}, b.getI32Type()), none);
      Value sum = b.loopBlocks(
          b.staticDim(op.getInput(), 1), zeros,
          [&](Value c, Value mask, ValueRange sums) {
            Value x = b.load(op.getInput(), {row, c}, mask);
            Value integers = round(b, x, steps);
            b.store(narrow(op, b, integers), op.getValues(), {row, c}, mask);
            return SmallVector<Value>{
                arith::AddIOp::create(b, sums[0], integers)};
          })[0];
      if (op.getSums())
        storeSum(op, b, sum, row, b.index(0));
    });
  }

private:
  static Value findLargest(QuantizeRowsOp op, KernelBuilder &b, Value row) {
    Value largest =
        b.loopBlocks(b.staticDim(op.getInput(), 1), b.splat(0.0f),
                     [&](Value c, Value mask, ValueRange carried) {
                       Value x = b.load(op.getInput(), {row, c}, mask);
                       Value magnitude = math::AbsFOp::create(b, x);
                       return SmallVector<Value>{
                           arith::MaximumFOp::create(b, carried[0], magnitude)};
                     })[0];
    return vector::ReductionOp::create(b, vector::CombiningKind::MAXIMUMF,
                                       largest);
  }

  /// A group at a time, so that a pair of an even and an odd column is within
  /// a vector.
  static void emitGroups(QuantizeRowsOp op, KernelBuilder &b, Value row,
                         Value steps) {
    SmallVector<int64_t> order;
    for (int64_t eight = 0; eight < kQuantGroup; eight += 8)
      for (int64_t i : {0, 2, 4, 6, 1, 3, 5, 7})
        order.push_back(eight + i);
    int64_t groups = b.staticDim(op.getInput(), 1) / kQuantGroup;
    b.loop(b.index(0), b.index(groups), [&](Value group) {
      Value c = b.mul(group, kQuantGroup);
      Value x = b.loadVector(op.getInput(), {row, c}, kQuantGroup);
      Value integers = round(b, x, steps);
      Value values = narrow(op, b, integers);
      if (op.getPaired())
        values = vector::ShuffleOp::create(b, values, values, order);
      b.store(values, op.getValues(), {row, c});
      if (op.getSums())
        storeSum(op, b, integers, row, group);
    });
  }

  /// Whole steps from -127 to 127, those for what is no number, too: the scale
  /// carries that on.
  static Value round(KernelBuilder &b, Value x, Value steps) {
    auto type = cast<VectorType>(x.getType());
    auto splat = [&](Value value) -> Value {
      return vector::BroadcastOp::create(b, type, value);
    };
    Value rounded = math::RoundEvenOp::create(b, b.mulf(x, splat(steps)));
    rounded = arith::MaxNumFOp::create(b, rounded, splat(b.f32(-127.0f)));
    rounded = arith::MinNumFOp::create(b, rounded, splat(b.f32(127.0f)));
    return arith::FPToSIOp::create(b, type.clone(b.getI32Type()), rounded);
  }
  static Value narrow(QuantizeRowsOp op, KernelBuilder &b, Value integers) {
    Type element = cast<MemRefType>(op.getValues().getType()).getElementType();
    auto type = cast<VectorType>(integers.getType());
    return arith::TruncIOp::create(b, type.clone(element), integers);
  }
  static void storeSum(QuantizeRowsOp op, KernelBuilder &b, Value integers,
                       Value row, Value column) {
    Value sum =
        vector::ReductionOp::create(b, vector::CombiningKind::ADD, integers);
    memref::StoreOp::create(b, sum, op.getSums(), ValueRange{row, column});
  }
};

} // namespace

void h3::populateQuantizePatterns(RewritePatternSet &patterns,
                                  const VectorTarget &target) {
  patterns.add<RoundRowsLowering, QuantizeRowsLowering>(patterns.getContext(),
                                                        target);
}
