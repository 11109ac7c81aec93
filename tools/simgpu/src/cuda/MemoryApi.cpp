//===- MemoryApi.cpp - Memory of the device and pinned memory -------------===//

#include "Driver.h"

#include <cstdlib>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Device memory
//===----------------------------------------------------------------------===//

CUresult simgpu::cuMemGetInfo_v2(size_t *Free, size_t *Total) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Free || !Total)
      return CUDA_ERROR_INVALID_VALUE;
    *Total = D.Env.MemoryBytes;
    *Free = D.Env.MemoryBytes - D.Gpu->bytesInUse();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemAlloc_v2(CUdeviceptr *Address, size_t Bytes) {
  return enter(Needs::Context, [&](Driver &D) {
    if (D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    return D.allocate(Address, Bytes, "cuMemAlloc");
  });
}

CUresult simgpu::cuMemFree_v2(CUdeviceptr Address) {
  return enter(Needs::Release, [&](Driver &D) {
    if (D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (Address == 0)
      return CUDA_SUCCESS;
    D.drain();
    return D.release(Address, "cuMemFree");
  });
}

/// The whole allocation as something that an operation writes: whoever uses
/// it without being ordered after the allocation, or before the free, is in
/// conflict.
static std::vector<TouchedRange> whole(const AllocationInfo &A) {
  return {{A.Address, A.Bytes, true}};
}

CUresult simgpu::cuMemAllocAsync(CUdeviceptr *Address, size_t Bytes,
                                 CUstream Handle) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (S->Capturing)
      return D.unsupported("cuMemAllocAsync in a capture");
    if (CUresult R = D.allocate(Address, Bytes, "cuMemAllocAsync"))
      return R;
    Operation Op;
    Op.What = "cuMemAllocAsync";
    Op.Run = [At = *Address](Driver &D) {
      auto A = D.Gpu->find(At);
      return A ? whole(*A) : std::vector<TouchedRange>();
    };
    return D.submit(*S, std::move(Op));
  });
}

CUresult simgpu::cuMemFreeAsync(CUdeviceptr Address, CUstream Handle) {
  return enter(Needs::Release, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (Address == 0)
      return CUDA_SUCCESS;
    auto A = D.Gpu->find(Address);
    if (D.Sticky != CUDA_SUCCESS || !A || A->Address != Address)
      return D.release(Address, "cuMemFreeAsync");
    if (S->Capturing)
      return D.unsupported("cuMemFreeAsync in a capture");
    Operation Op;
    Op.What = "cuMemFreeAsync";
    Op.Run = [Address](Driver &D) {
      auto A = D.Gpu->find(Address);
      return A ? whole(*A) : std::vector<TouchedRange>();
    };
    Op.Then = [Address](Driver &D) {
      if (D.release(Address, "cuMemFreeAsync") != CUDA_SUCCESS)
        D.fail(CUDA_ERROR_ILLEGAL_ADDRESS);
    };
    return D.submit(*S, std::move(Op));
  });
}

CUresult simgpu::cuMemGetAddressRange_v2(CUdeviceptr *Base, size_t *Bytes,
                                         CUdeviceptr Address) {
  return enter(Needs::Context, [&](Driver &D) {
    auto A = D.Gpu->find(Address);
    if (!A)
      return CUDA_ERROR_NOT_FOUND;
    if (Base)
      *Base = A->Address;
    if (Bytes)
      *Bytes = A->Bytes;
    return CUDA_SUCCESS;
  });
}

/// Kernels see the memory of the device and nothing else.
CUresult simgpu::cuMemAllocManaged(CUdeviceptr *, size_t, unsigned) {
  return enter(Needs::Context,
               [](Driver &D) { return D.unsupported("cuMemAllocManaged"); });
}

//===----------------------------------------------------------------------===//
// Pinned memory
//===----------------------------------------------------------------------===//

static CUresult allocateHost(void **At, size_t Bytes, unsigned Flags,
                             const char *Call) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!At || Bytes == 0)
      return CUDA_ERROR_INVALID_VALUE;
    if (D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    size_t Pages = (Bytes + 4095) / 4096 * 4096;
    void *New = std::aligned_alloc(4096, Pages);
    if (!New)
      return CUDA_ERROR_OUT_OF_MEMORY;
    D.Host[reinterpret_cast<uintptr_t>(New)] = {Bytes, Flags, false,
                                                D.origin(Call)};
    *At = New;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemAllocHost_v2(void **At, size_t Bytes) {
  return allocateHost(At, Bytes, 0, "cuMemAllocHost");
}

CUresult simgpu::cuMemHostAlloc(void **At, size_t Bytes, unsigned Flags) {
  return allocateHost(At, Bytes, Flags, "cuMemHostAlloc");
}

CUresult simgpu::cuMemFreeHost(void *At) {
  return enter(Needs::Release, [&](Driver &D) {
    if (!At)
      return CUDA_SUCCESS;
    auto Found = D.Host.find(reinterpret_cast<uintptr_t>(At));
    if (Found == D.Host.end() || Found->second.Registered)
      return CUDA_ERROR_INVALID_VALUE;
    D.drain();
    D.Host.erase(Found);
    std::free(At);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemHostRegister_v2(void *At, size_t Bytes, unsigned Flags) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!At || Bytes == 0)
      return CUDA_ERROR_INVALID_VALUE;
    if (D.isPinned(At, 1))
      return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
    D.Host[reinterpret_cast<uintptr_t>(At)] = {Bytes, Flags, true,
                                               D.origin("cuMemHostRegister")};
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemHostUnregister(void *At) {
  return enter(Needs::Release, [&](Driver &D) {
    auto Found = D.Host.find(reinterpret_cast<uintptr_t>(At));
    if (Found == D.Host.end() || !Found->second.Registered)
      return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
    D.drain();
    D.Host.erase(Found);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemHostGetFlags(unsigned *Flags, void *At) {
  return enter(Needs::Context, [&](Driver &D) {
    auto Found = D.Host.find(reinterpret_cast<uintptr_t>(At));
    if (!Flags || Found == D.Host.end())
      return CUDA_ERROR_INVALID_VALUE;
    *Flags = Found->second.Flags;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuMemHostGetDevicePointer_v2(CUdeviceptr *, void *, unsigned) {
  return enter(Needs::Context, [](Driver &D) {
    return D.unsupported("cuMemHostGetDevicePointer");
  });
}

//===----------------------------------------------------------------------===//
// What a pointer is
//===----------------------------------------------------------------------===//

template <typename T> static CUresult store(void *To, T Value) {
  *static_cast<T *>(To) = Value;
  return CUDA_SUCCESS;
}

static CUresult pointerAttribute(Driver &D, void *To, CUpointer_attribute Which,
                                 CUdeviceptr Pointer) {
  auto A = D.Gpu->find(Pointer);
  auto *OnHost = reinterpret_cast<void *>(Pointer);
  bool Pinned = !A && D.isPinned(OnHost, 1);
  if (!To || (!A && !Pinned))
    return CUDA_ERROR_INVALID_VALUE;
  switch (Which) {
  case CU_POINTER_ATTRIBUTE_CONTEXT:
    return store<CUcontext>(To, &D.Primary);
  case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
    return store<unsigned>(To, A ? CU_MEMORYTYPE_DEVICE : CU_MEMORYTYPE_HOST);
  case CU_POINTER_ATTRIBUTE_DEVICE_POINTER:
    return A ? store(To, Pointer) : CUDA_ERROR_INVALID_VALUE;
  case CU_POINTER_ATTRIBUTE_HOST_POINTER:
    return A ? CUDA_ERROR_INVALID_VALUE : store(To, OnHost);
  case CU_POINTER_ATTRIBUTE_IS_MANAGED:
    return store(To, 0);
  case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
    return store(To, 0);
  case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR:
    return A ? store<CUdeviceptr>(To, A->Address) : CUDA_ERROR_INVALID_VALUE;
  case CU_POINTER_ATTRIBUTE_RANGE_SIZE:
    return A ? store<size_t>(To, A->Bytes) : CUDA_ERROR_INVALID_VALUE;
  case CU_POINTER_ATTRIBUTE_MAPPED:
    return store(To, A ? 1 : 0);
  }
  return D.unsupported("cuPointerGetAttribute " + std::to_string(Which));
}

CUresult simgpu::cuPointerGetAttribute(void *To, CUpointer_attribute Which,
                                       CUdeviceptr Pointer) {
  return enter(Needs::Context, [&](Driver &D) {
    return pointerAttribute(D, To, Which, Pointer);
  });
}

/// Unlike the call for one attribute, this one answers zeros for pointers
/// that CUDA does not know.
CUresult simgpu::cuPointerGetAttributes(unsigned Count,
                                        CUpointer_attribute *Which, void **To,
                                        CUdeviceptr Pointer) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Which || !To)
      return CUDA_ERROR_INVALID_VALUE;
    for (unsigned I = 0; I < Count; ++I) {
      CUresult R = pointerAttribute(D, To[I], Which[I], Pointer);
      if (R == CUDA_ERROR_NOT_SUPPORTED)
        return R;
      if (R == CUDA_SUCCESS)
        continue;
      bool IsInt = Which[I] == CU_POINTER_ATTRIBUTE_MEMORY_TYPE ||
                   Which[I] == CU_POINTER_ATTRIBUTE_IS_MANAGED ||
                   Which[I] == CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL ||
                   Which[I] == CU_POINTER_ATTRIBUTE_MAPPED;
      if (IsInt)
        store(To[I], Which[I] == CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL ? -2 : 0);
      else
        store<uint64_t>(To[I], 0);
    }
    return CUDA_SUCCESS;
  });
}
