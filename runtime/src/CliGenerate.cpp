//===- CliGenerate.cpp - generate -----------------------------------------===//

#include "Cli.h"
#include "Sampler.h"
#include "StopFilter.h"
#include "Utf8Stream.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <unistd.h>

using namespace h3;

namespace {
struct GenerateOptions {
  std::string Prompt;
  int64_t GenLen = 128;
  SamplerOptions Sampling;
  std::vector<std::string> Stops;
  uint32_t Batch = 1;
  bool AsJson = false;
};

/// One continuation of the prompt.
struct Sample {
  Sample(int32_t Slot, uint64_t Stream, const GenerateOptions &Options)
      : Slot(Slot), Choice(Options.Sampling, Stream), Stop(Options.Stops) {}

  int32_t Slot;
  Sampler Choice;
  Utf8Stream Characters;
  StopFilter Stop;
  std::string Text;
  std::vector<int32_t> Ids;
  const char *EndReason = nullptr; ///< null while it goes on
};

/// Continues one prompt `Batch` times.
class Generation {
public:
  Generation(Program &Prog, const GenerateOptions &Options,
             const Tokenizer &Tokens, Engine &Model)
      : Prog(Prog), Options(Options), Tokens(Tokens), Model(Model) {}

  Error run(const std::vector<int32_t> &Prompt);

private:
  Error prefill(const std::vector<int32_t> &Prompt);
  /// A tokenizer may know fewer ids than the model.
  uint32_t vocab() const { return std::min(Prog.Model.vocab, Tokens.size()); }
  Error append(Sample &S, int32_t Id);
  Error emit(Sample &S, std::string Text);
  Error finish(Sample &S, const char *Reason);
  Error report(const std::vector<int32_t> &Prompt);
  /// A single continuation is shown while it grows.
  bool isStreaming() const { return Options.Batch == 1 && !Options.AsJson; }

  Program &Prog;
  const GenerateOptions &Options;
  const Tokenizer &Tokens;
  Engine &Model;
  std::vector<Sample> Samples;
};
} // namespace

Error Generation::prefill(const std::vector<int32_t> &Prompt) {
  Expected<int32_t> First = Model.allocateSlot();
  if (!First)
    return First.takeError();
  Samples.emplace_back(*First, 0, Options);
  std::vector<float> Logits; // [vocab]
  auto Keep = [&](size_t, int64_t, const float *Row) {
    Logits.assign(Row, Row + Prog.Model.vocab);
    return Error::success();
  };
  auto Length = static_cast<int64_t>(Prompt.size());
  if (Error Err = Model.feed({{*First, Prompt.data(), Length}}, {}, Keep))
    return Err;
  for (uint32_t I = 1; I < Options.Batch; ++I) {
    Expected<int32_t> Copy = Model.forkSlot(*First);
    if (!Copy)
      return Copy.takeError();
    Samples.emplace_back(*Copy, I, Options);
  }
  // The prompt is read once, whatever is chosen to follow it.
  for (Sample &S : Samples) {
    Expected<int32_t> Id =
        checkToken(chooseToken(Logits.data(), S.Choice.next(vocab())));
    if (!Id)
      return Id.takeError();
    if (Error Err = append(S, *Id))
      return Err;
  }
  return Error::success();
}

Error Generation::emit(Sample &S, std::string Text) {
  S.Text += Text;
  return isStreaming() ? Prog.Out.write(Text) : Error::success();
}

Error Generation::finish(Sample &S, const char *Reason) {
  S.EndReason = Reason;
  std::string Rest = S.Stop.push(S.Characters.flush());
  return emit(S, Rest + S.Stop.flush());
}

/// Takes the next token of a sample.
Error Generation::append(Sample &S, int32_t Id) {
  if (Id == Tokens.endOfText())
    return finish(S, "end of text");
  S.Ids.push_back(Id);
  std::string Bytes;
  if (Error Err = Tokens.decode(Id, Bytes))
    return Err;
  if (Error Err = emit(S, S.Stop.push(S.Characters.push(Bytes))))
    return Err;
  if (S.Stop.stopped())
    return finish(S, "stop");
  if (static_cast<int64_t>(S.Ids.size()) == Options.GenLen)
    return finish(S, "length");
  Expected<int64_t> Position = Model.position(S.Slot);
  if (!Position)
    return Position.takeError();
  if (Prog.Model.max_context && *Position >= Prog.Model.max_context)
    return finish(S, "context");
  return Error::success();
}

Error Generation::run(const std::vector<int32_t> &Prompt) {
  if (Error Err = prefill(Prompt))
    return Err;
  std::vector<Sample *> Active;
  std::vector<SequenceChunk> Chunks;
  std::vector<TokenChoice> Choices;
  std::vector<int32_t> Next;
  while (true) {
    Active.clear();
    Chunks.clear();
    Choices.clear();
    for (Sample &S : Samples) {
      if (S.EndReason)
        continue;
      Active.push_back(&S);
      Chunks.push_back({S.Slot, &S.Ids.back(), 1});
      Choices.push_back(S.Choice.next(vocab()));
    }
    if (Active.empty())
      return report(Prompt);
    if (Error Err = Model.extend(Chunks, Choices, Next))
      return Err;
    for (size_t I = 0; I < Active.size(); ++I)
      if (Error Err = append(*Active[I], Next[I]))
        return Err;
  }
}

Error Generation::report(const std::vector<int32_t> &Prompt) {
  for (const Sample &S : Samples)
    if (std::string_view(S.EndReason) == "context")
      std::fprintf(stderr, "note: the context of %u tokens is full\n",
                   Prog.Model.max_context);
  if (isStreaming())
    // A shell's prompt should begin a line; a file gets the text alone.
    return isatty(STDOUT_FILENO) ? Prog.Out.write("\n") : Error::success();
  if (Options.AsJson) {
    nlohmann::ordered_json Result = {{"prompt_ids", Prompt}};
    for (const Sample &S : Samples)
      Result["samples"].push_back(
          {{"text", S.Text}, {"ids", S.Ids}, {"end", S.EndReason}});
    return Prog.Out.write(Result.dump(2) + "\n");
  }
  std::string Text;
  for (size_t I = 0; I < Samples.size(); ++I)
    Text += "--- " + std::to_string(I + 1) + "/" +
            std::to_string(Samples.size()) + "\n" + Samples[I].Text + "\n";
  return Prog.Out.write(Text);
}

static Error runGenerate(Program &Prog, const GenerateOptions &Options) {
  Expected<std::unique_ptr<Tokenizer>> Tokens = Tokenizer::create(Prog.Model);
  if (!Tokens)
    return Tokens.takeError();
  std::string Text = Options.Prompt;
  if (Text == "-") {
    Expected<std::string> Input = readText("-");
    if (!Input)
      return Input.takeError();
    Text = std::move(*Input);
  }
  std::vector<int32_t> Prompt;
  if (Error Err = (*Tokens)->encode(Text, Prompt))
    return Err;
  // A text begins where another one ended.
  if (Prompt.empty() && (*Tokens)->endOfText() >= 0)
    Prompt.push_back((*Tokens)->endOfText());
  if (Prompt.empty())
    return Error::invalid("the prompt is empty; give at least one character");
  if (Error Err = Prog.checkIds(Prompt, "the prompt"))
    return Err;
  if (Options.GenLen == 0)
    return Error::success();
  Expected<std::unique_ptr<Engine>> Model = Prog.openEngine(Options.Batch);
  if (!Model)
    return Model.takeError();
  return Generation(Prog, Options, **Tokens, **Model).run(Prompt);
}

static void addOptions(CLI::App &App, GenerateOptions &Options) {
  App.add_option("--genlen", Options.GenLen, "Tokens at most (default 128)")
      ->check(wholeNumber(0, MaxLength))
      ->type_name("N");
  App.add_option("--top-k", Options.Sampling.TopK,
                 "Choose among the K likeliest; 1 is greedy, 0 all (50)")
      ->check(wholeNumber(0, UINT32_MAX))
      ->type_name("K");
  App.add_option("--top-p", Options.Sampling.TopP,
                 "Then among the fewest that reach this mass (0.9)")
      ->check(realNumber(0, 1))
      ->type_name("P");
  App.add_option("--temperature", Options.Sampling.Temperature,
                 "Divides the logits; 0 is greedy (1.0)")
      ->check(realNumber(0, 1e6))
      ->type_name("T");
  App.add_option("--seed", Options.Sampling.Seed,
                 "The same seed, the same text")
      ->check(wholeNumber(0, UINT64_MAX))
      ->type_name("N");
  App.add_option("--stop", Options.Stops, "End before this text; repeatable")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("TEXT");
  App.add_option("--batch", Options.Batch, "Continue N times (default 1)")
      ->check(wholeNumber(1, 4096))
      ->type_name("N");
  App.add_flag("--json", Options.AsJson, "Print a JSON object at the end");
}

CommandLine::Action h3::addGenerateCommand(CommandLine &Line) {
  Program &Prog = Line.program();
  auto Options = std::make_shared<GenerateOptions>();
  CommandLine::Action Run = [=, &Prog] { return runGenerate(Prog, *Options); };
  CLI::App &Generate = Line.add("generate", "Continue a text", Run);
  Generate.add_option("--prompt,prompt", Options->Prompt, "- reads stdin")
      ->required()
      ->type_name("TEXT");
  addOptions(Generate, *Options);
  Line.top()
      .add_option("--prompt", Options->Prompt,
                  "Continue this text, as `generate` does; - reads stdin")
      ->type_name("TEXT");
  addOptions(Line.top(), *Options);
  Line.addCommonOptions(Line.top());
  return Run;
}
