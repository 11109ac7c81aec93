//===- Cli.h - The command line of a compiled model -------------*- C++ -*-===//
//
// Each family of subcommands has a file, whose function below adds them to the
// command line. stdout carries results only.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CLI_H
#define H3RT_CLI_H

#include "Engine.h"
#include "Tokenizer.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string_view>

namespace h3 {

/// The check of an option's text: empty if it is well, else what is wrong.
using Check = std::function<std::string(const std::string &)>;
/// A whole number from `Least` to `Most`.
Check wholeNumber(uint64_t Least, uint64_t Most);
/// A number from `Least` to `Most`.
Check realNumber(double Least, double Most);
/// What an option that counts tokens may hold.
constexpr uint64_t MaxLength = INT32_MAX;

/// stdout, with its failures noticed.
class Output {
public:
  Error write(std::string_view Text);
  /// The reader has gone, which ends the program but is no failure.
  bool closed() const { return Closed; }

private:
  bool Closed = false;
};

/// What every subcommand works with.
struct Program {
  explicit Program(const H3Model &Model) : Model(Model) {}

  const H3Model &Model;
  EngineOptions Options; ///< filled from the command line
  Output Out;

  /// Opens the model with at least `Slots` sequences, or the model's default
  /// number when `Slots` is 0.
  Expected<std::unique_ptr<Engine>> openEngine(uint32_t Slots);
  /// Slots for `Sequences` sequences, at most the model's default number.
  uint32_t slotsFor(int64_t Sequences) const;
  /// Fails on ids that are padding or no ids at all. `Source` names them.
  Error checkIds(const std::vector<int32_t> &Ids,
                 const std::string &Source) const;
};

/// The subcommands, each with what it does once the command line is parsed.
class CommandLine {
public:
  using Action = std::function<Error()>;

  CommandLine(CLI::App &Top, Program &Prog) : Top(Top), Prog(Prog) {}

  CLI::App &top() { return Top; }
  Program &program() { return Prog; }

  /// Adds a subcommand; `Run` executes it.
  CLI::App &add(const char *Name, const char *Description, Action Run);
  /// Adds the options that every subcommand has.
  void addCommonOptions(CLI::App &App);
  /// The action of the subcommand that was given; null when none was.
  const Action *selected() const;

private:
  CLI::App &Top;
  Program &Prog;
  std::vector<std::pair<CLI::App *, Action>> Commands;
};

/// Adds `generate` and its options at the top. Returns its action, which is
/// also what runs without a subcommand, if `--prompt` was given.
CommandLine::Action addGenerateCommand(CommandLine &Line);
void addArrayCommands(CommandLine &Line); ///< logits, greedy
void addTextCommands(CommandLine &Line);  ///< encode, decode
void addEvalCommand(CommandLine &Line);
void addBenchCommand(CommandLine &Line);
void addInfoCommand(CommandLine &Line);

/// A whole file, or stdin for "-".
Expected<std::string> readText(const std::string &Path);

} // namespace h3

#endif // H3RT_CLI_H
