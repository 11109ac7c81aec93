//===- FloatTest.cpp - f32 and f64 arithmetic on edge values --------------===//

#include "Evaluate.h"
#include "Reference.h"

#include <cmath>

using namespace simgpu;
namespace ref = reference;

static const char *const Roundings[] = {"rn", "rz", "rm", "rp"};

/// Two NaN of f64 agree whatever their payload.
static bool same64(uint64_t A, uint64_t B) {
  return ref::isNan(A, ref::F64) && ref::isNan(B, ref::F64);
}

namespace {
struct Modifiers {
  std::string Text; ///< such as ".rz.ftz.sat"
  ref::Mode Mode;
  bool Ftz, Sat;
};
} // namespace

static std::vector<Modifiers> allModifiers() {
  std::vector<Modifiers> Result;
  for (const char *R : Roundings)
    for (bool Ftz : {false, true})
      for (bool Sat : {false, true})
        Result.push_back(
            {std::string(".") + R + (Ftz ? ".ftz" : "") + (Sat ? ".sat" : ""),
             ref::modeOf(R), Ftz, Sat});
  return Result;
}

/// An f32 operation with its modifiers applied around it.
template <typename F>
static uint64_t around(const Values &V, const Modifiers &M, F Operation) {
  Values In = V;
  if (M.Ftz)
    for (uint64_t &X : In)
      X = ref::flushed(X, ref::F32);
  uint64_t Result = Operation(In);
  if (M.Ftz)
    Result = ref::flushed(Result, ref::F32);
  return M.Sat ? ref::saturate(Result, ref::F32) : Result;
}

TEST(Float32, AddSubMul) {
  Values E = ref::edges(ref::F32);
  for (const Modifiers &M : allModifiers()) {
    check("add" + M.Text + ".f32 $0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) {
            return around(V, M, [&](const Values &X) {
              return ref::add(X[0], X[1], ref::F32, M.Mode);
            });
          });
    check("sub" + M.Text + ".f32 $0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) {
            return around(V, M, [&](const Values &X) {
              return ref::add(X[0], X[1] ^ 0x80000000, ref::F32, M.Mode);
            });
          });
    check("mul" + M.Text + ".f32 $0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) {
            return around(V, M, [&](const Values &X) {
              return ref::mul(X[0], X[1], ref::F32, M.Mode);
            });
          });
  }
}

TEST(Float32, Fma) {
  Values E = ref::edges(ref::F32);
  for (const Modifiers &M : allModifiers())
    check("fma" + M.Text + ".f32 $0, $1, $2, $3;", {32, 32, 32, 32}, {E, E, E},
          [&](const Values &V) {
            return around(V, M, [&](const Values &X) {
              return ref::fma(X[0], X[1], X[2], ref::F32, ref::F32, M.Mode);
            });
          });
}

TEST(Float32, MixedWithHalf) {
  Values E = ref::edges(ref::F32);
  for (const char *R : Roundings)
    for (auto &[Name, F] : {std::pair("f16", ref::F16), {"bf16", ref::BF16}}) {
      Values H = ref::edges(F);
      std::string Suffix = std::string(".") + R + ".f32." + Name;
      ref::Mode M = ref::modeOf(R);
      check("fma" + Suffix + " $0, $1, $2, $3;", {32, 16, 16, 32}, {H, H, E},
            [&, F = F](const Values &V) {
              return ref::fma(V[0], V[1], V[2], F, ref::F32, M);
            });
      check("add" + Suffix + " $0, $1, $2;", {32, 16, 32}, {H, E},
            [&, F = F](const Values &V) {
              return ref::add(ref::convert(V[0], F, ref::F32, M), V[1],
                              ref::F32, M);
            });
      check("sub" + Suffix + " $0, $1, $2;", {32, 16, 32}, {H, E},
            [&, F = F](const Values &V) {
              return ref::add(ref::convert(V[0], F, ref::F32, M),
                              V[1] ^ 0x80000000, ref::F32, M);
            });
    }
}

TEST(Float32, DivRcpSqrt) {
  Values E = ref::edges(ref::F32);
  for (const char *R : Roundings)
    for (bool Ftz : {false, true}) {
      Modifiers M{std::string(".") + R + (Ftz ? ".ftz" : ""), ref::modeOf(R),
                  Ftz, false};
      check("div" + M.Text + ".f32 $0, $1, $2;", {32, 32, 32}, {E, E},
            [&](const Values &V) {
              return around(V, M, [&](const Values &X) {
                return ref::div(X[0], X[1], ref::F32, M.Mode);
              });
            });
      check("rcp" + M.Text + ".f32 $0, $1;", {32, 32}, {E},
            [&](const Values &V) {
              return around(V, M, [&](const Values &X) {
                return ref::div(0x3f800000, X[0], ref::F32, M.Mode);
              });
            });
      check("sqrt" + M.Text + ".f32 $0, $1;", {32, 32}, {E},
            [&](const Values &V) {
              return around(V, M, [&](const Values &X) {
                return ref::sqrt(X[0], ref::F32, M.Mode);
              });
            });
    }
}

TEST(Float64, Arithmetic) {
  Values E = ref::edges(ref::F64);
  for (const char *R : Roundings) {
    ref::Mode M = ref::modeOf(R);
    std::string Suffix = std::string(".") + R + ".f64 ";
    check(
        "add" + Suffix + "$0, $1, $2;", {64, 64, 64}, {E, E},
        [&](const Values &V) { return ref::add(V[0], V[1], ref::F64, M); },
        same64);
    check(
        "sub" + Suffix + "$0, $1, $2;", {64, 64, 64}, {E, E},
        [&](const Values &V) {
          return ref::add(V[0], V[1] ^ 1ull << 63, ref::F64, M);
        },
        same64);
    check(
        "mul" + Suffix + "$0, $1, $2;", {64, 64, 64}, {E, E},
        [&](const Values &V) { return ref::mul(V[0], V[1], ref::F64, M); },
        same64);
    check(
        "fma" + Suffix + "$0, $1, $2, $3;", {64, 64, 64, 64}, {E, E, E},
        [&](const Values &V) {
          return ref::fma(V[0], V[1], V[2], ref::F64, ref::F64, M);
        },
        same64);
    check(
        "div" + Suffix + "$0, $1, $2;", {64, 64, 64}, {E, E},
        [&](const Values &V) { return ref::div(V[0], V[1], ref::F64, M); },
        same64);
    check(
        "rcp" + Suffix + "$0, $1;", {64, 64}, {E},
        [&](const Values &V) {
          return ref::div(0x3ff0000000000000, V[0], ref::F64, M);
        },
        same64);
    check(
        "sqrt" + Suffix + "$0, $1;", {64, 64}, {E},
        [&](const Values &V) { return ref::sqrt(V[0], ref::F64, M); }, same64);
  }
}

TEST(Float, MinMax) {
  Values E = ref::edges(ref::F32), D = ref::edges(ref::F64);
  for (bool Max : {false, true}) {
    std::string Name = Max ? "max" : "min";
    for (bool Ftz : {false, true})
      for (bool Nan : {false, true})
        for (bool Xor : {false, true}) {
          Modifiers M{"", ref::Mode::Even, Ftz, false};
          check(Name + (Ftz ? ".ftz" : "") + (Nan ? ".NaN" : "") +
                    (Xor ? ".xorsign.abs" : "") + ".f32 $0, $1, $2;",
                {32, 32, 32}, {E, E}, [&](const Values &V) {
                  return around(V, M, [&](const Values &X) {
                    return ref::minMax(X[0], X[1], Max, Nan, Xor, ref::F32);
                  });
                });
        }
    check(Name + ".f32 $0, $1, $2, $3;", {32, 32, 32, 32}, {E, E, E},
          [&](const Values &V) {
            uint64_t Two = ref::minMax(V[0], V[1], Max, false, false, ref::F32);
            return ref::minMax(Two, V[2], Max, false, false, ref::F32);
          });
    check(
        Name + ".f64 $0, $1, $2;", {64, 64, 64}, {D, D},
        [&](const Values &V) {
          return ref::minMax(V[0], V[1], Max, false, false, ref::F64);
        },
        same64);
  }
}

TEST(Float, Signs) {
  Values E = ref::edges(ref::F32), D = ref::edges(ref::F64);
  constexpr uint64_t S32 = 0x80000000, S64 = 1ull << 63;
  check("neg.f32 $0, $1;", {32, 32}, {E},
        [](const Values &V) { return V[0] ^ S32; });
  check("abs.f32 $0, $1;", {32, 32}, {E},
        [](const Values &V) { return V[0] & ~S32; });
  check("neg.ftz.f32 $0, $1;", {32, 32}, {E},
        [](const Values &V) { return ref::flushed(V[0], ref::F32) ^ S32; });
  check("abs.ftz.f32 $0, $1;", {32, 32}, {E},
        [](const Values &V) { return ref::flushed(V[0], ref::F32) & ~S32; });
  check("neg.f64 $0, $1;", {64, 64}, {D},
        [](const Values &V) { return V[0] ^ S64; });
  check("abs.f64 $0, $1;", {64, 64}, {D},
        [](const Values &V) { return V[0] & ~S64; });
  check("copysign.f32 $0, $1, $2;", {32, 32, 32}, {E, E},
        [](const Values &V) { return (V[0] & S32) | (V[1] & ~S32); });
  check("copysign.f64 $0, $1, $2;", {64, 64, 64}, {D, D},
        [](const Values &V) { return (V[0] & S64) | (V[1] & ~S64); });
}

//===----------------------------------------------------------------------===//
// Approximations
//===----------------------------------------------------------------------===//

static float asFloat(uint64_t Bits) {
  auto Word = static_cast<uint32_t>(Bits);
  float F;
  std::memcpy(&F, &Word, 4);
  return F;
}

/// Within `Ulp` units in the last place of the exact value, or `Absolute`.
static void checkApproximate(const std::string &Name, double (*Exact)(double),
                             double Ulp, double Absolute, bool Ftz) {
  Values E = ref::edges(ref::F32);
  for (double X = -20; X < 20; X += 0.37) {
    auto F = static_cast<float>(X);
    uint32_t Bits;
    std::memcpy(&Bits, &F, 4);
    E.push_back(Bits);
  }
  Values Results = evaluate(
      Name + ".approx" + (Ftz ? ".ftz" : "") + ".f32 $0, $1;", {32, 32}, {E});
  for (size_t I = 0; I < E.size(); ++I) {
    uint64_t In = Ftz ? ref::flushed(E[I], ref::F32) : E[I];
    double Wanted = Exact(asFloat(In));
    float Found = asFloat(Results[I]);
    if (std::isnan(Wanted)) {
      EXPECT_EQ(Results[I], 0x7fffffffu) << Name << " of " << asFloat(E[I]);
      continue;
    }
    if (std::fabs(Wanted) > 0x1.fffffffp127) {
      EXPECT_TRUE(std::isinf(Found) && std::signbit(Found) == (Wanted < 0));
      continue;
    }
    if (Ftz && std::fabs(Wanted) < 0x1p-126)
      Wanted = std::copysign(0.0, Wanted);
    double Unit = std::ldexp(
        1.0, std::max(std::ilogb(Wanted == 0 ? 0x1p-126 : Wanted), -126) - 23);
    EXPECT_LE(std::fabs(Found - Wanted), std::max(Ulp * Unit, Absolute))
        << Name << " of " << asFloat(E[I]);
    if (Wanted == 0) {
      EXPECT_EQ(std::signbit(Found), std::signbit(Wanted))
          << Name << " of " << asFloat(E[I]);
    }
  }
}

TEST(Float32, Approximations) {
  // The bounds of the PTX ISA; the simulation keeps well inside.
  for (bool Ftz : {false, true}) {
    checkApproximate("rcp", [](double X) { return 1 / X; }, 1, 0, Ftz);
    checkApproximate(
        "rsqrt", [](double X) { return 1 / std::sqrt(X); }, 2, 0, Ftz);
    checkApproximate("sqrt", [](double X) { return std::sqrt(X); }, 2, 0, Ftz);
    checkApproximate("ex2", [](double X) { return std::exp2(X); }, 2, 0, Ftz);
    checkApproximate(
        "lg2", [](double X) { return std::log2(X); }, 2, 0x1p-22, Ftz);
    checkApproximate(
        "sin", [](double X) { return std::sin(X); }, 1, 0x1p-20, Ftz);
    checkApproximate(
        "cos", [](double X) { return std::cos(X); }, 1, 0x1p-20, Ftz);
  }
  checkApproximate("tanh", [](double X) { return std::tanh(X); }, 16, 0, false);
}

TEST(Float32, DivisionForms) {
  Values E = ref::edges(ref::F32);
  check("div.full.f32 $0, $1, $2;", {32, 32, 32}, {E, E}, [](const Values &V) {
    return ref::div(V[0], V[1], ref::F32, ref::Mode::Even);
  });
  check("div.approx.f32 $0, $1, $2;", {32, 32, 32}, {E, E},
        [](const Values &V) {
          uint64_t Magnitude = V[1] & 0x7fffffff;
          if (Magnitude > 0x7e800000 && Magnitude < 0x7f800000) {
            if (ref::isNan(V[0], ref::F32) || ref::isInf(V[0], ref::F32))
              return ref::nan(ref::F32);
            return (V[0] ^ V[1]) & 0x80000000;
          }
          return ref::div(V[0], V[1], ref::F32, ref::Mode::Even);
        });
}

TEST(Float64, ApproximationsOfTheUpperWord) {
  Values D = ref::edges(ref::F64);
  auto nearly = [](uint64_t A, uint64_t B) {
    return same64(A, B) || (A >> 32) - (B >> 32) + 1 <= 2;
  };
  for (bool Root : {false, true})
    check(
        std::string(Root ? "rsqrt" : "rcp") + ".approx.ftz.f64 $0, $1;",
        {64, 64}, {D},
        [&](const Values &V) {
          uint64_t X = ref::flushed(V[0] & ~0xffffffffull, ref::F64);
          if (Root)
            X = ref::sqrt(X, ref::F64, ref::Mode::Even);
          return ref::flushed(
              ref::div(0x3ff0000000000000, X, ref::F64, ref::Mode::Zero),
              ref::F64);
        },
        nearly);
}
