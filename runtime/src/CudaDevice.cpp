//===- CudaDevice.cpp - Models that run on NVIDIA GPUs --------------------===//
//
// Everything goes to one stream, in order: the inputs of a step, its kernels,
// the logits on their way back. The host waits once, for the logits. Steps that
// read one token of each sequence are what repeats, and are replayed as graphs.
//
//===----------------------------------------------------------------------===//

#include "CudaBlas.h"
#include "CudaFft.h"
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

/// The arguments on the device. As bytes, they are all that a graph depends on.
struct Work {
  H3StepArgs Step;
  H3SampleArgs Sampling; ///< zeros where nothing is chosen
  uint64_t Samples;      ///< 1, or 0 where nothing is chosen
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
  Error step(const H3StepArgs &Args, const H3SampleArgs *Sampling) override;
  H3Team *team() override { return reinterpret_cast<H3Team *>(this); }
  Error wait() override {
    Error Waited = Context->wait("the GPU");
    return Failure ? std::exchange(Failure, Error::success()) : Waited;
  }

  void launch(int64_t Kernel, int64_t GridX, int64_t GridY, int64_t Threads,
              const int64_t *Arguments, int64_t Count);
  void multiply(const DenseLayer &Layer);
  void *take(int64_t Bytes);
  void giveBack(void *Memory);
  void transform(const ColumnTransform &Transform, void *In, void *Out);

private:
  CudaDevice(const H3Model &Model, std::shared_ptr<CudaContext> Context)
      : Model(Model), Context(Context), Module(Context),
        Scratch(Context->Driver, Context->Stream), Graphs(std::move(Context)) {}
  Error check(CuResult Result, const char *Call, const std::string &What) {
    return Context->Driver.check(Result, Call, What);
  }
  Error open();
  Error loadBlas();
  void stage(H3Buffer &Buffer, uint64_t ElementBytes);
  Error enqueue(Work OnDevice);

  const H3Model &Model;
  std::shared_ptr<CudaContext> Context;
  CudaModule Module;
  std::vector<CuHandle> Kernels;         ///< by number
  std::unique_ptr<CudaMemory> Weights;   ///< bytes [weights_bytes]
  std::unique_ptr<CudaMemory> Inputs;    ///< the integers of a step
  std::unique_ptr<CudaMemory> Logits;    ///< float [rows, padded vocabulary]
  std::unique_ptr<CudaMemory> Workspace; ///< of cuBLASLt
  std::unique_ptr<CudaBlas> Blas;        ///< null: not needed
  CudaScratch Scratch;
  std::unique_ptr<CudaFft> Fft; ///< null until something is transformed
  std::unique_ptr<PinnedMemory> Staging;      ///< as large as Inputs
  uint64_t StagedBytes = 0;                   ///< what Inputs gets of it
  std::unique_ptr<CudaMemory> Chosen;         ///< int32 [rows]
  std::unique_ptr<PinnedMemory> ChosenOnHost; ///< as large as Chosen
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
  // Nine arrays of a number for each token at most, one of them with one more,
  // and two of doubles, each from a multiple of 16 bytes.
  const uint64_t Numbers = uint64_t(Model.max_tokens) + 16;
  const uint64_t InputBytes =
      9 * Numbers * sizeof(int32_t) + 2 * Numbers * sizeof(double);
  const MemoryNeed LogitsNeed = {"logits", uint64_t(Model.max_tokens) *
                                               Model.padded_vocab *
                                               sizeof(float)};
  const MemoryNeed InputsNeed = {"inputs of a step", InputBytes};
  const MemoryNeed WorkspaceNeed = {"workspace of cuBLASLt",
                                    Model.library_bytes};
  const MemoryNeed ChosenNeed = {"chosen tokens",
                                 Model.max_tokens * sizeof(int32_t)};
  Needs.insert(Needs.end(), {LogitsNeed, InputsNeed, ChosenNeed});
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
        std::pair(&Chosen, ChosenNeed), std::pair(&Workspace, WorkspaceNeed)}) {
    auto Allocated = CudaMemory::create(Context, Need.Bytes, Need.Purpose);
    if (!Allocated)
      return Allocated.takeError();
    *Memory = std::move(*Allocated);
  }
  for (auto [Memory, Need] : {std::pair(&Staging, InputsNeed),
                              std::pair(&ChosenOnHost, ChosenNeed)}) {
    auto Pinned = PinnedMemory::create(Context, Need.Bytes, Need.Purpose);
    if (!Pinned)
      return Pinned.takeError();
    *Memory = std::move(*Pinned);
  }
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

/// Puts an input behind the others in `Staging`, which go over in one copy, and
/// makes the buffer that on the device, whose address depends on sizes alone.
void CudaDevice::stage(H3Buffer &Buffer, uint64_t ElementBytes) {
  uint64_t Bytes = uint64_t(Buffer.size) * ElementBytes;
  if (Bytes != 0)
    std::memcpy(Staging->data() + StagedBytes, Buffer.data, Bytes);
  Buffer.data = static_cast<char *>(Inputs->address()) + StagedBytes;
  Buffer.allocated = Buffer.data;
  StagedBytes += (Bytes + 15) / 16 * 16;
}

Error CudaDevice::enqueue(Work OnDevice) {
  if (Error Err = Inputs->startWrite(0, Staging->data(), StagedBytes))
    return Err;
  Failure = Error::success();
  auto *Team = reinterpret_cast<H3Team *>(this);
  Model.step(&OnDevice.Step, Team, 0, 1);
  if (OnDevice.Samples)
    Model.sample(&OnDevice.Sampling, Team, 0, 1);
  if (Failure)
    return std::exchange(Failure, Error::success());
  if (!OnDevice.Samples)
    return Error::success();
  return Chosen->startRead(0, ChosenOnHost->data(),
                           OnDevice.Sampling.tokens.size * sizeof(int32_t));
}

Error CudaDevice::step(const H3StepArgs &Args, const H3SampleArgs *Sampling) {
  Work OnDevice = {};
  OnDevice.Step = Args;
  StagedBytes = 0;
  H3StepArgs &Step = OnDevice.Step;
  for (H3Buffer *Buffer : {&Step.tokens, &Step.sequences, &Step.starts,
                           &Step.slots, &Step.positions, &Step.rows})
    stage(*Buffer, sizeof(int32_t));
  Step.logits.data = Step.logits.allocated = Logits->address();
  if (Sampling) {
    OnDevice.Samples = 1;
    H3SampleArgs &Sample = OnDevice.Sampling = *Sampling;
    Sample.logits = Step.logits;
    for (H3Buffer *Buffer : {&Sample.vocabs, &Sample.top_ks, &Sample.scales})
      stage(*Buffer, sizeof(int32_t));
    for (H3Buffer *Buffer : {&Sample.top_ps, &Sample.draws})
      stage(*Buffer, sizeof(double));
    Sample.tokens.data = Sample.tokens.allocated = Chosen->address();
  }
  bool IsDecode = Args.tokens.size == Args.slots.size;
  Error Err = IsDecode
                  ? Graphs.run(std::string(reinterpret_cast<char *>(&OnDevice),
                                           sizeof(OnDevice)),
                               [&] { return enqueue(OnDevice); })
                  : enqueue(OnDevice);
  if (Err)
    return Err;
  uint64_t LogitsBytes = uint64_t(Args.logits.size) * sizeof(float);
  if (!Sampling && LogitsBytes != 0)
    return Logits->read(0, Args.logits.data, LogitsBytes);
  if (Error Err = Context->wait("a step"))
    return Err;
  if (Sampling && Sampling->tokens.size != 0)
    std::memcpy(Sampling->tokens.data, ChosenOnHost->data(),
                Sampling->tokens.size * sizeof(int32_t));
  return Error::success();
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

void *CudaDevice::take(int64_t Bytes) {
  if (Failure)
    return nullptr;
  Expected<CuAddress> Address = Scratch.take(Bytes);
  if (Address)
    return reinterpret_cast<void *>(*Address);
  Failure = Address.takeError();
  return nullptr;
}

void CudaDevice::giveBack(void *Memory) {
  Scratch.giveBack(reinterpret_cast<CuAddress>(Memory));
}

void CudaDevice::transform(const ColumnTransform &Transform, void *In,
                           void *Out) {
  if (Failure || Transform.Columns == 0)
    return;
  if (!Fft) {
    auto Loaded = CudaFft::load(Context->Driver, Context->Stream, Scratch);
    if (!Loaded) {
      Failure = Loaded.takeError();
      return;
    }
    Fft = std::move(*Loaded);
  }
  Failure = Fft->run(Transform, In, Out);
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

extern "C" void *h3rt_alloc(H3Team *Team, int64_t Bytes) {
  return reinterpret_cast<CudaDevice *>(Team)->take(Bytes);
}

extern "C" void h3rt_free(H3Team *Team, void *Memory) {
  reinterpret_cast<CudaDevice *>(Team)->giveBack(Memory);
}

extern "C" void h3rt_rfft(H3Team *Team, int64_t Length, int64_t Columns,
                          int64_t Distance, float *Input, float *Output) {
  reinterpret_cast<CudaDevice *>(Team)->transform(
      {/*IsInverse=*/false, Length, Columns, Distance}, Input, Output);
}

extern "C" void h3rt_irfft(H3Team *Team, int64_t Length, int64_t Columns,
                           int64_t Distance, float *Input, float *Output) {
  reinterpret_cast<CudaDevice *>(Team)->transform(
      {/*IsInverse=*/true, Length, Columns, Distance}, Input, Output);
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
