//===- CufftTypes.h - Types and numbers of libcufft.so.12 -------*- C++ -*-===//
//
// Under the names of the library's documentation but in a namespace, so that
// no toolkit is needed. Where there is one, a test compares them with
// cufft.h.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUFFT_CUFFTTYPES_H
#define SIMGPU_CUFFT_CUFFTTYPES_H

#include "CudaTypes.h"

namespace simgpu {

using cufftHandle = int;

enum cufftResult : int {
  CUFFT_SUCCESS = 0,
  CUFFT_INVALID_PLAN = 1,
  CUFFT_ALLOC_FAILED = 2,
  CUFFT_INVALID_TYPE = 3,
  CUFFT_INVALID_VALUE = 4,
  CUFFT_INTERNAL_ERROR = 5,
  CUFFT_EXEC_FAILED = 6,
  CUFFT_SETUP_FAILED = 7,
  CUFFT_INVALID_SIZE = 8,
  CUFFT_NO_WORKSPACE = 13,
  CUFFT_NOT_SUPPORTED = 16,
};

enum cufftType : int {
  CUFFT_C2C = 0x29,
  CUFFT_R2C = 0x2a,
  CUFFT_C2R = 0x2c,
  CUFFT_Z2Z = 0x69,
  CUFFT_D2Z = 0x6a,
  CUFFT_Z2D = 0x6c,
};

constexpr int FftForward = -1; ///< CUFFT_FORWARD
constexpr int FftInverse = 1;  ///< CUFFT_INVERSE

} // namespace simgpu

#endif // SIMGPU_CUFFT_CUFFTTYPES_H
