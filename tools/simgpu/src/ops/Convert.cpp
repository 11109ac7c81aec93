//===- Convert.cpp - cvt --------------------------------------------------===//
//
// The conversions that kernels use most have handlers of their own. The others
// go through two widest numbers: integers through 128 bits, floats through
// double, which hold every value of their kind.
//
//===----------------------------------------------------------------------===//

#include "Convert.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace simgpu;

__extension__ typedef __int128 Int128;

//===----------------------------------------------------------------------===//
// Rows of any width
//===----------------------------------------------------------------------===//

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

uint64_t simgpu::bitsOfFloat(double Value, Type T, Rounding R) {
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
static uint64_t toInteger(double Value, const ConversionPlan &P) {
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

static uint64_t toFloat(double Value, const ConversionPlan &P) {
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

static uint64_t convertOne(uint64_t Bits, const ConversionPlan &P) {
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
  ConversionPlan P = ConversionPlan::unpack(I.Extra);
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

static Handler findFast(const ConversionPlan &P) {
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
// Decoding
//===----------------------------------------------------------------------===//

static void decodeConvert(Decoder &D) {
  if (D.take("pack"))
    return decodePack(D);
  ConversionPlan P;
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
