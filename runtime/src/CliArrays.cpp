//===- CliArrays.cpp - logits and greedy ----------------------------------===//

#include "Cli.h"
#include "Npy.h"

using namespace h3;

namespace {
struct ArrayOptions {
  std::string IdsPath;
  std::string OutPath;
  int64_t Last = 0; ///< 0: all positions
  int64_t Chunk = 0;
  int64_t GenLen = 0;
};
} // namespace

/// Reads the ids and opens the model with slots for as many of the sequences as
/// it is made for.
static Expected<std::unique_ptr<Engine>>
open(Program &Prog, const ArrayOptions &Options, IdArray &Ids) {
  Expected<IdArray> Read = readIds(Options.IdsPath);
  if (!Read)
    return Read.takeError();
  Ids = std::move(*Read);
  if (Error Err = Prog.checkIds(Ids.Ids, Options.IdsPath))
    return Err;
  return Prog.openEngine(Prog.slotsFor(Ids.Batch));
}

/// Calls `Body` with the first row and the fresh slots of each group of
/// sequences.
static Error forEachGroup(
    Engine &Model, int64_t Batch,
    const std::function<Error(int64_t, const std::vector<int32_t> &)> &Body) {
  for (int64_t First = 0; First < Batch; First += Model.slots()) {
    int64_t Size = std::min<int64_t>(Model.slots(), Batch - First);
    std::vector<int32_t> Slots;
    for (int64_t I = 0; I < Size; ++I) {
      Expected<int32_t> Slot = Model.allocateSlot();
      if (!Slot)
        return Slot.takeError();
      Slots.push_back(*Slot);
    }
    if (Error Err = Body(First, Slots))
      return Err;
    for (int32_t Slot : Slots)
      if (Error Err = Model.releaseSlot(Slot))
        return Err;
  }
  return Error::success();
}

static std::vector<SequenceChunk> chunks(const IdArray &Ids, int64_t First,
                                         const std::vector<int32_t> &Slots) {
  std::vector<SequenceChunk> Result;
  for (int32_t Slot : Slots)
    Result.push_back({Slot, Ids.row(First++), Ids.Length});
  return Result;
}

static Error runLogits(Program &Prog, const ArrayOptions &Options) {
  IdArray Ids;
  Expected<std::unique_ptr<Engine>> Model = open(Prog, Options, Ids);
  if (!Model)
    return Model.takeError();
  if (Options.Last > Ids.Length)
    return Error::invalid(
        "--last " + std::to_string(Options.Last) + " asks for more than the " +
        std::to_string(Ids.Length) + " positions of " + Options.IdsPath);
  int64_t Rows = Options.Last ? Options.Last : Ids.Length;
  int64_t Width = Prog.Model.padded_vocab;
  Expected<NpyWriter> Writer =
      NpyWriter::create(Options.OutPath, "<f4", {Ids.Batch, Rows, Width});
  if (!Writer)
    return Writer.takeError();

  FeedOptions Feed;
  Feed.Chunk = Options.Chunk;
  Feed.LastRows = Rows;
  Error Err = forEachGroup(
      **Model, Ids.Batch,
      [&](int64_t First, const std::vector<int32_t> &Slots) {
        return (*Model)->feed(
            chunks(Ids, First, Slots), Feed,
            [&](size_t Sequence, int64_t Position, const float *Row) {
              int64_t Index = (First + static_cast<int64_t>(Sequence)) * Rows +
                              Position - (Ids.Length - Rows);
              return Writer->write(Index * Width, Row, Width);
            });
      });
  return Err ? Err : Writer->commit();
}

static Error runGreedy(Program &Prog, const ArrayOptions &Options) {
  IdArray Ids;
  Expected<std::unique_ptr<Engine>> Model = open(Prog, Options, Ids);
  if (!Model)
    return Model.takeError();
  int64_t OutLength = Ids.Length + Options.GenLen;
  uint32_t MaxContext = Prog.Model.max_context;
  // The last token is not read again.
  if (MaxContext && OutLength - 1 > MaxContext)
    return Error::contextFull(
        std::to_string(Ids.Length) + " ids and --genlen " +
        std::to_string(Options.GenLen) + " exceed the context of " +
        std::to_string(MaxContext) +
        " tokens; compile the model with a larger --max-context");
  Expected<NpyWriter> Writer =
      NpyWriter::create(Options.OutPath, "<i4", {Ids.Batch, OutLength});
  if (!Writer)
    return Writer.takeError();

  auto Generate = [&](int64_t First,
                      const std::vector<int32_t> &Slots) -> Error {
    // [sequences of the group, OutLength]
    std::vector<std::vector<int32_t>> Rows;
    for (size_t I = 0; I < Slots.size(); ++I)
      Rows.emplace_back(Ids.row(First + I), Ids.row(First + I) + Ids.Length);
    const std::vector<TokenChoice> Greedy(Slots.size(), {Prog.Model.vocab});
    std::vector<int32_t> Next; // [sequences of the group]
    std::vector<SequenceChunk> Chunks = chunks(Ids, First, Slots);
    for (int64_t Step = 0; Step < Options.GenLen; ++Step) {
      if (Error Err = (*Model)->extend(Chunks, Greedy, Next))
        return Err;
      for (size_t I = 0; I < Slots.size(); ++I) {
        Rows[I].push_back(Next[I]);
        Chunks[I] = {Slots[I], &Rows[I].back(), 1};
      }
    }
    for (size_t I = 0; I < Rows.size(); ++I)
      if (Error Err =
              Writer->write((First + I) * OutLength, Rows[I].data(), OutLength))
        return Err;
    return Error::success();
  };
  Error Err = forEachGroup(**Model, Ids.Batch, Generate);
  return Err ? Err : Writer->commit();
}

static void addFiles(CLI::App &App, ArrayOptions &Options) {
  App.add_option("--ids", Options.IdsPath, "int32 [batch, seq] in a .npy file")
      ->required()
      ->type_name("FILE");
  App.add_option("--out", Options.OutPath, "The .npy file to write")
      ->required()
      ->type_name("FILE");
}

void h3::addArrayCommands(CommandLine &Line) {
  Program &Prog = Line.program();
  auto Options = std::make_shared<ArrayOptions>();
  CLI::App &Logits = Line.add("logits", "Logits of given ids, .npy to .npy",
                              [=, &Prog] { return runLogits(Prog, *Options); });
  addFiles(Logits, *Options);
  Logits.add_option("--last", Options->Last, "Keep the last N positions only")
      ->check(wholeNumber(1, MaxLength))
      ->type_name("N");
  Logits.add_option("--chunk", Options->Chunk, "Feed N tokens a step")
      ->check(wholeNumber(1, MaxLength))
      ->type_name("N");

  CLI::App &Greedy = Line.add("greedy", "Greedy continuation, .npy to .npy",
                              [=, &Prog] { return runGreedy(Prog, *Options); });
  addFiles(Greedy, *Options);
  Greedy.add_option("--genlen", Options->GenLen, "Tokens to generate")
      ->required()
      ->check(wholeNumber(0, MaxLength))
      ->type_name("N");
}
