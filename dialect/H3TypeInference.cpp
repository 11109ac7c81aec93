//===- H3TypeInference.cpp - The types of results -------------------------===//
//
// The results of a layer are its `outs` operands, rewritten; the parameters
// that the weight writer derives have shapes that follow from those of the
// tensors.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"

using namespace mlir;
using namespace h3;

/// `inits` are the `outs` operands of a layer.
static void inferLayerTypes(ValueRange inits, SmallVectorImpl<Type> &types) {
  for (Type type : inits.getTypes())
    if (isa<TensorType>(type))
      types.push_back(type);
}

#define H3_INFER_LAYER(OP, INITS)                                              \
  LogicalResult OP::inferReturnTypes(MLIRContext *, std::optional<Location>,   \
                                     ValueRange operands, DictionaryAttr,      \
                                     OpaqueProperties, RegionRange,            \
                                     SmallVectorImpl<Type> &types) {           \
    inferLayerTypes(operands.take_back(INITS), types);                         \
    return success();                                                          \
  }
H3_INFER_LAYER(EmbeddingOp, 1)
H3_INFER_LAYER(GatherRowsOp, 1)
H3_INFER_LAYER(SampleOp, 1)
H3_INFER_LAYER(LayerNormOp, 1)
H3_INFER_LAYER(LinearOp, 1)
H3_INFER_LAYER(RoundRowsOp, 1)
H3_INFER_LAYER(DequantizeOp, 1)
H3_INFER_LAYER(MixerScanOp, 2)
H3_INFER_LAYER(MixerOutputOp, 3)
H3_INFER_LAYER(LongConvOp, 1)
H3_INFER_LAYER(RfftOp, 1)
H3_INFER_LAYER(IrfftOp, 1)
H3_INFER_LAYER(SpectralProductOp, 1)
H3_INFER_LAYER(HeadExpandOp, 1)
H3_INFER_LAYER(HeadContractOp, 1)
H3_INFER_LAYER(CacheKeysOp, 1)
H3_INFER_LAYER(AttentionOp, 1)
#undef H3_INFER_LAYER

// States of these may be absent, and sums.
#define H3_INFER_OPTIONAL(OP, ...)                                             \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location>, ValueRange operands,             \
      DictionaryAttr attributes, OpaqueProperties properties,                  \
      RegionRange regions, SmallVectorImpl<Type> &types) {                     \
    Adaptor op(operands, attributes, properties, regions);                     \
    for (Value init : {__VA_ARGS__})                                           \
      if (init)                                                                \
        inferLayerTypes(init, types);                                          \
    return success();                                                          \
  }
H3_INFER_OPTIONAL(QuantizeRowsOp, op.getValues(), op.getScales(), op.getSums())
H3_INFER_OPTIONAL(ShiftSsmOp, op.getOutput(), op.getState())
H3_INFER_OPTIONAL(DiagSsmOp, op.getOutput(), op.getState())
H3_INFER_OPTIONAL(MixerOp, op.getOutput(), op.getShiftState(),
                  op.getDiagState())
#undef H3_INFER_OPTIONAL

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<ShapedType>(value.getType()).getShape();
}

/// B [C, N] -> taps [N, C].
LogicalResult ShiftKernelOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location>,
                                              ValueRange operands,
                                              DictionaryAttr, OpaqueProperties,
                                              RegionRange,
                                              SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> b = shapeOf(operands[0]);
  types.push_back(
      RankedTensorType::get({b[1], b[0]}, Float32Type::get(context)));
  return success();
}

/// C [1, H, M, 2] -> modes [4, M, H].
LogicalResult DiagModesOp::inferReturnTypes(MLIRContext *context,
                                            std::optional<Location>,
                                            ValueRange operands, DictionaryAttr,
                                            OpaqueProperties, RegionRange,
                                            SmallVectorImpl<Type> &types) {
  ArrayRef<int64_t> c = shapeOf(operands[0]);
  types.push_back(
      RankedTensorType::get({4, c[2], c[1]}, Float32Type::get(context)));
  return success();
}
