//===- Half.cpp - f16, bf16 and pairs -------------------------------------===//
//
// Each operation is exact up to one rounding to the format. Sums of f16 and of
// bf16 and products of f16 fit f32 when rounded to odd; products of bf16 need
// double for their range.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cmath>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One number
//===----------------------------------------------------------------------===//

namespace {
struct F16 {
  static constexpr uint16_t Exponent = 0x7c00, One = 0x3c00;
  static float load(uint16_t A) { return halfToFloat(A); }
  static uint16_t store(float A) { return floatToHalf(A); }
  static uint16_t mul(uint16_t A, uint16_t B) {
    return store(load(A) * load(B));
  }
  static uint16_t fma(uint16_t A, uint16_t B, uint16_t C) {
    return store(addOdd(load(A) * load(B), load(C)));
  }
};
struct BF16 {
  static constexpr uint16_t Exponent = 0x7f80, One = 0x3f80;
  static float load(uint16_t A) { return bf16ToFloat(A); }
  static uint16_t store(float A) { return floatToBf16(A); }
  static uint16_t mul(uint16_t A, uint16_t B) {
    return store(toFloatOdd(double(load(A)) * load(B)));
  }
  static uint16_t fma(uint16_t A, uint16_t B, uint16_t C) {
    return store(
        toFloatOdd(addOdd(double(load(A)) * load(B), double(load(C)))));
  }
};

bool isNan(uint16_t A, uint16_t Exponent) { return (A & 0x7fff) > Exponent; }
template <class T, bool Ftz> uint16_t flush(uint16_t A) {
  return !Ftz || (A & T::Exponent) ? A : uint16_t(A & 0x8000);
}
enum Clamp { Plain, Sat, Relu };
/// NaN becomes 0 with .sat and stays NaN with .relu.
template <class T, bool Ftz, Clamp C> uint16_t finish(uint16_t A) {
  A = flush<T, Ftz>(A);
  if (C == Sat)
    return A & 0x8000 || isNan(A, T::Exponent) ? 0 : A > T::One ? T::One : A;
  if (C == Relu && !isNan(A, T::Exponent))
    return A & 0x8000 ? 0 : A;
  return A;
}

template <class T, bool Ftz, Clamp C> uint16_t add16(uint16_t A, uint16_t B) {
  float X = T::load(flush<T, Ftz>(A)), Y = T::load(flush<T, Ftz>(B));
  return finish<T, Ftz, C>(T::store(addOdd(X, Y)));
}
template <class T, bool Ftz, Clamp C> uint16_t sub16(uint16_t A, uint16_t B) {
  return add16<T, Ftz, C>(A, B ^ 0x8000);
}
template <class T, bool Ftz, Clamp C> uint16_t mul16(uint16_t A, uint16_t B) {
  return finish<T, Ftz, C>(T::mul(flush<T, Ftz>(A), flush<T, Ftz>(B)));
}
template <class T, bool Ftz, Clamp C>
uint16_t fma16(uint16_t A, uint16_t B, uint16_t D) {
  return finish<T, Ftz, C>(
      T::fma(flush<T, Ftz>(A), flush<T, Ftz>(B), flush<T, Ftz>(D)));
}

enum MinMaxFlags { Max = 1, Flush = 2, KeepNan = 4, XorSign = 8 };
template <class T, int Flags> uint16_t minMax16(uint16_t A, uint16_t B) {
  A = flush<T, (Flags & Flush) != 0>(A);
  B = flush<T, (Flags & Flush) != 0>(B);
  uint16_t Sign = 0;
  if (Flags & XorSign) {
    Sign = (A ^ B) & 0x8000;
    A &= 0x7fff, B &= 0x7fff;
  }
  bool NanA = isNan(A, T::Exponent), NanB = isNan(B, T::Exponent);
  if (NanA || NanB) {
    if (Flags & KeepNan || (NanA && NanB))
      return CanonicalNan16;
    return (NanA ? B : A) | Sign;
  }
  // As integers with the order of the numbers, -0 below +0.
  auto key = [](uint16_t X) { return X & 0x8000 ? -int(X & 0x7fff) - 1 : X; };
  bool First = Flags & Max ? key(A) > key(B) : key(A) < key(B);
  return (First ? A : B) | Sign;
}

template <class T, bool Ftz> uint16_t neg16(uint16_t A) {
  return flush<T, Ftz>(A) ^ 0x8000;
}
template <class T, bool Ftz> uint16_t abs16(uint16_t A) {
  return flush<T, Ftz>(A) & 0x7fff;
}
template <class T> uint16_t tanh16(uint16_t A) {
  return T::store(float(std::tanh(double(T::load(A)))));
}
template <class T, bool Ftz> uint16_t exponential16(uint16_t A) {
  return flush<T, Ftz>(T::store(exp2f(T::load(flush<T, Ftz>(A)))));
}

uint16_t addWord(uint16_t A, uint16_t B) { return A + B; }
uint16_t minUnsigned(uint16_t A, uint16_t B) { return std::min(A, B); }
uint16_t maxUnsigned(uint16_t A, uint16_t B) { return std::max(A, B); }
template <bool IsMax, bool IsRelu> uint16_t pickSigned(uint16_t A, uint16_t B) {
  int16_t X = A, Y = B;
  int16_t Picked = IsMax ? std::max(X, Y) : std::min(X, Y);
  return IsRelu ? std::max<int16_t>(Picked, 0) : Picked;
}

//===----------------------------------------------------------------------===//
// Pairs
//===----------------------------------------------------------------------===//

/// F on both halves of a word.
template <auto F> struct Pair;
template <typename... S, uint16_t (*F)(S...)> struct Pair<F> {
  template <typename...> using Word = uint32_t;
  static uint32_t apply(Word<S>... A) {
    return F(uint16_t(A)...) | uint32_t(F(uint16_t(A >> 16)...)) << 16;
  }
};
template <auto F> Handler pairs() { return lanes<&Pair<F>::apply>(); }

template <bool Ftz> float flush32(float A) {
  uint32_t Bits = bitCast<uint32_t>(A);
  return Ftz && !(Bits & 0x7f800000) ? bitCast<float>(Bits & 0x80000000) : A;
}
template <bool Ftz> uint32_t finish32(float A) {
  return A != A ? CanonicalNan32 : bitCast<uint32_t>(flush32<Ftz>(A));
}
template <bool Ftz> float low(uint64_t A) {
  return flush32<Ftz>(bitCast<float>(uint32_t(A)));
}
template <bool Ftz> float high(uint64_t A) {
  return flush32<Ftz>(bitCast<float>(uint32_t(A >> 32)));
}
uint64_t join(uint32_t Low, uint32_t High) {
  return uint64_t(High) << 32 | Low;
}
template <bool Z> uint64_t addSingles(uint64_t A, uint64_t B) {
  return join(finish32<Z>(low<Z>(A) + low<Z>(B)),
              finish32<Z>(high<Z>(A) + high<Z>(B)));
}
template <bool Z> uint64_t subSingles(uint64_t A, uint64_t B) {
  return join(finish32<Z>(low<Z>(A) - low<Z>(B)),
              finish32<Z>(high<Z>(A) - high<Z>(B)));
}
template <bool Z> uint64_t mulSingles(uint64_t A, uint64_t B) {
  return join(finish32<Z>(low<Z>(A) * low<Z>(B)),
              finish32<Z>(high<Z>(A) * high<Z>(B)));
}
template <bool Z> uint64_t fmaSingles(uint64_t A, uint64_t B, uint64_t C) {
  return join(finish32<Z>(std::fma(low<Z>(A), low<Z>(B), low<Z>(C))),
              finish32<Z>(std::fma(high<Z>(A), high<Z>(B), high<Z>(C))));
}
} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

static void decodeSame(Decoder &D, Type T, unsigned Inputs, Handler H) {
  D.result(0, T);
  for (unsigned I = 1; I <= Inputs; ++I)
    D.input(I, T);
  D.run(H, T == Type::F32x2                       ? InstructionClass::Float32
           : T == Type::U16x2 || T == Type::S16x2 ? InstructionClass::Integer
                                                  : InstructionClass::Float16);
}

/// The handler of F<format> for a type.
#define FOR_FORMAT(T, ...)                                                     \
  ((T) == Type::F16      ? ONE(lanes, F16, __VA_ARGS__)                        \
   : (T) == Type::BF16   ? ONE(lanes, BF16, __VA_ARGS__)                       \
   : (T) == Type::F16x2  ? ONE(pairs, F16, __VA_ARGS__)                        \
   : (T) == Type::BF16x2 ? ONE(pairs, BF16, __VA_ARGS__)                       \
                         : nullptr)
#define ONE(Make, Format, F, ...) Make<F<Format, __VA_ARGS__>>()
#define WITH_CLAMP(T, F, Ftz, C)                                               \
  (Ftz ? (C == Sat    ? FOR_FORMAT(T, F, true, Sat)                            \
          : C == Relu ? FOR_FORMAT(T, F, true, Relu)                           \
                      : FOR_FORMAT(T, F, true, Plain))                         \
       : (C == Sat    ? FOR_FORMAT(T, F, false, Sat)                           \
          : C == Relu ? FOR_FORMAT(T, F, false, Relu)                          \
                      : FOR_FORMAT(T, F, false, Plain)))

static bool isBrain(Type T) { return T == Type::BF16 || T == Type::BF16x2; }

static void decodeArithmetic(Decoder &D) {
  std::string_view Name = D.name();
  Rounding R = D.takeRounding();
  bool Ftz = D.take("ftz"), Saturate = D.take("sat");
  bool Clamps = Name == "fma" && D.take("relu");
  Type T = D.takeType();
  Clamp C = Saturate ? Sat : Clamps ? Relu : Plain;
  unsigned Inputs = Name == "fma" ? 3 : 2;
  Handler H = nullptr;
  if (R != Rounding::NearestEven || (isBrain(T) && (Ftz || Saturate)) ||
      (Saturate && Clamps))
    return;
  if (T == Type::U16x2 || T == Type::S16x2)
    H = Name == "add" && C == Plain && !Ftz ? pairs<addWord>() : nullptr;
  else if (T == Type::F32x2)
    H = C != Plain ? nullptr
        : Name == "add"
            ? (Ftz ? lanes<addSingles<true>>() : lanes<addSingles<false>>())
        : Name == "sub"
            ? (Ftz ? lanes<subSingles<true>>() : lanes<subSingles<false>>())
        : Name == "mul"
            ? (Ftz ? lanes<mulSingles<true>>() : lanes<mulSingles<false>>())
            : (Ftz ? lanes<fmaSingles<true>>() : lanes<fmaSingles<false>>());
  else
    H = Name == "add"   ? WITH_CLAMP(T, add16, Ftz, C)
        : Name == "sub" ? WITH_CLAMP(T, sub16, Ftz, C)
        : Name == "mul" ? WITH_CLAMP(T, mul16, Ftz, C)
                        : WITH_CLAMP(T, fma16, Ftz, C);
  decodeSame(D, T, Inputs, H);
}

template <int Base> static Handler minMaxHandler(Type T, int Flags) {
  switch (Flags) {
  case 0:
    return FOR_FORMAT(T, minMax16, Base);
  case Flush:
    return FOR_FORMAT(T, minMax16, Base | Flush);
  case KeepNan:
    return FOR_FORMAT(T, minMax16, Base | KeepNan);
  case Flush | KeepNan:
    return FOR_FORMAT(T, minMax16, Base | Flush | KeepNan);
  case XorSign:
    return FOR_FORMAT(T, minMax16, Base | XorSign);
  case XorSign | Flush:
    return FOR_FORMAT(T, minMax16, Base | XorSign | Flush);
  case XorSign | KeepNan:
    return FOR_FORMAT(T, minMax16, Base | XorSign | KeepNan);
  default:
    return FOR_FORMAT(T, minMax16, Base | XorSign | KeepNan | Flush);
  }
}

template <int Base> static void decodeMinMax(Decoder &D) {
  int Flags = (D.take("ftz") ? Flush : 0) | (D.take("NaN") ? KeepNan : 0);
  if (D.take("xorsign") && D.take("abs"))
    Flags |= XorSign;
  bool Clamps = D.take("relu");
  Type T = D.takeType();
  Handler H = nullptr;
  if (T == Type::U16x2)
    H = Flags || Clamps ? nullptr
        : Base          ? pairs<maxUnsigned>()
                        : pairs<minUnsigned>();
  else if (T == Type::S16x2)
    H = Flags    ? nullptr
        : Clamps ? pairs<pickSigned<Base != 0, true>>()
                 : pairs<pickSigned<Base != 0, false>>();
  else if (T != Type::F32x2 && !Clamps && !(isBrain(T) && Flags & Flush))
    H = minMaxHandler<Base>(T, Flags);
  decodeSame(D, T, 2, H);
}

static void decodeUnary(Decoder &D) {
  std::string_view Name = D.name();
  bool Approx = D.take("approx"), Ftz = D.take("ftz");
  Type T = D.takeType();
  Handler H = nullptr;
  bool IsSign = Name == "neg" || Name == "abs";
  if (IsSign != Approx) {
    if (Name == "neg")
      H = Ftz ? FOR_FORMAT(T, neg16, true) : FOR_FORMAT(T, neg16, false);
    else if (Name == "abs")
      H = Ftz ? FOR_FORMAT(T, abs16, true) : FOR_FORMAT(T, abs16, false);
    else if (Name == "ex2")
      // Written .ftz for bf16, where it is the only form.
      H = Ftz ? FOR_FORMAT(T, exponential16, true)
              : FOR_FORMAT(T, exponential16, false);
    else if (!Ftz)
      H = T == Type::F16      ? lanes<tanh16<F16>>()
          : T == Type::BF16   ? lanes<tanh16<BF16>>()
          : T == Type::F16x2  ? pairs<tanh16<F16>>()
          : T == Type::BF16x2 ? pairs<tanh16<BF16>>()
                              : nullptr;
  }
  decodeSame(D, T, 1, H);
  if (!IsSign)
    D.Out.Class = InstructionClass::Special;
}

static constexpr DecodeEntry Entries[] = {
    {"add", decodeArithmetic, Family::Half},
    {"sub", decodeArithmetic, Family::Half},
    {"mul", decodeArithmetic, Family::Half},
    {"fma", decodeArithmetic, Family::Half},
    {"min", decodeMinMax<0>, Family::Half},
    {"max", decodeMinMax<Max>, Family::Half},
    {"neg", decodeUnary, Family::Half},
    {"abs", decodeUnary, Family::Half},
    {"ex2", decodeUnary, Family::Half},
    {"tanh", decodeUnary, Family::Half},
};

DecodeTable simgpu::halfTable() { return {Entries, std::size(Entries)}; }
