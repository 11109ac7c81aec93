//===- HalfTest.cpp - f16, bf16 and pairs on edge values ------------------===//

#include "Evaluate.h"
#include "Reference.h"

#include <cmath>

using namespace simgpu;
namespace ref = reference;

namespace {
struct HalfType {
  std::string Name;
  ref::Format F;
};
} // namespace
static const HalfType Types[] = {{"f16", ref::F16}, {"bf16", ref::BF16}};

/// Checks a scalar instruction and its form for pairs, whose halves take
/// different values.
template <typename F>
static void checkBoth(const std::string &Name, const HalfType &T,
                      unsigned Inputs, const Values &E, F Reference) {
  std::string Operands = " $0";
  for (unsigned I = 1; I <= Inputs; ++I)
    Operands += ", $" + std::to_string(I);
  check(Name + "." + T.Name + Operands + ";",
        std::vector<unsigned>(Inputs + 1, 16), std::vector<Values>(Inputs, E),
        Reference);
  // Every element in the lower half, its neighbour in the upper.
  Values Pairs;
  for (size_t I = 0; I < E.size(); ++I)
    Pairs.push_back(E[I] | E[(I + 1) % E.size()] << 16);
  check(Name + "." + T.Name + "x2" + Operands + ";",
        std::vector<unsigned>(Inputs + 1, 32),
        std::vector<Values>(Inputs, Pairs), [&](const Values &V) {
          Values Low, High;
          for (uint64_t X : V) {
            Low.push_back(X & 0xffff);
            High.push_back(X >> 16 & 0xffff);
          }
          return Reference(Low) | Reference(High) << 16;
        });
}

TEST(Half, AddSubMulFma) {
  for (const HalfType &T : Types) {
    Values E = ref::edges(T.F);
    bool Full = T.Name == "f16";
    for (bool Ftz : {false, true})
      for (bool Sat : {false, true}) {
        if (!Full && (Ftz || Sat))
          continue;
        std::string M = std::string(Ftz ? ".ftz" : "") + (Sat ? ".sat" : "");
        auto in = [&, Ftz = Ftz](uint64_t X) {
          return Ftz ? ref::flushed(X, T.F) : X;
        };
        auto out = [&, Ftz = Ftz, Sat = Sat](uint64_t X) {
          X = Ftz ? ref::flushed(X, T.F) : X;
          return Sat ? ref::saturate(X, T.F) : X;
        };
        checkBoth("add" + M, T, 2, E, [&](const Values &V) {
          return out(ref::add(in(V[0]), in(V[1]), T.F, ref::Mode::Even));
        });
        checkBoth("sub" + M, T, 2, E, [&](const Values &V) {
          return out(
              ref::add(in(V[0]), in(V[1]) ^ 0x8000, T.F, ref::Mode::Even));
        });
        checkBoth("mul" + M, T, 2, E, [&](const Values &V) {
          return out(ref::mul(in(V[0]), in(V[1]), T.F, ref::Mode::Even));
        });
        checkBoth("fma.rn" + M, T, 3, E, [&](const Values &V) {
          return out(ref::fma(in(V[0]), in(V[1]), in(V[2]), T.F, T.F,
                              ref::Mode::Even));
        });
      }
    checkBoth("fma.rn.relu", T, 3, E, [&](const Values &V) {
      uint64_t R = ref::fma(V[0], V[1], V[2], T.F, T.F, ref::Mode::Even);
      return ref::isNegative(R, T.F) && !ref::isNan(R, T.F) ? 0 : R;
    });
  }
}

TEST(Half, MinMaxAndSigns) {
  for (const HalfType &T : Types) {
    Values E = ref::edges(T.F);
    for (bool Max : {false, true})
      for (bool Nan : {false, true})
        for (bool Xor : {false, true})
          checkBoth(std::string(Max ? "max" : "min") + (Nan ? ".NaN" : "") +
                        (Xor ? ".xorsign.abs" : ""),
                    T, 2, E, [&](const Values &V) {
                      return ref::minMax(V[0], V[1], Max, Nan, Xor, T.F);
                    });
    checkBoth("neg", T, 1, E, [](const Values &V) { return V[0] ^ 0x8000; });
    checkBoth("abs", T, 1, E, [](const Values &V) { return V[0] & 0x7fff; });
  }
}

TEST(Half, Approximations) {
  auto value = [](uint64_t Bits, ref::Format F) {
    uint64_t Wide = ref::convert(Bits, F, ref::F64, ref::Mode::Even);
    double D;
    std::memcpy(&D, &Wide, 8);
    return D;
  };
  for (const HalfType &T : Types) {
    Values E = ref::edges(T.F);
    for (const char *Name : {"tanh", "ex2"}) {
      bool IsTanh = !std::strcmp(Name, "tanh"),
           Ftz = !IsTanh && T.F.Exponent == 8;
      Values R = evaluate(std::string(Name) + ".approx" + (Ftz ? ".ftz" : "") +
                              "." + T.Name + " $0, $1;",
                          {16, 16}, {E});
      for (size_t I = 0; I < E.size(); ++I) {
        double X = value(E[I], T.F), Y = value(R[I] & 0xffff, T.F);
        double Wanted = IsTanh ? std::tanh(X) : std::exp2(X);
        if (std::isnan(Wanted)) {
          EXPECT_EQ(R[I] & 0xffff, 0x7fffu);
        } else if (std::isinf(Y) || std::isinf(Wanted)) {
          EXPECT_GE(Wanted, T.F.Exponent == 5 ? 65520 : 0x1.ffp127);
        } else if (!Ftz || std::fabs(Wanted) >= 0x1p-126) {
          EXPECT_NEAR(Y, Wanted,
                      std::fabs(Wanted) * std::ldexp(1.0, -T.F.Mantissa) +
                          0x1p-24 * (T.F.Exponent == 5))
              << Name << "." << T.Name << " of " << X;
        }
      }
    }
  }
}

TEST(Pairs, Singles) {
  Values E = ref::edges(ref::F32), Pairs;
  for (size_t I = 0; I < E.size(); ++I)
    Pairs.push_back(E[I] | E[(I * 7 + 3) % E.size()] << 32);
  auto both = [](const Values &V, auto F) {
    Values Low, High;
    for (uint64_t X : V) {
      Low.push_back(X & 0xffffffff);
      High.push_back(X >> 32);
    }
    return F(Low) | F(High) << 32;
  };
  for (bool Ftz : {false, true}) {
    auto f = [&](uint64_t X) { return Ftz ? ref::flushed(X, ref::F32) : X; };
    std::string M = std::string(".rn") + (Ftz ? ".ftz" : "") + ".f32x2 ";
    check("add" + M + "$0, $1, $2;", {64, 64, 64}, {Pairs, Pairs},
          [&](const Values &V) {
            return both(V, [&](const Values &X) {
              return f(ref::add(f(X[0]), f(X[1]), ref::F32, ref::Mode::Even));
            });
          });
    check("sub" + M + "$0, $1, $2;", {64, 64, 64}, {Pairs, Pairs},
          [&](const Values &V) {
            return both(V, [&](const Values &X) {
              return f(ref::add(f(X[0]), f(X[1]) ^ 0x80000000, ref::F32,
                                ref::Mode::Even));
            });
          });
    check("mul" + M + "$0, $1, $2;", {64, 64, 64}, {Pairs, Pairs},
          [&](const Values &V) {
            return both(V, [&](const Values &X) {
              return f(ref::mul(f(X[0]), f(X[1]), ref::F32, ref::Mode::Even));
            });
          });
    check("fma" + M + "$0, $1, $2, $3;", {64, 64, 64, 64},
          {Pairs, Pairs, Pairs}, [&](const Values &V) {
            return both(V, [&](const Values &X) {
              return f(ref::fma(f(X[0]), f(X[1]), f(X[2]), ref::F32, ref::F32,
                                ref::Mode::Even));
            });
          });
  }
}

TEST(Pairs, Words) {
  Values E = {0, 0x7fff8000, 0x8000ffff, 0x0001fffe, 0x12348765};
  auto both = [](const Values &V, auto F) {
    uint64_t R = 0;
    for (int H : {0, 16})
      R |= uint64_t(uint16_t(F(uint16_t(V[0] >> H), uint16_t(V[1] >> H)))) << H;
    return R;
  };
  auto test = [&](const std::string &Text, auto F) {
    check(Text + " $0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) { return both(V, F); });
  };
  using U = uint16_t;
  using S = int16_t;
  test("add.u16x2", [](U A, U B) { return A + B; });
  test("add.s16x2", [](U A, U B) { return A + B; });
  test("min.u16x2", [](U A, U B) { return std::min(A, B); });
  test("max.u16x2", [](U A, U B) { return std::max(A, B); });
  test("min.s16x2", [](U A, U B) { return std::min(S(A), S(B)); });
  test("max.s16x2", [](U A, U B) { return std::max(S(A), S(B)); });
  test("max.relu.s16x2",
       [](U A, U B) { return std::max<int>(std::max(S(A), S(B)), 0); });
}
