//===- CudaContext.cpp - An NVIDIA GPU that is in use ---------------------===//

#include "CudaContext.h"

using namespace h3;

static std::string describeVersion(uint64_t Version) {
  return std::to_string(Version / 1000) + "." +
         std::to_string(Version % 1000 / 10);
}

Expected<std::shared_ptr<CudaContext>>
CudaContext::open(const std::string &Path, int Ordinal, uint64_t LeastVersion) {
  Expected<CudaDriver> Loaded = CudaDriver::load(Path);
  if (!Loaded)
    return Loaded.takeError();
  auto Result = std::make_shared<CudaContext>();
  Result->Driver = *Loaded;
  const CudaDriver &Driver = Result->Driver;
  const char *const Purpose = "the NVIDIA driver";
  int Version = 0;
  if (Error Err = Driver.check(Driver.cuDriverGetVersion(&Version),
                               "cuDriverGetVersion", Purpose))
    return Err;
  if (uint64_t(Version) < LeastVersion)
    return Error::resources(
        "the NVIDIA driver is for CUDA " + describeVersion(Version) +
        ", but the program was compiled with a toolkit that needs " +
        describeVersion(LeastVersion) +
        "; install a newer driver, or compile with an older toolkit");
  constexpr CuResult NoDevice = 100; // CUDA_ERROR_NO_DEVICE
  CuResult Started = Driver.cuInit(0);
  int Count = 0;
  if (Started != NoDevice) {
    if (Error Err = Driver.check(Started, "cuInit", Purpose))
      return Err;
    if (Error Err = Driver.check(Driver.cuDeviceGetCount(&Count),
                                 "cuDeviceGetCount", Purpose))
      return Err;
  }
  if (Count == 0)
    return Error::resources(
        "no NVIDIA GPU: the driver finds none; look at nvidia-smi and "
        "CUDA_VISIBLE_DEVICES, or run on the simulated GPU with --device sim");
  if (Ordinal >= Count)
    return Error::invalid("--device: the machine has " + std::to_string(Count) +
                          " GPUs, found cuda:" + std::to_string(Ordinal));
  std::string What = "GPU " + std::to_string(Ordinal);
  if (Error Err = Driver.check(Driver.cuDeviceGet(&Result->Device, Ordinal),
                               "cuDeviceGet", What))
    return Err;
  CuHandle Primary = nullptr;
  if (Error Err = Driver.check(
          Driver.cuDevicePrimaryCtxRetain(&Primary, Result->Device),
          "cuDevicePrimaryCtxRetain", What))
    return Err;
  Result->IsRetained = true;
  if (Error Err = Driver.check(Driver.cuCtxSetCurrent(Primary),
                               "cuCtxSetCurrent", What))
    return Err;
  constexpr unsigned NonBlocking = 1;
  if (Error Err =
          Driver.check(Driver.cuStreamCreate(&Result->Stream, NonBlocking),
                       "cuStreamCreate", What))
    return Err;
  return Result;
}

CudaContext::~CudaContext() {
  if (Stream)
    Driver.cuStreamDestroy_v2(Stream);
  if (IsRetained)
    Driver.cuDevicePrimaryCtxRelease_v2(Device);
}
