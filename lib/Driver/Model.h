//===- Model.h - The model that a compilation starts from -------*- C++ -*-===//

#ifndef H3_LIB_DRIVER_MODEL_H
#define H3_LIB_DRIVER_MODEL_H

#include "h3/Driver/Compile.h"
#include "h3/Target/CPU.h"
#include "h3/Weights/WeightSource.h"

namespace h3 {

/// An opened model: its configuration, tensors and tokenizer.
struct Model {
  /// Opens what `options.model` names. `notes` hears what was decided silently.
  static llvm::Expected<Model> open(const CompileOptions &options,
                                    llvm::raw_ostream &notes);

  std::vector<std::string> files; ///< everything that was read
  std::string source; ///< the checkpoint's path, or the published name
  ModelConfig config;
  uint32_t tokenizerKind = 0;
  std::string tokenizer;  ///< merges.txt, when the kind asks for it
  std::string weightType; ///< of dense layers in the program
  std::unique_ptr<Checkpoint> checkpoint;
  std::unique_ptr<StateDict> stateDict;
  std::unique_ptr<WeightSource> weights;
};

/// What the program will say of itself; the digest is left empty. `forms` are
/// those of the diagonal SSMs, in the order of the layers.
ModelDescription describe(const Model &model, const CompileOptions &options,
                          const CpuTarget &target, uint64_t weightBytes,
                          llvm::ArrayRef<std::string> forms);

} // namespace h3

#endif // H3_LIB_DRIVER_MODEL_H
