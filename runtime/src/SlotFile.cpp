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
  if (Error Err = File->writeAt(Offset, State.data() + Slot * stateBytes(),
                                stateBytes()))
    return Err;
  Offset += stateBytes();
  if (Error Err = File->writeAt(Offset, Cache.data() + Slot * cacheBytes(),
                                cacheBytes()))
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
  const char *Data = File->data() + sizeof(Header);
  std::copy_n(Data, stateBytes(), State.data() + Slot * stateBytes());
  std::copy_n(Data + stateBytes(), cacheBytes(),
              Cache.data() + Slot * cacheBytes());
  Positions[Slot] = static_cast<int64_t>(Position);
  return Error::success();
}
