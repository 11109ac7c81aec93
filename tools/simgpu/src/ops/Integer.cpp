//===- Integer.cpp - Integer arithmetic -----------------------------------===//
//
// Division by zero gives what PTX leaves open: all ones, and for rem the
// dividend.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "Lanes.h"

#include <algorithm>
#include <limits>
#include <type_traits>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One lane
//===----------------------------------------------------------------------===//

namespace {
template <typename T> using Bits = std::make_unsigned_t<T>;
/// Twice as wide, for products.
template <typename T> struct Double;
template <> struct Double<uint16_t> {
  using Type = uint32_t;
};
template <> struct Double<int16_t> {
  using Type = int32_t;
};
template <> struct Double<uint32_t> {
  using Type = uint64_t;
};
template <> struct Double<int32_t> {
  using Type = int64_t;
};
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;
template <> struct Double<uint64_t> {
  using Type = UInt128;
};
template <> struct Double<int64_t> {
  using Type = Int128;
};
template <typename T> using Wide = typename Double<T>::Type;

template <typename T> T addOf(T A, T B) { return T(Bits<T>(A) + Bits<T>(B)); }
template <typename T> T subOf(T A, T B) { return T(Bits<T>(A) - Bits<T>(B)); }
template <typename T> T mulLow(T A, T B) {
  return T(uint64_t(A) * uint64_t(B)); // small types would promote to int
}
template <typename T> T mulHigh(T A, T B) {
  return T(Wide<T>(A) * Wide<T>(B) >> sizeof(T) * 8);
}
template <typename T> Wide<T> mulWide(T A, T B) {
  return Wide<T>(A) * Wide<T>(B);
}
template <typename T> T madLow(T A, T B, T C) { return addOf(mulLow(A, B), C); }
template <typename T> T madHigh(T A, T B, T C) {
  return addOf(mulHigh(A, B), C);
}
template <typename T> Wide<T> madWide(T A, T B, Wide<T> C) {
  return addOf<Wide<T>>(Wide<T>(A) * Wide<T>(B), C);
}
int32_t saturate(int64_t A) {
  return int32_t(std::clamp<int64_t>(A, INT32_MIN, INT32_MAX));
}
int32_t addSaturated(int32_t A, int32_t B) { return saturate(int64_t(A) + B); }
int32_t subSaturated(int32_t A, int32_t B) { return saturate(int64_t(A) - B); }
int32_t madHighSaturated(int32_t A, int32_t B, int32_t C) {
  return saturate(int64_t(mulHigh(A, B)) + C);
}
template <typename T> T divOf(T A, T B) {
  if (B == 0)
    return T(~T(0));
  if (std::is_signed_v<T> && B == T(-1))
    return T(-Bits<T>(A));
  return T(A / B);
}
template <typename T> T remOf(T A, T B) {
  if (B == 0)
    return A;
  if (std::is_signed_v<T> && B == T(-1))
    return 0;
  return T(A % B);
}
template <typename T> T minOf(T A, T B) { return std::min(A, B); }
template <typename T> T maxOf(T A, T B) { return std::max(A, B); }
int32_t minRelu(int32_t A, int32_t B) { return std::max(std::min(A, B), 0); }
int32_t maxRelu(int32_t A, int32_t B) { return std::max(std::max(A, B), 0); }
template <typename T> T negOf(T A) { return T(-Bits<T>(A)); }
template <typename T> T absOf(T A) { return A < 0 ? negOf(A) : A; }
template <typename T> T sadOf(T A, T B, T C) {
  return T(Bits<T>(C) +
           (A < B ? Bits<T>(B) - Bits<T>(A) : Bits<T>(A) - Bits<T>(B)));
}

/// The lower 24 bits, extended to 64.
template <typename T> int64_t low24(T A) {
  return std::is_signed_v<T> ? int64_t(int32_t(uint32_t(A) << 8) >> 8)
                             : int64_t(A & 0xffffff);
}
template <typename T> T mul24Low(T A, T B) { return T(low24(A) * low24(B)); }
template <typename T> T mul24High(T A, T B) {
  return T(low24(A) * low24(B) >> 16);
}
template <typename T> T mad24Low(T A, T B, T C) {
  return addOf(mul24Low(A, B), C);
}
template <typename T> T mad24High(T A, T B, T C) {
  return addOf(mul24High(A, B), C);
}
int32_t mad24HighSaturated(int32_t A, int32_t B, int32_t C) {
  return saturate(int64_t(mul24High(A, B)) + C);
}

/// Element `I` of a word, as a signed or unsigned number.
template <typename T> int32_t element(uint32_t Word, unsigned I) {
  return T(Word >> I * sizeof(T) * 8);
}
template <typename A, typename B>
uint32_t dp4a(uint32_t X, uint32_t Y, uint32_t C) {
  for (unsigned I = 0; I < 4; ++I)
    C += uint32_t(element<A>(X, I) * element<B>(Y, I));
  return C;
}
template <typename A, typename B, unsigned First>
uint32_t dp2a(uint32_t X, uint32_t Y, uint32_t C) {
  for (unsigned I = 0; I < 2; ++I)
    C += uint32_t(element<A>(X, I) * element<B>(Y, First + I));
  return C;
}
} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// One handler for each integer type; null where there is none.
struct ByType {
  Handler U16, S16, U32, S32, U64, S64;

  Handler of(Type T) const {
    switch (T) {
    case Type::B16:
    case Type::U16:
      return U16;
    case Type::S16:
      return S16;
    case Type::B32:
    case Type::U32:
      return U32;
    case Type::S32:
      return S32;
    case Type::B64:
    case Type::U64:
      return U64;
    case Type::S64:
      return S64;
    default:
      return nullptr;
    }
  }
};
#define ALL_TYPES(F)                                                           \
  ByType {                                                                     \
    lanes<F<uint16_t>>(), lanes<F<int16_t>>(), lanes<F<uint32_t>>(),           \
        lanes<F<int32_t>>(), lanes<F<uint64_t>>(), lanes<F<int64_t>>()         \
  }
#define WIDENING(F)                                                            \
  ByType {                                                                     \
    lanes<F<uint16_t>>(), lanes<F<int16_t>>(), lanes<F<uint32_t>>(),           \
        lanes<F<int32_t>>(), nullptr, nullptr                                  \
  }
#define WORDS(F)                                                               \
  ByType {                                                                     \
    nullptr, nullptr, lanes<F<uint32_t>>(), lanes<F<int32_t>>(), nullptr,      \
        nullptr                                                                \
  }
#define SIGNED(F)                                                              \
  ByType {                                                                     \
    nullptr, lanes<F<int16_t>>(), nullptr, lanes<F<int32_t>>(), nullptr,       \
        lanes<F<int64_t>>()                                                    \
  }

/// A result and `Inputs` inputs of one type.
static void decodeSame(Decoder &D, Type T, unsigned Inputs, Handler H) {
  D.result(0, T);
  for (unsigned I = 1; I <= Inputs; ++I)
    D.input(I, T);
  D.run(H, InstructionClass::Integer);
}

// Handlers of the instructions with a carry. Bits of Extra.
enum CarryFlags : uint32_t { CarryIn = 1, CarryOut = 2, High = 4 };

template <typename T, int Op>
static void carryChain(Warp &W, const Instruction &I, uint32_t Mask) {
  T *To = W.operand<T>(I, 0);
  const T *A = W.operand<T>(I, 1), *B = W.operand<T>(I, 2);
  const T *C = Op == 2 ? W.operand<T>(I, 3) : nullptr;
  uint32_t Carry = 0;
  forEachLane(Mask, [&](unsigned L) {
    UInt128 In = I.Extra & CarryIn ? W.Carry >> L & 1 : 0, Sum;
    if constexpr (Op == 0) {
      Sum = UInt128(A[L]) + B[L] + In;
    } else if constexpr (Op == 1) {
      Sum = UInt128(A[L]) - B[L] - In; // the borrow lies above the type
    } else {
      UInt128 Product = UInt128(A[L]) * B[L];
      T Part = I.Extra & High ? T(Product >> sizeof(T) * 8) : T(Product);
      Sum = UInt128(Part) + C[L] + In;
    }
    To[L] = T(Sum);
    Carry |= uint32_t(Sum >> sizeof(T) * 8 & 1) << L;
  });
  if (I.Extra & CarryOut)
    W.Carry = (W.Carry & ~Mask) | Carry;
}

/// mad.hi.cc of signed numbers has their upper half.
static void signedHighCarry(Warp &W, const Instruction &I, uint32_t Mask) {
  auto *To = W.operand<uint32_t>(I, 0);
  const auto *A = W.operand<int32_t>(I, 1), *B = W.operand<int32_t>(I, 2);
  const auto *C = W.operand<uint32_t>(I, 3);
  uint32_t Carry = 0;
  forEachLane(Mask, [&](unsigned L) {
    uint64_t Sum = uint64_t(uint32_t(mulHigh(A[L], B[L]))) + C[L] +
                   (I.Extra & CarryIn ? W.Carry >> L & 1 : 0);
    To[L] = uint32_t(Sum);
    Carry |= uint32_t(Sum >> 32) << L;
  });
  if (I.Extra & CarryOut)
    W.Carry = (W.Carry & ~Mask) | Carry;
}

template <int Op> static void decodeCarry(Decoder &D) {
  if (D.name().back() == 'c')
    D.Out.Extra |= CarryIn;
  if (D.take("cc"))
    D.Out.Extra |= CarryOut;
  bool Upper = D.take("hi");
  if (Upper)
    D.Out.Extra |= High;
  else
    D.take("lo");
  Type T = D.takeType();
  if (Op == 2 && Upper && T == Type::S32)
    return decodeSame(D, T, 3, signedHighCarry);
  bool Known = T == Type::U32 || T == Type::S32 || T == Type::B32 ||
               T == Type::U64 || (T == Type::S64 && !Upper) || T == Type::B64;
  decodeSame(D, T, Op == 2 ? 3 : 2,
             !Known            ? nullptr
             : bitsOf(T) == 32 ? carryChain<uint32_t, Op>
                               : carryChain<uint64_t, Op>);
}

static void decodeAdd(Decoder &D) {
  if (D.has("cc"))
    return decodeCarry<0>(D);
  bool Saturate = D.take("sat");
  Type T = D.takeType();
  decodeSame(D, T, 2,
             !Saturate        ? ALL_TYPES(addOf).of(T)
             : T == Type::S32 ? lanes<addSaturated>()
                              : nullptr);
}

static void decodeSub(Decoder &D) {
  if (D.has("cc"))
    return decodeCarry<1>(D);
  bool Saturate = D.take("sat");
  Type T = D.takeType();
  decodeSame(D, T, 2,
             !Saturate        ? ALL_TYPES(subOf).of(T)
             : T == Type::S32 ? lanes<subSaturated>()
                              : nullptr);
}

/// The type with twice the bits.
static Type twice(Type T) {
  switch (T) {
  case Type::U16:
    return Type::U32;
  case Type::S16:
    return Type::S32;
  case Type::U32:
    return Type::U64;
  default:
    return Type::S64;
  }
}

static void decodeMul(Decoder &D) {
  int Part = D.takeOneOf({"lo", "hi", "wide"});
  Type T = D.takeType();
  D.result(0, Part == 2 ? twice(T) : T);
  D.input(1, T);
  D.input(2, T);
  D.run(Part == 0   ? ALL_TYPES(mulLow).of(T)
        : Part == 1 ? ALL_TYPES(mulHigh).of(T)
        : Part == 2 ? WIDENING(mulWide).of(T)
                    : nullptr,
        InstructionClass::Integer);
}

static void decodeMad(Decoder &D) {
  if (D.has("cc"))
    return decodeCarry<2>(D);
  int Part = D.takeOneOf({"lo", "hi", "wide"});
  bool Saturate = D.take("sat");
  Type T = D.takeType();
  D.result(0, Part == 2 ? twice(T) : T);
  D.input(1, T);
  D.input(2, T);
  D.input(3, Part == 2 ? twice(T) : T);
  D.run(Saturate    ? (Part == 1 && T == Type::S32 ? lanes<madHighSaturated>()
                                                   : nullptr)
        : Part == 0 ? ALL_TYPES(madLow).of(T)
        : Part == 1 ? ALL_TYPES(madHigh).of(T)
        : Part == 2 ? WIDENING(madWide).of(T)
                    : nullptr,
        InstructionClass::Integer);
}

static void decodeMul24(Decoder &D) {
  int Part = D.takeOneOf({"lo", "hi"});
  Type T = D.takeType();
  decodeSame(D, T, 2,
             Part == 0   ? WORDS(mul24Low).of(T)
             : Part == 1 ? WORDS(mul24High).of(T)
                         : nullptr);
}

static void decodeMad24(Decoder &D) {
  int Part = D.takeOneOf({"lo", "hi"});
  bool Saturate = D.take("sat");
  Type T = D.takeType();
  decodeSame(D, T, 3,
             Saturate
                 ? (Part == 1 && T == Type::S32 ? lanes<mad24HighSaturated>()
                                                : nullptr)
             : Part == 0 ? WORDS(mad24Low).of(T)
             : Part == 1 ? WORDS(mad24High).of(T)
                         : nullptr);
}

static void decodeDiv(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 2, ALL_TYPES(divOf).of(T));
}
static void decodeRem(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 2, ALL_TYPES(remOf).of(T));
}
static void decodeMin(Decoder &D) {
  bool Relu = D.take("relu");
  Type T = D.takeType();
  decodeSame(D, T, 2,
             !Relu            ? ALL_TYPES(minOf).of(T)
             : T == Type::S32 ? lanes<minRelu>()
                              : nullptr);
}
static void decodeMax(Decoder &D) {
  bool Relu = D.take("relu");
  Type T = D.takeType();
  decodeSame(D, T, 2,
             !Relu            ? ALL_TYPES(maxOf).of(T)
             : T == Type::S32 ? lanes<maxRelu>()
                              : nullptr);
}
static void decodeNeg(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 1, SIGNED(negOf).of(T));
}
static void decodeAbs(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 1, SIGNED(absOf).of(T));
}
static void decodeSad(Decoder &D) {
  Type T = D.takeType();
  decodeSame(D, T, 3, ALL_TYPES(sadOf).of(T));
}

/// A handler for each pair of signs.
static Handler bySigns(Type A, Type B, Handler UU, Handler US, Handler SU,
                       Handler SS) {
  if (bitsOf(A) != 32 || bitsOf(B) != 32)
    return nullptr;
  return isSigned(A) ? (isSigned(B) ? SS : SU) : (isSigned(B) ? US : UU);
}

static void decodeDp4a(Decoder &D) {
  Type A = D.takeType(), B = D.takeType();
  decodeSame(D, Type::B32, 3,
             bySigns(A, B, lanes<dp4a<uint8_t, uint8_t>>(),
                     lanes<dp4a<uint8_t, int8_t>>(),
                     lanes<dp4a<int8_t, uint8_t>>(),
                     lanes<dp4a<int8_t, int8_t>>()));
}

template <unsigned First> static Handler dp2aHandler(Type A, Type B) {
  return bySigns(A, B, lanes<dp2a<uint16_t, uint8_t, First>>(),
                 lanes<dp2a<uint16_t, int8_t, First>>(),
                 lanes<dp2a<int16_t, uint8_t, First>>(),
                 lanes<dp2a<int16_t, int8_t, First>>());
}

static void decodeDp2a(Decoder &D) {
  int Half = D.takeOneOf({"lo", "hi"});
  Type A = D.takeType(), B = D.takeType();
  // `a` holds two 16-bit numbers, `b` four 8-bit ones of which two are used.
  decodeSame(D, Type::B32, 3,
             Half == 0   ? dp2aHandler<0>(A, B)
             : Half == 1 ? dp2aHandler<2>(A, B)
                         : nullptr);
}

static constexpr DecodeEntry Entries[] = {
    {"add", decodeAdd, Family::Integer},
    {"addc", decodeCarry<0>, Family::Integer},
    {"sub", decodeSub, Family::Integer},
    {"subc", decodeCarry<1>, Family::Integer},
    {"mul", decodeMul, Family::Integer},
    {"mad", decodeMad, Family::Integer},
    {"madc", decodeCarry<2>, Family::Integer},
    {"mul24", decodeMul24, Family::Integer},
    {"mad24", decodeMad24, Family::Integer},
    {"div", decodeDiv, Family::Integer},
    {"rem", decodeRem, Family::Integer},
    {"min", decodeMin, Family::Integer},
    {"max", decodeMax, Family::Integer},
    {"neg", decodeNeg, Family::Integer},
    {"abs", decodeAbs, Family::Integer},
    {"sad", decodeSad, Family::Integer},
    {"dp4a", decodeDp4a, Family::Integer},
    {"dp2a", decodeDp2a, Family::Integer},
};

DecodeTable simgpu::integerTable() { return {Entries, std::size(Entries)}; }
