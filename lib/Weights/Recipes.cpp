//===- Recipes.cpp - How parameters follow from tensors -------------------===//
//
// One function for each operation that h3-fold-parameters leaves to the weight
// writer; H3Ops.td has their formulas. Sums run in double precision.
//
//===----------------------------------------------------------------------===//

#include "Recipes.h"
#include <complex>

using namespace llvm;
using namespace h3;

namespace {

/// What a recipe works on. Shapes were verified with the operation that it came
/// from, and the sources against the model's configuration.
struct Work {
  ArrayRef<SourceTensor> sources;
  ArrayRef<int64_t> shape;
  MutableArrayRef<float> result;

  const float *source(size_t i) const { return sources[i].values.data(); }
};

void copy(const Work &work) {
  llvm::copy(work.sources[0].values, work.result.begin());
}

/// weight [N, K] -> panels [P, K, W].
void packPanels(const Work &work) {
  int64_t rows = work.sources[0].shape[0], columns = work.shape[1];
  int64_t width = work.shape[2];
  for (int64_t row = 0; row < rows; ++row) {
    const float *from = work.source(0) + row * columns;
    float *to = work.result.data() + row / width * columns * width;
    for (int64_t k = 0; k < columns; ++k)
      to[k * width + row % width] = from[k];
  }
}

/// B [C, N], C [1, C, N] -> taps [N, C].
void shiftKernel(const Work &work) {
  int64_t taps = work.shape[0], channels = work.shape[1];
  for (int64_t channel = 0; channel < channels; ++channel) {
    const float *b = work.source(0) + channel * taps;
    const float *c = work.source(1) + channel * taps;
    for (int64_t t = 0; t < taps; ++t) {
      double sum = 0;
      for (int64_t m = 0; m + t < taps; ++m)
        sum += double(b[m]) * c[m + t];
      work.result[t * channels + channel] = static_cast<float>(sum);
    }
  }
}

/// C [1, H, M, 2], B [R, M, 2], log_dt [H], inv_A_real and A_imag [R, M]
/// -> [4, M, H].
void diagModes(const Work &work) {
  using Complex = std::complex<double>;
  int64_t modes = work.shape[1], heads = work.shape[2];
  int64_t rows = work.sources[1].shape[0];
  auto load = [&](size_t source, int64_t i) {
    return Complex(work.source(source)[2 * i], work.source(source)[2 * i + 1]);
  };
  for (int64_t head = 0; head < heads; ++head) {
    double dt = std::exp(double(work.source(2)[head]));
    for (int64_t mode = 0; mode < modes; ++mode) {
      int64_t shared = head % rows * modes + mode;
      Complex a(-std::exp(double(work.source(3)[shared])),
                work.source(4)[shared]);
      Complex divisor = 1.0 - dt * a / 2.0;
      Complex decay = (1.0 + dt * a / 2.0) / divisor;
      Complex weight =
          2.0 * load(0, head * modes + mode) * dt * load(1, shared) / divisor;
      double parts[] = {decay.real(), decay.imag(), weight.real(),
                        -weight.imag()};
      for (int64_t i = 0; i < 4; ++i)
        work.result[(i * modes + mode) * heads + head] =
            static_cast<float>(parts[i]);
    }
  }
}

struct Recipe {
  StringLiteral name;
  size_t sources;
  void (*apply)(const Work &);
};
constexpr Recipe recipes[] = {{"copy", 1, copy},
                              {"pack_panels", 1, packPanels},
                              {"shift_kernel", 2, shiftKernel},
                              {"diag_modes", 5, diagModes}};

} // namespace

Error h3::applyRecipe(StringRef name, ArrayRef<SourceTensor> sources,
                      ArrayRef<int64_t> shape, MutableArrayRef<float> result) {
  const Recipe *recipe =
      find_if(recipes, [&](const Recipe &r) { return r.name == name; });
  if (recipe == std::end(recipes))
    return createStringError("the weight writer knows no recipe '" + name +
                             "'");
  if (sources.size() != recipe->sources)
    return createStringError("recipe '" + name + "' expects " +
                             Twine(recipe->sources) + " tensors, found " +
                             Twine(sources.size()));
  recipe->apply({sources, shape, result});
  return Error::success();
}
