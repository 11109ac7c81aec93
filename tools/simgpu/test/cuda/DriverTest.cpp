//===- DriverTest.cpp - Devices, memory, modules, launches ----------------===//

#include "Harness.h"

#include <cstring>

using namespace simgpu;

TEST(Driver, NothingWorksBeforeItsTime) {
  inProcess({}, [] {
    int Count = 0;
    EXPECT_EQ(CUDA(cuDeviceGetCount)(&Count), CUDA_ERROR_NOT_INITIALIZED);
    EXPECT_EQ(CUDA(cuInit)(1), CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuInit, 0);
    CUDA_OK(cuDeviceGetCount, &Count);
    EXPECT_EQ(Count, 1);
    CUdevice Device;
    EXPECT_EQ(CUDA(cuDeviceGet)(&Device, 1), CUDA_ERROR_INVALID_DEVICE);
    CUdeviceptr At;
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&At, 4), CUDA_ERROR_INVALID_CONTEXT);
    CUcontext Context = nullptr, Current = nullptr;
    CUDA_OK(cuDevicePrimaryCtxRetain, &Context, 0);
    CUDA_OK(cuCtxPushCurrent_v2, Context);
    CUDA_OK(cuMemAlloc_v2, &At, 4);
    CUDA_OK(cuMemFree_v2, At);
    CUDA_OK(cuCtxPopCurrent_v2, &Current);
    EXPECT_EQ(Current, Context);
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&At, 4), CUDA_ERROR_INVALID_CONTEXT);
    CUDA_OK(cuCtxSetCurrent, Context);
    finish();
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&At, 4), CUDA_ERROR_CONTEXT_IS_DESTROYED);
  });
}

TEST(Driver, DescribesTheSelectedDevice) {
  for (auto [Arch, Major, Shared] :
       {std::tuple("8.0", 8, 163), {"9.0", 9, 227}, {"10.0", 10, 227}})
    inProcess({{"H3_SIMGPU_ARCH", Arch}}, [Major = Major, Shared = Shared] {
      CUDA_OK(cuInit, 0);
      auto attribute = [](CUdevice_attribute Which) {
        int Value = -1;
        CUDA_OK(cuDeviceGetAttribute, &Value, Which, 0);
        return Value;
      };
      EXPECT_EQ(attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR), Major);
      EXPECT_EQ(attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR), 0);
      EXPECT_EQ(
          attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
          Shared << 10);
      char Name[64];
      CUDA_OK(cuDeviceGetName, Name, 64, 0);
      EXPECT_HAS(std::string(Name), "Simulated GPU");
      size_t Bytes = 0;
      CUDA_OK(cuDeviceTotalMem_v2, &Bytes, 0);
      EXPECT_GE(Bytes, size_t(80) << 30);
    });
}

TEST(Driver, WrongSettingsAreNamed) {
  for (auto [Name, Value, Expected] :
       {std::tuple("H3_SIMGPU_ARCH", "7.5", "expected 8.0, 9.0 or 10.0"),
        {"H3_SIMGPU_MEMORY", "1T", "expected a number of bytes"},
        {"H3_SIMGPU_SEED", "x", "expected a number"},
        {"H3_SIMGPU_FINDINGS", "no", "expected fail or report"},
        {"H3_SIMGPU_CHECKS", "no", "expected all or bounds"}}) {
    Outcome O = inProcess({{Name, Value}}, [] {
      EXPECT_EQ(CUDA(cuInit)(0), CUDA_ERROR_INVALID_VALUE);
    });
    EXPECT_HAS(O.Errors,
               std::string(Name) + ": found '" + Value + "', " + Expected);
  }
}

TEST(Driver, MemoryRunsOut) {
  Outcome O = inProcess({{"H3_SIMGPU_MEMORY", "1M"}}, [] {
    start();
    CUdeviceptr A, B;
    CUDA_OK(cuMemAlloc_v2, &A, 600 << 10);
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&B, 600 << 10), CUDA_ERROR_OUT_OF_MEMORY);
    size_t Free, Total;
    CUDA_OK(cuMemGetInfo_v2, &Free, &Total);
    EXPECT_EQ(Total, size_t(1) << 20);
    EXPECT_EQ(Free, (size_t(1) << 20) - (600 << 10));
    CUDA_OK(cuMemFree_v2, A);
    CUDA_OK(cuMemAlloc_v2, &B, 600 << 10);
    CUDA_OK(cuMemFree_v2, B);
    finish();
  });
  EXPECT_HAS(O.Report, "\"peak_bytes\": 614400");
  EXPECT_EQ(O.Errors, "");
}

TEST(Driver, CopiesAndFills) {
  Outcome O = inProcess({}, [] {
    start();
    std::vector<uint32_t> Values(100);
    for (uint32_t I = 0; I < 100; ++I)
      Values[I] = I;
    CUdeviceptr A = upload(Values), B = allocate(400);
    CUDA_OK(cuMemcpyDtoD_v2, B, A, 400);
    EXPECT_EQ(download<uint32_t>(B, 100), Values);
    CUDA_OK(cuMemsetD32_v2, B, 7, 50);
    CUDA_OK(cuMemsetD16_v2, B + 200, 0x0102, 50);
    CUDA_OK(cuMemsetD8_v2, B + 300, 9, 100);
    auto Got = download<uint32_t>(B, 100);
    EXPECT_EQ(Got[49], 7u);
    EXPECT_EQ(Got[50], 0x01020102u);
    EXPECT_EQ(Got[99], 0x09090909u);
    CUDA_OK(cuMemcpy, B, A, 400);
    std::vector<uint32_t> Back(100);
    CUDA_OK(cuMemcpy, reinterpret_cast<CUdeviceptr>(Back.data()), B, 400);
    EXPECT_EQ(Back, Values);
    CUdeviceptr Base;
    size_t Bytes;
    CUDA_OK(cuMemGetAddressRange_v2, &Base, &Bytes, B + 8);
    EXPECT_EQ(Base, B);
    EXPECT_EQ(Bytes, 400u);
    unsigned Type = 0;
    CUDA_OK(cuPointerGetAttribute, &Type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, A);
    EXPECT_EQ(Type, CU_MEMORYTYPE_DEVICE);
    EXPECT_EQ(CUDA(cuPointerGetAttribute)(&Type,
                                          CU_POINTER_ATTRIBUTE_MEMORY_TYPE,
                                          CUdeviceptr(uintptr_t(&Type))),
              CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuMemFree_v2, A);
    CUDA_OK(cuMemFree_v2, B);
    finish();
  });
  EXPECT_EQ(O.Errors, "");
}

TEST(Driver, WrongCopiesAreRefused) {
  Outcome O = inProcess({}, [] {
    start();
    char Host[64] = {};
    CUdeviceptr A = allocate(32);
    EXPECT_EQ(CUDA(cuMemcpyHtoD_v2)(A, Host, 33), CUDA_ERROR_INVALID_VALUE);
    EXPECT_EQ(CUDA(cuMemcpyHtoD_v2)(A, reinterpret_cast<void *>(A), 4),
              CUDA_ERROR_INVALID_VALUE);
    EXPECT_EQ(CUDA(cuMemsetD32_v2)(A + 2, 0, 1), CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuMemFree_v2, A);
    EXPECT_EQ(CUDA(cuMemFree_v2)(A), CUDA_ERROR_INVALID_VALUE);
    EXPECT_EQ(CUDA(cuMemcpyDtoH_v2)(Host, A, 4), CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuCtxSynchronize); // none of these breaks the context
  });
  EXPECT_HAS(O.Report, "cuMemcpyHtoD of 33 bytes: 33 bytes at ");
  EXPECT_HAS(O.Report, "is not host memory");
  EXPECT_HAS(O.Report, "is no multiple of the pattern's size");
  EXPECT_HAS(O.Report, "second free of");
  EXPECT_HAS(O.Report, "32 bytes from cuMemAlloc #1");
}

TEST(Driver, LaunchesWithBothFormsOfParameters) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUfunction Add = function(M, "add");
    CUdeviceptr X = upload(std::vector<float>(100, 1.0f));
    EXPECT_EQ(launch(Add, 100, nullptr, X, 2.0f, 100u), CUDA_SUCCESS);
    struct {
      CUdeviceptr X;
      float A;
      unsigned N;
    } Block = {X, 3.0f, 50};
    size_t Bytes = sizeof(Block);
    void *Extra[] = {reinterpret_cast<void *>(LaunchParamBufferPointer), &Block,
                     reinterpret_cast<void *>(LaunchParamBufferSize), &Bytes,
                     nullptr};
    CUDA_OK(cuLaunchKernel, Add, 1, 1, 1, 64, 1, 1, 0, nullptr, nullptr, Extra);
    auto Got = download<float>(X, 100);
    EXPECT_EQ(Got[49], 6.0f);
    EXPECT_EQ(Got[50], 3.0f);
    Bytes = 12;
    EXPECT_EQ(CUDA(cuLaunchKernel)(Add, 1, 1, 1, 64, 1, 1, 0, nullptr, nullptr,
                                   Extra),
              CUDA_ERROR_INVALID_VALUE);
    EXPECT_EQ(CUDA(cuLaunchKernel)(Add, 1, 1, 1, 1025, 1, 1, 0, nullptr,
                                   nullptr, Extra),
              CUDA_ERROR_INVALID_VALUE);
    EXPECT_EQ(CUDA(cuLaunchKernel)(Add, 0, 1, 1, 64, 1, 1, 0, nullptr, nullptr,
                                   Extra),
              CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuMemFree_v2, X);
    CUDA_OK(cuModuleUnload, M);
    EXPECT_EQ(launch(Add, 1, nullptr, X, 2.0f, 1u), CUDA_ERROR_INVALID_HANDLE);
    finish();
  });
  EXPECT_HAS(O.Report,
             "{\"name\": \"add\", \"launches\": 2, \"bytes_read\": 600, "
             "\"bytes_written\": 600, \"counters\": {");
  EXPECT_HAS(O.Report, "found 12 bytes of parameters, expected 16");
  EXPECT_HAS(O.Report, "a block of (1025, 1, 1), expected 1 to 1024 threads");
  EXPECT_HAS(O.Report, "\"leaks\": []");
}

TEST(Driver, LaunchKernelExTakesWhatIsSimulated) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUfunction F = function(M, "dynamic");
    CUdeviceptr X = allocate(256);
    void *Pointers[] = {&X};
    CUlaunchAttribute A = {};
    A.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
    A.value.clusterDim = {1, 1, 1};
    CUlaunchConfig C = {1, 1, 1, 64, 1, 1, 0, nullptr, &A, 1};
    CUDA_OK(cuLaunchKernelEx, &C, F, Pointers, nullptr);
    A.value.clusterDim = {2, 1, 1};
    EXPECT_EQ(CUDA(cuLaunchKernelEx)(&C, F, Pointers, nullptr),
              CUDA_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(download<uint32_t>(X, 64)[63], 63u);
    // Dynamic shared memory past 48 KiB must be asked for.
    C.numAttrs = 0;
    C.sharedMemBytes = 64 << 10;
    EXPECT_EQ(CUDA(cuLaunchKernelEx)(&C, F, Pointers, nullptr),
              CUDA_ERROR_INVALID_VALUE);
    CUDA_OK(cuFuncSetAttribute, F,
            CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 64 << 10);
    CUDA_OK(cuLaunchKernelEx, &C, F, Pointers, nullptr);
    EXPECT_EQ(
        CUDA(cuFuncSetAttribute)(
            F, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, 228 << 10),
        CUDA_ERROR_INVALID_VALUE);
    int Blocks = 0;
    CUDA_OK(cuOccupancyMaxActiveBlocksPerMultiprocessor, &Blocks, F, 256, 0);
    EXPECT_EQ(Blocks, 4);
    CUDA_OK(cuOccupancyMaxActiveBlocksPerMultiprocessor, &Blocks, F, 64,
            100 << 10);
    EXPECT_EQ(Blocks, 2);
  });
  EXPECT_HAS(O.Report, "cuLaunchKernelEx with attribute 4\", \"calls\": 1");
}

TEST(Driver, GlobalsAndLibraries) {
  inProcess({}, [] {
    start();
    CUlibrary L = nullptr;
    CUDA_OK(cuLibraryLoadData, &L, Kernels, nullptr, nullptr, 0, nullptr,
            nullptr, 0);
    CUdeviceptr Table;
    size_t Bytes;
    CUDA_OK(cuLibraryGetGlobal, &Table, &Bytes, L, "table");
    EXPECT_EQ(Bytes, 16u);
    EXPECT_EQ(download<uint32_t>(Table, 4),
              (std::vector<uint32_t>{1, 2, 3, 4}));
    EXPECT_EQ(CUDA(cuLibraryGetGlobal)(&Table, &Bytes, L, "no"),
              CUDA_ERROR_NOT_FOUND);
    CUkernel K = nullptr;
    CUDA_OK(cuLibraryGetKernel, &K, L, "wild");
    EXPECT_EQ(CUDA(cuLibraryGetKernel)(&K, L, "no"), CUDA_ERROR_NOT_FOUND);
    CUDA_OK(cuLibraryGetKernel, &K, L, "wild");
    CUdeviceptr X = allocate(256);
    EXPECT_EQ(launch(K, 64, nullptr, X), CUDA_SUCCESS);
    EXPECT_EQ(download<float>(X, 64)[63], 1.0f);
    EXPECT_EQ(CUDA(cuModuleUnload)(L), CUDA_ERROR_INVALID_HANDLE);
    CUDA_OK(cuLibraryUnload, L);
  });
}

TEST(Driver, UnknownEntries) {
  Outcome O = inProcess({}, [] {
    start();
    EXPECT_EQ(lookupOrNull("libcuda.so.1", "cuTexObjectCreate"), nullptr);
    void *Address = nullptr;
    CUdriverProcAddressQueryResult Status;
    CUDA_OK(cuGetProcAddress_v2, "cuMemAlloc", &Address, 13000, 0, &Status);
    EXPECT_EQ(Address, lookup("libcuda.so.1", "cuMemAlloc_v2"));
    CUDA_OK(cuGetProcAddress_v2, "cuLaunchKernel", &Address, 13000, 0, nullptr);
    EXPECT_EQ(Address, lookup("libcuda.so.1", "cuLaunchKernel"));
    EXPECT_EQ(CUDA(cuGetProcAddress_v2)("cuTexObjectCreate", &Address, 13000, 0,
                                        &Status),
              CUDA_ERROR_NOT_FOUND);
    EXPECT_EQ(Status, CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND);
    CUdeviceptr At;
    EXPECT_EQ(CUDA(cuMemAllocManaged)(&At, 4, 1), CUDA_ERROR_NOT_SUPPORTED);
    int Value;
    EXPECT_EQ(CUDA(cuDeviceGetAttribute)(&Value, CUdevice_attribute(21), 0),
              CUDA_ERROR_NOT_SUPPORTED);
    const char *Text;
    CUDA_OK(cuGetErrorName, CUDA_ERROR_NOT_SUPPORTED, &Text);
    EXPECT_STREQ(Text, "CUDA_ERROR_NOT_SUPPORTED");
    EXPECT_EQ(CUDA(cuGetErrorName)(CUresult(12345), &Text),
              CUDA_ERROR_INVALID_VALUE);
    finish();
  });
  EXPECT_HAS(O.Report, "{\"name\": \"cuTexObjectCreate\", \"calls\": 1}");
  EXPECT_HAS(O.Report, "{\"name\": \"cuMemAllocManaged\", \"calls\": 1}");
  EXPECT_HAS(O.Errors, "simgpu: not simulated: cuDeviceGetAttribute 21");
}
