//===- StreamTest.cpp - Streams, events, and what orders work -------------===//

#include "Harness.h"

#include <thread>

using namespace simgpu;

static CUstream stream(unsigned Flags = CU_STREAM_NON_BLOCKING) {
  CUstream S = nullptr;
  CUDA_OK(cuStreamCreate, &S, Flags);
  return S;
}

static CUevent event() {
  CUevent E = nullptr;
  CUDA_OK(cuEventCreate, &E, 0);
  return E;
}

static Environment seed(int Seed) {
  return {{"H3_SIMGPU_SEED", std::to_string(Seed)}};
}

TEST(Stream, WorkRunsWhenSomethingWaits) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    CUdeviceptr X = upload(std::vector<float>(64, 1.0f));
    CUDA_OK(cuCtxSynchronize);
    EXPECT_EQ(launch(function(loadPtx(Kernels), "add"), 64, S, X, 1.0f, 64u),
              CUDA_SUCCESS);
    CUevent E = event();
    CUDA_OK(cuEventRecord, E, S);
    // Every query lets one operation run.
    EXPECT_EQ(CUDA(cuStreamQuery)(S), CUDA_ERROR_NOT_READY);
    EXPECT_EQ(CUDA(cuEventQuery)(E), CUDA_SUCCESS);
    CUDA_OK(cuStreamQuery, S);
    EXPECT_EQ(download<float>(X, 64)[0], 2.0f);
    float Time = -1;
    EXPECT_EQ(CUDA(cuEventElapsedTime)(&Time, E, event()),
              CUDA_ERROR_INVALID_HANDLE);
    CUDA_OK(cuEventElapsedTime_v2, &Time, E, E);
    EXPECT_EQ(Time, 0.0f);
    CUDA_OK(cuStreamDestroy_v2, S);
    EXPECT_EQ(CUDA(cuStreamSynchronize)(S), CUDA_ERROR_INVALID_HANDLE);
  });
}

/// Stream A writes 1 to x; stream B copies x to y. Returns y[0].
static float produceAndConsume(bool WithEvent) {
  start();
  CUmodule M = loadPtx(Kernels);
  CUstream A = stream(), B = stream();
  CUdeviceptr X = upload(std::vector<float>(64)), Y = allocate(256);
  CUDA_OK(cuCtxSynchronize);
  EXPECT_EQ(launch(function(M, "wild"), 64, A, X), CUDA_SUCCESS);
  if (WithEvent) {
    CUevent E = event();
    CUDA_OK(cuEventRecord, E, A);
    CUDA_OK(cuStreamWaitEvent, B, E, 0);
  }
  EXPECT_EQ(launch(function(M, "copy"), 64, B, Y, X, 64u), CUDA_SUCCESS);
  float Value = -1;
  EXPECT_EQ(CUDA(cuMemcpyDtoHAsync_v2)(&Value, Y, 4, B), CUDA_SUCCESS);
  EXPECT_EQ(CUDA(cuStreamSynchronize)(B), CUDA_SUCCESS);
  return Value;
}

TEST(Stream, EventsOrderStreamsUnderEverySeed) {
  for (int Seed = 0; Seed < 8; ++Seed) {
    Outcome O =
        inProcess(seed(Seed), [] { EXPECT_EQ(produceAndConsume(true), 1.0f); });
    EXPECT_HAS(O.Report, "\"findings\": []");
  }
}

TEST(Stream, AMissingEventIsReportedUnderEverySeedAndSeenUnderSome) {
  int Wrong = 0;
  for (int Seed = 0; Seed < 8; ++Seed) {
    Environment E = seed(Seed);
    E["H3_SIMGPU_FINDINGS"] = "report";
    Outcome O = inProcess(E, [] {
      if (produceAndConsume(false) != 1.0f)
        fputs("wrong value\n", stderr);
    });
    Wrong += contains(O.Errors, "wrong value");
    EXPECT_HAS(O.Report, "{\"kind\": \"missing-dependency\"");
    EXPECT_HAS(O.Report, "launch of 'wild'` on stream ");
    EXPECT_HAS(O.Report, "launch of 'copy'` on stream ");
  }
  EXPECT_GT(Wrong, 0);
  EXPECT_LT(Wrong, 8);
}

TEST(Stream, AMissingEventFailsTheWait) {
  inProcess({}, [] {
    start();
    CUstream A = stream(), B = stream();
    CUdeviceptr X = allocate(4);
    CUDA_OK(cuMemsetD32Async, X, 1, 1, A);
    CUDA_OK(cuMemsetD32Async, X, 2, 1, B);
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_LAUNCH_FAILED);
  });
}

TEST(Stream, ReadersAndNeighboursDoNotConflict) {
  for (int Seed = 0; Seed < 4; ++Seed) {
    Outcome O = inProcess(seed(Seed), [] {
      start();
      CUfunction Copy = function(loadPtx(Kernels), "copy");
      CUstream A = stream(), B = stream();
      CUdeviceptr X = upload(std::vector<float>(64, 5.0f)), Y = allocate(512);
      CUDA_OK(cuCtxSynchronize);
      EXPECT_EQ(launch(Copy, 63, A, Y, X, 63u), CUDA_SUCCESS);
      EXPECT_EQ(launch(Copy, 64, B, Y + 63 * 4, X, 64u), CUDA_SUCCESS);
      CUDA_OK(cuCtxSynchronize);
      EXPECT_EQ(download<float>(Y, 127), std::vector<float>(127, 5.0f));
    });
    EXPECT_HAS(O.Report, "\"findings\": []");
  }
}

TEST(Stream, TheDefaultStreamOrdersBlockingStreamsOnly) {
  for (unsigned Flags : {CU_STREAM_DEFAULT, CU_STREAM_NON_BLOCKING})
    for (int Seed = 0; Seed < 4; ++Seed) {
      Environment E = seed(Seed);
      E["H3_SIMGPU_FINDINGS"] = "report";
      Outcome O = inProcess(E, [=] {
        start();
        CUfunction Add = function(loadPtx(Kernels), "add");
        CUstream S = stream(Flags);
        CUdeviceptr X = allocate(256);
        CUDA_OK(cuMemsetD32_v2, X, 0, 64); // does not wait
        EXPECT_EQ(launch(Add, 64, S, X, 1.0f, 64u), CUDA_SUCCESS);
        EXPECT_EQ(launch(Add, 64, nullptr, X, 2.0f, 64u), CUDA_SUCCESS);
        CUDA_OK(cuCtxSynchronize);
        if (Flags == CU_STREAM_DEFAULT) {
          EXPECT_EQ(download<float>(X, 64)[63], 3.0f);
        }
      });
      EXPECT_EQ(contains(O.Report, "missing-dependency"),
                Flags == CU_STREAM_NON_BLOCKING);
    }
}

TEST(Stream, WaitingOrdersWhatFollows) {
  Outcome O = inProcess({}, [] {
    start();
    CUstream A = stream(), B = stream();
    CUdeviceptr X = allocate(4);
    CUDA_OK(cuMemsetD32Async, X, 1, 1, A);
    CUDA_OK(cuStreamSynchronize, A);
    CUDA_OK(cuMemsetD32Async, X, 2, 1, B);
    CUevent E = event();
    CUDA_OK(cuEventRecord, E, B);
    CUDA_OK(cuEventSynchronize, E);
    CUDA_OK(cuMemsetD32Async, X, 3, 1, A);
    CUDA_OK(cuCtxSynchronize);
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
}

TEST(Stream, PageableMemoryIsReadAtOnce) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    CUdeviceptr X = allocate(4);
    int Value = 1;
    CUDA_OK(cuMemcpyHtoDAsync_v2, X, &Value, 4, S);
    Value = 2;
    int Back = 0; // a copy to pageable memory waits
    CUDA_OK(cuMemcpyDtoHAsync_v2, &Back, X, 4, S);
    EXPECT_EQ(Back, 1);
  });
}

TEST(Stream, PinnedMemoryReusedTooEarly) {
  for (bool Waits : {false, true}) {
    Outcome O = inProcess({}, [=] {
      start();
      CUstream S = stream();
      CUdeviceptr X = allocate(4);
      void *Memory = nullptr;
      CUDA_OK(cuMemHostAlloc, &Memory, 64, 0);
      int *Pinned = static_cast<int *>(Memory);
      *Pinned = 1;
      CUDA_OK(cuMemcpyHtoDAsync_v2, X, Pinned, 4, S);
      if (Waits) {
        CUDA_OK(cuStreamSynchronize, S);
      }
      *Pinned = 2;
      EXPECT_EQ(CUDA(cuStreamSynchronize)(S),
                Waits ? CUDA_SUCCESS : CUDA_ERROR_LAUNCH_FAILED);
      CUDA(cuMemFreeHost)(Memory);
    });
    EXPECT_EQ(contains(O.Report, "\"kind\": \"pinned-memory-reused\""), !Waits);
  }
}

TEST(Stream, RegisteredMemoryIsPinned) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    std::vector<int> Host(1024);
    CUDA_OK(cuMemHostRegister_v2, Host.data(), 4096, 0);
    EXPECT_EQ(CUDA(cuMemHostRegister_v2)(Host.data(), 4096, 0),
              CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
    CUdeviceptr X = allocate(4);
    CUDA_OK(cuMemsetD32Async, X, 9, 1, S);
    CUDA_OK(cuMemcpyDtoHAsync_v2, Host.data(), X, 4, S);
    EXPECT_EQ(Host[0], 0); // not there yet
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(Host[0], 9);
    CUDA_OK(cuMemHostUnregister, Host.data());
  });
}

TEST(Stream, StreamOrderedAllocations) {
  for (bool Ordered : {true, false}) {
    Outcome O = inProcess({}, [=] {
      start();
      CUstream A = stream(), B = stream();
      CUdeviceptr X = 0;
      CUDA_OK(cuMemAllocAsync, &X, 256, A);
      CUDA_OK(cuMemsetD32Async, X, 0, 64, A);
      if (!Ordered) {
        CUDA_OK(cuMemcpyDtoDAsync_v2, X + 128, X, 128, B);
      }
      CUDA_OK(cuMemFreeAsync, X, A);
      EXPECT_EQ(CUDA(cuCtxSynchronize)() == CUDA_SUCCESS, Ordered);
    });
    EXPECT_EQ(contains(O.Report, "\"findings\": []"), Ordered) << O.Report;
    if (Ordered) {
      EXPECT_HAS_NOT(O.Report, "cuMemAllocAsync #1");
    }
  }
}

TEST(Stream, HostFunctions) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    int Calls = 0;
    auto Count = [](void *Data) {
      ++*static_cast<int *>(Data);
      int Version;
      EXPECT_EQ(CUDA(cuDeviceGetCount)(&Version), CUDA_ERROR_NOT_PERMITTED);
    };
    CUDA_OK(cuLaunchHostFunc, S, Count, &Calls);
    EXPECT_EQ(Calls, 0);
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(Calls, 1);
  });
}

TEST(Stream, OtherThreadsGoOnDuringAHostFunction) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    std::atomic<bool> Allocated{false};
    auto Wait = [](void *Data) {
      while (!*static_cast<std::atomic<bool> *>(Data))
        std::this_thread::yield();
    };
    CUDA_OK(cuLaunchHostFunc, S, Wait, &Allocated);
    std::thread Other([&] {
      CUcontext Context = nullptr;
      CUDA_OK(cuDevicePrimaryCtxRetain, &Context, 0);
      CUDA_OK(cuCtxSetCurrent, Context);
      allocate(16);
      Allocated = true;
    });
    CUDA_OK(cuStreamSynchronize, S);
    Other.join();
  });
}

TEST(Stream, LongQueuesRunByThemselves) {
  Outcome O = inProcess({}, [] {
    start();
    CUstream S = stream();
    CUdeviceptr X = allocate(4);
    for (unsigned I = 0; I < 5000; ++I)
      CUDA_OK(cuMemsetD32Async, X, I, 1, S);
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(download<unsigned>(X, 1)[0], 4999u);
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
}
