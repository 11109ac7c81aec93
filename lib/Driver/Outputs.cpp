//===- Outputs.cpp - Files that appear whole or not at all ----------------===//

#include "Outputs.h"
#include "h3rt/abi.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
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
  static unsigned counter = 0;
  std::string path =
      (destination + ".tmp" + Twine(sys::Process::getProcessId()) + "-" +
       Twine(counter++))
          .str();
  int descriptor;
  if (std::error_code code = sys::fs::openFileForWrite(
          path, descriptor, sys::fs::CD_CreateNew, sys::fs::OF_None))
    return cannotWrite(destination, code);
  sys::Process::SafelyCloseFileDescriptor(descriptor);
  sys::RemoveFileOnSignal(path);
  return TemporaryFile(destination.str(), path);
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

Error TemporaryFile::writeMapped(uint64_t size, FillFn fill) {
  // Pages of a full disk would fault, so the space is asked for first.
  ErrorOr<sys::fs::space_info> space = sys::fs::disk_space(path);
  if (space && space->available < size)
    return createStringError(destination + ": the file needs " + Twine(size) +
                             " bytes, but only " + Twine(space->available) +
                             " are free there");
  int descriptor;
  std::error_code code = sys::fs::openFileForReadWrite(
      path, descriptor, sys::fs::CD_OpenExisting, sys::fs::OF_None);
  if (code)
    return cannotWrite(destination, code);
  code = sys::fs::resize_file(descriptor, size);
  Error failure = Error::success();
  if (!code) {
    sys::fs::mapped_file_region region(
        sys::fs::convertFDToNativeFile(descriptor),
        sys::fs::mapped_file_region::readwrite, size, 0, code);
    if (!code)
      failure = fill({reinterpret_cast<uint8_t *>(region.data()), size});
  }
  sys::Process::SafelyCloseFileDescriptor(descriptor);
  return code ? cannotWrite(destination, code) : std::move(failure);
}

Error TemporaryFile::keep(bool executable) {
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
  return file->keep(/*executable=*/false);
}

Error h3::appendWeights(const TemporaryFile &program, TemporaryFile &file,
                        uint64_t weightBytes, TemporaryFile::FillFn fill) {
  constexpr uint64_t pageSize = 4096;
  auto code = MemoryBuffer::getFile(program.getPath());
  if (!code)
    return cannotWrite(program.getPath(), code.getError());
  H3WeightsTrailer trailer = {};
  trailer.header_offset = alignTo((*code)->getBufferSize(), pageSize);
  std::memcpy(trailer.magic, H3_WEIGHTS_MAGIC, sizeof(trailer.magic));
  uint64_t end = trailer.header_offset + weightBytes;
  return file.writeMapped(
      end + sizeof(trailer), [&](MutableArrayRef<uint8_t> out) -> Error {
        llvm::copy((*code)->getBuffer(), out.begin());
        if (Error failure = fill(out.slice(trailer.header_offset, weightBytes)))
          return failure;
        std::memcpy(&out[end], &trailer, sizeof(trailer));
        return Error::success();
      });
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
