//===- LaunchesToRuntime.cpp - Launches to calls of the runtime -----------===//
//
// Before: gpu.launch_func and dense layers of libraries, in functions whose
// third argument from the end is the runtime's team (h3-distribute-threads).
// After: calls of h3rt_launch with the number of the kernel and its arguments
// as 64-bit words, a memref as MLIR passes it: two pointers, offset, sizes,
// strides; and calls of h3rt_linear. The gpu.module is gone, its kernels are in
// the image; their names in the order of their numbers stand on the module as
// h3.kernels, and the work area of libraries as h3.library_bytes.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Conversion/Passes.h"
#include "h3rt/abi.h"
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

/// Declared in runtime/include/h3rt/abi.h.
constexpr StringLiteral kLaunch = "h3rt_launch", kLinear = "h3rt_linear";

/// What cuBLASLt's documentation recommends for the newest GPUs.
constexpr int64_t kLibraryBytes = 32 << 20;

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
    SmallVector<h3::LinearOp> linears;
    module.walk([&](h3::LinearOp linear) { linears.push_back(linear); });
    for (h3::LinearOp linear : linears)
      if (failed(convert(linear)))
        return signalPassFailure();
    for (gpu::GPUModuleOp kernels : kernelModules)
      kernels.erase();
    module->removeAttr(gpu::GPUDialect::getContainerModuleAttrName());
    module->setAttr("h3.kernels", builder.getArrayAttr(names));
    declare(kLaunch, 6, builder);
    if (linears.empty())
      return;
    declare(kLinear, 9, builder);
    module->setAttr("h3.library_bytes",
                    builder.getI64IntegerAttr(kLibraryBytes));
  }

private:
  /// A function of the runtime: of the team and `count` numbers.
  void declare(StringRef name, unsigned count, OpBuilder &builder) {
    if (getOperation().lookupSymbol(name))
      return;
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    SmallVector<Type> types{pointer};
    types.append(count, builder.getIndexType());
    func::FuncOp::create(builder, getOperation().getLoc(), name,
                         builder.getFunctionType(types, TypeRange()))
        .setPrivate();
  }

  static FailureOr<Value> findTeam(Operation *op) {
    auto function = op->getParentOfType<func::FuncOp>();
    Value team;
    if (function && function.getNumArguments() >= 3)
      team = function.getArguments().take_back(3)[0];
    if (!team || !isa<LLVM::LLVMPointerType>(team.getType()))
      return op->emitError("h3-convert-launches-to-runtime expects launches "
                           "in functions with the arguments of "
                           "h3-distribute-threads");
    return team;
  }

  LogicalResult convert(h3::LinearOp linear) {
    FailureOr<Value> team = findTeam(linear);
    if (failed(team))
      return failure();
    ImplicitLocOpBuilder b(linear.getLoc(), linear);
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, value);
    };
    auto address = [&](Value buffer) -> Value {
      if (!buffer)
        return constant(0);
      Value pointer = memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
      auto metadata = memref::ExtractStridedMetadataOp::create(b, buffer);
      int64_t bytes = cast<MemRefType>(buffer.getType())
                          .getElementType()
                          .getIntOrFloatBitWidth() /
                      8;
      Value offset =
          arith::MulIOp::create(b, metadata.getOffset(), constant(bytes));
      return arith::AddIOp::create(b, pointer, offset);
    };
    auto weight = cast<MemRefType>(linear.getWeight().getType());
    Type element = weight.getElementType();
    int64_t type = element.isF16()    ? H3_ELEMENT_F16
                   : element.isBF16() ? H3_ELEMENT_BF16
                                      : H3_ELEMENT_F32;
    int64_t flags = (linear.getGelu() ? H3_LINEAR_GELU : 0) |
                    (linear.getAccumulate() ? H3_LINEAR_ACCUMULATE : 0);
    Value rows = memref::DimOp::create(b, linear.getInput(), 0);
    func::CallOp::create(
        b, kLinear, TypeRange(),
        ValueRange{*team, constant(type), rows, constant(weight.getDimSize(0)),
                   constant(weight.getDimSize(1)), address(linear.getInput()),
                   address(linear.getWeight()), address(linear.getBias()),
                   address(linear.getOutput()), constant(flags)});
    linear.erase();
    return success();
  }

  LogicalResult convert(gpu::LaunchFuncOp launch) {
    FailureOr<Value> team = findTeam(launch);
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
    func::CallOp::create(
        b, kLaunch, TypeRange(),
        ValueRange{*team, constant(numbers.lookup(launch.getKernelName())),
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
