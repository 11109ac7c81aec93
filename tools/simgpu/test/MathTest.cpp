//===- MathTest.cpp - libdevice against the host's libm -------------------===//

#include "Harness.h"

#include <cmath>

using namespace simgpu;

/// Within a few units in the last place, as libdevice promises.
static void expectClose(const char *Name, float X, float Found, double Wanted) {
  if (std::isnan(Wanted)) {
    EXPECT_TRUE(std::isnan(Found)) << Name << " of " << X;
    return;
  }
  if (std::fabs(Wanted) > 0x1.fffffep127) {
    EXPECT_EQ(Found, Wanted > 0 ? INFINITY : -INFINITY) << Name << " of " << X;
    return;
  }
  double Unit = std::fabs(Wanted) < 0x1p-126
                    ? 0x1p-149
                    : std::ldexp(1.0, std::ilogb(Wanted) - 23);
  EXPECT_LE(std::fabs(Found - Wanted), 3 * Unit)
      << Name << " of " << X << " is " << Found << ", expected " << Wanted;
}

TEST(Math, LibdeviceAsTheCompilerInlinesIt) {
  std::vector<float> X = {0.0f,      -0.0f,     1e-40f, -1e-40f,  1e-8f,
                          1.0f,      -1.0f,     88.5f,  89.0f,    -87.0f,
                          -104.0f,   1e5f,      -1e7f,  3e38f,    -3e38f,
                          INFINITY,  -INFINITY, NAN,    0.5f,     105615.0f,
                          47.12389f, 3.141593f, 1e30f,  -0.99999f};
  for (float V = -9; V < 9; V += 0.0371f)
    X.push_back(V);
  auto N = uint32_t(X.size());
  for (uint64_t Seed : {0, 1, 2, 3}) {
    Bench B(readPtx("math.ptx"));
    B.Options.Seed = Seed;
    DeviceAddress In = B.upload(X), Out = B.allocate(7 * N * 4);
    LaunchReport R = B.launch({(N + 63) / 64, 1, 1}, {64, 1, 1}, In, Out, N);
    EXPECT_TRUE(R.ok()) << text(R);
    auto Y = B.download<float>(Out, 7 * N);
    for (uint32_t I = 0; I < N; ++I) {
      double V = X[I];
      expectClose("exp", X[I], Y[I], std::exp(V));
      expectClose("log", X[I], Y[N + I], std::log(V));
      expectClose("tanh", X[I], Y[2 * N + I], std::tanh(V));
      expectClose("erf", X[I], Y[3 * N + I], std::erf(V));
      expectClose("sin", X[I], Y[4 * N + I], std::sin(V));
      expectClose("log1p", X[I], Y[5 * N + I], std::log1p(V));
      expectClose("exp of f64", X[I], Y[6 * N + I], std::exp(V));
    }
  }
}
