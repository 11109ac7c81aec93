//===- CufftApi.cpp - Plans and their executions --------------------------===//

#include "CufftApi.h"

#include "LibraryCall.h"
#include "Transform.h"

#include <cstring>
#include <map>
#include <mutex>
#include <new>

using namespace simgpu;

namespace {
struct Plan {
  bool IsMade = false;
  FftShape Shape = {};
  size_t WorkBytes = 0;
  bool AutoAllocate = true;
  CUdeviceptr WorkArea = 0;
  bool OwnsWorkArea = false;
  CUstream Stream = nullptr;
  std::shared_ptr<Transform> Forward, Inverse; ///< one of them for reals
};

struct Plans {
  std::mutex Lock;
  std::map<cufftHandle, Plan> All;
  cufftHandle Next = 1;
};
} // namespace

static Plans &plans() {
  static Plans *const All = new Plans; // outlives the program's destructors
  return *All;
}

/// Runs `Body` with the plans locked. Exceptions end here.
template <typename Fn> static cufftResult guarded(Fn Body) noexcept {
  try {
    std::lock_guard<std::mutex> Guard(plans().Lock);
    return Body(plans());
  } catch (const std::bad_alloc &) {
    return CUFFT_ALLOC_FAILED;
  } catch (const std::exception &) {
    return CUFFT_INTERNAL_ERROR;
  }
}

template <typename Fn>
static cufftResult withPlan(cufftHandle Handle, Fn Body) {
  return guarded([&](Plans &P) -> cufftResult {
    auto Found = P.All.find(Handle);
    return Found == P.All.end() ? CUFFT_INVALID_PLAN : Body(Found->second);
  });
}

static cufftResult unsupported(const std::string &What) {
  noteUnsupported(What);
  return CUFFT_NOT_SUPPORTED;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Room for one complex copy of everything, which no kind of transform of
/// cuFFT exceeds by much. The simulation writes all of it.
static size_t workBytes(const FftShape &S) {
  return static_cast<size_t>(S.Batches * S.Size * (S.isDouble() ? 16 : 8));
}

template <typename Int>
static cufftResult describe(const char *Call, int Rank, const Int *Size,
                            const Int *InEmbed, Int InStride, Int InDistance,
                            const Int *OutEmbed, Int OutStride, Int OutDistance,
                            cufftType Type, Int Batches, FftShape &S) {
  if (Rank != 1)
    return unsupported(std::string(Call) + " of rank " + std::to_string(Rank));
  switch (Type) {
  case CUFFT_C2C:
  case CUFFT_R2C:
  case CUFFT_C2R:
  case CUFFT_Z2Z:
  case CUFFT_D2Z:
  case CUFFT_Z2D:
    break;
  default:
    return CUFFT_INVALID_TYPE;
  }
  if (!Size || Size[0] < 1 || Size[0] > (int64_t(1) << 27) || Batches < 1)
    return CUFFT_INVALID_SIZE;
  S.Type = Type;
  S.Size = Size[0];
  S.Batches = Batches;
  S.IsBasic = !InEmbed || !OutEmbed;
  S.In = {1, S.inSize()};
  S.Out = {1, S.outSize()};
  if (!S.IsBasic) {
    if (InStride < 1 || OutStride < 1 || InDistance < 0 || OutDistance < 0)
      return CUFFT_INVALID_VALUE;
    S.In = {InStride, InDistance};
    S.Out = {OutStride, OutDistance};
  }
  return CUFFT_SUCCESS;
}

static cufftResult make(Plan &P, const FftShape &S, size_t *WorkBytes) {
  if (P.IsMade)
    return CUFFT_INVALID_PLAN;
  if (!S.isRealOut() && !(P.Forward = Transform::create(S, FFTW_FORWARD)))
    return CUFFT_SETUP_FAILED;
  if (!S.isRealIn() && !(P.Inverse = Transform::create(S, FFTW_BACKWARD)))
    return CUFFT_SETUP_FAILED;
  P.Shape = S;
  P.WorkBytes = workBytes(S);
  if (P.AutoAllocate) {
    if (allocateForLibrary(&P.WorkArea, P.WorkBytes, "work area of cuFFT") !=
        CUDA_SUCCESS)
      return CUFFT_ALLOC_FAILED;
    P.OwnsWorkArea = true;
  }
  P.IsMade = true;
  if (WorkBytes)
    *WorkBytes = P.WorkBytes;
  return CUFFT_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

cufftResult simgpu::cufftCreate(cufftHandle *Handle) {
  return guarded([&](Plans &P) {
    if (!Handle)
      return CUFFT_INVALID_VALUE;
    *Handle = P.Next++;
    P.All[*Handle];
    return CUFFT_SUCCESS;
  });
}

static void freeWorkArea(Plan &P) {
  if (P.OwnsWorkArea)
    cuMemFree_v2(P.WorkArea);
  P.OwnsWorkArea = false;
  P.WorkArea = 0;
}

cufftResult simgpu::cufftDestroy(cufftHandle Handle) {
  return guarded([&](Plans &P) {
    auto Found = P.All.find(Handle);
    if (Found == P.All.end())
      return CUFFT_INVALID_PLAN;
    freeWorkArea(Found->second);
    P.All.erase(Found);
    return CUFFT_SUCCESS;
  });
}

template <typename Int>
static cufftResult makeMany(const char *Call, cufftHandle Handle, int Rank,
                            Int *Size, Int *InEmbed, Int InStride,
                            Int InDistance, Int *OutEmbed, Int OutStride,
                            Int OutDistance, cufftType Type, Int Batches,
                            size_t *WorkBytes) {
  FftShape S = {};
  if (cufftResult R =
          describe<Int>(Call, Rank, Size, InEmbed, InStride, InDistance,
                        OutEmbed, OutStride, OutDistance, Type, Batches, S))
    return R;
  return withPlan(Handle, [&](Plan &P) { return make(P, S, WorkBytes); });
}

template <typename Int>
static cufftResult sizeMany(const char *Call, int Rank, Int *Size, Int *InEmbed,
                            Int InStride, Int InDistance, Int *OutEmbed,
                            Int OutStride, Int OutDistance, cufftType Type,
                            Int Batches, size_t *WorkBytes) {
  FftShape S = {};
  if (!WorkBytes)
    return CUFFT_INVALID_VALUE;
  if (cufftResult R =
          describe<Int>(Call, Rank, Size, InEmbed, InStride, InDistance,
                        OutEmbed, OutStride, OutDistance, Type, Batches, S))
    return R;
  *WorkBytes = workBytes(S);
  return CUFFT_SUCCESS;
}

cufftResult simgpu::cufftMakePlanMany(cufftHandle Handle, int Rank, int *Size,
                                      int *InEmbed, int InStride,
                                      int InDistance, int *OutEmbed,
                                      int OutStride, int OutDistance,
                                      cufftType Type, int Batches,
                                      size_t *WorkBytes) {
  return makeMany<int>("cufftMakePlanMany", Handle, Rank, Size, InEmbed,
                       InStride, InDistance, OutEmbed, OutStride, OutDistance,
                       Type, Batches, WorkBytes);
}

cufftResult simgpu::cufftMakePlanMany64(
    cufftHandle Handle, int Rank, long long *Size, long long *InEmbed,
    long long InStride, long long InDistance, long long *OutEmbed,
    long long OutStride, long long OutDistance, cufftType Type,
    long long Batches, size_t *WorkBytes) {
  return makeMany<long long>("cufftMakePlanMany64", Handle, Rank, Size, InEmbed,
                             InStride, InDistance, OutEmbed, OutStride,
                             OutDistance, Type, Batches, WorkBytes);
}

cufftResult simgpu::cufftMakePlan1d(cufftHandle Handle, int Size,
                                    cufftType Type, int Batches,
                                    size_t *WorkBytes) {
  return cufftMakePlanMany(Handle, 1, &Size, nullptr, 1, 0, nullptr, 1, 0, Type,
                           Batches, WorkBytes);
}

cufftResult simgpu::cufftPlanMany(cufftHandle *Handle, int Rank, int *Size,
                                  int *InEmbed, int InStride, int InDistance,
                                  int *OutEmbed, int OutStride, int OutDistance,
                                  cufftType Type, int Batches) {
  if (cufftResult R = cufftCreate(Handle))
    return R;
  cufftResult R = cufftMakePlanMany(*Handle, Rank, Size, InEmbed, InStride,
                                    InDistance, OutEmbed, OutStride,
                                    OutDistance, Type, Batches, nullptr);
  if (R != CUFFT_SUCCESS)
    cufftDestroy(*Handle);
  return R;
}

cufftResult simgpu::cufftPlan1d(cufftHandle *Handle, int Size, cufftType Type,
                                int Batches) {
  return cufftPlanMany(Handle, 1, &Size, nullptr, 1, 0, nullptr, 1, 0, Type,
                       Batches);
}

cufftResult simgpu::cufftEstimateMany(int Rank, int *Size, int *InEmbed,
                                      int InStride, int InDistance,
                                      int *OutEmbed, int OutStride,
                                      int OutDistance, cufftType Type,
                                      int Batches, size_t *WorkBytes) {
  return sizeMany<int>("cufftEstimateMany", Rank, Size, InEmbed, InStride,
                       InDistance, OutEmbed, OutStride, OutDistance, Type,
                       Batches, WorkBytes);
}

cufftResult simgpu::cufftEstimate1d(int Size, cufftType Type, int Batches,
                                    size_t *WorkBytes) {
  return cufftEstimateMany(1, &Size, nullptr, 1, 0, nullptr, 1, 0, Type,
                           Batches, WorkBytes);
}

cufftResult simgpu::cufftGetSizeMany(cufftHandle, int Rank, int *Size,
                                     int *InEmbed, int InStride, int InDistance,
                                     int *OutEmbed, int OutStride,
                                     int OutDistance, cufftType Type,
                                     int Batches, size_t *WorkBytes) {
  return cufftEstimateMany(Rank, Size, InEmbed, InStride, InDistance, OutEmbed,
                           OutStride, OutDistance, Type, Batches, WorkBytes);
}

cufftResult simgpu::cufftGetSizeMany64(cufftHandle, int Rank, long long *Size,
                                       long long *InEmbed, long long InStride,
                                       long long InDistance,
                                       long long *OutEmbed, long long OutStride,
                                       long long OutDistance, cufftType Type,
                                       long long Batches, size_t *WorkBytes) {
  return sizeMany<long long>("cufftGetSizeMany64", Rank, Size, InEmbed,
                             InStride, InDistance, OutEmbed, OutStride,
                             OutDistance, Type, Batches, WorkBytes);
}

cufftResult simgpu::cufftGetSize1d(cufftHandle, int Size, cufftType Type,
                                   int Batches, size_t *WorkBytes) {
  return cufftEstimate1d(Size, Type, Batches, WorkBytes);
}

cufftResult simgpu::cufftGetSize(cufftHandle Handle, size_t *WorkBytes) {
  return withPlan(Handle, [&](Plan &P) {
    if (!P.IsMade)
      return CUFFT_INVALID_PLAN;
    if (!WorkBytes)
      return CUFFT_INVALID_VALUE;
    *WorkBytes = P.WorkBytes;
    return CUFFT_SUCCESS;
  });
}

cufftResult simgpu::cufftSetAutoAllocation(cufftHandle Handle, int On) {
  return withPlan(Handle, [&](Plan &P) {
    if (P.IsMade)
      return CUFFT_INVALID_PLAN;
    P.AutoAllocate = On != 0;
    return CUFFT_SUCCESS;
  });
}

cufftResult simgpu::cufftSetWorkArea(cufftHandle Handle, void *Area) {
  return withPlan(Handle, [&](Plan &P) {
    freeWorkArea(P);
    P.WorkArea = reinterpret_cast<uintptr_t>(Area);
    return CUFFT_SUCCESS;
  });
}

cufftResult simgpu::cufftSetStream(cufftHandle Handle, CUstream Stream) {
  return withPlan(Handle, [&](Plan &P) {
    P.Stream = Stream;
    return CUFFT_SUCCESS;
  });
}

cufftResult simgpu::cufftGetVersion(int *Version) {
  if (!Version)
    return CUFFT_INVALID_VALUE;
  *Version = 12000;
  return CUFFT_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Executions
//===----------------------------------------------------------------------===//

static Region region(const char *Name, const void *At, int64_t ElementBytes,
                     int64_t Elements, const FftLayout &Layout,
                     int64_t Batches) {
  Region R;
  R.Name = Name;
  R.Address = reinterpret_cast<uintptr_t>(At);
  R.RowBytes = ElementBytes;
  R.Count[0] = Elements;
  R.Pitch[0] = Layout.Stride * ElementBytes;
  R.Count[1] = Batches;
  R.Pitch[1] = Layout.Distance * ElementBytes;
  return R;
}

static cufftResult execute(const char *Name, cufftHandle Handle, cufftType Type,
                           const void *In, void *Out, int Direction) {
  return withPlan(Handle, [&](Plan &P) {
    if (!P.IsMade)
      return CUFFT_INVALID_PLAN;
    if (P.Shape.Type != Type)
      return CUFFT_INVALID_TYPE;
    if (Direction != FftForward && Direction != FftInverse)
      return CUFFT_INVALID_VALUE;
    if (!P.WorkArea)
      return CUFFT_NO_WORKSPACE;
    FftShape S = In == Out ? P.Shape.inPlace() : P.Shape;
    if (reinterpret_cast<uintptr_t>(In) % S.inBytes() ||
        reinterpret_cast<uintptr_t>(Out) % S.outBytes())
      return CUFFT_INVALID_VALUE;
    LibraryCall Call;
    Call.Name = Name;
    Call.What = std::string(Name) + " of " + std::to_string(S.Batches) + " x " +
                std::to_string(S.Size) + " points";
    Call.Reads = {
        region("input", In, S.inBytes(), S.inSize(), S.In, S.Batches)};
    Region Work;
    Work.Name = "work area";
    Work.IsScratch = true;
    Work.Address = P.WorkArea;
    Work.RowBytes = P.WorkBytes;
    Call.Writes = {
        region("output", Out, S.outBytes(), S.outSize(), S.Out, S.Batches),
        Work};
    auto T = Direction == FftForward ? P.Forward : P.Inverse;
    // Whoever keeps values in the work area finds NaNs.
    Call.Compute = [S, T, Bytes = P.WorkBytes](auto &Reads, auto &Writes) {
      std::memset(Writes[1], 0xff, Bytes);
      T->run(S, Reads[0], Writes[0]);
    };
    return enqueueLibraryCall(P.Stream, std::move(Call)) == CUDA_SUCCESS
               ? CUFFT_SUCCESS
               : CUFFT_EXEC_FAILED;
  });
}

cufftResult simgpu::cufftExecC2C(cufftHandle Plan, void *In, void *Out,
                                 int Direction) {
  return execute("cufftExecC2C", Plan, CUFFT_C2C, In, Out, Direction);
}

cufftResult simgpu::cufftExecR2C(cufftHandle Plan, void *In, void *Out) {
  return execute("cufftExecR2C", Plan, CUFFT_R2C, In, Out, FftForward);
}

cufftResult simgpu::cufftExecC2R(cufftHandle Plan, void *In, void *Out) {
  return execute("cufftExecC2R", Plan, CUFFT_C2R, In, Out, FftInverse);
}

cufftResult simgpu::cufftExecZ2Z(cufftHandle Plan, void *In, void *Out,
                                 int Direction) {
  return execute("cufftExecZ2Z", Plan, CUFFT_Z2Z, In, Out, Direction);
}

cufftResult simgpu::cufftExecD2Z(cufftHandle Plan, void *In, void *Out) {
  return execute("cufftExecD2Z", Plan, CUFFT_D2Z, In, Out, FftForward);
}

cufftResult simgpu::cufftExecZ2D(cufftHandle Plan, void *In, void *Out) {
  return execute("cufftExecZ2D", Plan, CUFFT_Z2D, In, Out, FftInverse);
}
