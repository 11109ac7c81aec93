//===- checkpoint-test.cpp - Formats, element types and strides -----------===//

#include "FileBuilder.h"

using namespace llvm;
using namespace h3;
using namespace h3::test;

namespace {

using Floats = std::vector<float>;

/// The tensor `x` of a file.
Floats readX(StringRef contents) {
  TemporaryFile file(contents);
  auto checkpoint = Checkpoint::open(file.getPath());
  if (!checkpoint) {
    ADD_FAILURE() << toString(checkpoint.takeError());
    return {};
  }
  auto it = (*checkpoint)->getTensors().find("x");
  if (it == (*checkpoint)->getTensors().end()) {
    ADD_FAILURE() << "no tensor x";
    return {};
  }
  return readFloats(it->second);
}

std::string floats(const Floats &values) {
  std::string result;
  for (float value : values)
    result += bytes(value);
  return result;
}

std::string vectorOf(const std::string &type, int64_t size) {
  return pickleDict(
      "x", pickleTensor(pickleStorage(type, "0", size), 0, {size}, {1}));
}

TEST(Checkpoint, StoredZip) {
  EXPECT_EQ(readX(torchZip(vectorOf("FloatStorage", 3), floats({1, 2, 3}))),
            Floats({1, 2, 3}));
}

TEST(Checkpoint, DeflatedZip) {
  EXPECT_EQ(readX(torchZip(vectorOf("FloatStorage", 3), floats({1, 2, 3}),
                           /*compress=*/true)),
            Floats({1, 2, 3}));
}

TEST(Checkpoint, StridesAndOffsets) {
  std::string storage = pickleStorage("FloatStorage", "0", 7);
  std::string data = floats({0, 1, 2, 3, 4, 5, 6});
  auto view = [&](int64_t offset, const std::vector<int64_t> &shape,
                  const std::vector<int64_t> &strides) {
    return readX(torchZip(
        pickleDict("x", pickleTensor(storage, offset, shape, strides)), data));
  };
  EXPECT_EQ(view(1, {2, 3}, {3, 1}), Floats({1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(view(1, {3, 2}, {1, 3}), Floats({1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(view(2, {2, 2}, {0, 2}), Floats({2, 4, 2, 4}));
  EXPECT_EQ(view(6, {}, {}), Floats({6}));
  EXPECT_EQ(view(0, {0, 3}, {3, 1}), Floats());
  // A dimension of one index may have any stride.
  EXPECT_EQ(view(5, {1, 2}, {INT64_MAX, 1}), Floats({5, 6}));
}

TEST(Checkpoint, ElementTypes) {
  EXPECT_EQ(readX(torchZip(vectorOf("DoubleStorage", 1), bytes(0.25))),
            Floats({0.25}));
  EXPECT_EQ(readX(torchZip(vectorOf("LongStorage", 1), bytes<int64_t>(-7))),
            Floats({-7}));
  EXPECT_EQ(readX(torchZip(vectorOf("IntStorage", 1), bytes<int32_t>(-7))),
            Floats({-7}));
  EXPECT_EQ(readX(torchZip(vectorOf("ShortStorage", 1), bytes<int16_t>(-7))),
            Floats({-7}));
  EXPECT_EQ(readX(torchZip(vectorOf("CharStorage", 1), bytes<int8_t>(-7))),
            Floats({-7}));
  EXPECT_EQ(readX(torchZip(vectorOf("ByteStorage", 1), bytes<uint8_t>(200))),
            Floats({200}));
  EXPECT_EQ(readX(torchZip(vectorOf("BoolStorage", 2), {'\0', '\1'})),
            Floats({0, 1}));
  EXPECT_EQ(
      readX(torchZip(vectorOf("BFloat16Storage", 1), bytes<uint16_t>(0xc040))),
      Floats({-3}));
  // One, the smallest subnormal, the largest subnormal, the largest number.
  EXPECT_EQ(
      readX(torchZip(vectorOf("HalfStorage", 4),
                     bytes<uint16_t>(0x3c00) + bytes<uint16_t>(0x8001) +
                         bytes<uint16_t>(0x03ff) + bytes<uint16_t>(0x7bff))),
      Floats({1, -0x1p-24f, 1023 * 0x1p-24f, 65504}));
}

TEST(Checkpoint, HalfSpecials) {
  Floats values =
      readX(torchZip(vectorOf("HalfStorage", 3), bytes<uint16_t>(0xfc00) +
                                                     bytes<uint16_t>(0x7e00) +
                                                     bytes<uint16_t>(0x8000)));
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0], -INFINITY);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_TRUE(std::signbit(values[2]));
}

TEST(Checkpoint, NestedStateDictAmongPlainData) {
  std::string weights = vectorOf("FloatStorage", 1);
  // The number 1.5, None, and a set made by a call.
  std::string object = "}(" + pickleString("lr") + "G\x3f\xf8" +
                       std::string(6, '\0') + pickleString("none") + "N" +
                       pickleString("set") + "cbuiltins\nset\n(]tR" +
                       pickleString("state_dict") + weights + "u";
  EXPECT_EQ(readX(torchZip(object, floats({4}))), Floats({4}));
}

TEST(Checkpoint, StreamBeforeZip) {
  std::string stream =
      pickle(std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")) +
      pickle(pickleInt(1001)) + pickle(pickleDict("little_endian", "\x88")) +
      pickle(vectorOf("FloatStorage", 2)) +
      pickle("]" + pickleString("0") + "a") + bytes<int64_t>(2) +
      floats({8, 9});
  EXPECT_EQ(readX(stream), Floats({8, 9}));
  for (size_t size = 0; size < stream.size(); ++size)
    EXPECT_NE(openError(StringRef(stream).take_front(size)), "");
}

TEST(Checkpoint, SafeTensors) {
  EXPECT_EQ(readX(safeTensors(R"({"__metadata__":{"format":"pt"},"x":{"dtype":)"
                              R"("F32","shape":[2],"data_offsets":[0,8]}})",
                              floats({1, 2}))),
            Floats({1, 2}));
  // A header that starts at an odd place leaves the data unaligned.
  EXPECT_EQ(readX(safeTensors(R"({"x":{"dtype":"BF16","shape":[],)"
                              R"("data_offsets":[1,3]}} )",
                              std::string("\0\x80\x3f", 3))),
            Floats({1}));
}

} // namespace
