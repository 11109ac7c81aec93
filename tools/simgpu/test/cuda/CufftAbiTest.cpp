//===- CufftAbiTest.cpp - CufftTypes.h against the toolkit's cufft.h ------===//

#include "CufftTypes.h"

#include <cstddef>
#include <cufft.h>

#define SAME(Name)                                                             \
  static_assert(static_cast<long long>(simgpu::Name) ==                        \
                static_cast<long long>(::Name))

SAME(CUFFT_SUCCESS);
SAME(CUFFT_INVALID_PLAN);
SAME(CUFFT_ALLOC_FAILED);
SAME(CUFFT_INVALID_TYPE);
SAME(CUFFT_INVALID_VALUE);
SAME(CUFFT_INTERNAL_ERROR);
SAME(CUFFT_EXEC_FAILED);
SAME(CUFFT_SETUP_FAILED);
SAME(CUFFT_INVALID_SIZE);
SAME(CUFFT_NO_WORKSPACE);
SAME(CUFFT_NOT_SUPPORTED);
SAME(CUFFT_C2C);
SAME(CUFFT_R2C);
SAME(CUFFT_C2R);
SAME(CUFFT_Z2Z);
SAME(CUFFT_D2Z);
SAME(CUFFT_Z2D);
