//===- LaunchesToRuntime.cpp - Launches to calls of the runtime -----------===//
//
// Before: gpu.launch_func in functions whose third argument from the end is the
// runtime's team (h3-distribute-threads). After: calls of h3rt_launch with the
// number of the kernel and its arguments as 64-bit words, a memref as MLIR
// passes it: two pointers, offset, sizes, strides. The gpu.module is gone, its
// kernels are in the image; their names in the order of their numbers stand on
// the module as h3.kernels.
//
//===----------------------------------------------------------------------===//

#include "../RuntimeCalls.h"
#include "h3/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"

namespace h3 {
#define GEN_PASS_DEF_CONVERTLAUNCHESTORUNTIME
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

using namespace mlir;

namespace {

struct ConvertLaunchesToRuntime final
    : h3::impl::ConvertLaunchesToRuntimeBase<ConvertLaunchesToRuntime> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<Attribute> names;
    OpBuilder builder(module.getBodyRegion());
    SmallVector<gpu::GPUModuleOp> kernelModules(
        module.getOps<gpu::GPUModuleOp>());
    for (gpu::GPUModuleOp kernels : kernelModules)
      for (Operation &op : *kernels.getBody())
        if (op.hasAttr(gpu::GPUDialect::getKernelFuncAttrName())) {
          numbers[SymbolTable::getSymbolName(&op)] = names.size();
          names.push_back(SymbolTable::getSymbolName(&op));
        }
    SmallVector<gpu::LaunchFuncOp> launches;
    module.walk([&](gpu::LaunchFuncOp launch) { launches.push_back(launch); });
    for (gpu::LaunchFuncOp launch : launches)
      if (failed(convert(launch)))
        return signalPassFailure();
    for (gpu::GPUModuleOp kernels : kernelModules)
      kernels.erase();
    module->removeAttr(gpu::GPUDialect::getContainerModuleAttrName());
    module->setAttr("h3.kernels", builder.getArrayAttr(names));
  }

private:
  LogicalResult convert(gpu::LaunchFuncOp launch) {
    FailureOr<Value> team =
        h3::findTeam(launch, "h3-convert-launches-to-runtime");
    if (failed(team))
      return failure();
    gpu::KernelDim3 grid = launch.getGridSizeOperandValues();
    gpu::KernelDim3 block = launch.getBlockSizeOperandValues();
    if (!isOne(grid.z) || !isOne(block.y) || !isOne(block.z) ||
        launch.getDynamicSharedMemorySize() || launch.getAsyncToken() ||
        !launch.getAsyncDependencies().empty())
      return launch.emitError(
          "h3-convert-launches-to-runtime expects a grid of "
          "two dimensions, blocks of one, no dynamic "
          "shared memory and no async tokens");
    ImplicitLocOpBuilder b(launch.getLoc(), launch);
    SmallVector<Value> words;
    for (Value operand : launch.getKernelOperands())
      if (failed(appendWords(b, operand, words)))
        return launch.emitError("h3-convert-launches-to-runtime expects kernel "
                                "arguments that are memrefs, found ")
               << operand.getType();
    auto type = MemRefType::get({int64_t(words.size())}, b.getIndexType());
    Value buffer = memref::AllocaOp::create(b, type);
    for (auto [i, word] : llvm::enumerate(words))
      memref::StoreOp::create(b, word, buffer,
                              Value(arith::ConstantIndexOp::create(b, i)));
    Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, value);
    };
    h3::callRuntime(b, "h3rt_launch",
                    {*team, constant(numbers.lookup(launch.getKernelName())),
                     grid.x, grid.y, block.x, address, constant(words.size())});
    launch.erase();
    return success();
  }

  static bool isOne(Value value) { return matchPattern(value, m_One()); }

  static LogicalResult appendWords(ImplicitLocOpBuilder &b, Value operand,
                                   SmallVectorImpl<Value> &words) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      return failure();
    auto metadata = memref::ExtractStridedMetadataOp::create(b, operand);
    Value pointer = memref::ExtractAlignedPointerAsIndexOp::create(b, operand);
    words.append({pointer, pointer, metadata.getOffset()});
    llvm::append_range(words, metadata.getSizes());
    llvm::append_range(words, metadata.getStrides());
    return success();
  }

  llvm::StringMap<int64_t> numbers;
};

} // namespace
