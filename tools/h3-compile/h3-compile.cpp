//===- h3-compile.cpp - The command line of the compiler ------------------===//

#include "h3/Driver/Compile.h"
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

static cl::OptionCategory category("h3-compile options");

static cl::opt<std::string> model(cl::Positional, cl::Required,
                                  cl::desc("MODEL"), cl::cat(category));
static cl::opt<std::string> output("o", cl::value_desc("PROGRAM"),
                                   cl::desc("What to write"),
                                   cl::cat(category));
static cl::opt<std::string> targetName("target", cl::init("cpu"),
                                       cl::value_desc("NAME"),
                                       cl::desc("cpu (default)"),
                                       cl::cat(category));
static cl::opt<std::string>
    cpu("mcpu", cl::init("native"), cl::value_desc("NAME"),
        cl::desc("native (default), x86-64-v3, x86-64-v4, any LLVM name"),
        cl::cat(category));
static cl::opt<std::string> weightType("weight-type", cl::init("f32"),
                                       cl::value_desc("TYPE"),
                                       cl::desc("f32 (default)"),
                                       cl::cat(category));
static cl::opt<int64_t> heads("heads", cl::value_desc("N"),
                              cl::desc("Attention heads, where neither the "
                                       "published models nor config.json tell"),
                              cl::cat(category));
static cl::opt<std::string> tokenizer(
    "tokenizer", cl::value_desc("FILE"),
    cl::desc("merges.txt, tokenizer.json, or 'bytes' (default: beside the "
             "checkpoint, else GPT-2's for its vocabulary)"),
    cl::cat(category));
static cl::opt<int64_t>
    maxTokens("max-tokens", cl::init(512), cl::value_desc("N"),
              cl::desc("Tokens per step at most (default 512)"),
              cl::cat(category));
static cl::opt<int64_t> maxSequences("max-sequences", cl::init(8),
                                     cl::value_desc("N"),
                                     cl::desc("State slots (default 8)"),
                                     cl::cat(category));
static cl::opt<int64_t>
    maxContext("max-context", cl::init(2048), cl::value_desc("N"),
               cl::desc("Tokens of a sequence at most, where attention layers "
                        "cache them (default 2048)"),
               cl::cat(category));
static cl::opt<bool> singleFile("single-file",
                                cl::desc("Append the weights to the program"),
                                cl::cat(category));
static cl::opt<uint64_t>
    randomWeights("random-weights", cl::value_desc("SEED"),
                  cl::desc("A published shape (h3-125m, h3-355m, h3-1.3b, "
                           "h3-2.7b, h3-2.7b-3attn) with random weights"),
                  cl::cat(category));
static cl::opt<Stage> emit(
    "emit", cl::init(Stage::Exe), cl::desc("Stop early and print or write"),
    cl::values(clEnumValN(Stage::H3, "h3", "layers on tensors"),
               clEnumValN(Stage::Linalg, "linalg", "kernels on buffers"),
               clEnumValN(Stage::Vector, "vector", "loops over vectors"),
               clEnumValN(Stage::Llvm, "llvm", "LLVM IR"),
               clEnumValN(Stage::Asm, "asm", "assembly"),
               clEnumValN(Stage::Obj, "obj", "an object file"),
               clEnumValN(Stage::Lib, "lib", "a library, with its weights"),
               clEnumValN(Stage::Exe, "exe", "a program (default)")),
    cl::cat(category));

enum ExitCode { Success = 0, Failure = 1, WrongUsage = 2 };

static ExitCode fail(StringRef message, ExitCode code) {
  std::string line = message.trim().str();
  llvm::replace(line, '\n', ' ');
  errs() << "error: " << line << '\n';
  return code;
}

static int usage(const Twine &message) {
  return fail((message + " (see --help)").str(), WrongUsage);
}

/// Options of which LLVM's parser accepts more than has a meaning.
static std::optional<int> checkOptions() {
  struct {
    StringRef name;
    int64_t value, most;
  } const counts[] = {{"heads", heads.getNumOccurrences() ? heads : 1, 1 << 20},
                      {"max-tokens", maxTokens, 1 << 20},
                      {"max-sequences", maxSequences, 1 << 20},
                      {"max-context", maxContext, 1 << 30}};
  for (const auto &count : counts)
    if (count.value < 1 || count.value > count.most)
      return usage("--" + count.name + ": expected a number from 1 to " +
                   Twine(count.most) + ", found " + Twine(count.value));
  if (targetName != "cpu" && targetName != "cuda")
    return usage("--target: expected cpu or cuda, found '" + targetName + "'");
  if (targetName != "cpu")
    return fail("--target: this compiler was built without the target '" +
                    targetName + "'; expected cpu",
                Failure);
  static constexpr StringRef types[] = {"f32", "bf16", "f16", "int8", "int4"};
  if (!is_contained(types, weightType))
    return usage("--weight-type: expected f32, bf16, f16, int8 or int4, found "
                 "'" +
                 weightType + "'");
  if (weightType != "f32")
    return fail("--weight-type: the CPU target has kernels for f32 alone, "
                "found '" +
                    weightType + "'; expected f32",
                Failure);
  if (output.empty() && !isText(emit))
    return usage("-o PROGRAM is missing");
  return std::nullopt;
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
  mlir::registerAsmPrinterCLOptions();
  mlir::registerMLIRContextCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter(
      [](raw_ostream &out) { out << "h3-compile " H3_VERSION "\n"; });
  std::string wrong;
  raw_string_ostream messages(wrong);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "Compiles an H3 checkpoint to a native program.\n\n"
          "  MODEL is a checkpoint (.pt, .safetensors), a folder with one, or "
          "its config.json.\n",
          &messages))
    return usage(StringRef(wrong).trim().split('\n').first);
  if (std::optional<int> code = checkOptions())
    return *code;

  CompileOptions options;
  options.model = model;
  options.output = output == "-" ? std::string() : output.getValue();
  options.stage = emit;
  options.cpu = cpu;
  options.tokenizer = tokenizer;
  options.libraryFolder = getLibraryFolder(argv[0]);
  if (heads.getNumOccurrences())
    options.heads = heads;
  if (randomWeights.getNumOccurrences())
    options.randomSeed = randomWeights;
  options.maxTokens = maxTokens;
  options.maxSequences = maxSequences;
  options.maxContext = maxContext;
  options.singleFile = singleFile;
  if (Error failure = compile(options, errs()))
    return fail(toString(std::move(failure)), Failure);
  return Success;
}
