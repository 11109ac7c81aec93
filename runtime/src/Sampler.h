//===- Sampler.h - Chooses the next token -----------------------*- C++ -*-===//

#ifndef H3RT_SAMPLER_H
#define H3RT_SAMPLER_H

#include "Error.h"

#include <cstdint>
#include <vector>

namespace h3 {

struct SamplerOptions {
  double Temperature = 1.0; ///< 0 is greedy
  uint32_t TopK = 50;       ///< 0 keeps all; 1 is greedy
  double TopP = 0.9;        ///< 1 keeps all
  uint64_t Seed = 0;
};

/// PCG-XSH-RR 64/32 (O'Neill 2014): the same numbers on every platform, which
/// the standard library's distributions do not promise.
class Random {
public:
  /// Streams of one seed are independent of each other.
  Random(uint64_t Seed, uint64_t Stream);
  uint32_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();

private:
  uint64_t State = 0;
  uint64_t Increment;
};

/// The id with the largest logit, the lowest such id on a tie; -1 when there is
/// none. NaN and -inf are never chosen. `Logits` is [Vocab].
int32_t greedyToken(const float *Logits, size_t Vocab);

/// Temperature, then top-k, then top-p on what is left, then one draw.
class Sampler {
public:
  Sampler(const SamplerOptions &Options, uint64_t Stream)
      : Options(Options), Generator(Options.Seed, Stream) {}

  /// `Logits` is [Vocab]. Fails when no logit is usable.
  Expected<int32_t> sample(const float *Logits, size_t Vocab);

private:
  SamplerOptions Options;
  Random Generator;
  std::vector<int32_t> Candidates;
  std::vector<double> Weights; ///< [candidates], not normalised
};

} // namespace h3

#endif // H3RT_SAMPLER_H
