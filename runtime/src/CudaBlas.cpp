//===- CudaBlas.cpp - Dense layers of many rows by cuBLASLt ---------------===//
//
// The library thinks in columns: a matrix of ours in rows is its transpose in
// columns, so weight [N, K] is its A (K x N, to be transposed), input [T, K]
// its B (K x T) and output [T, N] its D (N x T).
//
//===----------------------------------------------------------------------===//

#include "CudaBlas.h"
#include "h3rt/abi.h"

using namespace h3;

namespace {
// cublasLt.h and library_types.h.
enum { ComputeF32 = 68, RealF32 = 0, RealF16 = 2, RealBF16 = 14 };
enum { TransA = 3, Epilogue = 7, BiasPointer = 8 }; // Of an operation.
enum { Transposed = 1, EpilogueNone = 1, EpilogueBias = 4, EpilogueGelu = 32 };
enum { MaxWorkspace = 1 }; // Of a preference.
} // namespace

std::string DenseLayer::str() const {
  return "a dense layer of " + std::to_string(Inputs) + " to " +
         std::to_string(Features) + " features on " + std::to_string(Rows) +
         " rows";
}

static const char *nameStatus(int Status) {
  switch (Status) {
  case 1:
    return "CUBLAS_STATUS_NOT_INITIALIZED";
  case 3:
    return "CUBLAS_STATUS_ALLOC_FAILED";
  case 7:
    return "CUBLAS_STATUS_INVALID_VALUE";
  case 8:
    return "CUBLAS_STATUS_ARCH_MISMATCH";
  case 11:
    return "CUBLAS_STATUS_MAPPING_ERROR";
  case 13:
    return "CUBLAS_STATUS_EXECUTION_FAILED";
  case 14:
    return "CUBLAS_STATUS_INTERNAL_ERROR";
  case 15:
    return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "an unknown status";
}

static int getDataType(int64_t Type) {
  return Type == H3_ELEMENT_F16    ? RealF16
         : Type == H3_ELEMENT_BF16 ? RealBF16
                                   : RealF32;
}

Expected<std::unique_ptr<CudaBlas>> CudaBlas::load(const std::string &Folder,
                                                   CuAddress Workspace,
                                                   uint64_t WorkspaceBytes) {
  Expected<CudaLibrary> Library =
      CudaLibrary::open(Folder, {"libcublasLt.so.13", "libcublasLt.so.12"});
  if (!Library)
    return Library.takeError();
  std::unique_ptr<CudaBlas> Result(new CudaBlas);
  Result->Workspace = Workspace;
  Result->WorkspaceBytes = WorkspaceBytes;
#define H3RT_FIND(FUNCTION) Library->find(Result->FUNCTION, #FUNCTION)
  H3RT_FIND(cublasLtCreate);
  H3RT_FIND(cublasLtDestroy);
  H3RT_FIND(cublasLtMatmulDescCreate);
  H3RT_FIND(cublasLtMatmulDescDestroy);
  H3RT_FIND(cublasLtMatmulDescSetAttribute);
  H3RT_FIND(cublasLtMatrixLayoutCreate);
  H3RT_FIND(cublasLtMatrixLayoutDestroy);
  H3RT_FIND(cublasLtMatmulPreferenceCreate);
  H3RT_FIND(cublasLtMatmulPreferenceDestroy);
  H3RT_FIND(cublasLtMatmulPreferenceSetAttribute);
  H3RT_FIND(cublasLtMatmulAlgoGetHeuristic);
  H3RT_FIND(cublasLtMatmul);
#undef H3RT_FIND
  if (Error Err = Library->checkFound())
    return Err;
  if (Status Failed = Result->cublasLtCreate(&Result->Handle))
    return Error::resources("cuBLASLt: cublasLtCreate failed with " +
                            std::string(nameStatus(Failed)));
  return Result;
}

void CudaBlas::destroy(Plan &Plan) {
  if (Plan.Operation)
    cublasLtMatmulDescDestroy(Plan.Operation);
  for (CuHandle Layout : {Plan.Weight, Plan.Input, Plan.Output})
    if (Layout)
      cublasLtMatrixLayoutDestroy(Layout);
}

CudaBlas::~CudaBlas() {
  for (auto &[Shape, Plan] : Plans)
    destroy(Plan);
  if (Handle)
    cublasLtDestroy(Handle);
}

Error CudaBlas::check(Status Result, const char *Call,
                      const DenseLayer &Layer) const {
  if (Result == 0)
    return Error::success();
  return Error::resources(Layer.str() + ": " + Call + " failed with " +
                          nameStatus(Result));
}

Error CudaBlas::create(Plan &Plan, const DenseLayer &Layer) {
  if (Error Err =
          check(cublasLtMatmulDescCreate(&Plan.Operation, ComputeF32, RealF32),
                "cublasLtMatmulDescCreate", Layer))
    return Err;
  const int32_t Operation = Transposed;
  uint32_t After = EpilogueNone;
  if (Layer.Flags & H3_LINEAR_GELU)
    After = EpilogueGelu;
  if (Layer.Bias)
    After = (After & ~uint32_t(EpilogueNone)) | EpilogueBias;
  if (Error Err =
          check(cublasLtMatmulDescSetAttribute(Plan.Operation, TransA,
                                               &Operation, sizeof(Operation)),
                "cublasLtMatmulDescSetAttribute", Layer))
    return Err;
  if (Error Err = check(cublasLtMatmulDescSetAttribute(Plan.Operation, Epilogue,
                                                       &After, sizeof(After)),
                        "cublasLtMatmulDescSetAttribute", Layer))
    return Err;
  struct {
    CuHandle &Layout;
    int Type;
    int64_t Rows, Columns;
  } Matrices[] = {
      {Plan.Weight, getDataType(Layer.Type), Layer.Inputs, Layer.Features},
      {Plan.Input, getDataType(Layer.Type), Layer.Inputs, Layer.Rows},
      {Plan.Output, RealF32, Layer.Features, Layer.Rows}};
  for (auto &Matrix : Matrices)
    if (Error Err = check(
            cublasLtMatrixLayoutCreate(&Matrix.Layout, Matrix.Type, Matrix.Rows,
                                       Matrix.Columns, Matrix.Rows),
            "cublasLtMatrixLayoutCreate", Layer))
      return Err;
  return choose(Plan, Layer);
}

/// The algorithm that the library holds for the fastest.
Error CudaBlas::choose(Plan &Plan, const DenseLayer &Layer) {
  CuHandle Preference = nullptr;
  if (Error Err = check(cublasLtMatmulPreferenceCreate(&Preference),
                        "cublasLtMatmulPreferenceCreate", Layer))
    return Err;
  Heuristic Best = {};
  int Found = 0;
  Error Err = check(
      cublasLtMatmulPreferenceSetAttribute(
          Preference, MaxWorkspace, &WorkspaceBytes, sizeof(WorkspaceBytes)),
      "cublasLtMatmulPreferenceSetAttribute", Layer);
  if (!Err)
    Err = check(cublasLtMatmulAlgoGetHeuristic(
                    Handle, Plan.Operation, Plan.Weight, Plan.Input,
                    Plan.Output, Plan.Output, Preference, 1, &Best, &Found),
                "cublasLtMatmulAlgoGetHeuristic", Layer);
  cublasLtMatmulPreferenceDestroy(Preference);
  if (Err)
    return Err;
  if (Found == 0)
    return Error::resources(Layer.str() + ": cuBLASLt has no algorithm for it");
  Plan.Chosen = Best.Chosen;
  return Error::success();
}

Error CudaBlas::run(const DenseLayer &Layer, CuHandle Stream) {
  auto [Entry, IsNew] =
      Plans.try_emplace({Layer.Type, Layer.Rows, Layer.Features, Layer.Inputs,
                         Layer.Bias != 0, Layer.Flags});
  Plan &Plan = Entry->second;
  if (IsNew)
    if (Error Err = create(Plan, Layer)) {
      destroy(Plan);
      Plans.erase(Entry);
      return Err;
    }
  if (Layer.Bias)
    if (Error Err = check(
            cublasLtMatmulDescSetAttribute(Plan.Operation, BiasPointer,
                                           &Layer.Bias, sizeof(Layer.Bias)),
            "cublasLtMatmulDescSetAttribute", Layer))
      return Err;
  const float One = 1, Beta = Layer.Flags & H3_LINEAR_ACCUMULATE ? 1 : 0;
  auto At = [](CuAddress Address) { return reinterpret_cast<void *>(Address); };
  return check(cublasLtMatmul(Handle, Plan.Operation, &One, At(Layer.Weight),
                              Plan.Weight, At(Layer.Input), Plan.Input, &Beta,
                              At(Layer.Output), Plan.Output, At(Layer.Output),
                              Plan.Output, &Plan.Chosen, At(Workspace),
                              WorkspaceBytes, Stream),
               "cublasLtMatmul", Layer);
}
