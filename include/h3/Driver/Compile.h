//===- Compile.h - From a checkpoint to a program ---------------*- C++ -*-===//
//
// What h3-compile does, without its command line.
//
//===----------------------------------------------------------------------===//

#ifndef H3_DRIVER_COMPILE_H
#define H3_DRIVER_COMPILE_H

#include "h3/Driver/CompileOptions.h"
#include "llvm/Support/Error.h"

namespace h3 {

/// Compiles a model. On failure `output` is as it was before. Remarks and
/// progress go to `notes`, a bar only if it is a terminal.
llvm::Error compile(const CompileOptions &options, llvm::raw_fd_ostream &notes);

} // namespace h3

#endif // H3_DRIVER_COMPILE_H
