//===- CudaDriver.cpp - NVIDIA's driver, loaded at run time ---------------===//

#include "CudaDriver.h"

#include <dlfcn.h>

using namespace h3;

Expected<CudaDriver> CudaDriver::load(const std::string &Path) {
  std::string Name = Path.empty() ? "libcuda.so.1" : Path;
  // Never closed: the driver has threads of its own.
  void *Library = dlopen(Name.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!Library) {
    const char *Reason = dlerror();
    return Error::resources(
        "no NVIDIA driver: " + std::string(Reason ? Reason : Name) +
        (Path.empty() ? "; install the driver, or run on the simulated GPU "
                        "with --device sim"
                      : ""));
  }
  CudaDriver Driver;
  const char *Missing = nullptr;
  auto Find = [&](auto &Function, const char *Symbol) {
    void *Address = dlsym(Library, Symbol);
    if (!Address && !Missing)
      Missing = Symbol;
    Function = reinterpret_cast<std::decay_t<decltype(Function)>>(Address);
  };
#define H3RT_FIND(FUNCTION) Find(Driver.FUNCTION, #FUNCTION)
  H3RT_FIND(cuInit);
  H3RT_FIND(cuDriverGetVersion);
  H3RT_FIND(cuGetErrorName);
  H3RT_FIND(cuGetErrorString);
  H3RT_FIND(cuDeviceGetCount);
  H3RT_FIND(cuDeviceGet);
  H3RT_FIND(cuDeviceGetAttribute);
  H3RT_FIND(cuDevicePrimaryCtxRetain);
  H3RT_FIND(cuDevicePrimaryCtxRelease_v2);
  H3RT_FIND(cuCtxSetCurrent);
  H3RT_FIND(cuMemGetInfo_v2);
  H3RT_FIND(cuMemAlloc_v2);
  H3RT_FIND(cuMemFree_v2);
  H3RT_FIND(cuMemHostAlloc);
  H3RT_FIND(cuMemFreeHost);
  H3RT_FIND(cuMemsetD8Async);
  H3RT_FIND(cuMemcpyHtoDAsync_v2);
  H3RT_FIND(cuMemcpyDtoHAsync_v2);
  H3RT_FIND(cuMemcpyDtoDAsync_v2);
  H3RT_FIND(cuStreamCreate);
  H3RT_FIND(cuStreamSynchronize);
  H3RT_FIND(cuStreamDestroy_v2);
  H3RT_FIND(cuStreamBeginCapture_v2);
  H3RT_FIND(cuStreamEndCapture);
  H3RT_FIND(cuGraphInstantiateWithFlags);
  H3RT_FIND(cuGraphLaunch);
  H3RT_FIND(cuGraphDestroy);
  H3RT_FIND(cuGraphExecDestroy);
  H3RT_FIND(cuEventCreate);
  H3RT_FIND(cuEventRecord);
  H3RT_FIND(cuEventSynchronize);
  H3RT_FIND(cuEventDestroy_v2);
  H3RT_FIND(cuModuleLoadData);
  H3RT_FIND(cuModuleUnload);
  H3RT_FIND(cuModuleGetFunction);
  H3RT_FIND(cuLaunchKernel);
#undef H3RT_FIND
  if (Missing)
    return Error::resources("the NVIDIA driver " + Name + " has no " + Missing +
                            ", it is too old; install a newer one");
  Dl_info Info;
  if (!Path.empty() && dladdr(reinterpret_cast<void *>(Driver.cuInit), &Info)) {
    std::string File = Info.dli_fname;
    Driver.Folder = File.substr(0, File.rfind('/') + 1);
  }
  return Driver;
}

Error CudaDriver::check(CuResult Result, const char *Call,
                        const std::string &What) const {
  if (Result == 0)
    return Error::success();
  const char *Name = nullptr, *Text = nullptr;
  cuGetErrorName(Result, &Name);
  cuGetErrorString(Result, &Text);
  return Error::resources(What + ": " + Call + " failed with " +
                          (Name ? Name : std::to_string(Result)) +
                          (Text ? std::string(" (") + Text + ")" : ""));
}
