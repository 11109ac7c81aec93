//===- CublasLtApi.h - Entry points of libcublasLt.so.13 --------*- C++ -*-===//
//
// Products of matrices. What is not here does not exist.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUBLASLT_CUBLASLTAPI_H
#define SIMGPU_CUBLASLT_CUBLASLTAPI_H

#include "CublasLtTypes.h"
#include "CudaApi.h"

namespace simgpu {
extern "C" {

SIMGPU_API cublasStatus_t cublasLtCreate(cublasLtHandle_t *);
SIMGPU_API cublasStatus_t cublasLtDestroy(cublasLtHandle_t);
SIMGPU_API size_t cublasLtGetVersion();
SIMGPU_API size_t cublasLtGetCudartVersion();
SIMGPU_API const char *cublasLtGetStatusName(cublasStatus_t);
SIMGPU_API const char *cublasLtGetStatusString(cublasStatus_t);
SIMGPU_API cublasStatus_t
cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t, size_t,
                                  cudaDataType_t, uint64_t, uint64_t, int64_t);
SIMGPU_API cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t *,
                                                     cudaDataType_t, uint64_t,
                                                     uint64_t, int64_t);
SIMGPU_API cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t);
SIMGPU_API cublasStatus_t cublasLtMatrixLayoutSetAttribute(
    cublasLtMatrixLayout_t, cublasLtMatrixLayoutAttribute_t, const void *,
    size_t);
SIMGPU_API cublasStatus_t cublasLtMatrixLayoutGetAttribute(
    cublasLtMatrixLayout_t, cublasLtMatrixLayoutAttribute_t, void *, size_t,
    size_t *);
SIMGPU_API cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t,
                                                          size_t,
                                                          cublasComputeType_t,
                                                          cudaDataType_t);
SIMGPU_API cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t *,
                                                   cublasComputeType_t,
                                                   cudaDataType_t);
SIMGPU_API cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t);
SIMGPU_API cublasStatus_t cublasLtMatmulDescSetAttribute(
    cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, const void *, size_t);
SIMGPU_API cublasStatus_t cublasLtMatmulDescGetAttribute(
    cublasLtMatmulDesc_t, cublasLtMatmulDescAttributes_t, void *, size_t,
    size_t *);
SIMGPU_API cublasStatus_t
cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t, size_t);
SIMGPU_API cublasStatus_t
cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t *);
SIMGPU_API
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t);
SIMGPU_API cublasStatus_t cublasLtMatmulPreferenceSetAttribute(
    cublasLtMatmulPreference_t, cublasLtMatmulPreferenceAttributes_t,
    const void *, size_t);
SIMGPU_API cublasStatus_t cublasLtMatmulAlgoGetHeuristic(
    cublasLtHandle_t, cublasLtMatmulDesc_t, cublasLtMatrixLayout_t,
    cublasLtMatrixLayout_t, cublasLtMatrixLayout_t, cublasLtMatrixLayout_t,
    cublasLtMatmulPreference_t, int, cublasLtMatmulHeuristicResult_t *, int *);
SIMGPU_API cublasStatus_t cublasLtMatmul(
    cublasLtHandle_t, cublasLtMatmulDesc_t, const void *Alpha, const void *A,
    cublasLtMatrixLayout_t, const void *B, cublasLtMatrixLayout_t,
    const void *Beta, const void *C, cublasLtMatrixLayout_t, void *D,
    cublasLtMatrixLayout_t, const cublasLtMatmulAlgo_t *, void *Workspace,
    size_t WorkspaceBytes, CUstream);

} // extern "C"
} // namespace simgpu

#endif // SIMGPU_CUBLASLT_CUBLASLTAPI_H
