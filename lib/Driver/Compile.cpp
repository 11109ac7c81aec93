//===- Compile.cpp - From a checkpoint to a program -----------------------===//
//
// The stages in their order. Everything is written beside its destination and
// renamed at the very end, so that a failure leaves nothing half-written.
//
//===----------------------------------------------------------------------===//

#include "h3/Driver/Compile.h"
#include "Model.h"
#include "Outputs.h"
#include "h3/Importer/BuildModule.h"
#include "h3/InitAll.h"
#include "h3/Pipelines/Pipelines.h"
#include "h3/Weights/WeightFile.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace h3;

namespace {

class Compilation {
public:
  Compilation(const CompileOptions &options, Model &model, CpuTarget &target,
              raw_fd_ostream &notes)
      : options(options), model(model), target(target), notes(notes) {
    mlir::DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    passOptions.lanes = target.lanes;
    passOptions.tileRows = target.tileRows;
    passOptions.maxTokens = options.maxTokens;
  }

  Error run() {
    module =
        buildModule(context, model.config, options.maxContext, model.source);
    if (options.stage == Stage::H3)
      return print(*module);
    if (Error failure = runPasses(buildParameterPipeline))
      return failure;
    std::string digest = computeWeightDigest(*module, *model.weights);
    if (Error failure = runPasses(buildBufferPipeline))
      return failure;
    if (options.stage == Stage::Linalg)
      return print(*module);
    if (Error failure = runPasses(buildVectorPipeline))
      return failure;
    if (options.stage == Stage::Vector)
      return print(*module);
    if (Error failure =
            runPasses([](mlir::OpPassManager &pm, const CpuPipelineOptions &) {
              buildLlvmPipeline(pm);
            }))
      return failure;
    return runBackEnd(digest);
  }

private:
  using Build =
      function_ref<void(mlir::OpPassManager &, const CpuPipelineOptions &)>;
  /// Runs a pipeline; what it emits becomes the error.
  Error runPasses(Build build) {
    std::string message;
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
      if (d.getSeverity() == mlir::DiagnosticSeverity::Error &&
          message.empty()) {
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
    if (mlir::succeeded(pm.run(*module)))
      return Error::success();
    return createStringError("internal: a pass failed: " + message);
  }

  Error runBackEnd(StringRef digest) {
    ModelDescription description =
        describe(model, options, target, getWeightBytes(*module));
    description.weightsDigest = digest.str();
    LLVMContext llvmContext;
    Expected<std::unique_ptr<llvm::Module>> llvmModule =
        translateToLlvm(*module, description, target, llvmContext);
    if (!llvmModule)
      return llvmModule.takeError();
    if (options.stage == Stage::Llvm)
      return print(**llvmModule);
    Expected<SmallString<0>> code =
        emitMachineCode(**llvmModule, target, options.stage == Stage::Asm);
    if (!code)
      return code.takeError();
    if (options.stage == Stage::Asm)
      return print(code->str());
    if (options.stage == Stage::Obj)
      return writeWhole(options.output, *code);
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

  template <typename T> Error print(T &&what) {
    std::string text;
    raw_string_ostream stream(text);
    if constexpr (std::is_same_v<std::decay_t<T>, mlir::ModuleOp>)
      what->print(stream);
    else
      stream << what;
    return options.output.empty() ? writeStream(outs(), "stdout", text)
                                  : writeWhole(options.output, text);
  }

  const CompileOptions &options;
  Model &model;
  CpuTarget &target;
  raw_fd_ostream &notes;
  mlir::MLIRContext context;
  CpuPipelineOptions passOptions;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace

/// Fails where the output must not or cannot be replaced.
static Error checkOutput(const CompileOptions &options, const Model &model) {
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
  for (const std::string &input : model.files)
    if (sys::fs::equivalent(output, input))
      return createStringError(output + ": is an input of the compilation; "
                                        "name another file with -o");
  return Error::success();
}

Error h3::compile(const CompileOptions &options, raw_fd_ostream &notes) {
  Expected<CpuTarget> target = CpuTarget::create(options.cpu);
  if (!target)
    return target.takeError();
  Expected<Model> model = Model::open(options, notes);
  if (!model)
    return model.takeError();
  if (Error failure = checkOutput(options, *model))
    return failure;
  return Compilation(options, *model, *target, notes).run();
}
