//===- CudaBlas.h - Dense layers of many rows by cuBLASLt -------*- C++ -*-===//

#ifndef H3RT_CUDABLAS_H
#define H3RT_CUDABLAS_H

#include "CudaDriver.h"
#include "CudaLibrary.h"

#include <map>
#include <memory>
#include <tuple>

namespace h3 {

/// output [rows, features] f32 = act(input [rows, inputs] . weight [features,
/// inputs]^T + bias [features] f32), plus its former value with
/// H3_LINEAR_ACCUMULATE. Matrices are contiguous, addresses on the device.
struct DenseLayer {
  int64_t Type; ///< of input and weight, an H3ElementType
  int64_t Rows, Features, Inputs;
  CuAddress Input, Weight, Bias, Output; ///< no bias: 0
  int64_t Flags;                         ///< of H3LinearFlags

  std::string str() const;
};

/// cuBLASLt, loaded at run time. Numbers and types are those of its versions 12
/// and 13 (cublasLt.h).
class CudaBlas {
public:
  /// Loads the library from the folder of the driver. `Workspace` is memory of
  /// the device.
  static Expected<std::unique_ptr<CudaBlas>>
  load(const std::string &Folder, CuAddress Workspace, uint64_t WorkspaceBytes);
  ~CudaBlas();

  Error run(const DenseLayer &Layer, CuHandle Stream);

private:
  using Status = int;
  struct Algorithm {
    uint64_t Data[8];
  };
  struct Heuristic {
    Algorithm Chosen;
    size_t WorkspaceBytes;
    Status State;
    float Waves;
    int Reserved[4];
  };
  /// What the library needs for layers of one shape.
  struct Plan {
    CuHandle Operation = nullptr;
    CuHandle Weight = nullptr, Input = nullptr, Output = nullptr;
    Algorithm Chosen = {};
  };

  CudaBlas() = default;
  Error check(Status Result, const char *Call, const DenseLayer &Layer) const;
  Error create(Plan &Plan, const DenseLayer &Layer);
  Error choose(Plan &Plan, const DenseLayer &Layer);
  void destroy(Plan &Plan);

  Status (*cublasLtCreate)(CuHandle *);
  Status (*cublasLtDestroy)(CuHandle);
  Status (*cublasLtMatmulDescCreate)(CuHandle *, int Compute, int Scale);
  Status (*cublasLtMatmulDescDestroy)(CuHandle);
  Status (*cublasLtMatmulDescSetAttribute)(CuHandle, int, const void *, size_t);
  Status (*cublasLtMatrixLayoutCreate)(CuHandle *, int Type, uint64_t Rows,
                                       uint64_t Columns, int64_t Stride);
  Status (*cublasLtMatrixLayoutDestroy)(CuHandle);
  Status (*cublasLtMatmulPreferenceCreate)(CuHandle *);
  Status (*cublasLtMatmulPreferenceDestroy)(CuHandle);
  Status (*cublasLtMatmulPreferenceSetAttribute)(CuHandle, int, const void *,
                                                 size_t);
  Status (*cublasLtMatmulAlgoGetHeuristic)(CuHandle, CuHandle Operation,
                                           CuHandle A, CuHandle B, CuHandle C,
                                           CuHandle D, CuHandle Preference,
                                           int Wanted, Heuristic *, int *Found);
  Status (*cublasLtMatmul)(CuHandle, CuHandle Operation, const void *Alpha,
                           const void *A, CuHandle, const void *B, CuHandle,
                           const void *Beta, const void *C, CuHandle, void *D,
                           CuHandle, const Algorithm *, void *Workspace,
                           size_t WorkspaceBytes, CuHandle Stream);

  CuHandle Handle = nullptr;
  CuAddress Workspace = 0;
  uint64_t WorkspaceBytes = 0;
  /// By type, rows, features, inputs, whether there is a bias, and flags.
  std::map<std::tuple<int64_t, int64_t, int64_t, int64_t, bool, int64_t>, Plan>
      Plans;
};

} // namespace h3

#endif // H3RT_CUDABLAS_H
