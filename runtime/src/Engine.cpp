//===- Engine.cpp - Executes a compiled model -----------------------------===//

#include "Engine.h"

#include <algorithm>
#include <climits>

using namespace h3;

Error h3::checkModel(const H3Model &Model) {
  if (Model.magic != H3_MODEL_MAGIC || Model.version != H3_ABI_VERSION)
    return Error::invalid(
        "the model was compiled for version " + std::to_string(Model.version) +
        " of the runtime's interface, expected " +
        std::to_string(H3_ABI_VERSION) + "; compile the model again");
  if (!Model.step || !Model.weights_digest || Model.max_tokens == 0 ||
      Model.max_tokens > INT_MAX || Model.vocab == 0 ||
      Model.vocab > Model.padded_vocab || Model.padded_vocab > INT_MAX)
    return Error::invalid("the model's descriptor is inconsistent; compile the "
                          "model again");
  return Error::success();
}

Expected<std::unique_ptr<Engine>> Engine::create(const H3Model &Model,
                                                 const EngineOptions &Options) {
  if (Error Err = checkModel(Model))
    return Err;
  uint32_t Slots = Options.Slots ? Options.Slots : Model.max_sequences;
  Slots = std::max(Slots, 1u);
  uint64_t SlotFloats = std::max(Model.state_floats, Model.cache_floats);
  if (Slots > INT_MAX || SlotFloats > INT64_MAX / sizeof(float) / Slots)
    return Error::invalid(std::to_string(Slots) +
                          " sequences do not fit into memory");

  std::unique_ptr<Engine> Result(new Engine(Model));
  Expected<Weights> ModelWeights = Weights::open(Model, Options.WeightsPath);
  if (!ModelWeights)
    return ModelWeights.takeError();
  Result->ModelWeights = std::move(*ModelWeights);

  // The step of a GPU program only launches kernels.
  Expected<std::unique_ptr<Team>> Threads =
      Team::create(Model.image_bytes ? 1 : Options.Threads);
  if (!Threads)
    return Threads.takeError();
  Result->Threads = std::move(*Threads);
  Expected<std::unique_ptr<Device>> Opened =
      Device::open(Model, Options.Device, *Result->Threads);
  if (!Opened)
    return Opened.takeError();
  Result->Where = std::move(*Opened);
  struct {
    std::unique_ptr<DeviceMemory> &Memory;
    uint64_t Bytes;
    const char *Purpose;
  } Buffers[] = {
      {Result->State, Result->stateBytes() * Slots, "recurrent state"},
      {Result->Cache, Result->cacheBytes() * Slots, "key/value cache"},
      {Result->Arena, Model.arena_bytes, "intermediate results"}};
  std::vector<MemoryNeed> Needs = {{"weights", Result->ModelWeights.size()}};
  for (auto &Buffer : Buffers)
    Needs.push_back({Buffer.Purpose, Buffer.Bytes});
  if (Error Err = Result->Where->plan(std::move(Needs)))
    return Err;
  Expected<void *> Placed =
      Result->Where->place(Result->ModelWeights.data(),
                           Result->ModelWeights.size(), Options.Progress);
  if (!Placed)
    return Placed.takeError();
  Result->PlacedWeights = *Placed;
  for (auto &Buffer : Buffers) {
    auto Memory = Result->Where->allocate(Buffer.Bytes, Buffer.Purpose);
    if (!Memory)
      return Memory.takeError();
    Buffer.Memory = std::move(*Memory);
  }
  Expected<Mapping> Logits = Mapping::anonymous(
      uint64_t(Model.max_tokens) * Model.padded_vocab * sizeof(float),
      "logits");
  if (!Logits)
    return Logits.takeError();
  Result->Logits = std::move(*Logits);
  Result->Used.assign(Slots, false);
  Result->Positions.assign(Slots, 0);
  return Result;
}

//===----------------------------------------------------------------------===//
// Slots
//===----------------------------------------------------------------------===//

Error Engine::checkSlot(int32_t Slot) const {
  if (Slot < 0 || Slot >= slots() || !Used[Slot])
    return Error::invalid("sequence " + std::to_string(Slot) +
                          " is not in use");
  return Error::success();
}

Expected<int32_t> Engine::allocateSlot() {
  auto Free = std::find(Used.begin(), Used.end(), false);
  if (Free == Used.end())
    return Error::resources("all " + std::to_string(slots()) +
                            " sequences are in use; release one or open the "
                            "model with more");
  int32_t Slot = static_cast<int32_t>(Free - Used.begin());
  Used[Slot] = true;
  if (Error Err = resetSlot(Slot))
    return Err;
  return Slot;
}

Error Engine::releaseSlot(int32_t Slot) {
  // The state of the next sequence is there again at its first token; its cache
  // grows with it.
  if (Error Err = checkSlot(Slot))
    return Err;
  if (Error Err = Cache->discard(Slot * cacheBytes(), cacheBytes()))
    return Err;
  Used[Slot] = false;
  return Error::success();
}

Error Engine::resetSlot(int32_t Slot) {
  if (Error Err = checkSlot(Slot))
    return Err;
  if (Error Err = State->clear(Slot * stateBytes(), stateBytes()))
    return Err;
  if (Error Err = Cache->discard(Slot * cacheBytes(), cacheBytes()))
    return Err;
  Positions[Slot] = 0;
  return Error::success();
}

Expected<int32_t> Engine::forkSlot(int32_t Slot) {
  if (Error Err = checkSlot(Slot))
    return Err;
  Expected<int32_t> Copy = allocateSlot();
  if (!Copy)
    return Copy;
  if (Error Err =
          State->copy(*Copy * stateBytes(), Slot * stateBytes(), stateBytes()))
    return Err;
  if (Error Err =
          Cache->copy(*Copy * cacheBytes(), Slot * cacheBytes(), cacheBytes()))
    return Err;
  Positions[*Copy] = Positions[Slot];
  return Copy;
}

Expected<int64_t> Engine::position(int32_t Slot) const {
  if (Error Err = checkSlot(Slot))
    return Err;
  return Positions[Slot];
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

Error Engine::checkChunks(const std::vector<SequenceChunk> &Chunks) const {
  std::vector<bool> Seen(Used.size(), false);
  for (const SequenceChunk &Chunk : Chunks) {
    if (Error Err = checkSlot(Chunk.Slot))
      return Err;
    if (Seen[Chunk.Slot])
      return Error::invalid("sequence " + std::to_string(Chunk.Slot) +
                            " occurs twice in one step");
    Seen[Chunk.Slot] = true;
    if (Chunk.Count <= 0)
      return Error::invalid("sequence " + std::to_string(Chunk.Slot) +
                            " has no tokens to read");
    // Positions are 32 bits wide in the step's arguments.
    int64_t Limit = Model.max_context ? Model.max_context : INT_MAX;
    if (Chunk.Count > Limit - Positions[Chunk.Slot])
      return Error::contextFull(
          "the context is full: " + std::to_string(Positions[Chunk.Slot]) +
          " tokens and " + std::to_string(Chunk.Count) + " more exceed " +
          std::to_string(Limit) +
          "; shorten the input or compile with a larger --max-context");
    for (int64_t I = 0; I < Chunk.Count; ++I)
      if (uint32_t(Chunk.Tokens[I]) >= Model.vocab)
        return Error::invalid("token id " + std::to_string(Chunk.Tokens[I]) +
                              " at position " + std::to_string(I) +
                              " is not in [0, " + std::to_string(Model.vocab) +
                              ")");
  }
  return Error::success();
}

template <typename T> static H3Buffer buffer(T *Data, uint64_t Size) {
  // Compiled code does not write through the buffers that are inputs.
  void *Address = const_cast<std::remove_const_t<T> *>(Data);
  return {Address, Address, 0, static_cast<int64_t>(Size), 1};
}

template <typename T> static H3Buffer buffer(const std::vector<T> &Values) {
  return buffer(Values.data(), Values.size());
}

Error Engine::step(const std::vector<SequenceChunk> &Chunks,
                   const std::vector<int32_t> &Rows) {
  return execute(Chunks, Rows, nullptr);
}

Error Engine::execute(const std::vector<SequenceChunk> &Chunks,
                      const std::vector<int32_t> &Rows,
                      H3SampleArgs *Sampling) {
  if (Error Err = checkChunks(Chunks))
    return Err;
  Tokens.clear();
  Sequences.clear();
  Starts.assign(1, 0);
  Slots.clear();
  Befores.clear();
  for (const SequenceChunk &Chunk : Chunks) {
    if (Chunk.Count > int64_t(Model.max_tokens - Tokens.size()))
      return Error::invalid("more tokens than the " +
                            std::to_string(Model.max_tokens) +
                            " that one step can read");
    Tokens.insert(Tokens.end(), Chunk.Tokens, Chunk.Tokens + Chunk.Count);
    Sequences.resize(Tokens.size(), static_cast<int32_t>(Slots.size()));
    Starts.push_back(static_cast<int32_t>(Tokens.size()));
    Slots.push_back(Chunk.Slot);
    Befores.push_back(static_cast<int32_t>(Positions[Chunk.Slot]));
  }
  if (Rows.size() > Tokens.size())
    return Error::invalid("more rows of logits than tokens");
  for (int32_t Row : Rows)
    if (Row < 0 || size_t(Row) >= Tokens.size())
      return Error::invalid(
          "row " + std::to_string(Row) + " is not among the " +
          std::to_string(Tokens.size()) + " tokens of the step");
  if (Tokens.empty())
    return Error::success();

  H3StepArgs Args;
  Args.tokens = buffer(Tokens);
  Args.sequences = buffer(Sequences);
  Args.starts = buffer(Starts);
  Args.slots = buffer(Slots);
  Args.positions = buffer(Befores);
  Args.rows = buffer(Rows);
  Args.logits = buffer(reinterpret_cast<float *>(Logits.data()),
                       Rows.size() * Model.padded_vocab);
  Args.weights = buffer(PlacedWeights, ModelWeights.size());
  Args.state = buffer(State->address(), State->size() / sizeof(float));
  Args.cache = buffer(Cache->address(), Cache->size() / sizeof(float));
  Args.arena = buffer(Arena->address(), Arena->size());
  if (Error Err = Where->step(Args, Sampling))
    return Err;
  for (const SequenceChunk &Chunk : Chunks)
    Positions[Chunk.Slot] += Chunk.Count;
  return Error::success();
}

Error Engine::choose(const std::vector<SequenceChunk> &Chunks,
                     const std::vector<int32_t> &Rows,
                     const std::vector<TokenChoice> &Choices,
                     std::vector<int32_t> &Chosen) {
  Chosen.resize(Choices.size());
  if (!Model.sample) {
    if (Error Err = step(Chunks, Rows))
      return Err;
    for (size_t I = 0; I < Choices.size(); ++I)
      Chosen[I] = chooseToken(logits() + I * Model.padded_vocab, Choices[I]);
    return Error::success();
  }
  std::vector<uint32_t> Vocabs, TopKs;
  std::vector<float> Scales;
  std::vector<double> TopPs, Draws;
  for (const TokenChoice &Choice : Choices) {
    Vocabs.push_back(Choice.Vocab);
    TopKs.push_back(Choice.TopK);
    Scales.push_back(Choice.Scale);
    TopPs.push_back(Choice.TopP);
    Draws.push_back(Choice.Uniform);
  }
  H3SampleArgs Sampling = {};
  Sampling.vocabs = buffer(Vocabs);
  Sampling.top_ks = buffer(TopKs);
  Sampling.scales = buffer(Scales);
  Sampling.top_ps = buffer(TopPs);
  Sampling.draws = buffer(Draws);
  Sampling.tokens = buffer(Chosen);
  return execute(Chunks, Rows, &Sampling);
}
