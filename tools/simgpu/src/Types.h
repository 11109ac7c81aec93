//===- Types.h - The types of PTX -------------------------------*- C++ -*-===//

#ifndef SIMGPU_TYPES_H
#define SIMGPU_TYPES_H

#include <cstdint>
#include <string_view>

namespace simgpu {

enum class Type : uint8_t {
  None,
  Pred,
  B8,
  U8,
  S8,
  B16,
  U16,
  S16,
  F16,
  BF16,
  E4M3x2,
  E5M2x2,
  B32,
  U32,
  S32,
  F32,
  TF32,
  F16x2,
  BF16x2,
  U16x2,
  S16x2,
  B64,
  U64,
  S64,
  F64,
  F32x2,
  B128,
};

/// From the spelling without the dot; None when it is no type.
Type parseType(std::string_view Name);

/// Bits that a value takes; 1 for a predicate.
constexpr unsigned bitsOf(Type T) {
  if (T == Type::None)
    return 0;
  if (T == Type::Pred)
    return 1;
  if (T <= Type::S8)
    return 8;
  if (T <= Type::E5M2x2)
    return 16;
  if (T <= Type::S16x2)
    return 32;
  if (T <= Type::F32x2)
    return 64;
  return 128;
}
constexpr unsigned bytesOf(Type T) { return (bitsOf(T) + 7) / 8; }

constexpr bool isSigned(Type T) {
  return T == Type::S8 || T == Type::S16 || T == Type::S32 || T == Type::S64;
}
constexpr bool isUnsigned(Type T) {
  return T == Type::U8 || T == Type::U16 || T == Type::U32 || T == Type::U64;
}
constexpr bool isInteger(Type T) { return isSigned(T) || isUnsigned(T); }
/// .b8 to .b128.
constexpr bool isBits(Type T) {
  return T == Type::B8 || T == Type::B16 || T == Type::B32 || T == Type::B64 ||
         T == Type::B128;
}
/// One number, not a pair.
constexpr bool isFloat(Type T) {
  return T == Type::F16 || T == Type::BF16 || T == Type::F32 ||
         T == Type::TF32 || T == Type::F64;
}

enum class Space : uint8_t { Generic, Global, Constant, Shared, Local, Param };

/// How a floating-point result is rounded to its type.
enum class Rounding : uint8_t { NearestEven, Zero, Down, Up, NearestAway };

} // namespace simgpu

#endif // SIMGPU_TYPES_H
