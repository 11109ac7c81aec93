//===- CompileKernels.h - From a file of kernels to an object ---*- C++ -*-===//

#ifndef H3_LIB_DRIVER_COMPILEKERNELS_H
#define H3_LIB_DRIVER_COMPILEKERNELS_H

#include "h3/Driver/CompileOptions.h"
#include "h3/Target/CPU.h"
#include "llvm/ADT/StringRef.h"

namespace h3 {

/// Whether `path` names MLIR and not a model.
inline bool isKernelFile(llvm::StringRef path) {
  return path.ends_with(".mlir");
}

/// Compiles the public functions of an MLIR file, with h3 layers on tensors or
/// memrefs, to what `options.stage` says, an object file at most. It exports
/// `_mlir_ciface_NAME` for each, with MLIR's C interface for memrefs, followed
/// by the team, the thread and the number of threads (see `H3StepFn`); for a
/// GPU also `h3_kernels` (see h3rt/gpu.h).
llvm::Error compileKernels(const CompileOptions &options, CpuTarget &target,
                           llvm::raw_ostream &notes);

} // namespace h3

#endif // H3_LIB_DRIVER_COMPILEKERNELS_H
