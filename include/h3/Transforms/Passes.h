//===- Passes.h - Transformations of h3 modules -----------------*- C++ -*-===//
#ifndef H3_TRANSFORMS_PASSES_H
#define H3_TRANSFORMS_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace h3 {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

#endif // H3_TRANSFORMS_PASSES_H
