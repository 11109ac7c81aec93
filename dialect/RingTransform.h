//===- RingTransform.h - The transform behind fft convolutions --*- C++ -*-===//
//
// A sequence of n values is a polynomial modulo x^n - g with |g| = 1. Its
// transform is its values at the n roots, computed by decimation: with n = f m,
// x^n - g splits into f factors x^m - r_j, where the r_j are the f-th roots of
// g, and the polynomial modulo each of them is a sequence of m values. Roots
// are written as angles in turns: g has the angle a in [0, 1), r_j the angle (a
// + j) / f. The order of the transform is that of the factors, recursively.
//
// With g = i (a = 1/4) the product of two real sequences has their causal
// convolution as real part and what spills over as imaginary part: n values are
// convolved by transforms of length n, with no zeros appended ("right-angle
// circular convolution", Krot 1989; Nicholson, "Algebraic theory of finite
// Fourier transforms", 1971). With g = 1 it is the usual discrete transform.
//
//===----------------------------------------------------------------------===//

#ifndef H3_DIALECT_RINGTRANSFORM_H
#define H3_DIALECT_RINGTRANSFORM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace h3 {

/// The factors by which a transform of length n = 4^c 2^b 3^d 5^e is split,
/// first to last; there are two at least and the last is 4. Empty for other
/// lengths.
llvm::SmallVector<int64_t> getRingFactors(int64_t n);

inline bool isRingLength(int64_t n) { return !getRingFactors(n).empty(); }

/// The shortest length of at least `n` of the form {1, 3, 5, 9, 15} 2^k.
int64_t getRingLength(int64_t n);

/// The angles of the blocks that the first `levels` factors leave, in turns and
/// in the order of the transform; `angle` is that of g.
llvm::SmallVector<double> getRingAngles(llvm::ArrayRef<int64_t> factors,
                                        unsigned levels, double angle);

} // namespace h3

#endif // H3_DIALECT_RINGTRANSFORM_H
