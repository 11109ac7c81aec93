//===- Engine.h - Executes a compiled model ---------------------*- C++ -*-===//
//
// Owns what a model needs to run: weights, threads, and for each of a fixed
// number of slots the recurrent state and key/value cache of one sequence.
// Not thread-safe; engines are independent of each other.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_ENGINE_H
#define H3RT_ENGINE_H

#include "Device.h"
#include "Sampler.h"
#include "Team.h"
#include "Weights.h"

#include <memory>
#include <vector>

namespace h3 {

struct EngineOptions {
  unsigned Threads = 0;    ///< 0: the allowed cores
  uint32_t Slots = 0;      ///< 0: H3Model::max_sequences
  std::string WeightsPath; ///< empty: see Weights::open
  std::string Device;      ///< see Device::open
  ProgressFn Progress;     ///< of placing the weights
};

/// Tokens that the sequence in `Slot` reads next.
struct SequenceChunk {
  int32_t Slot;
  const int32_t *Tokens; ///< [Count], owned by the caller
  int64_t Count;
};

/// How Engine::feed cuts its input and which rows it reports.
struct FeedOptions {
  int64_t Chunk = 0;    ///< tokens of a sequence per step; 0: as many as fit
  int64_t LastRows = 1; ///< positions at each sequence's end to report
};

class Engine {
public:
  static Expected<std::unique_ptr<Engine>> create(const H3Model &Model,
                                                  const EngineOptions &Options);

  const H3Model &model() const { return Model; }
  Team &team() { return *Threads; }
  int32_t slots() const { return static_cast<int32_t>(Used.size()); }

  //===--------------------------------------------------------------------===//
  // Slots
  //===--------------------------------------------------------------------===//

  /// Takes a free slot with fresh state.
  Expected<int32_t> allocateSlot();
  Error releaseSlot(int32_t Slot);
  Error resetSlot(int32_t Slot);
  /// Takes a free slot with a copy of another's state.
  Expected<int32_t> forkSlot(int32_t Slot);
  /// Tokens that the sequence has read.
  Expected<int64_t> position(int32_t Slot) const;
  /// See SlotFile.cpp for the format.
  Error saveSlot(int32_t Slot, const std::string &Path) const;
  Error loadSlot(int32_t Slot, const std::string &Path);

  //===--------------------------------------------------------------------===//
  // Execution
  //===--------------------------------------------------------------------===//

  /// Reads all chunks in one step: max_tokens tokens at most, distinct slots.
  /// `Rows` lists the rows of the concatenated tokens whose logits are wanted.
  /// On failure no sequence has changed.
  Error step(const std::vector<SequenceChunk> &Chunks,
             const std::vector<int32_t> &Rows);

  /// Logits of the last step, [rows, padded vocabulary].
  const float *logits() const {
    return reinterpret_cast<const float *>(Logits.data());
  }

  /// Receives the logits, [padded vocabulary], after the token at `Position` of
  /// input `Sequence`. An error that it returns ends the feed.
  using RowVisitor =
      std::function<Error(size_t Sequence, int64_t Position, const float *Row)>;

  /// Reads inputs of any length and number in as many steps as it takes. The
  /// inputs are checked as a whole first, so that a failure leaves every
  /// sequence as it was, unless the visitor fails.
  Error feed(const std::vector<SequenceChunk> &Inputs,
             const FeedOptions &Options, const RowVisitor &Visit);

  /// Reads inputs as feed() does, and chooses the token that follows each:
  /// `Tokens[i]` by `Choices[i]`. Where the device can, it does so itself, and
  /// the logits stay there.
  Error extend(const std::vector<SequenceChunk> &Inputs,
               const std::vector<TokenChoice> &Choices,
               std::vector<int32_t> &Tokens);

private:
  /// Where a row of logits comes from.
  struct RowSource {
    size_t Sequence;
    int64_t Position;
  };
  using StepVisitor = std::function<Error(
      const std::vector<SequenceChunk> &Chunks,
      const std::vector<int32_t> &Rows, const std::vector<RowSource> &Sources)>;

  explicit Engine(const H3Model &Model) : Model(Model) {}

  Error checkSlot(int32_t Slot) const;
  Error checkChunks(const std::vector<SequenceChunk> &Chunks) const;
  /// Cuts inputs into steps for `Visit` to execute.
  Error forEachStep(const std::vector<SequenceChunk> &Inputs,
                    const FeedOptions &Options, const StepVisitor &Visit);
  /// step(), with tokens chosen on the device if `Sampling` is not null.
  Error execute(const std::vector<SequenceChunk> &Chunks,
                const std::vector<int32_t> &Rows, H3SampleArgs *Sampling);
  /// A step that chooses a token for each row.
  Error choose(const std::vector<SequenceChunk> &Chunks,
               const std::vector<int32_t> &Rows,
               const std::vector<TokenChoice> &Choices,
               std::vector<int32_t> &Chosen);
  uint64_t stateBytes() const { return Model.state_floats * sizeof(float); }
  uint64_t cacheBytes() const { return Model.cache_floats * sizeof(float); }

  const H3Model &Model;
  std::unique_ptr<Team> Threads;
  Weights ModelWeights;
  std::unique_ptr<Device> Where;
  void *PlacedWeights = nullptr;       ///< on the device
  std::unique_ptr<DeviceMemory> State; ///< float [slots, state_floats]
  std::unique_ptr<DeviceMemory> Cache; ///< float [slots, cache_floats]
  std::unique_ptr<DeviceMemory> Arena; ///< bytes [arena_bytes]
  Mapping Logits;                 ///< float [max_tokens, padded vocabulary]
  std::vector<bool> Used;         ///< [slots]
  std::vector<int64_t> Positions; ///< [slots]

  // Arguments of a step, kept so that decoding does not allocate.
  std::vector<int32_t> Tokens;    ///< [tokens]
  std::vector<int32_t> Sequences; ///< [tokens]
  std::vector<int32_t> Starts;    ///< [sequences + 1]
  std::vector<int32_t> Slots;     ///< [sequences]
  std::vector<int32_t> Befores;   ///< [sequences]
};

/// Checks a model's descriptor against this runtime.
Error checkModel(const H3Model &Model);

} // namespace h3

#endif // H3RT_ENGINE_H
