//===- CudaDevice.cpp - Models that run on NVIDIA GPUs --------------------===//
//
// Everything goes to one stream, in order: the inputs of a step, its kernels,
// the logits on their way back. The host waits once, for the logits. Steps that
// read one token of each sequence are what repeats, and are replayed as graphs.
//
//===----------------------------------------------------------------------===//

#include "CudaBlas.h"
#include "CudaGraphs.h"
#include "CudaUpload.h"

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

using namespace h3;

namespace {

/// The kernels of a model, on the GPU.
struct CudaModule {
  explicit CudaModule(std::shared_ptr<CudaContext> Context)
      : Context(std::move(Context)) {}
  ~CudaModule() {
    if (Handle)
      Context->Driver.cuModuleUnload(Handle);
  }

  std::shared_ptr<CudaContext> Context;
  CuHandle Handle = nullptr;
};

class CudaDevice final : public Device {
public:
  static Expected<std::unique_ptr<Device>>
  create(const H3Model &Model, const std::string &Path, int Ordinal);

  Expected<std::unique_ptr<DeviceMemory>>
  allocate(uint64_t Bytes, const char *Purpose) override {
    auto Memory = CudaMemory::create(Context, Bytes, Purpose);
    if (!Memory)
      return Memory.takeError();
    if (Error Err = (*Memory)->clear(0, Bytes))
      return Err;
    return std::unique_ptr<DeviceMemory>(std::move(*Memory));
  }
  Error plan(std::vector<MemoryNeed> Needs) override;
  Expected<void *> place(const void *Data, uint64_t Bytes,
                         const ProgressFn &Progress) override;
  Error step(const H3StepArgs &Args) override;

  void launch(int64_t Kernel, int64_t GridX, int64_t GridY, int64_t Threads,
              const int64_t *Arguments, int64_t Count);
  void multiply(const DenseLayer &Layer);

private:
  CudaDevice(const H3Model &Model, std::shared_ptr<CudaContext> Context)
      : Model(Model), Context(Context), Module(Context),
        Graphs(std::move(Context)) {}
  Error check(CuResult Result, const char *Call, const std::string &What) {
    return Context->Driver.check(Result, Call, What);
  }
  Error open();
  Error loadBlas();
  H3StepArgs stage(const H3StepArgs &Args);
  Error enqueue(H3StepArgs OnDevice);

  const H3Model &Model;
  std::shared_ptr<CudaContext> Context;
  CudaModule Module;
  std::vector<CuHandle> Kernels;         ///< by number
  std::unique_ptr<CudaMemory> Weights;   ///< bytes [weights_bytes]
  std::unique_ptr<CudaMemory> Inputs;    ///< the integers of a step
  std::unique_ptr<CudaMemory> Logits;    ///< float [rows, padded vocabulary]
  std::unique_ptr<CudaMemory> Workspace; ///< of cuBLASLt
  std::unique_ptr<CudaBlas> Blas;        ///< null: not needed
  std::unique_ptr<PinnedMemory> Staging; ///< as large as Inputs
  uint64_t StagedBytes = 0;              ///< what Inputs gets of it
  CudaGraphs Graphs;
  Error Failure = Error::success(); ///< of the first launch that failed
};

} // namespace

Error CudaDevice::open() {
  const CudaDriver &Driver = Context->Driver;
  constexpr CuResult NoBinary = 209; // CUDA_ERROR_NO_BINARY_FOR_GPU
  CuResult Loaded = Driver.cuModuleLoadData(&Module.Handle, Model.image);
  if (Loaded == NoBinary) {
    constexpr int MajorAttribute = 75, MinorAttribute = 76;
    int Major = 0, Minor = 0;
    Driver.cuDeviceGetAttribute(&Major, MajorAttribute, Context->Device);
    Driver.cuDeviceGetAttribute(&Minor, MinorAttribute, Context->Device);
    std::string Arch = "sm_" + std::to_string(10 * Major + Minor);
    return Error::invalid("the program has no code for this GPU, which is " +
                          Arch + "; compile it again with --cuda-arch " + Arch);
  }
  if (Error Err = check(Loaded, "cuModuleLoadData", "the kernels"))
    return Err;
  Kernels.resize(Model.kernel_count);
  for (uint64_t I = 0; I < Model.kernel_count; ++I)
    if (Error Err = check(Driver.cuModuleGetFunction(&Kernels[I], Module.Handle,
                                                     Model.kernels[I]),
                          "cuModuleGetFunction",
                          "kernel " + std::string(Model.kernels[I])))
      return Err;
  return Error::success();
}

static std::string describeBytes(uint64_t Bytes) {
  const char *Units[] = {"KiB", "MiB", "GiB"};
  if (Bytes < 1024)
    return std::to_string(Bytes) + " bytes";
  double Size = Bytes / 1024.0;
  size_t Unit = 0;
  for (; Size >= 1024 && Unit + 1 < std::size(Units); ++Unit)
    Size /= 1024;
  char Text[64];
  std::snprintf(Text, sizeof(Text), "%.1f %s", Size, Units[Unit]);
  return Text;
}

Error CudaDevice::plan(std::vector<MemoryNeed> Needs) {
  // Five arrays of a number for each token at most, and one more number.
  const uint64_t InputBytes =
      6 * (uint64_t(Model.max_tokens) + 16) * sizeof(int32_t);
  const MemoryNeed LogitsNeed = {"logits", uint64_t(Model.max_tokens) *
                                               Model.padded_vocab *
                                               sizeof(float)};
  const MemoryNeed InputsNeed = {"inputs of a step", InputBytes};
  const MemoryNeed WorkspaceNeed = {"workspace of cuBLASLt",
                                    Model.library_bytes};
  Needs.push_back(LogitsNeed);
  Needs.push_back(InputsNeed);
  if (Model.library_bytes != 0)
    Needs.push_back(WorkspaceNeed);
  size_t Free = 0, Total = 0;
  if (Error Err = check(Context->Driver.cuMemGetInfo_v2(&Free, &Total),
                        "cuMemGetInfo", "the memory of the GPU"))
    return Err;
  uint64_t Sum = 0;
  std::string List;
  for (const MemoryNeed &Need : Needs) {
    Sum += Need.Bytes;
    List += (List.empty() ? "" : ", ") + std::string(Need.Purpose) + " " +
            describeBytes(Need.Bytes);
  }
  if (Sum > Free)
    return Error::resources(
        "the GPU has " + describeBytes(Free) + " free of " +
        describeBytes(Total) + ", but the model needs " + describeBytes(Sum) +
        " (" + List + "): " + describeBytes(Sum - Free) +
        " are missing; run fewer sequences, or compile with a smaller "
        "--max-sequences, --max-context or --max-tokens");

  for (auto [Memory, Need] :
       {std::pair(&Logits, LogitsNeed), std::pair(&Inputs, InputsNeed),
        std::pair(&Workspace, WorkspaceNeed)}) {
    auto Allocated = CudaMemory::create(Context, Need.Bytes, Need.Purpose);
    if (!Allocated)
      return Allocated.takeError();
    *Memory = std::move(*Allocated);
  }
  auto Pinned = PinnedMemory::create(Context, InputBytes, InputsNeed.Purpose);
  if (!Pinned)
    return Pinned.takeError();
  Staging = std::move(*Pinned);
  return Model.library_bytes != 0 ? loadBlas() : Error::success();
}

Error CudaDevice::loadBlas() {
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
  auto Context = CudaContext::open(Path, Ordinal, Model.driver_version);
  if (!Context)
    return Context.takeError();
  std::unique_ptr<CudaDevice> Result(
      new CudaDevice(Model, std::move(*Context)));
  if (Error Err = Result->open())
    return Err;
  return std::unique_ptr<Device>(std::move(Result));
}

Expected<void *> CudaDevice::place(const void *Data, uint64_t Bytes,
                                   const ProgressFn &Progress) {
  auto Memory = CudaMemory::create(Context, Bytes, "weights");
  if (!Memory)
    return Memory.takeError();
  Weights = std::move(*Memory);
  if (Error Err = upload(Context, Data, *Weights, Progress))
    return Err;
  return Weights->address();
}

/// Puts all integers of a step side by side into `Staging`, which goes over in
/// one copy. Returns the arguments on the device, whose addresses depend on
/// sizes alone.
H3StepArgs CudaDevice::stage(const H3StepArgs &Args) {
  H3StepArgs OnDevice = Args;
  StagedBytes = 0;
  for (H3Buffer *Buffer :
       {&OnDevice.tokens, &OnDevice.sequences, &OnDevice.starts,
        &OnDevice.slots, &OnDevice.positions, &OnDevice.rows}) {
    uint64_t Bytes = uint64_t(Buffer->size) * sizeof(int32_t);
    if (Bytes != 0)
      std::memcpy(Staging->data() + StagedBytes, Buffer->data, Bytes);
    Buffer->data = static_cast<char *>(Inputs->address()) + StagedBytes;
    Buffer->allocated = Buffer->data;
    StagedBytes += (Bytes + 15) / 16 * 16;
  }
  OnDevice.logits.data = OnDevice.logits.allocated = Logits->address();
  return OnDevice;
}

Error CudaDevice::enqueue(H3StepArgs OnDevice) {
  if (Error Err = Inputs->startWrite(0, Staging->data(), StagedBytes))
    return Err;
  Failure = Error::success();
  Model.step(&OnDevice, reinterpret_cast<H3Team *>(this), 0, 1);
  return std::exchange(Failure, Error::success());
}

Error CudaDevice::step(const H3StepArgs &Args) {
  H3StepArgs OnDevice = stage(Args);
  bool IsDecode = Args.tokens.size == Args.slots.size;
  Error Err = IsDecode
                  ? Graphs.run(std::string(reinterpret_cast<char *>(&OnDevice),
                                           sizeof(OnDevice)),
                               [&] { return enqueue(OnDevice); })
                  : enqueue(OnDevice);
  if (Err)
    return Err;
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
