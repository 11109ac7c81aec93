//===- LinearBlock.h - What kernels of dense layers share -------*- C++ -*-===//
//
// A warp multiplies a row of the weight: span after span, its lanes read up to
// 16 bytes each, and the inputs from shared memory.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOGPU_LINEARBLOCK_H
#define H3_LIB_CONVERSION_H3TOGPU_LINEARBLOCK_H

#include "DenseWeight.h"

namespace h3 {

constexpr int64_t kLinearThreads = 256,
                  kLinearWarps = kLinearThreads / kWarpSize;

/// Where inputs stand in shared memory. Lane l's access to the weight has the
/// features `width * l ..` of a span; their groups of four are `groupStride`
/// apart, so that the lanes of a warp read one group after the other without
/// conflicts, and write them so.
struct InputLayout {
  explicit InputLayout(LinearOp op)
      : width(DenseWeight::getWidth(op.getWeight(), op.getScales(), kWarpSize)),
        unit(std::min<int64_t>(width, 4)), groups(width / unit),
        span(kWarpSize * width),
        groupStride(kWarpSize * unit + (groups > 1 ? kWarpSize / groups : 0)),
        spanFloats(groups * groupStride) {}

  int64_t countSpans(int64_t features) const {
    return llvm::divideCeil(features, span);
  }
  /// The units of so many features, the last span's all of them.
  int64_t countUnits(int64_t features) const {
    return countSpans(features) * span / unit;
  }
  /// Of unit `u`, the features `u * unit ..`.
  Value getPlace(LoopBuilder &b, Value u) const;

  const int64_t width; ///< of an access to the weight
  const int64_t unit;  ///< of an access to the inputs
  const int64_t groups, span, groupStride, spanFloats;
};

class LinearBlock {
public:
  LinearBlock(LinearOp op, GpuBuilder &b)
      : op(op), b(b), weight(b, op.getWeight(), op.getScales(), kWarpSize),
        layout(op), inputs(weight.columns()), features(weight.rows()) {}

  /// Of a row, for its norm.
  struct Statistics {
    Value mean, scale; ///< the scale is 1 / deviation
  };
  /// Those of a row of the input, in all lanes of a warp.
  Statistics measure(Value row);
  Statistics getStatistics(Value mean, Value variance);
  /// The norm of the inputs `k ..`, a unit of them.
  Value normalize(Value x, Value k, const Statistics &statistics);

  Value loadInput(Value row, Value k) {
    return b.loadVector(op.getInput(), {row, k}, layout.unit);
  }
  /// What `load` gives for the inputs `k ..`, zeros behind the row's end.
  Value whereInput(Value k, llvm::function_ref<Value()> load);

  /// The lane's access to the weight in the span from feature `start` on, zeros
  /// behind the row's end.
  DenseWeight::Access loadWeight(Value feature, Value start);

  /// Adds the products of an access with the rows in `staged`, where its span
  /// is at `place`.
  llvm::SmallVector<Value> multiply(const DenseWeight::Access &access,
                                    Value staged, Value place, ValueRange sums);

  /// What a sum needs to become an output.
  struct Epilogue {
    Value scale, bias, before; ///< null: none
  };
  Epilogue loadEpilogue(Value row, Value feature);
  void store(Value sum, const Epilogue &epilogue, Value row, Value feature);

  LinearOp op;
  GpuBuilder &b;
  DenseWeight weight;
  const InputLayout layout;
  const int64_t inputs, features;
};

/// Floats of shared memory that the inputs of one row take.
int64_t countRowFloats(LinearOp op);
/// Whether there is room for them.
bool fitsLinearRow(LinearOp op);
/// The features of a warp: as many as make two blocks for each multiprocessor.
int64_t countRowFeatures(int64_t features);
/// A layer of one row; `staged` has room for its inputs [1, floats].
void emitLinearRow(LinearBlock &block, Value staged);

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOGPU_LINEARBLOCK_H
