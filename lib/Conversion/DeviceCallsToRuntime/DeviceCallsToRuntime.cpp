//===- DeviceCallsToRuntime.cpp - Device memory and library calls ---------===//
//
// Before: gpu.alloc, gpu.dealloc, calls of transforms on memrefs and dense
// layers of libraries, in functions whose third argument from the end is the
// runtime's team (h3-distribute-threads). After: calls of the runtime with the
// team, numbers and pointers (runtime/include/h3rt/abi.h). Where there are
// dense layers, their library's work area stands on the module as
// h3.library_bytes.
//
//===----------------------------------------------------------------------===//

#include "../RuntimeCalls.h"
#include "H3Dialect.h"
#include "h3/Conversion/Passes.h"
#include "h3rt/abi.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {
#define GEN_PASS_DEF_CONVERTDEVICECALLSTORUNTIME
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

using namespace mlir;

namespace {

constexpr StringLiteral kAlloc = "h3rt_alloc", kFree = "h3rt_free";
constexpr StringLiteral kTransforms[] = {"h3rt_rfft", "h3rt_irfft"};

/// What cuBLAS's documentation recommends for Hopper and newer.
constexpr int64_t kLibraryBytes = 32 << 20;

bool isTransform(Operation *op) {
  auto call = dyn_cast<func::CallOp>(op);
  return call && llvm::is_contained(kTransforms, call.getCallee());
}

struct ConvertDeviceCallsToRuntime final
    : h3::impl::ConvertDeviceCallsToRuntimeBase<ConvertDeviceCallsToRuntime> {
  void runOnOperation() override {
    // What the calls are on memrefs makes room for what they are in C.
    for (StringRef name : kTransforms)
      if (Operation *declaration = getOperation().lookupSymbol(name))
        declaration->erase();
    SmallVector<Operation *> ops;
    getOperation().walk([&](Operation *op) {
      if (isa<gpu::AllocOp, gpu::DeallocOp, h3::LinearOp>(op) ||
          isTransform(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      if (failed(convert(op)))
        return signalPassFailure();
  }

private:
  LogicalResult convert(Operation *op) {
    FailureOr<Value> found =
        h3::findTeam(op, "h3-convert-device-calls-to-runtime");
    if (failed(found))
      return failure();
    Value team = *found;
    if (auto async = dyn_cast<gpu::AsyncOpInterface>(op))
      if (async.getAsyncToken() || !async.getAsyncDependencies().empty())
        return op->emitError("h3-convert-device-calls-to-runtime expects no "
                             "async tokens");
    ImplicitLocOpBuilder b(op->getLoc(), op);
    if (auto alloc = dyn_cast<gpu::AllocOp>(op)) {
      if (!alloc.getType().getLayout().isIdentity())
        return op->emitError("h3-convert-device-calls-to-runtime expects "
                             "buffers without a layout, found ")
               << alloc.getType();
      convertAlloc(alloc, team, b);
    } else if (auto dealloc = dyn_cast<gpu::DeallocOp>(op)) {
      h3::callRuntime(b, kFree, {team, pointer(b, dealloc.getMemref())});
    } else if (auto linear = dyn_cast<h3::LinearOp>(op)) {
      if (!linear.getLibrary())
        return op->emitError("h3-convert-device-calls-to-runtime expects "
                             "dense layers of a library");
      convertLinear(linear, team, b);
    } else if (failed(convertTransform(cast<func::CallOp>(op), team, b))) {
      return failure();
    }
    op->erase();
    return success();
  }

  void convertAlloc(gpu::AllocOp alloc, Value team, ImplicitLocOpBuilder &b) {
    MemRefType type = alloc.getType();
    int64_t size = type.getElementTypeBitWidth() / 8;
    for (int64_t dim : type.getShape())
      size *= ShapedType::isDynamic(dim) ? 1 : dim;
    Value bytes = arith::ConstantIndexOp::create(b, size);
    for (Value dim : alloc.getDynamicSizes())
      bytes = arith::MulIOp::create(b, bytes, dim);
    auto pointerType = LLVM::LLVMPointerType::get(&getContext());
    Value memory = h3::callRuntime(b, kAlloc, {team, bytes}, pointerType);

    auto bytesType = MemRefType::get({ShapedType::kDynamic}, b.getI8Type());
    LLVMTypeConverter converter(&getContext());
    auto descriptor = MemRefDescriptor::poison(
        b, b.getLoc(), converter.convertType(bytesType));
    Value count =
        arith::IndexCastOp::create(b, converter.getIndexType(), bytes);
    descriptor.setAllocatedPtr(b, b.getLoc(), memory);
    descriptor.setAlignedPtr(b, b.getLoc(), memory);
    descriptor.setConstantOffset(b, b.getLoc(), 0);
    descriptor.setSize(b, b.getLoc(), 0, count);
    descriptor.setConstantStride(b, b.getLoc(), 0, 1);
    Value whole =
        UnrealizedConversionCastOp::create(b, bytesType, Value(descriptor))
            .getResult(0);
    Value view = memref::ViewOp::create(b, type, whole,
                                        arith::ConstantIndexOp::create(b, 0),
                                        alloc.getDynamicSizes());
    alloc.getMemref().replaceAllUsesWith(view);
  }

  /// Operands are a buffer of real values and one of complex ones, in either
  /// order, and how many of their second dimension take part.
  LogicalResult convertTransform(func::CallOp call, Value team,
                                 ImplicitLocOpBuilder &b) {
    auto isBuffer = [](Type type) {
      auto memref = dyn_cast<MemRefType>(type);
      return memref && memref.getElementType().isF32() &&
             memref.getLayout().isIdentity();
    };
    bool isForward = call.getCallee() == kTransforms[0];
    Value real =
        call.getNumOperands() == 3 ? call.getOperand(!isForward) : Value();
    if (!real || !isBuffer(call.getOperand(0).getType()) ||
        !isBuffer(call.getOperand(1).getType()) ||
        cast<MemRefType>(real.getType()).getRank() != 3 ||
        !call.getOperand(2).getType().isIndex())
      return call.emitError("h3-convert-device-calls-to-runtime expects the "
                            "call of a transform with a real and a complex "
                            "buffer and a count");
    auto dim = [&](int64_t i) -> Value {
      return memref::DimOp::create(b, real, i);
    };
    Value columns = arith::MulIOp::create(b, call.getOperand(2), dim(2));
    Value distance = arith::MulIOp::create(b, dim(1), dim(2));
    h3::callRuntime(b, call.getCallee(),
                    {team, dim(0), columns, distance,
                     pointer(b, call.getOperand(0)),
                     pointer(b, call.getOperand(1))});
    return success();
  }

  void convertLinear(h3::LinearOp linear, Value team, ImplicitLocOpBuilder &b) {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, value);
    };
    auto weight = cast<MemRefType>(linear.getWeight().getType());
    Type element = weight.getElementType();
    int64_t type = element.isF16()    ? H3_ELEMENT_F16
                   : element.isBF16() ? H3_ELEMENT_BF16
                                      : H3_ELEMENT_F32;
    int64_t flags = (linear.getGelu() ? H3_LINEAR_GELU : 0) |
                    (linear.getAccumulate() ? H3_LINEAR_ACCUMULATE : 0);
    Value rows = memref::DimOp::create(b, linear.getInput(), 0);
    Value bias = linear.getBias();
    h3::callRuntime(
        b, "h3rt_linear",
        {team, constant(type), rows, constant(weight.getDimSize(0)),
         constant(weight.getDimSize(1)), address(b, linear.getInput()),
         address(b, linear.getWeight()), bias ? address(b, bias) : constant(0),
         address(b, linear.getOutput()), constant(flags)});
    getOperation()->setAttr("h3.library_bytes",
                            b.getI64IntegerAttr(kLibraryBytes));
  }

  static Value pointer(ImplicitLocOpBuilder &b, Value buffer) {
    return memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
  }
  /// Of the first element of a view.
  static Value address(ImplicitLocOpBuilder &b, Value view) {
    auto metadata = memref::ExtractStridedMetadataOp::create(b, view);
    int64_t bytes =
        cast<MemRefType>(view.getType()).getElementTypeBitWidth() / 8;
    Value offset = arith::MulIOp::create(
        b, metadata.getOffset(), arith::ConstantIndexOp::create(b, bytes));
    return arith::AddIOp::create(b, pointer(b, view), offset);
  }
};

} // namespace
