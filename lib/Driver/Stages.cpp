//===- Stages.cpp - What every compilation does with its module -----------===//

#include "Stages.h"
#include "Outputs.h"
#include "h3/InitAll.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Pass/PassManager.h"

using namespace llvm;
using namespace h3;

namespace {

/// Prints remarks as lines: the layer, and what was decided for it.
class Explanations final : public mlir::remark::detail::MLIRRemarkStreamerBase {
public:
  explicit Explanations(raw_ostream &stream) : stream(stream) {}

  void streamOptimizationRemark(
      const mlir::remark::detail::Remark &remark) override {
    if (auto name = dyn_cast<mlir::NameLoc>(remark.getLocation()))
      stream << name.getName().getValue() << ": ";
    for (const auto &part : remark.getArgs())
      stream << part.val;
    stream << '\n';
  }

private:
  raw_ostream &stream;
};

} // namespace

Stages::Stages(const CompileOptions &options, CpuTarget &target,
               raw_ostream &notes)
    : options(options), target(target) {
  mlir::DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  passOptions.lanes = target.lanes;
  passOptions.tileRows = target.tileRows;
  passOptions.dots = ArrayRef<std::string>(target.dots);
  passOptions.maxTokens = options.maxTokens;
  passOptions.form = options.form;
  if (!options.explain)
    return;
  mlir::remark::RemarkCategories categories;
  categories.analysis = "h3-.*";
  [[maybe_unused]] auto enabled = mlir::remark::enableOptimizationRemarks(
      context, std::make_unique<Explanations>(notes),
      std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
  assert(mlir::succeeded(enabled) && "a valid regular expression");
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

Expected<bool> Stages::lowerBuffers(mlir::ModuleOp module) {
  if (options.stage == Stage::Linalg)
    return printLast(module);
  return options.target == TargetKind::Cpu ? lowerToVectors(module)
                                           : lowerToGpu(module);
}

Expected<bool> Stages::lowerToVectors(mlir::ModuleOp module) {
  if (Error failure = runPasses(module, buildVectorPipeline))
    return failure;
  if (options.stage == Stage::Vector)
    return printLast(module);
  if (Error failure = runPasses(module, buildLlvmPipeline))
    return failure;
  return false;
}

Expected<bool> Stages::lowerToGpu(mlir::ModuleOp module) {
  Expected<SmallVector<std::string>> archs = parseCudaArchs(options.cudaArchs);
  if (!archs)
    return archs.takeError();
  if (Error failure = runPasses(module, buildGpuPipeline))
    return failure;
  if (options.stage == Stage::Gpu)
    return printLast(module);
  if (Error failure = runPasses(module, buildNvvmPipeline))
    return failure;
  if (options.stage == Stage::Nvvm)
    return printLast(module);
  Expected<CudaToolkit> toolkit = CudaToolkit::find();
  if (!toolkit)
    return toolkit.takeError();
  auto kernels = *module.getOps<mlir::gpu::GPUModuleOp>().begin();
  Expected<std::string> ptx = emitPtx(kernels, *archs, *toolkit);
  if (!ptx)
    return ptx.takeError();
  if (options.stage == Stage::Ptx) {
    if (Error failure = write(*ptx))
      return failure;
    return true;
  }
  Expected<GpuImage> fatbin = buildFatbin(*ptx, *archs, *toolkit);
  if (!fatbin)
    return fatbin.takeError();
  image = std::move(*fatbin);
  if (Error failure = runPasses(module, buildGpuHostPipeline))
    return failure;
  return false;
}

Expected<bool> Stages::printLast(mlir::ModuleOp module) {
  if (Error failure = print(module))
    return failure;
  return true;
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
