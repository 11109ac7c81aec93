//===- hostile-test.cpp - Files that lie ----------------------------------===//

#include "FileBuilder.h"

using namespace llvm;
using namespace h3;
using namespace h3::test;

namespace {

void expectRefused(StringRef contents, StringRef reason) {
  std::string message = openError(contents);
  EXPECT_TRUE(StringRef(message).contains(reason)) << "found: " << message;
  EXPECT_FALSE(StringRef(message).contains('\n')) << message;
}

/// A torch.save archive with one float, described by `tensor`.
std::string withTensor(const std::string &tensor) {
  return torchZip(pickleDict("x", tensor), std::string(4, '\0'));
}

std::string withShape(int64_t offset, const std::vector<int64_t> &shape,
                      const std::vector<int64_t> &strides) {
  return withTensor(pickleTensor(pickleStorage("FloatStorage", "0", 1), offset,
                                 shape, strides));
}

TEST(Hostile, RefusesGlobalsByName) {
  auto call = [](const std::string &global) {
    return torchZip(global + "(" + pickleString("true") + "tR", "");
  };
  expectRefused(call("cos\nsystem\n"), "refuses to construct 'os.system'");
  expectRefused(call("cbuiltins\neval\n"), "'builtins.eval'");
  expectRefused(call(pickleString("os") + pickleString("system") + "\x93"),
                "refuses to construct 'os.system'");
  expectRefused(torchZip("(" + pickleString("true") + "ios\nsystem\n", ""),
                "refuses to construct 'os.system'");
  // Beside the weights, too, and if nothing calls it.
  expectRefused(torchZip(pickleDict("optimizer", "cos\nsystem\n"), ""),
                "refuses to construct 'os.system'");
}

TEST(Hostile, DamagedPickles) {
  expectRefused(torchZip("", ""), "ends with 0 values");
  expectRefused(torchZip("0", ""), "stack is empty");
  expectRefused(torchZip("t", ""), "no mark");
  expectRefused(torchZip("h\x07", ""), "memo 7 is read before");
  expectRefused(torchZip("\xff", ""), "opcode 0xff is not supported");
  expectRefused(torchZip("X\xff\xff\xff\xff", ""), "ends too early");
  expectRefused(torchZip("\x8e" + std::string(8, '\xff'), ""),
                "ends too early");
  expectRefused(torchZip("]NNs", ""), "cannot hold them");
  expectRefused(torchZip("NNR", ""), "no global");
  expectRefused(torchZip("]", ""), "no dictionary");
  // A list that contains itself, nested deeply besides.
  expectRefused(torchZip("]q\1h\1a", ""), "no dictionary");
  expectRefused(
      torchZip(std::string(100000, ']') + std::string(99999, 'a'), ""),
      "no dictionary");
}

TEST(Hostile, BoundsThePicklesMemory) {
  expectRefused(torchZip(std::string(5 << 20, ')'), ""), "more than");
  expectRefused(torchZip(std::string(5 << 20, '('), ""), "more than");
  expectRefused(torchZip("N" + std::string(5 << 20, '2'), ""), "more than");
}

TEST(Hostile, ShapesBeyondTheStorage) {
  constexpr int64_t huge = int64_t(1) << 62;
  StringRef outside = "does not lie within its storage";
  expectRefused(withShape(0, {2}, {1}), outside);
  expectRefused(withShape(1, {1}, {1}), outside);
  expectRefused(withShape(-1, {1}, {1}), outside);
  expectRefused(withShape(0, {huge}, {4}), outside);
  expectRefused(withShape(0, {huge, huge}, {0, 0}), outside);
  expectRefused(withShape(0, {huge, huge, 0}, {0, 0, 0}), outside);
  expectRefused(withShape(huge, {2}, {huge}), outside);
  expectRefused(withShape(0, {2}, {-1}), "negative");
  expectRefused(withShape(0, {-2}, {1}), "negative");
  expectRefused(withShape(0, {1}, {}), "different numbers of dimensions");
  expectRefused(withShape(0, {1 << 30}, {0}), "too often");
  expectRefused(
      withShape(0, std::vector<int64_t>(9, 1), std::vector<int64_t>(9, 1)),
      "at most 8 integers");
}

TEST(Hostile, Storages) {
  auto withStorage = [](const std::string &storage) {
    return withTensor(pickleTensor(storage, 0, {1}, {1}));
  };
  expectRefused(withStorage(pickleStorage("FloatStorage", "1", 1)),
                "no entry 'a/data/1'");
  expectRefused(withStorage(pickleStorage("FloatStorage", "0", 2)),
                "has 4 bytes, expected 8");
  expectRefused(withStorage(pickleStorage("FloatStorage", "0", INT64_MAX)),
                "more than any file can hold");
  expectRefused(withStorage(pickleStorage("FloatStorage", "0", -1)),
                "not described as torch.save does");
  expectRefused(withStorage(pickleString("0")), "not described");
}

TEST(Hostile, StateDicts) {
  expectRefused(torchZip("}", ""), "no tensors");
  expectRefused(torchZip(pickleDict("x", "N"), ""),
                "'x': the value is no tensor");
  expectRefused(torchZip(pickleDict("state_dict", "N"), ""),
                "'state_dict' is no dictionary");
  std::string tensor =
      pickleTensor(pickleStorage("FloatStorage", "0", 1), 0, {1}, {1});
  expectRefused(torchZip("}(" + pickleString("x") + tensor + pickleString("x") +
                             tensor + "u",
                         std::string(4, '\0')),
                "occurs twice");
  expectRefused(torchZip(pickleDict("a\nb", "N"), ""), "'a\\0Ab'");
}

TEST(Hostile, TruncatedZip) {
  std::string file = withShape(0, {1}, {1});
  ASSERT_EQ(openError(file), "");
  for (size_t size = 0; size < file.size(); ++size)
    EXPECT_NE(openError(StringRef(file).take_front(size)), "");
}

TEST(Hostile, FlippedBits) {
  // No flip may abort; those in the contents are found by their checksums.
  std::string file = withShape(0, {1}, {1});
  for (size_t i = 0; i < file.size(); ++i) {
    std::string damaged = file;
    damaged[i] ^= 0xff;
    (void)openError(damaged);
  }
  size_t weight = file.find("a/data/0") + strlen("a/data/0");
  file[weight] ^= 1;
  expectRefused(file, "checksum");
}

TEST(Hostile, ZipBomb) {
  std::string pickled = pickle("}");
  expectRefused(ZipBuilder()
                    .add("a/data.pkl", pickled, /*compress=*/true, 1 << 30)
                    .build(),
                "more than the");
  expectRefused(ZipBuilder()
                    .add("a/data.pkl", pickled, /*compress=*/true, 1 << 20)
                    .build(),
                "does not inflate to the 1048576 bytes");
  expectRefused(
      ZipBuilder().add("a/data.pkl", pickled, /*compress=*/true, 1).build(),
      "does not inflate to the 1 bytes");
}

TEST(Hostile, ZipEntries) {
  expectRefused(ZipBuilder().add("a/data/0", "").build(), "no 'data.pkl'");
  expectRefused(
      ZipBuilder().add("a/data.pkl", "").add("b/data.pkl", "").build(),
      "several 'data.pkl'");
  expectRefused(
      ZipBuilder().add("a/data.pkl", "").add("a/data.pkl", "").build(),
      "two entries");
  expectRefused(ZipBuilder()
                    .add("a/byteorder", "big")
                    .add("a/data.pkl", pickle("}"))
                    .build(),
                "byte order is 'big'");
}

TEST(Hostile, SafeTensors) {
  auto refuse = [](const std::string &header, StringRef reason) {
    expectRefused(safeTensors(header, std::string(8, '\0')), reason);
  };
  auto entry = [](const std::string &type, const std::string &shape,
                  const std::string &offsets) {
    return "{\"dtype\":\"" + type + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  std::string good = entry("F32", "[1]", "[0,4]");
  refuse("{", "no JSON object");
  refuse("{" + std::string(100000, '['), "nested deeper");
  refuse("{\"x\":" + std::string(100000, '[') + std::string(100000, ']') + "}",
         "nested deeper");
  refuse("{\"x\":[]}", "no object");
  refuse("{}", "no tensors");
  refuse("{\"x\":" + good + ",\"x\":" + good + "}", "occurs twice");
  refuse("{\"x\":" + good + ",\"y\":" + good + "}", "overlap");
  refuse("{\"x\":" + entry("F8_E4M3", "[1]", "[0,1]") + "}", "not supported");
  refuse("{\"x\":" + entry("F32", "[-1]", "[0,4]") + "}", "no size");
  refuse("{\"x\":" + entry("F32", "[1]", "[4,0]") + "}",
         "expected [begin, end]");
  refuse("{\"x\":" + entry("F32", "[1]", "[8,12]") + "}", "truncated");
  refuse("{\"x\":" + entry("F32", "[3]", "[0,8]") + "}", "takes 12 bytes");
  refuse("{\"x\":" + entry("F32", "[4611686018427387904,4]", "[0,0]") + "}",
         "too large");
  expectRefused(bytes<uint64_t>(UINT64_MAX) + "{}", "header has");
}

TEST(Hostile, OtherFiles) {
  expectRefused("", "0 bytes of something else");
  expectRefused("hello", "neither a zip archive");
  expectRefused("\x80\x02N.", "neither a zip archive");
}

} // namespace
