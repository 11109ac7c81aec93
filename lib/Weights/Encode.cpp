//===- Encode.cpp - Floats as the weight file has them --------------------===//

#include "Encode.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace h3;

/// To nearest, ties to even; a number that is none stays one.
static uint16_t toBFloat16(float value) {
  auto bits = bit_cast<uint32_t>(value);
  if (value != value)
    return uint16_t(bits >> 16) | 0x40;
  uint32_t half = 0x7fff + (bits >> 16 & 1);
  return uint16_t((bits + half) >> 16);
}

/// The same for IEEE's half: 5 bits of exponent, 10 of fraction.
static uint16_t toHalf(float value) {
  auto bits = bit_cast<uint32_t>(value);
  auto sign = uint16_t(bits >> 16 & 0x8000);
  uint32_t magnitude = bits & 0x7fffffff;
  constexpr uint32_t infinity = 0x7f800000, overflow = 0x477ff000; // 65520
  constexpr uint32_t smallest = 0x38800000; // 2^-14, the last with a leading 1
  if (magnitude > infinity)
    return sign | 0x7e00;
  if (magnitude >= overflow)
    return sign | 0x7c00;
  if (magnitude < smallest) // In units of 2^-24: added to 1/2, floats round.
    return sign |
           uint16_t(bit_cast<uint32_t>(bit_cast<float>(magnitude) + 0.5f) -
                    bit_cast<uint32_t>(0.5f));
  uint32_t rebiased = magnitude - (112u << 23); // 127 - 15
  return sign | uint16_t((rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13);
}

bool h3::encode(ArrayRef<float> values, mlir::Type type, uint8_t *to) {
  auto store = [&](auto convert) {
    for (float value : values) {
      auto element = convert(value);
      support::endian::write(to, element, endianness::little);
      to += sizeof(element);
    }
    return true;
  };
  if (type.isF32())
    return store([](float value) { return bit_cast<uint32_t>(value); });
  if (type.isBF16())
    return store(toBFloat16);
  if (type.isF16())
    return store(toHalf);
  if (type.isUnsignedInteger(8))
    return store([](float value) { return uint8_t(value); });
  if (type.isInteger(8))
    return store([](float value) { return int8_t(value); });
  return false;
}
