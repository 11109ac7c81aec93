//===- Rounding.cpp - f64 in the rounding modes of the host ---------------===//
//
// Compiled with -frounding-math.
//
//===----------------------------------------------------------------------===//

#include "Rounding.h"

#include <cfenv>

using namespace simgpu;

namespace {
/// Sets the rounding mode of this thread and puts the old one back.
class RoundingScope {
public:
  explicit RoundingScope(Rounding R) : Old(std::fegetround()) {
    std::fesetround(R == Rounding::Zero   ? FE_TOWARDZERO
                    : R == Rounding::Down ? FE_DOWNWARD
                    : R == Rounding::Up   ? FE_UPWARD
                                          : FE_TONEAREST);
  }
  ~RoundingScope() { std::fesetround(Old); }

private:
  int Old;
};
} // namespace

// Volatile keeps the operation between the two changes of the mode.

double simgpu::addRounded(double A, double B, Rounding R) {
  RoundingScope Scope(R);
  volatile double X = A, Y = B, Result = X + Y;
  return Result;
}

double simgpu::mulRounded(double A, double B, Rounding R) {
  RoundingScope Scope(R);
  volatile double X = A, Y = B, Result = X * Y;
  return Result;
}

double simgpu::divRounded(double A, double B, Rounding R) {
  RoundingScope Scope(R);
  volatile double X = A, Y = B, Result = X / Y;
  return Result;
}

double simgpu::fmaRounded(double A, double B, double C, Rounding R) {
  RoundingScope Scope(R);
  volatile double X = A, Y = B, Z = C, Result = std::fma(X, Y, Z);
  return Result;
}

double simgpu::sqrtRounded(double A, Rounding R) {
  RoundingScope Scope(R);
  volatile double X = A, Result = std::sqrt(X);
  return Result;
}
