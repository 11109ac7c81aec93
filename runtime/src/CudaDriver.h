//===- CudaDriver.h - NVIDIA's driver, loaded at run time -------*- C++ -*-===//
//
// The functions of libcuda that the runtime calls, found by dlopen, so that
// programs start on machines without a GPU and say what is missing. Types and
// numbers are those of the CUDA driver API 12 and 13 (cuda.h); what libcuda
// hands out are opaque pointers.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CUDADRIVER_H
#define H3RT_CUDADRIVER_H

#include "Error.h"

#include <cstddef>
#include <cstdint>

namespace h3 {

using CuResult = int;
using CuDevice = int;
using CuAddress = uint64_t; ///< CUdeviceptr
using CuHandle = void *;    ///< CUcontext, CUmodule, CUfunction, CUstream, ...

struct CudaDriver {
  /// Loads libcuda.so.1, or `Path`. The error says what is missing.
  static Expected<CudaDriver> load(const std::string &Path);

  /// Success, or an error with the call and the result in words. `What` says
  /// what the call was for.
  Error check(CuResult Result, const char *Call, const std::string &What) const;

  /// Where the driver is, if a path was given; empty: the system's.
  std::string Folder;

  CuResult (*cuInit)(unsigned Flags);
  CuResult (*cuDriverGetVersion)(int *);
  CuResult (*cuGetErrorName)(CuResult, const char **);
  CuResult (*cuGetErrorString)(CuResult, const char **);
  CuResult (*cuDeviceGetCount)(int *);
  CuResult (*cuDeviceGet)(CuDevice *, int Ordinal);
  CuResult (*cuDeviceGetAttribute)(int *, int Attribute, CuDevice);
  CuResult (*cuDevicePrimaryCtxRetain)(CuHandle *Context, CuDevice);
  CuResult (*cuDevicePrimaryCtxRelease_v2)(CuDevice);
  CuResult (*cuCtxSetCurrent)(CuHandle Context);
  CuResult (*cuMemGetInfo_v2)(size_t *Free, size_t *Total);
  CuResult (*cuMemAlloc_v2)(CuAddress *, size_t Bytes);
  CuResult (*cuMemFree_v2)(CuAddress);
  CuResult (*cuMemHostAlloc)(void **, size_t Bytes, unsigned Flags);
  CuResult (*cuMemFreeHost)(void *);
  CuResult (*cuMemsetD8Async)(CuAddress, unsigned char, size_t Bytes,
                              CuHandle Stream);
  CuResult (*cuMemcpyHtoDAsync_v2)(CuAddress, const void *, size_t Bytes,
                                   CuHandle Stream);
  CuResult (*cuMemcpyDtoHAsync_v2)(void *, CuAddress, size_t Bytes,
                                   CuHandle Stream);
  CuResult (*cuMemcpyDtoDAsync_v2)(CuAddress, CuAddress, size_t Bytes,
                                   CuHandle Stream);
  CuResult (*cuStreamCreate)(CuHandle *, unsigned Flags);
  CuResult (*cuStreamSynchronize)(CuHandle);
  CuResult (*cuStreamDestroy_v2)(CuHandle);
  CuResult (*cuStreamBeginCapture_v2)(CuHandle Stream, int Mode);
  CuResult (*cuStreamEndCapture)(CuHandle Stream, CuHandle *Graph);
  CuResult (*cuGraphInstantiateWithFlags)(CuHandle *Executable, CuHandle Graph,
                                          unsigned long long Flags);
  CuResult (*cuGraphLaunch)(CuHandle Executable, CuHandle Stream);
  CuResult (*cuGraphDestroy)(CuHandle Graph);
  CuResult (*cuGraphExecDestroy)(CuHandle Executable);
  CuResult (*cuEventCreate)(CuHandle *Event, unsigned Flags);
  CuResult (*cuEventRecord)(CuHandle Event, CuHandle Stream);
  CuResult (*cuEventSynchronize)(CuHandle Event);
  CuResult (*cuEventDestroy_v2)(CuHandle Event);
  CuResult (*cuModuleLoadData)(CuHandle *, const void *Image);
  CuResult (*cuModuleUnload)(CuHandle);
  CuResult (*cuModuleGetFunction)(CuHandle *, CuHandle Module,
                                  const char *Name);
  CuResult (*cuLaunchKernel)(CuHandle Function, unsigned GridX, unsigned GridY,
                             unsigned GridZ, unsigned BlockX, unsigned BlockY,
                             unsigned BlockZ, unsigned SharedBytes,
                             CuHandle Stream, void **Arguments, void **Extra);
};

} // namespace h3

#endif // H3RT_CUDADRIVER_H
