//===- OutputFile.h - Files that appear whole or not at all -----*- C++ -*-===//

#ifndef H3RT_OUTPUTFILE_H
#define H3RT_OUTPUTFILE_H

#include "Error.h"

#include <cstdint>

namespace h3 {

/// Writes to a file without a name, which commit() gives the name of the
/// destination. Without commit() the destination stays as it was, and nothing
/// is left behind even if the program is killed (but on file systems that know
/// no nameless files). A destination that exists and is no regular file (a
/// device) is written in place.
class OutputFile {
public:
  static Expected<OutputFile> create(const std::string &Path);
  OutputFile(OutputFile &&Other) noexcept;
  OutputFile &operator=(OutputFile &&) = delete;
  ~OutputFile();

  Error writeAt(uint64_t Offset, const void *Data, uint64_t Bytes);
  Error commit();

private:
  OutputFile() = default;

  std::string Path;
  std::string Temporary; ///< empty when writing in place
  bool IsNamed = false;  ///< whether `Temporary` exists already
  int Descriptor = -1;
};

} // namespace h3

#endif // H3RT_OUTPUTFILE_H
