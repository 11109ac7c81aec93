//===- Weights.cpp - The weights of a compiled model ----------------------===//

#include "Weights.h"

#include <climits>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace h3;

static constexpr uint64_t DataAlignment = 4096;
static constexpr const char *CompileAgain =
    "; compile the model again, or pass its own file with --weights";

static Expected<std::string> programPath() {
  char Path[PATH_MAX];
  ssize_t Length = readlink("/proc/self/exe", Path, sizeof(Path));
  if (Length < 0 || Length == sizeof(Path))
    return Error::file("cannot find the running program through "
                       "/proc/self/exe; pass the weights with --weights");
  return std::string(Path, Length);
}

/// Sets `HeaderOffset` when the program ends with a trailer.
static bool findTrailer(const Mapping &Program, uint64_t &HeaderOffset) {
  H3WeightsTrailer Trailer;
  if (Program.size() < sizeof(Trailer))
    return false;
  std::memcpy(&Trailer, Program.data() + Program.size() - sizeof(Trailer),
              sizeof(Trailer));
  HeaderOffset = Trailer.header_offset;
  return std::memcmp(Trailer.magic, H3_WEIGHTS_MAGIC, sizeof(Trailer.magic)) ==
         0;
}

/// For messages: what a damaged file says need not be text.
static std::string printable(const char *Text, size_t Length) {
  std::string Result(Text, Length);
  for (char &C : Result)
    if (C < ' ' || C > '~')
      C = '?';
  return Result;
}

static Error mismatch(const std::string &Path, const std::string &What,
                      const std::string &Found, const std::string &Wanted) {
  return Error::file(Path + ": " + What + " is " + Found + ", expected " +
                     Wanted + CompileAgain);
}

Expected<Weights> Weights::fromMapping(const H3Model &Model, Mapping File,
                                       uint64_t HeaderOffset,
                                       const std::string &Path) {
  H3WeightsHeader Header;
  if (HeaderOffset % DataAlignment != 0 || HeaderOffset > File.size() ||
      File.size() - HeaderOffset < sizeof(Header))
    return Error::file(Path + ": no weight header at byte " +
                       std::to_string(HeaderOffset) + " of " +
                       std::to_string(File.size()) + CompileAgain);
  std::memcpy(&Header, File.data() + HeaderOffset, sizeof(Header));

  if (std::memcmp(Header.magic, H3_WEIGHTS_MAGIC, sizeof(Header.magic)) != 0)
    return mismatch(Path, "the magic",
                    "'" + printable(Header.magic, sizeof(Header.magic)) + "'",
                    "'" H3_WEIGHTS_MAGIC "'");
  if (Header.version != H3_WEIGHTS_VERSION)
    return mismatch(Path, "the weight file's version",
                    std::to_string(Header.version),
                    std::to_string(H3_WEIGHTS_VERSION));
  if (std::memcmp(Header.digest, Model.weights_digest, sizeof(Header.digest)))
    return mismatch(Path, "the digest",
                    printable(Header.digest, sizeof(Header.digest)),
                    std::string(Model.weights_digest, sizeof(Header.digest)));
  if (Header.data_bytes != Model.weights_bytes)
    return mismatch(Path, "the size of the weights",
                    std::to_string(Header.data_bytes) + " bytes",
                    std::to_string(Model.weights_bytes));
  if (Header.data_offset % DataAlignment != 0 || Header.data_offset == 0)
    return mismatch(Path, "the offset of the weights",
                    std::to_string(Header.data_offset),
                    "a positive multiple of " + std::to_string(DataAlignment));
  uint64_t Available = File.size() - HeaderOffset;
  if (Header.data_offset > Available ||
      Header.data_bytes > Available - Header.data_offset)
    return Error::file(Path + ": the file ends after " +
                       std::to_string(Available) + " bytes, expected " +
                       std::to_string(Header.data_bytes) + " at " +
                       std::to_string(Header.data_offset) +
                       "; the copy is incomplete" + CompileAgain);

  Weights Result;
  Result.Offset = HeaderOffset + Header.data_offset;
  Result.Bytes = Header.data_bytes;
  // Start reading ahead now; every step reads all of it. Hints may fail.
  if (Result.Bytes != 0) {
    char *Data = File.data() + Result.Offset;
    madvise(Data, Result.Bytes, MADV_WILLNEED);
    madvise(Data, Result.Bytes, MADV_HUGEPAGE);
  }
  Result.File = std::move(File);
  return Result;
}

Expected<Weights> Weights::open(const H3Model &Model, const std::string &Path) {
  if (Path.empty() && Model.weights_bytes == 0)
    return Weights();
  std::string Sidecar = Path;
  if (Path.empty()) {
    Expected<std::string> Program = programPath();
    if (!Program)
      return Program.takeError();
    Expected<Mapping> File = Mapping::file(*Program);
    uint64_t HeaderOffset = 0;
    if (File && findTrailer(*File, HeaderOffset))
      return fromMapping(Model, std::move(*File), HeaderOffset, *Program);
    Sidecar = *Program + ".h3w";
  }
  Expected<Mapping> File = Mapping::file(Sidecar);
  if (!File)
    return Error::file(File.takeError().message() +
                       "; the weights belong beside the program as "
                       "PROGRAM.h3w, or pass them with --weights");
  return fromMapping(Model, std::move(*File), 0, Sidecar);
}
