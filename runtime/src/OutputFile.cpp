//===- OutputFile.cpp - Files that appear whole or not at all -------------===//

#include "OutputFile.h"

#include "Memory.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace h3;

OutputFile::OutputFile(OutputFile &&Other) noexcept
    : Path(std::move(Other.Path)), Temporary(std::move(Other.Temporary)),
      Descriptor(std::exchange(Other.Descriptor, -1)) {}

OutputFile::~OutputFile() {
  if (Descriptor < 0)
    return;
  close(Descriptor);
  if (!Temporary.empty())
    unlink(Temporary.c_str());
}

Expected<OutputFile> OutputFile::create(const std::string &Path) {
  OutputFile Result;
  Result.Path = Path;
  struct stat Status;
  if (stat(Path.c_str(), &Status) == 0) {
    if (S_ISDIR(Status.st_mode))
      return Error::file("cannot write " + Path + ": it is a directory");
    if (!S_ISREG(Status.st_mode)) {
      Result.Descriptor = open(Path.c_str(), O_WRONLY | O_CLOEXEC);
      if (Result.Descriptor < 0)
        return Error::file(systemMessage("cannot write " + Path));
      return Result;
    }
    // Replace what a symbolic link names, not the link.
    char Resolved[PATH_MAX];
    if (realpath(Path.c_str(), Resolved))
      Result.Path = Resolved;
  }
  Result.Temporary = Result.Path + ".tmp" + std::to_string(getpid());
  Result.Descriptor = open(Result.Temporary.c_str(),
                           O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (Result.Descriptor < 0)
    return Error::file(systemMessage("cannot write " + Result.Temporary));
  return Result;
}

Error OutputFile::writeAt(uint64_t Offset, const void *Data, uint64_t Bytes) {
  const char *Next = static_cast<const char *>(Data);
  while (Bytes != 0) {
    ssize_t Written = pwrite(Descriptor, Next, Bytes, Offset);
    if (Written < 0 && errno == EINTR)
      continue;
    if (Written <= 0)
      return Error::file(systemMessage("cannot write " + Path));
    Next += Written;
    Offset += Written;
    Bytes -= Written;
  }
  return Error::success();
}

Error OutputFile::commit() {
  int Closed = close(std::exchange(Descriptor, -1));
  if (Temporary.empty() && Closed == 0)
    return Error::success();
  if (Closed == 0 && rename(Temporary.c_str(), Path.c_str()) == 0)
    return Error::success();
  Error Err = Error::file(systemMessage("cannot write " + Path));
  if (!Temporary.empty())
    unlink(Temporary.c_str());
  return Err;
}
