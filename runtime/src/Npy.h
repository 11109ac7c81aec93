//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// The format of numpy/lib/format.py, versions 1.0 and 2.0, little-endian and
// in C order.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_NPY_H
#define H3RT_NPY_H

#include "OutputFile.h"

#include <string_view>
#include <vector>

namespace h3 {

/// Token ids, [batch, seq].
struct IdArray {
  int64_t Batch = 0;
  int64_t Length = 0;
  std::vector<int32_t> Ids;

  const int32_t *row(int64_t Index) const { return &Ids[Index * Length]; }
};

/// Reads int32 or int64 of shape [batch, seq] or [seq], which is a batch of 1.
Expected<IdArray> readIds(const std::string &Path);

/// The same from memory; `Name` stands in messages.
Expected<IdArray> parseIds(std::string_view Bytes, const std::string &Name);

/// An array file whose elements are written in any order.
class NpyWriter {
public:
  /// `Type` is NumPy's name, such as "<f4"; all types here have 4 bytes.
  static Expected<NpyWriter> create(const std::string &Path, const char *Type,
                                    const std::vector<int64_t> &Shape);

  /// Writes `Count` elements from the element `Index` in C order on.
  Error write(uint64_t Index, const void *Data, uint64_t Count);
  Error commit() { return File.commit(); }

private:
  explicit NpyWriter(OutputFile File) : File(std::move(File)) {}

  OutputFile File;
  uint64_t DataOffset = 0;
};

} // namespace h3

#endif // H3RT_NPY_H
