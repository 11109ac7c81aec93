//===- DenseWeight.cpp - Reads dense weights of any type ------------------===//

#include "DenseWeight.h"

using namespace mlir;
using namespace h3;

static MemRefType typeOf(Value buffer) {
  return cast<MemRefType>(buffer.getType());
}

static bool hasGroups(Value scales) {
  return scales && typeOf(scales).getRank() == 2;
}

int64_t DenseWeight::countColumns(Value weight, Value scales) {
  return LoopBuilder::staticDim(weight, 1) * (hasGroups(scales) ? 2 : 1);
}

int64_t DenseWeight::getWidth(Value weight, Value scales, int64_t maxWidth) {
  constexpr int64_t accessBits = 128;
  int64_t bits = hasGroups(scales)
                     ? 4
                     : typeOf(weight).getElementType().getIntOrFloatBitWidth();
  int64_t width = std::min(maxWidth, accessBits / bits);
  while (countColumns(weight, scales) % width != 0)
    width /= 2;
  return width;
}

bool DenseWeight::isGrouped() const { return hasGroups(scales); }

DenseWeight::Access DenseWeight::load(Value row, Value k) {
  if (!isGrouped())
    return {b.loadVector(weight, {row, k}, width()), Value()};
  Value scale = b.loadScalar(scales, {row, b.div(k, kQuantGroup)});
  return {b.loadVector(weight, {row, b.div(k, 2)}, width() / 2),
          arith::ExtFOp::create(b, b.getF32Type(), scale)};
}

DenseWeight::Access DenseWeight::loadIf(Value exists, Value row, Value k) {
  auto then = [&] {
    Access access = load(row, k);
    SmallVector<Value> values{access.bits};
    if (access.scale)
      values.push_back(access.scale);
    return values;
  };
  auto otherwise = [&] {
    int64_t elements = isGrouped() ? width() / 2 : width();
    auto type = VectorType::get({elements}, typeOf(weight).getElementType());
    SmallVector<Value> zeros{arith::ConstantOp::create(b, b.getZeroAttr(type))};
    if (isGrouped())
      zeros.push_back(b.f32(0));
    return zeros;
  };
  SmallVector<Value> values = b.chooseAll(exists, then, otherwise);
  return {values[0], isGrouped() ? values[1] : Value()};
}

SmallVector<Value> DenseWeight::decode(const Access &access, int64_t first,
                                       int64_t count) {
  SmallVector<Value> values;
  for (int64_t i = first; i < first + count; ++i) {
    if (isGrouped()) {
      values.push_back(decodeNibble(access.bits, i));
      continue;
    }
    Value value = b.extract(access.bits, i);
    if (value.getType().isInteger(8))
      value = arith::SIToFPOp::create(b, b.getF32Type(), value);
    else if (!value.getType().isF32())
      value = arith::ExtFOp::create(b, b.getF32Type(), value);
    values.push_back(value);
  }
  return values;
}

Value DenseWeight::decodeScaled(const Access &access, Value rowScale) {
  Value values = b.pack(decode(access, 0, width()));
  Value scale = rowScale ? rowScale : access.scale;
  return scale ? b.mulf(values, b.spread(scale, width())) : values;
}

/// Nibble `i`, n + 8: with its highest bit inverted it is n in two's
/// complement, which shifts extend.
Value DenseWeight::decodeNibble(Value bits, int64_t i) {
  int64_t bytes = width() / 2, wordBits = 8 * std::min<int64_t>(bytes, 4);
  int64_t words = 8 * bytes / wordBits, perWord = wordBits / 4;
  auto type = VectorType::get({words}, b.getIntegerType(wordBits));
  Value word = b.extract(vector::BitCastOp::create(b, type, bits), i / perWord);
  if (wordBits < 32)
    word = arith::ExtUIOp::create(b, b.getI32Type(), word);
  auto constant = [&](uint32_t value) -> Value {
    return arith::ConstantIntOp::create(b, b.getI32Type(), int32_t(value));
  };
  word = arith::XOrIOp::create(b, word, constant(0x88888888));
  Value high = arith::ShLIOp::create(b, word, constant(28 - i % perWord * 4));
  Value number = arith::ShRSIOp::create(b, high, constant(28));
  return arith::SIToFPOp::create(b, b.getF32Type(), number);
}

Value DenseWeight::loadRowScale(Value row) {
  if (!scales || isGrouped())
    return nullptr;
  return b.loadScalar(scales, row);
}
