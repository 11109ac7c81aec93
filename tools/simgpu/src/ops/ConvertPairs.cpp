//===- ConvertPairs.cpp - cvt of pairs, 8-bit floats, tf32, packs ---------===//

#include "../Rounding.h"
#include "Convert.h"
#include "Lanes.h"

#include <cmath>
#include <limits>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Pairs and 8-bit floats
//===----------------------------------------------------------------------===//

static double reluOf(double A, uint8_t Flags) {
  // NaN stays, and -0 becomes +0.
  return Flags & PairRelu && A <= 0 ? 0.0 : A;
}

/// e4m3 has no infinity and one NaN, 0x7f; e5m2 is f16 with a short mantissa.
/// Conversions saturate to the largest number.
static uint8_t toEighth(double Value, Type T) {
  bool Negative = std::signbit(Value);
  uint8_t Sign = Negative ? 0x80 : 0;
  if (T == Type::E5M2x2) {
    if (Value != Value)
      return 0x7f;
    uint32_t Bits = roundTo({5, 2}, Value, Rounding::NearestEven);
    return (Bits & 0x7f) >= 0x7c ? Sign | 0x7b : uint8_t(Bits);
  }
  if (Value != Value)
    return 0x7f;
  // Exponents reach one further than in a format with infinities.
  double Magnitude = std::fabs(Value);
  if (Magnitude >= 448)
    return Sign | 0x7e;
  int Exponent;
  std::frexp(Magnitude, &Exponent);
  double Unit = std::ldexp(1.0, std::max(Exponent - 1, -6) - 3);
  double Rounded = std::nearbyint(Magnitude / Unit) * Unit;
  if (Rounded > 448)
    return Sign | 0x7e;
  if (Rounded < 0x1p-6)
    return Sign | uint8_t(Rounded / 0x1p-9);
  std::frexp(Rounded, &Exponent);
  auto Mantissa = uint8_t(std::ldexp(Rounded, 3 - (Exponent - 1))) & 7;
  return Sign | uint8_t((Exponent - 1 + 7) << 3) | uint8_t(Mantissa);
}

static double fromEighth(uint8_t Bits, Type T) {
  int Sign = Bits & 0x80 ? -1 : 1;
  if (T == Type::E5M2x2)
    return halfToFloat(uint16_t(Bits << 8));
  if ((Bits & 0x7f) == 0x7f)
    return std::numeric_limits<double>::quiet_NaN();
  int Exponent = Bits >> 3 & 15, Mantissa = Bits & 7;
  return Sign * (Exponent ? std::ldexp(8 + Mantissa, Exponent - 10)
                          : std::ldexp(Mantissa, -9));
}

/// Two f32 to a pair, or one f32 to a 16-bit float, with .relu and
/// .satfinite.
static void convertSingles(Warp &W, const Instruction &I, uint32_t Mask) {
  ConversionPlan P = ConversionPlan::unpack(I.Extra);
  unsigned Inputs = I.Elements;
  auto convert = [&](float Value) -> uint32_t {
    double Wide = reluOf(Value, I.Extra2);
    switch (P.To) {
    case Type::E4M3x2:
    case Type::E5M2x2:
      return toEighth(Wide, P.To);
    case Type::BF16:
    case Type::BF16x2: {
      uint32_t Bits = roundTo(Brain, Wide, P.Round);
      return I.Extra2 & PairFinite && (Bits & 0x7fff) == 0x7f80 ? Bits - 1
                                                                : Bits;
    }
    case Type::TF32: {
      auto Bits = uint32_t(bitsOfFloat(Wide, Type::TF32, P.Round));
      return I.Extra2 & PairFinite && (Bits & 0x7fffffff) == 0x7f800000
                 ? Bits - 0x2000
                 : Bits;
    }
    default: {
      uint32_t Bits = roundTo(Half, Wide, P.Round);
      return I.Extra2 & PairFinite && (Bits & 0x7fff) == 0x7c00 ? Bits - 1
                                                                : Bits;
    }
    }
  };
  unsigned Half = bitsOf(P.To) / 2;
  const float *A = W.operand<float>(I, 1);
  const float *B = Inputs == 2 ? W.operand<float>(I, 2) : nullptr;
  uint8_t *To = W.operand<uint8_t>(I, 0);
  forEachLane(Mask, [&](unsigned L) {
    uint32_t Bits = convert(A[L]);
    if (B)
      Bits = Bits << Half | convert(B[L]);
    storeBits(To, bytesOf(P.To), L, Bits);
  });
}

/// A pair of 8-bit floats to f16x2 and back.
static void convertEighths(Warp &W, const Instruction &I, uint32_t Mask) {
  ConversionPlan P = ConversionPlan::unpack(I.Extra);
  const uint8_t *From = W.operand<uint8_t>(I, 1);
  uint8_t *To = W.operand<uint8_t>(I, 0);
  bool Widens = P.To == Type::F16x2;
  forEachLane(Mask, [&](unsigned L) {
    auto Bits = static_cast<uint32_t>(loadBits(From, P.FromBytes, L));
    uint32_t Result = 0;
    for (unsigned H = 0; H < 2; ++H) {
      double Value = Widens ? fromEighth(uint8_t(Bits >> 8 * H), P.From)
                            : double(halfToFloat(uint16_t(Bits >> 16 * H)));
      Value = reluOf(Value, I.Extra2);
      Result |= Widens ? roundTo(Half, Value, Rounding::NearestEven) << 16 * H
                       : uint32_t(toEighth(Value, P.To)) << 8 * H;
    }
    storeBits(To, P.ToBytes, L, Result);
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

namespace {
// The first operand is the upper half.
uint32_t halvesOfSingles(float A, float B) {
  return uint32_t(floatToHalf(A)) << 16 | floatToHalf(B);
}
uint32_t brainsOfSingles(float A, float B) {
  return uint32_t(floatToBf16(A)) << 16 | floatToBf16(B);
}
} // namespace

void simgpu::decodePairs(Decoder &D, ConversionPlan P, bool HasRounding,
                         uint8_t Flags) {
  D.Out.Extra2 = Flags;
  D.result(0, P.To);
  P.ToBytes = bytesOf(P.To);
  P.FromBytes = bytesOf(P.From);
  D.Out.Extra = P.pack();
  if (isEighths(P.From) || (isEighths(P.To) && P.From == Type::F16x2)) {
    bool Known = P.To == Type::F16x2 || (isEighths(P.To) && Flags & PairFinite);
    D.input(1, P.From);
    D.run(HasRounding && P.Round == Rounding::NearestEven && Known
              ? convertEighths
              : nullptr,
          InstructionClass::Convert);
    return;
  }
  bool TwoInputs =
      P.To == Type::F16x2 || P.To == Type::BF16x2 || isEighths(P.To);
  bool Known = P.From == Type::F32 && HasRounding &&
               (!isEighths(P.To) ||
                (Flags & PairFinite && P.Round == Rounding::NearestEven)) &&
               P.Round != Rounding::Up && P.Round != Rounding::Down &&
               (P.Round != Rounding::NearestAway || P.To == Type::TF32);
  D.input(1, Type::F32);
  if (TwoInputs)
    D.input(2, Type::F32);
  D.Out.Elements = TwoInputs ? 2 : 1;
  Handler H = Known ? convertSingles : nullptr;
  if (H && Flags == 0 && P.Round == Rounding::NearestEven) {
    if (P.To == Type::F16x2)
      H = lanes<halvesOfSingles>();
    if (P.To == Type::BF16x2)
      H = lanes<brainsOfSingles>();
  }
  D.run(H, InstructionClass::Convert);
}

/// cvt.pack.sat: `a` and `b` saturated to small numbers, `b` lowest, above it
/// the lower bits of `c` where there is a third input.
template <typename T>
static void packSaturated(Warp &W, const Instruction &I, uint32_t Mask) {
  constexpr unsigned Bits = sizeof(T) * 8;
  const auto *A = W.operand<int32_t>(I, 1), *B = W.operand<int32_t>(I, 2);
  const auto *C = I.Extra ? W.operand<uint32_t>(I, 3) : nullptr;
  auto small = [](int32_t X) {
    using Limits = std::numeric_limits<T>;
    constexpr int32_t Lowest = Limits::min(), Highest = Limits::max();
    return uint32_t(std::clamp(X, Lowest, Highest)) & ((1u << Bits) - 1);
  };
  storeLanes(W.operand<uint32_t>(I, 0), Mask, [&](unsigned L) {
    uint32_t Pair = small(A[L]) << Bits | small(B[L]);
    // With 16 bits there is no room for `c`.
    return C ? C[L] << (2 * Bits & 31) | Pair : Pair;
  });
}

void simgpu::decodePack(Decoder &D) {
  bool Sat = D.take("sat");
  Type To = D.takeType(), From = D.takeType();
  bool Bytes = bitsOf(To) == 8;
  if (!Sat || From != Type::S32 || (Bytes && D.takeType() != Type::B32))
    return;
  D.result(0, Type::B32);
  D.input(1, Type::S32);
  D.input(2, Type::S32);
  if (Bytes)
    D.input(3, Type::B32);
  D.Out.Extra = Bytes;
  D.run(To == Type::S8    ? packSaturated<int8_t>
        : To == Type::U8  ? packSaturated<uint8_t>
        : To == Type::S16 ? packSaturated<int16_t>
        : To == Type::U16 ? packSaturated<uint16_t>
                          : nullptr,
        InstructionClass::Convert);
}
