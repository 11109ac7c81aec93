//===- DenseWeight.cpp - Reads dense weights of any type ------------------===//

#include "DenseWeight.h"

using namespace mlir;
using namespace h3;

static MemRefType typeOf(Value buffer) {
  return cast<MemRefType>(buffer.getType());
}

DenseWeight::DenseWeight(GpuBuilder &b, Value weight, Value scales,
                         int64_t maxWidth)
    : b(b), weight(weight), scales(scales) {
  constexpr int64_t accessBits = 128;
  int64_t bits =
      isGrouped() ? 4 : typeOf(weight).getElementType().getIntOrFloatBitWidth();
  accessWidth = std::min(maxWidth, accessBits / bits);
  while (columns() % accessWidth != 0)
    accessWidth /= 2;
}

bool DenseWeight::isGrouped() const {
  return scales && typeOf(scales).getRank() == 2;
}

int64_t DenseWeight::columns() const {
  return b.staticDim(weight, 1) * (isGrouped() ? 2 : 1);
}

DenseWeight::Access DenseWeight::load(Value row, Value k) {
  if (!isGrouped())
    return {b.loadVector(weight, {row, k}, width()), Value()};
  Value scale = b.loadScalar(scales, {row, b.div(k, kQuantGroup)});
  return {b.loadVector(weight, {row, b.div(k, 2)}, width() / 2),
          arith::ExtFOp::create(b, b.getF32Type(), scale)};
}

DenseWeight::Access DenseWeight::loadIf(Value exists, Value row, Value k) {
  auto branch = scf::IfOp::create(
      b, exists,
      [&](OpBuilder &, Location) {
        Access access = load(row, k);
        SmallVector<Value> values{access.bits};
        if (access.scale)
          values.push_back(access.scale);
        scf::YieldOp::create(b, values);
      },
      [&](OpBuilder &, Location) {
        SmallVector<Value> zeros;
        int64_t elements = isGrouped() ? width() / 2 : width();
        auto type =
            VectorType::get({elements}, typeOf(weight).getElementType());
        zeros.push_back(arith::ConstantOp::create(b, b.getZeroAttr(type)));
        if (isGrouped())
          zeros.push_back(b.f32(0));
        scf::YieldOp::create(b, zeros);
      });
  return {branch.getResult(0), isGrouped() ? branch.getResult(1) : Value()};
}

SmallVector<Value> DenseWeight::decode(const Access &access) {
  if (isGrouped())
    return decodeNibbles(access.bits);
  SmallVector<Value> values;
  for (int64_t i = 0; i < width(); ++i) {
    Value value = b.extract(access.bits, i);
    if (value.getType().isInteger(8))
      value = arith::SIToFPOp::create(b, b.getF32Type(), value);
    else if (!value.getType().isF32())
      value = arith::ExtFOp::create(b, b.getF32Type(), value);
    values.push_back(value);
  }
  return values;
}

/// The nibbles n + 8 of words, lowest first: with their highest bits inverted
/// they are n in two's complement, which shifts extend.
SmallVector<Value> DenseWeight::decodeNibbles(Value bits) {
  int64_t bytes = width() / 2, wordBits = 8 * std::min<int64_t>(bytes, 4);
  int64_t words = 8 * bytes / wordBits;
  Type wordType = b.getIntegerType(wordBits);
  Value all =
      vector::BitCastOp::create(b, VectorType::get({words}, wordType), bits);
  SmallVector<Value> values;
  for (int64_t w = 0; w < words; ++w) {
    Value word = b.extract(all, w);
    if (wordBits < 32)
      word = arith::ExtUIOp::create(b, b.getI32Type(), word);
    auto constant = [&](uint32_t value) -> Value {
      return arith::ConstantIntOp::create(b, b.getI32Type(), int32_t(value));
    };
    word = arith::XOrIOp::create(b, word, constant(0x88888888));
    for (int64_t shift = 0; shift < wordBits; shift += 4) {
      Value high = arith::ShLIOp::create(b, word, constant(28 - shift));
      Value number = arith::ShRSIOp::create(b, high, constant(28));
      values.push_back(arith::SIToFPOp::create(b, b.getF32Type(), number));
    }
  }
  return values;
}

Value DenseWeight::loadRowScale(Value row) {
  if (!scales || isGrouped())
    return nullptr;
  return b.loadScalar(scales, row);
}
