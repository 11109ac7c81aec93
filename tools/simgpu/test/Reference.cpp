//===- Reference.cpp - Arithmetic to compare with -------------------------===//

#include "Reference.h"

#include <algorithm>
#include <cstring>

using namespace reference;

Mode reference::modeOf(const char *Modifier) {
  if (!std::strcmp(Modifier, "rz"))
    return Mode::Zero;
  if (!std::strcmp(Modifier, "rm"))
    return Mode::Down;
  if (!std::strcmp(Modifier, "rp"))
    return Mode::Up;
  if (!std::strcmp(Modifier, "rna"))
    return Mode::Away;
  return Mode::Even;
}

//===----------------------------------------------------------------------===//
// Kinds of value
//===----------------------------------------------------------------------===//

static uint64_t magnitude(uint64_t Bits, Format F) {
  return Bits & (F.sign() - 1);
}
bool reference::isNan(uint64_t Bits, Format F) {
  return magnitude(Bits, F) > F.infinity();
}
bool reference::isInf(uint64_t Bits, Format F) {
  return magnitude(Bits, F) == F.infinity();
}
bool reference::isZero(uint64_t Bits, Format F) {
  return magnitude(Bits, F) == 0;
}
bool reference::isNegative(uint64_t Bits, Format F) { return Bits & F.sign(); }
bool reference::isSubnormal(uint64_t Bits, Format F) {
  uint64_t M = magnitude(Bits, F);
  return M != 0 && M < uint64_t(1) << F.Mantissa;
}
uint64_t reference::nan(Format F) { return F.sign() - 1; }
uint64_t reference::flushed(uint64_t Bits, Format F) {
  return isSubnormal(Bits, F) ? Bits & F.sign() : Bits;
}

Parts reference::partsOf(uint64_t Bits, Format F) {
  uint64_t Fraction = Bits & ((uint64_t(1) << F.Mantissa) - 1);
  int Biased = int(magnitude(Bits, F) >> F.Mantissa);
  int Bias = (1 << (F.Exponent - 1)) - 1;
  if (Biased == 0)
    return {isNegative(Bits, F), Fraction, 1 - Bias - F.Mantissa};
  return {isNegative(Bits, F), Fraction | uint64_t(1) << F.Mantissa,
          Biased - Bias - F.Mantissa};
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

static int bitLength(U128 A) {
  int N = 0;
  for (; A; A >>= 1)
    ++N;
  return N;
}

/// The integer part of Mantissa * 2^-Shift and how it is rounded up.
static bool roundsUp(bool Negative, bool Odd, int VersusHalf, bool Inexact,
                     Mode M) {
  switch (M) {
  case Mode::Even:
    return VersusHalf > 0 || (VersusHalf == 0 && Inexact && Odd);
  case Mode::Away:
    return Inexact && VersusHalf >= 0;
  case Mode::Zero:
    return false;
  case Mode::Down:
    return Inexact && Negative;
  default:
    return Inexact && !Negative;
  }
}

/// Drops `Shift` bits of the mantissa and rounds.
static U128 shiftRight(bool Negative, U128 Mantissa, int Shift, bool Sticky,
                       Mode M) {
  if (Shift <= 0)
    return Mantissa << -Shift;
  U128 Kept = Shift > 127 ? 0 : Mantissa >> Shift;
  U128 Rest = Shift > 127 ? Mantissa : Mantissa & ((U128(1) << Shift) - 1);
  int Versus;
  if (Shift > 127)
    Versus = -1;
  else {
    U128 Half = U128(1) << (Shift - 1);
    Versus = Rest > Half || (Rest == Half && Sticky) ? 1
             : Rest == Half                          ? 0
                                                     : -1;
  }
  return Kept + roundsUp(Negative, Kept & 1, Versus, Rest != 0 || Sticky, M);
}

uint64_t reference::round(bool Negative, U128 Mantissa, int Exponent,
                          bool Sticky, Format F, Mode M) {
  uint64_t Sign = Negative ? F.sign() : 0;
  if (Mantissa == 0 && !Sticky)
    return Sign;
  int Bias = (1 << (F.Exponent - 1)) - 1;
  int Lowest = 1 - Bias - F.Mantissa; // exponent of the last bit, at least
  int Last = std::max(bitLength(Mantissa) - 1 + Exponent - F.Mantissa, Lowest);
  if (Sticky && Last < Exponent + 2) { // make room below for what sticks
    Mantissa <<= 4;
    Exponent -= 4;
    Last = std::max(bitLength(Mantissa) - 1 + Exponent - F.Mantissa, Lowest);
  }
  U128 Kept = shiftRight(Negative, Mantissa, Last - Exponent, Sticky, M);
  if (bitLength(Kept) > F.Mantissa + 1) {
    Kept >>= 1;
    ++Last;
  }
  int Biased = bitLength(Kept) > F.Mantissa ? Last + F.Mantissa + Bias : 0;
  if (Biased >= (1 << F.Exponent) - 1) {
    bool Largest = M == Mode::Zero || (M == Mode::Down && !Negative) ||
                   (M == Mode::Up && Negative);
    return Sign | (F.infinity() - Largest);
  }
  uint64_t Fraction = uint64_t(Kept) & ((uint64_t(1) << F.Mantissa) - 1);
  return Sign | uint64_t(Biased) << F.Mantissa | Fraction;
}

//===----------------------------------------------------------------------===//
// Sums in fixed point
//===----------------------------------------------------------------------===//

namespace {
/// An integer of many words times 2^Bottom.
class Fixed {
public:
  static constexpr int Bottom = -2200, Words = 140; // 32 bits each

  void add(U128 Mantissa, int Exponent) {
    int Bit = Exponent - Bottom;
    uint64_t Carry = 0;
    U128 Low = Mantissa << (Bit % 32) % 128;
    U128 High = Bit % 32 ? Mantissa >> (128 - Bit % 32) : 0;
    for (int W = Bit / 32, I = 0; W < Words; ++W, ++I) {
      uint64_t Part = I < 4   ? uint32_t(Low >> 32 * I)
                      : I < 8 ? uint32_t(High >> 32 * (I - 4))
                              : 0;
      uint64_t Sum = uint64_t(Value[W]) + Part + Carry;
      Value[W] = uint32_t(Sum);
      Carry = Sum >> 32;
      if (I >= 8 && !Carry)
        break;
    }
  }
  /// The absolute difference, and whether it is negative.
  static Fixed difference(const Fixed &A, const Fixed &B, bool &Negative) {
    Negative = false;
    for (int W = Words; W-- > 0;)
      if (A.Value[W] != B.Value[W]) {
        Negative = A.Value[W] < B.Value[W];
        break;
      }
    const Fixed &Large = Negative ? B : A, &Small = Negative ? A : B;
    Fixed Result;
    int64_t Borrow = 0;
    for (int W = 0; W < Words; ++W) {
      int64_t D = int64_t(Large.Value[W]) - Small.Value[W] - Borrow;
      Borrow = D < 0;
      Result.Value[W] = uint32_t(D);
    }
    return Result;
  }
  /// The upper 96 to 127 bits, their exponent, and whether more follow.
  U128 top(int &Exponent, bool &Sticky) const {
    int W = Words - 1;
    while (W > 3 && Value[W] == 0)
      --W;
    U128 Result = 0;
    for (int I = 0; I < 4; ++I)
      Result = Result << 32 | (W - I >= 0 ? Value[W - I] : 0);
    Result >>= 8; // leave room
    Exponent = (W - 3) * 32 + Bottom + 8;
    Sticky = (Value[W - 3] & 0xff) != 0;
    for (int I = W - 4; I >= 0; --I)
      Sticky |= Value[I] != 0;
    return Result;
  }

private:
  uint32_t Value[Words] = {};
};
} // namespace

uint64_t reference::fma(uint64_t A, uint64_t B, uint64_t C, Format In, Format F,
                        Mode M) {
  bool Negative = isNegative(A, In) != isNegative(B, In);
  bool ProductInf = isInf(A, In) || isInf(B, In);
  if (isNan(A, In) || isNan(B, In) || isNan(C, F) ||
      (ProductInf && (isZero(A, In) || isZero(B, In))) ||
      (ProductInf && isInf(C, F) && Negative != isNegative(C, F)))
    return nan(F);
  if (ProductInf)
    return F.infinity() | (Negative ? F.sign() : 0);
  if (isInf(C, F))
    return C;
  Parts X = partsOf(A, In), Y = partsOf(B, In), Z = partsOf(C, F);
  Fixed Sums[2];
  Sums[Negative].add(U128(X.Mantissa) * Y.Mantissa, X.Exponent + Y.Exponent);
  Sums[Z.Negative].add(Z.Mantissa, Z.Exponent);
  bool Minus, Sticky;
  Fixed Sum = Fixed::difference(Sums[0], Sums[1], Minus);
  int Exponent;
  U128 Top = Sum.top(Exponent, Sticky);
  if (Top == 0 && !Sticky) // an exact zero
    Minus = Negative == Z.Negative ? Negative : M == Mode::Down;
  return reference::round(Minus, Top, Exponent, Sticky, F, M);
}

uint64_t reference::add(uint64_t A, uint64_t B, Format F, Mode M) {
  int Bias = (1 << (F.Exponent - 1)) - 1;
  return fma(A, uint64_t(Bias) << F.Mantissa, B, F, F, M);
}

uint64_t reference::mul(uint64_t A, uint64_t B, Format F, Mode M) {
  bool Negative = isNegative(A, F) != isNegative(B, F);
  if (isNan(A, F) || isNan(B, F) || (isInf(A, F) && isZero(B, F)) ||
      (isZero(A, F) && isInf(B, F)))
    return nan(F);
  if (isInf(A, F) || isInf(B, F))
    return F.infinity() | (Negative ? F.sign() : 0);
  Parts X = partsOf(A, F), Y = partsOf(B, F);
  return reference::round(Negative, U128(X.Mantissa) * Y.Mantissa,
                          X.Exponent + Y.Exponent, false, F, M);
}

uint64_t reference::div(uint64_t A, uint64_t B, Format F, Mode M) {
  bool Negative = isNegative(A, F) != isNegative(B, F);
  uint64_t Sign = Negative ? F.sign() : 0;
  if (isNan(A, F) || isNan(B, F) || (isInf(A, F) && isInf(B, F)) ||
      (isZero(A, F) && isZero(B, F)))
    return nan(F);
  if (isInf(A, F) || isZero(B, F))
    return F.infinity() | Sign;
  if (isInf(B, F) || isZero(A, F))
    return Sign;
  Parts X = partsOf(A, F), Y = partsOf(B, F);
  // Subnormals first get a leading bit, so that the quotient has enough bits.
  while (!(X.Mantissa >> 62))
    X.Mantissa <<= 1, --X.Exponent;
  U128 Wide = U128(X.Mantissa) << 64;
  return reference::round(Negative, Wide / Y.Mantissa,
                          X.Exponent - 64 - Y.Exponent, Wide % Y.Mantissa != 0,
                          F, M);
}

uint64_t reference::sqrt(uint64_t A, Format F, Mode M) {
  if (isNan(A, F) || (isNegative(A, F) && !isZero(A, F)))
    return nan(F);
  if (isZero(A, F) || isInf(A, F))
    return A;
  Parts X = partsOf(A, F);
  U128 Wide = X.Mantissa;
  int Exponent = X.Exponent;
  while (!(Wide >> 124))
    Wide <<= 1, --Exponent;
  if (Exponent % 2)
    Wide <<= 1, --Exponent;
  U128 Root = 0;
  for (int Bit = 63; Bit >= 0; --Bit) {
    U128 Try = Root | U128(1) << Bit;
    if (Try * Try <= Wide)
      Root = Try;
  }
  return reference::round(false, Root, Exponent / 2, Root * Root != Wide, F, M);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

uint64_t reference::convert(uint64_t A, Format From, Format To, Mode M) {
  if (isNan(A, From))
    return nan(To);
  if (isInf(A, From))
    return To.infinity() | (isNegative(A, From) ? To.sign() : 0);
  Parts X = partsOf(A, From);
  return reference::round(X.Negative, X.Mantissa, X.Exponent, false, To, M);
}

uint64_t reference::fromInteger(I128 Value, Format To, Mode M) {
  return reference::round(Value < 0, Value < 0 ? -U128(Value) : U128(Value), 0,
                          false, To, M);
}

uint64_t reference::toIntegral(uint64_t A, Format F, Mode M) {
  if (isNan(A, F))
    return nan(F);
  Parts X = partsOf(A, F);
  if (isInf(A, F) || X.Exponent >= 0)
    return A;
  U128 Whole = shiftRight(X.Negative, X.Mantissa, -X.Exponent, false, M);
  return reference::round(X.Negative, Whole, 0, false, F, Mode::Even);
}

uint64_t reference::toInteger(uint64_t A, Format From, unsigned Bits,
                              bool IsSigned, Mode M) {
  uint64_t Mask = Bits == 64 ? ~0ull : (uint64_t(1) << Bits) - 1;
  if (isNan(A, From))
    return From.Mantissa == F64.Mantissa || Bits == 64
               ? uint64_t(1) << (Bits - 1)
               : 0;
  I128 Most = IsSigned ? (I128(1) << (Bits - 1)) - 1 : (I128(1) << Bits) - 1;
  I128 Least = IsSigned ? -(I128(1) << (Bits - 1)) : 0;
  Parts X = partsOf(A, From);
  I128 Value;
  if (isInf(A, From) || (X.Mantissa && X.Exponent > 64))
    Value = X.Negative ? Least : Most;
  else {
    U128 Whole = shiftRight(X.Negative, X.Mantissa, -X.Exponent, false, M);
    Value = X.Negative ? -I128(Whole) : I128(Whole);
  }
  return uint64_t(std::clamp(Value, Least, Most)) & Mask;
}

uint64_t reference::saturate(uint64_t A, Format F) {
  int Bias = (1 << (F.Exponent - 1)) - 1;
  uint64_t One = uint64_t(Bias) << F.Mantissa;
  if (isNan(A, F) || isNegative(A, F))
    return 0;
  return std::min(A, One);
}

uint64_t reference::minMax(uint64_t A, uint64_t B, bool Max, bool KeepNan,
                           bool XorSign, Format F) {
  uint64_t Sign = 0;
  if (XorSign) {
    Sign = (A ^ B) & F.sign();
    A = magnitude(A, F), B = magnitude(B, F);
  }
  if (isNan(A, F) && isNan(B, F))
    return nan(F);
  if (isNan(A, F) || isNan(B, F))
    return KeepNan ? nan(F) : (isNan(A, F) ? B : A) | Sign;
  auto less = [&](uint64_t X, uint64_t Y) { // -0 is less than +0
    bool Nx = isNegative(X, F), Ny = isNegative(Y, F);
    if (Nx != Ny)
      return Nx;
    return Nx ? magnitude(X, F) > magnitude(Y, F) : X < Y;
  };
  return (less(A, B) == Max ? B : A) | Sign;
}

std::vector<uint64_t> reference::edges(Format F) {
  int Bias = (1 << (F.Exponent - 1)) - 1;
  uint64_t One = uint64_t(Bias) << F.Mantissa;
  uint64_t Unit = uint64_t(1) << F.Mantissa; // the least normal number
  uint64_t Odd = 0x155555555555555ull & (Unit - 1);
  std::vector<uint64_t> Values = {
      0,
      1,
      Unit / 2 + 1,
      Unit - 1,
      Unit,
      Unit + 1,
      One - 1, // just below one
      One,
      One + 1,
      One + Unit / 2, // 1.5
      One + Unit + Odd,
      One - Unit + Odd,
      One + (Unit >> F.Mantissa / 2), // with ties in products
      One + uint64_t(F.Mantissa) * Unit + 1,
      One + uint64_t(F.Mantissa / 2) * Unit + Odd,
      One - uint64_t(F.Mantissa) * Unit,     // ties with one
      One - uint64_t(F.Mantissa + 1) * Unit, // half of the last bit of one
      One - uint64_t(F.Mantissa + 1) * Unit + 1,
      F.infinity() - 1,
      F.infinity() - Unit,
      F.infinity(),
      F.infinity() + 1,
      F.infinity() | Unit / 2};
  size_t N = Values.size();
  for (size_t I = 0; I < N; ++I)
    Values.push_back(Values[I] | F.sign());
  return Values;
}
