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

Error Engine::feed(const std::vector<SequenceChunk> &Inputs,
                   const FeedOptions &Options, const RowVisitor &Visit) {
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
  std::vector<Pending> Reported; // for each row, its sequence and position
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
    if (Error Err = step(Chunks, Rows))
      return Err;
    for (size_t Row = 0; Row < Rows.size(); ++Row)
      if (Error Err = Visit(Reported[Row].Sequence, Reported[Row].Done,
                            logits() + Row * Model.padded_vocab))
        return Err;
    Queue.erase(std::remove_if(Queue.begin(), Queue.end(),
                               [&](const Pending &P) {
                                 return P.Done == Inputs[P.Sequence].Count;
                               }),
                Queue.end());
  }
  return Error::success();
}
