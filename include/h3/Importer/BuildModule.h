//===- BuildModule.h - A configuration as an h3 module ----------*- C++ -*-===//
//
// The last step of the import: what the model computes, as one function.
//
//===----------------------------------------------------------------------===//

#ifndef H3_IMPORTER_BUILDMODULE_H
#define H3_IMPORTER_BUILDMODULE_H

#include "h3/Importer/Config.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace h3 {

/// Builds the module of a model: an `h3.parameter` for every tensor of
/// listTensors(), and the function `step`, which takes the buffers of
/// H3StepArgs as tensors, each layer's state or cache as an argument of its
/// own, and returns the logits, states and caches. `maxContext` is the length
/// of the caches in tokens. Locations name the tensor behind an operation and
/// `source`, the checkpoint.
mlir::OwningOpRef<mlir::ModuleOp> buildModule(mlir::MLIRContext &context,
                                              const ModelConfig &config,
                                              int64_t maxContext,
                                              llvm::StringRef source);

} // namespace h3

#endif // H3_IMPORTER_BUILDMODULE_H
