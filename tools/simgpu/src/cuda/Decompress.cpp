//===- Decompress.cpp - LZ4 and zstd --------------------------------------===//
//
// LZ4: lz4_Block_format.md of the LZ4 project.
//
//===----------------------------------------------------------------------===//

#include "Images.h"

#include <dlfcn.h>

using namespace simgpu;

Expected<std::string> simgpu::decompressLz4(const uint8_t *From,
                                            size_t FromBytes, size_t Bytes) {
  std::string To;
  To.reserve(Bytes);
  const uint8_t *End = From + FromBytes;
  auto broken = [&] {
    return Error::failure("damaged LZ4 data after " +
                          std::to_string(To.size()) + " of " +
                          std::to_string(Bytes) + " bytes");
  };
  // A length of 15 goes on in bytes, the last of which is not 255.
  auto length = [&](size_t Start, size_t &Result) {
    Result = Start;
    if (Start != 15)
      return true;
    uint8_t Byte;
    do {
      if (From == End)
        return false;
      Byte = *From++;
      Result += Byte;
    } while (Byte == 255);
    return true;
  };
  while (From != End) {
    uint8_t Token = *From++;
    size_t Literals, Match;
    if (!length(Token >> 4, Literals) || Literals > size_t(End - From) ||
        Literals > Bytes - To.size())
      return broken();
    To.append(reinterpret_cast<const char *>(From), Literals);
    From += Literals;
    if (From == End) // the last sequence has no match
      break;
    if (End - From < 2)
      return broken();
    size_t Offset = From[0] | From[1] << 8;
    From += 2;
    if (!length(Token & 15, Match) || Offset == 0 || Offset > To.size() ||
        Match + 4 > Bytes - To.size())
      return broken();
    for (size_t I = 0; I < Match + 4; ++I)
      To.push_back(To[To.size() - Offset]);
  }
  if (To.size() != Bytes)
    return broken();
  return To;
}

Expected<std::string> simgpu::decompressZstd(const uint8_t *From,
                                             size_t FromBytes, size_t Bytes) {
  static void *const Library = dlopen("libzstd.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!Library)
    return Error::failure("zstd data needs libzstd.so.1: " +
                          std::string(dlerror()));
  using Decompress = size_t (*)(void *, size_t, const void *, size_t);
  static const auto Run =
      reinterpret_cast<Decompress>(dlsym(Library, "ZSTD_decompress"));
  if (!Run)
    return Error::failure("libzstd.so.1 has no ZSTD_decompress");
  std::string To(Bytes, '\0');
  // Errors are numbers beyond every size.
  size_t Got = Run(To.data(), To.size(), From, FromBytes);
  if (Got != Bytes)
    return Error::failure("damaged zstd data, expected " +
                          std::to_string(Bytes) + " bytes");
  return To;
}
