//===- Compile.h - From a checkpoint to a program ---------------*- C++ -*-===//
//
// What h3-compile does, without its command line.
//
//===----------------------------------------------------------------------===//

#ifndef H3_DRIVER_COMPILE_H
#define H3_DRIVER_COMPILE_H

#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace h3 {

/// Where compilation ends, in the order in which a model goes through them.
enum class Stage {
  H3,     ///< layers on tensors, as imported
  Linalg, ///< kernels of layers on planned buffers
  Vector, ///< loops over vectors
  Llvm,   ///< optimised LLVM IR
  Asm,
  Obj,
  Lib, ///< an archive of the object and the runtime, beside its weight file
  Exe  ///< a program, with its weights inside or beside it
};

/// Whether a stage gives text.
bool isText(Stage stage);

struct CompileOptions {
  std::string
      model; ///< a checkpoint, a folder, a config.json, or a published name
  std::string output; ///< empty: text stages go to stdout
  Stage stage = Stage::Exe;
  std::string cpu = "native";
  std::string tokenizer; ///< a file, or `bytes`; empty: what the model brings
  std::string libraryFolder; ///< that of libh3rt.a
  std::optional<int64_t> heads;
  /// Random weights instead of a checkpoint; `model` is a published name.
  std::optional<uint64_t> randomSeed;
  int64_t maxTokens = 512;
  int64_t maxSequences = 8;
  int64_t maxContext = 2048;
  bool singleFile = false;
};

/// Compiles a model. On failure `output` is as it was before. Remarks and
/// progress go to `notes`, a bar only if it is a terminal.
llvm::Error compile(const CompileOptions &options, llvm::raw_fd_ostream &notes);

} // namespace h3

#endif // H3_DRIVER_COMPILE_H
