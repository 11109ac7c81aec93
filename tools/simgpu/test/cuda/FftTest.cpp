//===- FftTest.cpp - The simulated cuFFT against a plain DFT --------------===//

#include "CufftApi.h"
#include "Harness.h"

#include <cmath>
#include <complex>
#include <random>

using namespace simgpu;

#define FFT(Name)                                                              \
  (reinterpret_cast<decltype(&simgpu::Name)>(                                  \
      simgpu::lookup("libcufft.so.12", #Name)))
#define FFT_OK(Name, ...) EXPECT_EQ(FFT(Name)(__VA_ARGS__), CUFFT_SUCCESS)

using Complex = std::complex<double>;

static std::vector<double> randoms(size_t Count) {
  static std::mt19937 Random(1);
  std::uniform_real_distribution<float> Uniform(-1, 1);
  std::vector<double> Result(Count);
  for (double &X : Result)
    X = Uniform(Random);
  return Result;
}

static std::vector<Complex> dft(const std::vector<Complex> &X, int Sign) {
  size_t N = X.size();
  std::vector<Complex> Y(N);
  for (size_t K = 0; K < N; ++K)
    for (size_t J = 0; J < N; ++J)
      Y[K] += X[J] * std::polar(1.0, Sign * 2 * M_PI * double(K * J % N) / N);
  return Y;
}

template <typename T> static void *upload(const std::vector<double> &Values) {
  return reinterpret_cast<void *>(
      simgpu::upload(std::vector<T>(Values.begin(), Values.end())));
}

template <typename T>
static std::vector<T> download(const void *At, size_t Count) {
  return simgpu::download<T>(reinterpret_cast<uintptr_t>(At), Count);
}

/// Complex transforms of the sizes, forward and back.
template <typename T> static void checkComplex(cufftType Type, double Bound) {
  for (int N : {1, 2, 3, 8, 13, 15, 64, 97, 120, 251}) {
    SCOPED_TRACE(N);
    constexpr int Batches = 3;
    std::vector<double> In = randoms(2 * N * Batches);
    void *X = upload<T>(In), *Y = upload<T>(In);
    cufftHandle Plan = 0;
    FFT_OK(cufftPlan1d, &Plan, N, Type, Batches);
    auto run = [&](void *From, void *To, int Direction) {
      if (Type == CUFFT_C2C)
        FFT_OK(cufftExecC2C, Plan, From, To, Direction);
      else
        FFT_OK(cufftExecZ2Z, Plan, From, To, Direction);
    };
    run(X, Y, FftForward);
    run(Y, X, FftInverse);
    auto Got = download<T>(Y, 2 * N * Batches),
         Back = download<T>(X, 2 * N * Batches);
    for (int B = 0; B < Batches; ++B) {
      std::vector<Complex> Row(N);
      for (int J = 0; J < N; ++J)
        Row[J] = {In[2 * (B * N + J)], In[2 * (B * N + J) + 1]};
      auto Expected = dft(Row, -1);
      for (int J = 0; J < N; ++J) {
        size_t At = 2 * (B * N + J);
        EXPECT_NEAR(Got[At], Expected[J].real(), Bound * N);
        EXPECT_NEAR(Got[At + 1], Expected[J].imag(), Bound * N);
        EXPECT_NEAR(Back[At] / N, Row[J].real(), Bound * 4);
      }
    }
    FFT_OK(cufftDestroy, Plan);
  }
}

TEST(Fft, Complex) {
  Outcome O = inProcess({}, [] {
    start();
    checkComplex<float>(CUFFT_C2C, 1e-6);
    checkComplex<double>(CUFFT_Z2Z, 1e-13);
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
  EXPECT_HAS(O.Report, "{\"name\": \"cufftExecC2C\", \"calls\": 20, "
                       "\"bytes_read\": ");
  EXPECT_HAS_NOT(O.Report, "work area");
}

/// Real transforms with any layout, in place or not, and back.
static void checkReal(int N, int Batches, bool InPlace, int Stride,
                      int Distance, int HalfStride, int HalfDistance) {
  SCOPED_TRACE(testing::Message() << N << " x " << Batches << ", strides "
                                  << Stride << ", " << HalfStride);
  int Half = N / 2 + 1;
  size_t Reals = size_t(Batches - 1) * Distance + size_t(N - 1) * Stride + 1;
  size_t Halves =
      size_t(Batches - 1) * HalfDistance + size_t(Half - 1) * HalfStride + 1;
  std::vector<double> In = randoms(InPlace ? 2 * Halves : Reals);
  void *X = upload<float>(In);
  void *Y =
      InPlace ? X : reinterpret_cast<void *>(simgpu::allocate(Halves * 8));
  bool IsBasic = Stride == 1 && HalfStride == 1;
  int Size = N, *Embed = IsBasic ? nullptr : &Size;
  cufftHandle To = 0, Back = 0;
  FFT_OK(cufftPlanMany, &To, 1, &Size, Embed, Stride, Distance, Embed,
         HalfStride, HalfDistance, CUFFT_R2C, Batches);
  FFT_OK(cufftPlanMany, &Back, 1, &Size, Embed, HalfStride, HalfDistance, Embed,
         Stride, Distance, CUFFT_C2R, Batches);
  FFT_OK(cufftExecR2C, To, X, Y);
  std::vector<float> Got(2 * Halves);
  for (int B = 0; B < Batches; ++B)
    for (int K = 0; K < Half; ++K) {
      size_t At = size_t(B) * HalfDistance + size_t(K) * HalfStride;
      CUDA_OK(cuMemcpyDtoH_v2, &Got[2 * At],
              reinterpret_cast<uintptr_t>(Y) + At * 8, 8);
    }
  FFT_OK(cufftExecC2R, Back, Y, X);
  auto Again = download<float>(X, In.size());
  for (int B = 0; B < Batches; ++B) {
    std::vector<Complex> Row(N);
    for (int J = 0; J < N; ++J)
      Row[J] = In[size_t(B) * Distance + size_t(J) * Stride];
    auto Expected = dft(Row, -1);
    for (int K = 0; K < Half; ++K) {
      size_t At = 2 * (size_t(B) * HalfDistance + size_t(K) * HalfStride);
      EXPECT_NEAR(Got[At], Expected[K].real(), 1e-6 * N);
      EXPECT_NEAR(Got[At + 1], Expected[K].imag(), 1e-6 * N);
    }
    for (int J = 0; J < N; ++J)
      EXPECT_NEAR(Again[size_t(B) * Distance + size_t(J) * Stride] / N,
                  Row[J].real(), 4e-6);
  }
  FFT_OK(cufftDestroy, To);
  FFT_OK(cufftDestroy, Back);
}

TEST(Fft, Real) {
  Outcome O = inProcess({}, [] {
    start();
    for (int N : {1, 2, 5, 16, 31, 60, 127}) {
      int Half = N / 2 + 1;
      checkReal(N, 4, false, 1, N, 1, Half);
      checkReal(N, 4, true, 1, 2 * Half, 1, Half);
      checkReal(N, 3, false, 3, 3 * N + 1, 2, 2 * Half + 3);
      checkReal(N, 5, false, 5, 1, 5, 1); // batches interleaved
    }
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
}

TEST(Fft, WorkAreas) {
  Outcome O = inProcess({{"H3_SIMGPU_FINDINGS", "report"}}, [] {
    start();
    cufftHandle Plan = 0;
    FFT_OK(cufftCreate, &Plan);
    FFT_OK(cufftSetAutoAllocation, Plan, 0);
    size_t Bytes = 0, Estimate = 0;
    int N = 32;
    FFT_OK(cufftMakePlanMany, Plan, 1, &N, nullptr, 1, 0, nullptr, 1, 0,
           CUFFT_R2C, 2, &Bytes);
    FFT_OK(cufftEstimateMany, 1, &N, nullptr, 1, 0, nullptr, 1, 0, CUFFT_R2C, 2,
           &Estimate);
    EXPECT_EQ(Bytes, Estimate);
    FFT_OK(cufftGetSize, Plan, &Estimate);
    EXPECT_EQ(Bytes, Estimate);
    void *X = upload<float>(randoms(64)), *Y = upload<float>(randoms(68));
    EXPECT_EQ(FFT(cufftExecR2C)(Plan, X, Y), CUFFT_NO_WORKSPACE);
    CUdeviceptr Area = simgpu::allocate(Bytes);
    FFT_OK(cufftSetWorkArea, Plan, reinterpret_cast<void *>(Area));
    FFT_OK(cufftExecR2C, Plan, X, Y);
    // Two streams that share a work area.
    CUstream S, T;
    CUDA_OK(cuStreamCreate, &S, CU_STREAM_NON_BLOCKING);
    CUDA_OK(cuStreamCreate, &T, CU_STREAM_NON_BLOCKING);
    CUDA_OK(cuCtxSynchronize);
    void *Z = upload<float>(randoms(68));
    CUDA_OK(cuCtxSynchronize);
    FFT_OK(cufftSetStream, Plan, S);
    FFT_OK(cufftExecR2C, Plan, X, Y);
    FFT_OK(cufftSetStream, Plan, T);
    FFT_OK(cufftExecR2C, Plan, X, Z);
    CUDA_OK(cuCtxSynchronize);
  });
  EXPECT_HAS(O.Report, "`cufftExecR2C of 2 x 32 points` on stream 2");
  EXPECT_HAS(O.Report, "512 from cuMemAlloc #3");
  EXPECT_HAS_NOT(O.Report, "from cuMemAlloc #2,");
}

TEST(Fft, ChecksWhatItReadsAndWrites) {
  Outcome O = inProcess({{"H3_SIMGPU_FINDINGS", "report"}}, [] {
    start();
    cufftHandle Plan = 0;
    FFT_OK(cufftPlan1d, &Plan, 16, CUFFT_R2C, 1);
    CUdeviceptr X = simgpu::allocate(64), Y = simgpu::allocate(72);
    CUDA_OK(cuMemsetD8_v2, X, 0, 60);
    FFT_OK(cufftExecR2C, Plan, reinterpret_cast<void *>(X),
           reinterpret_cast<void *>(Y));
    CUDA_OK(cuCtxSynchronize);
    CUDA_OK(cuMemsetD8_v2, X, 0, 64);
    FFT_OK(cufftExecR2C, Plan, reinterpret_cast<void *>(X),
           reinterpret_cast<void *>(Y + 8)); // does not fit
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_ILLEGAL_ADDRESS);
  });
  EXPECT_HAS(O.Report, "cufftExecR2C of 1 x 16 points: nobody has written byte "
                       "60 of the 64 from cuMemAlloc #1, which it reads as "
                       "input");
  EXPECT_HAS(O.Report, "cufftExecR2C of 1 x 16 points: output: 72 bytes at ");
}

TEST(Fft, RefusesWhatItDoesNotKnow) {
  Outcome O = inProcess({}, [] {
    start();
    EXPECT_EQ(lookupOrNull("libcufft.so.12", "cufftXtExec"), nullptr);
    cufftHandle Plan = 0;
    int Sizes[2] = {4, 4};
    EXPECT_EQ(FFT(cufftPlanMany)(&Plan, 2, Sizes, nullptr, 1, 0, nullptr, 1, 0,
                                 CUFFT_C2C, 1),
              CUFFT_NOT_SUPPORTED);
    EXPECT_EQ(FFT(cufftPlan1d)(&Plan, 0, CUFFT_C2C, 1), CUFFT_INVALID_SIZE);
    EXPECT_EQ(FFT(cufftPlan1d)(&Plan, 4, cufftType(1), 1), CUFFT_INVALID_TYPE);
    FFT_OK(cufftPlan1d, &Plan, 4, CUFFT_C2C, 1);
    EXPECT_EQ(FFT(cufftExecR2C)(Plan, nullptr, nullptr), CUFFT_INVALID_TYPE);
    EXPECT_EQ(FFT(cufftDestroy)(Plan + 1), CUFFT_INVALID_PLAN);
    int Version;
    FFT_OK(cufftGetVersion, &Version);
    EXPECT_EQ(Version, 12000);
  });
  EXPECT_HAS(O.Report, "cufftMakePlanMany of rank 2");
}

TEST(Fft, RunsInGraphs) {
  inProcess({}, [] {
    start();
    cufftHandle Plan = 0;
    FFT_OK(cufftPlan1d, &Plan, 8, CUFFT_C2C, 1);
    void *X = upload<float>(randoms(16));
    CUDA_OK(cuCtxSynchronize);
    CUstream S;
    CUDA_OK(cuStreamCreate, &S, CU_STREAM_NON_BLOCKING);
    FFT_OK(cufftSetStream, Plan, S);
    auto Before = download<float>(X, 16);
    CUDA_OK(cuStreamBeginCapture_v2, S, CU_STREAM_CAPTURE_MODE_GLOBAL);
    FFT_OK(cufftExecC2C, Plan, X, X, FftForward);
    FFT_OK(cufftExecC2C, Plan, X, X, FftInverse);
    CUgraph G;
    CUgraphExec E;
    CUDA_OK(cuStreamEndCapture, S, &G);
    CUDA_OK(cuGraphInstantiateWithFlags, &E, G, 0);
    CUDA_OK(cuGraphLaunch, E, S);
    CUDA_OK(cuGraphLaunch, E, S);
    CUDA_OK(cuStreamSynchronize, S);
    auto After = download<float>(X, 16);
    for (int I = 0; I < 16; ++I)
      EXPECT_NEAR(After[I], Before[I] * 64, 1e-4);
  });
}
