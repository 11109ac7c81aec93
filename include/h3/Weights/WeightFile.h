//===- WeightFile.h - The weight file of a module ---------------*- C++ -*-===//
//
// Computes what the passes have left to the weight writer: every parameter's
// recipe, applied to tensors of the checkpoint and stored at its offset.
//
//===----------------------------------------------------------------------===//

#ifndef H3_WEIGHTS_WEIGHTFILE_H
#define H3_WEIGHTS_WEIGHTFILE_H

#include "h3/Weights/WeightSource.h"
#include "mlir/IR/BuiltinOps.h"

namespace h3 {

/// 32 hexadecimal digits that tell weight files apart: by the tensors and by
/// the parameters of the module (after `h3-layout-parameters`).
std::string computeWeightDigest(mlir::ModuleOp module,
                                const WeightSource &source);

/// Bytes of the module's parameters in the weight file.
uint64_t getWeightBytes(mlir::ModuleOp module);
/// Bytes of the file, its header included.
uint64_t getWeightFileSize(mlir::ModuleOp module);

/// Called with the share of the bytes that are written, in [0, 1].
using ProgressFn = llvm::function_ref<void(double)>;

/// Writes the file, getWeightFileSize() bytes, to `out`, which holds zeros.
/// Parameters are computed in parallel.
llvm::Error writeWeightFile(mlir::ModuleOp module, const WeightSource &source,
                            llvm::StringRef digest,
                            llvm::MutableArrayRef<uint8_t> out,
                            ProgressFn progress);

} // namespace h3

#endif // H3_WEIGHTS_WEIGHTFILE_H
