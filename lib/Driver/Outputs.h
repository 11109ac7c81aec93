//===- Outputs.h - Files that appear whole or not at all --------*- C++ -*-===//

#ifndef H3_LIB_DRIVER_OUTPUTS_H
#define H3_LIB_DRIVER_OUTPUTS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace h3 {

/// A file beside `destination` that is removed again, unless it is kept.
class TemporaryFile {
public:
  static llvm::Expected<TemporaryFile> create(llvm::StringRef destination);
  TemporaryFile(TemporaryFile &&other)
      : path(std::exchange(other.path, std::string())) {}
  ~TemporaryFile();

  llvm::StringRef getPath() const { return path; }
  llvm::Error write(llvm::StringRef contents);
  /// Renames the file to `destination`, with the permissions of a new file.
  llvm::Error keep(llvm::StringRef destination, bool executable);

private:
  explicit TemporaryFile(std::string path) : path(std::move(path)) {}
  std::string path;
};

/// Writes to an open stream, whose name is for messages, and flushes it.
llvm::Error writeStream(llvm::raw_fd_ostream &stream, llvm::StringRef name,
                        llvm::StringRef contents);

/// Writes a file from memory; a device or a pipe in place.
llvm::Error writeWhole(llvm::StringRef path, llvm::StringRef contents);

using FillFn = llvm::function_ref<llvm::Error(llvm::MutableArrayRef<uint8_t>)>;

/// Writes a file of `size` bytes through `fill`, which gets zeros.
llvm::Error writeMapped(llvm::StringRef path, uint64_t size, FillFn fill);

/// Writes the program, and behind it the weight file that `fill` writes and the
/// trailer by which the runtime finds it (see H3WeightsTrailer).
llvm::Error appendWeights(const TemporaryFile &program, llvm::StringRef path,
                          uint64_t weightBytes, FillFn fill);

/// A line that grows on a terminal; nothing elsewhere.
class ProgressBar {
public:
  ProgressBar(llvm::raw_fd_ostream &stream, llvm::StringRef label);
  ~ProgressBar();
  void update(double share);

private:
  llvm::raw_fd_ostream &stream;
  const llvm::StringRef label;
  const bool isShown;
  int percent = -1;
};

} // namespace h3

#endif // H3_LIB_DRIVER_OUTPUTS_H
