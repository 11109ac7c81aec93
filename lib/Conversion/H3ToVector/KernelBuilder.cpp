//===- KernelBuilder.cpp - What the lowerings of layers share -------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace h3;

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(*this, value);
}
Value KernelBuilder::add(Value a, Value b) {
  return arith::AddIOp::create(*this, a, b);
}
Value KernelBuilder::sub(Value a, Value b) {
  return arith::SubIOp::create(*this, a, b);
}
Value KernelBuilder::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(*this, a, index(b)).getResult();
}
Value KernelBuilder::rem(Value a, int64_t b) {
  return arith::RemUIOp::create(*this, a, index(b));
}
Value KernelBuilder::div(Value a, int64_t b) {
  return b == 1 ? a : arith::DivUIOp::create(*this, a, index(b)).getResult();
}
Value KernelBuilder::min(Value a, Value b) {
  return arith::MinUIOp::create(*this, a, b);
}
Value KernelBuilder::isEqual(Value a, int64_t b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::eq, a, index(b));
}
Value KernelBuilder::isAtLeast(Value a, int64_t b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::uge, a, index(b));
}
Value KernelBuilder::f32(float value) {
  return arith::ConstantFloatOp::create(*this, getF32Type(), APFloat(value));
}
Value KernelBuilder::splat(float value) {
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(vectorType, APFloat(value)));
}
Value KernelBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(*this, vectorType, scalar);
}
Value KernelBuilder::loadIndex(Value buffer, Value position) {
  Value element = memref::LoadOp::create(*this, buffer, position);
  return arith::IndexCastOp::create(*this, getIndexType(), element);
}
Value KernelBuilder::dim(Value buffer, int64_t i) {
  return memref::DimOp::create(*this, buffer, i);
}
int64_t KernelBuilder::staticDim(Value buffer, int64_t i) {
  return cast<MemRefType>(buffer.getType()).getDimSize(i);
}

void KernelBuilder::parallel(ValueRange upperBounds, Body body) {
  SmallVector<Value> lower(upperBounds.size(), index(0));
  SmallVector<Value> steps(upperBounds.size(), index(1));
  scf::ParallelOp::create(*this, lower, upperBounds, steps,
                          [&](OpBuilder &builder, Location, ValueRange ivs) {
                            OpBuilder::InsertionGuard guard(*this);
                            setInsertionPoint(builder.getInsertionBlock(),
                                              builder.getInsertionPoint());
                            body(ivs);
                          });
}

void KernelBuilder::loop(Value lower, Value upper,
                         function_ref<void(Value)> body) {
  loop(lower, upper, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

SmallVector<Value> KernelBuilder::loop(Value lower, Value upper,
                                       ValueRange inits, CarryBody body) {
  auto loop = scf::ForOp::create(
      *this, lower, upper, index(1), inits,
      [&](OpBuilder &builder, Location loc, Value iv, ValueRange carried) {
        OpBuilder::InsertionGuard guard(*this);
        setInsertionPoint(builder.getInsertionBlock(),
                          builder.getInsertionPoint());
        scf::YieldOp::create(*this, body(iv, carried));
      });
  return SmallVector<Value>(loop.getResults());
}

void KernelBuilder::ifThen(Value condition, function_ref<void()> body) {
  ifElse(condition, body, nullptr);
}

void KernelBuilder::ifElse(Value condition, function_ref<void()> then,
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

Value KernelBuilder::scratch(ArrayRef<int64_t> shape) {
  // Threads have a stack of a megabyte at least.
  constexpr int64_t maxStackBytes = 256 * 1024;
  auto type = MemRefType::get(shape, getF32Type());
  int64_t bytes = type.getNumElements() * sizeof(float);
  OpBuilder::InsertionGuard guard(*this);
  auto function =
      getInsertionBlock()->getParentOp()->getParentOfType<func::FuncOp>();
  if (!function)
    function = cast<func::FuncOp>(getInsertionBlock()->getParentOp());
  Block &entry = function.getBody().front();
  setInsertionPointToStart(&entry);
  IntegerAttr alignment = getI64IntegerAttr(64);
  if (bytes <= maxStackBytes)
    return memref::AllocaOp::create(*this, type, alignment);
  Value buffer = memref::AllocOp::create(*this, type, alignment);
  setInsertionPoint(entry.getTerminator());
  memref::DeallocOp::create(*this, buffer);
  return buffer;
}

Value KernelBuilder::table(const Twine &name, DenseElementsAttr values) {
  std::string symbol = name.str();
  auto type =
      MemRefType::get(values.getType().getShape(), values.getElementType());
  auto module = getInsertionBlock()->getParentOp()->getParentOfType<ModuleOp>();
  if (!module.lookupSymbol(symbol)) {
    OpBuilder::InsertionGuard guard(*this);
    setInsertionPointToStart(module.getBody());
    memref::GlobalOp::create(*this, getStringAttr(symbol),
                             getStringAttr("private"), type, values,
                             /*constant=*/true, getI64IntegerAttr(64));
  }
  return memref::GetGlobalOp::create(*this, type, symbol);
}

Value KernelBuilder::blockMask(Value block, int64_t size) {
  if (size % lanes == 0)
    return {};
  Value left = sub(index(size), mul(block, lanes));
  return vector::CreateMaskOp::create(
      *this, VectorType::get({lanes}, getI1Type()), left);
}

SmallVector<Value> KernelBuilder::loopBlocks(
    int64_t size, ValueRange inits,
    function_ref<SmallVector<Value>(Value, Value, ValueRange)> body) {
  int64_t full = size / lanes;
  SmallVector<Value> carried(inits);
  if (full > 0)
    carried = loop(index(0), index(full), carried,
                   [&](Value block, ValueRange values) {
                     return body(mul(block, lanes), Value(), values);
                   });
  if (size % lanes != 0)
    carried = body(index(full * lanes), blockMask(index(full), size), carried);
  return carried;
}

void KernelBuilder::loopBlocks(int64_t size,
                               function_ref<void(Value, Value)> body) {
  loopBlocks(size, ValueRange(), [&](Value first, Value mask, ValueRange) {
    body(first, mask);
    return SmallVector<Value>();
  });
}

Value KernelBuilder::load(Value buffer, ValueRange indices, Value mask) {
  if (!mask)
    return vector::LoadOp::create(*this, vectorType, buffer, indices);
  return vector::MaskedLoadOp::create(*this, vectorType, buffer, indices, mask,
                                      splat(0.0f));
}

void KernelBuilder::store(Value value, Value buffer, ValueRange indices,
                          Value mask) {
  if (!mask)
    vector::StoreOp::create(*this, value, buffer, indices);
  else
    vector::MaskedStoreOp::create(*this, buffer, indices, mask, value);
}

void KernelBuilder::prefetch(Value buffer, ValueRange indices, bool isWrite) {
  constexpr unsigned nearest = 3;
  memref::PrefetchOp::create(*this, buffer, indices, isWrite, nearest,
                             /*isDataCache=*/true);
}

Value KernelBuilder::loadScalar(Value buffer, ValueRange indices) {
  return memref::LoadOp::create(*this, buffer, indices);
}
void KernelBuilder::storeScalar(Value value, Value buffer, ValueRange indices) {
  memref::StoreOp::create(*this, value, buffer, indices);
}

Value KernelBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(*this, a, b, c);
}
Value KernelBuilder::mulf(Value a, Value b) {
  return arith::MulFOp::create(*this, a, b);
}
Value KernelBuilder::addf(Value a, Value b) {
  return arith::AddFOp::create(*this, a, b);
}
Value KernelBuilder::subf(Value a, Value b) {
  return arith::SubFOp::create(*this, a, b);
}
Value KernelBuilder::divf(Value a, Value b) {
  return arith::DivFOp::create(*this, a, b);
}
Value KernelBuilder::negf(Value a) { return arith::NegFOp::create(*this, a); }
Value KernelBuilder::gelu(Value x) {
  Value cube = mulf(mulf(x, x), x);
  Value inner = fma(splat(0.044715f), cube, x);
  Value tanh = math::TanhOp::create(*this, mulf(splat(0.7978845608f), inner));
  return mulf(mulf(splat(0.5f), x), addf(splat(1.0f), tanh));
}
Value KernelBuilder::sumLanes(Value vector) {
  return vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector);
}
