//===- DeviceApi.cpp - Devices and contexts -------------------------------===//

#include "Driver.h"

#include <cstdio>
#include <cstring>

using namespace simgpu;

static constexpr const char *PciBusId = "0000:01:00.0";

/// Runs `Body` for the only device.
template <typename Fn>
static CUresult onDevice(CUdevice Ordinal, const void *Result, Fn Body) {
  return enter(Needs::Initialised, [&](Driver &D) -> CUresult {
    if (Ordinal != 0)
      return CUDA_ERROR_INVALID_DEVICE;
    if (!Result)
      return CUDA_ERROR_INVALID_VALUE;
    return Body(D);
  });
}

CUresult simgpu::cuDeviceGet(CUdevice *Device, int Ordinal) {
  return onDevice(Ordinal, Device, [&](Driver &) {
    *Device = Ordinal;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceGetCount(int *Count) {
  return onDevice(0, Count, [&](Driver &) {
    *Count = 1;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceGetName(char *Name, int Length, CUdevice Device) {
  return onDevice(Device, Name, [&](Driver &D) {
    if (Length <= 0)
      return CUDA_ERROR_INVALID_VALUE;
    std::snprintf(Name, Length, "%s", D.Env.Arch->Product);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceGetUuid_v2(CUuuid *Uuid, CUdevice Device) {
  return onDevice(Device, Uuid, [&](Driver &) {
    std::memcpy(Uuid->bytes, "simulated gpu  0", sizeof(Uuid->bytes));
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceTotalMem_v2(size_t *Bytes, CUdevice Device) {
  return onDevice(Device, Bytes, [&](Driver &D) {
    *Bytes = D.Env.MemoryBytes;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceGetPCIBusId(char *Id, int Length, CUdevice Device) {
  return onDevice(Device, Id, [&](Driver &) {
    if (Length <= static_cast<int>(std::strlen(PciBusId)))
      return CUDA_ERROR_INVALID_VALUE;
    std::strcpy(Id, PciBusId);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceGetByPCIBusId(CUdevice *Device, const char *Id) {
  return onDevice(0, Device, [&](Driver &) {
    if (!Id || std::strcmp(Id, PciBusId) != 0)
      return CUDA_ERROR_INVALID_DEVICE;
    *Device = 0;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDeviceCanAccessPeer(int *Can, CUdevice Device, CUdevice) {
  return onDevice(Device, Can, [&](Driver &) {
    *Can = 0;
    return CUDA_SUCCESS;
  });
}

static std::optional<int> attribute(const Architecture &A,
                                    CUdevice_attribute Which) {
  switch (Which) {
  case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
    return 1024;
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
    return 64;
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
    return 0x7fffffff;
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
    return 65535;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
    return 48 << 10;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    return A.SharedBytesPerBlock;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
    return A.SharedBytesPerMultiprocessor;
  case CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK:
    return 1 << 10;
  case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
    return 64 << 10;
  case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
    return 32;
  case CU_DEVICE_ATTRIBUTE_MAX_PITCH:
    return 0x7fffffff;
  case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
  case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
    return 65536;
  case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
  case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
    return 1000000; // kHz; nothing here has a speed
  case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
    return 5120;
  case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
    return A.L2Bytes;
  case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
    return A.Multiprocessors;
  case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
    return 2048;
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR:
    return 32;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    return A.Major;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    return A.Minor;
  case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT:
    return 2;
  case CU_DEVICE_ATTRIBUTE_PCI_BUS_ID:
    return 1;
  case CU_DEVICE_ATTRIBUTE_GPU_OVERLAP:
  case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
  case CU_DEVICE_ATTRIBUTE_ECC_ENABLED:
  case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
  case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_GLOBAL_L1_CACHE_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_LOCAL_L1_CACHE_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_HOST_REGISTER_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED:
    return 1;
  // What hardware has and the simulation has not.
  case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
  case CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY:
  case CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS:
  case CU_DEVICE_ATTRIBUTE_COOPERATIVE_LAUNCH:
  case CU_DEVICE_ATTRIBUTE_VIRTUAL_MEMORY_MANAGEMENT_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_CLUSTER_LAUNCH:
  case CU_DEVICE_ATTRIBUTE_TENSOR_MAP_ACCESS_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_MAX_PERSISTING_L2_CACHE_SIZE:
  case CU_DEVICE_ATTRIBUTE_MAX_ACCESS_POLICY_WINDOW_SIZE:
  case CU_DEVICE_ATTRIBUTE_COMPUTE_PREEMPTION_SUPPORTED:
  case CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM:
  case CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS:
  case CU_DEVICE_ATTRIBUTE_HOST_NATIVE_ATOMIC_SUPPORTED:
  // What a data centre's GPU has not either.
  case CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT:
  case CU_DEVICE_ATTRIBUTE_INTEGRATED:
  case CU_DEVICE_ATTRIBUTE_COMPUTE_MODE:
  case CU_DEVICE_ATTRIBUTE_TCC_DRIVER:
  case CU_DEVICE_ATTRIBUTE_MULTI_GPU_BOARD:
  case CU_DEVICE_ATTRIBUTE_PCI_DEVICE_ID:
  case CU_DEVICE_ATTRIBUTE_PCI_DOMAIN_ID:
    return 0;
  }
  return std::nullopt;
}

CUresult simgpu::cuDeviceGetAttribute(int *Value, CUdevice_attribute Which,
                                      CUdevice Device) {
  return onDevice(Device, Value, [&](Driver &D) {
    auto Known = attribute(*D.Env.Arch, Which);
    if (!Known)
      return D.unsupported("cuDeviceGetAttribute " + std::to_string(Which));
    *Value = *Known;
    return CUDA_SUCCESS;
  });
}

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

CUresult simgpu::cuDevicePrimaryCtxRetain(CUcontext *Context, CUdevice Device) {
  return onDevice(Device, Context, [&](Driver &D) {
    ++D.Primary.Retained;
    *Context = &D.Primary;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDevicePrimaryCtxRelease_v2(CUdevice Device) {
  return onDevice(Device, &Device, [&](Driver &D) {
    if (D.Primary.Retained == 0)
      return CUDA_ERROR_INVALID_CONTEXT;
    if (--D.Primary.Retained == 0)
      D.destroyContext();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDevicePrimaryCtxReset_v2(CUdevice Device) {
  return onDevice(Device, &Device, [&](Driver &D) {
    D.destroyContext();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDevicePrimaryCtxSetFlags_v2(CUdevice Device,
                                               unsigned Flags) {
  return onDevice(Device, &Device, [&](Driver &D) {
    D.Primary.Flags = Flags;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuDevicePrimaryCtxGetState(CUdevice Device, unsigned *Flags,
                                            int *Active) {
  return onDevice(Device, Flags && Active ? Flags : nullptr, [&](Driver &D) {
    *Flags = D.Primary.Flags;
    *Active = D.Primary.Retained != 0;
    return CUDA_SUCCESS;
  });
}

static bool isContext(const Driver &D, CUcontext C) {
  return C == &D.Primary && D.Primary.Retained != 0;
}

CUresult simgpu::cuCtxSetCurrent(CUcontext Context) {
  return enter(Needs::Initialised, [&](Driver &D) {
    if (Context && !isContext(D, Context))
      return CUDA_ERROR_INVALID_CONTEXT;
    unsigned &Depth = contextDepth();
    if (Depth)
      --Depth;
    if (Context)
      ++Depth;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetCurrent(CUcontext *Context) {
  return enter(Needs::Initialised, [&](Driver &D) {
    if (!Context)
      return CUDA_ERROR_INVALID_VALUE;
    *Context = contextDepth() ? &D.Primary : nullptr;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxPushCurrent_v2(CUcontext Context) {
  return enter(Needs::Initialised, [&](Driver &D) {
    if (!isContext(D, Context))
      return CUDA_ERROR_INVALID_CONTEXT;
    ++contextDepth();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxPopCurrent_v2(CUcontext *Context) {
  return enter(Needs::Initialised, [&](Driver &D) {
    unsigned &Depth = contextDepth();
    if (Depth == 0)
      return CUDA_ERROR_INVALID_CONTEXT;
    if (Context)
      *Context = &D.Primary;
    --Depth;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetDevice(CUdevice *Device) {
  return enter(Needs::Context, [&](Driver &) {
    if (!Device)
      return CUDA_ERROR_INVALID_VALUE;
    *Device = 0;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetFlags(unsigned *Flags) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Flags)
      return CUDA_ERROR_INVALID_VALUE;
    *Flags = D.Primary.Flags;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetApiVersion(CUcontext Context, unsigned *Version) {
  return enter(Needs::Initialised, [&](Driver &D) {
    if (!Version)
      return CUDA_ERROR_INVALID_VALUE;
    if (!isContext(D, Context))
      return CUDA_ERROR_INVALID_CONTEXT;
    *Version = 13000;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetLimit(size_t *Value, CUlimit Limit) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Value)
      return CUDA_ERROR_INVALID_VALUE;
    if (Limit < CU_LIMIT_STACK_SIZE || Limit > CU_LIMIT_MALLOC_HEAP_SIZE)
      return D.unsupported("cuCtxGetLimit " + std::to_string(Limit));
    *Value = D.Limits[Limit];
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxSetLimit(CUlimit Limit, size_t Value) {
  return enter(Needs::Context, [&](Driver &D) {
    if (Limit < CU_LIMIT_STACK_SIZE || Limit > CU_LIMIT_MALLOC_HEAP_SIZE)
      return D.unsupported("cuCtxSetLimit " + std::to_string(Limit));
    D.Limits[Limit] = Value;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxGetStreamPriorityRange(int *Least, int *Greatest) {
  return enter(Needs::Context, [&](Driver &) {
    if (Least)
      *Least = 0;
    if (Greatest)
      *Greatest = -5;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuCtxSynchronize() {
  return enter(Needs::Context, [&](Driver &D) {
    if (D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    return D.wait(D.everything());
  });
}
