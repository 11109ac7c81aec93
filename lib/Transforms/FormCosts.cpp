//===- FormCosts.cpp - What the forms of SSMs cost on a CPU ---------------===//

#include "h3/Transforms/FormCosts.h"
#include "RingTransform.h"
#include <algorithm>
#include <cmath>

using namespace h3;

// Shares of the multiply-add rate, measured.
static constexpr double kRecurrenceShare = 0.9;
static constexpr double kChunkedShare = 0.75;
static constexpr double kDirectShare = 0.7;
static constexpr double kFftShare = 0.95;

static constexpr double kChunk = 16; ///< rows of a chunk
static constexpr double kLanes = 16; ///< channels that are transformed together

double h3::getRecurrenceCost(const TargetFigures &figures, int64_t modes) {
  return 7.0 * modes / (figures.multiplyAdds * kRecurrenceShare);
}

double h3::getChunkedCost(const TargetFigures &figures, int64_t modes,
                          int64_t rows) {
  double operations = 4.0 * modes + (kChunk + 1) / 2 + 4.0 * modes / kChunk;
  double tables = 12.0 * modes * kChunk / std::max<int64_t>(rows, 1);
  return (operations + tables) / (figures.multiplyAdds * kChunkedShare);
}

double h3::getDirectCost(const TargetFigures &figures, int64_t taps,
                         int64_t rows) {
  // Row t of a short sequence meets t + 1 taps.
  double met = taps < rows ? taps * (1 - 0.5 * taps / rows) : 0.5 * (rows + 1);
  return (met + 2) / (figures.multiplyAdds * kDirectShare);
}

double h3::getFftCost(const TargetFigures &figures, int64_t n, int64_t rows,
                      int64_t channels) {
  // A split by four takes 3 complex products and 8 complex sums for 4 points.
  double operations = 7.0 * std::log2(n) + 6;
  double spectrumBytes = 8.0 * n * channels;
  double bytes = spectrumBytes > figures.cacheBytes ? 8 : 0;
  // Splits by four of data that are larger than the cache: part of what they
  // read and write is waited for.
  for (int64_t rest = n; rest >= 4; rest /= 4)
    if (8 * kLanes * rest > figures.cacheBytes)
      bytes += 8;
  double traffic = bytes / figures.bandwidth;
  double padding = double(n) / std::max<int64_t>(std::min(rows, n), 1);
  return padding * (operations / (figures.multiplyAdds * kFftShare) + traffic);
}

double h3::getCarryCost(const TargetFigures &figures, int64_t modes) {
  return 13.0 * modes / (figures.multiplyAdds * kRecurrenceShare);
}

FftBlocks h3::getCheapestBlocks(const TargetFigures &figures, int64_t modes,
                                int64_t rows, int64_t heads, bool hasStates) {
  constexpr int64_t shortest = 64;
  int64_t whole = getRingLength(rows);
  FftBlocks best{whole, getFftCost(figures, whole, rows, heads) +
                            (hasStates ? getCarryCost(figures, modes) : 0)};
  for (int64_t n = shortest; n < rows; n *= 2) {
    double cost =
        getFftCost(figures, n, rows, heads) + getCarryCost(figures, modes);
    if (cost < best.cost)
      best = {n, cost};
  }
  return best;
}
