//===- RandomSource.cpp - Weights for timing a shape ----------------------===//
//
// The distributions are those that H3 is initialised with: matrices normal with
// deviation 0.02, the shift SSM's B near e_0, the diagonal SSM S4D-Lin (arXiv
// 2206.11893) with time steps between 0.001 and 0.1.
//
//===----------------------------------------------------------------------===//

#include "h3/Weights/WeightSource.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/xxhash.h"
#include <cmath>

using namespace llvm;
using namespace h3;

namespace {

/// SplitMix64 (Steele, Lea and Flood 2014): one stream for each tensor.
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  /// Uniform in [0, 1).
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }

  /// Deviation 1, near enough to normal: the sum of four uniform numbers.
  float normal() {
    uint64_t bits = next();
    float sum = 0;
    for (int i = 0; i < 4; ++i, bits >>= 16)
      sum += static_cast<float>(bits & 0xffff) * 0x1p-16f;
    return (sum - 2.0f) * std::sqrt(3.0f);
  }

private:
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  uint64_t state;
};

class RandomSource final : public WeightSource {
public:
  RandomSource(const ModelConfig &config, uint64_t seed)
      : config(config), seed(seed) {
    for (const TensorSpec &spec : listTensors(config))
      shapes[spec.name] = spec.shape;
  }

  Expected<SourceTensor> read(StringRef name) const override {
    auto found = shapes.find(name);
    if (found == shapes.end())
      return createStringError("the model has no tensor '" + name + "'");
    SourceTensor result{found->second, {}};
    int64_t size = 1;
    for (int64_t extent : result.shape)
      size *= extent;
    result.values.resize(size);
    fill(name, result);
    return result;
  }

  std::string getDigest() const override {
    return "random " + std::to_string(seed);
  }

private:
  void fill(StringRef name, SourceTensor &tensor) const {
    constexpr float pi = 3.14159265f;
    Generator random(seed ^ xxh3_64bits(name));
    /// `draw` gets the index in the last dimension.
    auto each = [&](auto draw) {
      size_t last = tensor.shape.back();
      for (auto [i, value] : enumerate(tensor.values))
        value = draw(i % last);
    };
    auto normal = [&](float deviation) {
      each([&](size_t) { return deviation * random.normal(); });
    };
    bool isNorm = name.contains("norm") || name.contains("ln_f");
    if (name.ends_with("inv_freq"))
      each([&](size_t m) {
        return std::pow(10000.0f, -2.0f * m / config.rotaryDim);
      });
    else if (name.ends_with("ssm_k_kernel.kernel.B"))
      each([&](size_t n) { return (n == 0) + 0.05f * random.normal(); });
    else if (name.ends_with("ssm_k_kernel.kernel.C"))
      normal(1 / std::sqrt(static_cast<float>(config.dState)));
    else if (name.ends_with("kernel.kernel.B")) // Complex: 1 + 0i.
      each([](size_t part) { return part == 0 ? 1.0f : 0.0f; });
    else if (name.ends_with("kernel.kernel.C"))
      normal(std::sqrt(0.5f));
    else if (name.ends_with("log_dt"))
      each([&](size_t) {
        return std::log(0.001f) + random.uniform() * std::log(100.0f);
      });
    else if (name.ends_with("inv_A_real"))
      each([](size_t) { return std::log(0.5f); });
    else if (name.ends_with("A_imag"))
      each([](size_t mode) { return pi * mode; });
    else if (name.ends_with(".D") || name.ends_with("ssm_k_D"))
      normal(1);
    else if (isNorm)
      each([&](size_t) { return name.ends_with(".weight") ? 1.0f : 0.0f; });
    else
      normal(0.02f);
  }

  const ModelConfig config;
  const uint64_t seed;
  StringMap<SmallVector<int64_t, 4>> shapes;
};

} // namespace

std::unique_ptr<WeightSource> h3::createRandomSource(const ModelConfig &config,
                                                     uint64_t seed) {
  return std::make_unique<RandomSource>(config, seed);
}
