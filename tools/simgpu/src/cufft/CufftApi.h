//===- CufftApi.h - Entry points of libcufft.so.12 --------------*- C++ -*-===//
//
// One-dimensional transforms. What is not here does not exist.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUFFT_CUFFTAPI_H
#define SIMGPU_CUFFT_CUFFTAPI_H

#include "CudaApi.h"
#include "CufftTypes.h"

namespace simgpu {
extern "C" {

SIMGPU_API cufftResult cufftCreate(cufftHandle *);
SIMGPU_API cufftResult cufftDestroy(cufftHandle);
SIMGPU_API cufftResult cufftPlan1d(cufftHandle *, int, cufftType, int);
SIMGPU_API cufftResult cufftPlanMany(cufftHandle *, int, int *, int *, int, int,
                                     int *, int, int, cufftType, int);
SIMGPU_API cufftResult cufftMakePlan1d(cufftHandle, int, cufftType, int,
                                       size_t *);
SIMGPU_API cufftResult cufftMakePlanMany(cufftHandle, int, int *, int *, int,
                                         int, int *, int, int, cufftType, int,
                                         size_t *);
SIMGPU_API cufftResult cufftMakePlanMany64(cufftHandle, int, long long *,
                                           long long *, long long, long long,
                                           long long *, long long, long long,
                                           cufftType, long long, size_t *);
SIMGPU_API cufftResult cufftEstimate1d(int, cufftType, int, size_t *);
SIMGPU_API cufftResult cufftEstimateMany(int, int *, int *, int, int, int *,
                                         int, int, cufftType, int, size_t *);
SIMGPU_API cufftResult cufftGetSize(cufftHandle, size_t *);
SIMGPU_API cufftResult cufftGetSize1d(cufftHandle, int, cufftType, int,
                                      size_t *);
SIMGPU_API cufftResult cufftGetSizeMany(cufftHandle, int, int *, int *, int,
                                        int, int *, int, int, cufftType, int,
                                        size_t *);
SIMGPU_API cufftResult cufftGetSizeMany64(cufftHandle, int, long long *,
                                          long long *, long long, long long,
                                          long long *, long long, long long,
                                          cufftType, long long, size_t *);
SIMGPU_API cufftResult cufftSetAutoAllocation(cufftHandle, int);
SIMGPU_API cufftResult cufftSetWorkArea(cufftHandle, void *);
SIMGPU_API cufftResult cufftSetStream(cufftHandle, CUstream);
SIMGPU_API cufftResult cufftExecC2C(cufftHandle, void *, void *, int);
SIMGPU_API cufftResult cufftExecR2C(cufftHandle, void *, void *);
SIMGPU_API cufftResult cufftExecC2R(cufftHandle, void *, void *);
SIMGPU_API cufftResult cufftExecZ2Z(cufftHandle, void *, void *, int);
SIMGPU_API cufftResult cufftExecD2Z(cufftHandle, void *, void *);
SIMGPU_API cufftResult cufftExecZ2D(cufftHandle, void *, void *);
SIMGPU_API cufftResult cufftGetVersion(int *);

} // extern "C"
} // namespace simgpu

#endif // SIMGPU_CUFFT_CUFFTAPI_H
