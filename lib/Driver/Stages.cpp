//===- Stages.cpp - What every compilation does with its module -----------===//

#include "Stages.h"
#include "Outputs.h"
#include "h3/InitAll.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

using namespace llvm;
using namespace h3;

Stages::Stages(const CompileOptions &options, CpuTarget &target)
    : options(options), target(target) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  passOptions.lanes = target.lanes;
  passOptions.tileRows = target.tileRows;
  passOptions.maxTokens = options.maxTokens;
}

Error Stages::runPasses(mlir::ModuleOp module, Build build) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    if (d.getSeverity() == mlir::DiagnosticSeverity::Error && message.empty()) {
      raw_string_ostream(message) << d.getLocation() << ": " << d;
      return mlir::success();
    }
    return mlir::failure(d.getSeverity() != mlir::DiagnosticSeverity::Error);
  });
  mlir::PassManager pm(&context);
  if (mlir::failed(mlir::applyPassManagerCLOptions(pm)))
    return createStringError("the options of MLIR's pass manager conflict");
  mlir::applyDefaultTimingPassManagerCLOptions(pm);
  build(pm, passOptions);
  if (mlir::succeeded(pm.run(module)))
    return Error::success();
  return createStringError("internal: a pass failed: " + message);
}

Error Stages::print(mlir::ModuleOp module) {
  std::string text;
  raw_string_ostream stream(text);
  module.print(stream);
  return write(text);
}

Error Stages::writeCode(Module &module) {
  std::string text;
  if (options.stage == Stage::Llvm) {
    raw_string_ostream(text) << module;
    return write(text);
  }
  Expected<SmallString<0>> code =
      emitMachineCode(module, target, options.stage == Stage::Asm);
  if (!code)
    return code.takeError();
  return write(*code);
}

Error Stages::write(StringRef text) {
  return options.output.empty() ? writeStream(outs(), "stdout", text)
                                : writeWhole(options.output, text);
}
