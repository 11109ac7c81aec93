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
Value KernelBuilder::loadVector(Value buffer, ValueRange indices,
                                int64_t count) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  return vector::LoadOp::create(*this, VectorType::get({count}, element),
                                buffer, indices);
}
Value KernelBuilder::bitcast(Value vector, Type element) {
  auto type = cast<VectorType>(vector.getType());
  int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
  auto wanted =
      VectorType::get({bits / element.getIntOrFloatBitWidth()}, element);
  return vector::BitCastOp::create(*this, wanted, vector);
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

void KernelBuilder::prefetch(Value buffer, ValueRange indices, bool isWrite,
                             CacheLevel level) {
  unsigned locality = level == CacheLevel::First ? 3 : 2;
  memref::PrefetchOp::create(*this, buffer, indices, isWrite, locality,
                             /*isDataCache=*/true);
}

Value KernelBuilder::sumLanes(Value vector) {
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    auto lanesFrom = [&](int64_t first) -> Value {
      return vector::ShuffleOp::create(
          *this, vector, vector,
          llvm::to_vector(llvm::seq<int64_t>(first, first + half)));
    };
    Value low = lanesFrom(0), high = lanesFrom(half);
    vector = addf(low, high);
  }
  return vector::ExtractOp::create(*this, vector, ArrayRef<int64_t>{0});
}

Value KernelBuilder::sumEach(ArrayRef<Value> vectors) {
  // Each round adds neighbours, and leaves the sums of two vectors in one.
  SmallVector<int64_t> even, odd;
  for (int64_t i = 0; i < lanes; ++i) {
    even.push_back(2 * i);
    odd.push_back(2 * i + 1);
  }
  SmallVector<Value> sums(vectors);
  while (sums.size() > 1) {
    for (size_t i = 0; i < sums.size() / 2; ++i) {
      Value a = sums[2 * i], b = sums[2 * i + 1];
      Value evens = vector::ShuffleOp::create(*this, a, b, even);
      Value odds = vector::ShuffleOp::create(*this, a, b, odd);
      sums[i] = addf(evens, odds);
    }
    sums.resize(sums.size() / 2);
  }
  return sums[0];
}
