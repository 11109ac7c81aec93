//===- Matrix.cpp - mma, ldmatrix, stmatrix -------------------------------===//
//
// Products are exact and sums are taken in double, rounded once at the end.
// Tensor cores round sums in an order and precision that PTX leaves open.
//
// Where the elements of a fragment lie: with g = lane / 4, t = lane % 4 and E
// elements in a 32-bit register, element i of register r of A [16, K] is in row
// g + 8 (r % 2) and column E t + i + 4 E (r / 2); of B [K, 8], in row
// E t + i + 4 E r and column g. Of C and D [16, 8], number e of a lane is in
// row g + 8 (e / 2) and column 2 t + e % 2. (PTX ISA, "Matrix Fragments for
// mma".)
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Control.h"
#include "Lanes.h"

#include <cstring>

using namespace simgpu;

static bool needWholeWarp(Warp &W, uint32_t Mask) {
  if (Mask == FullMask)
    return true;
  W.Block->report(DiagnosticKind::DivergentWarp, W, W.Pc, __builtin_ctz(Mask),
                  "only lanes " + hex(Mask) +
                      " execute it, expected the whole warp");
  return false;
}

//===----------------------------------------------------------------------===//
// mma
//===----------------------------------------------------------------------===//

/// Element `I` of a register, as a number.
static double element(uint32_t Bits, unsigned I, Type T) {
  switch (T) {
  case Type::F16:
    return halfToFloat(uint16_t(Bits >> 16 * I));
  case Type::BF16:
    return bf16ToFloat(uint16_t(Bits >> 16 * I));
  case Type::TF32: // the lower 13 bits are not looked at
    return bitCast<float>(Bits & ~0x1fffu);
  case Type::S8:
    return int8_t(Bits >> 8 * I);
  default:
    return uint8_t(Bits >> 8 * I);
  }
}

/// Extra: the types of A and B, five bits each, that of C and D, and whether
/// integers saturate. Elements: registers of A, B has half as many.
static void multiply(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!needWholeWarp(W, Mask))
    return;
  Type TypeA = Type(I.Extra & 31), TypeB = Type(I.Extra >> 5 & 31);
  Type TypeC = Type(I.Extra >> 10 & 31);
  bool Saturate = I.Extra >> 15 & 1;
  unsigned E = 32 / bitsOf(TypeA), RegistersA = I.Elements;
  unsigned RegistersB = RegistersA / 2, K = 4 * E * RegistersB;
  double A[16][32], B[32][8], C[16][8];
  auto input = [&](unsigned N) {
    return W.operand<uint32_t>(I, I.Results + N);
  };
  for (unsigned L = 0; L < WarpSize; ++L) {
    unsigned G = L / 4, T = L % 4;
    for (unsigned R = 0; R < RegistersA; ++R)
      for (unsigned N = 0; N < E; ++N)
        A[G + 8 * (R % 2)][E * T + N + 4 * E * (R / 2)] =
            element(input(R)[L], N, TypeA);
    for (unsigned R = 0; R < RegistersB; ++R)
      for (unsigned N = 0; N < E; ++N)
        B[E * T + N + 4 * E * R][G] =
            element(input(RegistersA + R)[L], N, TypeB);
    for (unsigned N = 0; N < 4; ++N) {
      unsigned First = RegistersA + RegistersB;
      double &To = C[G + 8 * (N / 2)][2 * T + N % 2];
      if (TypeC == Type::F16)
        To = element(input(First + N / 2)[L], N % 2, Type::F16);
      else if (TypeC == Type::F32)
        To = bitCast<float>(input(First + N)[L]);
      else
        To = int32_t(input(First + N)[L]);
    }
  }
  for (unsigned R = 0; R < 16; ++R)
    for (unsigned N = 0; N < 8; ++N) {
      double Sum = 0;
      for (unsigned X = 0; X < K; ++X)
        Sum += A[R][X] * B[X][N];
      C[R][N] += Sum;
    }
  auto integer = [&](double Value) {
    if (Saturate)
      Value = std::fmin(std::fmax(Value, INT32_MIN), INT32_MAX);
    return uint32_t(int64_t(Value)); // wraps; the double is exact
  };
  for (unsigned L = 0; L < WarpSize; ++L)
    for (unsigned N = 0; N < 4; ++N) {
      double Value = C[L / 4 + 8 * (N / 2)][2 * (L % 4) + N % 2];
      if (TypeC == Type::F16) {
        auto *To = W.operand<uint16_t>(I, N / 2);
        To[2 * L + N % 2] =
            uint16_t(roundTo(Half, Value, Rounding::NearestEven));
      } else if (TypeC == Type::F32) {
        W.operand<uint32_t>(I, N)[L] =
            roundTo(Single, Value, Rounding::NearestEven);
      } else {
        W.operand<uint32_t>(I, N)[L] = integer(Value);
      }
    }
}

static void decodeMultiply(Decoder &D) {
  D.Out.Kind = Flow::WarpSync;
  D.Out.Extra2 = AllMembers;
  bool Sync = D.take("sync") && D.take("aligned");
  int Shape = D.takeOneOf({"m16n8k4", "m16n8k8", "m16n8k16", "m16n8k32"});
  bool Layout = D.take("row") && D.take("col");
  bool Saturate = D.take("satfinite");
  Type To = D.takeType(), A = D.takeType(), B = D.takeType(), C = D.takeType();
  unsigned Columns = Shape < 0 ? 0 : 4u << Shape;
  bool Floats =
      A == B && (A == Type::F16 || A == Type::BF16 || A == Type::TF32);
  bool Bytes =
      (A == Type::S8 || A == Type::U8) && (B == Type::S8 || B == Type::U8);
  unsigned PerRegister = Floats || Bytes ? 32 / bitsOf(A) : 1;
  unsigned RegistersA = Columns / (2 * PerRegister);
  bool Known = Sync && Layout && To == C && (Floats || Bytes) &&
               (RegistersA == 2 || RegistersA == 4) &&
               (Bytes ? C == Type::S32
                      : C == Type::F32 || (C == Type::F16 && A == Type::F16)) &&
               (!Saturate || Bytes);
  if (!Known)
    return D.fail("is not implemented in this form");
  unsigned RegistersC = C == Type::F16 ? 2 : 4;
  auto each = [&](size_t I, unsigned Count, auto Take) {
    const Operand &O = D.operand(I);
    if (O.Is == Operand::List ? O.Elements.size() != Count : Count != 1)
      return D.fail("expected " + std::to_string(Count) + " registers");
    if (O.Is != Operand::List)
      return Take(O);
    for (const Operand &Element : O.Elements)
      Take(Element);
  };
  auto input = [&](const Operand &O) { D.input(O, Type::B32); };
  each(0, RegistersC, [&](const Operand &O) { D.result(O, Type::B32); });
  each(1, RegistersA, input);
  each(2, RegistersA / 2, input);
  each(3, RegistersC, input);
  D.Out.Elements = static_cast<uint8_t>(RegistersA);
  D.Out.Extra = uint32_t(A) | uint32_t(B) << 5 | uint32_t(C) << 10 |
                uint32_t(Saturate) << 15;
  D.run(multiply, InstructionClass::Tensor);
}

//===----------------------------------------------------------------------===//
// ldmatrix and stmatrix
//===----------------------------------------------------------------------===//

/// Lanes 8 m to 8 m + 7 name the rows of matrix m [8, 8], 16 bytes each. Lane l
/// holds the elements (l / 4, 2 (l % 4)) and the one to its right, or, with
/// .trans, below.
static void loadMatrix(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!needWholeWarp(W, Mask))
    return;
  LanePointers P;
  uint32_t Rows = FullMask >> (32 - 8 * I.Results);
  if (!resolve(W, I, Rows, I.Results, 16, MemoryAccess::Load, P))
    return;
  for (unsigned M = 0; M < I.Results; ++M) {
    uint16_t Matrix[8][8];
    for (unsigned R = 0; R < 8; ++R)
      std::memcpy(Matrix[R], P.Host[8 * M + R], 16);
    uint32_t *To = W.operand<uint32_t>(I, M);
    for (unsigned L = 0; L < WarpSize; ++L) {
      unsigned R = L / 4, C = 2 * (L % 4);
      To[L] = I.Extra ? Matrix[C][R] | uint32_t(Matrix[C + 1][R]) << 16
                      : Matrix[R][C] | uint32_t(Matrix[R][C + 1]) << 16;
    }
  }
}

static void storeMatrix(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!needWholeWarp(W, Mask))
    return;
  LanePointers P;
  uint32_t Rows = FullMask >> (32 - 8 * I.Elements);
  if (!resolve(W, I, Rows, 0, 16, MemoryAccess::Store, P))
    return;
  for (unsigned M = 0; M < I.Elements; ++M) {
    uint16_t Matrix[8][8];
    const uint32_t *From = W.operand<uint32_t>(I, 1 + M);
    for (unsigned L = 0; L < WarpSize; ++L) {
      unsigned R = L / 4, C = 2 * (L % 4);
      (I.Extra ? Matrix[C][R] : Matrix[R][C]) = uint16_t(From[L]);
      (I.Extra ? Matrix[C + 1][R] : Matrix[R][C + 1]) = uint16_t(From[L] >> 16);
    }
    for (unsigned R = 0; R < 8; ++R)
      std::memcpy(P.Host[8 * M + R], Matrix[R], 16);
  }
}

static void decodeMatrixAccess(Decoder &D) {
  bool IsLoad = D.name() == "ldmatrix";
  D.Out.Kind = Flow::WarpSync;
  D.Out.Extra2 = AllMembers;
  bool Form = D.take("sync") && D.take("aligned") && D.take("m8n8");
  int Count = D.takeOneOf({"x1", "x2", "x4"});
  D.Out.Extra = D.take("trans");
  D.Out.Where = D.takeSpace();
  Type T = D.takeType();
  if (!Form || Count < 0 || T != Type::B16 ||
      (D.Out.Where != Space::Shared && D.Out.Where != Space::Generic))
    return D.fail("is not implemented in this form");
  const Operand &Data = D.operand(IsLoad ? 0 : 1);
  std::vector<Operand> Registers =
      Data.Is == Operand::List ? Data.Elements : std::vector<Operand>{Data};
  if (Registers.size() != 1u << Count)
    return D.fail("expected " + std::to_string(1u << Count) + " registers");
  if (!IsLoad)
    D.address(0);
  for (const Operand &O : Registers) {
    if (IsLoad)
      D.result(O, Type::B32);
    else
      D.input(O, Type::B32);
  }
  if (IsLoad)
    D.address(1);
  D.Out.Elements = static_cast<uint8_t>(Registers.size());
  D.run(IsLoad ? loadMatrix : storeMatrix, InstructionClass::Tensor);
}

static constexpr DecodeEntry Entries[] = {
    {"mma", decodeMultiply},
    {"ldmatrix", decodeMatrixAccess},
    {"stmatrix", decodeMatrixAccess},
};

DecodeTable simgpu::matrixTable() { return {Entries, std::size(Entries)}; }
