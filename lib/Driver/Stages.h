//===- Stages.h - What every compilation does with its module ---*- C++ -*-===//

#ifndef H3_LIB_DRIVER_STAGES_H
#define H3_LIB_DRIVER_STAGES_H

#include "h3/Driver/CompileOptions.h"
#include "h3/Pipelines/Pipelines.h"
#include "h3/Target/CPU.h"
#include "h3/Target/GPU.h"
#include "mlir/IR/MLIRContext.h"

namespace h3 {

/// Runs the pipelines of one compilation and writes what they leave.
class Stages {
protected:
  /// Explanations go to `notes`, where they are asked for.
  Stages(const CompileOptions &options, CpuTarget &target,
         llvm::raw_ostream &notes);

  using Build =
      llvm::function_ref<void(mlir::OpPassManager &, const PipelineOptions &)>;
  /// Runs a pipeline; what it emits becomes the error.
  llvm::Error runPasses(mlir::ModuleOp module, Build build);
  /// From layers on buffers to the LLVM dialect, and, for a GPU, the image of
  /// its kernels. True where the wanted stage lies on the way: it was written,
  /// and nothing is left to do.
  llvm::Expected<bool> lowerBuffers(mlir::ModuleOp module);
  /// Writes a module as text.
  llvm::Error print(mlir::ModuleOp module);
  /// Writes LLVM IR, assembly or an object file, as the stage says.
  llvm::Error writeCode(llvm::Module &module);

  const CompileOptions &options;
  CpuTarget &target;
  PipelineOptions passOptions;
  GpuImage image; ///< empty for a CPU
  mlir::MLIRContext context;

private:
  llvm::Expected<bool> lowerToVectors(mlir::ModuleOp module);
  llvm::Expected<bool> lowerToGpu(mlir::ModuleOp module);
  llvm::Expected<bool> printLast(mlir::ModuleOp module);
  llvm::Error write(llvm::StringRef text);
};

} // namespace h3

#endif // H3_LIB_DRIVER_STAGES_H
