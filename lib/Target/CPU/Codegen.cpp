//===- Codegen.cpp - The LLVM dialect to machine code ---------------------===//

#include "../Optimise.h"
#include "h3/Target/CPU.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace h3;

/// Everything but `h3_model` and C interfaces is private. The width of vectors
/// is what the kernels say, not what the CPU's tuning prefers. Kernels that
/// layers share stay shared: inlined, they would grow the code with the depth
/// of the model.
static void setAttributes(Module &module, const CpuTarget &target) {
  std::string width = std::to_string(32 * target.lanes);
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (!function.getName().starts_with("_mlir_ciface_"))
      function.setLinkage(GlobalValue::InternalLinkage);
    function.addFnAttr("target-cpu", target.machine->getTargetCPU());
    function.addFnAttr("target-features",
                       target.machine->getTargetFeatureString());
    function.addFnAttr("prefer-vector-width", width);
    function.addFnAttr("min-legal-vector-width", width);
    function.addFnAttr(Attribute::NoUnwind);
    function.addFnAttr(Attribute::NoInline);
  }
}

Expected<std::unique_ptr<Module>>
h3::translateToLlvm(mlir::ModuleOp module, const ModelDescription *description,
                    const CpuTarget &target, LLVMContext &context) {
  std::unique_ptr<Module> result =
      mlir::translateModuleToLLVMIR(module, context);
  if (!result)
    return createStringError("the module cannot be translated to LLVM IR");
  result->setTargetTriple(target.machine->getTargetTriple());
  result->setDataLayout(target.machine->createDataLayout());
  if (description)
    addModelDescriptor(*result, module, *description);
  setAttributes(*result, target);
  PipelineTuningOptions tuning;
  // Kernels are vectorised and tiled already.
  tuning.LoopVectorization = false;
  tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  optimise(*result, *target.machine, tuning);
  return result;
}

Expected<SmallString<0>>
h3::emitMachineCode(Module &module, const CpuTarget &target, bool asAssembly) {
  SmallString<0> code;
  raw_svector_ostream stream(code);
  legacy::PassManager passes;
  auto type =
      asAssembly ? CodeGenFileType::AssemblyFile : CodeGenFileType::ObjectFile;
  if (target.machine->addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError("the code generator of " +
                             module.getTargetTriple().str() +
                             " cannot write such a file");
  passes.run(module);
  return code;
}
