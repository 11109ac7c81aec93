//===- SafeTensors.cpp - The safetensors format ---------------------------===//
//
// https://github.com/huggingface/safetensors: the length of a JSON header in
// eight bytes, the header, then the tensors one after the other.
//
//===----------------------------------------------------------------------===//

// LLVM is built without exceptions; a parse error is a discarded value instead.
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

#include "InputFile.h"
#include "Quote.h"
#include "Readers.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <optional>

using namespace llvm;
using namespace h3;
using Json = nlohmann::json;

namespace {

/// The header of the largest published model takes some fifty kilobytes.
constexpr uint64_t MaxHeaderSize = 16 << 20;
constexpr size_t LengthSize = 8;

struct Range {
  uint64_t begin, end;
  StringRef name;
};

Error makeError(const Twine &where, const Twine &message) {
  return createStringError(where + ": " + message);
}

std::optional<DType> parseType(StringRef name) {
  return StringSwitch<std::optional<DType>>(name)
      .Case("F16", DType::F16)
      .Case("BF16", DType::BF16)
      .Case("F32", DType::F32)
      .Case("F64", DType::F64)
      .Case("I64", DType::I64)
      .Case("I32", DType::I32)
      .Case("I16", DType::I16)
      .Case("I8", DType::I8)
      .Case("U8", DType::U8)
      .Case("BOOL", DType::Bool)
      .Default(std::nullopt);
}

/// A non-negative number that fits an int64_t.
std::optional<int64_t> getSize(const Json &value) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > INT64_MAX)
    return std::nullopt;
  return value.get<int64_t>();
}

/// The value under a key that is an array of at most 8 sizes.
Error readSizes(const Twine &where, const Json &entry, const char *key,
                SmallVectorImpl<int64_t> &out) {
  auto it = entry.find(key);
  if (it == entry.end() || !it->is_array() || it->size() > 8)
    return makeError(where, Twine("'") + key +
                                "' is not an array of at most 8 integers; the "
                                "file is damaged");
  for (const Json &item : *it) {
    std::optional<int64_t> size = getSize(item);
    if (!size)
      return makeError(where, Twine("'") + key +
                                  "' holds something that is no size; the file "
                                  "is damaged");
    out.push_back(*size);
  }
  return Error::success();
}

Expected<Tensor> readEntry(const Twine &where, const Json &entry,
                           ArrayRef<uint8_t> data, Range &range) {
  if (!entry.is_object())
    return makeError(where,
                     "the description is no object; the file is damaged");
  auto type = entry.find("dtype");
  if (type == entry.end() || !type->is_string())
    return makeError(where, "there is no 'dtype'; the file is damaged");
  const std::string &typeName = type->get_ref<const std::string &>();
  std::optional<DType> dtype = parseType(typeName);
  if (!dtype)
    return makeError(where, "element type " + quote(typeName) +
                                " is not supported; convert it to F32, BF16 or "
                                "F16");
  Tensor tensor;
  tensor.dtype = *dtype;
  SmallVector<int64_t, 2> offsets;
  if (Error failure = readSizes(where, entry, "shape", tensor.shape))
    return failure;
  if (Error failure = readSizes(where, entry, "data_offsets", offsets))
    return failure;
  if (offsets.size() != 2 || offsets[0] > offsets[1] ||
      uint64_t(offsets[1]) > data.size())
    return makeError(where, "'data_offsets' are " + formatShape(offsets) +
                                ", expected [begin, end] within " +
                                Twine(data.size()) +
                                " bytes; the file is truncated or damaged");
  range.begin = offsets[0];
  range.end = offsets[1];
  tensor.storage = data.slice(range.begin, range.end - range.begin);

  int64_t bytes = getByteWidth(*dtype);
  tensor.strides.resize(tensor.shape.size());
  for (size_t i = tensor.shape.size(); i-- > 0;) {
    tensor.strides[i] = bytes / getByteWidth(*dtype);
    if (MulOverflow(bytes, tensor.shape[i], bytes))
      return makeError(where, "shape " + formatShape(tensor.shape) +
                                  " is too large; the file is damaged");
  }
  if (uint64_t(bytes) != tensor.storage.size())
    return makeError(where, "shape " + formatShape(tensor.shape) + " of " +
                                typeName + " takes " + Twine(bytes) +
                                " bytes, but 'data_offsets' span " +
                                Twine(tensor.storage.size()) +
                                "; the file is damaged");
  if (Error failure = checkTensor(where, tensor))
    return failure;
  return tensor;
}

Error checkOverlaps(StringRef path, std::vector<Range> &ranges) {
  llvm::erase_if(ranges, [](const Range &r) { return r.begin == r.end; });
  llvm::sort(ranges, [](const Range &a, const Range &b) {
    return std::tie(a.begin, a.name) < std::tie(b.begin, b.name);
  });
  for (size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].begin < ranges[i - 1].end)
      return makeError(path, "tensors " + quote(ranges[i - 1].name) + " and " +
                                 quote(ranges[i].name) +
                                 " overlap; the file is damaged");
  return Error::success();
}

} // namespace

Expected<CheckpointContents> h3::readSafeTensors(StringRef path,
                                                 ArrayRef<uint8_t> file) {
  uint64_t headerSize = support::endian::read64le(file.data());
  if (headerSize > file.size() - LengthSize || headerSize > MaxHeaderSize)
    return makeError(path, "the safetensors header has " + Twine(headerSize) +
                               " bytes, expected at most " +
                               Twine(std::min<uint64_t>(
                                   file.size() - LengthSize, MaxHeaderSize)) +
                               "; the file is truncated or damaged");
  StringRef text = toStringRef(file.slice(LengthSize, headerSize));
  JsonOutline outline = outlineJson(text);
  if (outline.depth > kMaxJsonDepth)
    return makeError(path, "the safetensors header is nested deeper than " +
                               Twine(kMaxJsonDepth) + "; the file is damaged");
  Json header = Json::parse(text.begin(), text.end(), nullptr,
                            /*allow_exceptions=*/false);
  if (!header.is_object())
    return makeError(path, "the safetensors header is no JSON object; the file "
                           "is damaged");
  // The parser keeps the last of two equal keys, and another reader the first.
  if (outline.topKeys != header.size())
    return makeError(path, "the header has " + Twine(outline.topKeys) +
                               " tensors of " + Twine(header.size()) +
                               " names, so that one occurs twice; the file is "
                               "damaged");

  CheckpointContents contents;
  std::vector<Range> ranges;
  ArrayRef<uint8_t> data = file.drop_front(LengthSize + headerSize);
  for (const auto &[name, entry] : header.items()) {
    if (name == "__metadata__")
      continue;
    Range range = {0, 0, {}};
    Expected<Tensor> tensor =
        readEntry(path + ": tensor " + quote(name), entry, data, range);
    if (!tensor)
      return tensor.takeError();
    auto it = contents.tensors.try_emplace(name, std::move(*tensor)).first;
    range.name = it->first;
    ranges.push_back(range);
  }
  if (Error failure = checkOverlaps(path, ranges))
    return failure;
  if (contents.tensors.empty())
    return makeError(path, "the file holds no tensors");
  return contents;
}
