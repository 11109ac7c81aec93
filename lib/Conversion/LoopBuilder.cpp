//===- LoopBuilder.cpp - Scalars, loops and arithmetic --------------------===//

#include "LoopBuilder.h"

using namespace mlir;
using namespace h3;

Value LoopBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value LoopBuilder::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}
Value LoopBuilder::sub(Value a, Value b) {
  return arith::SubIOp::create(*this, a, b);
}
Value LoopBuilder::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(*this, a, index(b)).getResult();
}
Value LoopBuilder::rem(Value a, int64_t b) {
  return arith::RemUIOp::create(*this, a, index(b));
}
Value LoopBuilder::div(Value a, int64_t b) {
  return b == 1 ? a : arith::DivUIOp::create(*this, a, index(b)).getResult();
}
Value LoopBuilder::min(Value a, Value b) {
  return arith::MinUIOp::create(*this, a, b);
}
Value LoopBuilder::max(Value a, Value b) {
  return arith::MaxUIOp::create(*this, a, b);
}
Value LoopBuilder::isEqual(Value a, int64_t b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, a, index(b));
}
Value LoopBuilder::isAtLeast(Value a, int64_t b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::uge, a, index(b));
}
Value LoopBuilder::f32(float value) {
  return arith::ConstantFloatOp::create(*this, getF32Type(), APFloat(value));
}
Value LoopBuilder::loadIndex(Value buffer, Value position) {
  Value element = memref::LoadOp::create(*this, buffer, position);
  return arith::IndexCastOp::create(*this, getIndexType(), element);
}
Value LoopBuilder::dim(Value buffer, int64_t i) {
  return memref::DimOp::create(*this, buffer, i);
}
int64_t LoopBuilder::staticDim(Value buffer, int64_t i) {
  return cast<MemRefType>(buffer.getType()).getDimSize(i);
}

void LoopBuilder::loop(Value lower, Value upper, int64_t step,
                       function_ref<void(Value)> body) {
  loop(lower, upper, step, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

SmallVector<Value> LoopBuilder::loop(Value lower, Value upper, int64_t step,
                                     ValueRange inits, CarryBody body) {
  auto loop = scf::ForOp::create(
      *this, lower, upper, index(step), inits,
      [&](OpBuilder &builder, Location loc, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
        scf::YieldOp::create(*this, body(iv, carried));
      });
  return SmallVector<Value>(loop.getResults());
}

void LoopBuilder::ifThen(Value condition, function_ref<void()> body) {
  ifElse(condition, body, nullptr);
}

void LoopBuilder::ifElse(Value condition, function_ref<void()> then,
                         function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(*this, condition, bool(otherwise));
  OpBuilder::InsertionGuard guard(*this);
  setInsertionPointToStart(branch.thenBlock());
  then();
  if (!otherwise)
    return;
  setInsertionPointToStart(branch.elseBlock());
  otherwise();
}

Value LoopBuilder::loadScalar(Value buffer, ValueRange indices) {
  return memref::LoadOp::create(*this, buffer, indices);
}
void LoopBuilder::storeScalar(Value value, Value buffer, ValueRange indices) {
  memref::StoreOp::create(*this, value, buffer, indices);
}

Value LoopBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(*this, a, b, c);
}
Value LoopBuilder::mulf(Value a, Value b) {
  return arith::MulFOp::create(*this, a, b);
}
Value LoopBuilder::addf(Value a, Value b) {
  return arith::AddFOp::create(*this, a, b);
}
Value LoopBuilder::subf(Value a, Value b) {
  return arith::SubFOp::create(*this, a, b);
}
Value LoopBuilder::divf(Value a, Value b) {
  return arith::DivFOp::create(*this, a, b);
}
Value LoopBuilder::negf(Value a) { return arith::NegFOp::create(*this, a); }
std::pair<Value, Value> LoopBuilder::advanceMode(Value decayReal,
                                                 Value decayImag, Value real,
                                                 Value imag, Value input) {
  Value turned = mulf(decayImag, imag);
  Value scaled = input ? fma(decayReal, real, input) : mulf(decayReal, real);
  return {subf(scaled, turned), fma(decayReal, imag, mulf(decayImag, real))};
}
Value LoopBuilder::gelu(Value x) {
  Value cube = mulf(mulf(x, x), x);
  Value inner = fma(constantLike(x, 0.044715f), cube, x);
  Value tanh =
      math::TanhOp::create(*this, mulf(constantLike(x, 0.7978845608f), inner));
  return mulf(mulf(constantLike(x, 0.5f), x),
              addf(constantLike(x, 1.0f), tanh));
}
Value LoopBuilder::constantLike(Value like, float value) {
  Type type = like.getType();
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(
        *this, DenseElementsAttr::get(vector, APFloat(value)));
  return f32(value);
}
