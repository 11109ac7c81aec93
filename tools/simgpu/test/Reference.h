//===- Reference.h - Arithmetic to compare with -----------------*- C++ -*-===//
//
// Floating point in integers: every value is a mantissa times a power of two,
// sums are taken in fixed point wide enough for all of f64, and one function
// rounds. It shares nothing with the library, which computes in the host's
// floating point.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_TEST_REFERENCE_H
#define SIMGPU_TEST_REFERENCE_H

#include <cstdint>
#include <vector>

namespace reference {

__extension__ typedef unsigned __int128 U128;
__extension__ typedef __int128 I128;

/// A binary format: bits of exponent and mantissa.
struct Format {
  int Exponent, Mantissa;
  int bits() const { return 1 + Exponent + Mantissa; }
  uint64_t infinity() const {
    return ((uint64_t(1) << Exponent) - 1) << Mantissa;
  }
  uint64_t sign() const { return uint64_t(1) << (Exponent + Mantissa); }
};
constexpr Format F16{5, 10}, BF16{8, 7}, F32{8, 23}, F64{11, 52}, TF32{8, 10};

enum class Mode { Even, Zero, Down, Up, Away };
Mode modeOf(const char *Modifier); ///< "rn", "rz", "rm", "rp", "rna"

bool isNan(uint64_t Bits, Format F);
bool isInf(uint64_t Bits, Format F);
bool isZero(uint64_t Bits, Format F);
bool isNegative(uint64_t Bits, Format F);
bool isSubnormal(uint64_t Bits, Format F);
/// The NaN that results have: all ones but the sign; for f64 any NaN is meant.
uint64_t nan(Format F);
uint64_t flushed(uint64_t Bits, Format F);

/// (-1)^Negative * (Mantissa + something in (0, 1) if Sticky) * 2^Exponent.
uint64_t round(bool Negative, U128 Mantissa, int Exponent, bool Sticky,
               Format F, Mode M);

/// A finite number taken apart.
struct Parts {
  bool Negative;
  uint64_t Mantissa;
  int Exponent;
};
Parts partsOf(uint64_t Bits, Format F);

uint64_t add(uint64_t A, uint64_t B, Format F, Mode M);
uint64_t mul(uint64_t A, uint64_t B, Format F, Mode M);
/// Multiplicands in format `In`, the rest in `F`.
uint64_t fma(uint64_t A, uint64_t B, uint64_t C, Format In, Format F, Mode M);
uint64_t div(uint64_t A, uint64_t B, Format F, Mode M);
uint64_t sqrt(uint64_t A, Format F, Mode M);
uint64_t convert(uint64_t A, Format From, Format To, Mode M);
uint64_t fromInteger(I128 Value, Format To, Mode M);
/// Rounded to an integer, still as a float.
uint64_t toIntegral(uint64_t A, Format F, Mode M);
/// Clamped to the type; NaN as PTX says.
uint64_t toInteger(uint64_t A, Format From, unsigned Bits, bool IsSigned,
                   Mode M);
uint64_t saturate(uint64_t A, Format F);
uint64_t minMax(uint64_t A, uint64_t B, bool Max, bool KeepNan, bool XorSign,
                Format F);

/// Zeros, subnormals, ones, ties, extremes, infinities, NaN, of both signs.
std::vector<uint64_t> edges(Format F);

} // namespace reference

#endif // SIMGPU_TEST_REFERENCE_H
