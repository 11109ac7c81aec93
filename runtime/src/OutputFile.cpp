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
      IsNamed(Other.IsNamed), Descriptor(std::exchange(Other.Descriptor, -1)) {}

OutputFile::~OutputFile() {
  if (Descriptor < 0)
    return;
  close(Descriptor);
  if (IsNamed)
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
  size_t Slash = Result.Path.rfind('/');
  std::string Folder =
      Slash == std::string::npos ? "." : Result.Path.substr(0, Slash + 1);
  Result.Descriptor =
      open(Folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (Result.Descriptor < 0 && errno == EOPNOTSUPP) {
    Result.Descriptor = open(Result.Temporary.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    Result.IsNamed = Result.Descriptor >= 0;
  }
  if (Result.Descriptor < 0)
    return Error::file(systemMessage("cannot write " + Path));
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

/// Gives a file without a name one.
static bool link(int Descriptor, const std::string &Path) {
  std::string Self = "/proc/self/fd/" + std::to_string(Descriptor);
  return linkat(AT_FDCWD, Self.c_str(), AT_FDCWD, Path.c_str(),
                AT_SYMLINK_FOLLOW) == 0;
}

Error OutputFile::commit() {
  // A name that exists can be replaced by renaming alone.
  if (!Temporary.empty() && !IsNamed)
    IsNamed = link(Descriptor, Temporary);
  bool IsDone = Temporary.empty() || IsNamed;
  IsDone &= close(std::exchange(Descriptor, -1)) == 0;
  if (IsDone && IsNamed)
    IsDone = rename(Temporary.c_str(), Path.c_str()) == 0;
  if (IsDone)
    return Error::success();
  Error Err = Error::file(systemMessage("cannot write " + Path));
  if (IsNamed)
    unlink(Temporary.c_str());
  return Err;
}
