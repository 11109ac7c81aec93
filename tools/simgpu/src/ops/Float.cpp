//===- Float.cpp - f32 and f64 arithmetic ---------------------------------===//
//
// f32 results that are NaN are the canonical NaN. The approximate functions
// are computed to the precision of f32: more exactly than by hardware, whose
// error PTX only bounds.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One lane
//===----------------------------------------------------------------------===//

namespace {
constexpr Rounding RN = Rounding::NearestEven;

/// Flushes a subnormal number to zero of its sign.
template <bool Ftz> float flush(float A) {
  if (!Ftz)
    return A;
  uint32_t Bits = bitCast<uint32_t>(A);
  return bitCast<float>(Bits & 0x7f800000 ? Bits : Bits & 0x80000000);
}
float canonical(float A) { return A != A ? bitCast<float>(CanonicalNan32) : A; }
/// What .ftz and .sat make of a result. NaN saturates to +0.
template <bool Ftz, bool Sat> float finish(float A) {
  A = flush<Ftz>(A);
  return Sat ? (A > 0 ? (A < 1 ? A : 1.0f) : 0.0f) : canonical(A);
}

template <bool Ftz, bool Sat, Rounding R> float add32(float A, float B) {
  A = flush<Ftz>(A), B = flush<Ftz>(B);
  if (R == RN)
    return finish<Ftz, Sat>(A + B);
  return finish<Ftz, Sat>(roundToFloat(addOdd(A, B, R == Rounding::Down), R));
}
template <bool Ftz, bool Sat, Rounding R> float sub32(float A, float B) {
  return add32<Ftz, Sat, R>(A, -B);
}
template <bool Ftz, bool Sat, Rounding R> float mul32(float A, float B) {
  A = flush<Ftz>(A), B = flush<Ftz>(B);
  if (R == RN)
    return finish<Ftz, Sat>(A * B);
  return finish<Ftz, Sat>(roundToFloat(double(A) * B, R));
}
template <bool Ftz, bool Sat, Rounding R>
float fma32(float A, float B, float C) {
  A = flush<Ftz>(A), B = flush<Ftz>(B), C = flush<Ftz>(C);
  if (R == RN)
    return finish<Ftz, Sat>(std::fma(A, B, C));
  return finish<Ftz, Sat>(
      roundToFloat(addOdd(double(A) * B, C, R == Rounding::Down), R));
}

// With a multiplicand or summand in 16 bits, which f32 holds exactly.
template <float (*Load)(uint16_t)> struct Mixed {
  template <bool Ftz, bool Sat, Rounding R>
  static float add(uint16_t A, float B) {
    return add32<Ftz, Sat, R>(Load(A), B);
  }
  template <bool Ftz, bool Sat, Rounding R>
  static float sub(uint16_t A, float B) {
    return sub32<Ftz, Sat, R>(Load(A), B);
  }
  template <bool Ftz, bool Sat, Rounding R>
  static float fma(uint16_t A, uint16_t B, float C) {
    return fma32<Ftz, Sat, R>(Load(A), Load(B), C);
  }
};
using MixedHalf = Mixed<halfToFloat>;
using MixedBrain = Mixed<bf16ToFloat>;

// Quotients and roots of f32 in double never fall on the wrong side of a
// boundary of f32: the exact ones keep a distance of 2^-48.
template <bool Ftz, bool Sat, Rounding R> float div32(float A, float B) {
  A = flush<Ftz>(A), B = flush<Ftz>(B);
  return finish<Ftz, Sat>(roundToFloat(double(A) / B, R));
}
template <bool Ftz, bool Sat, Rounding R> float rcp32(float A) {
  return div32<Ftz, Sat, R>(1.0f, A);
}
template <bool Ftz, bool Sat, Rounding R> float sqrt32(float A) {
  return finish<Ftz, Sat>(roundToFloat(std::sqrt(double(flush<Ftz>(A))), R));
}
/// 2^126 < |b| < 2^128 gives 0, or NaN for an infinite dividend.
template <bool Ftz> float divApproximate(float A, float B) {
  A = flush<Ftz>(A), B = flush<Ftz>(B);
  if (std::fabs(B) > 0x1p126f && std::fabs(B) < INFINITY) {
    float Zero = std::signbit(A) != std::signbit(B) ? -0.0f : 0.0f;
    return std::fabs(A) < INFINITY ? Zero : bitCast<float>(CanonicalNan32);
  }
  return finish<Ftz, false>(A / B);
}

template <bool Ftz, double (*F)(double)> float approximate(float A) {
  return finish<Ftz, false>(float(F(flush<Ftz>(A))));
}
double reciprocal(double A) { return 1 / A; }
double root(double A) { return std::sqrt(A); }
double reciprocalRoot(double A) { return 1 / std::sqrt(A); }
double sine(double A) { return std::sin(A); }
double cosine(double A) { return std::cos(A); }
double logarithm2(double A) { return std::log2(A); }
double tangentH(double A) { return std::tanh(A); }
/// The one that kernels call most; f32 is precise enough.
template <bool Ftz> float exponential2(float A) {
  return finish<Ftz, false>(exp2f(flush<Ftz>(A)));
}

/// rcp and rsqrt.approx.ftz.f64 see and give the upper word only.
template <double (*F)(double)> double upperWord(double A) {
  constexpr uint64_t Upper = ~uint64_t(0) << 32;
  uint64_t Bits = bitCast<uint64_t>(A) & Upper;
  if ((Bits >> 52 & 0x7ff) == 0)
    Bits &= uint64_t(1) << 63;
  uint64_t Result = bitCast<uint64_t>(F(bitCast<double>(Bits)));
  bool IsNan = (Result & ~(uint64_t(1) << 63)) > 0x7ff0000000000000u;
  if (IsNan)
    return bitCast<double>(0x7fffffff00000000u);
  if ((Result >> 52 & 0x7ff) == 0)
    Result &= uint64_t(1) << 63;
  return bitCast<double>(Result & Upper);
}

template <Rounding R> double add64(double A, double B) {
  return R == RN ? A + B : addRounded(A, B, R);
}
template <Rounding R> double sub64(double A, double B) {
  return R == RN ? A - B : addRounded(A, -B, R);
}
template <Rounding R> double mul64(double A, double B) {
  return R == RN ? A * B : mulRounded(A, B, R);
}
template <Rounding R> double fma64(double A, double B, double C) {
  return R == RN ? std::fma(A, B, C) : fmaRounded(A, B, C, R);
}
template <Rounding R> double div64(double A, double B) {
  return R == RN ? A / B : divRounded(A, B, R);
}
template <Rounding R> double rcp64(double A) { return div64<R>(1.0, A); }
template <Rounding R> double sqrt64(double A) {
  return R == RN ? std::sqrt(A) : sqrtRounded(A, R);
}

/// The lesser of two numbers, -0 below +0.
template <typename T> T lesser(T A, T B) {
  return A < B || (A == B && std::signbit(A)) ? A : B;
}
template <typename T> T greater(T A, T B) {
  return A > B || (A == B && !std::signbit(A)) ? A : B;
}
template <bool Max, typename T> T pick(T A, T B) {
  return Max ? greater(A, B) : lesser(A, B);
}
/// A NaN loses against a number; with .NaN it wins.
template <bool Max, bool Ftz, bool Nan, bool XorSign>
float minMax32(float A, float B) {
  A = flush<Ftz>(A), B = flush<Ftz>(B);
  uint32_t Sign = 0;
  if (XorSign) {
    Sign = (bitCast<uint32_t>(A) ^ bitCast<uint32_t>(B)) & 0x80000000;
    A = std::fabs(A), B = std::fabs(B);
  }
  float Picked = A != A ? B : B != B ? A : pick<Max>(A, B);
  bool IsNan = Nan ? A != A || B != B : Picked != Picked;
  return bitCast<float>(IsNan ? CanonicalNan32
                              : bitCast<uint32_t>(Picked) | Sign);
}
template <bool Max, bool Ftz, bool Nan>
float minMax3(float A, float B, float C) {
  return minMax32<Max, Ftz, Nan, false>(minMax32<Max, Ftz, Nan, false>(A, B),
                                        C);
}
template <bool Max> double minMax64(double A, double B) {
  return A != A ? B : B != B ? A : pick<Max>(A, B);
}

// PTX leaves the NaN that neg and abs give open; only the sign changes here.
template <bool Ftz> float neg32(float A) {
  return bitCast<float>(bitCast<uint32_t>(flush<Ftz>(A)) ^ 0x80000000);
}
template <bool Ftz> float abs32(float A) {
  return bitCast<float>(bitCast<uint32_t>(flush<Ftz>(A)) & 0x7fffffff);
}
double neg64(double A) {
  return bitCast<double>(bitCast<uint64_t>(A) ^ uint64_t(1) << 63);
}
double abs64(double A) {
  return bitCast<double>(bitCast<uint64_t>(A) & ~(uint64_t(1) << 63));
}
/// The magnitude of `b` with the sign of `a`.
float copySign32(float A, float B) {
  return bitCast<float>((bitCast<uint32_t>(A) & 0x80000000) |
                        (bitCast<uint32_t>(B) & 0x7fffffff));
}
double copySign64(double A, double B) {
  constexpr uint64_t Sign = uint64_t(1) << 63;
  return bitCast<double>((bitCast<uint64_t>(A) & Sign) |
                         (bitCast<uint64_t>(B) & ~Sign));
}
} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static void decodeSame(Decoder &D, Type T, unsigned Inputs, Handler H,
                       InstructionClass Class32) {
  D.result(0, T);
  for (unsigned I = 1; I <= Inputs; ++I)
    D.input(I, T);
  D.run(H, T == Type::F64 ? InstructionClass::Float64 : Class32);
}

/// The handler for modifiers known at run time. F takes ftz, sat, rounding.
#define ROUNDED(F, Ftz, Sat, R)                                                \
  ((R) == Rounding::Zero   ? FTZ_SAT(F, Ftz, Sat, Rounding::Zero)              \
   : (R) == Rounding::Down ? FTZ_SAT(F, Ftz, Sat, Rounding::Down)              \
   : (R) == Rounding::Up   ? FTZ_SAT(F, Ftz, Sat, Rounding::Up)                \
   : (R) == RN             ? FTZ_SAT(F, Ftz, Sat, RN)                          \
                           : nullptr)
#define FTZ_SAT(F, Ftz, Sat, R)                                                \
  (Ftz ? (Sat ? lanes<F<true, true, R>>() : lanes<F<true, false, R>>())        \
       : (Sat ? lanes<F<false, true, R>>() : lanes<F<false, false, R>>()))
#define ROUNDED64(F, R)                                                        \
  ((R) == Rounding::Zero   ? lanes<F<Rounding::Zero>>()                        \
   : (R) == Rounding::Down ? lanes<F<Rounding::Down>>()                        \
   : (R) == Rounding::Up   ? lanes<F<Rounding::Up>>()                          \
   : (R) == RN             ? lanes<F<RN>>()                                    \
                           : nullptr)

/// add, sub and fma of f32 with 16-bit inputs.
static void decodeMixed(Decoder &D, Rounding R, bool Sat) {
  std::string_view Name = D.name();
  Type T = D.takeType();
  bool Fused = Name == "fma", IsHalf = T == Type::F16;
  Handler H = nullptr;
  if (Name == "add")
    H = IsHalf ? ROUNDED(MixedHalf::add, false, Sat, R)
               : ROUNDED(MixedBrain::add, false, Sat, R);
  else if (Name == "sub")
    H = IsHalf ? ROUNDED(MixedHalf::sub, false, Sat, R)
               : ROUNDED(MixedBrain::sub, false, Sat, R);
  else if (Fused)
    H = IsHalf ? ROUNDED(MixedHalf::fma, false, Sat, R)
               : ROUNDED(MixedBrain::fma, false, Sat, R);
  D.result(0, Type::F32);
  D.input(1, T);
  if (Fused)
    D.input(2, T);
  D.input(Fused ? 3 : 2, Type::F32);
  D.run(H, InstructionClass::Float32);
}

/// add, sub, mul, fma, and mad, which is fma here.
static void decodeArithmetic(Decoder &D) {
  std::string_view Name = D.name();
  Rounding R = D.takeRounding();
  bool Ftz = D.take("ftz"), Sat = D.take("sat");
  Type T = D.takeType();
  Type Second = D.peekType();
  if (T == Type::F32 && (Second == Type::F16 || Second == Type::BF16)) {
    if (!Ftz)
      decodeMixed(D, R, Sat);
    return;
  }
  bool Fused = Name == "fma" || Name == "mad";
  Handler H;
  if (T == Type::F64)
    H = Ftz || Sat      ? nullptr
        : Name == "add" ? ROUNDED64(add64, R)
        : Name == "sub" ? ROUNDED64(sub64, R)
        : Name == "mul" ? ROUNDED64(mul64, R)
                        : ROUNDED64(fma64, R);
  else
    H = Name == "add"   ? ROUNDED(add32, Ftz, Sat, R)
        : Name == "sub" ? ROUNDED(sub32, Ftz, Sat, R)
        : Name == "mul" ? ROUNDED(mul32, Ftz, Sat, R)
                        : ROUNDED(fma32, Ftz, Sat, R);
  decodeSame(D, T, Fused ? 3 : 2, H, InstructionClass::Float32);
}

#define APPROXIMATE(F, Ftz)                                                    \
  (Ftz ? lanes<approximate<true, F>>() : lanes<approximate<false, F>>())

/// div: .approx, .full or rounded.
static void decodeDiv(Decoder &D) {
  bool Approx = D.take("approx"), Full = D.take("full");
  Rounding R = D.takeRounding();
  bool Ftz = D.take("ftz");
  Type T = D.takeType();
  Handler H = nullptr;
  if (T == Type::F64)
    H = Approx || Full || Ftz ? nullptr : ROUNDED64(div64, R);
  else if (Approx)
    H = Ftz ? lanes<divApproximate<true>>() : lanes<divApproximate<false>>();
  else
    H = ROUNDED(div32, Ftz, false, R);
  decodeSame(D, T, 2, H,
             Approx || Full ? InstructionClass::Special
                            : InstructionClass::Float32);
}

/// rcp, sqrt, rsqrt.
static void decodeRoots(Decoder &D) {
  std::string_view Name = D.name();
  bool Approx = D.take("approx");
  Rounding R = D.takeRounding();
  bool Ftz = D.take("ftz");
  Type T = D.takeType();
  Handler H = nullptr;
  if (T == Type::F64) {
    if (Approx)
      H = Name == "rcp"     ? lanes<upperWord<reciprocal>>()
          : Name == "rsqrt" ? lanes<upperWord<reciprocalRoot>>()
                            : nullptr;
    else
      H = Name == "rcp"    ? ROUNDED64(rcp64, R)
          : Name == "sqrt" ? ROUNDED64(sqrt64, R)
                           : nullptr;
    // Only the approximations of f64 flush.
    if (Ftz && !Approx)
      H = nullptr;
  } else if (Approx) {
    H = Name == "rcp"    ? APPROXIMATE(reciprocal, Ftz)
        : Name == "sqrt" ? APPROXIMATE(root, Ftz)
                         : APPROXIMATE(reciprocalRoot, Ftz);
  } else {
    H = Name == "rcp"    ? ROUNDED(rcp32, Ftz, false, R)
        : Name == "sqrt" ? ROUNDED(sqrt32, Ftz, false, R)
                         : nullptr;
  }
  decodeSame(D, T, 1, H, InstructionClass::Special);
}

/// sin, cos, lg2, ex2, tanh: f32, approximate.
static void decodeSpecial(Decoder &D) {
  std::string_view Name = D.name();
  bool Approx = D.take("approx"), Ftz = D.take("ftz");
  Type T = D.takeType();
  Handler H = Name == "sin"   ? APPROXIMATE(sine, Ftz)
              : Name == "cos" ? APPROXIMATE(cosine, Ftz)
              : Name == "lg2" ? APPROXIMATE(logarithm2, Ftz)
              : Name == "ex2" ? (Ftz ? lanes<exponential2<true>>()
                                     : lanes<exponential2<false>>())
                              : APPROXIMATE(tangentH, false);
  if (!Approx || T != Type::F32 || (Ftz && Name == "tanh"))
    H = nullptr;
  decodeSame(D, T, 1, H, InstructionClass::Special);
}

template <bool Max> static Handler minMaxHandler(bool Ftz, bool Nan, bool Xor) {
  static constexpr Handler All[2][2][2] = {
      {{lanes<minMax32<Max, false, false, false>>(),
        lanes<minMax32<Max, false, false, true>>()},
       {lanes<minMax32<Max, false, true, false>>(),
        lanes<minMax32<Max, false, true, true>>()}},
      {{lanes<minMax32<Max, true, false, false>>(),
        lanes<minMax32<Max, true, false, true>>()},
       {lanes<minMax32<Max, true, true, false>>(),
        lanes<minMax32<Max, true, true, true>>()}}};
  return All[Ftz][Nan][Xor];
}

template <bool Max> static Handler minMax3Handler(bool Ftz, bool Nan) {
  return Ftz ? (Nan ? lanes<minMax3<Max, true, true>>()
                    : lanes<minMax3<Max, true, false>>())
             : (Nan ? lanes<minMax3<Max, false, true>>()
                    : lanes<minMax3<Max, false, false>>());
}

template <bool Max> static void decodeMinMax(Decoder &D) {
  bool Ftz = D.take("ftz"), Nan = D.take("NaN"), Xor = D.take("xorsign");
  if (Xor && !D.take("abs"))
    D.fail("found .xorsign, expected .xorsign.abs");
  Type T = D.takeType();
  bool Three = D.operands() == 4;
  Handler H;
  if (T == Type::F64)
    H = Ftz || Nan || Xor || Three ? nullptr : lanes<minMax64<Max>>();
  else if (Three)
    H = Xor ? nullptr : minMax3Handler<Max>(Ftz, Nan);
  else
    H = minMaxHandler<Max>(Ftz, Nan, Xor);
  decodeSame(D, T, Three ? 3 : 2, H, InstructionClass::Float32);
}

static void decodeSign(Decoder &D) {
  bool Neg = D.name() == "neg", Ftz = D.take("ftz");
  Type T = D.takeType();
  Handler H;
  if (T == Type::F64)
    H = Ftz ? nullptr : Neg ? lanes<neg64>() : lanes<abs64>();
  else if (Neg)
    H = Ftz ? lanes<neg32<true>>() : lanes<neg32<false>>();
  else
    H = Ftz ? lanes<abs32<true>>() : lanes<abs32<false>>();
  decodeSame(D, T, 1, H, InstructionClass::Float32);
}

static void decodeCopySign(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 2,
             T == Type::F64 ? lanes<copySign64>() : lanes<copySign32>(),
             InstructionClass::Float32);
}

static constexpr DecodeEntry Entries[] = {
    {"add", decodeArithmetic, Family::Float},
    {"sub", decodeArithmetic, Family::Float},
    {"mul", decodeArithmetic, Family::Float},
    {"fma", decodeArithmetic, Family::Float},
    {"mad", decodeArithmetic, Family::Float},
    {"div", decodeDiv, Family::Float},
    {"rcp", decodeRoots, Family::Float},
    {"sqrt", decodeRoots, Family::Float},
    {"rsqrt", decodeRoots, Family::Float},
    {"sin", decodeSpecial, Family::Float},
    {"cos", decodeSpecial, Family::Float},
    {"lg2", decodeSpecial, Family::Float},
    {"ex2", decodeSpecial, Family::Float},
    {"tanh", decodeSpecial, Family::Float},
    {"min", decodeMinMax<false>, Family::Float},
    {"max", decodeMinMax<true>, Family::Float},
    {"neg", decodeSign, Family::Float},
    {"abs", decodeSign, Family::Float},
    {"copysign", decodeCopySign, Family::Float},
};

DecodeTable simgpu::floatTable() { return {Entries, std::size(Entries)}; }
