//===- CudaApi.h - Entry points of the simulated libcuda.so.1 ---*- C++ -*-===//
//
// Every call that a program can look up, under the name that the library
// exports. What is not here does not exist, so that a program finds out at
// once. CUDA's documentation says what each does; README.md says where the
// simulation is stricter.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUDA_CUDAAPI_H
#define SIMGPU_CUDA_CUDAAPI_H

#include "CudaTypes.h"

#define SIMGPU_API __attribute__((visibility("default")))

namespace simgpu {
extern "C" {

// Of the simulation: the report so far, and how many findings it holds. The
// first returns whether the file could be written.
SIMGPU_API int simgpuWriteReport(const char *Path);
SIMGPU_API uint64_t simgpuFindingCount();

// Errors, initialisation, lookup.
SIMGPU_API CUresult cuGetErrorName(CUresult, const char **);
SIMGPU_API CUresult cuGetErrorString(CUresult, const char **);
SIMGPU_API CUresult cuInit(unsigned);
SIMGPU_API CUresult cuDriverGetVersion(int *);
SIMGPU_API CUresult cuGetProcAddress_v2(const char *, void **, int, cuuint64_t,
                                        CUdriverProcAddressQueryResult *);

// Devices.
SIMGPU_API CUresult cuDeviceGet(CUdevice *, int);
SIMGPU_API CUresult cuDeviceGetCount(int *);
SIMGPU_API CUresult cuDeviceGetName(char *, int, CUdevice);
SIMGPU_API CUresult cuDeviceGetUuid_v2(CUuuid *, CUdevice);
SIMGPU_API CUresult cuDeviceTotalMem_v2(size_t *, CUdevice);
SIMGPU_API CUresult cuDeviceGetAttribute(int *, CUdevice_attribute, CUdevice);
SIMGPU_API CUresult cuDeviceGetPCIBusId(char *, int, CUdevice);
SIMGPU_API CUresult cuDeviceGetByPCIBusId(CUdevice *, const char *);
SIMGPU_API CUresult cuDeviceCanAccessPeer(int *, CUdevice, CUdevice);

// Contexts.
SIMGPU_API CUresult cuDevicePrimaryCtxRetain(CUcontext *, CUdevice);
SIMGPU_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice);
SIMGPU_API CUresult cuDevicePrimaryCtxReset_v2(CUdevice);
SIMGPU_API CUresult cuDevicePrimaryCtxSetFlags_v2(CUdevice, unsigned);
SIMGPU_API CUresult cuDevicePrimaryCtxGetState(CUdevice, unsigned *, int *);
SIMGPU_API CUresult cuCtxSetCurrent(CUcontext);
SIMGPU_API CUresult cuCtxGetCurrent(CUcontext *);
SIMGPU_API CUresult cuCtxPushCurrent_v2(CUcontext);
SIMGPU_API CUresult cuCtxPopCurrent_v2(CUcontext *);
SIMGPU_API CUresult cuCtxGetDevice(CUdevice *);
SIMGPU_API CUresult cuCtxGetFlags(unsigned *);
SIMGPU_API CUresult cuCtxGetApiVersion(CUcontext, unsigned *);
SIMGPU_API CUresult cuCtxGetLimit(size_t *, CUlimit);
SIMGPU_API CUresult cuCtxSetLimit(CUlimit, size_t);
SIMGPU_API CUresult cuCtxGetStreamPriorityRange(int *, int *);
SIMGPU_API CUresult cuCtxSynchronize();

// Modules, libraries, functions.
SIMGPU_API CUresult cuModuleLoad(CUmodule *, const char *);
SIMGPU_API CUresult cuModuleLoadData(CUmodule *, const void *);
SIMGPU_API CUresult cuModuleLoadDataEx(CUmodule *, const void *, unsigned,
                                       int *, void **);
SIMGPU_API CUresult cuModuleLoadFatBinary(CUmodule *, const void *);
SIMGPU_API CUresult cuModuleUnload(CUmodule);
SIMGPU_API CUresult cuModuleGetFunction(CUfunction *, CUmodule, const char *);
SIMGPU_API CUresult cuModuleGetFunctionCount(unsigned *, CUmodule);
SIMGPU_API CUresult cuModuleGetGlobal_v2(CUdeviceptr *, size_t *, CUmodule,
                                         const char *);
SIMGPU_API CUresult cuLibraryLoadData(CUlibrary *, const void *, int *, void **,
                                      unsigned, int *, void **, unsigned);
SIMGPU_API CUresult cuLibraryUnload(CUlibrary);
SIMGPU_API CUresult cuLibraryGetKernel(CUkernel *, CUlibrary, const char *);
SIMGPU_API CUresult cuLibraryGetKernelCount(unsigned *, CUlibrary);
SIMGPU_API CUresult cuLibraryGetModule(CUmodule *, CUlibrary);
SIMGPU_API CUresult cuLibraryGetGlobal(CUdeviceptr *, size_t *, CUlibrary,
                                       const char *);
SIMGPU_API CUresult cuKernelGetFunction(CUfunction *, CUkernel);
SIMGPU_API CUresult cuKernelGetName(const char **, CUkernel);
SIMGPU_API CUresult cuKernelGetAttribute(int *, CUfunction_attribute, CUkernel,
                                         CUdevice);
SIMGPU_API CUresult cuKernelSetAttribute(CUfunction_attribute, int, CUkernel,
                                         CUdevice);
SIMGPU_API CUresult cuFuncGetAttribute(int *, CUfunction_attribute, CUfunction);
SIMGPU_API CUresult cuFuncSetAttribute(CUfunction, CUfunction_attribute, int);
SIMGPU_API CUresult cuFuncSetCacheConfig(CUfunction, int);
SIMGPU_API CUresult cuFuncGetModule(CUmodule *, CUfunction);
SIMGPU_API CUresult cuFuncGetName(const char **, CUfunction);
SIMGPU_API CUresult cuFuncGetParamInfo(CUfunction, size_t, size_t *, size_t *);
SIMGPU_API CUresult cuFuncLoad(CUfunction);

// Memory.
SIMGPU_API CUresult cuMemGetInfo_v2(size_t *, size_t *);
SIMGPU_API CUresult cuMemAlloc_v2(CUdeviceptr *, size_t);
SIMGPU_API CUresult cuMemFree_v2(CUdeviceptr);
SIMGPU_API CUresult cuMemAllocAsync(CUdeviceptr *, size_t, CUstream);
SIMGPU_API CUresult cuMemFreeAsync(CUdeviceptr, CUstream);
SIMGPU_API CUresult cuMemGetAddressRange_v2(CUdeviceptr *, size_t *,
                                            CUdeviceptr);
SIMGPU_API CUresult cuMemAllocHost_v2(void **, size_t);
SIMGPU_API CUresult cuMemHostAlloc(void **, size_t, unsigned);
SIMGPU_API CUresult cuMemFreeHost(void *);
SIMGPU_API CUresult cuMemHostRegister_v2(void *, size_t, unsigned);
SIMGPU_API CUresult cuMemHostUnregister(void *);
SIMGPU_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *, void *,
                                                 unsigned);
SIMGPU_API CUresult cuMemHostGetFlags(unsigned *, void *);
SIMGPU_API CUresult cuMemAllocManaged(CUdeviceptr *, size_t, unsigned);
SIMGPU_API CUresult cuPointerGetAttribute(void *, CUpointer_attribute,
                                          CUdeviceptr);
SIMGPU_API CUresult cuPointerGetAttributes(unsigned, CUpointer_attribute *,
                                           void **, CUdeviceptr);

// Copies and fills.
SIMGPU_API CUresult cuMemcpy(CUdeviceptr, CUdeviceptr, size_t);
SIMGPU_API CUresult cuMemcpyAsync(CUdeviceptr, CUdeviceptr, size_t, CUstream);
SIMGPU_API CUresult cuMemcpyHtoD_v2(CUdeviceptr, const void *, size_t);
SIMGPU_API CUresult cuMemcpyDtoH_v2(void *, CUdeviceptr, size_t);
SIMGPU_API CUresult cuMemcpyDtoD_v2(CUdeviceptr, CUdeviceptr, size_t);
SIMGPU_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr, const void *, size_t,
                                         CUstream);
SIMGPU_API CUresult cuMemcpyDtoHAsync_v2(void *, CUdeviceptr, size_t, CUstream);
SIMGPU_API CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr, CUdeviceptr, size_t,
                                         CUstream);
SIMGPU_API CUresult cuMemsetD8_v2(CUdeviceptr, unsigned char, size_t);
SIMGPU_API CUresult cuMemsetD16_v2(CUdeviceptr, unsigned short, size_t);
SIMGPU_API CUresult cuMemsetD32_v2(CUdeviceptr, unsigned, size_t);
SIMGPU_API CUresult cuMemsetD8Async(CUdeviceptr, unsigned char, size_t,
                                    CUstream);
SIMGPU_API CUresult cuMemsetD16Async(CUdeviceptr, unsigned short, size_t,
                                     CUstream);
SIMGPU_API CUresult cuMemsetD32Async(CUdeviceptr, unsigned, size_t, CUstream);

// Streams and events.
SIMGPU_API CUresult cuStreamCreate(CUstream *, unsigned);
SIMGPU_API CUresult cuStreamCreateWithPriority(CUstream *, unsigned, int);
SIMGPU_API CUresult cuStreamGetPriority(CUstream, int *);
SIMGPU_API CUresult cuStreamGetFlags(CUstream, unsigned *);
SIMGPU_API CUresult cuStreamGetCtx(CUstream, CUcontext *);
SIMGPU_API CUresult cuStreamGetId(CUstream, unsigned long long *);
SIMGPU_API CUresult cuStreamSynchronize(CUstream);
SIMGPU_API CUresult cuStreamQuery(CUstream);
SIMGPU_API CUresult cuStreamWaitEvent(CUstream, CUevent, unsigned);
SIMGPU_API CUresult cuStreamAddCallback(CUstream, CUstreamCallback, void *,
                                        unsigned);
SIMGPU_API CUresult cuStreamDestroy_v2(CUstream);
SIMGPU_API CUresult cuEventCreate(CUevent *, unsigned);
SIMGPU_API CUresult cuEventRecord(CUevent, CUstream);
SIMGPU_API CUresult cuEventRecordWithFlags(CUevent, CUstream, unsigned);
SIMGPU_API CUresult cuEventQuery(CUevent);
SIMGPU_API CUresult cuEventSynchronize(CUevent);
SIMGPU_API CUresult cuEventElapsedTime(float *, CUevent, CUevent);
SIMGPU_API CUresult cuEventElapsedTime_v2(float *, CUevent, CUevent);
SIMGPU_API CUresult cuEventDestroy_v2(CUevent);

// Launches.
SIMGPU_API CUresult cuLaunchKernel(CUfunction, unsigned, unsigned, unsigned,
                                   unsigned, unsigned, unsigned, unsigned,
                                   CUstream, void **, void **);
SIMGPU_API CUresult cuLaunchKernelEx(const CUlaunchConfig *, CUfunction,
                                     void **, void **);
SIMGPU_API CUresult cuLaunchCooperativeKernel(CUfunction, unsigned, unsigned,
                                              unsigned, unsigned, unsigned,
                                              unsigned, unsigned, CUstream,
                                              void **);
SIMGPU_API CUresult cuLaunchHostFunc(CUstream, CUhostFn, void *);
SIMGPU_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *,
                                                                CUfunction, int,
                                                                size_t);
SIMGPU_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *, CUfunction, int, size_t, unsigned);
SIMGPU_API CUresult cuOccupancyMaxPotentialBlockSize(int *, int *, CUfunction,
                                                     CUoccupancyB2DSize, size_t,
                                                     int);

// Graphs.
SIMGPU_API CUresult cuStreamBeginCapture_v2(CUstream, CUstreamCaptureMode);
SIMGPU_API CUresult cuStreamEndCapture(CUstream, CUgraph *);
SIMGPU_API CUresult cuStreamIsCapturing(CUstream, CUstreamCaptureStatus *);
SIMGPU_API CUresult cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode *);
SIMGPU_API CUresult cuGraphGetNodes(CUgraph, CUgraphNode *, size_t *);
SIMGPU_API CUresult cuGraphNodeGetType(CUgraphNode, CUgraphNodeType *);
SIMGPU_API CUresult cuGraphKernelNodeGetParams_v2(CUgraphNode,
                                                  CUDA_KERNEL_NODE_PARAMS *);
SIMGPU_API CUresult cuGraphInstantiateWithFlags(CUgraphExec *, CUgraph,
                                                unsigned long long);
SIMGPU_API CUresult cuGraphUpload(CUgraphExec, CUstream);
SIMGPU_API CUresult cuGraphLaunch(CUgraphExec, CUstream);
SIMGPU_API CUresult cuGraphExecUpdate_v2(CUgraphExec, CUgraph,
                                         CUgraphExecUpdateResultInfo *);
SIMGPU_API CUresult cuGraphExecKernelNodeSetParams_v2(
    CUgraphExec, CUgraphNode, const CUDA_KERNEL_NODE_PARAMS *);
SIMGPU_API CUresult cuGraphExecDestroy(CUgraphExec);
SIMGPU_API CUresult cuGraphDestroy(CUgraph);

} // extern "C"
} // namespace simgpu

#endif // SIMGPU_CUDA_CUDAAPI_H
