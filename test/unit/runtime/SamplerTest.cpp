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
    Result.insert(chooseToken(Logits.data(), S.next(Logits.size())));
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
    Count += chooseToken(Logits.data(), S.next(2));
  EXPECT_NEAR(Count, 7500, 200);
}

TEST(Sampler, UnusableLogits) {
  EXPECT_EQ(drawn(options(1, 0, 1), {NAN, 1, -INFINITY}), (Ids{1}));
  EXPECT_EQ(drawn(options(1, 0, 1), {1, INFINITY, 2}), (Ids{1}));
  std::vector<float> None = {NAN, -INFINITY};
  EXPECT_EQ(drawn(options(1, 0, 1), None), (Ids{-1}));
  EXPECT_FALSE(bool(checkToken(-1)));
  EXPECT_EQ(*checkToken(3), 3);
}

TEST(Sampler, TiesGoToTheLowestIds) {
  EXPECT_EQ(drawn(options(1, 2, 1), {1, 3, 3, -0.0f, 3, 0}), (Ids{1, 2}));
  EXPECT_EQ(drawn(options(1, 4, 1), {1, 0, -0.0f, 0, 1.5}), (Ids{0, 1, 2, 4}));
  // 0.4 of four equal tokens are two of them.
  EXPECT_EQ(drawn(options(1, 0, 0.4), {5, 5, 5, 5}), (Ids{0, 1}));
}

TEST(Sampler, WeightsAreExponentials) {
  for (float Scale : {1.4426951f, 0.3f, 20.0f})
    for (float Logit = 3; Logit > -80; Logit -= 0.37f) {
      double Expected =
          std::floor(std::exp2(32 + (double(Logit) - 3) * double(Scale)));
      // Rounding of the exponent, which is 32 at most, and of the result.
      EXPECT_NEAR(tokenWeight(Logit, 3, Scale), Expected, 3e-6 * Expected + 1)
          << Logit << " by " << Scale;
    }
  EXPECT_EQ(tokenWeight(INFINITY, INFINITY, 1), uint64_t(1) << 32);
  EXPECT_EQ(tokenWeight(1, INFINITY, 1), 0u);
  EXPECT_EQ(tokenWeight(1, 2, INFINITY), 0u);
}

TEST(Sampler, DrawsInTheOrderOfIds) {
  const float Logits[] = {1, 2, 2, 1};
  TokenChoice Choice = {4, 3, 1000.0f, 1, 0}; // the ids 1 and 2 share it all
  for (auto [Uniform, Id] : {std::pair(0.0, 1), std::pair(0.4999, 1),
                             std::pair(0.5, 2), std::pair(1 - 0x1p-53, 2)}) {
    Choice.Uniform = Uniform;
    EXPECT_EQ(chooseToken(Logits, Choice), Id);
  }
}

TEST(Random, PublishedSequence) {
  // The output of pcg32-demo, seed 42, stream 54.
  Random Generator(42, 54);
  EXPECT_EQ(Generator.next(), 0xa15c02b7u);
  EXPECT_EQ(Generator.next(), 0x7b47f409u);
  EXPECT_EQ(Generator.next(), 0xba1d3330u);
}
