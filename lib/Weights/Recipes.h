//===- Recipes.h - How parameters follow from tensors -----------*- C++ -*-===//

#ifndef H3_LIB_WEIGHTS_RECIPES_H
#define H3_LIB_WEIGHTS_RECIPES_H

#include "h3/Weights/WeightSource.h"

namespace h3 {

/// Applies `recipe` (see `h3.parameter`) to its sources. `shape` is that of the
/// result, which holds zeros at first. Fails for an unknown recipe and for
/// sources that do not fit it.
llvm::Error applyRecipe(llvm::StringRef recipe,
                        llvm::ArrayRef<SourceTensor> sources,
                        llvm::ArrayRef<int64_t> shape,
                        llvm::MutableArrayRef<float> result);

} // namespace h3

#endif // H3_LIB_WEIGHTS_RECIPES_H
