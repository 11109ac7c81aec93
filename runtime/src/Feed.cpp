//===- Feed.cpp - Cuts inputs into steps ----------------------------------===//

#include "Engine.h"

#include <algorithm>

using namespace h3;

namespace {
/// What of an input is still to be read.
struct Pending {
  size_t Sequence;
  int64_t Done;
};
} // namespace

Error Engine::forEachStep(const std::vector<SequenceChunk> &Inputs,
                          const FeedOptions &Options,
                          const StepVisitor &Visit) {
  if (Options.Chunk < 0 || Options.LastRows < 0)
    return Error::invalid("a chunk and a number of rows cannot be negative");
  if (Error Err = checkChunks(Inputs))
    return Err;
  const int64_t StepTokens = Model.max_tokens;
  const int64_t Chunk =
      Options.Chunk ? std::min(Options.Chunk, StepTokens) : StepTokens;

  std::vector<Pending> Queue;
  for (size_t Sequence = 0; Sequence < Inputs.size(); ++Sequence)
    Queue.push_back({Sequence, 0});
  std::vector<SequenceChunk> Chunks;
  std::vector<RowSource> Reported;
  std::vector<int32_t> Rows;
  while (!Queue.empty()) {
    Chunks.clear();
    Reported.clear();
    Rows.clear();
    int64_t Total = 0;
    for (Pending &Next : Queue) {
      const SequenceChunk &Input = Inputs[Next.Sequence];
      int64_t Count =
          std::min({Chunk, Input.Count - Next.Done, StepTokens - Total});
      if (Count == 0)
        break;
      Chunks.push_back({Input.Slot, Input.Tokens + Next.Done, Count});
      int64_t FirstRow = std::max(Next.Done, Input.Count - Options.LastRows);
      for (int64_t I = FirstRow; I < Next.Done + Count; ++I) {
        Rows.push_back(static_cast<int32_t>(Total + I - Next.Done));
        Reported.push_back({Next.Sequence, I});
      }
      Next.Done += Count;
      Total += Count;
    }
    if (Error Err = Visit(Chunks, Rows, Reported))
      return Err;
    Queue.erase(std::remove_if(Queue.begin(), Queue.end(),
                               [&](const Pending &P) {
                                 return P.Done == Inputs[P.Sequence].Count;
                               }),
                Queue.end());
  }
  return Error::success();
}

Error Engine::feed(const std::vector<SequenceChunk> &Inputs,
                   const FeedOptions &Options, const RowVisitor &Visit) {
  return forEachStep(
      Inputs, Options,
      [&](const std::vector<SequenceChunk> &Chunks,
          const std::vector<int32_t> &Rows,
          const std::vector<RowSource> &Sources) -> Error {
        if (Error Err = step(Chunks, Rows))
          return Err;
        for (size_t Row = 0; Row < Rows.size(); ++Row)
          if (Error Err = Visit(Sources[Row].Sequence, Sources[Row].Position,
                                logits() + Row * Model.padded_vocab))
            return Err;
        return Error::success();
      });
}

Error Engine::extend(const std::vector<SequenceChunk> &Inputs,
                     const std::vector<TokenChoice> &Choices,
                     std::vector<int32_t> &Tokens) {
  if (Choices.size() != Inputs.size())
    return Error::invalid(std::to_string(Inputs.size()) + " sequences and " +
                          std::to_string(Choices.size()) +
                          " choices of their next tokens");
  for (const TokenChoice &Choice : Choices)
    if (Choice.Vocab > Model.padded_vocab)
      return Error::invalid("a token cannot be chosen among " +
                            std::to_string(Choice.Vocab) + " ids of " +
                            std::to_string(Model.padded_vocab));
  Tokens.resize(Inputs.size());
  return forEachStep(Inputs, FeedOptions(),
                     [&](const std::vector<SequenceChunk> &Chunks,
                         const std::vector<int32_t> &Rows,
                         const std::vector<RowSource> &Sources) -> Error {
                       std::vector<TokenChoice> Wanted;
                       std::vector<int32_t> Chosen;
                       for (const RowSource &Source : Sources)
                         Wanted.push_back(Choices[Source.Sequence]);
                       if (Error Err = choose(Chunks, Rows, Wanted, Chosen))
                         return Err;
                       for (size_t Row = 0; Row < Rows.size(); ++Row) {
                         Expected<int32_t> Token = checkToken(Chosen[Row]);
                         if (!Token)
                           return Token.takeError();
                         Tokens[Sources[Row].Sequence] = *Token;
                       }
                       return Error::success();
                     });
}
