//===- recipes-test.cpp - What the weight writer computes -----------------===//
//
// Each function of weights against its definition, reached another way: SSMs by
// simulation, discretisations by the equation that they solve, spectra by
// values of polynomials.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "RingTransform.h"
#include "h3/Weights/WeightValues.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringMap.h"
#include "gtest/gtest.h"
#include <complex>
#include <random>

using namespace llvm;
using namespace h3;

namespace {

using Complex = std::complex<double>;
using Values = std::vector<float>;

class MapSource final : public WeightSource {
public:
  Expected<SourceTensor> read(StringRef name) const override {
    auto found = tensors.find(name);
    if (found == tensors.end())
      return createStringError("tensor '" + name + "' is missing");
    return found->second;
  }
  std::string getDigest() const override { return ""; }

  const Values &add(StringRef name, ArrayRef<int64_t> shape, float scale = 1) {
    SourceTensor tensor;
    tensor.shape.assign(shape.begin(), shape.end());
    size_t size = 1;
    for (int64_t extent : shape)
      size *= extent;
    std::normal_distribution<float> normal(0, scale);
    for (size_t i = 0; i < size; ++i)
      tensor.values.push_back(normal(random));
    return (tensors[name] = tensor).values;
  }

private:
  StringMap<SourceTensor> tensors;
  std::mt19937 random{7};
};

class Recipes : public testing::Test {
protected:
  Recipes() { context.loadDialect<H3Dialect>(); }

  /// The value of the last operation of `text`, in a module with parameters.
  Expected<Values> compute(StringRef text) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return createStringError("no module");
    return computeWeight(module->getBody()->back().getResult(0), &source);
  }
  Values computeOrFail(StringRef text) {
    Expected<Values> values = compute(text);
    if (values)
      return *values;
    ADD_FAILURE() << toString(values.takeError());
    return {};
  }
  std::string getError(StringRef text) {
    Expected<Values> values = compute(text);
    return values ? "" : toString(values.takeError());
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  MapSource source;
};

void expectNear(double found, double expected, double scale = 1) {
  EXPECT_NEAR(found, expected, 3e-7 * std::max(std::abs(expected), scale));
}

constexpr int64_t H = 6, M = 3, R = 2; // heads, modes, rows of A and B

/// A diagonal SSM's tensors under the names c, b, dt, re and im.
struct DiagTensors {
  explicit DiagTensors(MapSource &source)
      : c(source.add("c", {1, H, M, 2})), b(source.add("b", {R, M, 2})),
        dt(source.add("dt", {H})), re(source.add("re", {R, M})),
        im(source.add("im", {R, M}, 3)) {}

  Complex getA(int64_t head, int64_t mode) const {
    size_t i = head % R * M + mode;
    return {-std::exp(double(re[i])), im[i]};
  }
  /// 2 C B
  Complex getGain(int64_t head, int64_t mode) const {
    size_t i = head % R * M + mode, j = head * M + mode;
    return 2.0 * Complex(c[2 * j], c[2 * j + 1]) *
           Complex(b[2 * i], b[2 * i + 1]);
  }
  double getStep(int64_t head) const { return std::exp(double(dt[head])); }

  const Values c, b, dt, re, im;
};

std::string getModes(StringRef attributes) {
  return (R"(
    h3.parameter @c : tensor<1x6x3x2xf32> from ["c"]
    h3.parameter @b : tensor<2x3x2xf32> from ["b"]
    h3.parameter @dt : tensor<6xf32> from ["dt"]
    h3.parameter @re : tensor<2x3xf32> from ["re"]
    h3.parameter @im : tensor<2x3xf32> from ["im"]
    %c = h3.get_parameter @c : tensor<1x6x3x2xf32>
    %b = h3.get_parameter @b : tensor<2x3x2xf32>
    %dt = h3.get_parameter @dt : tensor<6xf32>
    %re = h3.get_parameter @re : tensor<2x3xf32>
    %im = h3.get_parameter @im : tensor<2x3xf32>
    %m = h3.diag_modes %c, %b, %dt, %re, %im )" +
          attributes + R"( : tensor<1x6x3x2xf32>, tensor<2x3x2xf32>,
      tensor<6xf32>, tensor<2x3xf32>, tensor<2x3xf32> -> tensor<4x3x6xf32>
  )")
      .str();
}

Complex getDecay(const Values &modes, int64_t head, int64_t mode) {
  return {modes[mode * H + head], modes[(M + mode) * H + head]};
}
Complex getWeight(const Values &modes, int64_t head, int64_t mode) {
  return {modes[(2 * M + mode) * H + head], -modes[(3 * M + mode) * H + head]};
}

TEST_F(Recipes, BilinearModesSolveTheTrapezoidalRule) {
  DiagTensors tensors(source);
  Values modes = computeOrFail(getModes(""));
  ASSERT_EQ(modes.size(), size_t(4 * M * H));
  for (int64_t head = 0; head < H; ++head)
    for (int64_t mode = 0; mode < M; ++mode) {
      // (x' - x) / dt = A (x' + x) / 2 + B u, from x = 1 without input, and
      // from x = 0 with u = 1.
      Complex a = tensors.getA(head, mode), decay = getDecay(modes, head, mode);
      double dt = tensors.getStep(head);
      Complex left = (decay - 1.0) / dt, right = a * (decay + 1.0) / 2.0;
      EXPECT_LT(std::abs(left - right), 1e-6 * (std::abs(a) + 1 / dt));
      Complex weight = getWeight(modes, head, mode);
      Complex gain = tensors.getGain(head, mode);
      EXPECT_LT(std::abs(weight / dt - a * weight / 2.0 - gain),
                1e-6 * std::abs(gain) * (1 + dt * std::abs(a)));
    }
}

TEST_F(Recipes, HeldInputsAreIntegrated) {
  DiagTensors tensors(source);
  Values modes =
      computeOrFail(getModes("{discretization = #h3.discretization<zoh>}"));
  ASSERT_EQ(modes.size(), size_t(4 * M * H));
  for (int64_t head = 0; head < H; ++head)
    for (int64_t mode = 0; mode < M; ++mode) {
      Complex a = tensors.getA(head, mode);
      double dt = tensors.getStep(head);
      // Simpson's rule for the integral of exp(A s) over a step.
      constexpr int64_t parts = 2000;
      Complex integral = 0;
      for (int64_t i = 0; i <= parts; ++i)
        integral += (i % parts == 0 ? 1.0
                     : i % 2 == 1   ? 4.0
                                    : 2.0) *
                    std::exp(a * (dt * i / parts));
      integral *= dt / parts / 3;
      Complex decay = getDecay(modes, head, mode);
      EXPECT_LT(std::abs(decay - std::exp(a * dt)), 3e-7);
      Complex expected = tensors.getGain(head, mode) * integral;
      EXPECT_LT(std::abs(getWeight(modes, head, mode) - expected),
                1e-6 * std::abs(tensors.getGain(head, mode)) * dt);
    }
}

TEST_F(Recipes, DiagKernelIsTheImpulseResponse) {
  DiagTensors tensors(source);
  Values modes = computeOrFail(getModes(""));
  constexpr int64_t length = 1000;
  Values kernel = computeOrFail(
      getModes("") +
      "%k = h3.diag_kernel %m : tensor<4x3x6xf32> -> tensor<1000x6xf32>");
  ASSERT_EQ(kernel.size(), size_t(length * H));
  for (int64_t head = 0; head < H; ++head) {
    std::complex<long double> x[M];
    for (int64_t t = 0; t < length; ++t) {
      double y = 0, scale = 0;
      for (int64_t mode = 0; mode < M; ++mode) {
        x[mode] =
            std::complex<long double>(getDecay(modes, head, mode)) * x[mode] +
            (t == 0 ? 1.0L : 0.0L);
        y += (getWeight(modes, head, mode) * Complex(x[mode])).real();
        scale += std::abs(getWeight(modes, head, mode));
      }
      expectNear(kernel[t * H + head], y, scale);
    }
  }
}

TEST_F(Recipes, ShiftKernelIsTheImpulseResponse) {
  constexpr int64_t channels = 3, taps = 5;
  Values b = source.add("b", {channels, taps});
  Values c = source.add("c", {1, channels, taps});
  Values kernel = computeOrFail(R"(
    h3.parameter @b : tensor<3x5xf32> from ["b"]
    h3.parameter @c : tensor<1x3x5xf32> from ["c"]
    %b = h3.get_parameter @b : tensor<3x5xf32>
    %c = h3.get_parameter @c : tensor<1x3x5xf32>
    %k = h3.shift_kernel %b, %c
      : tensor<3x5xf32>, tensor<1x3x5xf32> -> tensor<5x3xf32>
  )");
  ASSERT_EQ(kernel.size(), size_t(taps * channels));
  for (int64_t channel = 0; channel < channels; ++channel) {
    double s[taps] = {};
    for (int64_t t = 0; t < taps; ++t) {
      double y = 0;
      for (int64_t n = taps; n-- > 0;)
        s[n] = (n > 0 ? s[n - 1] : 0) + (t == 0 ? b[channel * taps + n] : 0);
      for (int64_t n = 0; n < taps; ++n)
        y += c[channel * taps + n] * s[n];
      expectNear(kernel[t * channels + channel], y);
    }
  }
}

TEST_F(Recipes, SpectrumHoldsTheValuesAtTheRoots) {
  constexpr int64_t length = 20, channels = 5, n = 24, width = 4;
  Values forward = source.add("k", {length, channels});
  Values backward = source.add("r", {length, channels});
  SmallVector<int64_t> factors = getRingFactors(n);
  SmallVector<double> angles = getRingAngles(factors, factors.size(), 0.25);
  for (bool isTwoSided : {false, true}) {
    Values spectrum = computeOrFail(
        (R"(
      h3.parameter @k : tensor<20x5xf32> from ["k"]
      h3.parameter @r : tensor<20x5xf32> from ["r"]
      %k = h3.get_parameter @k : tensor<20x5xf32>
      %r = h3.get_parameter @r : tensor<20x5xf32>
      %s = h3.conv_spectrum %k )" +
         StringRef(isTwoSided ? "reversed %r : tensor<20x5xf32>, " : ": ") +
         "tensor<20x5xf32> -> tensor<2x24x2x4xf32>")
            .str());
    ASSERT_EQ(spectrum.size(), size_t(2 * n * 2 * width));
    for (int64_t j = 0; j < n; ++j) {
      Complex root = std::polar(1.0, 2 * M_PI * angles[j]);
      expectNear(std::pow(root, n).real(), 0, 1e4);
      expectNear(std::pow(root, n).imag(), 1, 1e4);
      for (int64_t channel = 0; channel < 2 * width; ++channel) {
        Complex value = 0;
        for (int64_t t = length; channel < channels && t-- > 0;)
          value = value * root + double(forward[t * channels + channel]);
        Complex other = 0;
        for (int64_t t = length; isTwoSided && channel < channels && t-- > 0;)
          other = other * std::conj(root) +
                  double(backward[t * channels + channel]);
        value = (value + other) / double(n);
        size_t place =
            ((channel / width * n + j) * 2) * width + channel % width;
        expectNear(spectrum[place], value.real());
        expectNear(spectrum[place + width], value.imag());
      }
    }
  }
}

TEST_F(Recipes, PanelsArePadded) {
  Values weight = source.add("w", {5, 3});
  Values panels = computeOrFail(R"(
    h3.parameter @w : tensor<5x3xf32> from ["w"]
    %w = h3.get_parameter @w : tensor<5x3xf32>
    %p = h3.pack_panels %w : tensor<5x3xf32> -> tensor<2x3x4xf32>
  )");
  ASSERT_EQ(panels.size(), size_t(2 * 3 * 4));
  for (int64_t row = 0; row < 8; ++row)
    for (int64_t k = 0; k < 3; ++k)
      EXPECT_EQ(panels[(row / 4 * 3 + k) * 4 + row % 4],
                row < 5 ? weight[row * 3 + k] : 0);
}

TEST_F(Recipes, RecipesAreFollowed) {
  Values weight = source.add("w", {1, 2});
  StringRef module = R"(
    h3.parameter @p : tensor<1x2x2xf32> from ["w"] {
    ^bb0(%w: tensor<1x2xf32>):
      %0 = h3.pack_panels %w : tensor<1x2xf32> -> tensor<1x2x2xf32>
      h3.yield %0 : tensor<1x2x2xf32>
    }
    %p = h3.get_parameter @p : tensor<1x2x2xf32>
  )";
  EXPECT_EQ(computeOrFail(module), Values({weight[0], 0, weight[1], 0}));
}

TEST_F(Recipes, ErrorsNameTheTensor) {
  source.add("w", {2, 3});
  StringRef module = R"(
    h3.parameter @w : tensor<3x2xf32> from ["w"]
    %w = h3.get_parameter @w : tensor<3x2xf32>
  )";
  EXPECT_EQ(getError(module),
            "tensor 'w': expected the shape [3, 2], found [2, 3]");
  EXPECT_EQ(getError(R"(
    h3.parameter @v : tensor<3xf32> from ["v"]
    %v = h3.get_parameter @v : tensor<3xf32>
  )"),
            "tensor 'v' is missing");
}

TEST_F(Recipes, ConcatenatesRowsInTurn) {
  Values q = source.add("q", {2, 3}), k = source.add("k", {1, 3});
  Values whole = computeOrFail(R"(
    h3.parameter @q : tensor<2x3xf32> from ["q"]
    h3.parameter @k : tensor<1x3xf32> from ["k"]
    %q = h3.get_parameter @q : tensor<2x3xf32>
    %k = h3.get_parameter @k : tensor<1x3xf32>
    %w = h3.concat_rows %k, %q, %k : tensor<1x3xf32>, tensor<2x3xf32>,
           tensor<1x3xf32> -> tensor<4x3xf32>
  )");
  Values expected = k;
  expected.insert(expected.end(), q.begin(), q.end());
  expected.insert(expected.end(), k.begin(), k.end());
  EXPECT_EQ(whole, expected);
}

/// A weight of 3 x 64 with scales of `scales`, and `last` of it.
std::string getQuantized(StringRef scales, StringRef last) {
  return (R"(
    h3.parameter @w : tensor<3x64xf32> from ["w"]
    %w = h3.get_parameter @w : tensor<3x64xf32>
    %s = h3.quantize_scales %w : tensor<3x64xf32> -> )" +
          scales + "\n" + last)
      .str();
}

/// Whether `n` steps are the nearest to a value, or as far as the range goes.
void expectNearest(double value, double scale, int n, int low, int high) {
  double steps = value / scale;
  bool isClipped = (n == low && steps < low) || (n == high && steps > high);
  EXPECT_TRUE(isClipped || std::abs(steps - n) <= 0.5 + 1e-5)
      << value << " / " << scale << " is not " << n;
}

TEST_F(Recipes, RowsOfBytesHaveAScaleEach) {
  Values w = source.add("w", {3, 64});
  Values scales = computeOrFail(getQuantized("tensor<3xf32>", ""));
  Values bytes = computeOrFail(getQuantized("tensor<3xf32>", R"(
    %q = h3.quantize %w, %s : tensor<3x64xf32>, tensor<3xf32> -> tensor<3x64xi8>
  )"));
  ASSERT_EQ(scales.size(), 3u);
  ASSERT_EQ(bytes.size(), w.size());
  for (size_t i = 0; i < w.size(); ++i)
    expectNearest(w[i], scales[i / 64], int(bytes[i]), -127, 127);
}

TEST_F(Recipes, GroupsOfNibblesHaveAScaleEachAndTheEvenOnesTheLowBits) {
  Values w = source.add("w", {3, 64});
  Values scales = computeOrFail(getQuantized("tensor<3x2xf16>", ""));
  Values bytes = computeOrFail(getQuantized("tensor<3x2xf16>", R"(
    %q = h3.quantize %w, %s : tensor<3x64xf32>, tensor<3x2xf16> -> tensor<3x32xi8>
  )"));
  ASSERT_EQ(scales.size(), 6u);
  ASSERT_EQ(bytes.size(), w.size() / 2);
  for (size_t i = 0; i < w.size(); ++i) {
    int byte = int(bytes[i / 2]) & 0xff;
    int nibble = i % 2 == 0 ? byte & 15 : byte >> 4;
    expectNearest(w[i], scales[i / 32], nibble - 8, -8, 7);
  }
}

} // namespace
