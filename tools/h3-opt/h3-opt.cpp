//===- h3-opt.cpp - Runs passes over IR -----------------------------------===//

#include "h3/InitAll.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  h3::registerDialects(registry);
  h3::registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "H3 optimiser driver\n", registry));
}
