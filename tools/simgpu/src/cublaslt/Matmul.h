//===- Matmul.h - Products of matrices on the CPU ---------------*- C++ -*-===//

#ifndef SIMGPU_CUBLASLT_MATMUL_H
#define SIMGPU_CUBLASLT_MATMUL_H

#include "CublasLtApi.h"

#include <vector>

namespace simgpu {

/// Bytes of one element; 0 for a type that is not simulated.
unsigned elementBytes(int Type);
double loadElement(const void *At, int Type);

/// One product: D = epilogue(Alpha * op(A) * op(B) + Beta * C), a batch of
/// them. Matrices are [M, K], [K, N], [M, N], [M, N] after op.
struct Product {
  MatmulDesc What;
  MatrixLayout A, B, C, D;
  double Alpha, Beta;
  uint64_t M, N, K;

  /// Sums in single precision over runs of 256, then in double precision.
  /// Products of int8 are exact. `C` may be null when Beta is 0, `Bias`
  /// when the epilogue has none.
  void run(const uint8_t *AData, const uint8_t *BData, const uint8_t *CData,
           const uint8_t *BiasData, uint8_t *DData) const;
};

} // namespace simgpu

#endif // SIMGPU_CUBLASLT_MATMUL_H
