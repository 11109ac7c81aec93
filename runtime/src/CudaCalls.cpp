//===- CudaCalls.cpp - What compiled code asks of an NVIDIA GPU -----------===//
//
// The functions of h3rt/abi.h for GPU programs, whose team is the device. The
// first failure is kept, and what comes behind it is not begun.
//
//===----------------------------------------------------------------------===//

#include "CudaDevice.h"

using namespace h3;

static CudaDevice *fromTeam(H3Team *Team) {
  return reinterpret_cast<CudaDevice *>(Team);
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
  fromTeam(Team)->multiply({Type, Rows, Features, Inputs, At(Input), At(Weight),
                            At(Bias), At(Output), Flags});
}

extern "C" void h3rt_launch(H3Team *Team, int64_t Kernel, int64_t GridX,
                            int64_t GridY, int64_t Threads,
                            const int64_t *Arguments, int64_t Count) {
  fromTeam(Team)->launch(Kernel, GridX, GridY, Threads, Arguments, Count);
}

extern "C" void *h3rt_alloc(H3Team *Team, int64_t Bytes) {
  return fromTeam(Team)->take(Bytes);
}

extern "C" void h3rt_free(H3Team *Team, void *Memory) {
  fromTeam(Team)->giveBack(Memory);
}

extern "C" void h3rt_rfft(H3Team *Team, int64_t Length, int64_t Columns,
                          int64_t Distance, float *Input, float *Output) {
  fromTeam(Team)->transform({/*IsInverse=*/false, Length, Columns, Distance},
                            Input, Output);
}

extern "C" void h3rt_irfft(H3Team *Team, int64_t Length, int64_t Columns,
                           int64_t Distance, float *Input, float *Output) {
  fromTeam(Team)->transform({/*IsInverse=*/true, Length, Columns, Distance},
                            Input, Output);
}
