//===- H3Bufferization.cpp - h3 on tensors to h3 on memrefs ---------------===//
//
// Layers become themselves on memrefs: operands are replaced by buffers and the
// results by the buffers of the `outs` operands. A parameter becomes a
// read-only buffer.
//
//===----------------------------------------------------------------------===//

#include "H3Bufferization.h"
#include "H3Dialect.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

using namespace mlir;
using namespace mlir::bufferization;

namespace {

/// True where the op reads what an `outs` operand holds when it starts.
template <typename OpTy> bool readsInit(OpTy op, OpOperand &init) {
  if constexpr (std::is_same_v<OpTy, h3::LinearOp>)
    return op.getAccumulate();
  else if constexpr (std::is_same_v<OpTy, h3::ShiftSsmOp> ||
                     std::is_same_v<OpTy, h3::DiagSsmOp> ||
                     std::is_same_v<OpTy, h3::MixerOp> ||
                     std::is_same_v<OpTy, h3::MixerOutputOp>)
    return init.get() != op.getOutput(); // A state.
  else                                   // Cached rows of earlier steps stay.
    return std::is_same_v<OpTy, h3::CacheKeysOp>;
}

template <typename OpTy>
struct LayerModel final
    : DstBufferizableOpInterfaceExternalModel<LayerModel<OpTy>, OpTy> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    auto layer = cast<OpTy>(op);
    return layer.isDpsInput(&operand) || readsInit(layer, operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    rewriter.setInsertionPoint(op);
    SmallVector<Value> buffers;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        buffers.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    Operation *onBuffers = mlir::clone(rewriter, op, TypeRange(), buffers);
    SmallVector<Value> results;
    for (OpOperand &init : cast<OpTy>(onBuffers).getDpsInitsMutable())
      results.push_back(init.get());
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};

struct GetParameterModel final
    : BufferizableOpInterface::ExternalModel<GetParameterModel,
                                             h3::GetParameterOp> {
  bool bufferizesToAllocation(Operation *, Value) const { return false; }
  bool isWritable(Operation *, Value, const AnalysisState &) const {
    return false;
  }
  AliasingOpOperandList getAliasingOpOperands(Operation *, Value,
                                              const AnalysisState &) const {
    return {};
  }
  FailureOr<BufferLikeType> getBufferType(Operation *, Value value,
                                          const BufferizationOptions &,
                                          const BufferizationState &,
                                          SmallVector<Value> &) const {
    auto tensor = cast<RankedTensorType>(value.getType());
    return cast<BufferLikeType>(
        MemRefType::get(tensor.getShape(), tensor.getElementType()));
  }
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &,
                          BufferizationState &) const {
    auto parameter = cast<h3::GetParameterOp>(op);
    auto tensor = cast<RankedTensorType>(parameter.getType());
    replaceOpWithNewBufferizedOp<h3::GetParameterOp>(
        rewriter, op,
        MemRefType::get(tensor.getShape(), tensor.getElementType()),
        parameter.getNameAttr());
    return success();
  }
};

template <typename... OpTys> void attachLayers(MLIRContext *context) {
  (OpTys::template attachInterface<LayerModel<OpTys>>(*context), ...);
}

} // namespace

void h3::registerBufferizationModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, H3Dialect *) {
    attachLayers<EmbeddingOp, GatherRowsOp, SampleOp, LayerNormOp, LinearOp,
                 RoundRowsOp, QuantizeRowsOp, DequantizeOp, ShiftSsmOp,
                 DiagSsmOp, MixerOp, MixerScanOp, MixerOutputOp, LongConvOp,
                 RfftOp, IrfftOp, SpectralProductOp, HeadExpandOp,
                 HeadContractOp, CacheKeysOp, AttentionOp>(context);
    GetParameterOp::attachInterface<GetParameterModel>(*context);
  });
}
