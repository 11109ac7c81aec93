//===- ragged-batches.cpp - Any mix of sequences gives the same bits ------===//
//
// Linked with the object file of a compiled model. Reads several sequences,
// each alone and whole; then all of them again in steps that mix prompts,
// chunks and single tokens of changing subsets, in slots that others have used
// before. The logits of every position must have the same bits. Usage:
// ragged-batches WEIGHTS SEED ROUNDS [DEVICE]
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

using namespace h3;

namespace {

using Row = std::vector<float>;

struct Input {
  std::vector<int32_t> Tokens;
  std::vector<Row> Expected; ///< [tokens], each [padded vocabulary]
  int32_t Slot = -1;
  int64_t Done = 0;
};

[[noreturn]] void fail(const std::string &Message) {
  std::fprintf(stderr, "error: %s\n", Message.c_str());
  std::exit(1);
}

void check(const Error &Err) {
  if (Err)
    fail(Err.message());
}

class Test {
public:
  Test(Engine &E, unsigned Seed) : E(E), Random(Seed) {}

  void round() {
    std::vector<Input> Inputs(pick(2, E.slots()));
    for (Input &In : Inputs)
      readAlone(In);
    for (Input &In : Inputs)
      In.Slot = allocate();
    while (step(Inputs)) {
    }
    for (Input &In : Inputs)
      check(E.releaseSlot(In.Slot));
  }

  int64_t checkedRows() const { return Rows; }

private:
  int64_t pick(int64_t Least, int64_t Most) {
    return std::uniform_int_distribution<int64_t>(Least, Most)(Random);
  }

  int32_t allocate() {
    Expected<int32_t> Slot = E.allocateSlot();
    if (!Slot)
      fail(Slot.takeError().message());
    return *Slot;
  }

  Row logitsRow(size_t Index) const {
    const float *First = E.logits() + Index * E.model().padded_vocab;
    return Row(First, First + E.model().padded_vocab);
  }

  /// The same bits, but on a GPU, whose kernels for few rows and for many add
  /// in another order.
  bool isSame(const Row &Found, const Row &Wanted) const {
    const float Tolerance = E.model().image_bytes != 0 ? 1e-4f : 0;
    for (size_t I = 0; I < Found.size(); ++I)
      if (!(std::fabs(Found[I] - Wanted[I]) <= Tolerance))
        return false;
    return true;
  }

  /// Fills an input of random length and what it gives alone, in one step.
  void readAlone(Input &In) {
    In.Tokens.resize(pick(1, E.model().max_tokens));
    for (int32_t &Token : In.Tokens)
      Token = static_cast<int32_t>(pick(0, E.model().vocab - 1));
    int32_t Slot = allocate();
    std::vector<int32_t> All;
    for (size_t I = 0; I < In.Tokens.size(); ++I)
      All.push_back(static_cast<int32_t>(I));
    check(E.step({{Slot, In.Tokens.data(), int64_t(In.Tokens.size())}}, All));
    for (size_t I = 0; I < All.size(); ++I)
      In.Expected.push_back(logitsRow(I));
    check(E.releaseSlot(Slot));
  }

  /// Feeds random chunks of a random subset and compares a random choice of
  /// rows. Returns false when every input is read.
  bool step(std::vector<Input> &Inputs) {
    std::vector<SequenceChunk> Chunks;
    std::vector<int32_t> Wanted;
    std::vector<const Row *> Expected;
    std::vector<Input *> Fed;
    int64_t Room = E.model().max_tokens, Row = 0;
    bool IsLeft = false;
    for (Input &In : Inputs) {
      int64_t Left = int64_t(In.Tokens.size()) - In.Done;
      IsLeft |= Left > 0;
      if (Left == 0 || Room == 0 || pick(0, 3) == 0)
        continue;
      int64_t Count = pick(0, 1) ? 1 : pick(1, std::min(Left, Room));
      Chunks.push_back({In.Slot, &In.Tokens[In.Done], Count});
      for (int64_t I = 0; I < Count; ++I, ++Row)
        if (I + 1 == Count || pick(0, 2) == 0) {
          Wanted.push_back(static_cast<int32_t>(Row));
          Expected.push_back(&In.Expected[In.Done + I]);
        }
      In.Done += Count;
      Room -= Count;
    }
    if (Chunks.empty())
      return IsLeft;
    check(E.step(Chunks, Wanted));
    for (size_t I = 0; I < Wanted.size(); ++I, ++Rows)
      if (!isSame(logitsRow(I), *Expected[I]))
        fail("row " + std::to_string(Wanted[I]) + " of a step of " +
             std::to_string(Chunks.size()) +
             " sequences differs from the same token read alone");
    return true;
  }

  Engine &E;
  std::mt19937 Random;
  int64_t Rows = 0;
};

} // namespace

int main(int Argc, char **Argv) {
  if (Argc != 4 && Argc != 5)
    fail("usage: ragged-batches WEIGHTS SEED ROUNDS [DEVICE]");
  EngineOptions Options;
  Options.WeightsPath = Argv[1];
  if (Argc == 5)
    Options.Device = Argv[4];
  Expected<std::unique_ptr<Engine>> Opened = Engine::create(h3_model, Options);
  if (!Opened)
    fail(Opened.takeError().message());
  Test Run(**Opened, std::atoi(Argv[2]));
  for (int I = 0; I < std::atoi(Argv[3]); ++I)
    Run.round();
  std::printf("%lld rows have the same bits\n",
              static_cast<long long>(Run.checkedRows()));
  return Run.checkedRows() > 0 ? 0 : 1;
}
