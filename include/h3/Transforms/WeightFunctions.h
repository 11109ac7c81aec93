//===- WeightFunctions.h - What the weight writer computes ------*- C++ -*-===//

#ifndef H3_TRANSFORMS_WEIGHTFUNCTIONS_H
#define H3_TRANSFORMS_WEIGHTFUNCTIONS_H

#include "H3Dialect.h"

namespace h3 {

/// Whether a value is a parameter or a function of parameters alone. Buffers
/// are not: functions of weights work on tensors.
inline bool isWeight(mlir::Value value) {
  mlir::Operation *op = value.getDefiningOp();
  if (!llvm::isa<mlir::TensorType>(value.getType()))
    return false;
  if (!op || llvm::isa<GetParameterOp>(op))
    return bool(op);
  return op->hasTrait<WeightFunction>() &&
         llvm::all_of(op->getOperands(), isWeight);
}

/// The spectrum of a kernel, L x C, for transforms of length `n`; `reversed`
/// may be null.
inline mlir::Value createSpectrum(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::Value kernel, mlir::Value reversed,
                                  int64_t n, int64_t lanes) {
  auto type = llvm::cast<mlir::RankedTensorType>(kernel.getType());
  int64_t blocks = llvm::divideCeil(type.getDimSize(1), lanes);
  return ConvSpectrumOp::create(builder, loc, type.clone({blocks, n, 2, lanes}),
                                kernel, reversed);
}

/// The spectrum of a diagonal SSM's kernel, as long as the transform: sequences
/// may be longer.
inline mlir::Value createDiagSpectrum(mlir::OpBuilder &builder,
                                      mlir::Location loc, mlir::Value modes,
                                      int64_t n, int64_t lanes) {
  auto type = llvm::cast<mlir::RankedTensorType>(modes.getType());
  mlir::Value kernel = DiagKernelOp::create(
      builder, loc, type.clone({n, type.getDimSize(2)}), modes);
  return createSpectrum(builder, loc, kernel, mlir::Value(), n, lanes);
}

} // namespace h3

#endif // H3_TRANSFORMS_WEIGHTFUNCTIONS_H
