//===- ImageTest.cpp - PTX, fatbins and cubins ----------------------------===//

#include "Harness.h"
#include "Images.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace simgpu;

static std::string read(const std::string &Path) {
  std::ifstream In(Path, std::ios::binary);
  EXPECT_TRUE(In.good()) << Path;
  std::stringstream Text;
  Text << In.rdbuf();
  return Text.str();
}

static std::string fixture(const std::string &Name) {
  return read(std::string(SIMGPU_TEST_DATA) + "/" + Name);
}

/// Runs the kernel `scale` of the image.
static void expectScales(const std::string &Image) {
  Outcome O = inProcess({}, [&] {
    start();
    CUfunction F = function(loadPtx(Image.data()), "scale");
    CUdeviceptr X = upload(std::vector<float>(100, 3.0f));
    EXPECT_EQ(launch(F, 100, nullptr, X, 2.0f, 100), CUDA_SUCCESS);
    EXPECT_EQ(download<float>(X, 100), std::vector<float>(100, 6.0f));
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
}

TEST(Image, EveryCompressionOfCuda13) {
  for (const char *Name : {"ptx-none.fatbin", "ptx-speed.fatbin",
                           "ptx-default.fatbin", "cubin-and-ptx.fatbin"}) {
    SCOPED_TRACE(Name);
    expectScales(fixture(Name));
  }
}

TEST(Image, WrappedFatbin) {
  std::string Data = fixture("ptx-default.fatbin");
  struct {
    uint32_t Magic = 0x466243b1, Version = 1;
    const void *Data;
    void *Unused = nullptr;
  } Wrapper;
  Wrapper.Data = Data.data();
  ImageProblem Problem;
  EXPECT_HAS(findPtx(&Wrapper, 90, Problem), ".entry scale");
}

TEST(Image, CubinsOnly) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M;
    EXPECT_EQ(CUDA(cuModuleLoadData)(&M, fixture("cubin.fatbin").data()),
              CUDA_ERROR_NO_BINARY_FOR_GPU);
    EXPECT_EQ(CUDA(cuModuleLoadData)(&M, "\x7f"
                                         "ELF and more"),
              CUDA_ERROR_NO_BINARY_FOR_GPU);
  });
  EXPECT_HAS(O.Errors, "cuModuleLoadData: fatbin: holds a cubin for sm_80; "
                       "expected PTX for sm_90 or older");
  EXPECT_HAS(O.Errors, "the image is a cubin; expected PTX");
}

TEST(Image, PtxOfAFileInstead) {
  std::string Path = testing::TempDir() + "simgpu-image-test.ptx";
  std::ofstream(Path) << Kernels;
  std::string Image = fixture("ptx-none.fatbin");
  Outcome O = inProcess({{"H3_SIMGPU_PTX", Path}}, [&] {
    start();
    CUmodule M = loadPtx(Image.data());
    CUfunction Scale = nullptr;
    EXPECT_EQ(CUDA(cuModuleGetFunction)(&Scale, M, "scale"),
              CUDA_ERROR_NOT_FOUND);
    EXPECT_NE(function(M, "add"), nullptr);
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
  std::remove(Path.c_str());
  O = inProcess({{"H3_SIMGPU_PTX", Path}}, [&] {
    start();
    CUmodule M = nullptr;
    EXPECT_EQ(CUDA(cuModuleLoadData)(&M, Image.data()),
              CUDA_ERROR_FILE_NOT_FOUND);
  });
  EXPECT_HAS(O.Report, "H3_SIMGPU_PTX: found no text in '" + Path +
                           "'; expected a file with PTX");
}

TEST(Image, PtxForANewerDevice) {
  std::string Data = fixture("ptx-none.fatbin");
  ImageProblem Problem;
  EXPECT_EQ(findPtx(Data.data(), 75, Problem), "");
  EXPECT_EQ(Problem.Code, CUDA_ERROR_NO_BINARY_FOR_GPU);
  Outcome O = inProcess({{"H3_SIMGPU_ARCH", "8.0"}}, [] {
    start();
    CUmodule M;
    EXPECT_EQ(CUDA(cuModuleLoadData)(
                  &M, ".version 8.0\n.target sm_90\n.address_size 64\n"),
              CUDA_ERROR_INVALID_PTX);
    EXPECT_EQ(CUDA(cuModuleLoadData)(&M, "nonsense"), CUDA_ERROR_INVALID_PTX);
  });
  EXPECT_HAS(O.Errors, "PTX for sm_90, expected sm_80 or older");
}

/// Every single damaged byte is answered with a problem or with some text.
TEST(Image, DamagedFatbins) {
  for (const char *Name :
       {"ptx-none.fatbin", "ptx-speed.fatbin", "ptx-default.fatbin"}) {
    const std::string Good = fixture(Name);
    for (size_t I = 4; I < Good.size(); ++I)
      for (uint8_t Flip : {0x01, 0x80, 0xff}) {
        std::string Bad = Good;
        Bad[I] = static_cast<char>(Bad[I] ^ Flip);
        // The container says how long it is; nothing else could.
        if (I >= 6 && I < 16)
          continue;
        ImageProblem Problem;
        std::string Text = findPtx(Bad.data(), 90, Problem);
        if (Problem.Code != CUDA_SUCCESS) {
          EXPECT_NE(Problem.Message, "");
        }
      }
  }
}

TEST(Image, DamagedLz4) {
  auto run = [](std::vector<uint8_t> Data, size_t Bytes) {
    return decompressLz4(Data.data(), Data.size(), Bytes);
  };
  auto Good = run({0x40, 'a', 'b', 'c', 'd'}, 4);
  ASSERT_TRUE(bool(Good));
  EXPECT_EQ(*Good, "abcd");
  // Overlapping match: one byte repeated.
  auto Repeated = run({0x14, 'a', 1, 0, 0x10, 'b'}, 10);
  ASSERT_TRUE(bool(Repeated)) << Repeated.message();
  EXPECT_EQ(*Repeated, "aaaaaaaaab");
  for (auto &[Data, Bytes] :
       {std::pair(std::vector<uint8_t>{0x40, 'a', 'b'}, size_t(4)),
        {{0x40, 'a', 'b', 'c', 'd'}, 3},
        {{0x40, 'a', 'b', 'c', 'd'}, 5},
        {{0xf0}, 100},
        {{0x14, 'a', 2, 0}, 9},
        {{0x14, 'a', 0, 0}, 9},
        {{0x14, 'a', 1}, 9}})
    EXPECT_FALSE(bool(run(Data, Bytes)));
}

/// What the toolkit on this machine writes, where there is one.
TEST(Image, ToolkitOfThisMachine) {
  std::string Nvcc = SIMGPU_NVCC;
  if (Nvcc.empty())
    GTEST_SKIP() << "no CUDA toolkit";
  std::string To = testing::TempDir() + "simgpu-toolkit.fatbin";
  std::string Source = std::string(SIMGPU_TEST_DATA) + "/scale.cu";
  for (const char *Options :
       {"-gencode arch=compute_80,code=[sm_80,compute_80]",
        "-gencode arch=compute_80,code=[sm_80,compute_80] "
        "-gencode arch=compute_90,code=[sm_90,compute_90]",
        "-arch=compute_80 -compress-mode=size",
        "-arch=compute_80 -compress-mode=speed"}) {
    SCOPED_TRACE(Options);
    std::string Command =
        Nvcc + " -fatbin " + Options + " " + Source + " -o " + To;
    ASSERT_EQ(std::system(Command.c_str()), 0);
    expectScales(read(To));
  }
  std::remove(To.c_str());
}
