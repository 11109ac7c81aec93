//===- ErrorNames.cpp - Errors, initialisation, lookup --------------------===//

#include "Driver.h"

#include <cstring>
#include <string_view>

using namespace simgpu;

namespace {
struct ErrorName {
  CUresult Code;
  const char *Name, *Text;
};
} // namespace

#define SIMGPU_ERROR(Name, Text) {Name, #Name, Text}
static const ErrorName ErrorNames[] = {
    SIMGPU_ERROR(CUDA_SUCCESS, "no error"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_VALUE, "invalid argument"),
    SIMGPU_ERROR(CUDA_ERROR_OUT_OF_MEMORY, "out of memory"),
    SIMGPU_ERROR(CUDA_ERROR_NOT_INITIALIZED, "cuInit has not been called"),
    SIMGPU_ERROR(CUDA_ERROR_DEINITIALIZED, "the driver is shutting down"),
    SIMGPU_ERROR(CUDA_ERROR_NO_DEVICE, "no device"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_DEVICE, "no such device"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_IMAGE, "not a device image"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_CONTEXT, "no context is current"),
    SIMGPU_ERROR(CUDA_ERROR_NO_BINARY_FOR_GPU,
                 "the image holds nothing that this device can run"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_PTX, "the PTX cannot be compiled"),
    SIMGPU_ERROR(CUDA_ERROR_FILE_NOT_FOUND, "file not found"),
    SIMGPU_ERROR(CUDA_ERROR_INVALID_HANDLE, "not a live handle"),
    SIMGPU_ERROR(CUDA_ERROR_ILLEGAL_STATE, "not possible in this state"),
    SIMGPU_ERROR(CUDA_ERROR_NOT_FOUND, "no such name"),
    SIMGPU_ERROR(CUDA_ERROR_NOT_READY, "not done yet"),
    SIMGPU_ERROR(CUDA_ERROR_ILLEGAL_ADDRESS,
                 "an illegal memory access was encountered"),
    SIMGPU_ERROR(CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
                 "the launch needs more than the device has"),
    SIMGPU_ERROR(CUDA_ERROR_LAUNCH_TIMEOUT, "the launch did not end"),
    SIMGPU_ERROR(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the context is destroyed"),
    SIMGPU_ERROR(CUDA_ERROR_ASSERT, "an assertion on the device failed"),
    SIMGPU_ERROR(CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
                 "host memory is already registered"),
    SIMGPU_ERROR(CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
                 "host memory is not registered"),
    SIMGPU_ERROR(CUDA_ERROR_ILLEGAL_INSTRUCTION,
                 "an illegal instruction was encountered"),
    SIMGPU_ERROR(CUDA_ERROR_MISALIGNED_ADDRESS, "misaligned address"),
    SIMGPU_ERROR(CUDA_ERROR_LAUNCH_FAILED, "the launch failed"),
    SIMGPU_ERROR(CUDA_ERROR_NOT_PERMITTED, "not permitted here"),
    SIMGPU_ERROR(CUDA_ERROR_NOT_SUPPORTED, "not supported"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
                 "not permitted while a stream is captured"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
                 "an earlier error ended the capture"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_MERGE,
                 "two captures would be merged"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_UNMATCHED,
                 "the capture did not begin on this stream"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
                 "a captured stream was not joined to the first one"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
                 "a captured stream waits for work outside of the capture"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
                 "the default stream would wait for a captured stream"),
    SIMGPU_ERROR(CUDA_ERROR_CAPTURED_EVENT,
                 "the event was recorded in a capture"),
    SIMGPU_ERROR(CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
                 "the capture began on another thread"),
    SIMGPU_ERROR(CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE,
                 "the graph differs in more than parameters"),
    SIMGPU_ERROR(CUDA_ERROR_UNKNOWN, "unknown error")};
#undef SIMGPU_ERROR

static CUresult describe(CUresult Code, const char **To,
                         const char *ErrorName::*Member) {
  if (!To)
    return CUDA_ERROR_INVALID_VALUE;
  for (const ErrorName &E : ErrorNames)
    if (E.Code == Code) {
      *To = E.*Member;
      return CUDA_SUCCESS;
    }
  *To = nullptr;
  return CUDA_ERROR_INVALID_VALUE;
}

CUresult simgpu::cuGetErrorName(CUresult Code, const char **Name) {
  return describe(Code, Name, &ErrorName::Name);
}

CUresult simgpu::cuGetErrorString(CUresult Code, const char **Text) {
  return describe(Code, Text, &ErrorName::Text);
}

CUresult simgpu::cuInit(unsigned Flags) {
  return enter(Needs::Nothing, [&](Driver &D) {
    return Flags ? CUDA_ERROR_INVALID_VALUE : D.initialise();
  });
}

CUresult simgpu::cuDriverGetVersion(int *Version) {
  if (!Version)
    return CUDA_ERROR_INVALID_VALUE;
  *Version = 13000;
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Lookup
//===----------------------------------------------------------------------===//

namespace {
struct EntryPoint {
  const char *Name; ///< as exported, with its version
  void *Address;
};
} // namespace

#define SIMGPU_ENTRY(Name) {#Name, reinterpret_cast<void *>(&Name)}
static const EntryPoint EntryPoints[] = {
    SIMGPU_ENTRY(cuGetErrorName),
    SIMGPU_ENTRY(cuGetErrorString),
    SIMGPU_ENTRY(cuInit),
    SIMGPU_ENTRY(cuDriverGetVersion),
    SIMGPU_ENTRY(cuGetProcAddress_v2),
    SIMGPU_ENTRY(cuDeviceGet),
    SIMGPU_ENTRY(cuDeviceGetCount),
    SIMGPU_ENTRY(cuDeviceGetName),
    SIMGPU_ENTRY(cuDeviceGetUuid_v2),
    SIMGPU_ENTRY(cuDeviceTotalMem_v2),
    SIMGPU_ENTRY(cuDeviceGetAttribute),
    SIMGPU_ENTRY(cuDeviceGetPCIBusId),
    SIMGPU_ENTRY(cuDeviceGetByPCIBusId),
    SIMGPU_ENTRY(cuDeviceCanAccessPeer),
    SIMGPU_ENTRY(cuDevicePrimaryCtxRetain),
    SIMGPU_ENTRY(cuDevicePrimaryCtxRelease_v2),
    SIMGPU_ENTRY(cuDevicePrimaryCtxReset_v2),
    SIMGPU_ENTRY(cuDevicePrimaryCtxSetFlags_v2),
    SIMGPU_ENTRY(cuDevicePrimaryCtxGetState),
    SIMGPU_ENTRY(cuCtxSetCurrent),
    SIMGPU_ENTRY(cuCtxGetCurrent),
    SIMGPU_ENTRY(cuCtxPushCurrent_v2),
    SIMGPU_ENTRY(cuCtxPopCurrent_v2),
    SIMGPU_ENTRY(cuCtxGetDevice),
    SIMGPU_ENTRY(cuCtxGetFlags),
    SIMGPU_ENTRY(cuCtxGetApiVersion),
    SIMGPU_ENTRY(cuCtxGetLimit),
    SIMGPU_ENTRY(cuCtxSetLimit),
    SIMGPU_ENTRY(cuCtxGetStreamPriorityRange),
    SIMGPU_ENTRY(cuCtxSynchronize),
    SIMGPU_ENTRY(cuModuleLoad),
    SIMGPU_ENTRY(cuModuleLoadData),
    SIMGPU_ENTRY(cuModuleLoadDataEx),
    SIMGPU_ENTRY(cuModuleLoadFatBinary),
    SIMGPU_ENTRY(cuModuleUnload),
    SIMGPU_ENTRY(cuModuleGetFunction),
    SIMGPU_ENTRY(cuModuleGetFunctionCount),
    SIMGPU_ENTRY(cuModuleGetGlobal_v2),
    SIMGPU_ENTRY(cuLibraryLoadData),
    SIMGPU_ENTRY(cuLibraryUnload),
    SIMGPU_ENTRY(cuLibraryGetKernel),
    SIMGPU_ENTRY(cuLibraryGetKernelCount),
    SIMGPU_ENTRY(cuLibraryGetModule),
    SIMGPU_ENTRY(cuLibraryGetGlobal),
    SIMGPU_ENTRY(cuKernelGetFunction),
    SIMGPU_ENTRY(cuKernelGetName),
    SIMGPU_ENTRY(cuKernelGetAttribute),
    SIMGPU_ENTRY(cuKernelSetAttribute),
    SIMGPU_ENTRY(cuFuncGetAttribute),
    SIMGPU_ENTRY(cuFuncSetAttribute),
    SIMGPU_ENTRY(cuFuncSetCacheConfig),
    SIMGPU_ENTRY(cuFuncGetModule),
    SIMGPU_ENTRY(cuFuncGetName),
    SIMGPU_ENTRY(cuFuncGetParamInfo),
    SIMGPU_ENTRY(cuFuncLoad),
    SIMGPU_ENTRY(cuMemGetInfo_v2),
    SIMGPU_ENTRY(cuMemAlloc_v2),
    SIMGPU_ENTRY(cuMemFree_v2),
    SIMGPU_ENTRY(cuMemAllocAsync),
    SIMGPU_ENTRY(cuMemFreeAsync),
    SIMGPU_ENTRY(cuMemGetAddressRange_v2),
    SIMGPU_ENTRY(cuMemAllocHost_v2),
    SIMGPU_ENTRY(cuMemHostAlloc),
    SIMGPU_ENTRY(cuMemFreeHost),
    SIMGPU_ENTRY(cuMemHostRegister_v2),
    SIMGPU_ENTRY(cuMemHostUnregister),
    SIMGPU_ENTRY(cuMemHostGetDevicePointer_v2),
    SIMGPU_ENTRY(cuMemHostGetFlags),
    SIMGPU_ENTRY(cuMemAllocManaged),
    SIMGPU_ENTRY(cuPointerGetAttribute),
    SIMGPU_ENTRY(cuPointerGetAttributes),
    SIMGPU_ENTRY(cuMemcpy),
    SIMGPU_ENTRY(cuMemcpyAsync),
    SIMGPU_ENTRY(cuMemcpyHtoD_v2),
    SIMGPU_ENTRY(cuMemcpyDtoH_v2),
    SIMGPU_ENTRY(cuMemcpyDtoD_v2),
    SIMGPU_ENTRY(cuMemcpyHtoDAsync_v2),
    SIMGPU_ENTRY(cuMemcpyDtoHAsync_v2),
    SIMGPU_ENTRY(cuMemcpyDtoDAsync_v2),
    SIMGPU_ENTRY(cuMemsetD8_v2),
    SIMGPU_ENTRY(cuMemsetD16_v2),
    SIMGPU_ENTRY(cuMemsetD32_v2),
    SIMGPU_ENTRY(cuMemsetD8Async),
    SIMGPU_ENTRY(cuMemsetD16Async),
    SIMGPU_ENTRY(cuMemsetD32Async),
    SIMGPU_ENTRY(cuStreamCreate),
    SIMGPU_ENTRY(cuStreamCreateWithPriority),
    SIMGPU_ENTRY(cuStreamGetPriority),
    SIMGPU_ENTRY(cuStreamGetFlags),
    SIMGPU_ENTRY(cuStreamGetCtx),
    SIMGPU_ENTRY(cuStreamGetId),
    SIMGPU_ENTRY(cuStreamSynchronize),
    SIMGPU_ENTRY(cuStreamQuery),
    SIMGPU_ENTRY(cuStreamWaitEvent),
    SIMGPU_ENTRY(cuStreamAddCallback),
    SIMGPU_ENTRY(cuStreamDestroy_v2),
    SIMGPU_ENTRY(cuEventCreate),
    SIMGPU_ENTRY(cuEventRecord),
    SIMGPU_ENTRY(cuEventRecordWithFlags),
    SIMGPU_ENTRY(cuEventQuery),
    SIMGPU_ENTRY(cuEventSynchronize),
    SIMGPU_ENTRY(cuEventElapsedTime),
    SIMGPU_ENTRY(cuEventElapsedTime_v2),
    SIMGPU_ENTRY(cuEventDestroy_v2),
    SIMGPU_ENTRY(cuLaunchKernel),
    SIMGPU_ENTRY(cuLaunchKernelEx),
    SIMGPU_ENTRY(cuLaunchCooperativeKernel),
    SIMGPU_ENTRY(cuLaunchHostFunc),
    SIMGPU_ENTRY(cuOccupancyMaxActiveBlocksPerMultiprocessor),
    SIMGPU_ENTRY(cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags),
    SIMGPU_ENTRY(cuOccupancyMaxPotentialBlockSize),
    SIMGPU_ENTRY(cuStreamBeginCapture_v2),
    SIMGPU_ENTRY(cuStreamEndCapture),
    SIMGPU_ENTRY(cuStreamIsCapturing),
    SIMGPU_ENTRY(cuThreadExchangeStreamCaptureMode),
    SIMGPU_ENTRY(cuGraphGetNodes),
    SIMGPU_ENTRY(cuGraphNodeGetType),
    SIMGPU_ENTRY(cuGraphKernelNodeGetParams_v2),
    SIMGPU_ENTRY(cuGraphInstantiateWithFlags),
    SIMGPU_ENTRY(cuGraphUpload),
    SIMGPU_ENTRY(cuGraphLaunch),
    SIMGPU_ENTRY(cuGraphExecUpdate_v2),
    SIMGPU_ENTRY(cuGraphExecKernelNodeSetParams_v2),
    SIMGPU_ENTRY(cuGraphExecDestroy),
    SIMGPU_ENTRY(cuGraphDestroy)};
#undef SIMGPU_ENTRY

/// Programs ask for a name without its version; cuGraphInstantiate is the one
/// whose newest form is called otherwise.
static bool names(std::string_view Exported, std::string_view Wanted) {
  if (Exported == Wanted)
    return true;
  if (Wanted == "cuGraphInstantiate")
    return Exported == "cuGraphInstantiateWithFlags";
  size_t Version = Exported.rfind("_v");
  return Version != std::string_view::npos &&
         Exported.substr(0, Version) == Wanted;
}

CUresult simgpu::cuGetProcAddress_v2(const char *Symbol, void **Function, int,
                                     cuuint64_t Flags,
                                     CUdriverProcAddressQueryResult *Status) {
  if (!Symbol || !Function)
    return CUDA_ERROR_INVALID_VALUE;
  *Function = nullptr;
  return enter(Needs::Nothing, [&](Driver &D) {
    // Forms whose null stream is the thread's own do not exist here.
    if (!(Flags & CU_GET_PROC_ADDRESS_PER_THREAD_DEFAULT_STREAM))
      for (const EntryPoint &E : EntryPoints)
        if (names(E.Name, Symbol))
          *Function = E.Address;
    if (Status)
      *Status = *Function ? CU_GET_PROC_ADDRESS_SUCCESS
                          : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
    if (*Function)
      return CUDA_SUCCESS;
    D.Found.addUnsupported(Symbol);
    return CUDA_ERROR_NOT_FOUND;
  });
}
