//===- CudaDevice.cpp - Models that run on NVIDIA GPUs --------------------===//

#include "CudaDevice.h"
#include "CudaUpload.h"

#include <climits>
#include <cstdlib>
#include <cstring>

using namespace h3;

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
  if (Error Err = checkFits(*Context, Needs))
    return Err;
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
