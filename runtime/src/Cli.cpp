//===- Cli.cpp - The command line of a compiled model ---------------------===//

#include "Cli.h"

#include "ProgressBar.h"
#include "h3rt/Program.h"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

using namespace h3;

namespace {
/// The exit codes of the command line's contract.
enum ExitCode { Success = 0, Failure = 1, WrongUsage = 2 };
} // namespace

//===----------------------------------------------------------------------===//
// Checks of options
//===----------------------------------------------------------------------===//

Check h3::wholeNumber(uint64_t Least, uint64_t Most) {
  return [=](const std::string &Text) -> std::string {
    uint64_t Value = 0;
    const char *End = Text.data() + Text.size();
    auto [Rest, Code] = std::from_chars(Text.data(), End, Value);
    if (Code == std::errc() && Rest == End && Value >= Least && Value <= Most)
      return "";
    return "expected a whole number from " + std::to_string(Least) + " to " +
           std::to_string(Most) + ", found " + Text;
  };
}

Check h3::realNumber(double Least, double Most) {
  return [=](const std::string &Text) -> std::string {
    double Value = 0;
    const char *End = Text.data() + Text.size();
    auto [Rest, Code] = std::from_chars(Text.data(), End, Value);
    // A NaN fails both comparisons.
    if (Code == std::errc() && Rest == End && Value >= Least && Value <= Most)
      return "";
    char Range[64];
    std::snprintf(Range, sizeof(Range), "from %g to %g", Least, Most);
    return std::string("expected a number ") + Range + ", found " + Text;
  };
}

//===----------------------------------------------------------------------===//
// Input and output
//===----------------------------------------------------------------------===//

Error Output::write(std::string_view Text) {
  while (!Text.empty()) {
    ssize_t Written = ::write(STDOUT_FILENO, Text.data(), Text.size());
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written < 0) {
      Closed = errno == EPIPE;
      return Error::file(systemMessage("cannot write to stdout"));
    }
    Text.remove_prefix(Written);
  }
  return Error::success();
}

Expected<std::string> h3::readText(const std::string &Path) {
  int Descriptor =
      Path == "-" ? STDIN_FILENO : open(Path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string Text;
  char Buffer[1 << 16];
  ssize_t Length = Descriptor < 0 ? -1 : 0;
  while (Descriptor >= 0) {
    Length = read(Descriptor, Buffer, sizeof(Buffer));
    if (Length < 0 && errno == EINTR)
      continue;
    if (Length <= 0)
      break;
    Text.append(Buffer, Length);
  }
  std::string Name = Path == "-" ? "stdin" : Path;
  Error Err = Length < 0 ? Error::file(systemMessage("cannot read " + Name))
                         : Error::success();
  if (Descriptor > STDIN_FILENO)
    close(Descriptor);
  if (Err)
    return Err;
  return Text;
}

//===----------------------------------------------------------------------===//
// Program
//===----------------------------------------------------------------------===//

Expected<std::unique_ptr<Engine>> Program::openEngine(uint32_t Slots) {
  EngineOptions All = Options;
  All.Slots = Slots;
  ProgressBar Bar("weights");
  All.Progress = [&](double Share) { Bar.update(Share); };
  return Engine::create(Model, All);
}

uint32_t Program::slotsFor(int64_t Sequences) const {
  return static_cast<uint32_t>(
      std::min<int64_t>(Sequences, std::max(Model.max_sequences, 1u)));
}

Error Program::checkIds(const std::vector<int32_t> &Ids,
                        const std::string &Source) const {
  for (size_t I = 0; I < Ids.size(); ++I)
    if (uint32_t(Ids[I]) >= Model.vocab)
      return Error::invalid(Source + ": id " + std::to_string(Ids[I]) +
                            " at index " + std::to_string(I) +
                            " is not in [0, " + std::to_string(Model.vocab) +
                            ")");
  return Error::success();
}

//===----------------------------------------------------------------------===//
// CommandLine
//===----------------------------------------------------------------------===//

CLI::App &CommandLine::add(const char *Name, const char *Description,
                           Action Run) {
  CLI::App &Sub = *Top.add_subcommand(Name, Description);
  addCommonOptions(Sub);
  Commands.emplace_back(&Sub, std::move(Run));
  return Sub;
}

void CommandLine::addCommonOptions(CLI::App &App) {
  constexpr unsigned MaxThreads = 4096;
  App.add_option("--threads", Prog.Options.Threads,
                 "CPU threads (default: the cores allowed to the process)")
      ->check(wholeNumber(1, MaxThreads))
      ->type_name("N");
  App.add_option("--weights", Prog.Options.WeightsPath,
                 "Weight file (default: inside the program, or PROGRAM.h3w)")
      ->type_name("FILE");
  if (Prog.Model.image_bytes != 0) {
    App.add_option("--device", Prog.Options.Device,
                   "cuda:N (default cuda:0), or sim, the simulated GPU")
        ->type_name("NAME");
    return;
  }
  App.add_option("--device", Prog.Options.Device, "Device (default: cpu)")
      ->check([](const std::string &Name) -> std::string {
        if (Name == "cpu")
          return "";
        return "found '" + Name +
               "', but this program was compiled for cpu; compile the model "
               "with another --target";
      })
      ->type_name("NAME");
}

const CommandLine::Action *CommandLine::selected() const {
  for (const auto &[Sub, Run] : Commands)
    if (Sub->parsed())
      return &Run;
  return nullptr;
}

//===----------------------------------------------------------------------===//
// runProgram
//===----------------------------------------------------------------------===//

static int fail(std::string Message, ExitCode Code) {
  // What a file holds must neither break the line nor steer the terminal.
  for (char &C : Message)
    if (static_cast<unsigned char>(C) < ' ' || C == 0x7f)
      C = ' ';
  std::fprintf(stderr, "error: %s\n", Message.c_str());
  return Code;
}

static int finish(const Error &Err, const Output &Out) {
  if (!Err || Out.closed())
    return Success;
  return fail(Err.message(), Failure);
}

/// Parses and executes. The parser reports by throwing; so may the standard
/// library when memory runs out.
static int execute(const H3Model &Model, int Argc, char **Argv) {
  Program Prog(Model);
  CLI::App Top("A compiled H3 language model.");
  Top.require_subcommand(0, 1);
  CommandLine Line(Top, Prog);
  CommandLine::Action Generate = addGenerateCommand(Line);
  addArrayCommands(Line);
  addTextCommands(Line);
  addEvalCommand(Line);
  addBenchCommand(Line);
  addInfoCommand(Line);
  Top.set_version_flag("--version", "h3rt " H3RT_VERSION);
  try {
    Top.parse(Argc, Argv);
  } catch (const CLI::CallForHelp &) {
    return finish(Prog.Out.write(Top.help()), Prog.Out);
  } catch (const CLI::CallForVersion &Version) {
    return finish(Prog.Out.write(Version.what() + std::string("\n")), Prog.Out);
  } catch (const CLI::ParseError &Wrong) {
    return fail(std::string(Wrong.what()) + " (see --help)", WrongUsage);
  }

  const CommandLine::Action *Selected = Line.selected();
  if (!Selected && !Top.get_option("--prompt")->count())
    return fail("nothing to do: give --prompt TEXT or a subcommand (see "
                "--help)",
                WrongUsage);
  if (Selected && Top.get_option("--prompt")->count())
    return fail("--prompt belongs to generate, found another subcommand (see "
                "--help)",
                WrongUsage);
  return finish(Selected ? (*Selected)() : Generate(), Prog.Out);
}

int h3::runProgram(const H3Model &Model, int Argc, char **Argv) {
  // A reader that goes away shows as a failed write.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return execute(Model, Argc, Argv);
  } catch (const std::bad_alloc &) {
    return fail("out of memory", Failure);
  } catch (const std::exception &Unexpected) {
    return fail(Unexpected.what(), Failure);
  }
}
