//===- Compile.cpp - From a checkpoint to a program -----------------------===//
//
// The stages in their order. Everything is written beside its destination and
// renamed at the very end, so that a failure leaves nothing half-written.
//
//===----------------------------------------------------------------------===//

#include "h3/Driver/Compile.h"
#include "CompileKernels.h"
#include "H3Dialect.h"
#include "Model.h"
#include "Outputs.h"
#include "Stages.h"
#include "h3/Importer/BuildModule.h"
#include "h3/Weights/WeightFile.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace h3;

namespace {

class Compilation final : Stages {
public:
  Compilation(const CompileOptions &options, Model &model, CpuTarget &target,
              raw_fd_ostream &notes)
      : Stages(options, target, notes), model(model), notes(notes) {
    passOptions.weightType = model.weightType;
  }

  Error run() {
    module =
        buildModule(context, model.config, options.maxContext, model.source);
    if (options.stage == Stage::H3)
      return print(*module);
    bool isCpu = options.target == TargetKind::Cpu;
    if (Error failure = runPasses(*module, isCpu ? buildParameterPipeline
                                                 : buildGpuParameterPipeline))
      return failure;
    recordForms();
    std::string digest = computeWeightDigest(*module, *model.weights);
    if (Error failure = runPasses(*module, isCpu ? buildBufferPipeline
                                                 : buildGpuBufferPipeline))
      return failure;
    Expected<bool> isDone = lowerBuffers(*module);
    if (!isDone)
      return isDone.takeError();
    if (*isDone)
      return Error::success();
    return runBackEnd(digest);
  }

private:
  /// What h3-select-form chose for the layers, before they become calls.
  void recordForms() {
    module->walk([&](mlir::Operation *op) {
      if (isa<DiagSsmOp, MixerOp>(op))
        forms.push_back(
            stringifyForm(op->getAttrOfType<FormAttr>("form").getValue())
                .str());
    });
  }

  Error runBackEnd(StringRef digest) {
    ModelDescription description =
        describe(model, options, target, getWeightBytes(*module), forms);
    description.weightsDigest = digest.str();
    description.image = image.bytes;
    description.driverVersion = image.driverVersion;
    LLVMContext llvmContext;
    Expected<std::unique_ptr<llvm::Module>> llvmModule =
        translateToLlvm(*module, &description, target, llvmContext);
    if (!llvmModule)
      return llvmModule.takeError();
    if (isText(options.stage) || options.stage == Stage::Obj)
      return writeCode(**llvmModule);
    Expected<SmallString<0>> code =
        emitMachineCode(**llvmModule, target, /*asAssembly=*/false);
    if (!code)
      return code.takeError();
    return link(*code, digest);
  }

  /// Programs and libraries come with their weights.
  Error link(StringRef object, StringRef digest) {
    Expected<TemporaryFile> objectFile = TemporaryFile::create(options.output);
    if (!objectFile)
      return objectFile.takeError();
    if (Error failure = objectFile->write(object))
      return failure;
    Expected<TemporaryFile> linked = TemporaryFile::create(options.output);
    if (!linked)
      return linked.takeError();
    bool isProgram = options.stage == Stage::Exe;
    if (Error failure = (isProgram ? linkProgram : archiveLibrary)(
            objectFile->getPath(), options.libraryFolder, linked->getPath()))
      return failure;
    auto fill = [&](MutableArrayRef<uint8_t> out) {
      ProgressBar bar(notes, "weights");
      return writeWeightFile(*module, *model.weights, digest, out,
                             [&](double share) { bar.update(share); });
    };
    uint64_t weightBytes = getWeightFileSize(*module);
    if (isProgram && options.singleFile) {
      Expected<TemporaryFile> whole = TemporaryFile::create(options.output);
      if (!whole)
        return whole.takeError();
      if (Error failure = appendWeights(*linked, *whole, weightBytes, fill))
        return failure;
      return whole->keep(/*executable=*/true);
    }
    Expected<TemporaryFile> weights =
        TemporaryFile::create(options.output + ".h3w");
    if (!weights)
      return weights.takeError();
    if (Error failure = weights->writeMapped(weightBytes, fill))
      return failure;
    // Both are whole now; nothing but the renames is left.
    if (Error failure = weights->keep(/*executable=*/false))
      return failure;
    return linked->keep(isProgram);
  }

  Model &model;
  raw_fd_ostream &notes;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> forms; ///< of the diagonal SSMs, layer by layer
};

} // namespace

/// Fails where the output must not or cannot be replaced.
static Error checkOutput(const CompileOptions &options,
                         ArrayRef<std::string> inputs) {
  StringRef output = options.output;
  bool isPair = !isText(options.stage) && options.stage != Stage::Obj;
  sys::fs::file_status status;
  if (output.empty())
    return Error::success();
  StringRef folder = sys::path::parent_path(output);
  if (std::error_code code = sys::fs::access(folder.empty() ? "." : folder,
                                             sys::fs::AccessMode::Write))
    return createStringError(output + ": cannot be written: " + code.message());
  if (sys::fs::status(output, status))
    status = sys::fs::file_status(sys::fs::file_type::regular_file);
  if (sys::fs::is_directory(status))
    return createStringError(output +
                             ": is a directory, expected a file to write");
  if (isPair && !sys::fs::is_regular_file(status))
    return createStringError(output + ": is a device or a pipe, expected a "
                                      "file for a program or library");
  if (isPair && !options.singleFile &&
      sys::fs::is_directory(options.output + ".h3w"))
    return createStringError(output + ".h3w: is a directory, expected a file "
                                      "to write the weights to");
  for (const std::string &input : inputs)
    if (sys::fs::equivalent(output, input))
      return createStringError(output + ": is an input of the compilation; "
                                        "name another file with -o");
  return Error::success();
}

Error h3::compile(const CompileOptions &options, raw_fd_ostream &notes) {
  Expected<CpuTarget> target = CpuTarget::create(options.cpu);
  if (!target)
    return target.takeError();
  if (isKernelFile(options.model)) {
    if (Error failure = checkOutput(options, {options.model}))
      return failure;
    return compileKernels(options, *target, notes);
  }
  Expected<Model> model = Model::open(options, notes);
  if (!model)
    return model.takeError();
  if (Error failure = checkOutput(options, model->files))
    return failure;
  return Compilation(options, *model, *target, notes).run();
}
