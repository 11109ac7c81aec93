//===- FindingTest.cpp - Mistakes of programs, and the report -------------===//

#include "Harness.h"

using namespace simgpu;

TEST(Finding, OutOfBoundsFailsTheCallThatWaitsAndAllThatFollow) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUdeviceptr X = allocate(100 * 4);
    EXPECT_EQ(launch(function(M, "wild"), 128, nullptr, X), CUDA_SUCCESS);
    EXPECT_EQ(CUDA(cuStreamSynchronize)(nullptr), CUDA_ERROR_ILLEGAL_ADDRESS);
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_ILLEGAL_ADDRESS);
    CUdeviceptr Y;
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&Y, 4), CUDA_ERROR_ILLEGAL_ADDRESS);
    // Memory can still be given back.
    EXPECT_EQ(CUDA(cuMemFree_v2)(X), CUDA_ERROR_ILLEGAL_ADDRESS);
    EXPECT_EQ(CUDA(cuModuleUnload)(M), CUDA_ERROR_ILLEGAL_ADDRESS);
    EXPECT_EQ(CUDA(simgpuFindingCount)(), 1u);
  });
  EXPECT_HAS(O.Report, "{\"kind\": \"out-of-bounds\"");
  EXPECT_HAS(O.Report, "0 bytes past the end of [");
  EXPECT_HAS(O.Report, "400 bytes from cuMemAlloc #1");
  EXPECT_HAS(O.Report, "\"kernel\": \"wild\"");
  EXPECT_HAS(O.Report, "\"instruction\": \"st.global.f32 [%x], %b;\"");
  EXPECT_HAS(O.Report, "\"leaks\": []");
  EXPECT_HAS(O.Errors, "simgpu: cuModuleLoadData #1:");
}

TEST(Finding, ErrorsAreThoseOfHardware) {
  inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUdeviceptr X = upload(std::vector<float>(64));
    EXPECT_EQ(launch(function(M, "misaligned"), 1, nullptr, X), CUDA_SUCCESS);
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_MISALIGNED_ADDRESS);
  });
}

TEST(Finding, UseAfterFree) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUdeviceptr X = upload(std::vector<float>(64));
    CUDA_OK(cuMemFree_v2, X);
    EXPECT_EQ(launch(function(M, "wild"), 64, nullptr, X), CUDA_SUCCESS);
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_ILLEGAL_ADDRESS);
  });
  EXPECT_HAS(O.Report, "{\"kind\": \"use-after-free\"");
}

TEST(Finding, UninitialisedIsAnErrorUnlessAskedOtherwise) {
  auto Body = [](CUresult Expected) {
    return [=] {
      start();
      CUmodule M = loadPtx(Kernels);
      CUdeviceptr X = allocate(256);
      EXPECT_EQ(launch(function(M, "add"), 64, nullptr, X, 1.0f, 64u),
                CUDA_SUCCESS);
      EXPECT_EQ(CUDA(cuCtxSynchronize)(), Expected);
    };
  };
  Outcome O = inProcess({}, Body(CUDA_ERROR_LAUNCH_FAILED));
  EXPECT_HAS(O.Report, "{\"kind\": \"uninitialised\"");
  O = inProcess({{"H3_SIMGPU_FINDINGS", "report"}}, Body(CUDA_SUCCESS));
  EXPECT_HAS(O.Report, "{\"kind\": \"uninitialised\"");
  O = inProcess({{"H3_SIMGPU_CHECKS", "bounds"}}, Body(CUDA_SUCCESS));
  EXPECT_HAS(O.Report, "\"findings\": []");
}

TEST(Finding, CopiesOfMemoryThatNobodyWrote) {
  Outcome O = inProcess({}, [] {
    start();
    CUdeviceptr X = allocate(16);
    CUDA_OK(cuMemsetD8_v2, X, 1, 10);
    char Host[16];
    EXPECT_EQ(CUDA(cuMemcpyDtoH_v2)(Host, X, 16), CUDA_ERROR_LAUNCH_FAILED);
  });
  EXPECT_HAS(O.Report, "cuMemcpyDtoH of 16 bytes: nobody has written byte 10 "
                       "of the 16 from cuMemAlloc #1");
}

TEST(Finding, Leaks) {
  auto leak = [] {
    CUstream S;
    CUevent E;
    void *Host;
    allocate(123);
    CUDA_OK(cuStreamCreate, &S, 0);
    CUDA_OK(cuEventCreate, &E, 0);
    CUDA_OK(cuMemAllocHost_v2, &Host, 77);
    loadPtx(Kernels);
  };
  for (bool Release : {false, true}) {
    Outcome O = inProcess({}, [&] {
      start();
      leak();
      if (Release)
        finish();
    });
    for (const char *Line :
         {"leak: device memory from cuMemAlloc #1, 123 bytes",
          "leak: stream from cuStreamCreate #1",
          "leak: event from cuEventCreate #1",
          "leak: pinned host memory from cuMemAllocHost #1, 77 bytes",
          "leak: module from cuModuleLoadData #1"})
      EXPECT_HAS(O.Errors, Line);
    EXPECT_HAS(O.Report, "{\"kind\": \"device memory\", \"origin\": "
                         "\"cuMemAlloc #1\", \"bytes\": 123}");
  }
}

TEST(Finding, HostsCanNotTouchDeviceMemory) {
  EXPECT_DEATH(
      {
        start();
        *reinterpret_cast<volatile int *>(allocate(4)) = 1;
      },
      "");
}

TEST(Finding, ReportOnDemand) {
  inProcess({}, [] {
    start();
    std::string Path = testing::TempDir() + "simgpu-on-demand.json";
    EXPECT_EQ(CUDA(simgpuWriteReport)(Path.c_str()), 1);
    std::remove(Path.c_str());
    EXPECT_EQ(CUDA(simgpuWriteReport)("/no/such/folder/x"), 0);
  });
}

/// What the program's own static objects free must not count as leaked.
TEST(Finding, DestructorsOfTheProgramComeFirst) {
  Outcome O = inProcess({}, [] {
    struct Owner {
      CUdeviceptr At = 0;
      ~Owner() { CUDA(cuMemFree_v2)(At); }
    };
    static Owner Static;
    start();
    Static.At = allocate(16);
  });
  EXPECT_HAS(O.Report, "\"leaks\": []");
}
