//===- ConvertTest.cpp - cvt between all types ----------------------------===//

#include "Evaluate.h"
#include "Reference.h"

using namespace simgpu;
namespace ref = reference;

namespace {
struct IntegerType {
  std::string Name;
  unsigned Bits;
  bool Signed;
  unsigned width() const { return std::max(Bits, 16u); }
  ref::I128 value(uint64_t V) const {
    if (Bits == 64)
      return Signed ? ref::I128(int64_t(V)) : ref::I128(V);
    V &= (uint64_t(1) << Bits) - 1;
    return Signed && V >> (Bits - 1) ? ref::I128(V) - (ref::I128(1) << Bits)
                                     : ref::I128(V);
  }
};
struct FloatType {
  std::string Name;
  ref::Format F;
  unsigned width() const { return F.bits(); }
};
} // namespace

static const IntegerType Integers[] = {{"u8", 8, false},   {"s8", 8, true},
                                       {"u16", 16, false}, {"s16", 16, true},
                                       {"u32", 32, false}, {"s32", 32, true},
                                       {"u64", 64, false}, {"s64", 64, true}};
static const FloatType Floats[] = {{"f16", ref::F16},
                                   {"bf16", ref::BF16},
                                   {"f32", ref::F32},
                                   {"f64", ref::F64}};
static const char *const Roundings[] = {"rn", "rz", "rm", "rp"};

static bool same64(uint64_t A, uint64_t B) {
  return ref::isNan(A, ref::F64) && ref::isNan(B, ref::F64);
}

static Values integerEdges(unsigned Bits) {
  Values E;
  for (unsigned Shift :
       {0u, 1u, 7u, 8u, 11u, 15u, 16u, 24u, 25u, 31u, 32u, 53u, 54u, 62u, 63u})
    if (Shift < Bits)
      for (uint64_t Off : {0ull, 1ull, ~0ull, 3ull, 1ull << Shift / 2})
        E.push_back((uint64_t(1) << Shift) + Off);
  for (size_t I = 0, N = E.size(); I < N; ++I)
    E.push_back(-E[I]);
  return E;
}

TEST(Convert, IntegerToInteger) {
  for (const IntegerType &To : Integers)
    for (const IntegerType &From : Integers)
      for (bool Sat : {false, true})
        check(std::string("cvt") + (Sat ? ".sat." : ".") + To.Name + "." +
                  From.Name + " $0, $1;",
              {To.width(), From.width()}, {integerEdges(From.Bits)},
              [&](const Values &V) {
                ref::I128 X = From.value(V[0]);
                ref::I128 Least =
                    To.Signed ? -(ref::I128(1) << (To.Bits - 1)) : ref::I128(0);
                ref::I128 Most = (ref::I128(1) << (To.Bits - To.Signed)) - 1;
                if (Sat)
                  X = X < Least ? Least : X > Most ? Most : X;
                // The register gets the number, extended.
                return uint64_t(To.value(uint64_t(X)));
              });
}

TEST(Convert, IntegerToWiderRegister) {
  check("cvt.s8.s32 $0, $1;", {64, 32}, {integerEdges(32)},
        [](const Values &V) { return uint64_t(int64_t(int8_t(V[0]))); });
  check("cvt.u32.u8 $0, $1;", {32, 64}, {integerEdges(32)},
        [](const Values &V) { return V[0] & 0xff; });
}

TEST(Convert, IntegerToFloat) {
  for (const FloatType &To : Floats)
    for (const IntegerType &From : Integers)
      for (const char *R : Roundings)
        check(std::string("cvt.") + R + "." + To.Name + "." + From.Name +
                  " $0, $1;",
              {To.width(), From.width()}, {integerEdges(From.Bits)},
              [&](const Values &V) {
                return ref::fromInteger(From.value(V[0]), To.F, ref::modeOf(R));
              });
}

/// Edge values and numbers around the bounds of integer types, with fractions.
static Values floatEdges(ref::Format F) {
  Values E = ref::edges(F);
  for (unsigned Bits : {1u, 2u, 7u, 8u, 15u, 16u, 31u, 32u, 63u, 64u})
    for (ref::I128 Off : {-1, 0, 1})
      for (bool Negative : {false, true}) {
        ref::I128 X = (ref::I128(1) << Bits) + Off;
        E.push_back(ref::fromInteger(Negative ? -X : X, F, ref::Mode::Even));
      }
  for (uint64_t Quarters : {1, 2, 3, 5, 6, 7, 10, 14, 510, 1022})
    for (bool Negative : {false, true})
      E.push_back(
          ref::round(Negative, Quarters, -2, false, F, ref::Mode::Even));
  return E;
}

TEST(Convert, FloatToInteger) {
  for (const IntegerType &To : Integers)
    for (const FloatType &From : Floats)
      for (const char *R : Roundings)
        for (bool Ftz : {false, true}) {
          if (Ftz && From.Name != "f32")
            continue;
          check(std::string("cvt.") + R + "i" + (Ftz ? ".ftz" : "") + "." +
                    To.Name + "." + From.Name + " $0, $1;",
                {To.width(), From.width()}, {floatEdges(From.F)},
                [&](const Values &V) {
                  uint64_t X = Ftz ? ref::flushed(V[0], From.F) : V[0];
                  uint64_t Bits = ref::toInteger(X, From.F, To.Bits, To.Signed,
                                                 ref::modeOf(R));
                  return uint64_t(To.value(Bits));
                });
        }
}

TEST(Convert, FloatToFloat) {
  for (const FloatType &To : Floats)
    for (const FloatType &From : Floats) {
      if (To.Name == From.Name)
        continue;
      bool Widens = To.width() > From.width();
      for (const char *R : Roundings) {
        if (Widens && R != Roundings[0])
          continue;
        for (bool Sat : {false, true})
          check(
              "cvt" + (Widens ? std::string() : std::string(".") + R) +
                  (Sat ? ".sat." : ".") + To.Name + "." + From.Name +
                  " $0, $1;",
              {To.width(), From.width()}, {floatEdges(From.F)},
              [&](const Values &V) {
                uint64_t X = ref::convert(V[0], From.F, To.F, ref::modeOf(R));
                return Sat ? ref::saturate(X, To.F) : X;
              },
              same64);
      }
    }
  // Subnormals of f32 are flushed on either side.
  check("cvt.rn.ftz.f32.f64 $0, $1;", {32, 64}, {floatEdges(ref::F64)},
        [](const Values &V) {
          return ref::flushed(
              ref::convert(V[0], ref::F64, ref::F32, ref::Mode::Even),
              ref::F32);
        });
  check(
      "cvt.ftz.f64.f32 $0, $1;", {64, 32}, {floatEdges(ref::F32)},
      [](const Values &V) {
        return ref::convert(ref::flushed(V[0], ref::F32), ref::F32, ref::F64,
                            ref::Mode::Even);
      },
      same64);
}

TEST(Convert, ToIntegralFloat) {
  for (const FloatType &T : Floats)
    for (const char *R : Roundings)
      check(
          std::string("cvt.") + R + "i." + T.Name + "." + T.Name + " $0, $1;",
          {T.width(), T.width()}, {floatEdges(T.F)},
          [&](const Values &V) {
            return ref::toIntegral(V[0], T.F, ref::modeOf(R));
          },
          same64);
}

TEST(Convert, PairsOfFloats) {
  Values E = floatEdges(ref::F32);
  for (auto &[Name, F] : {std::pair("f16x2", ref::F16), {"bf16x2", ref::BF16}})
    for (const char *R : {"rn", "rz"})
      for (bool Relu : {false, true})
        check(std::string("cvt.") + R + (Relu ? ".relu." : ".") + Name +
                  ".f32 $0, $1, $2;",
              {32, 32, 32}, {E, E}, [&, F = F](const Values &V) {
                uint64_t D = 0;
                for (uint64_t X : V) {
                  uint64_t H = ref::convert(X, ref::F32, F, ref::modeOf(R));
                  if (Relu && ref::isNegative(H, F) && !ref::isNan(H, F))
                    H = 0;
                  D = D << 16 | H;
                }
                return D;
              });
}

TEST(Convert, Tf32) {
  Values E = floatEdges(ref::F32);
  for (const char *R : {"rna", "rn", "rz"})
    check(std::string("cvt.") + R + ".tf32.f32 $0, $1;", {32, 32}, {E},
          [&](const Values &V) {
            if (ref::isNan(V[0], ref::F32))
              return ref::nan(ref::F32);
            return ref::convert(V[0], ref::F32, ref::TF32, ref::modeOf(R))
                   << 13;
          });
}

/// The value of an e4m3 or e5m2 number in 2^-16.
static int64_t eighth(unsigned Bits, bool E5) {
  unsigned Mantissa = E5 ? 2 : 3, Bias = E5 ? 15 : 7;
  unsigned Exponent = (Bits & 0x7f) >> Mantissa;
  int64_t Fraction = Bits & ((1u << Mantissa) - 1);
  if (Exponent)
    Fraction |= 1 << Mantissa;
  else
    Exponent = 1;
  return Fraction << (int(Exponent) - int(Bias) - int(Mantissa) + 16);
}

TEST(Convert, EightBitFloats) {
  for (bool E5 : {false, true}) {
    std::string Name = E5 ? "e5m2x2" : "e4m3x2";
    Values All;
    for (uint64_t I = 0; I < 256; ++I)
      All.push_back(I | (255 - I) << 8);
    auto isNan = [&](unsigned B) {
      return E5 ? (B & 0x7f) > 0x7c : (B & 0x7f) == 0x7f;
    };
    auto widen = [&](unsigned B) -> uint64_t {
      if (isNan(B))
        return 0x7fff;
      if (E5 && (B & 0x7f) == 0x7c)
        return 0x7c00 | (B & 0x80) << 8;
      return ref::round(B & 0x80, eighth(B & 0x7f, E5), -16, false, ref::F16,
                        ref::Mode::Even);
    };
    check("cvt.rn.f16x2." + Name + " $0, $1;", {32, 16}, {All},
          [&](const Values &V) {
            return widen(V[0] & 0xff) | widen(V[0] >> 8 & 0xff) << 16;
          });
    // The nearest number, found by looking at all of them.
    Values E;
    for (uint64_t X : ref::edges(ref::F16))
      E.push_back(ref::convert(X, ref::F16, ref::F32, ref::Mode::Even));
    for (unsigned B = 0; B < 0x7c; ++B)
      for (int Off : {0, 1}) // values and the middles between them
        E.push_back(ref::round(false, eighth(B, E5) + eighth(B + Off, E5), -17,
                               false, ref::F32, ref::Mode::Even));
    unsigned Most = E5 ? 0x7b : 0x7e;
    auto narrow = [&](uint64_t X) -> uint64_t {
      if (ref::isNan(X, ref::F32))
        return 0x7f;
      uint64_t Sign = X >> 24 & 0x80;
      ref::Parts P = ref::partsOf(X & 0x7fffffff, ref::F32);
      if (ref::isInf(X, ref::F32) || P.Exponent > 0)
        return Sign | Most;
      // In 2^-40, twice, to compare with middles.
      __int128 Value = P.Exponent < -100
                           ? 0
                           : __int128(P.Mantissa) << 60 >> -P.Exponent >> 19;
      unsigned Best = 0;
      __int128 BestError = Value;
      for (unsigned B = 1; B <= Most; ++B) {
        __int128 Error = Value - (__int128(eighth(B, E5)) << 25);
        Error = Error < 0 ? -Error : Error;
        if (Error < BestError || (Error == BestError && B % 2 == 0)) {
          Best = B;
          BestError = Error;
        }
      }
      return Sign | Best;
    };
    check("cvt.rn.satfinite." + Name + ".f32 $0, $1, $2;", {16, 32, 32},
          {E, {E[0], E[20], E[60]}},
          [&](const Values &V) { return narrow(V[0]) << 8 | narrow(V[1]); });
  }
}

TEST(Convert, Pack) {
  Values E = {0, 1, 127, 128, 255, 256, 32767, 32768, 65535, 65536};
  for (size_t I = 0, N = E.size(); I < N; ++I)
    E.push_back(-E[I] & 0xffffffff);
  for (const char *Name : {"s8", "u8", "s16", "u16"}) {
    bool Signed = Name[0] == 's';
    int Bits = Name[1] == '8' ? 8 : 16;
    auto clamp = [&](uint64_t V) {
      int64_t Most = (1 << (Bits - Signed)) - 1, X = int32_t(V);
      int64_t Least = Signed ? -Most - 1 : 0;
      return uint64_t(X < Least  ? Least
                      : X > Most ? Most
                                 : X) &
             ((1u << Bits) - 1);
    };
    std::string Type = std::string("cvt.pack.sat.") + Name + ".s32";
    if (Bits == 16)
      check(Type + " $0, $1, $2;", {32, 32, 32}, {E, E},
            [&](const Values &V) { return clamp(V[0]) << 16 | clamp(V[1]); });
    else
      check(Type + ".b32 $0, $1, $2, $3;", {32, 32, 32, 32},
            {E, E, {0x12345678}}, [&](const Values &V) {
              return V[2] << 16 | clamp(V[0]) << 8 | clamp(V[1]);
            });
  }
}

TEST(Convert, WhatIsNotPtx) {
  // Narrowing without a rounding, and a rounding where there is none.
  for (const char *Text :
       {"cvt.f32.f64 %f1, %fd1;", "cvt.s32.f32 %r1, %f1;",
        "cvt.f32.s32 %f1, %r1;", "cvt.rn.s32.s64 %r1, %rd1;"})
    EXPECT_FALSE(bool(Module::parse("x.ptx", kernel("", Text)))) << Text;
}
