//===- CudaFft.h - Transforms of NVIDIA's cuFFT -----------------*- C++ -*-===//
//
// libcufft, found by dlopen when a program first transforms something. Types
// and numbers are those of cufft.h of CUDA 11 to 13.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CUDAFFT_H
#define H3RT_CUDAFFT_H

#include "CudaScratch.h"

#include <map>
#include <memory>
#include <tuple>

namespace h3 {

using CufftResult = int;
using CufftHandle = int;

struct CufftLibrary {
  CufftResult (*cufftCreate)(CufftHandle *);
  CufftResult (*cufftDestroy)(CufftHandle);
  CufftResult (*cufftSetAutoAllocation)(CufftHandle, int IsOn);
  CufftResult (*cufftMakePlanMany64)(CufftHandle, int Rank, long long *Length,
                                     long long *InEmbed, long long InStride,
                                     long long InDistance, long long *OutEmbed,
                                     long long OutStride, long long OutDistance,
                                     int Type, long long Batch,
                                     size_t *WorkBytes);
  CufftResult (*cufftSetStream)(CufftHandle, CuHandle Stream);
  CufftResult (*cufftSetWorkArea)(CufftHandle, void *);
  CufftResult (*cufftExecR2C)(CufftHandle, void *In, void *Out);
  CufftResult (*cufftExecC2R)(CufftHandle, void *In, void *Out);
};

/// Transforms of columns: real values x[i * Distance + c], 0 <= i < Length, and
/// complex ones s[f * Distance + c], 0 <= f <= Length / 2, for columns c below
/// `Columns`. The inverse leaves a factor of Length.
struct ColumnTransform {
  bool IsInverse;
  int64_t Length, Columns, Distance;

  auto key() const { return std::tie(IsInverse, Length, Columns, Distance); }
  bool operator<(const ColumnTransform &Other) const {
    return key() < Other.key();
  }
};

/// The plans of one stream. Plans are kept; their work areas are scratch.
class CudaFft {
public:
  /// Loads libcufft.so.12 or .11, for the simulated GPU from beside its driver.
  /// The error says what is missing.
  static Expected<std::unique_ptr<CudaFft>>
  load(const CudaDriver &Driver, CuHandle Stream, CudaScratch &Scratch);
  ~CudaFft();

  /// Puts a transform on the stream.
  Error run(const ColumnTransform &Transform, void *In, void *Out);

private:
  struct Plan {
    CufftHandle Handle;
    size_t WorkBytes;
  };

  CudaFft(const CudaDriver &Driver, CuHandle Stream, CudaScratch &Scratch)
      : Driver(Driver), Stream(Stream), Scratch(Scratch) {}
  Expected<Plan> getPlan(const ColumnTransform &Transform);
  Error dropPlans();

  CufftLibrary Library;
  const CudaDriver &Driver;
  CuHandle Stream;
  CudaScratch &Scratch;
  std::map<ColumnTransform, Plan> Plans;
};

} // namespace h3

#endif // H3RT_CUDAFFT_H
