//===- Bits.cpp - Logic, shifts and bit fields ----------------------------===//

#include "../Decoder.h"
#include "Lanes.h"

#include <algorithm>
#include <type_traits>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One lane
//===----------------------------------------------------------------------===//

namespace {
template <typename T> T andOf(T A, T B) { return A & B; }
template <typename T> T orOf(T A, T B) { return A | B; }
template <typename T> T xorOf(T A, T B) { return A ^ B; }
template <typename T> T notOf(T A) { return T(~A); }
template <typename T> T cnotOf(T A) { return A == 0; }

// Shift amounts are unsigned and clamped to the width.
template <typename T> T shlOf(T A, uint32_t N) {
  return N >= sizeof(T) * 8 ? T(0) : T(A << N);
}
template <typename T> T shrOf(T A, uint32_t N) {
  constexpr uint32_t Last = sizeof(T) * 8 - 1;
  if (std::is_signed_v<T>)
    return T(A >> std::min(N, Last));
  return N > Last ? T(0) : T(A >> N);
}

/// The upper word of b:a shifted left.
uint32_t funnelLeft(uint32_t A, uint32_t B, uint32_t N) {
  uint64_t Both = uint64_t(B) << 32 | A;
  return uint32_t(Both << N >> 32);
}
/// The lower word of b:a shifted right; N may be 32.
uint32_t funnelRight(uint32_t A, uint32_t B, uint32_t N) {
  return uint32_t((uint64_t(B) << 32 | A) >> N);
}
uint32_t shfLeftWrap(uint32_t A, uint32_t B, uint32_t N) {
  return funnelLeft(A, B, N & 31);
}
uint32_t shfLeftClamp(uint32_t A, uint32_t B, uint32_t N) {
  return N >= 32 ? A : funnelLeft(A, B, N);
}
uint32_t shfRightWrap(uint32_t A, uint32_t B, uint32_t N) {
  return funnelRight(A, B, N & 31);
}
uint32_t shfRightClamp(uint32_t A, uint32_t B, uint32_t N) {
  return funnelRight(A, B, std::min(N, 32u));
}

uint32_t popc32(uint32_t A) { return __builtin_popcount(A); }
uint32_t popc64(uint64_t A) { return __builtin_popcountll(A); }
uint32_t clz32(uint32_t A) { return A ? __builtin_clz(A) : 32; }
uint32_t clz64(uint64_t A) { return A ? __builtin_clzll(A) : 64; }

/// Position of the highest bit that differs from the sign, or all ones.
template <typename T> uint32_t bfind(T A) {
  uint64_t Bits = std::is_signed_v<T> && A < 0 ? ~int64_t(A) : A;
  return Bits ? 63 - __builtin_clzll(Bits) : ~0u;
}
/// The same as the shift that moves the bit to the top.
template <typename T> uint32_t bfindShift(T A) {
  uint32_t At = bfind(A);
  return At == ~0u ? At : sizeof(T) * 8 - 1 - At;
}

uint32_t brev32(uint32_t A) {
  A = (A >> 1 & 0x55555555) | (A & 0x55555555) << 1;
  A = (A >> 2 & 0x33333333) | (A & 0x33333333) << 2;
  A = (A >> 4 & 0x0f0f0f0f) | (A & 0x0f0f0f0f) << 4;
  return __builtin_bswap32(A);
}
uint64_t brev64(uint64_t A) {
  return uint64_t(brev32(uint32_t(A))) << 32 | brev32(uint32_t(A >> 32));
}

/// Position and length count modulo 256. The sign of a field that reaches past
/// the top is the top bit.
template <typename T> T bfe(T A, uint32_t Position, uint32_t Length) {
  constexpr unsigned Top = sizeof(T) * 8 - 1;
  Position &= 0xff;
  Length &= 0xff;
  bool Fill = std::is_signed_v<T> && Length != 0 &&
              (uint64_t(A) >> std::min(Position + Length - 1, Top) & 1);
  uint64_t Bits = std::make_unsigned_t<T>(A), Result = Fill ? ~0ull : 0;
  if (Position <= Top)
    Bits >>= Position;
  else
    Bits = 0;
  unsigned Known = Position > Top ? 0 : std::min(Length, Top + 1 - Position);
  if (Known == 64)
    return T(Bits);
  uint64_t Field = (uint64_t(1) << Known) - 1;
  return T((Result & ~Field) | (Bits & Field));
}
template <typename T> T bfi(T A, T B, uint32_t Position, uint32_t Length) {
  constexpr unsigned Width = sizeof(T) * 8;
  Position &= 0xff;
  Length = std::min(Length & 0xff, Width);
  if (Position >= Width || Length == 0)
    return B;
  T Field = Length == Width ? T(~T(0)) : T((T(1) << Length) - 1);
  Field = T(Field << Position);
  return T((B & ~Field) | (T(A << Position) & Field));
}

uint32_t maskOf(uint32_t Position, uint32_t Length) {
  uint32_t Ones = Length >= 32 ? ~0u : (1u << Length) - 1;
  return Position >= 32 ? 0 : Ones << Position;
}
uint32_t bmskClamp(uint32_t A, uint32_t B) { return maskOf(A, B); }
uint32_t bmskWrap(uint32_t A, uint32_t B) { return maskOf(A & 31, B & 31); }
/// The lower N bits, extended by sign or zeros.
template <typename T> T extendClamp(T A, uint32_t N) {
  if (N >= 32)
    return A;
  return N == 0 ? 0 : T(T(uint32_t(A) << (32 - N)) >> (32 - N));
}
template <typename T> T extendWrap(T A, uint32_t N) {
  return extendClamp(A, N & 31);
}

/// The n-th set bit from `Base`, upwards or downwards.
uint32_t fns(uint32_t A, uint32_t Base, int32_t N) {
  if (N == 0)
    return A >> (Base & 31) & 1 ? Base : ~0u;
  int Step = N < 0 ? -1 : 1;
  int32_t Left = N < 0 ? -N : N;
  for (int At = int(Base & 31); At >= 0 && At < 32; At += Step)
    if ((A >> At & 1) && --Left == 0)
      return uint32_t(At);
  return ~0u;
}
} // namespace

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

static uint32_t lookUp(uint32_t A, uint32_t B, uint32_t C, uint32_t Table) {
  uint32_t Result = 0;
  for (unsigned K = 0; K < 8; ++K) {
    uint32_t Bits = (K & 4 ? A : ~A) & (K & 2 ? B : ~B) & (K & 1 ? C : ~C);
    Result |= Table >> K & 1 ? Bits : 0;
  }
  return Result;
}

static void lop3(Warp &W, const Instruction &I, uint32_t Mask) {
  const auto *A = W.operand<uint32_t>(I, 1), *B = W.operand<uint32_t>(I, 2),
             *C = W.operand<uint32_t>(I, 3);
  uint32_t Table = I.Extra;
  storeLanes(W.operand<uint32_t>(I, 0), Mask,
             [&](unsigned L) { return lookUp(A[L], B[L], C[L], Table); });
}

/// lop3.or.b32 d|p, a, b, c, table, q: p is (d != 0) or q. Extra2 is 1 for
/// .and, bit 1 for a negated q.
static void lop3Predicate(Warp &W, const Instruction &I, uint32_t Mask) {
  const auto *A = W.operand<uint32_t>(I, 2), *B = W.operand<uint32_t>(I, 3),
             *C = W.operand<uint32_t>(I, 4);
  uint32_t Q = *W.operand<uint32_t>(I, 5), NonZero = 0;
  if (I.Extra2 & 2)
    Q = ~Q;
  uint32_t Values[WarpSize];
  for (unsigned L = 0; L < WarpSize; ++L) {
    Values[L] = lookUp(A[L], B[L], C[L], I.Extra);
    NonZero |= uint32_t(Values[L] != 0) << L;
  }
  if (!W.isSink(I, 0))
    storeLanes(W.operand<uint32_t>(I, 0), Mask,
               [&](unsigned L) { return Values[L]; });
  uint32_t &P = *W.operand<uint32_t>(I, 1);
  P = (P & ~Mask) | ((I.Extra2 & 1 ? NonZero & Q : NonZero | Q) & Mask);
}

/// Predicates: 0 and, 1 or, 2 xor, 3 not.
template <int Op>
static void predicateLogic(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t A = *W.operand<uint32_t>(I, 1);
  uint32_t B = Op == 3 ? 0 : *W.operand<uint32_t>(I, 2);
  uint32_t Value = Op == 0 ? A & B : Op == 1 ? A | B : Op == 2 ? A ^ B : ~A;
  uint32_t &To = *W.operand<uint32_t>(I, 0);
  To = (To & ~Mask) | (Value & Mask);
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

#define BY_WIDTH(F, T)                                                         \
  (!(isBits(T))      ? nullptr                                                 \
   : bitsOf(T) == 16 ? lanes<F<uint16_t>>()                                    \
   : bitsOf(T) == 32 ? lanes<F<uint32_t>>()                                    \
   : bitsOf(T) == 64 ? lanes<F<uint64_t>>()                                    \
                     : nullptr)

static void decodeLogic(Decoder &D) {
  std::string_view Name = D.name();
  Type T = D.takeType();
  bool Unary = Name == "not" || Name == "cnot";
  D.result(0, T);
  D.input(1, T);
  if (!Unary)
    D.input(2, T);
  Handler H;
  if (T == Type::Pred)
    H = Name == "and"   ? predicateLogic<0>
        : Name == "or"  ? predicateLogic<1>
        : Name == "xor" ? predicateLogic<2>
        : Name == "not" ? predicateLogic<3>
                        : nullptr;
  else
    H = Name == "and"   ? BY_WIDTH(andOf, T)
        : Name == "or"  ? BY_WIDTH(orOf, T)
        : Name == "xor" ? BY_WIDTH(xorOf, T)
        : Name == "not" ? BY_WIDTH(notOf, T)
                        : BY_WIDTH(cnotOf, T);
  D.run(H, InstructionClass::Integer);
}

static void decodeShift(Decoder &D) {
  bool Left = D.name() == "shl";
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.input(2, Type::U32);
  Handler H = nullptr;
  if (Left)
    H = BY_WIDTH(shlOf, T);
  else if (isSigned(T))
    H = bitsOf(T) == 16   ? lanes<shrOf<int16_t>>()
        : bitsOf(T) == 32 ? lanes<shrOf<int32_t>>()
        : bitsOf(T) == 64 ? lanes<shrOf<int64_t>>()
                          : nullptr;
  else
    H = bitsOf(T) == 16   ? lanes<shrOf<uint16_t>>()
        : bitsOf(T) == 32 ? lanes<shrOf<uint32_t>>()
        : bitsOf(T) == 64 ? lanes<shrOf<uint64_t>>()
                          : nullptr;
  D.run(H, InstructionClass::Integer);
}

static void decodeFunnel(Decoder &D) {
  int Way = D.takeOneOf({"l", "r"}), Mode = D.takeOneOf({"wrap", "clamp"});
  Type T = D.takeType();
  D.result(0, Type::B32);
  for (unsigned I = 1; I <= 3; ++I)
    D.input(I, Type::B32);
  Handler Ways[2][2] = {{lanes<shfLeftWrap>(), lanes<shfLeftClamp>()},
                        {lanes<shfRightWrap>(), lanes<shfRightClamp>()}};
  D.run(Way < 0 || Mode < 0 || T != Type::B32 ? nullptr : Ways[Way][Mode],
        InstructionClass::Integer);
}

static void decodeLop3(Decoder &D) {
  int Op = D.takeOneOf({"or", "and"});
  if (D.takeType() != Type::B32)
    return;
  if (Op < 0) {
    D.result(0, Type::B32);
  } else {
    const Operand &Pair = D.operand(0);
    if (Pair.Is != Operand::Pair)
      return D.fail("expected two results, d|p");
    D.resultOrSink(Pair.Elements[0], Type::B32);
    D.result(Pair.Elements[1], Type::Pred);
  }
  for (unsigned I = 1; I <= 3; ++I)
    D.input(I, Type::B32);
  D.Out.Extra = static_cast<uint32_t>(D.literal(4));
  if (D.Out.Extra > 255)
    D.fail("found a table of " + std::to_string(D.Out.Extra) +
           ", expected 0 to 255");
  if (Op >= 0)
    D.Out.Extra2 =
        static_cast<uint8_t>(Op | (D.predicate(D.operand(5)) ? 2 : 0));
  D.run(Op < 0 ? lop3 : lop3Predicate, InstructionClass::Integer);
}

/// popc, clz, bfind: a 32-bit result.
static void decodeCount(Decoder &D) {
  std::string_view Name = D.name();
  bool Shift = Name == "bfind" && D.take("shiftamt");
  Type T = D.takeType();
  D.result(0, Type::U32);
  D.input(1, T);
  Handler H = nullptr;
  if (Name == "popc" || Name == "clz") {
    bool Count = Name == "popc";
    H = T == Type::B32   ? (Count ? lanes<popc32>() : lanes<clz32>())
        : T == Type::B64 ? (Count ? lanes<popc64>() : lanes<clz64>())
                         : nullptr;
  } else {
    switch (T) {
    case Type::U32:
      H = Shift ? lanes<bfindShift<uint32_t>>() : lanes<bfind<uint32_t>>();
      break;
    case Type::S32:
      H = Shift ? lanes<bfindShift<int32_t>>() : lanes<bfind<int32_t>>();
      break;
    case Type::U64:
      H = Shift ? lanes<bfindShift<uint64_t>>() : lanes<bfind<uint64_t>>();
      break;
    case Type::S64:
      H = Shift ? lanes<bfindShift<int64_t>>() : lanes<bfind<int64_t>>();
      break;
    default:
      break;
    }
  }
  D.run(H, InstructionClass::Integer);
}

static void decodeReverse(Decoder &D) {
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.run(T == Type::B32   ? lanes<brev32>()
        : T == Type::B64 ? lanes<brev64>()
                         : nullptr,
        InstructionClass::Integer);
}

static void decodeExtract(Decoder &D) {
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.input(2, Type::U32);
  D.input(3, Type::U32);
  D.run(T == Type::U32   ? lanes<bfe<uint32_t>>()
        : T == Type::S32 ? lanes<bfe<int32_t>>()
        : T == Type::U64 ? lanes<bfe<uint64_t>>()
        : T == Type::S64 ? lanes<bfe<int64_t>>()
                         : nullptr,
        InstructionClass::Integer);
}

static void decodeInsert(Decoder &D) {
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.input(2, T);
  D.input(3, Type::U32);
  D.input(4, Type::U32);
  D.run(T == Type::B32   ? lanes<bfi<uint32_t>>()
        : T == Type::B64 ? lanes<bfi<uint64_t>>()
                         : nullptr,
        InstructionClass::Integer);
}

/// bmsk and szext.
static void decodeMaskField(Decoder &D) {
  int Mode = D.takeOneOf({"clamp", "wrap"});
  Type T = D.takeType();
  D.result(0, Type::B32);
  D.input(1, Type::B32);
  D.input(2, Type::U32);
  Handler H = nullptr;
  if (D.name() == "bmsk" && T == Type::B32)
    H = Mode == 0 ? lanes<bmskClamp>() : lanes<bmskWrap>();
  else if (T == Type::U32)
    H = Mode == 0 ? lanes<extendClamp<uint32_t>>()
                  : lanes<extendWrap<uint32_t>>();
  else if (T == Type::S32)
    H = Mode == 0 ? lanes<extendClamp<int32_t>>()
                  : lanes<extendWrap<int32_t>>();
  D.run(Mode < 0 ? nullptr : H, InstructionClass::Integer);
}

static void decodeFns(Decoder &D) {
  Type T = D.takeType();
  D.result(0, Type::B32);
  for (unsigned I = 1; I <= 3; ++I)
    D.input(I, Type::B32);
  D.run(T == Type::B32 ? lanes<fns>() : nullptr, InstructionClass::Integer);
}

static constexpr DecodeEntry Entries[] = {
    {"and", decodeLogic},       {"or", decodeLogic},
    {"xor", decodeLogic},       {"not", decodeLogic},
    {"cnot", decodeLogic},      {"shl", decodeShift},
    {"shr", decodeShift},       {"shf", decodeFunnel},
    {"lop3", decodeLop3},       {"popc", decodeCount},
    {"clz", decodeCount},       {"bfind", decodeCount},
    {"brev", decodeReverse},    {"bfe", decodeExtract},
    {"bfi", decodeInsert},      {"bmsk", decodeMaskField},
    {"szext", decodeMaskField}, {"fns", decodeFns},
};

DecodeTable simgpu::bitTable() { return {Entries, std::size(Entries)}; }
