//===- FileBuilder.h - Checkpoints made byte by byte ------------*- C++ -*-===//
//
// Writes the formats that the importer reads, so that tests can write them
// wrong.
//
//===----------------------------------------------------------------------===//

#ifndef H3_TEST_UNIT_IMPORTER_FILEBUILDER_H
#define H3_TEST_UNIT_IMPORTER_FILEBUILDER_H

#include "h3/Importer/Checkpoint.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CRC.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstring>
#include <zlib.h>

namespace h3::test {

/// The little-endian bytes of a number.
template <typename T> std::string bytes(T value) {
  return std::string(reinterpret_cast<const char *>(&value), sizeof(value));
}

/// A raw deflate stream, as in a zip entry.
inline std::string deflated(const std::string &data) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, data.size()), '\0');
  stream.next_in = (Bytef *)data.data();
  stream.avail_in = data.size();
  stream.next_out = (Bytef *)result.data();
  stream.avail_out = result.size();
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

class ZipBuilder {
public:
  /// `statedSize`, if given, is what the directory says instead of the truth.
  ZipBuilder &add(const std::string &name, const std::string &data,
                  bool compress = false, int64_t statedSize = -1) {
    std::string stored = compress ? deflated(data) : data;
    uint32_t crc = llvm::crc32(llvm::arrayRefFromStringRef(data));
    uint32_t size = statedSize < 0 ? data.size() : statedSize;
    std::string common = bytes<uint16_t>(20) + bytes<uint16_t>(0) +
                         bytes<uint16_t>(compress ? 8 : 0) +
                         bytes<uint32_t>(0) + bytes<uint32_t>(crc) +
                         bytes<uint32_t>(stored.size()) +
                         bytes<uint32_t>(size) + bytes<uint16_t>(name.size()) +
                         bytes<uint16_t>(0);
    directory += bytes<uint32_t>(0x02014b50) + bytes<uint16_t>(20) + common +
                 bytes<uint16_t>(0) + bytes<uint16_t>(0) + bytes<uint16_t>(0) +
                 bytes<uint32_t>(0) + bytes<uint32_t>(entries.size()) + name;
    entries += bytes<uint32_t>(0x04034b50) + common + name + stored;
    ++count;
    return *this;
  }

  std::string build() const {
    return entries + directory + bytes<uint32_t>(0x06054b50) +
           bytes<uint16_t>(0) + bytes<uint16_t>(0) + bytes<uint16_t>(count) +
           bytes<uint16_t>(count) + bytes<uint32_t>(directory.size()) +
           bytes<uint32_t>(entries.size()) + bytes<uint16_t>(0);
  }

private:
  std::string entries, directory;
  uint16_t count = 0;
};

/// Pickled values, protocol 2.
inline std::string pickleInt(int64_t value) {
  return std::string("\x8a\x08") + bytes(value);
}
inline std::string pickleString(const std::string &text) {
  return "X" + bytes<uint32_t>(text.size()) + text;
}
inline std::string pickleTuple(const std::vector<int64_t> &values) {
  std::string result = "(";
  for (int64_t value : values)
    result += pickleInt(value);
  return result + "t";
}
inline std::string pickleStorage(const std::string &type,
                                 const std::string &key, int64_t size) {
  return "(" + pickleString("storage") + "ctorch\n" + type + "\n" +
         pickleString(key) + pickleString("cpu") + pickleInt(size) + "tQ";
}
inline std::string pickleTensor(const std::string &storage, int64_t offset,
                                const std::vector<int64_t> &shape,
                                const std::vector<int64_t> &strides) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pickleInt(offset) +
         pickleTuple(shape) + pickleTuple(strides) +
         "\x89"
         "ccollections\nOrderedDict\n)RtR";
}
inline std::string pickle(const std::string &value) {
  return "\x80\x02" + value + ".";
}
/// A dictionary with one item.
inline std::string pickleDict(const std::string &key,
                              const std::string &value) {
  return "}" + pickleString(key) + value + "s";
}

/// An archive as of torch.save with the storage `0`.
inline std::string torchZip(const std::string &object,
                            const std::string &storage, bool compress = false) {
  return ZipBuilder()
      .add("a/data.pkl", pickle(object), compress)
      .add("a/data/0", storage, compress)
      .build();
}

inline std::string safeTensors(const std::string &header,
                               const std::string &data) {
  return bytes<uint64_t>(header.size()) + header + data;
}

/// A file that lives as long as this object.
class TemporaryFile {
public:
  explicit TemporaryFile(llvm::StringRef contents) {
    int descriptor;
    EXPECT_FALSE(
        llvm::sys::fs::createTemporaryFile("h3", "pt", descriptor, path));
    llvm::raw_fd_ostream(descriptor, /*shouldClose=*/true) << contents;
  }
  ~TemporaryFile() { llvm::sys::fs::remove(path); }

  llvm::StringRef getPath() const { return path; }

private:
  llvm::SmallString<128> path;
};

/// The message with which a file is refused; empty if it is read.
inline std::string openError(llvm::StringRef contents) {
  TemporaryFile file(contents);
  auto checkpoint = Checkpoint::open(file.getPath());
  return checkpoint ? std::string() : llvm::toString(checkpoint.takeError());
}

inline std::vector<float> readFloats(const Tensor &tensor) {
  std::vector<float> result(tensor.numElements());
  llvm::cantFail(readAsFloat(tensor, result));
  return result;
}

} // namespace h3::test

#endif // H3_TEST_UNIT_IMPORTER_FILEBUILDER_H
