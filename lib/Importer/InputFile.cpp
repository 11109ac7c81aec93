//===- InputFile.cpp - Opening what a user names --------------------------===//

#include "InputFile.h"
#include "llvm/Support/FileSystem.h"

using namespace llvm;
using namespace h3;

Expected<std::unique_ptr<MemoryBuffer>>
h3::openInputFile(StringRef path, uint64_t maxSize, StringRef expected) {
  auto fail = [&](const Twine &message) {
    return createStringError(path + ": " + message + "; expected " + expected);
  };
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status))
    return fail(code.message());
  // A pipe may never end, and a device may have no end at all.
  if (!sys::fs::is_regular_file(status))
    return fail("not a regular file");
  if (status.getSize() > maxSize)
    return fail("the file has " + Twine(status.getSize()) +
                " bytes, more than the " + Twine(maxSize) + " that are read");
  auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(file.getError().message());
  return std::move(*file);
}

JsonOutline h3::outlineJson(StringRef text) {
  JsonOutline outline;
  size_t depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      i += c == '\\'; // Whatever is escaped does not end the string.
      inString = c != '"';
    } else if (c == '"') {
      inString = true;
    } else if (c == '[' || c == '{') {
      outline.depth = std::max(outline.depth, ++depth);
    } else if (c == ']' || c == '}') {
      depth -= depth > 0;
    } else if (c == ':') {
      outline.topKeys += depth == 1;
    }
  }
  return outline;
}
