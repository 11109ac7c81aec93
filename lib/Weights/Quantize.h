//===- Quantize.h - Weights in few bits -------------------------*- C++ -*-===//
#ifndef H3_LIB_WEIGHTS_QUANTIZE_H
#define H3_LIB_WEIGHTS_QUANTIZE_H

#include "llvm/ADT/ArrayRef.h"

namespace h3 {

/// Integers that stand for multiples of a scale.
struct QuantRange {
  int low, high;
  bool hasHalfScale; ///< scales are numbers in half precision
};
constexpr QuantRange kInt8{-127, 127, false};
constexpr QuantRange kInt4{-8, 7, true};

/// The multiple of `scale` nearest to `value`, within the range; 0 for the
/// scale 0.
float quantize(float value, float scale, QuantRange range);

/// The scale with the smallest sum of squared errors among those tried, for
/// values that share it; 0 for zeros. Negative where the range has one number
/// more on the side of the largest value.
float findScale(llvm::ArrayRef<float> values, QuantRange range);

} // namespace h3

#endif // H3_LIB_WEIGHTS_QUANTIZE_H
