//===- Pipelines.cpp - The order of the passes ----------------------------===//

#include "h3/Pipelines/Pipelines.h"
#include "h3/Conversion/Passes.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

/// Lanes that no machine has are refused by passes.
static int64_t getLanes(const h3::PipelineOptions &options) {
  return std::clamp<int64_t>(options.lanes, 0, 64);
}

static bool hasDots(const h3::PipelineOptions &options, StringRef type) {
  return llvm::is_contained(options.dots, type);
}

/// Chooses forms, and what follows from them.
static void addForms(OpPassManager &pm, const h3::PipelineOptions &options) {
  h3::SelectFormOptions select;
  select.rows = options.maxTokens;
  select.lanes = getLanes(options);
  select.form = options.form;
  // Two multiply-adds in a cycle of a quarter of a nanosecond.
  select.multiplyAdds = 8.0 * std::max<int64_t>(getLanes(options), 1);
  pm.addPass(h3::createSelectForm(select));
  pm.addPass(h3::createFuseMixer());
  h3::SplitSequencesOptions split;
  split.multiplyAdds = select.multiplyAdds;
  pm.addPass(h3::createSplitSequences(split));
  pm.addPass(h3::createPrecomputeSpectra({getLanes(options)}));
}

void h3::buildParameterPipeline(OpPassManager &pm,
                                const PipelineOptions &options) {
  int64_t lanes = getLanes(options);
  addForms(pm, options);
  pm.addPass(createFuseProjections());
  QuantizeWeightsOptions quantize;
  quantize.type = options.weightType;
  quantize.columns = 4;
  pm.addPass(createQuantizeWeights(quantize));
  PackPanelsOptions pack;
  pack.width = 2 * lanes;
  pack.byteDots = hasDots(options, "i8");
  pm.addPass(createPackPanels(pack));
  pm.addPass(createQuantizeActivations({hasDots(options, "bf16")}));
  pm.addPass(createFoldParameters());
  pm.addPass(createLayoutParameters());
  pm.addPass(createVerifyPhase({"tensor"}));
}

static void addBufferize(OpPassManager &pm) {
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  // Recipes stay on tensors; h3-verify-phase finds what else would.
  bufferize.allowUnknownOps = true;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  pm.addPass(h3::createDropResults());
}

static void addBindBuffers(OpPassManager &pm,
                           const h3::PipelineOptions &options) {
  pm.addPass(h3::createBindBuffers({options.maxTokens}));
  pm.addPass(h3::createOutlineKernels());
  pm.addPass(h3::createVerifyPhase({"buffer"}));
}

void h3::buildBufferPipeline(OpPassManager &pm,
                             const PipelineOptions &options) {
  addBufferize(pm);
  addBindBuffers(pm, options);
}

void h3::buildVectorPipeline(OpPassManager &pm,
                             const PipelineOptions &options) {
  ConvertH3ToVectorOptions convert;
  convert.lanes = options.lanes;
  convert.tileRows = options.tileRows;
  convert.dots.assign(options.dots.begin(), options.dots.end());
  pm.addPass(createConvertH3ToVector(convert));
  pm.addPass(createDistributeThreads());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyPhase({"vector"}));
}

void h3::buildLlvmPipeline(OpPassManager &pm, const PipelineOptions &) {
  pm.addPass(createApproximateMath());
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  pm.addPass(createConvertVectorToSCFPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyPhase({"llvm"}));
}

void h3::buildKernelPipeline(OpPassManager &pm,
                             const PipelineOptions &options) {
  addForms(pm, options);
  addBufferize(pm);
  pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
}

void h3::buildCpuPipeline(OpPassManager &pm, const PipelineOptions &options) {
  buildParameterPipeline(pm, options);
  buildBufferPipeline(pm, options);
  buildVectorPipeline(pm, options);
  buildLlvmPipeline(pm, options);
}

void h3::buildGpuParameterPipeline(OpPassManager &pm,
                                   const PipelineOptions &options) {
  SelectFormOptions select;
  select.form = "recurrence"; // The one that kernels have.
  pm.addPass(createSelectForm(select));
  pm.addPass(createFuseMixer());
  pm.addPass(createFuseProjections());
  QuantizeWeightsOptions quantize;
  quantize.type = options.weightType;
  pm.addPass(createQuantizeWeights(quantize));
  pm.addPass(createFoldParameters());
  pm.addPass(createLayoutParameters());
  pm.addPass(createVerifyPhase({"tensor"}));
}

void h3::buildGpuKernelPipeline(OpPassManager &pm,
                                const PipelineOptions &options) {
  SelectFormOptions select;
  select.rows = options.maxTokens;
  select.form = options.form;
  if (options.form.empty())
    select.form = "recurrence"; // Of what can have it.
  select.available = {"recurrence", "direct", "fft"};
  pm.addPass(createSelectForm(select));
  pm.addPass(createFuseMixer());
  addBufferize(pm);
  pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
}

void h3::buildGpuBufferPipeline(OpPassManager &pm,
                                const PipelineOptions &options) {
  addBufferize(pm);
  SpecializeRowsOptions specialize;
  specialize.maxTokens = options.maxTokens;
  pm.addPass(createSpecializeRows(specialize));
  addBindBuffers(pm, options);
}

void h3::buildGpuPipeline(OpPassManager &pm, const PipelineOptions &) {
  pm.addPass(createAddSampler());
  pm.addPass(createConvertH3ToGpu());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyPhase({"gpu"}));
}

void h3::buildNvvmPipeline(OpPassManager &pm, const PipelineOptions &) {
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createConvertVectorToLLVMPass());
  ConvertGpuOpsToNVVMOpsOptions convert;
  convert.indexBitwidth = 64;
  kernels.addPass(createConvertGpuOpsToNVVMOps(convert));
  kernels.addPass(createReconcileUnrealizedCastsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  pm.addPass(createVerifyPhase({"nvvm"}));
}

void h3::buildGpuHostPipeline(OpPassManager &pm,
                              const PipelineOptions &options) {
  pm.addPass(createDistributeThreads());
  pm.addPass(createConvertLaunchesToRuntime());
  pm.addPass(createConvertDeviceCallsToRuntime());
  buildLlvmPipeline(pm, options);
}

template <typename Build>
static void registerStage(StringRef name, StringRef description, Build build) {
  PassPipelineRegistration<h3::PipelineOptions>(name, description, build);
}

void h3::registerPipelines() {
  registerStage("h3-parameter-pipeline",
                "fold, pack and place the parameters of a model",
                buildParameterPipeline);
  registerStage("h3-buffer-pipeline",
                "bufferise, plan the buffers and outline the kernels",
                buildBufferPipeline);
  registerStage("h3-vector-pipeline",
                "lower the kernels to loops over vectors on threads",
                buildVectorPipeline);
  registerStage("h3-llvm-pipeline",
                "lower loops over vectors to the LLVM dialect",
                buildLlvmPipeline);
  registerStage("h3-kernel-pipeline",
                "layers in functions of their own to layers on memrefs",
                buildKernelPipeline);
  registerStage("h3-gpu-parameter-pipeline",
                "choose forms that GPU kernels have, fold and place parameters",
                buildGpuParameterPipeline);
  registerStage("h3-gpu-buffer-pipeline",
                "bufferise, specialise to few rows, plan the buffers and "
                "outline the kernels",
                buildGpuBufferPipeline);
  registerStage("h3-gpu-kernel-pipeline",
                "layers in functions of their own to layers on memrefs, in "
                "forms that GPU kernels have",
                buildGpuKernelPipeline);
  registerStage("h3-gpu-pipeline",
                "lower layers on planned buffers to GPU kernels and launches",
                buildGpuPipeline);
  registerStage("h3-nvvm-pipeline", "lower GPU kernels to the NVVM dialect",
                buildNvvmPipeline);
  registerStage("h3-gpu-host-pipeline",
                "lower what launches GPU kernels to the LLVM dialect",
                buildGpuHostPipeline);
  registerStage("h3-cpu-pipeline",
                "layers on tensors to the LLVM dialect, for a CPU",
                buildCpuPipeline);
}
