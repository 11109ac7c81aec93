//===- CublasLtApi.cpp - Descriptors and products -------------------------===//

#include "CublasLtApi.h"

#include "LibraryCall.h"
#include "Matmul.h"

#include <algorithm>
#include <cstring>
#include <new>

using namespace simgpu;

struct simgpu::LtHandle {};

static cublasStatus_t unsupported(const std::string &What) {
  noteUnsupported(What);
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

//===----------------------------------------------------------------------===//
// Handles and names
//===----------------------------------------------------------------------===//

template <typename T> static cublasStatus_t create(T **Result, const T &Value) {
  if (!Result)
    return CUBLAS_STATUS_INVALID_VALUE;
  *Result = new (std::nothrow) T(Value);
  return *Result ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_ALLOC_FAILED;
}

template <typename T> static cublasStatus_t destroy(T *Object) {
  delete Object;
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t simgpu::cublasLtCreate(cublasLtHandle_t *Handle) {
  return create(Handle, LtHandle());
}

cublasStatus_t simgpu::cublasLtDestroy(cublasLtHandle_t Handle) {
  return Handle ? destroy(Handle) : CUBLAS_STATUS_NOT_INITIALIZED;
}

size_t simgpu::cublasLtGetVersion() { return 130100; }
size_t simgpu::cublasLtGetCudartVersion() { return 13000; }

const char *simgpu::cublasLtGetStatusName(cublasStatus_t Status) {
  switch (Status) {
  case CUBLAS_STATUS_SUCCESS:
    return "CUBLAS_STATUS_SUCCESS";
  case CUBLAS_STATUS_NOT_INITIALIZED:
    return "CUBLAS_STATUS_NOT_INITIALIZED";
  case CUBLAS_STATUS_ALLOC_FAILED:
    return "CUBLAS_STATUS_ALLOC_FAILED";
  case CUBLAS_STATUS_INVALID_VALUE:
    return "CUBLAS_STATUS_INVALID_VALUE";
  case CUBLAS_STATUS_EXECUTION_FAILED:
    return "CUBLAS_STATUS_EXECUTION_FAILED";
  case CUBLAS_STATUS_INTERNAL_ERROR:
    return "CUBLAS_STATUS_INTERNAL_ERROR";
  case CUBLAS_STATUS_NOT_SUPPORTED:
    return "CUBLAS_STATUS_NOT_SUPPORTED";
  }
  return "CUBLAS_STATUS_UNKNOWN";
}

const char *simgpu::cublasLtGetStatusString(cublasStatus_t Status) {
  switch (Status) {
  case CUBLAS_STATUS_SUCCESS:
    return "success";
  case CUBLAS_STATUS_NOT_INITIALIZED:
    return "the library is not initialised";
  case CUBLAS_STATUS_ALLOC_FAILED:
    return "out of memory";
  case CUBLAS_STATUS_INVALID_VALUE:
    return "an argument is wrong";
  case CUBLAS_STATUS_EXECUTION_FAILED:
    return "the device reported an error";
  case CUBLAS_STATUS_INTERNAL_ERROR:
    return "internal error";
  case CUBLAS_STATUS_NOT_SUPPORTED:
    return "this combination is not supported";
  }
  return "unknown status";
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

namespace {
/// Where an attribute is kept; null for one that is not simulated.
struct Slot {
  void *At;
  size_t Bytes;
};
} // namespace

static cublasStatus_t set(const Slot &To, const char *What, int Which,
                          const void *From, size_t Bytes) {
  if (!To.At)
    return unsupported(std::string(What) + " " + std::to_string(Which));
  if (!From || Bytes != To.Bytes)
    return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(To.At, From, Bytes);
  return CUBLAS_STATUS_SUCCESS;
}

static cublasStatus_t get(const Slot &From, const char *What, int Which,
                          void *To, size_t Bytes, size_t *Written) {
  if (!From.At)
    return unsupported(std::string(What) + " " + std::to_string(Which));
  if (Written)
    *Written = From.Bytes;
  if (Bytes == 0 && Written)
    return CUBLAS_STATUS_SUCCESS;
  if (!To || Bytes != From.Bytes)
    return CUBLAS_STATUS_INVALID_VALUE;
  std::memcpy(To, From.At, Bytes);
  return CUBLAS_STATUS_SUCCESS;
}

template <typename T> static Slot slot(T &Member) {
  return {&Member, sizeof(T)};
}

static Slot slotOf(MatrixLayout &L, cublasLtMatrixLayoutAttribute_t Which) {
  switch (Which) {
  case CUBLASLT_MATRIX_LAYOUT_TYPE:
    return slot(L.Type);
  case CUBLASLT_MATRIX_LAYOUT_ORDER:
    return slot(L.Order);
  case CUBLASLT_MATRIX_LAYOUT_ROWS:
    return slot(L.Rows);
  case CUBLASLT_MATRIX_LAYOUT_COLS:
    return slot(L.Cols);
  case CUBLASLT_MATRIX_LAYOUT_LD:
    return slot(L.Ld);
  case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
    return slot(L.Batches);
  case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
    return slot(L.BatchStride);
  }
  return {nullptr, 0};
}

static Slot slotOf(MatmulDesc &D, cublasLtMatmulDescAttributes_t Which) {
  switch (Which) {
  case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE:
    return slot(D.ComputeType);
  case CUBLASLT_MATMUL_DESC_SCALE_TYPE:
    return slot(D.ScaleType);
  case CUBLASLT_MATMUL_DESC_POINTER_MODE:
    return slot(D.PointerMode);
  case CUBLASLT_MATMUL_DESC_TRANSA:
    return slot(D.TransA);
  case CUBLASLT_MATMUL_DESC_TRANSB:
    return slot(D.TransB);
  case CUBLASLT_MATMUL_DESC_TRANSC:
    return slot(D.TransC);
  case CUBLASLT_MATMUL_DESC_EPILOGUE:
    return slot(D.Epilogue);
  case CUBLASLT_MATMUL_DESC_BIAS_POINTER:
    return slot(D.Bias);
  case CUBLASLT_MATMUL_DESC_BIAS_BATCH_STRIDE:
    return slot(D.BiasBatchStride);
  case CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET:
    return slot(D.SmCount);
  case CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE:
    return slot(D.BiasType);
  }
  return {nullptr, 0};
}

//===----------------------------------------------------------------------===//
// Descriptors
//===----------------------------------------------------------------------===//

static MatrixLayout layout(cudaDataType_t Type, uint64_t Rows, uint64_t Cols,
                           int64_t Ld) {
  return {Type, CUBLASLT_ORDER_COL, Rows, Cols, Ld, 0, 1};
}

cublasStatus_t simgpu::cublasLtMatrixLayoutInit_internal(
    cublasLtMatrixLayout_t Layout, size_t Bytes, cudaDataType_t Type,
    uint64_t Rows, uint64_t Cols, int64_t Ld) {
  if (!Layout || Bytes < sizeof(MatrixLayout))
    return CUBLAS_STATUS_ALLOC_FAILED;
  *Layout = layout(Type, Rows, Cols, Ld);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t
simgpu::cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *Layout,
                                   cudaDataType_t Type, uint64_t Rows,
                                   uint64_t Cols, int64_t Ld) {
  return create(Layout, layout(Type, Rows, Cols, Ld));
}

cublasStatus_t
simgpu::cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t Layout) {
  return destroy(Layout);
}

cublasStatus_t
simgpu::cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t Layout,
                                         cublasLtMatrixLayoutAttribute_t Which,
                                         const void *From, size_t Bytes) {
  if (!Layout)
    return CUBLAS_STATUS_INVALID_VALUE;
  return set(slotOf(*Layout, Which), "cublasLtMatrixLayoutSetAttribute", Which,
             From, Bytes);
}

cublasStatus_t simgpu::cublasLtMatrixLayoutGetAttribute(
    cublasLtMatrixLayout_t Layout, cublasLtMatrixLayoutAttribute_t Which,
    void *To, size_t Bytes, size_t *Written) {
  if (!Layout)
    return CUBLAS_STATUS_INVALID_VALUE;
  return get(slotOf(*Layout, Which), "cublasLtMatrixLayoutGetAttribute", Which,
             To, Bytes, Written);
}

static MatmulDesc descriptor(cublasComputeType_t Compute,
                             cudaDataType_t Scale) {
  MatmulDesc D = {};
  D.ComputeType = Compute;
  D.ScaleType = Scale;
  D.Epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  D.BiasType = -1;
  return D;
}

cublasStatus_t
simgpu::cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t Desc, size_t Bytes,
                                        cublasComputeType_t Compute,
                                        cudaDataType_t Scale) {
  if (!Desc || Bytes < sizeof(MatmulDesc))
    return CUBLAS_STATUS_ALLOC_FAILED;
  *Desc = descriptor(Compute, Scale);
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t simgpu::cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *Desc,
                                                cublasComputeType_t Compute,
                                                cudaDataType_t Scale) {
  return create(Desc, descriptor(Compute, Scale));
}

cublasStatus_t simgpu::cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t Desc) {
  return destroy(Desc);
}

cublasStatus_t
simgpu::cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t Desc,
                                       cublasLtMatmulDescAttributes_t Which,
                                       const void *From, size_t Bytes) {
  if (!Desc)
    return CUBLAS_STATUS_INVALID_VALUE;
  return set(slotOf(*Desc, Which), "cublasLtMatmulDescSetAttribute", Which,
             From, Bytes);
}

cublasStatus_t simgpu::cublasLtMatmulDescGetAttribute(
    cublasLtMatmulDesc_t Desc, cublasLtMatmulDescAttributes_t Which, void *To,
    size_t Bytes, size_t *Written) {
  if (!Desc)
    return CUBLAS_STATUS_INVALID_VALUE;
  return get(slotOf(*Desc, Which), "cublasLtMatmulDescGetAttribute", Which, To,
             Bytes, Written);
}

cublasStatus_t simgpu::cublasLtMatmulPreferenceInit_internal(
    cublasLtMatmulPreference_t Preference, size_t Bytes) {
  if (!Preference || Bytes < sizeof(MatmulPreference))
    return CUBLAS_STATUS_ALLOC_FAILED;
  *Preference = {};
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t
simgpu::cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *Preference) {
  return create(Preference, MatmulPreference());
}

cublasStatus_t
simgpu::cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t Preference) {
  return destroy(Preference);
}

/// Only the workspace matters: there is one algorithm, and it takes every
/// alignment.
cublasStatus_t simgpu::cublasLtMatmulPreferenceSetAttribute(
    cublasLtMatmulPreference_t Preference,
    cublasLtMatmulPreferenceAttributes_t Which, const void *From,
    size_t Bytes) {
  if (!Preference || !From)
    return CUBLAS_STATUS_INVALID_VALUE;
  switch (Which) {
  case CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES:
    return set(slot(Preference->MaxWorkspaceBytes), "", Which, From, Bytes);
  case CUBLASLT_MATMUL_PREF_SEARCH_MODE:
  case CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK:
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES:
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES:
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES:
  case CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES:
  case CUBLASLT_MATMUL_PREF_MAX_WAVES_COUNT:
  case CUBLASLT_MATMUL_PREF_IMPL_MASK:
    return Bytes ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_INVALID_VALUE;
  }
  return unsupported("cublasLtMatmulPreferenceSetAttribute " +
                     std::to_string(Which));
}

//===----------------------------------------------------------------------===//
// What is supported
//===----------------------------------------------------------------------===//

/// The combinations of cuBLASLt's table "cublasLtMatmul() with regular data
/// ordering" that are simulated.
static bool areTypesSupported(const Product &P) {
  const MatmulDesc &W = P.What;
  if (P.A.Type != P.B.Type || P.C.Type != P.D.Type)
    return false;
  bool Narrow = P.A.Type == CUDA_R_16F || P.A.Type == CUDA_R_16BF;
  switch (W.ComputeType) {
  case CUBLAS_COMPUTE_16F:
    return W.ScaleType == CUDA_R_16F && P.A.Type == CUDA_R_16F &&
           P.D.Type == CUDA_R_16F;
  case CUBLAS_COMPUTE_32F:
  case CUBLAS_COMPUTE_32F_PEDANTIC:
    return W.ScaleType == CUDA_R_32F &&
           (P.D.Type == CUDA_R_32F
                ? P.A.Type == CUDA_R_32F || P.A.Type == CUDA_R_8I || Narrow
                : Narrow && P.D.Type == P.A.Type);
  case CUBLAS_COMPUTE_32F_FAST_16F:
  case CUBLAS_COMPUTE_32F_FAST_16BF:
  case CUBLAS_COMPUTE_32F_FAST_TF32:
    return W.ScaleType == CUDA_R_32F && P.A.Type == CUDA_R_32F &&
           P.D.Type == CUDA_R_32F;
  case CUBLAS_COMPUTE_32I:
    return W.ScaleType == CUDA_R_32I && P.A.Type == CUDA_R_8I &&
           P.D.Type == CUDA_R_32I;
  default:
    return false;
  }
}

static bool isEpilogueSupported(const Product &P) {
  const MatmulDesc &W = P.What;
  switch (W.Epilogue) {
  case CUBLASLT_EPILOGUE_DEFAULT:
    return true;
  case CUBLASLT_EPILOGUE_RELU:
  case CUBLASLT_EPILOGUE_BIAS:
  case CUBLASLT_EPILOGUE_RELU_BIAS:
  case CUBLASLT_EPILOGUE_GELU:
  case CUBLASLT_EPILOGUE_GELU_BIAS:
    break;
  default:
    return false;
  }
  if (W.ComputeType == CUBLAS_COMPUTE_32I)
    return false;
  return !(W.Epilogue & CUBLASLT_EPILOGUE_BIAS) || W.BiasType < 0 ||
         W.BiasType == P.D.Type ||
         (W.BiasType == P.A.Type && P.A.Type != CUDA_R_8I);
}

static bool isLayoutValid(const MatrixLayout &L) {
  uint64_t Least = L.Order == CUBLASLT_ORDER_ROW ? L.Cols : L.Rows;
  return L.Rows && L.Cols && L.Ld >= int64_t(Least) && L.Batches >= 1 &&
         L.BatchStride >= 0;
}

/// Fills in everything but the scales.
static cublasStatus_t describe(MatmulDesc *W, MatrixLayout *A, MatrixLayout *B,
                               MatrixLayout *C, MatrixLayout *D, Product &P) {
  if (!W || !A || !B || !C || !D)
    return CUBLAS_STATUS_INVALID_VALUE;
  P.What = *W;
  P.A = *A;
  P.B = *B;
  P.C = *C;
  P.D = *D;
  for (const MatrixLayout *L : {A, B, C, D}) {
    if (L->Order != CUBLASLT_ORDER_COL && L->Order != CUBLASLT_ORDER_ROW)
      return unsupported("cublasLtMatmul with order " +
                         std::to_string(L->Order));
    if (!isLayoutValid(*L) || L->Batches != D->Batches)
      return CUBLAS_STATUS_INVALID_VALUE;
  }
  if (W->TransC != CUBLAS_OP_N)
    return unsupported("cublasLtMatmul with transposed C");
  if (W->PointerMode != CUBLASLT_POINTER_MODE_HOST)
    return unsupported("cublasLtMatmul with pointer mode " +
                       std::to_string(W->PointerMode));
  bool TransA = W->TransA != CUBLAS_OP_N, TransB = W->TransB != CUBLAS_OP_N;
  P.M = TransA ? A->Cols : A->Rows;
  P.K = TransA ? A->Rows : A->Cols;
  P.N = TransB ? B->Rows : B->Cols;
  if ((TransB ? B->Cols : B->Rows) != P.K || D->Rows != P.M || D->Cols != P.N ||
      C->Rows != P.M || C->Cols != P.N)
    return CUBLAS_STATUS_INVALID_VALUE;
  if (!areTypesSupported(P))
    return unsupported("cublasLtMatmul with types " + std::to_string(A->Type) +
                       ", " + std::to_string(B->Type) + ", " +
                       std::to_string(C->Type) + ", " +
                       std::to_string(D->Type) + ", compute type " +
                       std::to_string(W->ComputeType) + ", scale type " +
                       std::to_string(W->ScaleType));
  if (!isEpilogueSupported(P))
    return unsupported("cublasLtMatmul with epilogue " +
                       std::to_string(W->Epilogue));
  // Products of int8 want both operands contiguous along k, in whole words.
  bool ColumnMajor = A->Order == CUBLASLT_ORDER_COL &&
                     B->Order == CUBLASLT_ORDER_COL &&
                     D->Order == CUBLASLT_ORDER_COL;
  if (W->ComputeType == CUBLAS_COMPUTE_32I &&
      (!TransA || TransB || !ColumnMajor || P.M % 4 || P.K % 4 || A->Ld % 4 ||
       B->Ld % 4))
    return unsupported("cublasLtMatmul of int8 other than A transposed, B not, "
                       "m, k and leading dimensions multiples of 4");
  return CUBLAS_STATUS_SUCCESS;
}

//===----------------------------------------------------------------------===//
// The algorithm
//===----------------------------------------------------------------------===//

static constexpr uint64_t AlgorithmMark = 0x73696d6770756c74; // "simgpult"
static constexpr uint64_t MostWorkspace = 1 << 20;

/// Takes what it is offered up to a limit, so that callers which forget to
/// pass the workspace, or share one between streams, are found.
cublasStatus_t simgpu::cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t Handle, cublasLtMatmulDesc_t What,
    cublasLtMatrixLayout_t A, cublasLtMatrixLayout_t B,
    cublasLtMatrixLayout_t C, cublasLtMatrixLayout_t D,
    cublasLtMatmulPreference_t Preference, int Wanted,
    cublasLtMatmulHeuristicResult_t *Results, int *Found) {
  if (!Handle)
    return CUBLAS_STATUS_NOT_INITIALIZED;
  if (!Preference || Wanted < 1 || !Results || !Found)
    return CUBLAS_STATUS_INVALID_VALUE;
  *Found = 0;
  Product P;
  if (cublasStatus_t S = describe(What, A, B, C, D, P))
    return S;
  Results[0] = {};
  Results[0].workspaceSize =
      std::min(Preference->MaxWorkspaceBytes, MostWorkspace);
  Results[0].algo.data[0] = AlgorithmMark;
  Results[0].algo.data[1] = Results[0].workspaceSize;
  Results[0].wavesCount = 1;
  *Found = 1;
  return CUBLAS_STATUS_SUCCESS;
}

static Region region(const char *Name, const void *At, const MatrixLayout &L) {
  uint64_t Bytes = elementBytes(L.Type);
  bool Rows = L.Order == CUBLASLT_ORDER_ROW;
  Region R;
  R.Name = Name;
  R.Address = reinterpret_cast<uintptr_t>(At);
  R.RowBytes = (Rows ? L.Cols : L.Rows) * Bytes;
  R.Count[0] = Rows ? L.Rows : L.Cols;
  R.Pitch[0] = L.Ld * Bytes;
  R.Count[1] = L.Batches;
  R.Pitch[1] = L.BatchStride * Bytes;
  return R;
}

static cublasStatus_t enqueue(const Product &P, const void *A, const void *B,
                              const void *C, void *D, void *Workspace,
                              uint64_t WorkspaceBytes, CUstream Stream) {
  LibraryCall Call;
  Call.Name = "cublasLtMatmul";
  Call.What = "cublasLtMatmul of " + std::to_string(P.D.Batches) + " x [" +
              std::to_string(P.M) + ", " + std::to_string(P.N) + ", " +
              std::to_string(P.K) + "]";
  Call.Reads = {region("A", A, P.A), region("B", B, P.B)};
  int IndexC = -1, IndexBias = -1;
  if (P.Beta != 0) {
    IndexC = static_cast<int>(Call.Reads.size());
    Call.Reads.push_back(region("C", C, P.C));
  }
  if (P.What.Epilogue & CUBLASLT_EPILOGUE_BIAS) {
    int Type = P.What.BiasType < 0 ? P.D.Type : P.What.BiasType;
    MatrixLayout L = {Type,         CUBLASLT_ORDER_COL,     P.M,        1,
                      int64_t(P.M), P.What.BiasBatchStride, P.D.Batches};
    IndexBias = static_cast<int>(Call.Reads.size());
    Call.Reads.push_back(region("bias", P.What.Bias, L));
  }
  Call.Writes = {region("D", D, P.D)};
  if (WorkspaceBytes) {
    Region R;
    R.Name = "workspace";
    R.IsScratch = true;
    R.Address = reinterpret_cast<uintptr_t>(Workspace);
    R.RowBytes = WorkspaceBytes;
    Call.Writes.push_back(R);
  }
  Call.Compute = [=](auto &Reads, auto &Writes) {
    if (WorkspaceBytes)
      std::memset(Writes[1], 0xff, WorkspaceBytes);
    P.run(Reads[0], Reads[1], IndexC < 0 ? nullptr : Reads[IndexC],
          IndexBias < 0 ? nullptr : Reads[IndexBias], Writes[0]);
  };
  return enqueueLibraryCall(Stream, std::move(Call)) == CUDA_SUCCESS
             ? CUBLAS_STATUS_SUCCESS
             : CUBLAS_STATUS_EXECUTION_FAILED;
}

cublasStatus_t simgpu::cublasLtMatmul(
    cublasLtHandle_t Handle, cublasLtMatmulDesc_t What, const void *Alpha,
    const void *A, cublasLtMatrixLayout_t ALayout, const void *B,
    cublasLtMatrixLayout_t BLayout, const void *Beta, const void *C,
    cublasLtMatrixLayout_t CLayout, void *D, cublasLtMatrixLayout_t DLayout,
    const cublasLtMatmulAlgo_t *Algorithm, void *Workspace,
    size_t WorkspaceBytes, CUstream Stream) {
  try {
    if (!Handle)
      return CUBLAS_STATUS_NOT_INITIALIZED;
    Product P;
    if (cublasStatus_t S =
            describe(What, ALayout, BLayout, CLayout, DLayout, P))
      return S;
    if (!Alpha || !Beta || !A || !B || !D)
      return CUBLAS_STATUS_INVALID_VALUE;
    P.Alpha = loadElement(Alpha, What->ScaleType);
    P.Beta = loadElement(Beta, What->ScaleType);
    if (P.Beta != 0 && !C)
      return CUBLAS_STATUS_INVALID_VALUE;
    if ((What->Epilogue & CUBLASLT_EPILOGUE_BIAS) && !What->Bias)
      return CUBLAS_STATUS_INVALID_VALUE;
    // In place, C and D must be laid out alike.
    if (C == D && P.Beta != 0 &&
        (P.C.Ld != P.D.Ld || P.C.Order != P.D.Order ||
         P.C.BatchStride != P.D.BatchStride))
      return CUBLAS_STATUS_INVALID_VALUE;
    uint64_t Needed = std::min<uint64_t>(WorkspaceBytes, MostWorkspace);
    if (Algorithm) {
      if (Algorithm->data[0] != AlgorithmMark)
        return CUBLAS_STATUS_INVALID_VALUE;
      Needed = Algorithm->data[1];
    }
    if (Needed > WorkspaceBytes || (Needed && !Workspace))
      return CUBLAS_STATUS_INVALID_VALUE;
    return enqueue(P, A, B, C, D, Workspace, Needed, Stream);
  } catch (const std::bad_alloc &) {
    return CUBLAS_STATUS_ALLOC_FAILED;
  } catch (const std::exception &) {
    return CUBLAS_STATUS_INTERNAL_ERROR;
  }
}
