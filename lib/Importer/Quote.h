//===- Quote.h - Names from files in error messages -------------*- C++ -*-===//
#ifndef H3_LIB_IMPORTER_QUOTE_H
#define H3_LIB_IMPORTER_QUOTE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace h3 {

/// `text` in quotes, fit for a message of one line: a name that comes from a
/// file may be of any length and hold any byte.
inline std::string quote(llvm::StringRef text) {
  constexpr size_t maxLength = 120;
  std::string result;
  llvm::raw_string_ostream stream(result);
  stream << '\'';
  llvm::printEscapedString(text.take_front(maxLength), stream);
  stream << (text.size() > maxLength ? "...'" : "'");
  return result;
}

/// `[2, 3]`
inline std::string formatShape(llvm::ArrayRef<int64_t> shape) {
  std::string result = "[";
  llvm::raw_string_ostream stream(result);
  llvm::interleaveComma(shape, stream);
  stream << ']';
  return result;
}

} // namespace h3

#endif // H3_LIB_IMPORTER_QUOTE_H
