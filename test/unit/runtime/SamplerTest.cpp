//===- SamplerTest.cpp - Choosing tokens ----------------------------------===//

#include "Sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

using namespace h3;

static SamplerOptions options(double Temperature, uint32_t TopK, double TopP) {
  return {Temperature, TopK, TopP, 7};
}

static std::set<int32_t> drawn(const SamplerOptions &Options,
                               const std::vector<float> &Logits) {
  Sampler S(Options, 0);
  std::set<int32_t> Result;
  for (int I = 0; I < 2000; ++I)
    Result.insert(*S.sample(Logits.data(), Logits.size()));
  return Result;
}

using Ids = std::set<int32_t>;

TEST(Sampler, GreedyTakesTheLowestOfEqualIds) {
  EXPECT_EQ(drawn(options(1, 1, 1), {0, 3, 3, 1}), (Ids{1}));
  EXPECT_EQ(drawn(options(0, 0, 1), {NAN, 3, 3, 1}), (Ids{1}));
}

TEST(Sampler, FiltersInOrder) {
  std::vector<float> Logits = {std::log(0.1f), std::log(0.4f), std::log(0.3f),
                               std::log(0.2f)};
  EXPECT_EQ(drawn(options(1, 0, 1), Logits), (Ids{0, 1, 2, 3}));
  EXPECT_EQ(drawn(options(1, 3, 1), Logits), (Ids{1, 2, 3}));
  EXPECT_EQ(drawn(options(1, 0, 0.6), Logits), (Ids{1, 2}));
  // Of the two that top-k leaves, the first has 4/7 of the mass.
  EXPECT_EQ(drawn(options(1, 2, 0.5), Logits), (Ids{1}));
  EXPECT_EQ(drawn(options(1, 0, 0), Logits), (Ids{1}));
}

TEST(Sampler, DrawsInProportion) {
  std::vector<float> Logits = {0, std::log(3.0f)};
  Sampler S(options(1, 0, 1), 0);
  int Count = 0;
  for (int I = 0; I < 10000; ++I)
    Count += *S.sample(Logits.data(), 2);
  EXPECT_NEAR(Count, 7500, 200);
}

TEST(Sampler, UnusableLogits) {
  EXPECT_EQ(drawn(options(1, 0, 1), {NAN, 1, -INFINITY}), (Ids{1}));
  EXPECT_EQ(drawn(options(1, 0, 1), {1, INFINITY, 2}), (Ids{1}));
  std::vector<float> None = {NAN, -INFINITY};
  EXPECT_FALSE(bool(Sampler(options(1, 0, 1), 0).sample(None.data(), 2)));
}

TEST(Random, PublishedSequence) {
  // The output of pcg32-demo, seed 42, stream 54.
  Random Generator(42, 54);
  EXPECT_EQ(Generator.next(), 0xa15c02b7u);
  EXPECT_EQ(Generator.next(), 0x7b47f409u);
  EXPECT_EQ(Generator.next(), 0xba1d3330u);
}
