//===- Images.cpp - PTX inside what a program loads as a module -----------===//
//
// The format of fatbins is not documented; the fields used here were read off
// the output of CUDA 13's fatbinary. The wrapper is in fatbinary_section.h.
//
//===----------------------------------------------------------------------===//

#include "Images.h"

#include <cctype>
#include <cstring>

using namespace simgpu;

namespace {
struct Wrapper {
  uint32_t Magic, Version;
  const void *Data;
  const void *Unused;
};
constexpr uint32_t WrapperMagic = 0x466243b1;

struct ContainerHeader {
  uint32_t Magic;
  uint16_t Version, HeaderBytes;
  uint64_t Bytes; ///< of all entries
};
constexpr uint32_t ContainerMagic = 0xba55ed50;

struct EntryHeader {
  uint16_t Kind, Version;
  uint32_t HeaderBytes;
  uint64_t Bytes; ///< of the payload, padding included
  uint32_t CompressedBytes, OptionsOffset;
  uint16_t Minor, Major;
  uint32_t Target; ///< 80 for sm_80
  uint64_t NameOffset;
  uint64_t Flags;
  uint64_t Reserved;
  uint64_t Uncompressed; ///< bytes
};
static_assert(sizeof(EntryHeader) == 64, "as fatbinary writes it");
constexpr uint16_t KindPtx = 1, KindElf = 2;
constexpr uint64_t FlagLz4 = 0x2000, FlagZstd = 0x8000;
constexpr uint64_t MostPtxBytes = uint64_t(1) << 30;
} // namespace

static std::string unpack(const EntryHeader &Entry, const uint8_t *Payload,
                          ImageProblem &Problem) {
  bool Lz4 = Entry.Flags & FlagLz4, Zstd = Entry.Flags & FlagZstd;
  if (!Lz4 && !Zstd) {
    const auto *Text = reinterpret_cast<const char *>(Payload);
    return std::string(Text, strnlen(Text, Entry.Bytes));
  }
  if (Entry.CompressedBytes > Entry.Bytes ||
      Entry.Uncompressed > MostPtxBytes) {
    Problem = {CUDA_ERROR_INVALID_IMAGE,
               "fatbin: a PTX entry of " + std::to_string(Entry.Bytes) +
                   " bytes holds " + std::to_string(Entry.CompressedBytes) +
                   " compressed and " + std::to_string(Entry.Uncompressed) +
                   " uncompressed bytes"};
    return "";
  }
  auto decompress = Lz4 ? decompressLz4 : decompressZstd;
  auto Text = decompress(Payload, Entry.CompressedBytes, Entry.Uncompressed);
  if (!Text) {
    Problem = {CUDA_ERROR_INVALID_IMAGE, "fatbin: " + Text.message()};
    return "";
  }
  Text->resize(strnlen(Text->c_str(), Text->size()));
  return std::move(*Text);
}

static std::string findInContainer(const uint8_t *Data, unsigned Target,
                                   ImageProblem &Problem) {
  auto broken = [&](const std::string &What) {
    Problem = {CUDA_ERROR_INVALID_IMAGE, "fatbin: " + What};
    return std::string();
  };
  ContainerHeader Header;
  std::memcpy(&Header, Data, sizeof(Header));
  if (Header.HeaderBytes < sizeof(Header))
    return broken("header of " + std::to_string(Header.HeaderBytes) +
                  " bytes, expected 16");
  const uint8_t *At = Data + Header.HeaderBytes;
  uint64_t Left = Header.Bytes;
  EntryHeader Best = {};
  const uint8_t *BestPayload = nullptr;
  std::string Others;
  while (Left > 0) {
    EntryHeader Entry;
    if (Left < sizeof(Entry))
      return broken("the last entry is cut off");
    std::memcpy(&Entry, At, sizeof(Entry));
    if (Entry.HeaderBytes < sizeof(Entry) || Entry.HeaderBytes > Left ||
        Entry.Bytes > Left - Entry.HeaderBytes)
      return broken("an entry of " + std::to_string(Entry.HeaderBytes) + " + " +
                    std::to_string(Entry.Bytes) + " bytes does not fit in " +
                    std::to_string(Left));
    if (Entry.Kind == KindPtx && Entry.Target <= Target &&
        (!BestPayload || Entry.Target > Best.Target)) {
      Best = Entry;
      BestPayload = At + Entry.HeaderBytes;
    }
    Others += std::string(Others.empty() ? "" : ", ") +
              (Entry.Kind == KindPtx   ? "PTX"
               : Entry.Kind == KindElf ? "a cubin"
                                       : "something else") +
              " for sm_" + std::to_string(Entry.Target);
    At += Entry.HeaderBytes + Entry.Bytes;
    Left -= Entry.HeaderBytes + Entry.Bytes;
  }
  if (BestPayload)
    return unpack(Best, BestPayload, Problem);
  Problem = {CUDA_ERROR_NO_BINARY_FOR_GPU,
             "fatbin: holds " + (Others.empty() ? "nothing" : Others) +
                 "; expected PTX for sm_" + std::to_string(Target) +
                 " or older, which is what can be simulated"};
  return "";
}

std::string simgpu::findPtx(const void *Image, unsigned Target,
                            ImageProblem &Problem) {
  // Text may be shorter than a number, so bytes are compared one by one.
  const auto *Bytes = static_cast<const uint8_t *>(Image);
  auto startsWith = [&](const void *Magic) {
    return std::strncmp(static_cast<const char *>(Image),
                        static_cast<const char *>(Magic), 4) == 0;
  };
  if (startsWith(&WrapperMagic)) {
    Wrapper W;
    std::memcpy(&W, Image, sizeof(W));
    return findPtx(W.Data, Target, Problem);
  }
  if (startsWith(&ContainerMagic))
    return findInContainer(Bytes, Target, Problem);
  if (startsWith("\x7f"
                 "ELF")) {
    Problem = {CUDA_ERROR_NO_BINARY_FOR_GPU,
               "the image is a cubin; expected PTX or a fatbin that holds PTX, "
               "which is what can be simulated"};
    return "";
  }
  if (std::isprint(Bytes[0]) || std::isspace(Bytes[0]))
    return static_cast<const char *>(Image);
  Problem = {CUDA_ERROR_INVALID_IMAGE, "the image starts with byte " +
                                           std::to_string(Bytes[0]) +
                                           "; expected PTX or a fatbin"};
  return "";
}
