//===- CommandLine.h - The options of h3-compile ----------------*- C++ -*-===//

#ifndef H3_TOOLS_H3_COMPILE_COMMANDLINE_H
#define H3_TOOLS_H3_COMPILE_COMMANDLINE_H

#include "h3/Driver/CompileOptions.h"
#include <vector>

namespace h3 {

enum ExitCode { Success = 0, Failure = 1, WrongUsage = 2 };

/// Prints the one line that explains a failure.
ExitCode fail(std::string message, ExitCode code);

struct CommandLine {
  CompileOptions options;
  /// MLIR's own, such as `--mlir-print-ir-after-all`.
  std::vector<std::string> mlirOptions;
};

/// Fills `commandLine`. Returns the exit code where there is nothing more to
/// do: after `--help` and `--version`, and after a mistake that it has
/// explained.
std::optional<ExitCode> parseCommandLine(int argc, char **argv,
                                         CommandLine &commandLine);

} // namespace h3

#endif // H3_TOOLS_H3_COMPILE_COMMANDLINE_H
