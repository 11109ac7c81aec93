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
      : destination(std::move(other.destination)),
        path(std::exchange(other.path, std::string())) {}
  ~TemporaryFile();

  llvm::StringRef getPath() const { return path; }
  llvm::Error write(llvm::StringRef contents);

  using FillFn =
      llvm::function_ref<llvm::Error(llvm::MutableArrayRef<uint8_t>)>;
  /// Gives the file `size` bytes through `fill`, which gets zeros, mapped.
  llvm::Error writeMapped(uint64_t size, FillFn fill);

  /// Renames the file to its destination, with the permissions of a new file.
  llvm::Error keep(bool executable);

private:
  TemporaryFile(std::string destination, std::string path)
      : destination(std::move(destination)), path(std::move(path)) {}

  std::string destination, path;
};

/// Writes to an open stream, whose name is for messages, and flushes it.
llvm::Error writeStream(llvm::raw_fd_ostream &stream, llvm::StringRef name,
                        llvm::StringRef contents);

/// Writes a file from memory; a device or a pipe in place.
llvm::Error writeWhole(llvm::StringRef path, llvm::StringRef contents);

/// Fills `file` with the program, the weight file that `fill` writes, and the
/// trailer by which the runtime finds it (see H3WeightsTrailer).
llvm::Error appendWeights(const TemporaryFile &program, TemporaryFile &file,
                          uint64_t weightBytes, TemporaryFile::FillFn fill);

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
