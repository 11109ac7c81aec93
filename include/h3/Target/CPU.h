//===- CPU.h - From the LLVM dialect to a native program --------*- C++ -*-===//

#ifndef H3_TARGET_CPU_H
#define H3_TARGET_CPU_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>

namespace h3 {

/// Fails unless `name` is `native` or a name that LLVM knows.
llvm::Error checkCpuName(llvm::StringRef name);

/// A CPU to generate code for.
struct CpuTarget {
  /// `name` is `native` or a name that LLVM knows, such as `x86-64-v3`.
  static llvm::Expected<CpuTarget> create(llvm::StringRef name);

  std::string cpu;
  std::unique_ptr<llvm::TargetMachine> machine;
  /// Floats in a vector register.
  int64_t lanes;
  /// Rows of a matrix tile that is two vectors wide: what the registers hold
  /// beside the two vectors and one broadcast.
  int64_t tileRows;
  /// Types whose dot products are one instruction on whole vectors: pairs of
  /// `i16`, fours of `i8`, pairs of `bf16`.
  llvm::SmallVector<std::string, 3> dots;
};

/// What the compiled model says of itself beside its step function; the fields
/// of H3Model that the compiler's front decides.
struct ModelDescription {
  uint32_t vocab, paddedVocab;
  uint32_t maxTokens, maxSequences;
  uint32_t maxContext; ///< 0: unbounded
  uint32_t tokenizerKind;
  std::string tokenizer; ///< merges.txt, when the kind asks for it
  std::string weightsDigest;
  std::string info;           ///< a JSON object
  llvm::StringRef image;      ///< the kernels of a GPU; empty for a CPU
  uint64_t driverVersion = 0; ///< GpuImage::driverVersion
};

/// Teaches translateToLlvm() what h3 operations become in LLVM IR.
void registerCpuTranslation(mlir::DialectRegistry &registry);

/// Translates a module that has passed the CPU pipeline and optimises it. With
/// a description, the result exports `h3_model` alone; without, the functions
/// with MLIR's C interface.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLlvm(mlir::ModuleOp module, const ModelDescription *description,
                const CpuTarget &target, llvm::LLVMContext &context);

/// Defines `h3_model` (see h3rt/abi.h) around the function `step`. Sizes are
/// those that the passes recorded on `source`.
void addModelDescriptor(llvm::Module &module, mlir::ModuleOp source,
                        const ModelDescription &description);

/// Defines `h3_kernels` (see h3rt/abi.h) beside functions that launch the
/// kernels of `image`, whose names are recorded on `source`. `driverVersion` is
/// GpuImage::driverVersion.
void addKernelsDescriptor(llvm::Module &module, mlir::ModuleOp source,
                          llvm::StringRef image, uint64_t driverVersion);

/// Assembly (`asAssembly`) or an object file.
llvm::Expected<llvm::SmallString<0>>
emitMachineCode(llvm::Module &module, const CpuTarget &target, bool asAssembly);

/// Links an object file and libh3rt, found in `libraryFolder`, into a program.
llvm::Error linkProgram(llvm::StringRef object, llvm::StringRef libraryFolder,
                        llvm::StringRef program);

/// Archives an object file and the members of libh3rt: what another program
/// links to run the model through h3rt.h.
llvm::Error archiveLibrary(llvm::StringRef object,
                           llvm::StringRef libraryFolder,
                           llvm::StringRef library);

} // namespace h3

#endif // H3_TARGET_CPU_H
