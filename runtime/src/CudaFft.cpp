//===- CudaFft.cpp - Transforms of NVIDIA's cuFFT -------------------------===//

#include "CudaFft.h"

#include "CudaLibrary.h"

using namespace h3;

/// What cufft.h says of a result.
static const char *explain(CufftResult Result) {
  switch (Result) {
  case 1:
    return "CUFFT_INVALID_PLAN (the plan does not exist)";
  case 2:
    return "CUFFT_ALLOC_FAILED (out of memory of the device or the host)";
  case 3:
    return "CUFFT_INVALID_TYPE";
  case 4:
    return "CUFFT_INVALID_VALUE (a pointer or parameter is invalid)";
  case 5:
    return "CUFFT_INTERNAL_ERROR (the driver or the library failed)";
  case 6:
    return "CUFFT_EXEC_FAILED (the GPU did not execute the transform)";
  case 7:
    return "CUFFT_SETUP_FAILED (the library could not start)";
  case 8:
    return "CUFFT_INVALID_SIZE (no length that the library transforms)";
  case 11:
    return "CUFFT_INVALID_DEVICE (the plan is of another GPU)";
  case 13:
    return "CUFFT_NO_WORKSPACE (the plan has no work area)";
  case 14:
    return "CUFFT_NOT_IMPLEMENTED";
  case 16:
    return "CUFFT_NOT_SUPPORTED";
  }
  return nullptr;
}

static Error check(CufftResult Result, const char *Call,
                   const ColumnTransform &Transform) {
  if (Result == 0)
    return Error::success();
  const char *Text = explain(Result);
  return Error::resources(
      std::string(Transform.IsInverse ? "inverse transform" : "transform") +
      " of length " + std::to_string(Transform.Length) + " of " +
      std::to_string(Transform.Columns) + " columns: " + Call +
      " failed with " + (Text ? Text : std::to_string(Result)));
}

Expected<std::unique_ptr<CudaFft>>
CudaFft::load(const CudaDriver &Driver, CuHandle Stream, CudaScratch &Scratch) {
  Expected<CudaLibrary> Library =
      CudaLibrary::open(Driver.Folder, {"libcufft.so.12", "libcufft.so.11"});
  if (!Library)
    return Library.takeError();
  std::unique_ptr<CudaFft> Result(new CudaFft(Driver, Stream, Scratch));
#define H3RT_FIND(FUNCTION) Library->find(Result->Library.FUNCTION, #FUNCTION)
  H3RT_FIND(cufftCreate);
  H3RT_FIND(cufftDestroy);
  H3RT_FIND(cufftSetAutoAllocation);
  H3RT_FIND(cufftMakePlanMany64);
  H3RT_FIND(cufftSetStream);
  H3RT_FIND(cufftSetWorkArea);
  H3RT_FIND(cufftExecR2C);
  H3RT_FIND(cufftExecC2R);
#undef H3RT_FIND
  if (Error Err = Library->checkFound())
    return Err;
  return Result;
}

CudaFft::~CudaFft() {
  // A device that cannot wait any more has nothing that runs.
  if (Error Err = dropPlans())
    return;
}

Error CudaFft::dropPlans() {
  // A plan's tables must outlive its transforms.
  CuResult Waited = Driver.cuStreamSynchronize(Stream);
  for (const auto &Entry : Plans)
    Library.cufftDestroy(Entry.second.Handle);
  Plans.clear();
  return Driver.check(Waited, "cuStreamSynchronize", "transforms");
}

Expected<CudaFft::Plan> CudaFft::getPlan(const ColumnTransform &Transform) {
  auto Found = Plans.find(Transform);
  if (Found != Plans.end())
    return Found->second;
  // Programs have few shapes, unless the number of rows changes all the time.
  constexpr size_t MostPlans = 64;
  if (Plans.size() == MostPlans)
    if (Error Err = dropPlans())
      return Err;
  Plan New{};
  if (Error Err =
          check(Library.cufftCreate(&New.Handle), "cufftCreate", Transform))
    return Err;
  auto Make = [&]() -> Error {
    if (Error Err = check(Library.cufftSetAutoAllocation(New.Handle, 0),
                          "cufftSetAutoAllocation", Transform))
      return Err;
    // Only their being there counts, for one dimension.
    long long Length = Transform.Length, Frequencies = Length / 2 + 1;
    long long *Embed[] = {&Length, &Frequencies};
    constexpr int RealToComplex = 0x2a, ComplexToReal = 0x2c;
    if (Error Err =
            check(Library.cufftMakePlanMany64(
                      New.Handle, 1, &Length, Embed[Transform.IsInverse],
                      Transform.Distance, 1, Embed[!Transform.IsInverse],
                      Transform.Distance, 1,
                      Transform.IsInverse ? ComplexToReal : RealToComplex,
                      Transform.Columns, &New.WorkBytes),
                  "cufftMakePlanMany64", Transform))
      return Err;
    return check(Library.cufftSetStream(New.Handle, Stream), "cufftSetStream",
                 Transform);
  };
  if (Error Err = Make()) {
    Library.cufftDestroy(New.Handle);
    return Err;
  }
  Plans[Transform] = New;
  return New;
}

Error CudaFft::run(const ColumnTransform &Transform, void *In, void *Out) {
  Expected<Plan> Found = getPlan(Transform);
  if (!Found)
    return Found.takeError();
  Expected<CuAddress> Work = Scratch.take(Found->WorkBytes);
  if (!Work)
    return Work.takeError();
  Error Result = check(
      Library.cufftSetWorkArea(Found->Handle, reinterpret_cast<void *>(*Work)),
      "cufftSetWorkArea", Transform);
  if (!Result)
    Result = Transform.IsInverse
                 ? check(Library.cufftExecC2R(Found->Handle, In, Out),
                         "cufftExecC2R", Transform)
                 : check(Library.cufftExecR2C(Found->Handle, In, Out),
                         "cufftExecR2C", Transform);
  Scratch.giveBack(*Work);
  return Result;
}
