//===- CheckpointSource.cpp - Weights from a checkpoint -------------------===//

#include "h3/Weights/WeightSource.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace h3;

namespace {

class CheckpointSource final : public WeightSource {
public:
  CheckpointSource(const Checkpoint &checkpoint, const StateDict &stateDict)
      : checkpoint(checkpoint), stateDict(stateDict) {}

  Expected<SourceTensor> read(StringRef name) const override {
    const Tensor *tensor = stateDict.find(name);
    if (!tensor)
      return createStringError(checkpoint.getPath() + ": tensor '" + name +
                               "' is missing");
    SourceTensor result{tensor->shape,
                        std::vector<float>(tensor->numElements())};
    if (Error failure = readAsFloat(*tensor, result.values))
      return failure;
    return result;
  }

  /// Of names, shapes and storages: what the tensors are made of.
  std::string getDigest() const override {
    std::string text;
    raw_string_ostream stream(text);
    DenseMap<const uint8_t *, XXH128_hash_t> hashes;
    for (const std::string &name : stateDict.getNames()) {
      const Tensor &tensor = *stateDict.find(name);
      stream << name << ' ' << getName(tensor.dtype) << ' ' << tensor.offset;
      for (int64_t number : concat<const int64_t>(tensor.shape, tensor.strides))
        stream << ' ' << number;
      auto [found, isNew] = hashes.try_emplace(tensor.storage.data());
      if (isNew) // Tensors may share a storage.
        found->second = xxh3_128bits(tensor.storage);
      XXH128_hash_t hash = found->second;
      stream << ' ' << hash.high64 << ' ' << hash.low64 << '\n';
    }
    return text;
  }

private:
  const Checkpoint &checkpoint;
  const StateDict &stateDict;
};

} // namespace

std::unique_ptr<WeightSource>
h3::createCheckpointSource(const Checkpoint &checkpoint,
                           const StateDict &stateDict) {
  return std::make_unique<CheckpointSource>(checkpoint, stateDict);
}
