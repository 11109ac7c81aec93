//===- Rounding.h - Floating-point formats and rounding ---------*- C++ -*-===//
//
// Every operation on f32 and the smaller formats is done in double without
// losing anything that matters, then rounded once. Products of two f32 are
// exact in double. Sums are rounded to odd: the last bit is set when the result
// is inexact, so that a later rounding to at most 50 bits is the rounding of
// the exact sum (Boldo and Melquiond, "Emulation of a FMA and correctly rounded
// sums", 2008).
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_ROUNDING_H
#define SIMGPU_ROUNDING_H

#include "Types.h"

#include <cmath>
#include <cstring>

namespace simgpu {

template <typename To, typename From> inline To bitCast(From Value) {
  static_assert(sizeof(To) == sizeof(From), "bitCast changes no size");
  To Result;
  std::memcpy(&Result, &Value, sizeof(To));
  return Result;
}

constexpr uint32_t CanonicalNan32 = 0x7fffffff;
constexpr uint16_t CanonicalNan16 = 0x7fff; ///< f16 and bf16

/// A binary format with a sign, `Exponent` and `Mantissa` bits.
struct Format {
  int Exponent, Mantissa;
};
constexpr Format Half{5, 10}, Brain{8, 7}, Single{8, 23}, Tensor32{8, 10};

/// Rounds to the format. The bits are those of the format in their lower end,
/// NaN is all ones but the sign, and overflow follows the rounding.
inline uint32_t roundTo(Format F, double Value, Rounding R) {
  uint64_t Bits = bitCast<uint64_t>(Value);
  auto Sign = static_cast<uint32_t>(Bits >> 63);
  int Exponent = static_cast<int>(Bits >> 52 & 0x7ff);
  uint64_t Mantissa = Bits & ((uint64_t(1) << 52) - 1);
  uint32_t SignBit = Sign << (F.Exponent + F.Mantissa);
  uint32_t Infinity = ((1u << F.Exponent) - 1) << F.Mantissa;
  if (Exponent == 0x7ff)
    return Mantissa ? (1u << (F.Exponent + F.Mantissa)) - 1
                    : SignBit | Infinity;
  if (Exponent == 0)
    Exponent = 1; // subnormal doubles are far below every format
  else
    Mantissa |= uint64_t(1) << 52;

  int Bias = (1 << (F.Exponent - 1)) - 1;
  int Biased = Exponent - 1023 + Bias;
  int Shift = 52 - F.Mantissa;
  if (Biased < 1) {
    Shift += 1 - Biased;
    Biased = 1;
  }
  if (Shift > 62)
    Shift = 62;
  uint64_t Kept = Mantissa >> Shift;
  uint64_t Rest = Mantissa & ((uint64_t(1) << Shift) - 1);
  uint64_t Middle = uint64_t(1) << (Shift - 1);
  bool Up = false;
  switch (R) {
  case Rounding::NearestEven:
    Up = Rest > Middle || (Rest == Middle && (Kept & 1));
    break;
  case Rounding::NearestAway:
    Up = Rest >= Middle;
    break;
  case Rounding::Zero:
    break;
  case Rounding::Down:
    Up = Rest && Sign;
    break;
  case Rounding::Up:
    Up = Rest && !Sign;
    break;
  }
  // The leading bit of a normal number carries into the exponent.
  uint64_t Result = (uint64_t(Biased - 1) << F.Mantissa) + Kept + Up;
  if (Result >= Infinity) {
    bool ToLargest = R == Rounding::Zero || (R == Rounding::Down && !Sign) ||
                     (R == Rounding::Up && Sign);
    Result = ToLargest ? Infinity - 1 : Infinity;
  }
  return SignBit | static_cast<uint32_t>(Result);
}

inline float roundToFloat(double Value, Rounding R) {
  return bitCast<float>(roundTo(Single, Value, R));
}

/// The sum, rounded to odd. A zero from operands of different signs is
/// negative when rounding down.
inline double addOdd(double A, double B, bool Down = false) {
  double Sum = A + B;
  if (Down && Sum == 0)
    return std::signbit(A) || std::signbit(B) ? -0.0 : 0.0;
  double Back = Sum - A;
  double Lost = (A - (Sum - Back)) + (B - Back); // exact: Knuth's two-sum
  int64_t Bits = bitCast<int64_t>(Sum);
  // Infinities and NaN lose NaN, which compares false.
  bool Inexact = (Lost > 0 || Lost < 0) && (Bits & 1) == 0;
  bool Grow = (Lost > 0) == (Sum > 0); // away from zero
  return bitCast<double>(Bits + (Inexact ? (Grow ? 1 : -1) : 0));
}

//===----------------------------------------------------------------------===//
// 16-bit formats, nearest even. Without branches, so that they vectorise.
//===----------------------------------------------------------------------===//

inline float bf16ToFloat(uint16_t Bits) {
  return bitCast<float>(uint32_t(Bits) << 16);
}

inline uint16_t floatToBf16(float Value) {
  auto Bits = bitCast<uint32_t>(Value);
  uint32_t Rounded = (Bits + 0x7fff + (Bits >> 16 & 1)) >> 16;
  return static_cast<uint16_t>(Value != Value ? CanonicalNan16 : Rounded);
}

inline float halfToFloat(uint16_t Bits) {
  uint32_t Sign = uint32_t(Bits & 0x8000) << 16;
  uint32_t Magnitude = uint32_t(Bits & 0x7fff) << 13;
  uint32_t Normal = Magnitude + (112u << 23);
  uint32_t Special = Magnitude | 0x7f800000;
  // As an integer: hardware is slow where a float operand is subnormal.
  auto Small = static_cast<float>(static_cast<int32_t>(Bits & 0x3ff));
  uint32_t Subnormal = bitCast<uint32_t>(Small * 0x1p-24f);
  return bitCast<float>(Sign | (Magnitude >= 0x0f800000  ? Special
                                : Magnitude < 0x00800000 ? Subnormal
                                                         : Normal));
}

inline uint16_t floatToHalf(float Value) {
  uint32_t Bits = bitCast<uint32_t>(Value), Sign = Bits >> 16 & 0x8000;
  uint32_t Magnitude = Bits & 0x7fffffff;
  // Normal: move the exponent, then round to even on the 13 lower bits.
  uint32_t Normal =
      (Magnitude - 0x38000000 + 0xfff + (Magnitude >> 13 & 1)) >> 13;
  // Subnormal: adding 0.5 lets the hardware round at the right bit.
  float Aligned = bitCast<float>(Magnitude) + 0.5f;
  uint32_t Subnormal = bitCast<uint32_t>(Aligned) - 0x3f000000;
  uint32_t Result = Magnitude < 0x38800000   ? Subnormal
                    : Magnitude < 0x477ff000 ? Normal
                                             : 0x7c00;
  return static_cast<uint16_t>(Magnitude > 0x7f800000 ? CanonicalNan16
                                                      : Sign | Result);
}

/// As for double.
inline float addOdd(float A, float B) {
  float Sum = A + B, Back = Sum - A;
  float Lost = (A - (Sum - Back)) + (B - Back);
  int32_t Bits = bitCast<int32_t>(Sum);
  bool Inexact = (Lost > 0 || Lost < 0) && (Bits & 1) == 0;
  bool Grow = (Lost > 0) == (Sum > 0);
  return bitCast<float>(Bits + (Inexact ? (Grow ? 1 : -1) : 0));
}

/// A double to float, rounded to odd: fit for rounding to 16 bits next.
inline float toFloatOdd(double Value) {
  auto Rounded = static_cast<float>(Value);
  auto Back = static_cast<double>(Rounded);
  int32_t Bits = bitCast<int32_t>(Rounded);
  bool Inexact = (Back < Value || Back > Value) && (Bits & 1) == 0;
  bool Grow = std::fabs(Back) < std::fabs(Value);
  return bitCast<float>(Bits + (Inexact ? (Grow ? 1 : -1) : 0));
}

//===----------------------------------------------------------------------===//
// f64 with a rounding other than to nearest, in the host's hardware.
//===----------------------------------------------------------------------===//

double addRounded(double A, double B, Rounding R);
double mulRounded(double A, double B, Rounding R);
double divRounded(double A, double B, Rounding R);
double fmaRounded(double A, double B, double C, Rounding R);
double sqrtRounded(double A, Rounding R);

} // namespace simgpu

#endif // SIMGPU_ROUNDING_H
