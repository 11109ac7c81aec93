//===- Quantize.cpp - Weights in few bits ---------------------------------===//
//
// Clipping the largest value a little can make the error of all others smaller:
// scales are searched below and around the one that just reaches it, and each
// is then moved to the optimum for the integers that it gave (least squares).
//
//===----------------------------------------------------------------------===//

#include "Quantize.h"
#include "llvm/ADT/APFloat.h"
#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace h3;

static float roundToHalf(float value) {
  APFloat half(value);
  bool losesInfo;
  half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven, &losesInfo);
  return half.convertToFloat();
}

static float representable(float scale, QuantRange range) {
  return range.hasHalfScale ? roundToHalf(scale) : scale;
}

float h3::quantize(float value, float scale, QuantRange range) {
  if (scale == 0)
    return 0;
  float steps = std::clamp(value / scale, float(range.low), float(range.high));
  // Beyond 2^23 floats are integers: adding rounds, to even.
  constexpr float large = 3 << 22;
  return steps + large - large;
}

namespace {
/// What a scale leaves of the values.
struct Fit {
  double error = 0;
  double products = 0, squares = 0; ///< of values with, and of, integers
};
} // namespace

static Fit fit(ArrayRef<float> values, float scale, QuantRange range) {
  // Sums side by side, so that they go through vector units.
  constexpr size_t lanes = 8;
  Fit sums[lanes];
  auto add = [&](float value, Fit &sum) {
    float integer = quantize(value, scale, range);
    double rest = value - double(scale) * integer;
    sum.error += rest * rest;
    sum.products += double(value) * integer;
    sum.squares += double(integer) * integer;
  };
  size_t whole = values.size() / lanes * lanes;
  for (size_t i = 0; i < whole; i += lanes)
    for (size_t lane = 0; lane < lanes; ++lane)
      add(values[i + lane], sums[lane]);
  for (size_t i = whole; i < values.size(); ++i)
    add(values[i], sums[0]);
  Fit result;
  for (const Fit &sum : sums) {
    result.error += sum.error;
    result.products += sum.products;
    result.squares += sum.squares;
  }
  return result;
}

float h3::findScale(ArrayRef<float> values, QuantRange range) {
  float extreme = 0;
  for (float value : values)
    if (std::fabs(value) > std::fabs(extreme))
      extreme = value;
  // The largest value stands at the end of the range that has more numbers.
  float start = -range.low > range.high ? extreme / range.low
                                        : std::fabs(extreme) / range.high;
  float best = representable(start, range);
  if (best == 0 || !std::isfinite(best))
    return 0;
  double least = fit(values, best, range).error;
  auto consider = [&](float scale) {
    Fit found = fit(values, scale, range);
    if (found.error < least) {
      least = found.error;
      best = scale;
    }
    return found;
  };
  // Values as large on both sides need the shorter one.
  consider(representable(std::fabs(extreme) / range.high, range));
  constexpr int trials = 8;
  float width = range.hasHalfScale ? 0.4f : 0.2f; // Of what may be clipped.
  for (int i = 0; i <= trials; ++i) {
    Fit found = consider(
        representable(start * (1.05f - width * float(i) / trials), range));
    if (found.squares > 0)
      consider(representable(float(found.products / found.squares), range));
  }
  return best;
}
