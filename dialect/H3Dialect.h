//===- H3Dialect.h - The H3 dialect and its operations ----------*- C++ -*-===//
#ifndef H3_DIALECT_H3DIALECT_H
#define H3_DIALECT_H3DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "H3Dialect.h.inc"
#include "H3Enums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "H3Attrs.h.inc"

namespace h3 {

/// Columns of a 4-bit weight that share a scale.
constexpr int64_t kQuantGroup = 32;

/// Marks what the weight writer can compute.
template <typename OpTy>
class WeightFunction : public mlir::OpTrait::TraitBase<OpTy, WeightFunction> {};

} // namespace h3

#define GET_OP_CLASSES
#include "H3Ops.h.inc"

#endif // H3_DIALECT_H3DIALECT_H
