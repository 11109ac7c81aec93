//===- Ptx.cpp - Kernels in NVVM to PTX -----------------------------------===//

#include "../Optimise.h"
#include "h3/Target/GPU.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/Internalize.h"

using namespace llvm;
using namespace h3;

static Expected<std::unique_ptr<TargetMachine>> createMachine(StringRef arch) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  Triple triple("nvptx64-nvidia-cuda");
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return createStringError("no code generator for " + triple.str() + ": " +
                             message);
  TargetOptions options;
  // A multiply-add is one instruction exactly where the kernels say so.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, arch, /*Features=*/"+ptx80", options, Reloc::PIC_, std::nullopt,
      CodeGenOptLevel::Aggressive));
  return machine;
}

/// Links those of NVIDIA's mathematical functions that the kernels call.
static Error linkLibdevice(Module &module, StringRef path) {
  bool isNeeded = any_of(module, [](const Function &function) {
    return function.isDeclaration() && function.getName().starts_with("__nv_");
  });
  if (!isNeeded)
    return Error::success();
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> library =
      parseIRFile(path, diagnostic, module.getContext());
  if (!library)
    return createStringError(path + ": " + diagnostic.getMessage());
  library->setTargetTriple(module.getTargetTriple());
  library->setDataLayout(module.getDataLayout());
  auto internalise = [](Module &linked, const StringSet<> &names) {
    internalizeModule(linked, [&](const GlobalValue &value) {
      return !value.hasName() || !names.contains(value.getName());
    });
  };
  if (Linker::linkModules(module, std::move(library), Linker::LinkOnlyNeeded,
                          internalise))
    return createStringError(path + ": cannot be linked to the kernels");
  // Denormal numbers stay what they are.
  module.addModuleFlag(Module::Override, "nvvm-reflect-ftz", uint32_t(0));
  return Error::success();
}

Expected<std::string> h3::emitPtx(mlir::gpu::GPUModuleOp kernels,
                                  ArrayRef<std::string> archs,
                                  const CudaToolkit &toolkit) {
  Expected<std::unique_ptr<TargetMachine>> machine =
      createMachine(archs.front());
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  std::unique_ptr<Module> module =
      mlir::translateModuleToLLVMIR(kernels, context, "h3-kernels");
  if (!module)
    return createStringError("the kernels cannot be translated to LLVM IR");
  module->setTargetTriple((*machine)->getTargetTriple());
  module->setDataLayout((*machine)->createDataLayout());
  if (Error failure = linkLibdevice(*module, toolkit.libdevice))
    return failure;
  // Kernels spell out what is worth unrolling; more costs registers.
  PipelineTuningOptions tuning;
  tuning.LoopUnrolling = false;
  optimise(*module, **machine, tuning);
  SmallString<0> text;
  raw_svector_ostream stream(text);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr,
                                      CodeGenFileType::AssemblyFile))
    return createStringError("the code generator for GPUs cannot write PTX");
  passes.run(*module);
  return text.str().str();
}
