//===- WeightValues.h - What functions of weights amount to -----*- C++ -*-===//

#ifndef H3_WEIGHTS_WEIGHTVALUES_H
#define H3_WEIGHTS_WEIGHTVALUES_H

#include "h3/Weights/WeightSource.h"
#include "mlir/IR/Value.h"

namespace h3 {

/// The elements of a tensor of floats, in row-major order, that is a constant
/// or a function of parameters and constants. `source` holds the tensors that
/// parameters come from; null: there are none. Fails for any other value, and
/// where a tensor is missing or has another shape.
llvm::Expected<std::vector<float>> computeWeight(mlir::Value value,
                                                 const WeightSource *source);

} // namespace h3

#endif // H3_WEIGHTS_WEIGHTVALUES_H
