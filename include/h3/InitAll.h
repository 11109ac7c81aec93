//===- InitAll.h - Registration of everything -------------------*- C++ -*-===//
#ifndef H3_INITALL_H
#define H3_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace h3 {
/// The dialects that a module meets on its way, with their extensions.
void registerDialects(mlir::DialectRegistry &registry);
/// The project's passes and pipelines, and those of MLIR that it uses.
void registerPasses();
} // namespace h3

#endif // H3_INITALL_H
