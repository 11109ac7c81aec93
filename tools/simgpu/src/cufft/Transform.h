//===- Transform.h - Batches of one-dimensional transforms ------*- C++ -*-===//

#ifndef SIMGPU_CUFFT_TRANSFORM_H
#define SIMGPU_CUFFT_TRANSFORM_H

#include "CufftApi.h"

#include <complex>
#include <cstdint>
#include <fftw3.h>
#include <memory>
#include <vector>

namespace simgpu {

/// Element j of transform b lies at element b * Distance + j * Stride.
struct FftLayout {
  int64_t Stride = 1, Distance = 0;
};

/// What a plan describes.
struct FftShape {
  cufftType Type;
  int64_t Size;    ///< points of one transform
  int64_t Batches; ///< transforms
  FftLayout In, Out;
  bool IsBasic; ///< no layout was given: densely packed

  bool isDouble() const { return Type & 0x40; }
  bool isRealIn() const { return Type == CUFFT_R2C || Type == CUFFT_D2Z; }
  bool isRealOut() const { return Type == CUFFT_C2R || Type == CUFFT_Z2D; }
  int64_t halfSize() const { return Size / 2 + 1; }
  /// Elements of one transform.
  int64_t inSize() const { return isRealOut() ? halfSize() : Size; }
  int64_t outSize() const { return isRealIn() ? halfSize() : Size; }
  /// Bytes of one element.
  int64_t inBytes() const { return scalarBytes() * (isRealIn() ? 1 : 2); }
  int64_t outBytes() const { return scalarBytes() * (isRealOut() ? 1 : 2); }
  /// The layout of an execution in place: packed reals are then padded to
  /// whole complex rows.
  FftShape inPlace() const;

private:
  int64_t scalarBytes() const { return isDouble() ? 8 : 4; }
};

/// Runs transforms of one size with FFTW, in double precision, so that the
/// result is the exact one, rounded once.
class Transform {
public:
  /// Null when FFTW cannot plan it.
  static std::shared_ptr<Transform> create(const FftShape &Shape,
                                           int Direction);
  ~Transform();
  /// `In` and `Out` are the first elements of the first transform.
  void run(const FftShape &Shape, const uint8_t *In, uint8_t *Out);

private:
  Transform() = default;

  fftw_plan Plan = nullptr;
  double *From = nullptr, *To = nullptr; ///< of one transform
};

} // namespace simgpu

#endif // SIMGPU_CUFFT_TRANSFORM_H
