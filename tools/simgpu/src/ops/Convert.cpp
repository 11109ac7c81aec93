//===- Convert.cpp - cvt --------------------------------------------------===//
//
// The conversions that kernels use most have handlers of their own. The others
// go through two widest numbers: integers through 128 bits, floats through
// double, which hold every value of their kind.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace simgpu;

namespace {
__extension__ typedef __int128 Int128;

/// How a conversion goes, packed into Instruction::Extra.
struct Plan {
  Type To = Type::None, From = Type::None;
  unsigned ToBytes = 0, FromBytes = 0; ///< of the registers' lanes
  Rounding Round = Rounding::NearestEven;
  bool ToIntegral = false; ///< .rni and its kin
  bool Ftz = false, Sat = false;

  uint32_t pack() const {
    return uint32_t(To) | uint32_t(From) << 5 | ToBytes << 10 |
           FromBytes << 15 | uint32_t(Round) << 20 |
           uint32_t(ToIntegral) << 23 | uint32_t(Ftz) << 24 |
           uint32_t(Sat) << 25;
  }
  static Plan unpack(uint32_t Bits) {
    Plan P;
    P.To = Type(Bits & 31);
    P.From = Type(Bits >> 5 & 31);
    P.ToBytes = Bits >> 10 & 31;
    P.FromBytes = Bits >> 15 & 31;
    P.Round = Rounding(Bits >> 20 & 7);
    P.ToIntegral = Bits >> 23 & 1;
    P.Ftz = Bits >> 24 & 1;
    P.Sat = Bits >> 25 & 1;
    return P;
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Rows of any width
//===----------------------------------------------------------------------===//

static uint64_t loadBits(const uint8_t *Row, unsigned Bytes, unsigned Lane) {
  uint64_t Value = 0;
  std::memcpy(&Value, Row + Lane * Bytes, std::min(Bytes, 8u));
  return Value;
}

static void storeBits(uint8_t *Row, unsigned Bytes, unsigned Lane,
                      uint64_t Value) {
  std::memcpy(Row + Lane * Bytes, &Value, std::min(Bytes, 8u));
}

static Int128 integerOf(uint64_t Bits, Type T) {
  switch (T) {
  case Type::U8:
    return uint8_t(Bits);
  case Type::S8:
    return int8_t(Bits);
  case Type::U16:
    return uint16_t(Bits);
  case Type::S16:
    return int16_t(Bits);
  case Type::U32:
    return uint32_t(Bits);
  case Type::S32:
    return int32_t(Bits);
  case Type::U64:
    return Bits;
  default:
    return int64_t(Bits);
  }
}

static double floatOf(uint64_t Bits, Type T) {
  switch (T) {
  case Type::F16:
    return halfToFloat(uint16_t(Bits));
  case Type::BF16:
    return bf16ToFloat(uint16_t(Bits));
  case Type::F64:
    return bitCast<double>(Bits);
  default:
    return bitCast<float>(uint32_t(Bits));
  }
}

/// The bits of a value rounded to a float type; NaN is canonical.
static uint64_t bitsOfFloat(double Value, Type T, Rounding R) {
  switch (T) {
  case Type::F16:
    return roundTo(Half, Value, R);
  case Type::BF16:
    return roundTo(Brain, Value, R);
  case Type::TF32:
    return uint64_t(roundTo(Tensor32, Value, R)) << 13 |
           (Value != Value ? CanonicalNan32 : 0);
  case Type::F64:
    return bitCast<uint64_t>(Value);
  default:
    return roundTo(Single, Value, R);
  }
}

static double roundToIntegral(double Value, Rounding R) {
  switch (R) {
  case Rounding::Zero:
    return std::trunc(Value);
  case Rounding::Down:
    return std::floor(Value);
  case Rounding::Up:
    return std::ceil(Value);
  default:
    return std::nearbyint(Value);
  }
}

static double flushSingle(double Value) {
  return std::fabs(Value) < 0x1p-126 ? std::copysign(0.0, Value) : Value;
}

/// An integer, to double. To nearest for f64; for the smaller types to odd,
/// because they round it again.
static double integerToDouble(Int128 Value, Type To, Rounding R) {
  auto Exact = static_cast<long double>(Value); // 64 bits of mantissa
  auto Near = static_cast<double>(Exact);
  long double Error = Exact - Near;
  if (Error == 0)
    return Near;
  if (To != Type::F64)
    return bitCast<int64_t>(Near) & 1
               ? Near
               : std::nextafter(Near, Error > 0 ? INFINITY : -INFINITY);
  bool Lower = R == Rounding::Down || (R == Rounding::Zero && Value > 0);
  bool Higher = R == Rounding::Up || (R == Rounding::Zero && Value < 0);
  if (Lower && Error < 0)
    return std::nextafter(Near, -INFINITY);
  if (Higher && Error > 0)
    return std::nextafter(Near, INFINITY);
  return Near;
}

static Int128 lowest(Type T) {
  return isSigned(T) ? -(Int128(1) << (bitsOf(T) - 1)) : 0;
}
static Int128 highest(Type T) {
  return (Int128(1) << (bitsOf(T) - (isSigned(T) ? 1 : 0))) - 1;
}

//===----------------------------------------------------------------------===//
// Any conversion
//===----------------------------------------------------------------------===//

/// A float to an integer: clamped to the type. NaN is 0, and where 64 bits are
/// involved the number with only the top bit set.
static uint64_t toInteger(double Value, const Plan &P) {
  if (P.Ftz && P.From == Type::F32)
    Value = flushSingle(Value);
  if (Value != Value)
    return P.From == Type::F64 || bitsOf(P.To) == 64
               ? uint64_t(1) << (bitsOf(P.To) - 1)
               : 0;
  Value = roundToIntegral(Value, P.Round);
  if (Value >= std::ldexp(1.0, 64))
    return uint64_t(highest(P.To));
  if (Value <= -std::ldexp(1.0, 63))
    return uint64_t(lowest(P.To));
  return uint64_t(std::clamp(Int128(Value), lowest(P.To), highest(P.To)));
}

static uint64_t toFloat(double Value, const Plan &P) {
  if (P.Ftz && P.From == Type::F32)
    Value = flushSingle(Value);
  if (P.ToIntegral)
    Value = roundToIntegral(Value, P.Round);
  uint64_t Bits = bitsOfFloat(Value, P.To, P.Round);
  if (P.Ftz && P.To == Type::F32 && !(Bits & 0x7f800000))
    Bits &= 0x80000000;
  if (P.Sat) {
    double Rounded = floatOf(Bits, P.To);
    Bits =
        bitsOfFloat(Rounded > 0 ? std::min(Rounded, 1.0) : 0.0, P.To, P.Round);
  }
  return Bits;
}

static uint64_t convertOne(uint64_t Bits, const Plan &P) {
  if (isInteger(P.From)) {
    Int128 Value = integerOf(Bits, P.From);
    if (isInteger(P.To))
      return uint64_t(P.Sat ? std::clamp(Value, lowest(P.To), highest(P.To))
                            : Value);
    return toFloat(integerToDouble(Value, P.To, P.Round), P);
  }
  double Value = floatOf(Bits, P.From);
  return isInteger(P.To) ? toInteger(Value, P) : toFloat(Value, P);
}

static void convertAny(Warp &W, const Instruction &I, uint32_t Mask) {
  Plan P = Plan::unpack(I.Extra);
  const uint8_t *From = W.operand<uint8_t>(I, 1);
  uint8_t *To = W.operand<uint8_t>(I, 0);
  forEachLane(Mask, [&](unsigned L) {
    uint64_t Bits = convertOne(loadBits(From, P.FromBytes, L), P);
    // A wider register gets the number extended.
    if (isInteger(P.To))
      Bits = uint64_t(integerOf(Bits, P.To));
    storeBits(To, P.ToBytes, L, Bits);
  });
}

//===----------------------------------------------------------------------===//
// Frequent conversions
//===----------------------------------------------------------------------===//

namespace {
template <typename To, typename From> To extend(From A) { return To(A); }
float singleOfInt(int32_t A) { return float(A); }
float singleOfUnsigned(uint32_t A) { return float(A); }
float singleOfHalf(uint16_t A) {
  float F = halfToFloat(A);
  return F != F ? bitCast<float>(CanonicalNan32) : F;
}
float singleOfBrain(uint16_t A) {
  float F = bf16ToFloat(A);
  return F != F ? bitCast<float>(CanonicalNan32) : F;
}
uint16_t halfOfSingle(float A) { return floatToHalf(A); }
uint16_t brainOfSingle(float A) { return floatToBf16(A); }
double doubleOfSingle(float A) { return A; }
int32_t intOfSingle(float A) { // .rzi
  float Limit = 2147483648.0f;
  if (!(std::fabs(A) < Limit))
    return A != A ? 0 : A > 0 ? INT32_MAX : INT32_MIN;
  return int32_t(A);
}
// The first operand is the upper half.
uint32_t halvesOfSingles(float A, float B) {
  return uint32_t(floatToHalf(A)) << 16 | floatToHalf(B);
}
uint32_t brainsOfSingles(float A, float B) {
  return uint32_t(floatToBf16(A)) << 16 | floatToBf16(B);
}

struct FastConversion {
  Type To, From;
  Handler Run;
};
constexpr FastConversion Fast[] = {
    {Type::U64, Type::U32, lanes<extend<uint64_t, uint32_t>>()},
    {Type::S64, Type::S32, lanes<extend<int64_t, int32_t>>()},
    {Type::U32, Type::U64, lanes<extend<uint32_t, uint64_t>>()},
    {Type::U32, Type::U16, lanes<extend<uint32_t, uint16_t>>()},
    {Type::S32, Type::S16, lanes<extend<int32_t, int16_t>>()},
    {Type::U16, Type::U32, lanes<extend<uint16_t, uint32_t>>()},
    {Type::F32, Type::S32, lanes<singleOfInt>()},
    {Type::F32, Type::U32, lanes<singleOfUnsigned>()},
    {Type::F32, Type::F16, lanes<singleOfHalf>()},
    {Type::F32, Type::BF16, lanes<singleOfBrain>()},
    {Type::F16, Type::F32, lanes<halfOfSingle>()},
    {Type::BF16, Type::F32, lanes<brainOfSingle>()},
    {Type::F64, Type::F32, lanes<doubleOfSingle>()},
};
} // namespace

static Handler findFast(const Plan &P) {
  if (P.Ftz || P.Sat || P.ToBytes != bytesOf(P.To) ||
      P.FromBytes != bytesOf(P.From))
    return nullptr;
  if (P.To == Type::S32 && P.From == Type::F32 && P.Round == Rounding::Zero)
    return lanes<intOfSingle>();
  if (P.Round != Rounding::NearestEven || P.ToIntegral)
    return nullptr;
  for (const FastConversion &F : Fast)
    if (F.To == P.To && F.From == P.From)
      return F.Run;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Pairs and 8-bit floats
//===----------------------------------------------------------------------===//

namespace {
/// Of a pair: flags in Extra2.
enum PairFlags : uint8_t { PairRelu = 1, PairFinite = 2 };
} // namespace

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
  Plan P = Plan::unpack(I.Extra);
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
  Plan P = Plan::unpack(I.Extra);
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

static bool isEighths(Type T) { return T == Type::E4M3x2 || T == Type::E5M2x2; }

/// The forms that only exist with f32, f16x2 or 8-bit floats on one side.
static void decodePairs(Decoder &D, Plan P, bool HasRounding, uint8_t Flags) {
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

static void decodeConvert(Decoder &D) {
  Plan P;
  bool HasRounding =
      D.has("rn") || D.has("rz") || D.has("rm") || D.has("rp") || D.has("rna");
  P.Round = D.takeRounding();
  int Integral = D.takeOneOf({"rni", "rzi", "rmi", "rpi"});
  if (Integral >= 0) {
    constexpr Rounding Modes[] = {Rounding::NearestEven, Rounding::Zero,
                                  Rounding::Down, Rounding::Up};
    P.Round = Modes[Integral];
    P.ToIntegral = true;
  }
  P.Ftz = D.take("ftz");
  P.Sat = D.take("sat");
  uint8_t Flags =
      (D.take("satfinite") ? PairFinite : 0) | (D.take("relu") ? PairRelu : 0);
  P.To = D.takeType();
  P.From = D.takeType();
  bool Paired = bitsOf(P.To) == 32 && !isInteger(P.To) && P.To != Type::F32;
  if (Paired || isEighths(P.To) || isEighths(P.From) || Flags) {
    if (!P.Sat && !P.Ftz && !P.ToIntegral)
      decodePairs(D, P, HasRounding, Flags);
    return;
  }

  auto plain = [](Type T) {
    return isInteger(T) || (isFloat(T) && T != Type::TF32);
  };
  if (!plain(P.To) || !plain(P.From))
    return;
  // Each pair of types has one kind of rounding, and must name it.
  bool FloatToFloat = isFloat(P.To) && isFloat(P.From);
  bool Narrows =
      FloatToFloat && bitsOf(P.To) <= bitsOf(P.From) && P.To != P.From;
  bool NeedsRounding = Narrows || (isFloat(P.To) && isInteger(P.From));
  bool NeedsIntegral = isInteger(P.To) && isFloat(P.From);
  if (NeedsRounding && !HasRounding)
    return D.fail("a rounding such as .rn is expected");
  if (NeedsIntegral && !P.ToIntegral)
    return D.fail("a rounding such as .rni is expected");
  // f32 to bf16 has no .rm; the others take all four.
  if (P.Round == Rounding::NearestAway || (HasRounding && !NeedsRounding) ||
      (P.ToIntegral && !NeedsIntegral && P.To != P.From))
    return;
  P.ToBytes = D.wideResult(D.operand(0), P.To);
  P.FromBytes = D.wideInput(D.operand(1), P.From);
  D.Out.Extra = P.pack();
  Handler Special = findFast(P);
  D.run(Special ? Special : convertAny, InstructionClass::Convert);
}

static constexpr DecodeEntry Entries[] = {
    {"cvt", decodeConvert},
};

DecodeTable simgpu::convertTable() { return {Entries, std::size(Entries)}; }
