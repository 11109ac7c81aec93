//===- batch-logits.cpp - The logits of steps that mix sequences ----------===//
//
// Linked with the object file of a compiled model. Reads chunks, one a line:
// the step that it belongs to, its sequence, and its tokens. Writes the logits
// of all rows as floats. Usage: batch-logits WEIGHTS DEVICE CHUNKS LOGITS
//
//===----------------------------------------------------------------------===//

#include "Engine.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

using namespace h3;

namespace {

struct Chunk {
  int Sequence;
  std::vector<int32_t> Tokens;
};

[[noreturn]] void fail(const std::string &Message) {
  std::fprintf(stderr, "error: %s\n", Message.c_str());
  std::exit(1);
}

std::map<int, std::vector<Chunk>> readSteps(const char *Path) {
  std::map<int, std::vector<Chunk>> Steps;
  std::ifstream File(Path);
  for (std::string Line; std::getline(File, Line);) {
    std::istringstream Numbers(Line);
    int Step;
    Chunk C;
    if (!(Numbers >> Step >> C.Sequence))
      fail("expected a step and a sequence, found '" + Line + "'");
    for (int32_t Token; Numbers >> Token;)
      C.Tokens.push_back(Token);
    Steps[Step].push_back(C);
  }
  return Steps;
}

class Run {
public:
  explicit Run(Engine &E) : E(E) {}

  void step(const std::vector<Chunk> &Chunks, std::ofstream &Out) {
    std::vector<SequenceChunk> Inputs;
    std::vector<int32_t> Rows;
    for (const Chunk &C : Chunks) {
      Inputs.push_back({getSlot(C.Sequence), C.Tokens.data(),
                        static_cast<int64_t>(C.Tokens.size())});
      for (size_t I = 0; I < C.Tokens.size(); ++I)
        Rows.push_back(static_cast<int32_t>(Rows.size()));
    }
    if (Error Err = E.step(Inputs, Rows))
      fail(Err.message());
    Out.write(reinterpret_cast<const char *>(E.logits()),
              Rows.size() * E.model().padded_vocab * sizeof(float));
  }

private:
  int32_t getSlot(int Sequence) {
    auto Found = Slots.find(Sequence);
    if (Found != Slots.end())
      return Found->second;
    Expected<int32_t> Slot = E.allocateSlot();
    if (!Slot)
      fail(Slot.takeError().message());
    return Slots[Sequence] = *Slot;
  }

  Engine &E;
  std::map<int, int32_t> Slots;
};

} // namespace

int main(int Argc, char **Argv) {
  if (Argc != 5)
    fail("usage: batch-logits WEIGHTS DEVICE CHUNKS LOGITS");
  EngineOptions Options;
  Options.WeightsPath = Argv[1];
  Options.Device = Argv[2];
  Expected<std::unique_ptr<Engine>> Opened = Engine::create(h3_model, Options);
  if (!Opened)
    fail(Opened.takeError().message());
  std::ofstream Out(Argv[4], std::ios::binary);
  Run Steps(**Opened);
  for (const auto &[Number, Chunks] : readSteps(Argv[3]))
    Steps.step(Chunks, Out);
  Out.close();
  if (!Out)
    fail(std::string("cannot write '") + Argv[4] + "'");
  return 0;
}
