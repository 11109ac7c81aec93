//===- Checkpoint.h - The tensors of a checkpoint file ----------*- C++ -*-===//
//
// Reads what `torch.save` (zip archives, and the stream that came before them)
// and safetensors write. Nothing in a file is ever executed, and no size that a
// file states is believed before it was checked against the file.
//
//===----------------------------------------------------------------------===//

#ifndef H3_IMPORTER_CHECKPOINT_H
#define H3_IMPORTER_CHECKPOINT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace h3 {

enum class DType { F16, BF16, F32, F64, I64, I32, I16, I8, U8, Bool };

/// Bytes of an element.
unsigned getByteWidth(DType dtype);
/// The name that PyTorch gives the type: `float16`, `bool`, ...
llvm::StringRef getName(DType dtype);

/// A view of a storage that a Checkpoint owns. Every element lies within the
/// storage, and the number of elements fits an int64_t.
struct Tensor {
  DType dtype = DType::F32;
  llvm::SmallVector<int64_t, 4> shape;
  /// In elements, never negative; zero where an element repeats.
  llvm::SmallVector<int64_t, 4> strides;
  /// The whole storage, not aligned. Tensors may share it.
  llvm::ArrayRef<uint8_t> storage;
  /// Of the first element, in elements.
  int64_t offset = 0;

  int64_t numElements() const;
  /// Whether the elements lie in row-major order without gaps.
  bool isContiguous() const;
};

using TensorMap = std::map<std::string, Tensor, std::less<>>;

/// What a reader of one file format hands over.
struct CheckpointContents {
  TensorMap tensors;
  bool isLightning = false;
  /// Storages that could not be used in place because they were compressed.
  std::vector<std::unique_ptr<llvm::MemoryBuffer>> inflated;
};

/// An open checkpoint: its tensors under the names that the file gives them.
/// Owns the storages; tensors live as long as it does.
class Checkpoint {
public:
  /// The format is recognised by content, not by the name of the file. Fails if
  /// the file cannot be read, is damaged, or would have to be executed.
  static llvm::Expected<std::unique_ptr<Checkpoint>> open(llvm::StringRef path);

  llvm::StringRef getPath() const { return path; }
  /// The tensors of the state dict, which may be nested as `state_dict`.
  const TensorMap &getTensors() const { return contents.tensors; }
  /// Whether PyTorch Lightning wrote the file.
  bool isLightning() const { return contents.isLightning; }

private:
  Checkpoint() = default;

  std::string path;
  std::unique_ptr<llvm::MemoryBuffer> file;
  CheckpointContents contents;
};

/// Converts to float, in row-major order. `out` has numElements() elements.
/// Exact but for F64 and wide integers, which are rounded to nearest.
llvm::Error readAsFloat(const Tensor &tensor, llvm::MutableArrayRef<float> out);

} // namespace h3

#endif // H3_IMPORTER_CHECKPOINT_H
