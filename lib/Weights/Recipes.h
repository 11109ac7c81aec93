//===- Recipes.h - How parameters follow from tensors -----------*- C++ -*-===//

#ifndef H3_LIB_WEIGHTS_RECIPES_H
#define H3_LIB_WEIGHTS_RECIPES_H

#include "H3Dialect.h"
#include "h3/Weights/WeightSource.h"

namespace h3 {

/// Computes a parameter from tensors of `source` to `result`, which holds zeros
/// at first.
llvm::Error computeParameter(ParameterOp parameter, const WeightSource &source,
                             llvm::MutableArrayRef<float> result);

} // namespace h3

#endif // H3_LIB_WEIGHTS_RECIPES_H
