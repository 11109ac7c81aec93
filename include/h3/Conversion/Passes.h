//===- Passes.h - Conversions between dialects ------------------*- C++ -*-===//
#ifndef H3_CONVERSION_PASSES_H
#define H3_CONVERSION_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace h3 {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "h3/Conversion/Passes.h.inc"
} // namespace h3

#endif // H3_CONVERSION_PASSES_H
