//===- KernelBuilder.cpp - What the lowerings of layers share -------------===//

#include "KernelBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace h3;

Value KernelBuilder::splat(float value) {
  return arith::ConstantOp::create(
      *this, DenseElementsAttr::get(vectorType, APFloat(value)));
}
Value KernelBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(*this, vectorType, scalar);
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

Value KernelBuilder::sumLanes(Value vector) {
  return vector::ReductionOp::create(*this, vector::CombiningKind::ADD, vector);
}
