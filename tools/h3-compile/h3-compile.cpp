//===- h3-compile.cpp - Compiles a checkpoint -----------------------------===//

#include "CommandLine.h"
#include "h3/Driver/Compile.h"
#include "h3/InitAll.h"
#include "h3/Target/CPU.h"
#include "h3/Target/GPU.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace h3;

/// Hands MLIR its own options, which must be registered even where none is
/// given. Returns what is wrong with them.
static std::string parseMlirOptions(ArrayRef<std::string> options) {
  if (!options.empty())
    registerPasses(); // They are named by --mlir-print-ir-after and others.
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  SmallVector<const char *> arguments = {"h3-compile"};
  for (const std::string &option : options)
    arguments.push_back(option.c_str());
  std::string messages;
  raw_string_ostream stream(messages);
  if (cl::ParseCommandLineOptions(arguments.size(), arguments.data(), "",
                                  &stream))
    return "";
  return StringRef(messages).trim().split('\n').first.str();
}

/// The runtime's libraries lie in ../lib, as seen from this program.
static std::string getLibraryFolder(const char *argv0) {
  std::string self = sys::fs::getMainExecutable(
      argv0, reinterpret_cast<void *>(&getLibraryFolder));
  SmallString<256> folder(sys::path::parent_path(sys::path::parent_path(self)));
  sys::path::append(folder, "lib");
  return std::string(folder);
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  CommandLine commandLine;
  if (std::optional<ExitCode> code = parseCommandLine(argc, argv, commandLine))
    return *code;
  if (std::string wrong = parseMlirOptions(commandLine.mlirOptions);
      !wrong.empty())
    return fail(wrong, WrongUsage);
  CompileOptions &options = commandLine.options;
  options.libraryFolder = getLibraryFolder(argv[0]);
  if (Error wrong = checkCpuName(options.cpu))
    return fail("--mcpu: " + toString(std::move(wrong)), WrongUsage);
  if (Error wrong = parseCudaArchs(options.cudaArchs).takeError())
    return fail("--cuda-arch: " + toString(std::move(wrong)), WrongUsage);
  if (Error failure = compile(options, errs()))
    return fail(toString(std::move(failure)), Failure);
  return Success;
}
