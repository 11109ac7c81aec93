//===- CompileKernels.cpp - From a file of kernels to an object -----------===//

#include "CompileKernels.h"
#include "H3Dialect.h"
#include "Stages.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace h3;

namespace {

class KernelCompilation final : Stages {
public:
  KernelCompilation(const CompileOptions &options, CpuTarget &target,
                    raw_ostream &notes)
      : Stages(options, target, notes) {}

  Error run() {
    if (Error failure = parse())
      return failure;
    if (options.stage == Stage::H3)
      return print(*module);
    bool isCpu = options.target == TargetKind::Cpu;
    if (Error failure = runPasses(*module, isCpu ? buildKernelPipeline
                                                 : buildGpuKernelPipeline))
      return failure;
    Expected<bool> isDone = lowerBuffers(*module);
    if (!isDone)
      return isDone.takeError();
    if (*isDone)
      return Error::success();
    LLVMContext llvmContext;
    Expected<std::unique_ptr<Module>> llvmModule =
        translateToLlvm(*module, nullptr, target, llvmContext);
    if (!llvmModule)
      return llvmModule.takeError();
    if (!isCpu)
      addKernelsDescriptor(**llvmModule, *module, image.bytes,
                           image.driverVersion);
    return writeCode(**llvmModule);
  }

private:
  Error parse() {
    ErrorOr<std::unique_ptr<MemoryBuffer>> file =
        MemoryBuffer::getFile(options.model, /*IsText=*/true);
    if (!file)
      return createStringError(
          options.model + ": cannot be opened: " + file.getError().message());
    std::string message;
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
      if (!message.empty())
        return;
      raw_string_ostream stream(message);
      if (auto place = dyn_cast<mlir::FileLineColLoc>(d.getLocation()))
        stream << options.model << ':' << place.getLine() << ':'
               << place.getColumn() << ": ";
      stream << d;
    });
    context.loadAllAvailableDialects();
    module = mlir::parseSourceString<mlir::ModuleOp>((*file)->getBuffer(),
                                                     &context, options.model);
    if (!module)
      return createStringError(message);
    if (!module->getOps<ParameterOp>().empty())
      return createStringError(options.model +
                               ": a file of kernels has no weights; expected "
                               "them as arguments, found h3.parameter");
    bool hasLayers = module
                         ->walk([](mlir::DestinationStyleOpInterface op) {
                           return isa<H3Dialect>(op->getDialect())
                                      ? mlir::WalkResult::interrupt()
                                      : mlir::WalkResult::advance();
                         })
                         .wasInterrupted();
    if (options.target == TargetKind::Cuda && !hasLayers)
      return createStringError(options.model +
                               ": expected functions of h3 layers for a GPU, "
                               "found none");
    return Error::success();
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace

Error h3::compileKernels(const CompileOptions &options, CpuTarget &target,
                         raw_ostream &notes) {
  if (options.stage == Stage::Lib || options.stage == Stage::Exe)
    return createStringError(options.model +
                             ": kernels become an object file at most; "
                             "expected --emit obj or an earlier stage");
  return KernelCompilation(options, target, notes).run();
}
