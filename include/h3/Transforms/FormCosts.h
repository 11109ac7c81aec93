//===- FormCosts.h - What the forms of SSMs cost on a CPU -------*- C++ -*-===//
//
// Nanoseconds per element (one channel of one row) on one core, from counts of
// vector operations, the rate at which the target executes them, and the share
// of that rate which each form reaches (benchmarks/conv measures it).
//
//===----------------------------------------------------------------------===//

#ifndef H3_TRANSFORMS_FORMCOSTS_H
#define H3_TRANSFORMS_FORMCOSTS_H

#include <cstdint>

namespace h3 {

struct TargetFigures {
  double multiplyAdds; ///< of one core in a nanosecond
  double bandwidth;    ///< bytes from memory in a nanosecond
  double cacheBytes;   ///< what stays in a core's cache from call to call

  bool areValid() const {
    return multiplyAdds > 0 && bandwidth > 0 && cacheBytes >= 0;
  }
};

/// Seven operations for each mode: a complex product, an input, an output.
double getRecurrenceCost(const TargetFigures &figures, int64_t modes);

/// Four multiply-adds for each mode, half a chunk of taps, the states between
/// chunks, and the tables, made for each sequence of `rows`.
double getChunkedCost(const TargetFigures &figures, int64_t modes,
                      int64_t rows);

/// One multiply-add for each tap that meets a row.
double getDirectCost(const TargetFigures &figures, int64_t taps, int64_t rows);

/// Transforms of length `n` there and back over blocks of `rows`, at most n.
/// The spectrum, 8 bytes a point, comes from memory where that of all
/// `channels` is larger than the cache.
double getFftCost(const TargetFigures &figures, int64_t n, int64_t rows,
                  int64_t channels);

/// What the states beside a convolution cost: the response and the update.
double getCarryCost(const TargetFigures &figures, int64_t modes);

/// How the fft form of a diagonal SSM takes a sequence.
struct FftBlocks {
  int64_t rows; ///< of a block, the length of its transform
  double cost;
};

/// The cheapest blocks for sequences of `rows`. Blocks shorter than the
/// sequence pass their states on, as do all of an op that `hasStates`.
FftBlocks getCheapestBlocks(const TargetFigures &figures, int64_t modes,
                            int64_t rows, int64_t heads, bool hasStates);

} // namespace h3

#endif // H3_TRANSFORMS_FORMCOSTS_H
