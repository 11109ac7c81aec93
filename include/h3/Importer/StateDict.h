//===- StateDict.h - A checkpoint under the published names -----*- C++ -*-===//
//
// H3 checkpoints occur in three layouts; this class shows all of them in the
// one that the published models use: `backbone.layers.0.norm1.weight`.
//
//===----------------------------------------------------------------------===//

#ifndef H3_IMPORTER_STATEDICT_H
#define H3_IMPORTER_STATEDICT_H

#include "h3/Importer/Checkpoint.h"

namespace h3 {

/// Removes Lightning's `model.` prefix, translates the old names (in which a
/// norm belongs to the branch before it), and drops `lm_head.weight` after
/// checking that it equals the embedding. Refers to the Checkpoint's tensors.
class StateDict {
public:
  /// Fails if two tensors get one name, or the head is not tied.
  static llvm::Expected<StateDict> create(const Checkpoint &checkpoint);

  llvm::StringRef getPath() const { return path; }
  /// Null if there is no tensor of this name.
  const Tensor *find(llvm::StringRef name) const;
  /// In lexical order.
  llvm::ArrayRef<std::string> getNames() const { return names; }
  /// What the file calls the tensor; empty if there is none.
  llvm::StringRef getOriginalName(llvm::StringRef name) const;

private:
  struct Entry {
    std::string originalName;
    const Tensor *tensor;
  };

  StateDict() = default;
  llvm::Error dropTiedHead();

  std::string path;
  std::map<std::string, Entry, std::less<>> entries;
  std::vector<std::string> names;
};

} // namespace h3

#endif // H3_IMPORTER_STATEDICT_H
