//===- ZipArchive.h - The entries of a zip file -----------------*- C++ -*-===//
//
// Reads zip archives, zip64 included, that lie in memory. An entry that is
// stored without compression is handed out in place, which is how a checkpoint
// of several gigabytes is read without a copy.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_IMPORTER_ZIPARCHIVE_H
#define H3_LIB_IMPORTER_ZIPARCHIVE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <vector>

namespace h3 {

class ZipArchive {
public:
  /// `data` outlives the archive. Checks all of the central directory.
  static llvm::Expected<ZipArchive> open(llvm::StringRef path,
                                         llvm::ArrayRef<uint8_t> data);

  /// Whether the data starts like a zip archive.
  static bool isZip(llvm::ArrayRef<uint8_t> data);

  bool contains(llvm::StringRef name) const { return entries.contains(name); }
  /// The folder `x` of the one entry `x/fileName`; an error if there is none.
  llvm::Expected<llvm::StringRef> findRoot(llvm::StringRef fileName) const;

  /// The contents of an entry, with its checksum verified. An inflated entry is
  /// appended to `inflated`, which then owns what is returned.
  /// Reading more than the file holds is an error: its entries overlap.
  llvm::Expected<llvm::ArrayRef<uint8_t>>
  read(llvm::StringRef name,
       std::vector<std::unique_ptr<llvm::MemoryBuffer>> &inflated);

private:
  struct Entry {
    uint16_t flags;
    uint16_t method;
    uint32_t crc;
    uint64_t compressedSize;
    uint64_t size;
    uint64_t headerOffset;
  };
  struct Directory {
    uint64_t offset;
    uint64_t size;
    uint64_t entryCount;
  };

  ZipArchive(llvm::StringRef path, llvm::ArrayRef<uint8_t> data)
      : path(path), data(data), unread(data.size()),
        inflateBudget(64 * data.size() + (1 << 26)) {}

  llvm::Error error(const llvm::Twine &message) const;
  /// `data[offset, offset + size)`, or an error that names `what`.
  llvm::Expected<llvm::ArrayRef<uint8_t>> slice(uint64_t offset, uint64_t size,
                                                const llvm::Twine &what) const;
  llvm::Expected<Directory> findDirectory() const;
  llvm::Error readDirectory();
  llvm::Error readZip64Extra(llvm::StringRef name,
                             llvm::ArrayRef<uint8_t> extra, Entry &entry) const;
  llvm::Expected<llvm::ArrayRef<uint8_t>> locate(llvm::StringRef name,
                                                 const Entry &entry) const;
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
  inflateEntry(llvm::StringRef name, const Entry &entry,
               llvm::ArrayRef<uint8_t> compressed);

  std::string path;
  llvm::ArrayRef<uint8_t> data;
  /// Bytes that entries may still take, were they side by side.
  uint64_t unread;
  /// Bytes that may still be inflated: an archive of a few kilobytes must not
  /// fill the memory.
  uint64_t inflateBudget;
  llvm::StringMap<Entry> entries;
};

} // namespace h3

#endif // H3_LIB_IMPORTER_ZIPARCHIVE_H
