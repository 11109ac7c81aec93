//===- sampling.cpp - Tokens chosen on a GPU and on the host --------------===//
//
// Linked with the library of a model compiled for GPUs. Lets its sampling
// function choose from rows that are hard to choose from, on the simulated GPU,
// and compares every token with the host's. Usage: sampling SEED ROUNDS
//
//===----------------------------------------------------------------------===//

#include "Device.h"
#include "Sampler.h"
#include "Team.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

using namespace h3;

namespace {

[[noreturn]] void fail(const std::string &Message) {
  std::fprintf(stderr, "error: %s\n", Message.c_str());
  std::exit(1);
}

template <typename T> T check(Expected<T> Value) {
  if (!Value)
    fail(Value.takeError().message());
  return std::move(*Value);
}

using Generator = std::mt19937;

float uniform(Generator &Random) {
  return std::uniform_real_distribution<float>()(Random);
}

/// A row of one of several kinds: smooth, of few values, nearly constant,
/// peaked, and with what is no number.
void fillRow(float *Row, uint32_t Width, Generator &Random) {
  unsigned Kind = Random() % 6;
  std::normal_distribution<float> Normal(0, 3);
  for (uint32_t I = 0; I < Width; ++I) {
    float Value = Normal(Random);
    if (Kind == 1)
      Value = std::round(Value); // Ties, zeros of both signs.
    if (Kind == 2)
      Value = 1 + std::ldexp(float(Random() % 3), -23);
    if (Kind == 3)
      Value = Random() % 50 ? Value - 40 : Value;
    if (Kind == 4 && Random() % 3 == 0)
      Value = Random() % 2 ? NAN : -INFINITY;
    Row[I] = Value;
  }
  if (Kind == 5) {
    for (uint32_t I = 0; I < Width; ++I)
      Row[I] = Random() % 2 ? NAN : -INFINITY;
    if (Random() % 2) // Else there is nothing to choose.
      Row[Random() % Width] = Random() % 2 ? INFINITY : -1.0f;
  }
}

TokenChoice makeChoice(uint32_t Vocab, Generator &Random) {
  SamplerOptions Options;
  const double Temperatures[] = {0, 1e-3, 0.7, 1, 3, 1e6};
  const uint32_t TopKs[] = {0, 1, 2, 5, Vocab / 2, Vocab};
  const double TopPs[] = {0, 0.3, 0.9, 0.999, 1, uniform(Random)};
  Options.Temperature = Temperatures[Random() % 6];
  Options.TopK = TopKs[Random() % 6];
  Options.TopP = TopPs[Random() % 6];
  Options.Seed = Random();
  TokenChoice Choice =
      Sampler(Options, 0).next(Random() % 4 ? Vocab : 1 + Random() % Vocab);
  if (Random() % 8 == 0)
    Choice.Uniform = Random() % 2 ? 0 : 1 - 0x1p-53;
  return Choice;
}

/// Inputs and outputs of the function, on the device.
class Buffers {
public:
  explicit Buffers(Device &Where) : Where(Where) {}

  template <typename T> H3Buffer copy(const std::vector<T> &Values) {
    Memory.push_back(
        check(Where.allocate(Values.size() * sizeof(T), "a test")));
    if (Error Err =
            Memory.back()->write(0, Values.data(), Values.size() * sizeof(T)))
      fail(Err.message());
    void *Address = Memory.back()->address();
    return {Address, Address, 0, int64_t(Values.size()), 1};
  }
  DeviceMemory &last() { return *Memory.back(); }

private:
  Device &Where;
  std::vector<std::unique_ptr<DeviceMemory>> Memory;
};

int testRound(Device &Where, Generator &Random) {
  const uint32_t Width = h3_model.padded_vocab;
  const size_t Rows = 1 + Random() % 8;
  std::vector<float> Logits(Rows * Width), Scales;
  std::vector<uint32_t> Vocabs, TopKs;
  std::vector<double> TopPs, Draws;
  std::vector<TokenChoice> Choices;
  for (size_t R = 0; R < Rows; ++R) {
    fillRow(&Logits[R * Width], Width, Random);
    TokenChoice C = makeChoice(h3_model.vocab, Random);
    Choices.push_back(C);
    Vocabs.push_back(C.Vocab);
    TopKs.push_back(C.TopK);
    Scales.push_back(C.Scale);
    TopPs.push_back(C.TopP);
    Draws.push_back(C.Uniform);
  }
  Buffers Copies(Where);
  H3SampleArgs Args = {Copies.copy(Logits),
                       Copies.copy(Vocabs),
                       Copies.copy(TopKs),
                       Copies.copy(Scales),
                       Copies.copy(TopPs),
                       Copies.copy(Draws),
                       Copies.copy(std::vector<int32_t>(Rows, -2))};
  // Compiled code gets the device as its team.
  h3_model.sample(&Args, reinterpret_cast<H3Team *>(&Where), 0, 1);
  std::vector<int32_t> Found(Rows);
  if (Error Err = Copies.last().read(0, Found.data(), Rows * sizeof(int32_t)))
    fail(Err.message());
  int Wrong = 0;
  for (size_t R = 0; R < Rows; ++R) {
    int32_t Expected = chooseToken(&Logits[R * Width], Choices[R]);
    if (Found[R] == Expected)
      continue;
    ++Wrong;
    std::fprintf(stderr,
                 "row %zu of %zu: token %d, expected %d (vocab %u, top-k %u, "
                 "scale %g, top-p %g, draw %.17g)\n",
                 R, Rows, Found[R], Expected, Choices[R].Vocab, Choices[R].TopK,
                 Choices[R].Scale, Choices[R].TopP, Choices[R].Uniform);
  }
  return Wrong;
}

} // namespace

int main(int Argc, char **Argv) {
  if (Argc != 3)
    fail("usage: sampling SEED ROUNDS");
  Generator Random(std::atoi(Argv[1]));
  auto Threads = check(Team::create(1));
  auto Where = check(Device::open(h3_model, "sim", *Threads));
  int Wrong = 0;
  for (int Round = 0; Round < std::atoi(Argv[2]); ++Round)
    Wrong += testRound(*Where, Random);
  if (Wrong)
    fail(std::to_string(Wrong) + " tokens differ");
}
