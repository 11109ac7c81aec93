//===- Weights.h - The weights of a compiled model --------------*- C++ -*-===//

#ifndef H3RT_WEIGHTS_H
#define H3RT_WEIGHTS_H

#include "Memory.h"

namespace h3 {

/// The data part of a weight file, mapped read-only and shared between
/// processes that run the same program.
class Weights {
public:
  /// Opens the weights of `Model`: the file `Path`; when it is empty, what the
  /// running program carries (H3WeightsTrailer), else PROGRAM.h3w beside it.
  static Expected<Weights> open(const H3Model &Model, const std::string &Path);

  const char *data() const { return File.data() + Offset; }
  uint64_t size() const { return Bytes; }

private:
  static Expected<Weights> fromMapping(const H3Model &Model, Mapping File,
                                       uint64_t HeaderOffset,
                                       const std::string &Path);

  Mapping File;
  uint64_t Offset = 0;
  uint64_t Bytes = 0;
};

} // namespace h3

#endif // H3RT_WEIGHTS_H
