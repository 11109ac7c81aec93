//===- FakeModel.cpp - A model written by hand ----------------------------===//

#include "FakeModel.h"

#include <cmath>

static constexpr int32_t Vocab = 128, Padded = 136, Context = 16;

template <typename T> static T *data(const H3Buffer &Buffer) {
  return static_cast<T *>(Buffer.data);
}

static void step(H3StepArgs *Args, H3Team *Team, int64_t Thread,
                 int64_t Threads) {
  // Sequences are dealt out to the threads; rows of logits follow a barrier.
  auto *Sums = data<float>(Args->arena); // [tokens]
  for (int64_t S = Thread; S < Args->slots.size; S += Threads) {
    int32_t Slot = data<int32_t>(Args->slots)[S];
    int32_t Position = data<int32_t>(Args->positions)[S];
    for (int32_t T = data<int32_t>(Args->starts)[S];
         T < data<int32_t>(Args->starts)[S + 1]; ++T) {
      int32_t Id = data<int32_t>(Args->tokens)[T];
      float &State = data<float>(Args->state)[Slot];
      State = std::fmod(State + Id, float(Vocab));
      data<float>(Args->cache)[Slot * Context + Position++] = Id;
      // The cache must agree with the state, or fork and load lost something.
      float Sum = 0;
      for (int32_t I = 0; I < Position; ++I)
        Sum += data<float>(Args->cache)[Slot * Context + I];
      Sums[T] = std::fmod(Sum, float(Vocab)) == State ? State : 0;
    }
  }
  h3rt_barrier(Team);
  for (int64_t R = Thread; R < Args->rows.size; R += Threads) {
    float *Row = data<float>(Args->logits) + R * Padded;
    for (int32_t Id = 0; Id < Padded; ++Id)
      Row[Id] = -std::fabs(Id - Sums[data<int32_t>(Args->rows)[R]]);
    for (int32_t Id = Vocab; Id < Padded; ++Id)
      Row[Id] = 1; // Padding must never be chosen.
  }
  h3rt_barrier(Team);
}

H3Model makeFakeModel() {
  H3Model Model = {};
  Model.magic = H3_MODEL_MAGIC;
  Model.version = H3_ABI_VERSION;
  Model.vocab = Vocab;
  Model.padded_vocab = Padded;
  Model.max_tokens = 4;
  Model.max_sequences = 3;
  Model.max_context = Context;
  Model.tokenizer_kind = H3_TOKENIZER_BYTES;
  Model.state_floats = 1;
  Model.cache_floats = Context;
  Model.arena_bytes = 4 * sizeof(float);
  Model.weights_digest = "0123456789abcdef0123456789abcdef";
  Model.info = R"({"model": "fake", "parameters": 0, "weight_type": "f32",)"
               R"( "target": "cpu", "flops_per_prompt_token": 1,)"
               R"( "weight_bytes_per_token": 0})";
  Model.step = step;
  return Model;
}
