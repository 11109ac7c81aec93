//===- CliBench.cpp - bench -----------------------------------------------===//

#include "Ceilings.h"
#include "Cli.h"
#include "Sampler.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

using namespace h3;
using Json = nlohmann::ordered_json;

namespace {
struct BenchOptions {
  int64_t PromptLen = 512;
  int64_t GenLen = 128;
  uint32_t Batch = 1;
  int Repeat = 5;
  bool AsJson = false;
};

struct Timing {
  double PrefillSeconds;
  double DecodeSeconds;
};
} // namespace

static double secondsSince(std::chrono::steady_clock::time_point Start) {
  std::chrono::duration<double> Elapsed =
      std::chrono::steady_clock::now() - Start;
  return Elapsed.count();
}

/// Makes the peak that the kernel remembers start again, so that it does not
/// include the buffer that bandwidth was measured on. Where the kernel does not
/// offer this, the peak reads too high.
static void resetPeakMemory() {
  if (std::FILE *File = std::fopen("/proc/self/clear_refs", "w")) {
    std::fputs("5", File);
    std::fclose(File);
  }
}

/// Of this program alone: what getrusage() reports includes the peak of the
/// program that started it.
static int64_t peakMemory() {
  std::ifstream Status("/proc/self/status");
  for (std::string Line; std::getline(Status, Line);)
    if (long long Kilobytes;
        std::sscanf(Line.c_str(), "VmHWM: %lld kB", &Kilobytes) == 1)
      return Kilobytes * 1024;
  return 0;
}

static double median(std::vector<double> Values) {
  std::sort(Values.begin(), Values.end());
  size_t Middle = Values.size() / 2;
  return Values.size() % 2 ? Values[Middle]
                           : (Values[Middle - 1] + Values[Middle]) / 2;
}

static Json spread(const std::vector<double> &Values) {
  auto [Min, Max] = std::minmax_element(Values.begin(), Values.end());
  return {{"median", median(Values)}, {"min", *Min}, {"max", *Max}};
}

/// One prefill and one greedy decode of every sequence.
static Expected<Timing> measure(Engine &Model, const BenchOptions &Options,
                                const std::vector<int32_t> &Prompts) {
  std::vector<SequenceChunk> Chunks;
  for (uint32_t I = 0; I < Options.Batch; ++I) {
    Expected<int32_t> Slot = Model.allocateSlot();
    if (!Slot)
      return Slot.takeError();
    Chunks.push_back(
        {*Slot, &Prompts[I * Options.PromptLen], Options.PromptLen});
  }
  const std::vector<TokenChoice> Greedy(Options.Batch, {Model.model().vocab});
  std::vector<int32_t> Next; // [batch]
  Timing Result;
  auto Start = std::chrono::steady_clock::now();
  if (Error Err = Model.extend(Chunks, Greedy, Next))
    return Err;
  Result.PrefillSeconds = secondsSince(Start);

  for (uint32_t I = 0; I < Options.Batch; ++I)
    Chunks[I] = {Chunks[I].Slot, &Next[I], 1};
  Start = std::chrono::steady_clock::now();
  for (int64_t Step = 0; Step < Options.GenLen; ++Step)
    if (Error Err = Model.extend(Chunks, Greedy, Next))
      return Err;
  Result.DecodeSeconds = secondsSince(Start);
  for (const SequenceChunk &Chunk : Chunks)
    if (Error Err = Model.releaseSlot(Chunk.Slot))
      return Err;
  return Result;
}

static std::vector<int32_t> randomPrompts(const BenchOptions &Options,
                                          uint32_t Vocab) {
  Random Generator(/*Seed=*/0, /*Stream=*/0);
  std::vector<int32_t> Result(Options.Batch * Options.PromptLen);
  for (int32_t &Id : Result)
    Id = static_cast<int32_t>(Generator.next() % Vocab);
  return Result;
}

static Error print(Program &Prog, const Json &Result, bool AsJson) {
  if (AsJson)
    return Prog.Out.write(Result.dump(2) + "\n");
  std::string Text;
  for (const auto &[Key, Value] : Result.items())
    Text += Key + ": " + Value.dump() + "\n";
  return Prog.Out.write(Text);
}

static Error runBench(Program &Prog, const BenchOptions &Options) {
  Json Info = Json::parse(Prog.Model.info ? Prog.Model.info : "",
                          /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (!Info.is_object())
    return Error::invalid("the model's description is not a JSON object; "
                          "compile the model again");
  Expected<std::unique_ptr<Engine>> Opened = Prog.openEngine(Options.Batch);
  if (!Opened)
    return Opened.takeError();
  Engine &Model = **Opened;
  std::string WeightType = Info.value("weight_type", "");
  // Those of a GPU are not measured here.
  bool HasCeilings = Prog.Model.image_bytes == 0;
  auto MeasureCeilings = [&] {
    return HasCeilings ? measureCeilings(Model.team(), WeightType)
                       : Expected<Ceilings>(Ceilings());
  };
  Expected<Ceilings> Before = MeasureCeilings();
  if (!Before)
    return Before.takeError();
  resetPeakMemory();

  std::vector<int32_t> Prompts = randomPrompts(Options, Prog.Model.vocab);
  std::vector<double> Prefill, Decode, FirstToken;
  // The first round reads the weights from the disk and is not counted.
  for (int Round = 0; Round <= Options.Repeat; ++Round) {
    Expected<Timing> Time = measure(Model, Options, Prompts);
    if (!Time)
      return Time.takeError();
    if (Round == 0)
      continue;
    FirstToken.push_back(Time->PrefillSeconds);
    Prefill.push_back(Options.Batch * Options.PromptLen / Time->PrefillSeconds);
    Decode.push_back(Options.Batch * Options.GenLen / Time->DecodeSeconds);
  }
  int64_t Peak = peakMemory();
  Expected<Ceilings> After = MeasureCeilings();
  if (!After)
    return After.takeError();

  double ReadCeiling =
      std::max(Before->ReadBytesPerSecond, After->ReadBytesPerSecond);
  const Ceilings &Faster = Before->Flops > After->Flops ? *Before : *After;
  auto Number = [&](const char *Key) {
    auto Found = Info.find(Key);
    return Found != Info.end() && Found->is_number_integer()
               ? Found->get<int64_t>()
               : 0;
  };
  int64_t WeightBytes = Number("weight_bytes_per_token");
  int64_t Flops = Number("flops_per_prompt_token");
  Json Result = {
      {"model", Info["model"]},
      {"weight_type", WeightType},
      {"target", Info["target"]},
      {"threads", Model.team().threads()},
      {"prompt_len", Options.PromptLen},
      {"gen_len", Options.GenLen},
      {"batch", Options.Batch},
      {"prefill_tokens_per_s", spread(Prefill)},
      {"decode_tokens_per_s", spread(Decode)},
      {"weight_bytes_per_token", WeightBytes},
      {"flops_per_prompt_token", Flops},
      {"peak_rss_bytes", Peak},
      {"time_to_first_token_s", median(FirstToken)},
      {"read_ceiling_bytes_per_s", ReadCeiling},
      {"compute_ceiling_flops", Faster.Flops},
      {"compute_ceiling_instruction", Faster.Instruction},
      {"decode_share_of_ceiling",
       median(Decode) / Options.Batch * WeightBytes / ReadCeiling},
      {"prefill_share_of_ceiling", median(Prefill) * Flops / Faster.Flops}};
  if (!HasCeilings)
    for (const char *Key :
         {"read_ceiling_bytes_per_s", "compute_ceiling_flops",
          "compute_ceiling_instruction", "decode_share_of_ceiling",
          "prefill_share_of_ceiling"})
      Result[Key] = nullptr;
  return print(Prog, Result, Options.AsJson);
}

void h3::addBenchCommand(CommandLine &Line) {
  Program &Prog = Line.program();
  auto Options = std::make_shared<BenchOptions>();
  CLI::App &Bench = Line.add("bench", "Speed, and share of what is possible",
                             [=, &Prog] { return runBench(Prog, *Options); });
  Check Lengths = wholeNumber(1, 1 << 24);
  Bench.add_option("--prompt-len", Options->PromptLen, "Tokens (default 512)")
      ->check(Lengths)
      ->type_name("N");
  Bench.add_option("--gen-len", Options->GenLen, "Tokens (default 128)")
      ->check(Lengths)
      ->type_name("N");
  Bench.add_option("--batch", Options->Batch, "Sequences (default 1)")
      ->check(wholeNumber(1, 4096))
      ->type_name("N");
  Bench.add_option("--repeat", Options->Repeat, "Rounds (default 5)")
      ->check(wholeNumber(1, 1000))
      ->type_name("N");
  Bench.add_flag("--json", Options->AsJson, "Print a JSON object");
}
