//===- CliInfo.cpp - info -------------------------------------------------===//

#include "Cli.h"

#include <nlohmann/json.hpp>

using namespace h3;

static Error runInfo(Program &Prog, bool AsJson) {
  const H3Model &Model = Prog.Model;
  if (Error Err = checkModel(Model))
    return Err;
  auto Info = nlohmann::ordered_json::parse(Model.info ? Model.info : "",
                                            /*cb=*/nullptr,
                                            /*allow_exceptions=*/false);
  if (!Info.is_object())
    return Error::invalid("the model's description is not a JSON object; "
                          "compile the model again");
  uint32_t Slots = Prog.slotsFor(Model.max_sequences);
  Info["vocab"] = Model.vocab;
  Info["padded_vocab"] = Model.padded_vocab;
  Info["max_tokens"] = Model.max_tokens;
  Info["max_sequences"] = Slots;
  Info["max_context"] = Model.max_context;
  Info["memory"] = {
      {"weights_bytes", Model.weights_bytes},
      {"state_bytes_per_sequence", Model.state_floats * sizeof(float)},
      {"cache_bytes_per_sequence", Model.cache_floats * sizeof(float)},
      {"scratch_bytes", Model.arena_bytes}};
  if (AsJson)
    return Prog.Out.write(Info.dump(2) + "\n");

  std::string Text;
  for (const auto &[Key, Value] : Info.items()) {
    if (!Value.is_object()) {
      Text += Key + ": " +
              (Value.is_string() ? Value.get<std::string>() : Value.dump()) +
              "\n";
      continue;
    }
    Text += Key + ":\n";
    for (const auto &[Inner, Part] : Value.items())
      Text += "  " + Inner + ": " + Part.dump() + "\n";
  }
  return Prog.Out.write(Text);
}

void h3::addInfoCommand(CommandLine &Line) {
  Program &Prog = Line.program();
  auto AsJson = std::make_shared<bool>(false);
  CLI::App &Info = Line.add("info", "What this program is",
                            [=, &Prog] { return runInfo(Prog, *AsJson); });
  Info.add_flag("--json", *AsJson, "Print a JSON object");
}
