//===- Sampler.h - Chooses the next token -----------------------*- C++ -*-===//

#ifndef H3RT_SAMPLER_H
#define H3RT_SAMPLER_H

#include "Error.h"

#include <cstdint>

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

/// How the next token is chosen from a row of logits, on any device: as
/// `h3.sample` of the h3 dialect says.
struct TokenChoice {
  uint32_t Vocab;     ///< ids below it may be chosen
  uint32_t TopK = 1;  ///< 1 is greedy
  float Scale = 0;    ///< log2(e) / temperature
  double TopP = 1;    ///< 1 keeps all
  double Uniform = 0; ///< the draw, in [0, 1)
};

/// The whole number in proportion to which a token is drawn, 2^32 for the best.
uint64_t tokenWeight(float Logit, float Best, float Scale);

/// Of the ids below `Vocab` whose logits are neither NaN nor -inf, larger
/// logits first and lower ids first among equal ones: the first `TopK`, of
/// those the fewest that reach the share `TopP` of the weight, of those one,
/// drawn in the order of ids. -1 when there is none. `Logits` is [Vocab].
int32_t chooseToken(const float *Logits, const TokenChoice &Choice);

/// What `chooseToken` returned, or the error that -1 stands for.
Expected<int32_t> checkToken(int32_t Token);

/// The choices of one sequence, one after the other.
class Sampler {
public:
  Sampler(const SamplerOptions &Options, uint64_t Stream)
      : Options(Options), Generator(Options.Seed, Stream) {}

  TokenChoice next(uint32_t Vocab);

private:
  SamplerOptions Options;
  Random Generator;
};

} // namespace h3

#endif // H3RT_SAMPLER_H
