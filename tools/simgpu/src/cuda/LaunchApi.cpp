//===- LaunchApi.cpp - Launches and occupancy -----------------------------===//

#include "Launch.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// Fills the block of parameters from an array of pointers or from a buffer.
static CUresult gather(Driver &D, KernelLaunch &L, void **Pointers,
                       void **Extra) {
  const KernelInfo &K = *L.Kernel->Info;
  L.Parameters.assign(K.ParameterBytes, 0);
  if (Pointers && Extra && Extra[0])
    return D.invalid("launch of '" + K.Name +
                     "': both kernelParams and extra are given");
  if (Pointers) {
    for (size_t I = 0; I < K.Parameters.size(); ++I) {
      if (!Pointers[I])
        return D.invalid("launch of '" + K.Name + "': parameter " +
                         std::to_string(I) + " is null");
      const ParameterInfo &P = K.Parameters[I];
      std::memcpy(&L.Parameters[P.Offset], Pointers[I], P.Bytes);
    }
    return CUDA_SUCCESS;
  }
  const void *Buffer = nullptr;
  size_t Bytes = 0;
  for (; Extra && reinterpret_cast<uintptr_t>(Extra[0]) != LaunchParamEnd;
       Extra += 2) {
    auto Word = reinterpret_cast<uintptr_t>(Extra[0]);
    if (Word == LaunchParamBufferPointer)
      Buffer = Extra[1];
    else if (Word == LaunchParamBufferSize)
      Bytes = *static_cast<const size_t *>(Extra[1]);
    else
      return D.invalid("launch of '" + K.Name + "': extra holds " +
                       std::to_string(Word));
  }
  if ((Buffer ? Bytes : 0) != K.ParameterBytes)
    return D.invalid("launch of '" + K.Name + "': found " +
                     std::to_string(Buffer ? Bytes : 0) +
                     " bytes of parameters, expected " +
                     std::to_string(K.ParameterBytes));
  if (Buffer)
    std::memcpy(L.Parameters.data(), Buffer, Bytes);
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// What a launch must look like
//===----------------------------------------------------------------------===//

static CUresult validate(Driver &D, const KernelLaunch &L) {
  const KernelInfo &K = *L.Kernel->Info;
  auto refuse = [&](const std::string &What) {
    return D.invalid("launch of '" + K.Name + "': " + What);
  };
  auto shape = [](const auto &S) {
    return "(" + std::to_string(S[0]) + ", " + std::to_string(S[1]) + ", " +
           std::to_string(S[2]) + ")";
  };
  const auto &B = L.Block, &G = L.Grid;
  uint64_t Threads = uint64_t(B[0]) * B[1] * B[2];
  if (B[0] > 1024 || B[1] > 1024 || B[2] > 64 || Threads == 0 || Threads > 1024)
    return refuse("a block of " + shape(B) +
                  ", expected 1 to 1024 threads, at most (1024, 1024, 64)");
  if (G[0] == 0 || G[1] == 0 || G[2] == 0 || G[0] > 0x7fffffff ||
      G[1] > 65535 || G[2] > 65535)
    return refuse("a grid of " + shape(G) +
                  ", expected (1, 1, 1) to (2147483647, 65535, 65535)");
  if (K.NeedThreads[0] && !std::equal(B.begin(), B.end(), K.NeedThreads))
    return refuse("a block of " + shape(B) + ", .reqntid is " +
                  shape(K.NeedThreads));
  if (K.MaxThreads[0] &&
      Threads > uint64_t(K.MaxThreads[0]) * K.MaxThreads[1] * K.MaxThreads[2])
    return refuse("a block of " + shape(B) + ", .maxntid is " +
                  shape(K.MaxThreads));
  if (L.DynamicShared > L.Kernel->MaxDynamicShared)
    return refuse(
        std::to_string(L.DynamicShared) +
        " bytes of dynamic shared memory, cuFuncSetAttribute allows " +
        std::to_string(L.Kernel->MaxDynamicShared));
  return CUDA_SUCCESS;
}

CUresult simgpu::makeLaunch(Driver &D, const CUDA_KERNEL_NODE_PARAMS &P,
                            std::shared_ptr<const KernelLaunch> &Result) {
  CUfunction F = P.func ? P.func : P.kern;
  if (!D.Functions.count(F))
    return CUDA_ERROR_INVALID_HANDLE;
  auto L = std::make_shared<KernelLaunch>();
  L->Owner = D.Images.find(F->Owner);
  L->Kernel = F;
  L->Grid = {P.gridDimX, P.gridDimY, P.gridDimZ};
  L->Block = {P.blockDimX, P.blockDimY, P.blockDimZ};
  L->DynamicShared = P.sharedMemBytes;
  if (CUresult R = validate(D, *L))
    return R;
  if (CUresult R = gather(D, *L, P.kernelParams, P.extra))
    return R;
  Result = std::move(L);
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// What hardware would answer.
static CUresult errorFor(DiagnosticKind Kind) {
  switch (Kind) {
  case DiagnosticKind::OutOfBounds:
  case DiagnosticKind::UseAfterFree:
  case DiagnosticKind::ReadOnly:
    return CUDA_ERROR_ILLEGAL_ADDRESS;
  case DiagnosticKind::Misaligned:
    return CUDA_ERROR_MISALIGNED_ADDRESS;
  case DiagnosticKind::Deadlock:
  case DiagnosticKind::Limit:
    return CUDA_ERROR_LAUNCH_TIMEOUT;
  default:
    return CUDA_ERROR_LAUNCH_FAILED;
  }
}

static std::vector<TouchedRange> runLaunch(Driver &D, const KernelLaunch &L) {
  const std::string &Name = L.Kernel->Info->Name;
  if (L.Owner->IsUnloaded) {
    D.Found.add("unloaded-module",
                "launch of '" + Name + "', whose module is unloaded");
    D.fail(CUDA_ERROR_LAUNCH_FAILED);
    return {};
  }
  LaunchConfig Config;
  Config.Grid = L.Grid;
  Config.Block = L.Block;
  Config.DynamicSharedBytes = L.DynamicShared;
  Config.Parameters = L.Parameters.data();
  Config.ParameterBytes = L.Parameters.size();
  Config.Options.Seed = D.Env.Seed;
  Config.Options.Check = D.Env.Check;
  Config.Options.RecordTouched = D.Env.Check.Races;
  auto Report = D.Gpu->launch(*L.Owner->Loaded, Name, Config);
  if (!Report) {
    D.Found.add("launch-refused", Report.message());
    D.fail(CUDA_ERROR_LAUNCH_FAILED);
    return {};
  }
  D.Found.addLaunch(Name, Report->Count, Report->Touched);
  for (const Diagnostic &Each : Report->Diagnostics) {
    D.Found.add(Each);
    if (isFatal(Each.Kind))
      D.fail(errorFor(Each.Kind));
  }
  if (!Report->ok())
    D.failUnnoticed();
  return std::move(Report->Touched);
}

Operation simgpu::launchOperation(std::shared_ptr<const KernelLaunch> L) {
  Operation Op;
  Op.Kind = CU_GRAPH_NODE_TYPE_KERNEL;
  Op.What = "launch of '" + L->Kernel->Info->Name + "'";
  Op.Run = [L](Driver &D) { return runLaunch(D, *L); };
  Op.Launch = std::move(L);
  return Op;
}

static CUresult launch(Driver &D, CUstream Handle,
                       const CUDA_KERNEL_NODE_PARAMS &P) {
  Stream *S = D.find(Handle);
  if (!S)
    return CUDA_ERROR_INVALID_HANDLE;
  std::shared_ptr<const KernelLaunch> L;
  if (CUresult R = makeLaunch(D, P, L))
    return R;
  return D.submit(*S, launchOperation(std::move(L)));
}

CUresult simgpu::cuLaunchKernel(CUfunction Function, unsigned GridX,
                                unsigned GridY, unsigned GridZ, unsigned BlockX,
                                unsigned BlockY, unsigned BlockZ,
                                unsigned SharedBytes, CUstream Stream,
                                void **Parameters, void **Extra) {
  return enter(Needs::Context, [&](Driver &D) {
    return launch(D, Stream,
                  {Function, GridX, GridY, GridZ, BlockX, BlockY, BlockZ,
                   SharedBytes, Parameters, Extra, nullptr, nullptr});
  });
}

CUresult simgpu::cuLaunchKernelEx(const CUlaunchConfig *C, CUfunction Function,
                                  void **Parameters, void **Extra) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!C)
      return CUDA_ERROR_INVALID_VALUE;
    for (unsigned I = 0; I < C->numAttrs; ++I) {
      const CUlaunchAttribute &A = C->attrs[I];
      const auto &Cluster = A.value.clusterDim;
      switch (A.id) {
      case CU_LAUNCH_ATTRIBUTE_IGNORE:
      case CU_LAUNCH_ATTRIBUTE_ACCESS_POLICY_WINDOW: // hints
      case CU_LAUNCH_ATTRIBUTE_PRIORITY:
      case CU_LAUNCH_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
        continue;
      case CU_LAUNCH_ATTRIBUTE_COOPERATIVE:
        if (A.value.cooperative == 0)
          continue;
        break;
      case CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION:
        if (Cluster.x == 1 && Cluster.y == 1 && Cluster.z == 1)
          continue;
        break;
      default:
        break;
      }
      return D.unsupported("cuLaunchKernelEx with attribute " +
                           std::to_string(A.id));
    }
    return launch(D, C->hStream,
                  {Function, C->gridDimX, C->gridDimY, C->gridDimZ,
                   C->blockDimX, C->blockDimY, C->blockDimZ, C->sharedMemBytes,
                   Parameters, Extra, nullptr, nullptr});
  });
}

/// Blocks run one after the other, so that they can not wait for each other.
CUresult simgpu::cuLaunchCooperativeKernel(CUfunction, unsigned, unsigned,
                                           unsigned, unsigned, unsigned,
                                           unsigned, unsigned, CUstream,
                                           void **) {
  return enter(Needs::Context, [](Driver &D) {
    return D.unsupported("cuLaunchCooperativeKernel");
  });
}

CUresult simgpu::cuLaunchHostFunc(CUstream Handle, CUhostFn Body, void *Data) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Body)
      return CUDA_ERROR_INVALID_VALUE;
    Operation Op;
    Op.Kind = CU_GRAPH_NODE_TYPE_HOST;
    Op.What = "cuLaunchHostFunc";
    Op.OnHost = [=] { Body(Data); };
    return D.submit(*S, std::move(Op));
  });
}

//===----------------------------------------------------------------------===//
// Occupancy
//===----------------------------------------------------------------------===//

/// How many registers ptxas will give a thread is not known here. This many
/// is what matrix kernels tend to need; a kernel with fewer reaches more.
static constexpr int AssumedRegisters = 64;

static int activeBlocks(const Architecture &A, const Function &F, int Threads,
                        size_t DynamicShared) {
  // Registers and shared memory are given out in units of 256 registers a warp
  // and, with one KiB for the system, 128 bytes a block.
  int Warps = (Threads + 31) / 32;
  size_t Shared =
      (F.Info->SharedBytes + DynamicShared + 1024 + 127) / 128 * 128;
  auto ByShared =
      static_cast<int>(size_t(A.SharedBytesPerMultiprocessor) / Shared);
  return std::min(
      {32, 64 / Warps, 65536 / (AssumedRegisters * 32 * Warps), ByShared});
}

CUresult simgpu::cuOccupancyMaxActiveBlocksPerMultiprocessor(
    int *Blocks, CUfunction Function, int Threads, size_t DynamicShared) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!D.Functions.count(Function))
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Blocks || Threads <= 0 || Threads > 1024)
      return CUDA_ERROR_INVALID_VALUE;
    *Blocks = activeBlocks(*D.Env.Arch, *Function, Threads, DynamicShared);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(
    int *Blocks, CUfunction Function, int Threads, size_t DynamicShared,
    unsigned) {
  return cuOccupancyMaxActiveBlocksPerMultiprocessor(Blocks, Function, Threads,
                                                     DynamicShared);
}

CUresult simgpu::cuOccupancyMaxPotentialBlockSize(int *Grid, int *Block,
                                                  CUfunction Function,
                                                  CUoccupancyB2DSize SharedFor,
                                                  size_t DynamicShared,
                                                  int Limit) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!D.Functions.count(Function))
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Grid || !Block)
      return CUDA_ERROR_INVALID_VALUE;
    const uint32_t *Max = Function->Info->MaxThreads;
    int Most = Max[0] ? static_cast<int>(Max[0] * Max[1] * Max[2]) : 1024;
    if (Limit > 0)
      Most = std::min(Most, Limit);
    int Best = 0;
    for (int Threads = Most / 32 * 32; Threads > 0; Threads -= 32) {
      size_t Shared = SharedFor ? SharedFor(Threads) : DynamicShared;
      int Blocks = activeBlocks(*D.Env.Arch, *Function, Threads, Shared);
      if (Blocks * Threads <= Best)
        continue;
      Best = Blocks * Threads;
      *Block = Threads;
      *Grid = Blocks * D.Env.Arch->Multiprocessors;
    }
    return Best ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}
