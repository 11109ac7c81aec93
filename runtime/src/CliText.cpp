//===- CliText.cpp - encode and decode ------------------------------------===//

#include "Cli.h"
#include "Utf8Stream.h"

#include <nlohmann/json.hpp>

using namespace h3;

namespace {
struct TextOptions {
  std::string Text;
  bool Lines = false;
  std::vector<int32_t> Ids;
};
} // namespace

static Error printIds(Program &Prog, const Tokenizer &Tokens,
                      const std::string &Text) {
  std::vector<int32_t> Ids;
  if (Error Err = Tokens.encode(Text, Ids))
    return Err;
  return Prog.Out.write(nlohmann::json(Ids).dump() + "\n");
}

static Error runEncode(Program &Prog, const TextOptions &Options) {
  Expected<std::unique_ptr<Tokenizer>> Tokens = Tokenizer::create(Prog.Model);
  if (!Tokens)
    return Tokens.takeError();
  if (!Options.Lines && Options.Text != "-")
    return printIds(Prog, **Tokens, Options.Text);
  Expected<std::string> Input = readText("-");
  if (!Input)
    return Input.takeError();
  if (!Options.Lines)
    return printIds(Prog, **Tokens, *Input);

  std::string_view Rest = *Input;
  for (size_t Number = 1; !Rest.empty(); ++Number) {
    std::string_view Line = Rest.substr(0, Rest.find('\n'));
    Rest.remove_prefix(std::min(Line.size() + 1, Rest.size()));
    nlohmann::json Text =
        nlohmann::json::parse(Line, /*cb=*/nullptr, /*allow_exceptions=*/false);
    if (!Text.is_string())
      return Error::invalid("stdin, line " + std::to_string(Number) +
                            ": expected a JSON string");
    if (Error Err = printIds(Prog, **Tokens, Text.get<std::string>()))
      return Err;
  }
  return Error::success();
}

static Error runDecode(Program &Prog, const TextOptions &Options) {
  Expected<std::unique_ptr<Tokenizer>> Tokens = Tokenizer::create(Prog.Model);
  if (!Tokens)
    return Tokens.takeError();
  std::string Bytes;
  for (int32_t Id : Options.Ids)
    if (Error Err = (*Tokens)->decode(Id, Bytes))
      return Err;
  Utf8Stream Stream;
  std::string Text = Stream.push(Bytes);
  return Prog.Out.write(Text + Stream.flush() + "\n");
}

void h3::addTextCommands(CommandLine &Line) {
  Program &Prog = Line.program();
  auto Options = std::make_shared<TextOptions>();
  CLI::App &Encode = Line.add("encode", "Text to token ids, a JSON array",
                              [=, &Prog] { return runEncode(Prog, *Options); });
  CLI::Option *Text =
      Encode.add_option("text", Options->Text, "The text; - reads stdin")
          ->type_name("TEXT");
  CLI::Option *Lines = Encode.add_flag(
      "--lines", Options->Lines, "Read JSON strings, one a line, from stdin");
  Text->excludes(Lines);
  Encode.final_callback([=] {
    if (!Text->count() && !Lines->count())
      throw CLI::RequiredError("TEXT or --lines");
  });

  CLI::App &Decode = Line.add("decode", "Token ids to text",
                              [=, &Prog] { return runDecode(Prog, *Options); });
  Decode.add_option("ids", Options->Ids, "Token ids")
      ->required()
      ->type_name("ID");
}
