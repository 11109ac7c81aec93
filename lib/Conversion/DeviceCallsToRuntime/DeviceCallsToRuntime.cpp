//===- DeviceCallsToRuntime.cpp - Device memory and transforms ------------===//
//
// Before: gpu.alloc, gpu.dealloc and calls of transforms on memrefs, in
// functions whose third argument from the end is the runtime's team
// (h3-distribute-threads). After: calls of the runtime with the team, numbers
// and pointers (runtime/include/h3rt/abi.h).
//
//===----------------------------------------------------------------------===//

#include "h3/Conversion/Passes.h"
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
      if (isa<gpu::AllocOp, gpu::DeallocOp>(op) || isTransform(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      if (failed(convert(op)))
        return signalPassFailure();
  }

private:
  LogicalResult convert(Operation *op) {
    auto function = op->getParentOfType<func::FuncOp>();
    Value team;
    if (function && function.getNumArguments() >= 3)
      team = function.getArguments().take_back(3)[0];
    if (!team || !isa<LLVM::LLVMPointerType>(team.getType()))
      return op->emitError("h3-convert-device-calls-to-runtime expects '")
             << op->getName()
             << "' in functions with the arguments of h3-distribute-threads";
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
      callRuntime(b, kFree, {team, pointer(b, dealloc.getMemref())});
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
    Value memory = callRuntime(b, kAlloc, {team, bytes}, pointerType);

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
    callRuntime(b, call.getCallee(),
                {team, dim(0), columns, distance,
                 pointer(b, call.getOperand(0)),
                 pointer(b, call.getOperand(1))});
    return success();
  }

  static Value pointer(ImplicitLocOpBuilder &b, Value buffer) {
    return memref::ExtractAlignedPointerAsIndexOp::create(b, buffer);
  }

  /// A call of a function of the runtime, which is declared if it is the first.
  Value callRuntime(ImplicitLocOpBuilder &b, StringRef name,
                    ValueRange operands, TypeRange results = {}) {
    if (!getOperation().lookupSymbol(name)) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(getOperation().getBody());
      func::FuncOp::create(b, name,
                           b.getFunctionType(TypeRange(operands), results))
          .setPrivate();
    }
    auto call = func::CallOp::create(b, name, results, operands);
    return results.empty() ? Value() : call.getResult(0);
  }
};

} // namespace
