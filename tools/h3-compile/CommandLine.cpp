//===- CommandLine.cpp - The options of h3-compile ------------------------===//
//
// CLI11 reports by throwing, so this file is compiled with exceptions and does
// not include LLVM, which is built without.
//
//===----------------------------------------------------------------------===//

#include "CommandLine.h"
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>

using namespace h3;

ExitCode h3::fail(std::string message, ExitCode code) {
  // What a file holds must neither break the line nor steer the terminal.
  for (char &c : message)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = ' ';
  std::fprintf(stderr, "error: %s\n", message.c_str());
  return code;
}

namespace {

/// A check that `text` is a number from `least` to `most`.
auto inRange(uint64_t least, uint64_t most) {
  return [=](const std::string &text) -> std::string {
    uint64_t value = 0;
    const char *end = text.data() + text.size();
    auto [rest, code] = std::from_chars(text.data(), end, value);
    if (code == std::errc() && rest == end && value >= least && value <= most)
      return "";
    return "expected a number from " + std::to_string(least) + " to " +
           std::to_string(most) + ", found " + text;
  };
}

/// A check that `text` is one of `names`.
auto oneOf(std::vector<std::string> names) {
  return [=](const std::string &text) -> std::string {
    if (std::find(names.begin(), names.end(), text) != names.end())
      return "";
    return "expected " + CLI::detail::join(names, ", ") + ", found '" + text +
           "'";
  };
}

const std::vector<std::string> stageNames = {"h3",   "linalg", "vector", "gpu",
                                             "nvvm", "ptx",    "llvm",   "asm",
                                             "obj",  "lib",    "exe"};

struct Texts {
  std::string target = "cpu", stage = "exe";
};

void addOptions(CLI::App &app, CompileOptions &options, Texts &texts) {
  constexpr uint64_t maxCount = 1 << 20, maxLength = 1 << 30;
  app.add_option("MODEL", options.model,
                 "A checkpoint (.pt, .safetensors), a folder with one, its "
                 "config.json, or kernels (.mlir)")
      ->required();
  app.add_option("-o", options.output, "What to write")->type_name("PROGRAM");
  app.add_option("--target", texts.target, "cpu (default) or cuda")
      ->check(oneOf({"cpu", "cuda"}))
      ->type_name("NAME");
  app.add_option("--mcpu", options.cpu,
                 "native (default), x86-64-v3, x86-64-v4, any LLVM name")
      ->type_name("NAME");
  app.add_option("--cuda-arch", options.cudaArchs,
                 "GPUs to make machine code for (default sm_80,sm_90,sm_100)")
      ->type_name("LIST");
  app.add_option("--weight-type", options.weightType,
                 "Of dense layers: f32, bf16, f16, int8, int4 (default: as "
                 "stored; f32 for CPUs)")
      ->check(oneOf({"f32", "bf16", "f16", "int8", "int4"}))
      ->type_name("TYPE");
  app.add_option("--heads", options.heads,
                 "Attention heads, where neither the published models nor "
                 "config.json tell")
      ->check(inRange(1, maxCount))
      ->type_name("N");
  app.add_option("--tokenizer", options.tokenizer,
                 "merges.txt, tokenizer.json, or 'bytes' (default: beside the "
                 "checkpoint, else GPT-2's for its vocabulary)")
      ->type_name("FILE");
  app.add_option("--max-tokens", options.maxTokens,
                 "Tokens per step at most (default 512)")
      ->check(inRange(1, maxCount))
      ->type_name("N");
  app.add_option("--max-sequences", options.maxSequences,
                 "State slots (default 8)")
      ->check(inRange(1, maxCount))
      ->type_name("N");
  app.add_option("--max-context", options.maxContext,
                 "Tokens of a sequence at most, where attention layers cache "
                 "them (default 2048)")
      ->check(inRange(1, maxLength))
      ->type_name("N");
  app.add_flag("--single-file", options.singleFile,
               "Append the weights to the program");
  app.add_option("--form", options.form,
                 "The form of SSMs and convolutions where they can have it: "
                 "recurrence, chunked, direct, fft (default: the cheapest)")
      ->check(oneOf({"recurrence", "chunked", "direct", "fft"}))
      ->type_name("NAME");
  app.add_flag("--explain", options.explain,
               "Say which form each layer got, and why");
  app.add_option("--random-weights", options.randomSeed,
                 "MODEL is a published shape (h3-125m, h3-355m, h3-1.3b, "
                 "h3-2.7b, h3-2.7b-3attn), its weights are random")
      ->check(inRange(0, UINT64_MAX))
      ->type_name("SEED");
  app.add_option("--emit", texts.stage,
                 "Stop early: " + CLI::detail::join(stageNames, ", "))
      ->check(oneOf(stageNames))
      ->type_name("STAGE");
  app.set_version_flag("--version", "h3-compile " H3_VERSION);
  app.footer("MLIR's options work as well, such as "
             "--mlir-print-ir-after-all and --mlir-timing; their values follow "
             "a '='.");
  app.allow_extras();
}

/// What single options cannot check. Returns an empty text if all is well.
std::string findMistake(const CompileOptions &options) {
  bool isProgram = options.stage == Stage::Exe;
  if (options.model.empty())
    return "MODEL is empty; expected a checkpoint, a folder or a config.json";
  if (!isText(options.stage) &&
      (options.output.empty() || options.output == "-"))
    return "-o PROGRAM is missing, which --emit " +
           stageNames[static_cast<size_t>(options.stage)] + " needs";
  if (!hasStage(options.target, options.stage))
    return "--emit " + stageNames[static_cast<size_t>(options.stage)] +
           ": no stage of this target; expected another one, or --target " +
           (options.target == TargetKind::Cpu ? "cuda" : "cpu");
  if (options.singleFile && !isProgram)
    return "--single-file: expected --emit exe, found another stage";
  if (options.randomSeed && options.heads)
    return "--heads: a published shape has its own; leave one of --heads and "
           "--random-weights out";
  return "";
}

} // namespace

std::optional<ExitCode> h3::parseCommandLine(int argc, char **argv,
                                             CommandLine &commandLine) {
  constexpr const char *hint = " (see --help)";
  CompileOptions &options = commandLine.options;
  Texts texts;
  CLI::App app("Compiles an H3 checkpoint to a native program.", "h3-compile");
  addOptions(app, options, texts);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    std::fputs(app.help().c_str(), stdout);
    return Success;
  } catch (const CLI::CallForVersion &version) {
    std::printf("%s\n", version.what());
    return Success;
  } catch (const CLI::ParseError &wrong) {
    return fail(wrong.what() + std::string(hint), WrongUsage);
  }
  for (const std::string &extra : app.remaining()) {
    if (extra.compare(0, 7, "--mlir-") != 0)
      return fail("unexpected argument '" + extra + "'" + hint, WrongUsage);
    commandLine.mlirOptions.push_back(extra);
  }
  auto stage = std::find(stageNames.begin(), stageNames.end(), texts.stage);
  options.stage = static_cast<Stage>(stage - stageNames.begin());
  options.target = texts.target == "cuda" ? TargetKind::Cuda : TargetKind::Cpu;
  if (std::string mistake = findMistake(options); !mistake.empty())
    return fail(mistake + hint, WrongUsage);
  if (options.output == "-")
    options.output.clear();
  return std::nullopt;
}
