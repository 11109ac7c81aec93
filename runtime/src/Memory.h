//===- Memory.h - Mapped memory ---------------------------------*- C++ -*-===//

#ifndef H3RT_MEMORY_H
#define H3RT_MEMORY_H

#include "Error.h"

#include <cstddef>
#include <cstdint>

namespace h3 {

/// An owned memory mapping; empty by default.
class Mapping {
public:
  Mapping() = default;
  Mapping(Mapping &&Other) noexcept { swap(Other); }
  Mapping &operator=(Mapping &&Other) noexcept {
    swap(Other);
    return *this;
  }
  ~Mapping();

  /// Zeroed memory, page-aligned. Pages cost nothing until they are touched.
  /// `Purpose` names the memory in the error.
  static Expected<Mapping> anonymous(uint64_t Bytes, const char *Purpose);

  /// A whole file, read-only.
  static Expected<Mapping> file(const std::string &Path);

  char *data() const { return static_cast<char *>(Address); }
  uint64_t size() const { return Bytes; }

  /// Zeroes a range of anonymous memory and gives its whole pages back.
  void discard(uint64_t Offset, uint64_t Length);

  /// Copies between disjoint ranges of anonymous memory. Pages of zeros in the
  /// source stay untouched in the destination.
  void copy(uint64_t To, uint64_t From, uint64_t Length);

private:
  void swap(Mapping &Other) noexcept {
    std::swap(Address, Other.Address);
    std::swap(Bytes, Other.Bytes);
  }

  void *Address = nullptr;
  uint64_t Bytes = 0;
};

/// `what`, followed by what errno says.
std::string systemMessage(const std::string &What);

} // namespace h3

#endif // H3RT_MEMORY_H
