//===- Encode.h - Floats as the weight file has them ------------*- C++ -*-===//
#ifndef H3_LIB_WEIGHTS_ENCODE_H
#define H3_LIB_WEIGHTS_ENCODE_H

#include "mlir/IR/Types.h"
#include "llvm/ADT/ArrayRef.h"

namespace h3 {

/// Writes `values` as elements of `type` (f32, f16, bf16 or i8), rounded to the
/// nearest. False for any other type.
bool encode(llvm::ArrayRef<float> values, mlir::Type type, uint8_t *to);

} // namespace h3

#endif // H3_LIB_WEIGHTS_ENCODE_H
