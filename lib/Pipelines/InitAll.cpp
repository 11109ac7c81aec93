//===- InitAll.cpp - Registration of everything ---------------------------===//

#include "h3/InitAll.h"
#include "H3Bufferization.h"
#include "H3Dialect.h"
#include "h3/Conversion/Passes.h"
#include "h3/Pipelines/Pipelines.h"
#include "h3/Target/CPU.h"
#include "h3/Transforms/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

void h3::registerDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  registry.insert<H3Dialect>();
  registerBufferizationModels(registry);
  registerCpuTranslation(registry);
}

void h3::registerPasses() {
  mlir::registerAllPasses();
  registerH3TransformsPasses();
  registerH3ConversionPasses();
  registerPipelines();
}
