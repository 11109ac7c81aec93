//===- quantize-test.cpp - Weights in few bits ----------------------------===//
//
// What scales leave of values: no more error than the plain choice leaves,
// little more than the best one, found by trying all.
//
//===----------------------------------------------------------------------===//

#include "Quantize.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"
#include <cmath>
#include <functional>
#include <limits>
#include <random>

using namespace llvm;
using namespace h3;

namespace {

using Values = std::vector<float>;
constexpr float infinity = std::numeric_limits<float>::infinity();

float roundToHalf(float value) {
  APFloat half(value);
  bool losesInfo;
  half.convert(APFloat::IEEEhalf(), APFloat::rmNearestTiesToEven, &losesInfo);
  return half.convertToFloat();
}

/// By definition: every value at its nearest integer in the range.
double getError(const Values &values, double scale, QuantRange range) {
  double error = 0;
  for (double value : values) {
    double steps = scale == 0 ? 0 : std::nearbyint(value / scale);
    steps = std::min<double>(std::max<double>(steps, range.low), range.high);
    error += (value - scale * steps) * (value - scale * steps);
  }
  return error;
}

float getLargest(const Values &values) {
  float largest = 0;
  for (float value : values)
    if (std::abs(value) > std::abs(largest))
      largest = value;
  return largest;
}

/// The error of the scale that just reaches the largest value.
double getPlainError(const Values &values, QuantRange range) {
  float scale = std::abs(getLargest(values)) / range.high;
  return getError(values, range.hasHalfScale ? roundToHalf(scale) : scale,
                  range);
}

/// Groups of several distributions.
void forEachGroup(size_t size,
                  const std::function<void(const Values &)> &check) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 0.02f);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::cauchy_distribution<float> cauchy(0, 0.1f);
  std::function<float()> draws[] = {
      [&] { return normal(random); }, [&] { return uniform(random); },
      [&] { return std::min(std::max(cauchy(random), -100.f), 100.f); },
      [&] { return std::abs(normal(random)); },
      [&] { return uniform(random) < 0 ? -0.5f : 0.5f; }};
  for (auto &draw : draws)
    for (int i = 0; i < 200; ++i) {
      Values values(size);
      for (float &value : values)
        value = draw();
      check(values);
    }
}

TEST(Quantize, IsNearestWithTiesToEven) {
  EXPECT_EQ(quantize(0.24f, 0.1f, kInt8), 2);
  EXPECT_EQ(quantize(0.26f, 0.1f, kInt8), 3);
  EXPECT_EQ(quantize(0.25f, 0.5f, kInt8), 0);
  EXPECT_EQ(quantize(0.75f, 0.5f, kInt8), 2);
  EXPECT_EQ(quantize(1.25f, 0.5f, kInt8), 2);
  EXPECT_EQ(quantize(-0.75f, 0.5f, kInt4), -2);
  EXPECT_EQ(quantize(-0.25f, 0.5f, kInt4), 0);
  EXPECT_EQ(quantize(3, -0.5f, kInt4), -6);
}

TEST(Quantize, StaysInTheRange) {
  EXPECT_EQ(quantize(1000, 1, kInt8), 127);
  EXPECT_EQ(quantize(-1000, 1, kInt8), -127);
  EXPECT_EQ(quantize(127.6f, 1, kInt8), 127);
  EXPECT_EQ(quantize(8, 1, kInt4), 7);
  EXPECT_EQ(quantize(7.5f, 1, kInt4), 7);
  EXPECT_EQ(quantize(-8, 1, kInt4), -8);
  EXPECT_EQ(quantize(-8.6f, 1, kInt4), -8);
  EXPECT_EQ(quantize(8, -1, kInt4), -8);
  EXPECT_EQ(quantize(1e30f, 1e-30f, kInt4), 7);
}

TEST(Quantize, IsZeroForTheScaleZero) {
  EXPECT_EQ(quantize(3, 0, kInt8), 0);
  EXPECT_EQ(quantize(0, 0, kInt4), 0);
}

TEST(FindScale, ZerosHaveNone) {
  EXPECT_EQ(findScale({}, kInt8), 0);
  EXPECT_EQ(findScale(Values(32, 0.0f), kInt8), 0);
  EXPECT_EQ(findScale(Values(32, -0.0f), kInt4), 0);
}

TEST(FindScale, ASingleValueIsKept) {
  for (QuantRange range : {kInt8, kInt4})
    for (float value : {1.0f, -1.0f, 0.37f, -250.0f}) {
      Values values(32, 0.0f);
      values[5] = value;
      float scale = findScale(values, range);
      float tolerance = range.hasHalfScale ? 1e-3f : 1e-6f;
      EXPECT_NEAR(scale * quantize(value, scale, range), value,
                  tolerance * std::abs(value));
      EXPECT_EQ(quantize(0, scale, range), 0);
    }
}

TEST(FindScale, MultiplesAreKept) {
  Values values;
  for (int n = -127; n <= 127; ++n)
    values.push_back(0.25f * n);
  EXPECT_EQ(getError(values, findScale(values, kInt8), kInt8), 0);
}

TEST(FindScale, TheLargestValueHasTheLongerSide) {
  Values values;
  for (int n = -8; n <= 7; ++n)
    values.push_back(0.5f * n);
  float scale = findScale(values, kInt4);
  EXPECT_EQ(scale, 0.5f);
  EXPECT_EQ(quantize(-4, scale, kInt4), -8);
  for (float &value : values)
    value = -value;
  scale = findScale(values, kInt4);
  EXPECT_EQ(scale, -0.5f);
  EXPECT_EQ(quantize(4, scale, kInt4), -8);
}

TEST(FindScale, AnOutlierMayBeClipped) {
  Values values;
  for (int i = 0; i < 255; ++i)
    values.push_back(0.1f * float(i % 15 - 7) / 7);
  values.push_back(0.15f);
  EXPECT_LT(getError(values, findScale(values, kInt4), kInt4),
            0.8 * getPlainError(values, kInt4));
}

TEST(FindScale, IsNeverWorseThanThePlainScale) {
  for (QuantRange range : {kInt8, kInt4})
    for (size_t size : {1, 3, 8, 31, 32, 200})
      forEachGroup(size, [&](const Values &values) {
        double found = getError(values, findScale(values, range), range);
        double plain = getPlainError(values, range);
        double noise = 0; // Of steps in single precision.
        for (double value : values)
          noise += 1e-12 * value * value;
        EXPECT_LE(found, plain + noise)
            << size << " values, largest " << getLargest(values);
      });
}

TEST(FindScale, IsCloseToTheBest) {
  double found = 0, best = 0;
  forEachGroup(8, [&](const Values &values) {
    double least = infinity;
    float start = std::abs(getLargest(values)) / 8;
    for (float scale = 0.5f * start; scale < 1.3f * start;
         scale += 0.001f * start)
      for (float signedScale : {scale, -scale})
        least =
            std::min(least, getError(values, roundToHalf(signedScale), kInt4));
    double own = getError(values, findScale(values, kInt4), kInt4);
    double size = getError(values, 0, kInt4);
    found += own / size;
    best += least / size;
  });
  EXPECT_LE(found, 1.06 * best);
}

TEST(FindScale, ScalesOfGroupsAreHalves) {
  forEachGroup(32, [](const Values &values) {
    float scale = findScale(values, kInt4);
    EXPECT_EQ(scale, roundToHalf(scale));
  });
}

TEST(FindScale, WhatHalvesCannotScaleIsZero) {
  EXPECT_EQ(findScale(Values(32, 1e-9f), kInt4), 0);
  EXPECT_EQ(findScale(Values(32, 1e9f), kInt4), 0);
  EXPECT_NE(findScale(Values(32, 1e-9f), kInt8), 0);
  EXPECT_EQ(findScale({infinity, 1}, kInt8), 0);
  // Subnormal scales are coarse; they must not be worse than none.
  Values small(32, 3e-7f);
  EXPECT_LE(getError(small, findScale(small, kInt4), kInt4),
            getError(small, 0, kInt4));
}

} // namespace
