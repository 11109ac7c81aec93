//===- Quantize.cpp - Weights in few bits ---------------------------------===//
//
// Clipping the largest value a little can make the error of all others smaller:
// scales are searched below and around the one that just reaches it, and each
// is then moved to the optimum for the integers that it gave (least squares).
//
//===----------------------------------------------------------------------===//

#include "Quantize.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace llvm;
using namespace h3;

/// The nearest number in half precision, ties to even.
static float roundToHalf(float value) {
  constexpr float smallest = 0x1p-14f; // With a leading 1.
  if (std::fabs(value) < smallest)     // In units of 2^-24, those of 1/2.
    return std::copysign(std::fabs(value) + 0.5f - 0.5f, value);
  if (std::fabs(value) >= 65520)
    return std::copysign(std::numeric_limits<float>::infinity(), value);
  auto bits = bit_cast<uint32_t>(value);
  bits += 0xfff + (bits >> 13 & 1);
  return bit_cast<float>(bits & ~uint32_t(0x1fff));
}

static float representable(float scale, QuantRange range) {
  return range.hasHalfScale ? roundToHalf(scale) : scale;
}

/// The nearest integer from `low` to `high`, ties to even.
static inline float roundToInteger(float steps, float low, float high) {
  steps = steps < low ? low : steps;
  steps = steps > high ? high : steps;
  // Beyond 2^23 floats are integers: adding rounds.
  constexpr float large = 3 << 22;
  return steps + large - large;
}

float h3::quantize(float value, float scale, QuantRange range) {
  if (scale == 0)
    return 0;
  return roundToInteger(value / scale, range.low, range.high);
}

namespace {
/// What a scale leaves of the values.
struct Fit {
  double error = 0;
  double products = 0, squares = 0; ///< of values with, and of, integers
};
} // namespace

// This is where the time of quantising goes.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define H3_FOR_EACH_CPU __attribute__((target_clones("avx2", "default")))
#else
#define H3_FOR_EACH_CPU
#endif

/// Sums over at most 1024 values. Errors are compared, so they are exact.
H3_FOR_EACH_CPU static Fit fitPart(const float *values, size_t count,
                                   float scale, float low, float high) {
  // Side by side, so that they go through vector units.
  constexpr size_t lanes = 8;
  double error[lanes] = {};
  float products[lanes] = {}, squares[lanes] = {};
  float tail[lanes] = {}; // Zeros add nothing.
  for (size_t i = 0; i < count; i += lanes) {
    const float *from = values + i;
    if (count - i < lanes) {
      std::copy(from, values + count, tail);
      from = tail;
    }
    for (size_t lane = 0; lane < lanes; ++lane) {
      float value = from[lane];
      float integer = roundToInteger(value / scale, low, high);
      double rest = value - double(scale) * integer;
      error[lane] += rest * rest;
      products[lane] += value * integer;
      squares[lane] += integer * integer;
    }
  }
  Fit result;
  for (size_t lane = 0; lane < lanes; ++lane) {
    result.error += error[lane];
    result.products += products[lane];
    result.squares += squares[lane];
  }
  return result;
}

static Fit fit(ArrayRef<float> values, float scale, QuantRange range) {
  constexpr size_t part = 1024;
  Fit result;
  for (size_t i = 0; i < values.size(); i += part) {
    size_t count = std::min(part, values.size() - i);
    Fit sums = fitPart(values.data() + i, count, scale, range.low, range.high);
    result.error += sums.error;
    result.products += sums.products;
    result.squares += sums.squares;
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
