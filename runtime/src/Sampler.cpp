//===- Sampler.cpp - Chooses the next token -------------------------------===//

#include "Sampler.h"
#include "h3rt/abi.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

using namespace h3;

//===----------------------------------------------------------------------===//
// Random
//===----------------------------------------------------------------------===//

Random::Random(uint64_t Seed, uint64_t Stream) : Increment(Stream << 1 | 1) {
  next();
  State += Seed;
  next();
}

uint32_t Random::next() {
  uint64_t Old = State;
  State = Old * 6364136223846793005u + Increment;
  auto Shifted = static_cast<uint32_t>(((Old >> 18) ^ Old) >> 27);
  auto Rotation = static_cast<uint32_t>(Old >> 59);
  return Shifted >> Rotation | Shifted << (-Rotation & 31);
}

double Random::uniform() {
  uint64_t High = next() >> 5, Low = next() >> 6; // 27 and 26 bits
  return static_cast<double>(High << 26 | Low) * 0x1p-53;
}

//===----------------------------------------------------------------------===//
// Sampler
//===----------------------------------------------------------------------===//

TokenChoice Sampler::next(uint32_t Vocab) {
  if (Options.TopK == 1 || Options.Temperature <= 0)
    return {Vocab};
  constexpr double Log2E = 1.4426950408889634;
  return {Vocab, Options.TopK ? Options.TopK : UINT32_MAX,
          static_cast<float>(Log2E / Options.Temperature), Options.TopP,
          Generator.uniform()};
}

uint64_t h3::tokenWeight(float Logit, float Best, float Scale) {
  constexpr uint64_t One = uint64_t(1) << H3_WEIGHT_BITS;
  constexpr float Coefficients[] = H3_EXP2_COEFFICIENTS;
  // An infinite logit takes all the mass; the difference would be NaN.
  if (Logit == Best)
    return One;
  float Exponent = (Logit - Best) * Scale;
  if (!(Exponent >= -H3_WEIGHT_BITS))
    return 0;
  auto Whole = static_cast<int32_t>(Exponent - 0.5f);
  float Rest = Exponent - static_cast<float>(Whole);
  size_t I = std::size(Coefficients) - 1;
  float Power = Coefficients[I];
  while (I-- > 0)
    Power = std::fma(Power, Rest, Coefficients[I]);
  return static_cast<uint64_t>(Power * static_cast<float>(One)) >> -Whole;
}

int32_t h3::chooseToken(const float *Logits, const TokenChoice &Choice) {
  // A total order, so that the result does not depend on the sort.
  auto IsBetter = [&](int32_t A, int32_t B) {
    return Logits[A] != Logits[B] ? Logits[A] > Logits[B] : A < B;
  };
  std::vector<int32_t> Candidates;
  int32_t Best = -1;
  for (uint32_t I = 0; I < Choice.Vocab; ++I) {
    auto Id = static_cast<int32_t>(I);
    if (!(Logits[Id] > -INFINITY)) // NaN, too.
      continue;
    if (Best < 0 || IsBetter(Id, Best))
      Best = Id;
    if (Choice.TopK != 1)
      Candidates.push_back(Id);
  }
  if (Best < 0 || Choice.TopK == 1)
    return Best;
  if (Choice.TopK < Candidates.size()) {
    std::nth_element(Candidates.begin(), Candidates.begin() + Choice.TopK - 1,
                     Candidates.end(), IsBetter);
    Candidates.resize(Choice.TopK);
  }
  auto Weigh = [&](int32_t Id) {
    return tokenWeight(Logits[Id], Logits[Best], Choice.Scale);
  };
  uint64_t Total = 0;
  for (int32_t Id : Candidates)
    Total += Weigh(Id);
  if (Choice.TopP < 1) {
    double Share = Choice.TopP * static_cast<double>(Total);
    auto Wanted = static_cast<uint64_t>(std::ceil(Share));
    std::sort(Candidates.begin(), Candidates.end(), IsBetter);
    size_t Kept = 0;
    Total = 0;
    do
      Total += Weigh(Candidates[Kept++]);
    while (Kept < Candidates.size() && Total < Wanted);
    Candidates.resize(Kept);
  }
  std::sort(Candidates.begin(), Candidates.end());
  uint64_t Target = std::min(
      static_cast<uint64_t>(Choice.Uniform * static_cast<double>(Total)),
      Total - 1);
  for (int32_t Id : Candidates) {
    uint64_t Weight = Weigh(Id);
    if (Target < Weight)
      return Id;
    Target -= Weight;
  }
  return Best; // Not reached: the weights add up to more than the target.
}

Expected<int32_t> h3::checkToken(int32_t Token) {
  if (Token < 0)
    return Error::invalid("the model's logits are all NaN or -inf; its weights "
                          "may be damaged");
  return Token;
}
