//===- Pipelines.h - The order of the passes --------------------*- C++ -*-===//
//
// The only place where pass order is written. h3-compile runs these functions,
// h3-opt offers each under its name.
//
//===----------------------------------------------------------------------===//

#ifndef H3_PIPELINES_PIPELINES_H
#define H3_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassOptions.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace h3 {

struct PipelineOptions : public mlir::PassPipelineOptions<PipelineOptions> {
  Option<int64_t> lanes{*this, "lanes",
                        llvm::cl::desc("floats in a vector register"),
                        llvm::cl::init(8)};
  Option<int64_t> tileRows{*this, "tile-rows",
                           llvm::cl::desc("rows of a matrix tile"),
                           llvm::cl::init(6)};
  Option<int64_t> maxTokens{*this, "max-tokens",
                            llvm::cl::desc("rows of a step at most"),
                            llvm::cl::init(512)};
  Option<std::string> weightType{
      *this, "weight-type",
      llvm::cl::desc("type of dense weights: f32, bf16, f16, int8, int4"),
      llvm::cl::init("f32")};
  ListOption<std::string> dots{
      *this, "dots",
      llvm::cl::desc("dot products that the target adds at once: i16, i8, "
                     "bf16")};
  Option<std::string> form{
      *this, "form",
      llvm::cl::desc("form of SSMs and convolutions; empty: the cheapest")};
};

/// Layers on tensors -> the same with forms chosen, mixers fused, and folded,
/// packed and placed parameters.
void buildParameterPipeline(mlir::OpPassManager &pm,
                            const PipelineOptions &options);
/// Layers on tensors -> kernels with layers on memrefs in planned buffers.
void buildBufferPipeline(mlir::OpPassManager &pm,
                         const PipelineOptions &options);
/// Kernels with layers -> loops over vectors, distributed to threads.
void buildVectorPipeline(mlir::OpPassManager &pm,
                         const PipelineOptions &options);
/// Loops over vectors -> the LLVM dialect.
void buildLlvmPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
/// Functions with layers on tensors or memrefs, without a step -> the same on
/// memrefs, with C interfaces: what the vector pipeline takes.
void buildKernelPipeline(mlir::OpPassManager &pm,
                         const PipelineOptions &options);
/// All of the above, for a CPU.
void buildCpuPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// Layers on tensors -> the same with forms that GPU kernels have, mixers
/// fused, projections joined, weights in their type, and folded and placed
/// parameters.
void buildGpuParameterPipeline(mlir::OpPassManager &pm,
                               const PipelineOptions &options);
/// Functions with layers, without a step -> the same on memrefs, with C
/// interfaces: what the GPU pipeline takes.
void buildGpuKernelPipeline(mlir::OpPassManager &pm,
                            const PipelineOptions &options);
/// Layers on tensors -> kernels with layers on memrefs in planned buffers,
/// specialised to few rows and to many.
void buildGpuBufferPipeline(mlir::OpPassManager &pm,
                            const PipelineOptions &options);
/// Kernels with layers -> kernels in the gpu dialect and their launches.
void buildGpuPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
/// Kernels in the gpu dialect -> in the NVVM dialect.
void buildNvvmPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
/// What launches the kernels, without them -> the LLVM dialect.
void buildGpuHostPipeline(mlir::OpPassManager &pm,
                          const PipelineOptions &options);

void registerPipelines();

} // namespace h3

#endif // H3_PIPELINES_PIPELINES_H
