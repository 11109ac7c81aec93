//===- Readers.h - One function for each file format ------------*- C++ -*-===//
//
// `path` is for messages; the tensors refer to `file`, which outlives them.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_IMPORTER_READERS_H
#define H3_LIB_IMPORTER_READERS_H

#include "h3/Importer/Checkpoint.h"

namespace h3 {

/// The zip archive that torch.save writes since PyTorch 1.6.
llvm::Expected<CheckpointContents> readTorchZip(llvm::StringRef path,
                                                llvm::ArrayRef<uint8_t> file);

/// The stream of pickles and storages that torch.save wrote before.
llvm::Expected<CheckpointContents>
readTorchStream(llvm::StringRef path, llvm::ArrayRef<uint8_t> file);

llvm::Expected<CheckpointContents>
readSafeTensors(llvm::StringRef path, llvm::ArrayRef<uint8_t> file);

/// Checks that every element of the tensor lies in its storage and that the
/// tensor is not much larger than it; `where` is the start of a message.
llvm::Error checkTensor(const llvm::Twine &where, const Tensor &tensor);

} // namespace h3

#endif // H3_LIB_IMPORTER_READERS_H
