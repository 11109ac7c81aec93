//===- Transform.cpp - Batches of one-dimensional transforms --------------===//

#include "Transform.h"

#include <cstring>
#include <mutex>

using namespace simgpu;

FftShape FftShape::inPlace() const {
  FftShape Result = *this;
  if (IsBasic && isRealIn())
    Result.In.Distance = 2 * halfSize();
  if (IsBasic && isRealOut())
    Result.Out.Distance = 2 * halfSize();
  return Result;
}

/// FFTW's planner is not safe to share between threads.
static std::mutex &plannerLock() {
  static std::mutex Lock;
  return Lock;
}

std::shared_ptr<Transform> Transform::create(const FftShape &Shape,
                                             int Direction) {
  std::shared_ptr<Transform> T(new Transform);
  std::lock_guard<std::mutex> Guard(plannerLock());
  size_t Points = static_cast<size_t>(Shape.Size) + 2;
  T->From = fftw_alloc_real(2 * Points);
  T->To = fftw_alloc_real(2 * Points);
  if (!T->From || !T->To)
    return nullptr;
  auto *From = reinterpret_cast<fftw_complex *>(T->From);
  auto *To = reinterpret_cast<fftw_complex *>(T->To);
  int N = static_cast<int>(Shape.Size);
  T->Plan = Shape.isRealIn()
                ? fftw_plan_dft_r2c_1d(N, T->From, To, FFTW_ESTIMATE)
            : Shape.isRealOut()
                ? fftw_plan_dft_c2r_1d(N, From, T->To, FFTW_ESTIMATE)
                : fftw_plan_dft_1d(N, From, To, Direction, FFTW_ESTIMATE);
  return T->Plan ? T : nullptr;
}

Transform::~Transform() {
  std::lock_guard<std::mutex> Guard(plannerLock());
  if (Plan)
    fftw_destroy_plan(Plan);
  fftw_free(From);
  fftw_free(To);
}

/// Copies elements of `Scalars` numbers between device memory and a row of
/// doubles.
template <typename T>
static void gather(double *To, const uint8_t *From, int64_t Elements,
                   int64_t Scalars, int64_t Stride) {
  for (int64_t I = 0; I < Elements; ++I)
    for (int64_t S = 0; S < Scalars; ++S) {
      T Value;
      std::memcpy(&Value,
                  From + (I * Stride * Scalars + S) * int64_t(sizeof(T)),
                  sizeof(T));
      To[I * Scalars + S] = Value;
    }
}

template <typename T>
static void scatter(uint8_t *To, const double *From, int64_t Elements,
                    int64_t Scalars, int64_t Stride) {
  for (int64_t I = 0; I < Elements; ++I)
    for (int64_t S = 0; S < Scalars; ++S) {
      auto Value = static_cast<T>(From[I * Scalars + S]);
      std::memcpy(To + (I * Stride * Scalars + S) * int64_t(sizeof(T)), &Value,
                  sizeof(T));
    }
}

void Transform::run(const FftShape &Shape, const uint8_t *In, uint8_t *Out) {
  auto Read = Shape.isDouble() ? gather<double> : gather<float>;
  auto Write = Shape.isDouble() ? scatter<double> : scatter<float>;
  for (int64_t B = 0; B < Shape.Batches; ++B) {
    Read(From, In + B * Shape.In.Distance * Shape.inBytes(), Shape.inSize(),
         Shape.isRealIn() ? 1 : 2, Shape.In.Stride);
    fftw_execute(Plan);
    Write(Out + B * Shape.Out.Distance * Shape.outBytes(), To, Shape.outSize(),
          Shape.isRealOut() ? 1 : 2, Shape.Out.Stride);
  }
}
