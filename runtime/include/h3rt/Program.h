//===- Program.h - The command line of a compiled model ---------*- C++ -*-===//

#ifndef H3RT_PROGRAM_H
#define H3RT_PROGRAM_H

#include "h3rt/abi.h"

namespace h3 {

/// Executes the command line of a compiled model and returns its exit code:
/// 0 on success, 1 on a failure explained on stderr, 2 on wrong usage.
int runProgram(const H3Model &Model, int Argc, char **Argv);

} // namespace h3

#endif // H3RT_PROGRAM_H
