//===- Sampler.cpp - Chooses the next token -------------------------------===//

#include "Sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

/// False for NaN, too.
static bool isUsable(float Logit) { return Logit > -INFINITY; }

int32_t h3::greedyToken(const float *Logits, size_t Vocab) {
  int32_t Best = -1;
  for (size_t Id = 0; Id < Vocab; ++Id)
    if (isUsable(Logits[Id]) && (Best < 0 || Logits[Id] > Logits[Best]))
      Best = static_cast<int32_t>(Id);
  return Best;
}

Expected<int32_t> Sampler::sample(const float *Logits, size_t Vocab) {
  int32_t Best = greedyToken(Logits, Vocab);
  if (Best < 0)
    return Error::invalid("the model's logits are all NaN or -inf; its weights "
                          "may be damaged");
  if (Options.TopK == 1 || Options.Temperature <= 0)
    return Best;

  Candidates.clear();
  for (size_t Id = 0; Id < Vocab; ++Id)
    if (isUsable(Logits[Id]))
      Candidates.push_back(static_cast<int32_t>(Id));
  // A total order, so that the result does not depend on the sort.
  auto IsBetter = [&](int32_t A, int32_t B) {
    return Logits[A] != Logits[B] ? Logits[A] > Logits[B] : A < B;
  };
  if (Options.TopK != 0 && Options.TopK < Candidates.size()) {
    std::nth_element(Candidates.begin(), Candidates.begin() + Options.TopK - 1,
                     Candidates.end(), IsBetter);
    Candidates.resize(Options.TopK);
  }
  std::sort(Candidates.begin(), Candidates.end(), IsBetter);

  // An infinite logit takes all the mass; the difference would be NaN.
  Weights.clear();
  for (int32_t Id : Candidates) {
    double Difference = double(Logits[Id]) - double(Logits[Best]);
    Weights.push_back(Logits[Id] == Logits[Best]
                          ? 1.0
                          : std::exp(Difference / Options.Temperature));
  }
  double Total = std::accumulate(Weights.begin(), Weights.end(), 0.0);

  // Top-p keeps the fewest candidates that reach the mass.
  if (Options.TopP < 1) {
    double Wanted = Options.TopP * Total;
    size_t Kept = 0;
    Total = 0;
    do
      Total += Weights[Kept++];
    while (Kept < Weights.size() && Total < Wanted);
    Candidates.resize(Kept);
  }

  double Target = Generator.uniform() * Total;
  for (size_t I = 0; I + 1 < Candidates.size(); ++I) {
    Target -= Weights[I];
    if (Target < 0)
      return Candidates[I];
  }
  return Candidates.back();
}
