//===- SlotFile.cpp - The state of a sequence in a file -------------------===//
//
// A SlotHeader, then float [state_floats], then float [cache_floats]. Only the
// model that wrote a file can read it, since only it knows the layout.
//
//===----------------------------------------------------------------------===//

#include "Engine.h"
#include "OutputFile.h"

#include <algorithm>
#include <climits>
#include <cstring>

using namespace h3;

namespace {
struct SlotHeader {
  char Magic[8];
  uint64_t Position;
  uint64_t StateFloats;
  uint64_t CacheFloats;
  char Digest[32]; ///< H3Model::weights_digest
};
static_assert(sizeof(SlotHeader) == 64, "no padding");
} // namespace

static constexpr char SlotMagic[] = "H3STATE1";

static SlotHeader makeHeader(const H3Model &Model) {
  SlotHeader Header = {};
  std::memcpy(Header.Magic, SlotMagic, sizeof(Header.Magic));
  Header.StateFloats = Model.state_floats;
  Header.CacheFloats = Model.cache_floats;
  std::memcpy(Header.Digest, Model.weights_digest, sizeof(Header.Digest));
  return Header;
}

/// Cache behind a sequence's last token is zeros that were never touched:
/// blocks of zeros are holes in the file and stay untouched in memory.
static constexpr uint64_t BlockBytes = 1 << 16;

static bool isZero(const char *Data, uint64_t Bytes) {
  return Bytes == 0 ||
         (Data[0] == 0 && std::memcmp(Data, Data + 1, Bytes - 1) == 0);
}

/// Writes `Bytes` of `Memory` from `From` on.
static Error writeSparse(OutputFile &File, uint64_t Offset,
                         const DeviceMemory &Memory, uint64_t From,
                         uint64_t Bytes) {
  std::vector<char> Block(BlockBytes);
  for (uint64_t Done = 0; Done < Bytes; Done += BlockBytes) {
    uint64_t Size = std::min(BlockBytes, Bytes - Done);
    if (Error Err = Memory.read(From + Done, Block.data(), Size))
      return Err;
    // The last byte is written in any case: it gives the file its size.
    uint64_t Skipped = 0;
    if (isZero(Block.data(), Size))
      Skipped = Done + Size == Bytes ? Size - 1 : Size;
    if (Skipped == Size)
      continue;
    if (Error Err = File.writeAt(Offset + Done + Skipped,
                                 Block.data() + Skipped, Size - Skipped))
      return Err;
  }
  return Error::success();
}

/// `Memory` holds zeros from `To` on.
static Error copySparse(DeviceMemory &Memory, uint64_t To, const char *From,
                        uint64_t Bytes) {
  for (uint64_t Done = 0; Done < Bytes; Done += BlockBytes) {
    uint64_t Size = std::min(BlockBytes, Bytes - Done);
    if (isZero(From + Done, Size))
      continue;
    if (Error Err = Memory.write(To + Done, From + Done, Size))
      return Err;
  }
  return Error::success();
}

Error Engine::saveSlot(int32_t Slot, const std::string &Path) const {
  if (Error Err = checkSlot(Slot))
    return Err;
  Expected<OutputFile> File = OutputFile::create(Path);
  if (!File)
    return File.takeError();
  SlotHeader Header = makeHeader(Model);
  Header.Position = Positions[Slot];
  if (Error Err = File->writeAt(0, &Header, sizeof(Header)))
    return Err;
  uint64_t Offset = sizeof(Header);
  if (Error Err =
          writeSparse(*File, Offset, *State, Slot * stateBytes(), stateBytes()))
    return Err;
  Offset += stateBytes();
  if (Error Err =
          writeSparse(*File, Offset, *Cache, Slot * cacheBytes(), cacheBytes()))
    return Err;
  return File->commit();
}

Error Engine::loadSlot(int32_t Slot, const std::string &Path) {
  if (Error Err = checkSlot(Slot))
    return Err;
  Expected<Mapping> File = Mapping::file(Path);
  if (!File)
    return File.takeError();
  uint64_t Wanted = sizeof(SlotHeader) + stateBytes() + cacheBytes();
  SlotHeader Header = {};
  std::copy_n(File->data(), std::min<uint64_t>(sizeof(Header), File->size()),
              reinterpret_cast<char *>(&Header));
  uint64_t Position = std::exchange(Header.Position, 0);
  SlotHeader Expected = makeHeader(Model);
  if (std::memcmp(Header.Magic, Expected.Magic, sizeof(Header.Magic)) != 0)
    return Error::file(Path + " is not the saved state of a sequence");
  if (std::memcmp(&Header, &Expected, sizeof(Header)) != 0)
    return Error::file(Path + " holds the state of another model; only the "
                              "program that saved it can load it");
  uint64_t Limit = Model.max_context ? Model.max_context : INT_MAX;
  if (File->size() != Wanted || Position > Limit)
    return Error::file(Path + ": found " + std::to_string(File->size()) +
                       " bytes and " + std::to_string(Position) +
                       " tokens, expected " + std::to_string(Wanted) +
                       " bytes and at most " + std::to_string(Limit) +
                       " tokens; the file is damaged");
  if (Error Err = resetSlot(Slot))
    return Err;
  const char *Data = File->data() + sizeof(Header);
  if (Error Err = copySparse(*State, Slot * stateBytes(), Data, stateBytes()))
    return Err;
  if (Error Err = copySparse(*Cache, Slot * cacheBytes(), Data + stateBytes(),
                             cacheBytes()))
    return Err;
  Positions[Slot] = static_cast<int64_t>(Position);
  return Error::success();
}
