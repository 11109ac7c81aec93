//===- Matmul.cpp - Products of matrices on the CPU -----------------------===//

#include "Matmul.h"

#include "Rounding.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace simgpu;

unsigned simgpu::elementBytes(int Type) {
  switch (Type) {
  case CUDA_R_32F:
  case CUDA_R_32I:
    return 4;
  case CUDA_R_16F:
  case CUDA_R_16BF:
    return 2;
  case CUDA_R_8I:
    return 1;
  default:
    return 0;
  }
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

double simgpu::loadElement(const void *At, int Type) {
  auto as = [At](auto Value) {
    std::memcpy(&Value, At, sizeof(Value));
    return Value;
  };
  switch (Type) {
  case CUDA_R_16F:
    return halfToFloat(as(uint16_t()));
  case CUDA_R_16BF:
    return bf16ToFloat(as(uint16_t()));
  case CUDA_R_8I:
    return as(int8_t());
  case CUDA_R_32I:
    return as(int32_t());
  default:
    return as(float());
  }
}

static float roundToTf32(float Value) {
  uint32_t Bits;
  std::memcpy(&Bits, &Value, 4);
  if ((Bits & 0x7f800000) == 0x7f800000)
    return Value;
  Bits = (Bits + 0xfff + (Bits >> 13 & 1)) & ~uint32_t(0x1fff);
  std::memcpy(&Value, &Bits, 4);
  return Value;
}

static void store(uint8_t *At, double Value, int Type) {
  auto as = [At](auto Stored) { std::memcpy(At, &Stored, sizeof(Stored)); };
  switch (Type) {
  case CUDA_R_16F:
    return as(floatToHalf(toFloatOdd(Value)));
  case CUDA_R_16BF:
    return as(floatToBf16(toFloatOdd(Value)));
  case CUDA_R_32I: // wraps, as the sums of the hardware do
    return as(static_cast<int32_t>(static_cast<int64_t>(Value)));
  default:
    return as(static_cast<float>(Value));
  }
}

/// What hardware makes of an operand before it multiplies.
static float narrow(float Value, int ComputeType) {
  switch (ComputeType) {
  case CUBLAS_COMPUTE_32F_FAST_16F:
    return halfToFloat(floatToHalf(Value));
  case CUBLAS_COMPUTE_32F_FAST_16BF:
    return bf16ToFloat(floatToBf16(Value));
  case CUBLAS_COMPUTE_32F_FAST_TF32:
    return roundToTf32(Value);
  default:
    return Value;
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static int64_t offset(const MatrixLayout &L, uint64_t Row, uint64_t Col) {
  return L.Order == CUBLASLT_ORDER_COL ? int64_t(Col) * L.Ld + int64_t(Row)
                                       : int64_t(Row) * L.Ld + int64_t(Col);
}

/// op(matrix) as floats, rows padded to `Width`.
static std::vector<float> unpack(const uint8_t *Data, const MatrixLayout &L,
                                 bool Transposed, int ComputeType,
                                 uint64_t Rows, uint64_t Cols, uint64_t Width) {
  std::vector<float> Result(Rows * Width);
  unsigned Bytes = elementBytes(L.Type);
  for (uint64_t R = 0; R < Rows; ++R)
    for (uint64_t C = 0; C < Cols; ++C) {
      int64_t At = Transposed ? offset(L, C, R) : offset(L, R, C);
      auto Value = static_cast<float>(loadElement(Data + At * Bytes, L.Type));
      Result[R * Width + C] = narrow(Value, ComputeType);
    }
  return Result;
}

/// A tile of sums is `TileRows` x `TileCols`.
static constexpr unsigned TileRows = 4, TileCols = 32, Run = 256;

/// Adds rows of `A` [K] times columns of `B` [K, Width] to a tile.
static void addTile(const float *const *A, const float *B, uint64_t Width,
                    uint64_t K, double *Sums) {
  for (uint64_t K0 = 0; K0 < K; K0 += Run) {
    float Part[TileRows][TileCols] = {};
    for (uint64_t I = K0; I < std::min<uint64_t>(K, K0 + Run); ++I)
      for (unsigned R = 0; R < TileRows; ++R) {
        float Left = A[R][I];
        for (unsigned C = 0; C < TileCols; ++C)
          Part[R][C] += Left * B[I * Width + C];
      }
    for (unsigned R = 0; R < TileRows; ++R)
      for (unsigned C = 0; C < TileCols; ++C)
        Sums[R * TileCols + C] += Part[R][C];
  }
}

static double activate(double X, uint32_t Epilogue) {
  if (Epilogue & CUBLASLT_EPILOGUE_RELU)
    return std::max(X, 0.0);
  if (!(Epilogue & CUBLASLT_EPILOGUE_GELU))
    return X;
  // The approximation by tanh (Hendrycks and Gimpel 2016) that cuBLASLt uses.
  return 0.5 * X *
         (1 + std::tanh(std::sqrt(2 / M_PI) * (X + 0.044715 * X * X * X)));
}

void Product::run(const uint8_t *AData, const uint8_t *BData,
                  const uint8_t *CData, const uint8_t *BiasData,
                  uint8_t *DData) const {
  uint64_t Width = (N + TileCols - 1) / TileCols * TileCols;
  const std::vector<float> Zeros(K);
  int BiasType = What.BiasType < 0 ? D.Type : What.BiasType;
  for (int64_t Batch = 0; Batch < D.Batches; ++Batch) {
    auto part = [Batch](const MatrixLayout &L) {
      return Batch * L.BatchStride * elementBytes(L.Type);
    };
    auto Left = unpack(AData + part(A), A, What.TransA != CUBLAS_OP_N,
                       What.ComputeType, M, K, K);
    auto Right = unpack(BData + part(B), B, What.TransB != CUBLAS_OP_N,
                        What.ComputeType, K, N, Width);
    auto finish = [&](uint64_t Row, uint64_t Col, double Sum) {
      double X = Alpha * Sum;
      if (Beta != 0)
        X += Beta * loadElement(CData + part(C) +
                                    offset(C, Row, Col) * elementBytes(C.Type),
                                C.Type);
      if (What.Epilogue & CUBLASLT_EPILOGUE_BIAS)
        X += loadElement(BiasData +
                             (Batch * What.BiasBatchStride + int64_t(Row)) *
                                 elementBytes(BiasType),
                         BiasType);
      store(DData + part(D) + offset(D, Row, Col) * elementBytes(D.Type),
            activate(X, What.Epilogue), D.Type);
    };
    for (uint64_t Row = 0; Row < M; Row += TileRows)
      for (uint64_t Col = 0; Col < N; Col += TileCols) {
        const float *Rows[TileRows];
        for (unsigned R = 0; R < TileRows; ++R)
          Rows[R] = Row + R < M ? &Left[(Row + R) * K] : Zeros.data();
        double Sums[TileRows * TileCols] = {};
        addTile(Rows, &Right[Col], Width, K, Sums);
        for (unsigned R = 0; R < TileRows && Row + R < M; ++R)
          for (unsigned C = 0; C < TileCols && Col + C < N; ++C)
            finish(Row + R, Col + C, Sums[R * TileCols + C]);
      }
  }
}
