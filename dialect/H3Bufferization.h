//===- H3Bufferization.h - h3 on tensors to h3 on memrefs -------*- C++ -*-===//
#ifndef H3_DIALECT_H3BUFFERIZATION_H
#define H3_DIALECT_H3BUFFERIZATION_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace h3 {
/// Attaches BufferizableOpInterface to the operations of the dialect.
void registerBufferizationModels(mlir::DialectRegistry &registry);
} // namespace h3

#endif // H3_DIALECT_H3BUFFERIZATION_H
