//===- Memory.cpp - Mapped memory -----------------------------------------===//

#include "Memory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace h3;

static constexpr uint64_t PageBytes = 4096;

std::string h3::systemMessage(const std::string &What) {
  return What + ": " + std::strerror(errno);
}

Mapping::~Mapping() {
  if (Address)
    munmap(Address, Bytes);
}

Expected<Mapping> Mapping::anonymous(uint64_t Bytes, const char *Purpose) {
  Mapping Result;
  if (Bytes == 0)
    return Result;
  void *Address = mmap(nullptr, Bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (Address == MAP_FAILED)
    return Error::resources(systemMessage("cannot reserve " +
                                          std::to_string(Bytes) +
                                          " bytes for the " + Purpose));
  Result.Address = Address;
  Result.Bytes = Bytes;
  return Result;
}

Expected<Mapping> Mapping::file(const std::string &Path) {
  int Descriptor = open(Path.c_str(), O_RDONLY | O_CLOEXEC |
                                          O_NONBLOCK); // no wait for a pipe
  if (Descriptor < 0)
    return Error::file(systemMessage("cannot open " + Path));
  struct stat Status;
  Mapping Result;
  if (fstat(Descriptor, &Status) != 0 || !S_ISREG(Status.st_mode)) {
    close(Descriptor);
    return Error::file(Path + " is not a regular file");
  }
  if (Status.st_size > 0) {
    void *Address =
        mmap(nullptr, Status.st_size, PROT_READ, MAP_SHARED, Descriptor, 0);
    if (Address == MAP_FAILED) {
      Error Err = Error::file(systemMessage("cannot map " + Path));
      close(Descriptor);
      return Err;
    }
    Result.Address = Address;
    Result.Bytes = Status.st_size;
  }
  close(Descriptor); // The mapping keeps the file.
  return Result;
}

void Mapping::discard(uint64_t Offset, uint64_t Length) {
  if (Length == 0)
    return;
  uint64_t End = Offset + Length;
  uint64_t FirstPage = (Offset + PageBytes - 1) / PageBytes * PageBytes;
  uint64_t LastPage = End / PageBytes * PageBytes;
  if (FirstPage >= LastPage ||
      madvise(data() + FirstPage, LastPage - FirstPage, MADV_DONTNEED) != 0) {
    std::memset(data() + Offset, 0, Length);
    return;
  }
  std::memset(data() + Offset, 0, FirstPage - Offset);
  std::memset(data() + LastPage, 0, End - LastPage);
}

void Mapping::copy(uint64_t To, uint64_t From, uint64_t Length) {
  discard(To, Length);
  for (uint64_t Done = 0; Done < Length; Done += PageBytes) {
    uint64_t Block = std::min(PageBytes, Length - Done);
    const char *Source = data() + From + Done;
    // Reading an untouched page costs no memory, writing one does. A block is
    // all zero when its first byte is and every byte equals the one before.
    bool IsZero =
        Source[0] == 0 && std::memcmp(Source, Source + 1, Block - 1) == 0;
    if (!IsZero)
      std::memcpy(data() + To + Done, Source, Block);
  }
}
