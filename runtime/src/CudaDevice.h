//===- CudaDevice.h - Models that run on NVIDIA GPUs ------------*- C++ -*-===//
//
// Everything goes to one stream, in order: the inputs of a step, its kernels,
// the logits on their way back. The host waits once, for the logits. Steps that
// read one token of each sequence are what repeats, and are replayed as graphs.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CUDADEVICE_H
#define H3RT_CUDADEVICE_H

#include "CudaBlas.h"
#include "CudaFft.h"
#include "CudaGraphs.h"
#include "CudaMemory.h"

#include <utility>
#include <vector>

namespace h3 {

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

} // namespace h3

#endif // H3RT_CUDADEVICE_H
