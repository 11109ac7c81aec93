//===- WeightSource.h - Where the values of parameters come from *- C++ -*-===//

#ifndef H3_WEIGHTS_WEIGHTSOURCE_H
#define H3_WEIGHTS_WEIGHTSOURCE_H

#include "h3/Importer/Config.h"

namespace h3 {

/// A tensor under its published name, in row-major order.
struct SourceTensor {
  llvm::SmallVector<int64_t, 4> shape;
  std::vector<float> values;
};

/// The tensors that the recipes of a module's parameters start from. Can be
/// read by several threads at a time.
class WeightSource {
public:
  virtual ~WeightSource() = default;
  virtual llvm::Expected<SourceTensor> read(llvm::StringRef name) const = 0;
  /// Equal for sources with equal tensors only.
  virtual std::string getDigest() const = 0;
};

/// The tensors of a checkpoint; `stateDict` and `checkpoint` must outlive it.
std::unique_ptr<WeightSource>
createCheckpointSource(const Checkpoint &checkpoint,
                       const StateDict &stateDict);

/// Random weights of a configuration: matrices and SSMs distributed as before
/// training, so that activations keep a normal size; norms are ones.
std::unique_ptr<WeightSource> createRandomSource(const ModelConfig &config,
                                                 uint64_t seed);

} // namespace h3

#endif // H3_WEIGHTS_WEIGHTSOURCE_H
