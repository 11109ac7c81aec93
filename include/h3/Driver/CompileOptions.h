//===- CompileOptions.h - What can be asked of a compilation ----*- C++ -*-===//
//
// Plain C++, without LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef H3_DRIVER_COMPILEOPTIONS_H
#define H3_DRIVER_COMPILEOPTIONS_H

#include <cstdint>
#include <optional>
#include <string>

namespace h3 {

/// Where compilation ends, in the order in which a model goes through them.
enum class Stage {
  H3,     ///< layers on tensors, as imported
  Linalg, ///< kernels of layers on planned buffers
  Vector, ///< loops over vectors
  Gpu,    ///< kernels in the gpu dialect and their launches
  Nvvm,   ///< kernels in the NVVM dialect
  Ptx,
  Llvm, ///< optimised LLVM IR
  Asm,
  Obj,
  Lib, ///< an archive of the object and the runtime, beside its weight file
  Exe  ///< a program, with its weights inside or beside it
};

/// Whether a stage gives text.
inline bool isText(Stage stage) { return stage <= Stage::Asm; }

enum class TargetKind { Cpu, Cuda };

/// Whether compiling for a target goes through a stage.
inline bool hasStage(TargetKind target, Stage stage) {
  if (stage == Stage::Vector)
    return target == TargetKind::Cpu;
  if (stage == Stage::Gpu || stage == Stage::Nvvm || stage == Stage::Ptx)
    return target == TargetKind::Cuda;
  return true;
}

struct CompileOptions {
  /// A checkpoint, a folder, a config.json, or a published name.
  std::string model;
  std::string output; ///< empty: stdout, for stages that give text
  Stage stage = Stage::Exe;
  TargetKind target = TargetKind::Cpu;
  std::string cpu = "native";
  std::string cudaArchs = "sm_80,sm_90,sm_100";
  /// Of dense layers: f32, bf16, f16, int8, int4; empty: as stored.
  std::string weightType;
  std::string tokenizer; ///< a file, or `bytes`; empty: what the model brings
  std::string libraryFolder; ///< that of libh3rt.a
  std::optional<int64_t> heads;
  /// Random weights instead of a checkpoint; `model` is a published name.
  std::optional<uint64_t> randomSeed;
  int64_t maxTokens = 512;
  int64_t maxSequences = 8;
  int64_t maxContext = 2048;
  bool singleFile = false;
  std::string form;     ///< of SSMs and convolutions; empty: the cheapest
  bool explain = false; ///< say which forms were chosen, and why
};

} // namespace h3

#endif // H3_DRIVER_COMPILEOPTIONS_H
