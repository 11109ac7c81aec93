//===- Compare.cpp - setp, set, selp, slct, testp -------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <cmath>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One lane
//===----------------------------------------------------------------------===//

namespace {
enum Comparison { Eq, Ne, Lt, Le, Gt, Ge, Num, Nan };
/// An unordered comparison is also true when an operand is NaN.
template <typename T, Comparison C, bool Unordered, bool Ftz>
bool compare(T A, T B) {
  if constexpr (Ftz) {
    auto flush = [](float X) { return std::fabs(X) < 0x1p-126f ? 0.0f : X; };
    A = flush(A), B = flush(B);
  }
  bool IsNan = A != A || B != B;
  switch (C) {
  case Eq:
    return Unordered ? IsNan || A == B : A == B;
  case Ne:
    return Unordered ? A != B : !IsNan && A != B;
  case Lt:
    return Unordered ? !(A >= B) : A < B;
  case Le:
    return Unordered ? !(A > B) : A <= B;
  case Gt:
    return Unordered ? !(A <= B) : A > B;
  case Ge:
    return Unordered ? !(A < B) : A >= B;
  case Num:
    return !IsNan;
  case Nan:
    return IsNan;
  }
  return false;
}

/// How a comparison and another predicate become results; in Extra.
enum SetFlags : uint32_t {
  CombineAnd = 1,
  CombineOr = 2,
  CombineXor = 3,
  CombineMask = 3,
  NegatedC = 4,   ///< of the third predicate
  HasSecond = 8,  ///< p|q
  FloatOnes = 16, ///< set to 1.0
  PackedPair = 32 ///< two comparisons, of the halves
};

/// One comparison, for all lanes; inputs start at operand `First`.
using MaskFunction = uint32_t (*)(Warp &, const Instruction &, unsigned First);

uint32_t combine(Warp &W, const Instruction &I, uint32_t Result,
                 unsigned Operand) {
  uint32_t How = I.Extra & CombineMask;
  if (How == 0)
    return Result;
  uint32_t C = *W.operand<uint32_t>(I, Operand);
  if (I.Extra & NegatedC)
    C = ~C;
  return How == CombineAnd  ? Result & C
         : How == CombineOr ? Result | C
                            : Result ^ C;
}

void storePredicate(Warp &W, const Instruction &I, unsigned N, uint32_t Mask,
                    uint32_t Value) {
  if (W.isSink(I, N))
    return;
  uint32_t &To = *W.operand<uint32_t>(I, N);
  To = (To & ~Mask) | (Value & Mask);
}

template <typename T, Comparison C, bool Unordered, bool Ftz>
void setp(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t Result =
      Predicating<compare<T, C, Unordered, Ftz>>::mask(W, I, I.Results);
  // q is the combination of the negated comparison.
  uint32_t Second = ~Result;
  storePredicate(W, I, 0, Mask, combine(W, I, Result, I.Results + 2));
  if (I.Extra & HasSecond)
    storePredicate(W, I, 1, Mask, combine(W, I, Second, I.Results + 2));
}

template <typename T, Comparison C, bool Unordered, bool Ftz>
void set(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t Result = Predicating<compare<T, C, Unordered, Ftz>>::mask(W, I, 1);
  Result = combine(W, I, Result, 3);
  uint32_t True = I.Extra & FloatOnes ? 0x3f800000 : ~0u;
  storeLanes(W.operand<uint32_t>(I, 0), Mask,
             [&](unsigned L) { return Result >> L & 1 ? True : 0; });
}

/// 16-bit floats compare as f32.
template <float (*Load)(uint16_t), Comparison C, bool Unordered>
bool compareHalf(uint16_t A, uint16_t B) {
  return compare<float, C, Unordered, false>(Load(A), Load(B));
}
template <float (*Load)(uint16_t), Comparison C, bool Unordered>
void setpHalf(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t Low = 0, High = 0;
  if (I.Extra & PackedPair) {
    const auto *A = W.operand<uint32_t>(I, I.Results);
    const auto *B = W.operand<uint32_t>(I, I.Results + 1);
    for (unsigned L = 0; L < WarpSize; ++L) {
      Low |= uint32_t(compareHalf<Load, C, Unordered>(A[L], B[L])) << L;
      High |= uint32_t(compareHalf<Load, C, Unordered>(A[L] >> 16, B[L] >> 16))
              << L;
    }
  } else {
    Low = Predicating<compareHalf<Load, C, Unordered>>::mask(W, I, I.Results);
    High = ~Low;
  }
  storePredicate(W, I, 0, Mask, combine(W, I, Low, I.Results + 2));
  if (I.Extra & HasSecond)
    storePredicate(W, I, 1, Mask, combine(W, I, High, I.Results + 2));
}
} // namespace

//===----------------------------------------------------------------------===//
// Tables of handlers
//===----------------------------------------------------------------------===//

#define ROW(F, T, Unordered, ...)                                              \
  {F<T, Eq, Unordered __VA_ARGS__>,  F<T, Ne, Unordered __VA_ARGS__>,          \
   F<T, Lt, Unordered __VA_ARGS__>,  F<T, Le, Unordered __VA_ARGS__>,          \
   F<T, Gt, Unordered __VA_ARGS__>,  F<T, Ge, Unordered __VA_ARGS__>,          \
   F<T, Num, Unordered __VA_ARGS__>, F<T, Nan, Unordered __VA_ARGS__>}
#define COMMA ,
#define INTEGERS(F, T)                                                         \
  static constexpr Handler F##T[8] = ROW(F, T, false, COMMA false)
INTEGERS(setp, uint16_t);
INTEGERS(setp, int16_t);
INTEGERS(setp, uint32_t);
INTEGERS(setp, int32_t);
INTEGERS(setp, uint64_t);
INTEGERS(setp, int64_t);
INTEGERS(set, uint16_t);
INTEGERS(set, int16_t);
INTEGERS(set, uint32_t);
INTEGERS(set, int32_t);
INTEGERS(set, uint64_t);
INTEGERS(set, int64_t);

/// [ftz, unordered, comparison].
#define FLOATS(F)                                                              \
  static constexpr Handler F##Single[2][2][8] = {                              \
      {ROW(F, float, false, COMMA false), ROW(F, float, true, COMMA false)},   \
      {ROW(F, float, false, COMMA true), ROW(F, float, true, COMMA true)}};    \
  static constexpr Handler F##Double[2][8] = {                                 \
      ROW(F, double, false, COMMA false), ROW(F, double, true, COMMA false)}
FLOATS(setp);
FLOATS(set);
static constexpr Handler SetpF16[2][8] = {ROW(setpHalf, halfToFloat, false, ),
                                          ROW(setpHalf, halfToFloat, true, )};
static constexpr Handler SetpBF16[2][8] = {ROW(setpHalf, bf16ToFloat, false, ),
                                           ROW(setpHalf, bf16ToFloat, true, )};

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static const Handler *integerRow(Type T, bool IsSet) {
  switch (T) {
  case Type::B16:
  case Type::U16:
    return IsSet ? setuint16_t : setpuint16_t;
  case Type::S16:
    return IsSet ? setint16_t : setpint16_t;
  case Type::B32:
  case Type::U32:
    return IsSet ? setuint32_t : setpuint32_t;
  case Type::S32:
    return IsSet ? setint32_t : setpint32_t;
  case Type::B64:
  case Type::U64:
    return IsSet ? setuint64_t : setpuint64_t;
  case Type::S64:
    return IsSet ? setint64_t : setpint64_t;
  default:
    return nullptr;
  }
}

static void decodeSet(Decoder &D) {
  bool IsSet = D.name() == "set";
  int C = D.takeOneOf({"eq", "ne", "lt", "le", "gt", "ge", "num", "nan"});
  bool Unordered = false, Unsigned = false;
  if (C < 0) {
    C = D.takeOneOf({"equ", "neu", "ltu", "leu", "gtu", "geu"});
    Unordered = C >= 0;
  }
  if (C < 0) { // names for unsigned integers
    C = D.takeOneOf({"", "", "lo", "ls", "hi", "hs"});
    Unsigned = C >= 0;
  }
  int How = D.takeOneOf({"and", "or", "xor"});
  bool Ftz = D.take("ftz");
  Type Result = IsSet ? D.takeType() : Type::Pred;
  Type T = D.takeType();
  if (C < 0)
    return;

  bool IsHalf = T == Type::F16 || T == Type::BF16;
  bool IsPair = T == Type::F16x2 || T == Type::BF16x2;
  const Operand &To = D.operand(0);
  uint32_t Flags = 0;
  if (To.Is == Operand::Pair && !IsSet) {
    D.resultOrSink(To.Elements[0], Type::Pred);
    D.resultOrSink(To.Elements[1], Type::Pred);
    Flags |= HasSecond;
  } else {
    D.result(To, Result);
  }
  D.input(1, T);
  D.input(2, T);
  if (How >= 0) {
    Flags |= How + 1;
    if (D.predicate(D.operand(3)))
      Flags |= NegatedC;
  }
  if (IsPair)
    Flags |= PackedPair;

  Handler H = nullptr;
  if (const Handler *Row = integerRow(T, IsSet))
    H = Unordered || Ftz || C >= Num || (Unsigned && isSigned(T)) ? nullptr
                                                                  : Row[C];
  else if (Unsigned)
    H = nullptr;
  else if (T == Type::F32)
    H = (IsSet ? setSingle : setpSingle)[Ftz][Unordered][C];
  else if (T == Type::F64 && !Ftz)
    H = (IsSet ? setDouble : setpDouble)[Unordered][C];
  else if ((IsHalf || IsPair) && !IsSet && !Ftz)
    H = (T == Type::F16 || T == Type::F16x2 ? SetpF16 : SetpBF16)[Unordered][C];
  if (IsSet) {
    if (Result == Type::F32)
      Flags |= FloatOnes;
    else if (Result != Type::U32 && Result != Type::S32)
      H = nullptr;
  }
  if (IsPair && !(Flags & HasSecond))
    D.fail("a pair needs two results, p|q");
  D.Out.Extra = Flags;
  D.run(H, InstructionClass::Compare);
}

template <typename T>
static void selp(Warp &W, const Instruction &I, uint32_t Mask) {
  const T *A = W.operand<T>(I, 1), *B = W.operand<T>(I, 2);
  uint32_t P = *W.operand<uint32_t>(I, 3);
  storeLanes(W.operand<T>(I, 0), Mask,
             [&](unsigned L) { return P >> L & 1 ? A[L] : B[L]; });
}

static void decodeSelect(Decoder &D) {
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.input(2, T);
  D.input(3, Type::Pred);
  D.run(bitsOf(T) == 16   ? selp<uint16_t>
        : bitsOf(T) == 32 ? selp<uint32_t>
        : bitsOf(T) == 64 ? selp<uint64_t>
                          : nullptr,
        InstructionClass::Move);
}

template <typename T> static T selectByInt(T A, T B, int32_t C) {
  return C >= 0 ? A : B;
}
/// NaN selects b, -0 selects a.
template <typename T, bool Ftz> static T selectByFloat(T A, T B, float C) {
  return C >= 0 || (Ftz && std::fabs(C) < 0x1p-126f) ? A : B;
}

template <typename T> static Handler slctHandler(Type Selector, bool Ftz) {
  return Selector == Type::S32   ? (Ftz ? nullptr : lanes<selectByInt<T>>())
         : Selector == Type::F32 ? (Ftz ? lanes<selectByFloat<T, true>>()
                                        : lanes<selectByFloat<T, false>>())
                                 : nullptr;
}

static void decodeSelectBySign(Decoder &D) {
  bool Ftz = D.take("ftz");
  Type T = D.takeType(), Selector = D.takeType();
  D.result(0, T);
  D.input(1, T);
  D.input(2, T);
  D.input(3, Selector);
  D.run(bitsOf(T) == 16   ? slctHandler<uint16_t>(Selector, Ftz)
        : bitsOf(T) == 32 ? slctHandler<uint32_t>(Selector, Ftz)
        : bitsOf(T) == 64 ? slctHandler<uint64_t>(Selector, Ftz)
                          : nullptr,
        InstructionClass::Move);
}

namespace {
template <typename T> bool isFinite(T A) { return std::isfinite(A); }
template <typename T> bool isInfinite(T A) { return std::isinf(A); }
template <typename T> bool isNumber(T A) { return A == A; }
template <typename T> bool isNotANumber(T A) { return A != A; }
template <typename T> bool isNormal(T A) { return std::isnormal(A); }
template <typename T> bool isSubnormal(T A) {
  return std::fpclassify(A) == FP_SUBNORMAL;
}
template <auto F> void testp(Warp &W, const Instruction &I, uint32_t Mask) {
  storePredicate(W, I, 0, Mask, Predicating<F>::mask(W, I, 1));
}
} // namespace

static void decodeTest(Decoder &D) {
  int Which = D.takeOneOf(
      {"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  Type T = D.takeType();
  D.result(0, Type::Pred);
  D.input(1, T);
  constexpr Handler Singles[] = {
      testp<isFinite<float>>, testp<isInfinite<float>>,
      testp<isNumber<float>>, testp<isNotANumber<float>>,
      testp<isNormal<float>>, testp<isSubnormal<float>>};
  constexpr Handler Doubles[] = {
      testp<isFinite<double>>, testp<isInfinite<double>>,
      testp<isNumber<double>>, testp<isNotANumber<double>>,
      testp<isNormal<double>>, testp<isSubnormal<double>>};
  D.run(Which < 0        ? nullptr
        : T == Type::F32 ? Singles[Which]
        : T == Type::F64 ? Doubles[Which]
                         : nullptr,
        InstructionClass::Compare);
}

static constexpr DecodeEntry Entries[] = {
    {"setp", decodeSet},          {"set", decodeSet},    {"selp", decodeSelect},
    {"slct", decodeSelectBySign}, {"testp", decodeTest},
};

DecodeTable simgpu::compareTable() { return {Entries, std::size(Entries)}; }
