//===- CudaDevice.cpp - Models that run on NVIDIA GPUs --------------------===//
//
// Everything goes to one stream, in order: the inputs of a step, its kernels,
// the logits on their way back. The host waits once, for the logits.
//
//===----------------------------------------------------------------------===//

#include "CudaBlas.h"
#include "CudaDriver.h"
#include "Device.h"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <vector>

using namespace h3;

namespace {

/// What all parts of a device share.
struct CudaContext {
  CudaDriver Driver;
  CuDevice Device = 0;
  CuHandle Stream = nullptr;
  bool IsRetained = false;

  Error wait(const std::string &What) const {
    return Driver.check(Driver.cuStreamSynchronize(Stream),
                        "cuStreamSynchronize", What);
  }
  ~CudaContext() {
    if (Stream)
      Driver.cuStreamDestroy_v2(Stream);
    if (IsRetained)
      Driver.cuDevicePrimaryCtxRelease_v2(Device);
  }
};

class CudaMemory final : public DeviceMemory {
public:
  static Expected<std::unique_ptr<CudaMemory>>
  create(std::shared_ptr<CudaContext> Context, uint64_t Bytes,
         const char *Purpose) {
    std::unique_ptr<CudaMemory> Result(new CudaMemory(Context, Purpose));
    if (Bytes == 0)
      return Result;
    const CudaDriver &Driver = Context->Driver;
    size_t Free = 0, Total = 0;
    Driver.cuMemGetInfo_v2(&Free, &Total);
    if (Free < Bytes)
      return Error::resources(
          "the GPU has " + std::to_string(Free) + " bytes free of " +
          std::to_string(Total) + ", but the " + Purpose + " needs " +
          std::to_string(Bytes) + ": " + std::to_string(Bytes - Free) +
          " bytes are missing; compile with fewer --max-sequences or a "
          "smaller --max-context");
    if (Error Err = Result->check(Driver.cuMemAlloc_v2(&Result->Address, Bytes),
                                  "cuMemAlloc"))
      return Err;
    Result->Bytes = Bytes;
    return Result;
  }
  ~CudaMemory() override {
    if (Address)
      Context->Driver.cuMemFree_v2(Address);
  }

  void *address() const override { return reinterpret_cast<void *>(Address); }
  uint64_t size() const override { return Bytes; }

  Error clear(uint64_t Offset, uint64_t Length) override {
    if (Length == 0)
      return Error::success();
    return check(Context->Driver.cuMemsetD8Async(Address + Offset, 0, Length,
                                                 Context->Stream),
                 "cuMemsetD8Async");
  }
  Error copy(uint64_t To, uint64_t From, uint64_t Length) override {
    if (Length == 0)
      return Error::success();
    return check(Context->Driver.cuMemcpyDtoDAsync_v2(
                     Address + To, Address + From, Length, Context->Stream),
                 "cuMemcpyDtoDAsync");
  }
  Error read(uint64_t From, void *To, uint64_t Length) const override {
    if (Length == 0)
      return Error::success();
    if (Error Err = check(Context->Driver.cuMemcpyDtoHAsync_v2(
                              To, Address + From, Length, Context->Stream),
                          "cuMemcpyDtoHAsync"))
      return Err;
    return Context->wait(Purpose);
  }
  Error write(uint64_t To, const void *From, uint64_t Length) override {
    if (Length == 0)
      return Error::success();
    if (Error Err = check(Context->Driver.cuMemcpyHtoDAsync_v2(
                              Address + To, From, Length, Context->Stream),
                          "cuMemcpyHtoDAsync"))
      return Err;
    return Context->wait(Purpose);
  }

private:
  CudaMemory(std::shared_ptr<CudaContext> Context, const char *Purpose)
      : Context(std::move(Context)), Purpose(Purpose) {}
  Error check(CuResult Result, const char *Call) const {
    return Context->Driver.check(Result, Call, Purpose);
  }

  std::shared_ptr<CudaContext> Context;
  std::string Purpose;
  CuAddress Address = 0;
  uint64_t Bytes = 0;
};

class CudaDevice final : public Device {
public:
  static Expected<std::unique_ptr<Device>>
  create(const H3Model &Model, const std::string &Path, int Ordinal);
  ~CudaDevice() override {
    Weights.reset();
    Inputs.reset();
    Logits.reset();
    Blas.reset();
    Workspace.reset();
    if (Staging)
      Context->Driver.cuMemFreeHost(Staging);
    if (Module)
      Context->Driver.cuModuleUnload(Module);
  }

  Expected<std::unique_ptr<DeviceMemory>>
  allocate(uint64_t Bytes, const char *Purpose) override {
    auto Memory = CudaMemory::create(Context, Bytes, Purpose);
    if (!Memory)
      return Memory.takeError();
    if (Error Err = (*Memory)->clear(0, Bytes))
      return Err;
    return std::unique_ptr<DeviceMemory>(std::move(*Memory));
  }
  Expected<void *> place(const void *Data, uint64_t Bytes) override;
  Error step(const H3StepArgs &Args) override;

  void launch(int64_t Kernel, int64_t GridX, int64_t GridY, int64_t Threads,
              const int64_t *Arguments, int64_t Count);
  void multiply(const DenseLayer &Layer);

private:
  CudaDevice(const H3Model &Model, std::shared_ptr<CudaContext> Context)
      : Model(Model), Context(std::move(Context)) {}
  Error check(CuResult Result, const char *Call, const std::string &What) {
    return Context->Driver.check(Result, Call, What);
  }
  Error open(int Ordinal);
  Error openBlas();
  Error reserve(uint64_t InputBytes);

  const H3Model &Model;
  std::shared_ptr<CudaContext> Context;
  CuHandle Module = nullptr;
  std::vector<CuHandle> Kernels;         ///< by number
  std::unique_ptr<CudaMemory> Weights;   ///< bytes [weights_bytes]
  std::unique_ptr<CudaMemory> Inputs;    ///< the integers of a step
  std::unique_ptr<CudaMemory> Logits;    ///< float [rows, padded vocabulary]
  std::unique_ptr<CudaMemory> Workspace; ///< of cuBLASLt
  std::unique_ptr<CudaBlas> Blas;        ///< null: not needed
  char *Staging =
      nullptr; ///< pinned, as large as Inputs, or a piece of weights
  Error Failure = Error::success(); ///< of the first launch that failed
};

constexpr uint64_t StagingBytes = 16 << 20;

} // namespace

Error CudaDevice::open(int Ordinal) {
  const CudaDriver &Driver = Context->Driver;
  if (Error Err = check(Driver.cuInit(0), "cuInit", "the NVIDIA driver"))
    return Err;
  int Count = 0;
  if (Error Err = check(Driver.cuDeviceGetCount(&Count), "cuDeviceGetCount",
                        "the NVIDIA driver"))
    return Err;
  if (Ordinal >= Count)
    return Error::invalid("--device: the machine has " + std::to_string(Count) +
                          " GPUs, found cuda:" + std::to_string(Ordinal));
  std::string What = "GPU " + std::to_string(Ordinal);
  if (Error Err = check(Driver.cuDeviceGet(&Context->Device, Ordinal),
                        "cuDeviceGet", What))
    return Err;
  CuHandle Primary = nullptr;
  if (Error Err =
          check(Driver.cuDevicePrimaryCtxRetain(&Primary, Context->Device),
                "cuDevicePrimaryCtxRetain", What))
    return Err;
  Context->IsRetained = true;
  if (Error Err =
          check(Driver.cuCtxSetCurrent(Primary), "cuCtxSetCurrent", What))
    return Err;
  constexpr unsigned NonBlocking = 1;
  if (Error Err = check(Driver.cuStreamCreate(&Context->Stream, NonBlocking),
                        "cuStreamCreate", What))
    return Err;
  constexpr CuResult NoBinary = 209; // CUDA_ERROR_NO_BINARY_FOR_GPU
  CuResult Loaded = Driver.cuModuleLoadData(&Module, Model.image);
  if (Loaded == NoBinary)
    return Error::invalid("the program has no code for this GPU; compile it "
                          "again with --cuda-arch for it");
  if (Error Err = check(Loaded, "cuModuleLoadData", "the kernels"))
    return Err;
  Kernels.resize(Model.kernel_count);
  for (uint64_t I = 0; I < Model.kernel_count; ++I)
    if (Error Err = check(
            Driver.cuModuleGetFunction(&Kernels[I], Module, Model.kernels[I]),
            "cuModuleGetFunction", "kernel " + std::string(Model.kernels[I])))
      return Err;
  void *Pinned = nullptr;
  if (Error Err = check(Driver.cuMemHostAlloc(&Pinned, StagingBytes, 0),
                        "cuMemHostAlloc", "the buffer for copies"))
    return Err;
  Staging = static_cast<char *>(Pinned);
  auto LogitsMemory = CudaMemory::create(
      Context, uint64_t(Model.max_tokens) * Model.padded_vocab * sizeof(float),
      "logits");
  if (!LogitsMemory)
    return LogitsMemory.takeError();
  Logits = std::move(*LogitsMemory);
  // Five arrays of a number for each token at most, and one more number.
  auto InputMemory = CudaMemory::create(
      Context, 6 * (uint64_t(Model.max_tokens) + 16) * sizeof(int32_t),
      "inputs of a step");
  if (!InputMemory)
    return InputMemory.takeError();
  Inputs = std::move(*InputMemory);
  return Error::success();
}

Error CudaDevice::openBlas() {
  auto Memory =
      CudaMemory::create(Context, Model.library_bytes, "workspace of cuBLASLt");
  if (!Memory)
    return Memory.takeError();
  Workspace = std::move(*Memory);
  auto Loaded = CudaBlas::load(
      Context->Driver.Folder, reinterpret_cast<CuAddress>(Workspace->address()),
      Workspace->size());
  if (!Loaded)
    return Loaded.takeError();
  Blas = std::move(*Loaded);
  return Error::success();
}

Expected<std::unique_ptr<Device>>
CudaDevice::create(const H3Model &Model, const std::string &Path, int Ordinal) {
  Expected<CudaDriver> Driver = CudaDriver::load(Path);
  if (!Driver)
    return Driver.takeError();
  auto Context = std::make_shared<CudaContext>();
  Context->Driver = *Driver;
  std::unique_ptr<CudaDevice> Result(new CudaDevice(Model, Context));
  if (Error Err = Result->open(Ordinal))
    return Err;
  if (Model.library_bytes != 0)
    if (Error Err = Result->openBlas())
      return Err;
  return std::unique_ptr<Device>(std::move(Result));
}

Expected<void *> CudaDevice::place(const void *Data, uint64_t Bytes) {
  auto Memory = CudaMemory::create(Context, Bytes, "weights");
  if (!Memory)
    return Memory.takeError();
  Weights = std::move(*Memory);
  for (uint64_t Done = 0; Done < Bytes; Done += StagingBytes) {
    uint64_t Piece = std::min(StagingBytes, Bytes - Done);
    std::memcpy(Staging, static_cast<const char *>(Data) + Done, Piece);
    if (Error Err = Weights->write(Done, Staging, Piece))
      return Err;
  }
  return Weights->address();
}

Error CudaDevice::step(const H3StepArgs &Args) {
  const CudaDriver &Driver = Context->Driver;
  H3StepArgs OnDevice = Args;
  // All integers go over in one copy.
  uint64_t Used = 0;
  for (H3Buffer *Buffer :
       {&OnDevice.tokens, &OnDevice.sequences, &OnDevice.starts,
        &OnDevice.slots, &OnDevice.positions, &OnDevice.rows}) {
    uint64_t Bytes = uint64_t(Buffer->size) * sizeof(int32_t);
    if (Bytes != 0)
      std::memcpy(Staging + Used, Buffer->data, Bytes);
    Buffer->data = static_cast<char *>(Inputs->address()) + Used;
    Buffer->allocated = Buffer->data;
    Used += (Bytes + 15) / 16 * 16;
  }
  if (Error Err = check(Driver.cuMemcpyHtoDAsync_v2(
                            reinterpret_cast<CuAddress>(Inputs->address()),
                            Staging, Used, Context->Stream),
                        "cuMemcpyHtoDAsync", "inputs of a step"))
    return Err;
  OnDevice.logits.data = OnDevice.logits.allocated = Logits->address();
  Failure = Error::success();
  Model.step(&OnDevice, reinterpret_cast<H3Team *>(this), 0, 1);
  if (Failure)
    return std::exchange(Failure, Error::success());
  uint64_t LogitsBytes = uint64_t(Args.logits.size) * sizeof(float);
  if (LogitsBytes != 0)
    return Logits->read(0, Args.logits.data, LogitsBytes);
  return Context->wait("a step");
}

void CudaDevice::launch(int64_t Kernel, int64_t GridX, int64_t GridY,
                        int64_t Threads, const int64_t *Arguments,
                        int64_t Count) {
  // A step without rows of logits has nothing to gather for them.
  if (Failure || GridX == 0 || GridY == 0)
    return;
  std::vector<void *> Pointers(Count);
  for (int64_t I = 0; I < Count; ++I)
    Pointers[I] = const_cast<int64_t *>(Arguments + I);
  CuResult Result = Context->Driver.cuLaunchKernel(
      Kernels[Kernel], GridX, GridY, 1, Threads, 1, 1, 0, Context->Stream,
      Pointers.data(), nullptr);
  Failure = check(Result, "cuLaunchKernel",
                  "kernel " + std::string(Model.kernels[Kernel]));
}

void CudaDevice::multiply(const DenseLayer &Layer) {
  if (!Failure && Layer.Rows != 0)
    Failure = Blas->run(Layer, Context->Stream);
}

extern "C" void h3rt_linear(H3Team *Team, int64_t Type, int64_t Rows,
                            int64_t Features, int64_t Inputs, int64_t Input,
                            int64_t Weight, int64_t Bias, int64_t Output,
                            int64_t Flags) {
  auto At = [](int64_t Address) { return static_cast<CuAddress>(Address); };
  reinterpret_cast<CudaDevice *>(Team)->multiply({Type, Rows, Features, Inputs,
                                                  At(Input), At(Weight),
                                                  At(Bias), At(Output), Flags});
}

extern "C" void h3rt_launch(H3Team *Team, int64_t Kernel, int64_t GridX,
                            int64_t GridY, int64_t Threads,
                            const int64_t *Arguments, int64_t Count) {
  reinterpret_cast<CudaDevice *>(Team)->launch(Kernel, GridX, GridY, Threads,
                                               Arguments, Count);
}

/// The simulated GPU's driver: what H3_SIMGPU names, or that beside the
/// program.
static std::string findSimulatedDriver() {
  const char *Path = std::getenv("H3_SIMGPU");
  return Path && *Path ? Path : "libcuda-sim.so.1";
}

Expected<std::unique_ptr<Device>> h3::openCudaDevice(const H3Model &Model,
                                                     const std::string &Name) {
  if (Name == "sim")
    return CudaDevice::create(Model, findSimulatedDriver(), 0);
  const std::string Prefix = "cuda:";
  if (Name.empty())
    return CudaDevice::create(Model, "", 0);
  char *End = nullptr;
  long Ordinal = -1;
  if (Name.compare(0, Prefix.size(), Prefix) == 0)
    Ordinal = std::strtol(Name.c_str() + Prefix.size(), &End, 10);
  if (!End || *End || End == Name.c_str() + Prefix.size() || Ordinal < 0 ||
      Ordinal > INT_MAX)
    return Error::invalid("--device: expected sim or cuda:N, found '" + Name +
                          "'");
  return CudaDevice::create(Model, "", static_cast<int>(Ordinal));
}
