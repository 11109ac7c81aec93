//===- Checkpoint.cpp - The tensors of a checkpoint file ------------------===//

#include "h3/Importer/Checkpoint.h"
#include "InputFile.h"
#include "Quote.h"
#include "Readers.h"
#include "ZipArchive.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;
using namespace h3;

unsigned h3::getByteWidth(DType dtype) {
  switch (dtype) {
  case DType::F64:
  case DType::I64:
    return 8;
  case DType::F32:
  case DType::I32:
    return 4;
  case DType::F16:
  case DType::BF16:
  case DType::I16:
    return 2;
  case DType::I8:
  case DType::U8:
  case DType::Bool:
    return 1;
  }
  llvm_unreachable("unknown element type");
}

StringRef h3::getName(DType dtype) {
  switch (dtype) {
  case DType::F16:
    return "float16";
  case DType::BF16:
    return "bfloat16";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  case DType::I64:
    return "int64";
  case DType::I32:
    return "int32";
  case DType::I16:
    return "int16";
  case DType::I8:
    return "int8";
  case DType::U8:
    return "uint8";
  case DType::Bool:
    return "bool";
  }
  llvm_unreachable("unknown element type");
}

int64_t Tensor::numElements() const {
  int64_t result = 1;
  for (int64_t size : shape)
    result *= size;
  return result;
}

bool Tensor::isContiguous() const {
  int64_t expected = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    // The stride of a dimension that has one index says nothing.
    if (shape[i] != 1 && strides[i] != expected)
      return numElements() == 0;
    expected *= shape[i];
  }
  return true;
}

Error h3::checkTensor(const Twine &where, const Tensor &tensor) {
  // An expanded tensor (stride 0) may have more elements than its storage, but
  // not so many that a small file fills the memory.
  constexpr int64_t maxExpanded = int64_t(1) << 24;
  int64_t available = tensor.storage.size() / getByteWidth(tensor.dtype);
  auto fail = [&](const Twine &message) {
    return createStringError(where + ": shape " + formatShape(tensor.shape) +
                             " with strides " + formatShape(tensor.strides) +
                             " at element " + Twine(tensor.offset) + " " +
                             message + "; the file is damaged");
  };
  if (tensor.shape.size() != tensor.strides.size())
    return fail("has different numbers of dimensions");
  int64_t numElements = 1, last = tensor.offset;
  bool overflows = tensor.offset < 0, isEmpty = false;
  for (auto [size, stride] : zip_equal(tensor.shape, tensor.strides)) {
    if (size < 0 || stride < 0)
      return fail("has a negative number");
    isEmpty |= size == 0;
    int64_t extent = 0;
    overflows |=
        bool(MulOverflow(numElements, std::max<int64_t>(size, 1), numElements));
    overflows |=
        bool(MulOverflow(std::max<int64_t>(size - 1, 0), stride, extent)) ||
        bool(AddOverflow(last, extent, last));
  }
  if (overflows || (!isEmpty && last >= available))
    return fail("does not lie within its storage of " + Twine(available) +
                " elements");
  if (!isEmpty && numElements > std::max(available, maxExpanded))
    return fail("repeats the " + Twine(available) +
                " elements of its storage too often");
  return Error::success();
}

Expected<std::unique_ptr<Checkpoint>> Checkpoint::open(StringRef path) {
  auto file = openInputFile(path, UINT64_MAX, "a .pt or .safetensors file");
  if (!file)
    return file.takeError();
  ArrayRef<uint8_t> bytes = arrayRefFromStringRef((*file)->getBuffer());
  // A pickle starts with the opcode PROTO; a safetensors file with the length
  // of its header, followed by the opening brace.
  constexpr size_t lengthBytes = 8;
  auto read = &readTorchStream;
  if (ZipArchive::isZip(bytes))
    read = &readTorchZip;
  else if (bytes.size() > lengthBytes && bytes[lengthBytes] == '{')
    read = &readSafeTensors;
  else if (bytes.empty() || bytes[0] != 0x80)
    return createStringError(Twine(path) +
                             ": neither a zip archive nor a torch stream nor "
                             "safetensors, but " +
                             Twine(bytes.size()) +
                             " bytes of something else; save the model's "
                             "state_dict with torch.save");
  Expected<CheckpointContents> contents = read(path, bytes);
  if (!contents)
    return contents.takeError();
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint());
  checkpoint->path = path.str();
  checkpoint->file = std::move(*file);
  checkpoint->contents = std::move(*contents);
  return checkpoint;
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

namespace {

template <typename T> struct Number {
  using Bits = T;
  static float convert(T value) { return static_cast<float>(value); }
};

struct BFloat16 {
  using Bits = uint16_t;
  static float convert(uint16_t bits) {
    return bit_cast<float>(uint32_t(bits) << 16);
  }
};

struct Half {
  using Bits = uint16_t;
  static float convert(uint16_t bits) {
    uint32_t sign = uint32_t(bits & 0x8000) << 16;
    uint32_t exponent = bits >> 10 & 0x1f, fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f; // zero and subnormals, exact
      return sign ? -magnitude : magnitude;
    }
    exponent = exponent == 0x1f ? 0xff : exponent + (127 - 15);
    return bit_cast<float>(sign | exponent << 23 | fraction << 13);
  }
};

struct Boolean {
  using Bits = uint8_t;
  static float convert(uint8_t byte) { return byte != 0; }
};

/// Walks the tensor in row-major order. Storages are not aligned.
template <typename Format>
void convert(const Tensor &tensor, MutableArrayRef<float> out) {
  using Bits = typename Format::Bits;
  SmallVector<int64_t, 4> index(tensor.shape.size(), 0);
  int64_t position = tensor.offset;
  for (float &element : out) {
    Bits bits;
    std::memcpy(&bits, tensor.storage.data() + position * sizeof(Bits),
                sizeof(Bits));
    element = Format::convert(bits);
    for (size_t i = index.size(); i-- > 0;) {
      if (++index[i] < tensor.shape[i]) {
        position += tensor.strides[i];
        break;
      }
      position -= (index[i] - 1) * tensor.strides[i];
      index[i] = 0;
    }
  }
}

} // namespace

Error h3::readAsFloat(const Tensor &tensor, MutableArrayRef<float> out) {
  if (int64_t(out.size()) != tensor.numElements())
    return createStringError("a tensor of shape " + formatShape(tensor.shape) +
                             " does not fit a buffer of " + Twine(out.size()) +
                             " elements");
  if (out.empty())
    return Error::success();
  switch (tensor.dtype) {
  case DType::F16:
    convert<Half>(tensor, out);
    break;
  case DType::BF16:
    convert<BFloat16>(tensor, out);
    break;
  case DType::F32:
    if (tensor.isContiguous())
      std::memcpy(out.data(), tensor.storage.data() + tensor.offset * 4,
                  out.size() * 4);
    else
      convert<Number<float>>(tensor, out);
    break;
  case DType::F64:
    convert<Number<double>>(tensor, out);
    break;
  case DType::I64:
    convert<Number<int64_t>>(tensor, out);
    break;
  case DType::I32:
    convert<Number<int32_t>>(tensor, out);
    break;
  case DType::I16:
    convert<Number<int16_t>>(tensor, out);
    break;
  case DType::I8:
    convert<Number<int8_t>>(tensor, out);
    break;
  case DType::U8:
    convert<Number<uint8_t>>(tensor, out);
    break;
  case DType::Bool:
    convert<Boolean>(tensor, out);
    break;
  }
  return Error::success();
}
