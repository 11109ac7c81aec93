//===- InputFile.h - Opening what a user names ------------------*- C++ -*-===//

#ifndef H3_LIB_IMPORTER_INPUTFILE_H
#define H3_LIB_IMPORTER_INPUTFILE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace h3 {

/// Maps or reads a regular file of at most `maxSize` bytes. `expected` says in
/// messages what should have been there.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
openInputFile(llvm::StringRef path, uint64_t maxSize, llvm::StringRef expected);

/// What a look at the brackets of a JSON text tells.
struct JsonOutline {
  size_t depth = 0;   ///< of the deepest array or object
  size_t topKeys = 0; ///< keys of the outermost object, repeated ones included
};
JsonOutline outlineJson(llvm::StringRef text);

/// Deeper JSON is refused: parsers and their values recurse.
constexpr size_t kMaxJsonDepth = 64;

} // namespace h3

#endif // H3_LIB_IMPORTER_INPUTFILE_H
