//===- MatmulTest.cpp - The simulated cuBLASLt against plain loops --------===//

#include "CublasLtApi.h"
#include "Harness.h"

#include <cmath>
#include <cstring>
#include <random>

using namespace simgpu;

#define LT(Name)                                                               \
  (reinterpret_cast<decltype(&simgpu::Name)>(                                  \
      simgpu::lookup("libcublasLt.so.13", #Name)))
#define LT_OK(Name, ...) EXPECT_EQ(LT(Name)(__VA_ARGS__), CUBLAS_STATUS_SUCCESS)

namespace {
/// A matrix on the device, and its values in double precision.
struct Matrix {
  cudaDataType_t Type;
  int Rows, Cols, Ld, Batches;
  bool RowOrder;
  int64_t BatchStride;
  std::vector<double> Values; ///< by offset
  CUdeviceptr At = 0;
  cublasLtMatrixLayout_t Layout = nullptr;

  size_t offset(int Batch, int R, int C) const {
    return Batch * BatchStride + (RowOrder ? R * Ld + C : C * Ld + R);
  }
  double at(int Batch, int R, int C) const {
    return Values[offset(Batch, R, C)];
  }
};

struct Case {
  int M, N, K;
  cudaDataType_t In = CUDA_R_32F, Out = CUDA_R_32F;
  cublasComputeType_t Compute = CUBLAS_COMPUTE_32F;
  cudaDataType_t Scale = CUDA_R_32F;
  bool TransA = false, TransB = false;
  uint32_t Epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  double Alpha = 1, Beta = 0;
  int Batches = 1;
  bool RowOrder = false;
  int Padding = 0; ///< of leading dimensions
  size_t WorkspaceBytes = 0;
};
} // namespace

static size_t bytesOf(cudaDataType_t Type) {
  return Type == CUDA_R_8I                          ? 1
         : Type == CUDA_R_32F || Type == CUDA_R_32I ? 4
                                                    : 2;
}

/// Small multiples of 1/8, which every type but int8 holds exactly.
static double randomValue(cudaDataType_t Type) {
  static std::mt19937 Random(1);
  int Value = std::uniform_int_distribution<int>(-8, 8)(Random);
  return Type == CUDA_R_8I || Type == CUDA_R_32I ? Value * 9 : Value / 8.0;
}

static uint16_t toHalf(double Value) {
  // Exact for what randomValue gives: sign, exponent, three bits.
  uint16_t Sign = std::signbit(Value) ? 0x8000 : 0;
  if (Value == 0)
    return Sign;
  int Exponent;
  double Fraction = std::frexp(std::fabs(Value), &Exponent);
  return Sign | (Exponent + 14) << 10 |
         static_cast<uint16_t>((Fraction * 2 - 1) * 1024);
}

static double fromHalf(uint16_t Bits) {
  int Exponent = Bits >> 10 & 31;
  double Fraction = (Bits & 1023) / 1024.0;
  double Value = Exponent == 31  ? INFINITY
                 : Exponent == 0 ? std::ldexp(Fraction, -14)
                                 : std::ldexp(1 + Fraction, Exponent - 15);
  return Bits & 0x8000 ? -Value : Value;
}

static void encode(uint8_t *To, double Value, cudaDataType_t Type) {
  auto put = [To](auto V) { std::memcpy(To, &V, sizeof(V)); };
  auto Single = static_cast<float>(Value);
  uint32_t Bits;
  std::memcpy(&Bits, &Single, 4);
  Type == CUDA_R_8I     ? put(static_cast<int8_t>(Value))
  : Type == CUDA_R_32I  ? put(static_cast<int32_t>(Value))
  : Type == CUDA_R_16F  ? put(toHalf(Value))
  : Type == CUDA_R_16BF ? put(static_cast<uint16_t>(Bits >> 16))
                        : put(Single);
}

static double decode(const uint8_t *From, cudaDataType_t Type) {
  auto get = [From](auto V) {
    std::memcpy(&V, From, sizeof(V));
    return V;
  };
  if (Type == CUDA_R_32I)
    return get(int32_t());
  if (Type == CUDA_R_16F)
    return fromHalf(get(uint16_t()));
  if (Type == CUDA_R_32F)
    return get(float());
  uint32_t Bits = uint32_t(get(uint16_t())) << 16;
  float Single;
  std::memcpy(&Single, &Bits, 4);
  return Single;
}

static Matrix matrix(cudaDataType_t Type, int Rows, int Cols, const Case &C) {
  Matrix M;
  M.Type = Type;
  M.Rows = Rows;
  M.Cols = Cols;
  M.RowOrder = C.RowOrder;
  M.Ld = (C.RowOrder ? Cols : Rows) + C.Padding;
  M.Batches = C.Batches;
  M.BatchStride = int64_t(M.Ld) * (C.RowOrder ? Rows : Cols) + 8;
  size_t Elements =
      M.BatchStride * (C.Batches - 1) + M.offset(0, Rows - 1, Cols - 1) + 1;
  M.Values.resize(Elements);
  std::vector<uint8_t> Bytes(Elements * bytesOf(Type));
  for (size_t I = 0; I < Elements; ++I) {
    M.Values[I] = randomValue(Type);
    encode(&Bytes[I * bytesOf(Type)], M.Values[I], Type);
  }
  M.At = upload(Bytes);
  LT_OK(cublasLtMatrixLayoutCreate, &M.Layout, Type, Rows, Cols, M.Ld);
  int32_t Order = C.RowOrder ? CUBLASLT_ORDER_ROW : CUBLASLT_ORDER_COL;
  LT_OK(cublasLtMatrixLayoutSetAttribute, M.Layout,
        CUBLASLT_MATRIX_LAYOUT_ORDER, &Order, sizeof(Order));
  int32_t Batches = C.Batches;
  LT_OK(cublasLtMatrixLayoutSetAttribute, M.Layout,
        CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &Batches, sizeof(Batches));
  LT_OK(cublasLtMatrixLayoutSetAttribute, M.Layout,
        CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &M.BatchStride,
        sizeof(M.BatchStride));
  return M;
}

static double activate(double X, uint32_t Epilogue) {
  if (Epilogue & CUBLASLT_EPILOGUE_RELU)
    return std::fmax(X, 0);
  if (Epilogue & CUBLASLT_EPILOGUE_GELU)
    return 0.5 * X *
           (1 + std::tanh(0.7978845608028654 * (X + 0.044715 * X * X * X)));
  return X;
}

/// Sets the attributes of a product.
static cublasLtMatmulDesc_t descriptor(const Case &C, CUdeviceptr Bias) {
  cublasLtMatmulDesc_t Desc = nullptr;
  LT_OK(cublasLtMatmulDescCreate, &Desc, C.Compute, C.Scale);
  auto set = [&](cublasLtMatmulDescAttributes_t Which, auto Value) {
    LT_OK(cublasLtMatmulDescSetAttribute, Desc, Which, &Value, sizeof(Value));
  };
  set(CUBLASLT_MATMUL_DESC_TRANSA,
      int32_t(C.TransA ? CUBLAS_OP_T : CUBLAS_OP_N));
  set(CUBLASLT_MATMUL_DESC_TRANSB,
      int32_t(C.TransB ? CUBLAS_OP_T : CUBLAS_OP_N));
  set(CUBLASLT_MATMUL_DESC_EPILOGUE, C.Epilogue);
  set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, reinterpret_cast<void *>(Bias));
  return Desc;
}

/// Runs one product and compares every element.
static void check(const Case &C) {
  SCOPED_TRACE(testing::Message()
               << C.M << " x " << C.N << " x " << C.K << ", types " << C.In
               << ", " << C.Out << ", compute " << C.Compute << ", epilogue "
               << C.Epilogue << ", transposed " << C.TransA << C.TransB
               << ", row order " << C.RowOrder);
  Matrix A = matrix(C.In, C.TransA ? C.K : C.M, C.TransA ? C.M : C.K, C),
         B = matrix(C.In, C.TransB ? C.N : C.K, C.TransB ? C.K : C.N, C),
         D = matrix(C.Out, C.M, C.N, C);
  Case Column = C;
  Column.Batches = 1;
  Column.RowOrder = false;
  Matrix Bias = matrix(C.Out, C.M, 1, Column);

  cublasLtHandle_t Handle = nullptr;
  LT_OK(cublasLtCreate, &Handle);
  cublasLtMatmulDesc_t Desc = descriptor(C, Bias.At);
  cublasLtMatmulPreference_t Preference = nullptr;
  LT_OK(cublasLtMatmulPreferenceCreate, &Preference);
  uint64_t Most = C.WorkspaceBytes;
  LT_OK(cublasLtMatmulPreferenceSetAttribute, Preference,
        CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &Most, sizeof(Most));
  cublasLtMatmulHeuristicResult_t Result;
  int Found = 0;
  ASSERT_EQ(LT(cublasLtMatmulAlgoGetHeuristic)(Handle, Desc, A.Layout, B.Layout,
                                               D.Layout, D.Layout, Preference,
                                               1, &Result, &Found),
            CUBLAS_STATUS_SUCCESS);
  ASSERT_EQ(Found, 1);
  EXPECT_EQ(Result.state, CUBLAS_STATUS_SUCCESS);
  EXPECT_LE(Result.workspaceSize, C.WorkspaceBytes);
  CUdeviceptr Workspace =
      Result.workspaceSize ? allocate(Result.workspaceSize) : 0;

  uint8_t Alpha[4], Beta[4];
  encode(Alpha, C.Alpha, C.Scale);
  encode(Beta, C.Beta, C.Scale);
  auto at = [](CUdeviceptr P) { return reinterpret_cast<void *>(P); };
  LT_OK(cublasLtMatmul, Handle, Desc, Alpha, at(A.At), A.Layout, at(B.At),
        B.Layout, Beta, at(D.At), D.Layout, at(D.At), D.Layout, &Result.algo,
        at(Workspace), Result.workspaceSize, nullptr);
  auto Bytes = download<uint8_t>(D.At, D.Values.size() * bytesOf(C.Out));

  double Relative = C.Out == CUDA_R_16F    ? 1.0 / 2048
                    : C.Out == CUDA_R_16BF ? 1.0 / 256
                                           : 1e-6;
  for (int Batch = 0; Batch < C.Batches; ++Batch)
    for (int R = 0; R < C.M; ++R)
      for (int Col = 0; Col < C.N; ++Col) {
        double Sum = 0;
        for (int K = 0; K < C.K; ++K)
          Sum += (C.TransA ? A.at(Batch, K, R) : A.at(Batch, R, K)) *
                 (C.TransB ? B.at(Batch, Col, K) : B.at(Batch, K, Col));
        double X = C.Alpha * Sum + C.Beta * D.at(Batch, R, Col);
        if (C.Epilogue & CUBLASLT_EPILOGUE_BIAS)
          X += Bias.Values[R];
        X = activate(X, C.Epilogue);
        double Got =
            decode(&Bytes[D.offset(Batch, R, Col) * bytesOf(C.Out)], C.Out);
        EXPECT_NEAR(Got, X, Relative * std::fmax(1, std::fabs(X)));
      }
  LT_OK(cublasLtMatmulPreferenceDestroy, Preference);
  LT_OK(cublasLtMatmulDescDestroy, Desc);
  for (Matrix *M : {&A, &B, &D, &Bias}) {
    LT_OK(cublasLtMatrixLayoutDestroy, M->Layout);
    CUDA_OK(cuMemFree_v2, M->At);
  }
  CUDA_OK(cuMemFree_v2, Workspace);
  LT_OK(cublasLtDestroy, Handle);
}

static void checkAll(const std::vector<Case> &Cases) {
  Outcome O = inProcess({}, [&] {
    start();
    for (const Case &C : Cases)
      check(C);
  });
  EXPECT_HAS(O.Report, "\"findings\": []");
}

TEST(Matmul, Shapes) {
  std::vector<Case> Cases;
  for (auto [M, N, K] : {std::tuple(1, 1, 1),
                         {5, 3, 7},
                         {64, 1, 300},
                         {1, 65, 513},
                         {33, 70, 129},
                         {128, 64, 1000}})
    for (bool TransA : {false, true})
      for (bool TransB : {false, true})
        for (bool RowOrder : {false, true}) {
          Case C{M, N, K};
          C.TransA = TransA;
          C.TransB = TransB;
          C.RowOrder = RowOrder;
          C.Padding = M % 4;
          C.Batches = 1 + N % 3;
          Cases.push_back(C);
        }
  checkAll(Cases);
}

TEST(Matmul, TypesAndEpilogues) {
  std::vector<Case> Cases;
  for (auto [In, Out, Compute, Scale] :
       {std::tuple(CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F),
        {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32, CUDA_R_32F},
        {CUDA_R_32F, CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_16BF, CUDA_R_32F},
        {CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_32F, CUDA_R_32F},
        {CUDA_R_16F, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F},
        {CUDA_R_16F, CUDA_R_16F, CUBLAS_COMPUTE_16F, CUDA_R_16F},
        {CUDA_R_16BF, CUDA_R_16BF, CUBLAS_COMPUTE_32F, CUDA_R_32F},
        {CUDA_R_16BF, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F},
        {CUDA_R_8I, CUDA_R_32F, CUBLAS_COMPUTE_32F, CUDA_R_32F}})
    for (uint32_t Epilogue :
         {CUBLASLT_EPILOGUE_DEFAULT, CUBLASLT_EPILOGUE_RELU,
          CUBLASLT_EPILOGUE_BIAS, CUBLASLT_EPILOGUE_RELU_BIAS,
          CUBLASLT_EPILOGUE_GELU, CUBLASLT_EPILOGUE_GELU_BIAS}) {
      Case C{9, 12, 40};
      C.In = In;
      C.Out = Out;
      C.Compute = Compute;
      C.Scale = Scale;
      C.Epilogue = Epilogue;
      C.Alpha = 0.5;
      C.Beta = Epilogue % 4 == 0 ? -0.25 : 0;
      C.WorkspaceBytes = 1 << 16;
      Cases.push_back(C);
    }
  checkAll(Cases);
}

TEST(Matmul, Int8IsExact) {
  Case C{16, 7, 1024, CUDA_R_8I, CUDA_R_32I, CUBLAS_COMPUTE_32I, CUDA_R_32I};
  C.TransA = true;
  Case Twice = C;
  Twice.Alpha = 2;
  Twice.Beta = -1;
  checkAll({C, Twice});
}

TEST(Matmul, RefusesWhatItDoesNotKnow) {
  Outcome O = inProcess({}, [] {
    start();
    EXPECT_EQ(lookupOrNull("libcublasLt.so.13", "cublasLtMatrixTransform"),
              nullptr);
    cublasLtHandle_t Handle = nullptr;
    LT_OK(cublasLtCreate, &Handle);
    cublasLtMatmulPreference_t Preference = nullptr;
    LT_OK(cublasLtMatmulPreferenceCreate, &Preference);
    auto status = [&](Case C, cudaDataType_t AType, int Rows) {
      cublasLtMatrixLayout_t A, B, D;
      LT_OK(cublasLtMatrixLayoutCreate, &A, AType, Rows, 8, 8);
      LT_OK(cublasLtMatrixLayoutCreate, &B, C.In, 8, 8, 8);
      LT_OK(cublasLtMatrixLayoutCreate, &D, C.Out, 8, 8, 8);
      cublasLtMatmulHeuristicResult_t Result;
      int Found = -1;
      cublasStatus_t S = LT(cublasLtMatmulAlgoGetHeuristic)(
          Handle, descriptor(C, 0), A, B, D, D, Preference, 1, &Result, &Found);
      EXPECT_EQ(Found, S == CUBLAS_STATUS_SUCCESS);
      return S;
    };
    Case C{8, 8, 8};
    EXPECT_EQ(status(C, CUDA_R_32F, 8), CUBLAS_STATUS_SUCCESS);
    EXPECT_EQ(status(C, CUDA_R_32F, 7), CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_EQ(status(C, CUDA_R_16F, 8), CUBLAS_STATUS_NOT_SUPPORTED);
    C.Epilogue = 160; // GELU_AUX
    EXPECT_EQ(status(C, CUDA_R_32F, 8), CUBLAS_STATUS_NOT_SUPPORTED);
    Case I{8, 8, 8, CUDA_R_8I, CUDA_R_32I, CUBLAS_COMPUTE_32I, CUDA_R_32I};
    EXPECT_EQ(status(I, CUDA_R_8I, 8), CUBLAS_STATUS_NOT_SUPPORTED);
    I.TransA = true;
    EXPECT_EQ(status(I, CUDA_R_8I, 8), CUBLAS_STATUS_SUCCESS);
    cublasLtMatmulDesc_t Desc = descriptor(C, 0);
    float Scale = 1;
    EXPECT_EQ(LT(cublasLtMatmulDescSetAttribute)(
                  Desc, cublasLtMatmulDescAttributes_t(17), &Scale, 8),
              CUBLAS_STATUS_NOT_SUPPORTED);
    EXPECT_EQ(LT(cublasLtMatmulDescSetAttribute)(
                  Desc, CUBLASLT_MATMUL_DESC_TRANSA, &Scale, 3),
              CUBLAS_STATUS_INVALID_VALUE);
    EXPECT_STREQ(LT(cublasLtGetStatusName)(CUBLAS_STATUS_NOT_SUPPORTED),
                 "CUBLAS_STATUS_NOT_SUPPORTED");
    EXPECT_EQ(LT(cublasLtGetVersion)(), 130100u);
  });
  EXPECT_HAS(O.Report, "cublasLtMatmul with epilogue 160");
  EXPECT_HAS(O.Report, "cublasLtMatmulDescSetAttribute 17");
  EXPECT_HAS(O.Report, "cublasLtMatmul of int8 other than A transposed");
}

/// A program that multiplies with a D that is too small, or an A that nobody
/// wrote.
TEST(Matmul, ChecksWhatItReadsAndWrites) {
  Outcome O = inProcess({{"H3_SIMGPU_FINDINGS", "report"}}, [] {
    start();
    Case C{8, 8, 8};
    cublasLtHandle_t Handle = nullptr;
    LT_OK(cublasLtCreate, &Handle);
    Matrix A = matrix(CUDA_R_32F, 8, 8, C), D = A;
    cublasLtMatmulDesc_t Desc = descriptor(C, 0);
    float One = 1, Zero = 0;
    auto multiply = [&](CUdeviceptr X, CUdeviceptr Y) {
      LT_OK(cublasLtMatmul, Handle, Desc, &One, reinterpret_cast<void *>(X),
            A.Layout, reinterpret_cast<void *>(A.At), A.Layout, &Zero, nullptr,
            A.Layout, reinterpret_cast<void *>(Y), A.Layout, nullptr, nullptr,
            0, nullptr);
    };
    CUdeviceptr X = allocate(256), Small = allocate(252);
    multiply(X, X);
    CUDA_OK(cuCtxSynchronize);
    multiply(X, Small);
    EXPECT_EQ(CUDA(cuCtxSynchronize)(), CUDA_ERROR_ILLEGAL_ADDRESS);
  });
  EXPECT_HAS(O.Report, "cublasLtMatmul of 1 x [8, 8, 8]: nobody has written "
                       "byte 0 of the 256 from cuMemAlloc #2, which it reads "
                       "as A");
  EXPECT_HAS(O.Report, "cublasLtMatmul of 1 x [8, 8, 8]: D: 256 bytes at ");
}
