//===- Optimise.h - LLVM's own passes ---------------------------*- C++ -*-===//

#ifndef H3_LIB_TARGET_OPTIMISE_H
#define H3_LIB_TARGET_OPTIMISE_H

#include "llvm/IR/Module.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

namespace h3 {

/// Runs LLVM's pipeline for -O3.
void optimise(llvm::Module &module, llvm::TargetMachine &machine,
              llvm::PipelineTuningOptions tuning = {});

} // namespace h3

#endif // H3_LIB_TARGET_OPTIMISE_H
