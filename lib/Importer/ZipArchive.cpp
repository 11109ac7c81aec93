//===- ZipArchive.cpp - The entries of a zip file -------------------------===//
//
// Follows PKWARE's APPNOTE.TXT 6.3: the central directory at the end of the
// file tells everything but where the data of an entry starts, which takes a
// look at the header in front of it.
//
//===----------------------------------------------------------------------===//

#include "ZipArchive.h"
#include "Quote.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/Endian.h"
#include <zlib.h>

using namespace llvm;
using namespace h3;
using namespace llvm::support;

namespace {

enum Signature : uint32_t {
  LocalHeader = 0x04034b50,
  CentralHeader = 0x02014b50,
  EndOfDirectory = 0x06054b50,
  Zip64EndOfDirectory = 0x06064b50,
  Zip64Locator = 0x07064b50,
};

constexpr size_t LocalHeaderSize = 30;
constexpr size_t CentralHeaderSize = 46;
constexpr size_t EndSize = 22;
constexpr size_t Zip64EndSize = 56;
constexpr size_t Zip64LocatorSize = 20;
constexpr uint16_t Zip64ExtraId = 1;
constexpr uint16_t EncryptedFlag = 1;
constexpr uint16_t Stored = 0, Deflated = 8;

uint16_t get16(ArrayRef<uint8_t> bytes, size_t at) {
  return endian::read16le(bytes.slice(at, 2).data());
}
uint32_t get32(ArrayRef<uint8_t> bytes, size_t at) {
  return endian::read32le(bytes.slice(at, 4).data());
}
uint64_t get64(ArrayRef<uint8_t> bytes, size_t at) {
  return endian::read64le(bytes.slice(at, 8).data());
}

} // namespace

Error ZipArchive::error(const Twine &message) const {
  return createStringError(Twine(path) + ": " + message);
}

Expected<ArrayRef<uint8_t>> ZipArchive::slice(uint64_t offset, uint64_t size,
                                              const Twine &what) const {
  if (offset > data.size() || size > data.size() - offset)
    return error(what + " lies at byte " + Twine(offset) + " and takes " +
                 Twine(size) + " bytes, but the file has " +
                 Twine(data.size()) + "; it is truncated or damaged");
  return data.slice(offset, size);
}

bool ZipArchive::isZip(ArrayRef<uint8_t> data) {
  return data.size() >= 4 && get32(data, 0) == LocalHeader;
}

Expected<ZipArchive> ZipArchive::open(StringRef path, ArrayRef<uint8_t> data) {
  ZipArchive archive(path, data);
  if (Error failure = archive.readDirectory())
    return failure;
  return archive;
}

/// The directory's place stands at the end of the file, before a comment of at
/// most 64 KiB.
Expected<ZipArchive::Directory> ZipArchive::findDirectory() const {
  std::optional<size_t> end;
  for (size_t comment = 0; comment <= UINT16_MAX; ++comment) {
    if (EndSize + comment > data.size())
      break;
    size_t at = data.size() - EndSize - comment;
    if (get32(data, at) == EndOfDirectory && get16(data, at + 20) == comment) {
      end = at;
      break;
    }
  }
  if (!end)
    return error("the zip archive has no directory; the file is truncated or "
                 "damaged, copy it again");

  Directory directory = {get32(data, *end + 16), get32(data, *end + 12),
                         get16(data, *end + 10)};
  size_t locator = *end - std::min(*end, Zip64LocatorSize);
  if (get32(data, locator) != Zip64Locator)
    return directory;
  Expected<ArrayRef<uint8_t>> record =
      slice(get64(data, locator + 8), Zip64EndSize, "the zip64 directory");
  if (!record)
    return record.takeError();
  if (get32(*record, 0) != Zip64EndOfDirectory)
    return error("the zip64 directory is damaged; copy the file again");
  return Directory{get64(*record, 48), get64(*record, 40), get64(*record, 32)};
}

Error ZipArchive::readDirectory() {
  Expected<Directory> directory = findDirectory();
  if (!directory)
    return directory.takeError();
  Expected<ArrayRef<uint8_t>> rest =
      slice(directory->offset, directory->size, "the zip directory");
  if (!rest)
    return rest.takeError();

  for (uint64_t i = 0; i < directory->entryCount; ++i) {
    if (rest->size() < CentralHeaderSize || get32(*rest, 0) != CentralHeader)
      return error("the zip directory ends after " + Twine(i) + " of " +
                   Twine(directory->entryCount) +
                   " entries; the file is damaged");
    size_t nameSize = get16(*rest, 28), extraSize = get16(*rest, 30);
    size_t total = CentralHeaderSize + nameSize + extraSize + get16(*rest, 32);
    if (total > rest->size())
      return error("entry " + Twine(i) +
                   " of the zip directory is cut off; the file is damaged");
    StringRef name = toStringRef(rest->slice(CentralHeaderSize, nameSize));
    Entry entry = {get16(*rest, 8),  get16(*rest, 10), get32(*rest, 16),
                   get32(*rest, 20), get32(*rest, 24), get32(*rest, 42)};
    if (Error failure = readZip64Extra(
            name, rest->slice(CentralHeaderSize + nameSize, extraSize), entry))
      return failure;
    if (!entries.try_emplace(name, entry).second)
      return error("the zip archive has two entries " + quote(name) +
                   "; save the file again");
    *rest = rest->drop_front(total);
  }
  return Error::success();
}

/// A field of the directory that is all ones stands in the zip64 extra record,
/// in which only such fields occur.
Error ZipArchive::readZip64Extra(StringRef name, ArrayRef<uint8_t> extra,
                                 Entry &entry) const {
  while (extra.size() >= 4) {
    uint16_t id = get16(extra, 0);
    size_t size = get16(extra, 2);
    if (size > extra.size() - 4)
      break;
    ArrayRef<uint8_t> record = extra.slice(4, size);
    extra = extra.drop_front(4 + size);
    if (id != Zip64ExtraId)
      continue;
    for (uint64_t *field :
         {&entry.size, &entry.compressedSize, &entry.headerOffset}) {
      if (*field != UINT32_MAX)
        continue;
      if (record.size() < 8)
        return error("the zip64 record of " + quote(name) +
                     " is too short; the file is damaged");
      *field = get64(record, 0);
      record = record.drop_front(8);
    }
    break;
  }
  return Error::success();
}

Expected<StringRef> ZipArchive::findRoot(StringRef fileName) const {
  std::optional<StringRef> root;
  for (StringRef name : entries.keys()) {
    StringRef folder = name;
    if (!folder.consume_back(fileName) || !folder.consume_back("/") ||
        folder.contains('/'))
      continue;
    if (root)
      return error("the zip archive has several " + quote(fileName) +
                   "; it was not written by torch.save");
    root = folder;
  }
  if (!root)
    return error("the zip archive has no " + quote(fileName) +
                 "; it was not written by torch.save");
  return *root;
}

/// The bytes of an entry as they lie in the file.
Expected<ArrayRef<uint8_t>> ZipArchive::locate(StringRef name,
                                               const Entry &entry) const {
  std::string what = "the zip entry " + quote(name);
  Expected<ArrayRef<uint8_t>> header =
      slice(entry.headerOffset, LocalHeaderSize, what);
  if (!header)
    return header.takeError();
  // A second name and length for the same data would let two readers of one
  // file see different tensors.
  size_t nameSize = get16(*header, 26), extraSize = get16(*header, 28);
  Expected<ArrayRef<uint8_t>> localName =
      slice(entry.headerOffset + LocalHeaderSize, nameSize, what);
  if (!localName)
    return localName.takeError();
  if (get32(*header, 0) != LocalHeader || toStringRef(*localName) != name)
    return error(what + " has no matching header at byte " +
                 Twine(entry.headerOffset) + "; the file is damaged");
  return slice(entry.headerOffset + LocalHeaderSize + nameSize + extraSize,
               entry.compressedSize, what);
}

Expected<std::unique_ptr<MemoryBuffer>>
ZipArchive::inflateEntry(StringRef name, const Entry &entry,
                         ArrayRef<uint8_t> compressed) {
  if (entry.size > inflateBudget)
    return error("the zip entry " + quote(name) + " inflates to " +
                 Twine(entry.size) + " bytes, more than the " +
                 Twine(inflateBudget) +
                 " allowed for a file of this size; store it uncompressed");
  inflateBudget -= entry.size;
  auto buffer = WritableMemoryBuffer::getNewUninitMemBuffer(entry.size, name);
  if (!buffer)
    return error("no memory for the " + Twine(entry.size) +
                 " bytes of the zip entry " + quote(name));

  z_stream stream = {};
  // Negative: a zip entry has no zlib header.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return error("no memory to inflate the zip entry " + quote(name));
  stream.next_in = const_cast<Bytef *>(compressed.data());
  stream.next_out = reinterpret_cast<Bytef *>(buffer->getBufferStart());
  uint64_t inputLeft = compressed.size(), outputLeft = entry.size;
  int status = Z_OK;
  // zlib counts in 32 bits.
  while (status == Z_OK) {
    uInt input = std::min<uint64_t>(inputLeft, 1 << 30);
    uInt output = std::min<uint64_t>(outputLeft, 1 << 30);
    stream.avail_in = input;
    stream.avail_out = output;
    status = inflate(&stream, Z_NO_FLUSH);
    inputLeft -= input - stream.avail_in;
    outputLeft -= output - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || outputLeft != 0)
    return error("the zip entry " + quote(name) + " does not inflate to the " +
                 Twine(entry.size) +
                 " bytes that the directory states; the file is damaged");
  return std::unique_ptr<MemoryBuffer>(std::move(buffer));
}

Expected<ArrayRef<uint8_t>>
ZipArchive::read(StringRef name,
                 std::vector<std::unique_ptr<MemoryBuffer>> &inflated) {
  auto it = entries.find(name);
  if (it == entries.end())
    return error("the zip archive has no entry " + quote(name) +
                 "; the file is damaged");
  const Entry &entry = it->second;
  if (entry.flags & EncryptedFlag)
    return error("the zip entry " + quote(name) +
                 " is encrypted; save the file with torch.save");
  Expected<ArrayRef<uint8_t>> bytes = locate(name, entry);
  if (!bytes)
    return bytes.takeError();

  if (bytes->size() > unread)
    return error("the zip entry " + quote(name) +
                 " overlaps others; the file is damaged");
  unread -= bytes->size();
  ArrayRef<uint8_t> contents = *bytes;
  if (entry.method == Deflated) {
    auto buffer = inflateEntry(name, entry, *bytes);
    if (!buffer)
      return buffer.takeError();
    contents = arrayRefFromStringRef((*buffer)->getBuffer());
    inflated.push_back(std::move(*buffer));
  } else if (entry.method != Stored || entry.size != entry.compressedSize) {
    return error("the zip entry " + quote(name) + " has compression method " +
                 Twine(entry.method) + " and " + Twine(entry.compressedSize) +
                 " bytes for " + Twine(entry.size) +
                 "; methods 0 (stored) and 8 (deflated) are supported");
  }
  uint32_t crc = llvm::crc32(contents);
  if (crc != entry.crc)
    return error("the zip entry " + quote(name) + " has the checksum 0x" +
                 utohexstr(crc) + ", expected 0x" + utohexstr(entry.crc) +
                 "; the file is damaged, copy it again");
  return contents;
}
