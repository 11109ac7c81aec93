//===- CliEval.cpp - eval -------------------------------------------------===//
//
// Scores a text in windows, each from a fresh state, whose first token is not
// scored. Perplexity is exp of the mean negative log-likelihood of a token;
// bits per byte spreads the same sum over the bytes of the scored tokens, which
// makes it comparable between tokenizers.
//
//===----------------------------------------------------------------------===//

#include "Cli.h"

#include <nlohmann/json.hpp>

#include <cmath>

using namespace h3;

namespace {
struct EvalOptions {
  std::string Path;
  int64_t Window = 1024;
  bool AsJson = false;
};

struct Score {
  double Nats = 0;
  int64_t Tokens = 0;
  int64_t Bytes = 0;
};
} // namespace

/// -log softmax(Logits)[Target]; `Logits` is [Vocab].
static double negativeLogLikelihood(const float *Logits, uint32_t Vocab,
                                    int32_t Target) {
  float Max = Logits[0];
  for (uint32_t I = 1; I < Vocab; ++I)
    Max = std::max(Max, Logits[I]);
  double Sum = 0;
  for (uint32_t I = 0; I < Vocab; ++I)
    Sum += std::exp(Logits[I] - Max);
  return std::log(Sum) + Max - Logits[Target];
}

/// Scores windows [FirstWindow, ...), one per slot.
static Error scoreGroup(Engine &Model, const std::vector<int32_t> &Ids,
                        int64_t Window, int64_t &Begin, Score &Total) {
  auto End = static_cast<int64_t>(Ids.size());
  std::vector<SequenceChunk> Inputs;
  std::vector<const int32_t *> Targets; // of each input's first token
  for (int32_t I = 0; I < Model.slots() && End - Begin > 1; ++I) {
    Expected<int32_t> Slot = Model.allocateSlot();
    if (!Slot)
      return Slot.takeError();
    // The window's last token is only predicted.
    int64_t Count = std::min(Window, End - Begin) - 1;
    Inputs.push_back({*Slot, &Ids[Begin], Count});
    Targets.push_back(&Ids[Begin + 1]);
    Begin += Count + 1;
  }
  FeedOptions Options;
  Options.LastRows = Window;
  Error Err =
      Model.feed(Inputs, Options,
                 [&](size_t Sequence, int64_t Position, const float *Row) {
                   Total.Nats += negativeLogLikelihood(
                       Row, Model.model().vocab, Targets[Sequence][Position]);
                   ++Total.Tokens;
                   return Error::success();
                 });
  if (Err)
    return Err;
  for (const SequenceChunk &Input : Inputs)
    if (Error Release = Model.releaseSlot(Input.Slot))
      return Release;
  return Error::success();
}

static Error runEval(Program &Prog, const EvalOptions &Options) {
  Expected<std::unique_ptr<Tokenizer>> Tokens = Tokenizer::create(Prog.Model);
  if (!Tokens)
    return Tokens.takeError();
  Expected<std::string> Text = readText(Options.Path);
  if (!Text)
    return Text.takeError();
  std::vector<int32_t> Ids;
  if (Error Err = (*Tokens)->encode(*Text, Ids))
    return Err;
  auto Count = static_cast<int64_t>(Ids.size());
  if (Count < 2)
    return Error::invalid(Options.Path + " has " + std::to_string(Count) +
                          " tokens, expected at least 2");
  int64_t Window = Options.Window;
  if (Prog.Model.max_context)
    Window = std::min<int64_t>(Window, int64_t(Prog.Model.max_context) + 1);
  int64_t Windows = (Count + Window - 1) / Window;
  Expected<std::unique_ptr<Engine>> Model =
      Prog.openEngine(Prog.slotsFor(Windows));
  if (!Model)
    return Model.takeError();

  Score Total;
  for (int64_t Begin = 0; Count - Begin > 1;)
    if (Error Err = scoreGroup(**Model, Ids, Window, Begin, Total))
      return Err;
  if (!std::isfinite(Total.Nats))
    return Error::invalid("the model's logits are not finite on " +
                          Options.Path + "; its weights are damaged");
  std::string Bytes;
  for (int64_t I = 0; I < Count; ++I) {
    Bytes.clear();
    if (I % Window == 0)
      continue;
    if (Error Err = (*Tokens)->decode(Ids[I], Bytes))
      return Err;
    Total.Bytes += static_cast<int64_t>(Bytes.size());
  }

  nlohmann::ordered_json Result = {
      {"perplexity", std::exp(Total.Nats / Total.Tokens)},
      {"bits_per_byte", Total.Nats / std::log(2.0) / Total.Bytes},
      {"tokens", Total.Tokens},
      {"bytes", Total.Bytes},
      {"window", Window}};
  if (Options.AsJson)
    return Prog.Out.write(Result.dump() + "\n");
  std::string Lines;
  for (const auto &[Key, Value] : Result.items())
    Lines += Key + ": " + Value.dump() + "\n";
  return Prog.Out.write(Lines);
}

void h3::addEvalCommand(CommandLine &Line) {
  Program &Prog = Line.program();
  auto Options = std::make_shared<EvalOptions>();
  CLI::App &Eval = Line.add("eval", "Perplexity and bits per byte of a text",
                            [=, &Prog] { return runEval(Prog, *Options); });
  Eval.add_option("file", Options->Path, "The text; - reads stdin")
      ->required()
      ->type_name("FILE");
  Eval.add_option("--window", Options->Window,
                  "Tokens read from a fresh state (default 1024)")
      ->check(wholeNumber(2, MaxLength))
      ->type_name("N");
  Eval.add_flag("--json", Options->AsJson, "Print a JSON object");
}
