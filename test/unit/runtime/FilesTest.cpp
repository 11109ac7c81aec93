//===- FilesTest.cpp - Arrays and weight files, sound and hostile ---------===//

#include "FakeModel.h"
#include "Npy.h"
#include "Weights.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

using namespace h3;

static std::string npy(const std::string &Dict, const std::string &Data) {
  std::string Result("\x93NUMPY\x01\x00", 8);
  Result += static_cast<char>(Dict.size());
  Result += '\0';
  return Result + Dict + Data;
}

static std::string dict(const std::string &Type, const std::string &Shape) {
  return "{'descr': '" + Type + "', 'fortran_order': False, 'shape': " + Shape +
         ", }\n";
}

TEST(Npy, Reads) {
  int32_t Narrow[] = {1, 2, 3, 4, 5, 6};
  std::string Data(reinterpret_cast<char *>(Narrow), sizeof(Narrow));
  auto Ids = parseIds(npy(dict("<i4", "(2, 3)"), Data), "x");
  ASSERT_TRUE(bool(Ids));
  EXPECT_EQ(Ids->Batch, 2);
  EXPECT_EQ(Ids->row(1)[0], 4);
  Ids = parseIds(npy(dict("<i4", "(6,)"), Data), "x");
  ASSERT_TRUE(bool(Ids));
  EXPECT_EQ(Ids->Batch, 1);
  int64_t Wide[] = {7, 8};
  Data.assign(reinterpret_cast<char *>(Wide), sizeof(Wide));
  Ids = parseIds(npy(dict("<i8", "(2,)"), Data), "x");
  ASSERT_TRUE(bool(Ids));
  EXPECT_EQ(Ids->Ids, (std::vector<int32_t>{7, 8}));
}

TEST(Npy, RejectsHostileHeaders) {
  std::string Data(24, '\0');
  std::string Sound = npy(dict("<i4", "(2, 3)"), Data);
  for (size_t Length = 0; Length < Sound.size(); ++Length)
    EXPECT_FALSE(bool(parseIds(Sound.substr(0, Length), "x"))) << Length;
  for (const char *Shape :
       {"()", "(0, 3)", "(-1,)", "(2, 3, 1)", "(99999999999999999999,)",
        "(4611686018427387904, 4)", "(3037000500, 3037000500)", "(7,)", "(2 3)",
        "2", "(2,", "[2]"})
    EXPECT_FALSE(bool(parseIds(npy(dict("<i4", Shape), Data), "x"))) << Shape;
  for (const char *Type : {"<f4", ">i4", "|O", ""})
    EXPECT_FALSE(bool(parseIds(npy(dict(Type, "(2, 3)"), Data), "x"))) << Type;
  for (const char *Dict :
       {"", "{}", "{'descr': '<i4'}", "{'descr': '<i4", "{'shape': (1,), ",
        "{'descr': '<i4', 'descr': '<i4', 'fortran_order': False, }"})
    EXPECT_FALSE(bool(parseIds(npy(Dict, Data), "x"))) << Dict;
}

TEST(Npy, WritesWhatItReads) {
  std::string Path = ::testing::TempDir() + "h3rt-ids.npy";
  int32_t Values[] = {4, 5, 6, 7};
  {
    auto Writer = NpyWriter::create(Path, "<i4", {2, 2});
    ASSERT_TRUE(bool(Writer));
    ASSERT_FALSE(bool(Writer->write(2, Values + 2, 2)));
    ASSERT_FALSE(bool(Writer->write(0, Values, 2)));
    EXPECT_FALSE(bool(readIds(Path))); // not before commit
    ASSERT_FALSE(bool(Writer->commit()));
  }
  auto Ids = readIds(Path);
  ASSERT_TRUE(bool(Ids));
  EXPECT_EQ(Ids->Ids, (std::vector<int32_t>{4, 5, 6, 7}));
  std::remove(Path.c_str());
  EXPECT_FALSE(bool(NpyWriter::create("/nowhere/x.npy", "<i4", {1})));
}

namespace {
class WeightsTest : public ::testing::Test {
protected:
  WeightsTest() {
    Model.weights_bytes = 100;
    std::memcpy(Header.magic, H3_WEIGHTS_MAGIC, 8);
    Header.version = H3_WEIGHTS_VERSION;
    Header.data_offset = 4096;
    Header.data_bytes = 100;
    std::memcpy(Header.digest, Model.weights_digest, 32);
  }
  ~WeightsTest() override { std::remove(Path.c_str()); }

  /// The message of opening a file of `Size` bytes; empty on success.
  std::string open(size_t Size = 4196) {
    std::string Bytes(4196, 'w');
    std::memcpy(Bytes.data(), &Header, sizeof(Header));
    std::ofstream(Path, std::ios::binary) << Bytes.substr(0, Size);
    Expected<Weights> Result = Weights::open(Model, Path);
    if (!Result)
      return Result.takeError().message();
    EXPECT_EQ(Result->size(), 100u);
    EXPECT_EQ(Result->data()[99], 'w');
    return "";
  }

  std::string Path = ::testing::TempDir() + "h3rt-weights.h3w";
  H3Model Model = makeFakeModel();
  H3WeightsHeader Header = {};
};
} // namespace

TEST_F(WeightsTest, Opens) { EXPECT_EQ(open(), ""); }

TEST_F(WeightsTest, NamesTheMismatch) {
  auto Check = [&](const char *Part, size_t Size = 4196) {
    std::string Message = open(Size);
    EXPECT_NE(Message.find(Part), std::string::npos) << Message;
    EXPECT_NE(Message.find("compile the model again"), std::string::npos);
  };
  Check("no weight header", 10);
  Check("ends after 4195", 4195);
  H3WeightsHeader Sound = Header;
  Header.magic[0] = '\x01';
  Check("the magic is '?3WEIGHT'");
  Header = Sound;
  Header.version = 9;
  Check("version is 9, expected 1");
  Header = Sound;
  Header.digest[0] = 'x';
  Check("the digest is x123");
  Header = Sound;
  Header.data_bytes = ~uint64_t(0);
  Check("the size of the weights");
  Header = Sound;
  Header.data_offset = ~uint64_t(0) << 12;
  Check("ends after");
}

TEST_F(WeightsTest, MissingFile) {
  Expected<Weights> Result = Weights::open(Model, "/nowhere/x.h3w");
  ASSERT_FALSE(bool(Result));
  EXPECT_EQ(Result.takeError().code(), H3RT_BAD_FILE);
}
