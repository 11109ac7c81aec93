//===- RuntimeCalls.h - Calls of the runtime from GPU programs --*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_RUNTIMECALLS_H
#define H3_LIB_CONVERSION_RUNTIMECALLS_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {

/// The runtime's team, the third argument from the end of the function around
/// `op` (h3-distribute-threads). Emits an error of `pass` where there is none.
mlir::FailureOr<mlir::Value> findTeam(mlir::Operation *op,
                                      llvm::StringRef pass);

/// Calls a function of runtime/include/h3rt/abi.h, declared in the module
/// around if it is the first call. Null without results.
mlir::Value callRuntime(mlir::ImplicitLocOpBuilder &b, llvm::StringRef name,
                        mlir::ValueRange operands,
                        mlir::TypeRange results = {});

} // namespace h3

#endif // H3_LIB_CONVERSION_RUNTIMECALLS_H
