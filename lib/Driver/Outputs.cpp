//===- Outputs.cpp - Files that appear whole or not at all ----------------===//

#include "Outputs.h"
#include "h3rt/abi.h"
#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace h3;

static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(path + ": cannot be written: " + code.message());
}

//===----------------------------------------------------------------------===//
// TemporaryFile
//===----------------------------------------------------------------------===//

Expected<TemporaryFile> TemporaryFile::create(StringRef destination) {
  SmallString<128> path;
  int descriptor;
  if (std::error_code code = sys::fs::createUniqueFile(
          destination + ".tmp%%%%%%%%", descriptor, path))
    return cannotWrite(destination, code);
  raw_fd_ostream(descriptor, /*shouldClose=*/true).close();
  sys::RemoveFileOnSignal(path);
  return TemporaryFile(std::string(path));
}

TemporaryFile::~TemporaryFile() {
  if (path.empty())
    return;
  sys::fs::remove(path);
  sys::DontRemoveFileOnSignal(path);
}

Error TemporaryFile::write(StringRef contents) {
  std::error_code code;
  raw_fd_ostream stream(path, code);
  return code ? cannotWrite(path, code) : writeStream(stream, path, contents);
}

Error TemporaryFile::keep(StringRef destination, bool executable) {
  auto all = sys::fs::all_read | sys::fs::all_write;
  if (executable)
    all = all | sys::fs::all_exe;
  auto mode = static_cast<sys::fs::perms>(all & ~sys::fs::getUmask());
  if (std::error_code code = sys::fs::setPermissions(path, mode))
    return cannotWrite(destination, code);
  if (std::error_code code = sys::fs::rename(path, destination))
    return cannotWrite(destination, code);
  sys::DontRemoveFileOnSignal(path);
  path.clear();
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Whole files
//===----------------------------------------------------------------------===//

Error h3::writeStream(raw_fd_ostream &stream, StringRef name,
                      StringRef contents) {
  stream << contents;
  stream.flush();
  std::error_code code = stream.error();
  stream.clear_error(); // Otherwise its destructor ends the program.
  return code ? cannotWrite(name, code) : Error::success();
}

Error h3::writeWhole(StringRef path, StringRef contents) {
  if (sys::fs::exists(path) && !sys::fs::is_regular_file(path)) {
    std::error_code code;
    raw_fd_ostream stream(path, code);
    return code ? cannotWrite(path, code) : writeStream(stream, path, contents);
  }
  Expected<TemporaryFile> file = TemporaryFile::create(path);
  if (!file)
    return file.takeError();
  if (Error failure = file->write(contents))
    return failure;
  return file->keep(path, /*executable=*/false);
}

/// FileOutputBuffer maps a temporary file beside `path` and removes it unless
/// it is committed.
static Expected<std::unique_ptr<FileOutputBuffer>>
createBuffer(StringRef path, uint64_t size, unsigned flags) {
  // Mapped pages of a full disk would fault, so the space is asked for first.
  ErrorOr<sys::fs::space_info> space = sys::fs::disk_space(
      sys::path::parent_path(path).empty() ? "."
                                           : sys::path::parent_path(path));
  if (space && space->available < size)
    return createStringError(path + ": the file needs " + Twine(size) +
                             " bytes, but only " + Twine(space->available) +
                             " are free there");
  auto buffer = FileOutputBuffer::create(path, size, flags);
  if (!buffer)
    return cannotWrite(path, errorToErrorCode(buffer.takeError()));
  return buffer;
}

static Error commit(StringRef path, FileOutputBuffer &buffer) {
  if (Error failure = buffer.commit())
    return cannotWrite(path, errorToErrorCode(std::move(failure)));
  return Error::success();
}

Error h3::writeMapped(StringRef path, uint64_t size, FillFn fill) {
  auto buffer = createBuffer(path, size, 0);
  if (!buffer)
    return buffer.takeError();
  if (Error failure = fill({(*buffer)->getBufferStart(), size}))
    return failure;
  return commit(path, **buffer);
}

Error h3::appendWeights(const TemporaryFile &program, StringRef path,
                        uint64_t weightBytes, FillFn fill) {
  constexpr uint64_t pageSize = 4096;
  auto code = MemoryBuffer::getFile(program.getPath());
  if (!code)
    return cannotWrite(path, code.getError());
  H3WeightsTrailer trailer = {};
  trailer.header_offset = alignTo((*code)->getBufferSize(), pageSize);
  std::memcpy(trailer.magic, H3_WEIGHTS_MAGIC, sizeof(trailer.magic));
  uint64_t end = trailer.header_offset + weightBytes;
  auto buffer =
      createBuffer(path, end + sizeof(trailer), FileOutputBuffer::F_executable);
  if (!buffer)
    return buffer.takeError();
  uint8_t *start = (*buffer)->getBufferStart();
  llvm::copy((*code)->getBuffer(), start);
  if (Error failure = fill({start + trailer.header_offset, weightBytes}))
    return failure;
  std::memcpy(start + end, &trailer, sizeof(trailer));
  return commit(path, **buffer);
}

//===----------------------------------------------------------------------===//
// ProgressBar
//===----------------------------------------------------------------------===//

ProgressBar::ProgressBar(raw_fd_ostream &stream, StringRef label)
    : stream(stream), label(label), isShown(stream.is_displayed()) {}

void ProgressBar::update(double share) {
  int now = static_cast<int>(100 * share);
  if (!isShown || now == percent)
    return;
  percent = now;
  constexpr int width = 40;
  int done = percent * width / 100;
  stream << '\r' << label << " [" << std::string(done, '=')
         << std::string(width - done, ' ') << "] " << format("%3d", percent)
         << '%';
  stream.flush();
}

ProgressBar::~ProgressBar() {
  if (isShown && percent >= 0)
    stream << '\n';
}
