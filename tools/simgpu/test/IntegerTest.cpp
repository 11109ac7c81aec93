//===- IntegerTest.cpp - Integer arithmetic and bits on edge values -------===//
//
// References follow the pseudo-code of the PTX ISA bit by bit, in 128-bit
// arithmetic.
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"
#include "Reference.h"

#include <algorithm>

using namespace simgpu;
using reference::I128;
using reference::U128;

namespace {
struct IntegerType {
  std::string Name;
  unsigned Bits;
  bool Signed;

  I128 value(uint64_t V) const {
    if (Bits == 64)
      return Signed ? I128(int64_t(V)) : I128(V);
    V &= (uint64_t(1) << Bits) - 1;
    return Signed && V >> (Bits - 1) ? I128(V) - (I128(1) << Bits) : I128(V);
  }
  I128 least() const { return Signed ? -(I128(1) << (Bits - 1)) : 0; }
  I128 most() const { return (I128(1) << (Bits - Signed)) - 1; }
};
} // namespace

static const IntegerType Types[] = {{"u16", 16, false}, {"s16", 16, true},
                                    {"u32", 32, false}, {"s32", 32, true},
                                    {"u64", 64, false}, {"s64", 64, true}};

static Values edges(unsigned Bits) {
  uint64_t Mask = Bits == 64 ? ~0ull : (uint64_t(1) << Bits) - 1;
  uint64_t Top = uint64_t(1) << (Bits - 1);
  Values E = {0,
              1,
              2,
              3,
              7,
              Top - 1,
              Top,
              Top + 1,
              Mask - 1,
              Mask,
              0x5555 & Mask,
              0x123456789abcdef0 & Mask,
              0xff,
              0x80,
              0xfedcba9876543210 & Mask,
              Top >> 1,
              0x8000 & Mask};
  return E;
}

TEST(Integer, TwoOperands) {
  for (const IntegerType &T : Types) {
    Values E = edges(T.Bits);
    std::vector<unsigned> Widths(3, T.Bits);
    auto test = [&](const std::string &Name, auto F) {
      check(Name + "." + T.Name + " $0, $1, $2;", Widths, {E, E},
            [&](const Values &V) {
              return uint64_t(F(T.value(V[0]), T.value(V[1])));
            });
    };
    test("add", [](I128 A, I128 B) { return A + B; });
    test("sub", [](I128 A, I128 B) { return A - B; });
    test("mul.lo", [](I128 A, I128 B) { return I128(U128(A) * U128(B)); });
    test("mul.hi", [&](I128 A, I128 B) {
      return I128(U128(A) * U128(B)) >> T.Bits; // of 64 bits: all that counts
    });
    test("div", [](I128 A, I128 B) { return B ? A / B : I128(-1); });
    test("rem", [](I128 A, I128 B) { return B ? A % B : A; });
    test("min", [](I128 A, I128 B) { return A < B ? A : B; });
    test("max", [](I128 A, I128 B) { return A < B ? B : A; });
    if (T.Bits < 64)
      check("mul.wide." + T.Name + " $0, $1, $2;", {T.Bits * 2, T.Bits, T.Bits},
            {E, E}, [&](const Values &V) {
              return uint64_t(T.value(V[0]) * T.value(V[1]));
            });
  }
}

TEST(Integer, ThreeOperands) {
  for (const IntegerType &T : Types) {
    Values E = edges(T.Bits);
    std::vector<unsigned> Widths(4, T.Bits);
    auto test = [&](const std::string &Name, auto F) {
      check(Name + "." + T.Name + " $0, $1, $2, $3;", Widths, {E, E, E},
            [&](const Values &V) {
              return uint64_t(F(T.value(V[0]), T.value(V[1]), T.value(V[2])));
            });
    };
    test("mad.lo", [](I128 A, I128 B, I128 C) {
      return I128(U128(A) * U128(B) + U128(C));
    });
    test("mad.hi", [&](I128 A, I128 B, I128 C) {
      return (I128(U128(A) * U128(B)) >> T.Bits) + C;
    });
    test("sad",
         [](I128 A, I128 B, I128 C) { return C + (A < B ? B - A : A - B); });
    if (T.Bits < 64)
      check("mad.wide." + T.Name + " $0, $1, $2, $3;",
            {T.Bits * 2, T.Bits, T.Bits, T.Bits * 2}, {E, E, edges(T.Bits * 2)},
            [&](const Values &V) {
              return uint64_t(T.value(V[0]) * T.value(V[1])) + V[2];
            });
  }
}

TEST(Integer, Signs) {
  for (const IntegerType &T : Types) {
    if (!T.Signed)
      continue;
    Values E = edges(T.Bits);
    check("neg." + T.Name + " $0, $1;", {T.Bits, T.Bits}, {E},
          [&](const Values &V) { return uint64_t(-T.value(V[0])); });
    check("abs." + T.Name + " $0, $1;", {T.Bits, T.Bits}, {E},
          [&](const Values &V) {
            I128 A = T.value(V[0]);
            return uint64_t(A < 0 ? -A : A);
          });
  }
}

TEST(Integer, Saturation) {
  Values E = edges(32);
  const IntegerType &T = Types[3];
  auto clamp = [&](I128 A) {
    return uint64_t(std::clamp(A, T.least(), T.most()));
  };
  check("add.sat.s32 $0, $1, $2;", {32, 32, 32}, {E, E},
        [&](const Values &V) { return clamp(T.value(V[0]) + T.value(V[1])); });
  check("sub.sat.s32 $0, $1, $2;", {32, 32, 32}, {E, E},
        [&](const Values &V) { return clamp(T.value(V[0]) - T.value(V[1])); });
  check("mad.hi.sat.s32 $0, $1, $2, $3;", {32, 32, 32, 32}, {E, E, E},
        [&](const Values &V) {
          return clamp((T.value(V[0]) * T.value(V[1]) >> 32) + T.value(V[2]));
        });
  check("min.relu.s32 $0, $1, $2;", {32, 32, 32}, {E, E}, [&](const Values &V) {
    return uint64_t(std::max<I128>(std::min(T.value(V[0]), T.value(V[1])), 0));
  });
  check("max.relu.s32 $0, $1, $2;", {32, 32, 32}, {E, E}, [&](const Values &V) {
    return uint64_t(std::max<I128>(std::max(T.value(V[0]), T.value(V[1])), 0));
  });
}

TEST(Integer, TwentyFourBits) {
  Values E = edges(32);
  E.push_back(0x7fffff), E.push_back(0x800000), E.push_back(0xffffff);
  for (bool Signed : {false, true}) {
    IntegerType T{"", 24, Signed};
    std::string Suffix = Signed ? ".s32 " : ".u32 ";
    check("mul24.lo" + Suffix + "$0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) {
            return uint64_t(T.value(V[0]) * T.value(V[1]));
          });
    check("mul24.hi" + Suffix + "$0, $1, $2;", {32, 32, 32}, {E, E},
          [&](const Values &V) {
            return uint64_t(T.value(V[0]) * T.value(V[1]) >> 16);
          });
    check("mad24.lo" + Suffix + "$0, $1, $2, $3;", {32, 32, 32, 32}, {E, E, E},
          [&](const Values &V) {
            return uint64_t(T.value(V[0]) * T.value(V[1])) + V[2];
          });
  }
}

TEST(Integer, DotProducts) {
  Values E = {0,          0x01020304, 0xffffffff, 0x80808080,
              0x7f7f7f7f, 0x80017fff, 0xfedcba98};
  for (bool SignA : {false, true})
    for (bool SignB : {false, true}) {
      std::string Suffix = std::string(SignA ? ".s32" : ".u32") +
                           (SignB ? ".s32 " : ".u32 ") + "$0, $1, $2, $3;";
      IntegerType A8{"", 8, SignA}, B8{"", 8, SignB}, A16{"", 16, SignA};
      check("dp4a" + Suffix, {32, 32, 32, 32}, {E, E, E}, [&](const Values &V) {
        I128 Sum = V[2];
        for (int I = 0; I < 4; ++I)
          Sum +=
              A8.value(V[0] >> 8 * I & 0xff) * B8.value(V[1] >> 8 * I & 0xff);
        return uint64_t(Sum);
      });
      for (int High : {0, 1})
        check(std::string(High ? "dp2a.hi" : "dp2a.lo") + Suffix,
              {32, 32, 32, 32}, {E, E, E}, [&](const Values &V) {
                I128 Sum = V[2];
                for (int I = 0; I < 2; ++I)
                  Sum += A16.value(V[0] >> 16 * I & 0xffff) *
                         B8.value(V[1] >> 8 * (I + 2 * High) & 0xff);
                return uint64_t(Sum);
              });
    }
}

TEST(Integer, Carries) {
  // 128-bit sums, differences and products from 32- and 64-bit parts.
  Values E = edges(64);
  check("add.cc.u64 $0, $1, $2; addc.u64 $0, $3, 0;", {64, 64, 64, 64},
        {E, E, {5}},
        [](const Values &V) { return V[2] + (V[0] + V[1] < V[0]); });
  check("sub.cc.u64 $0, $1, $2; subc.u64 $0, $3, 0;", {64, 64, 64, 64},
        {E, E, {5}}, [](const Values &V) { return V[2] - (V[0] < V[1]); });
  Values W = edges(32);
  check("add.cc.u32 $0, $1, $2; addc.cc.u32 $0, $1, $2; addc.u32 $0, 7, 0;",
        {32, 32, 32}, {W, W}, [](const Values &V) {
          uint64_t First = (V[0] + V[1]) >> 32;
          return 7 + ((V[0] + V[1] + First) >> 32);
        });
  check("mad.lo.cc.u32 $0, $1, $2, $3; madc.hi.u32 $0, $1, $2, 9;",
        {32, 32, 32, 32}, {W, W, W}, [](const Values &V) {
          uint64_t P = V[0] * V[1];
          return (P >> 32) + 9 + (((P & 0xffffffff) + V[2]) >> 32);
        });
  check("mad.hi.cc.u32 $0, $1, $2, $3; addc.u32 $0, 0, 0;", {32, 32, 32, 32},
        {W, W, W},
        [](const Values &V) { return ((V[0] * V[1] >> 32) + V[2]) >> 32; });
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

TEST(Bits, Logic) {
  for (unsigned Bits : {16u, 32u, 64u}) {
    Values E = edges(Bits);
    std::string Suffix = ".b" + std::to_string(Bits) + " ";
    check("and" + Suffix + "$0, $1, $2;", {Bits, Bits, Bits}, {E, E},
          [](const Values &V) { return V[0] & V[1]; });
    check("or" + Suffix + "$0, $1, $2;", {Bits, Bits, Bits}, {E, E},
          [](const Values &V) { return V[0] | V[1]; });
    check("xor" + Suffix + "$0, $1, $2;", {Bits, Bits, Bits}, {E, E},
          [](const Values &V) { return V[0] ^ V[1]; });
    check("not" + Suffix + "$0, $1;", {Bits, Bits}, {E},
          [](const Values &V) { return ~V[0]; });
    check("cnot" + Suffix + "$0, $1;", {Bits, Bits}, {E},
          [](const Values &V) { return uint64_t(V[0] == 0); });
  }
}

TEST(Bits, Predicates) {
  auto test = [](const std::string &Name, bool (*F)(bool, bool)) {
    check("setp.ne.u32 %p5, $1, 0; setp.ne.u32 %p6, $2, 0; " + Name +
              ".pred $0, %p5" + (Name == "not" ? ";" : ", %p6;"),
          {1, 32, 32}, {{0, 1}, {0, 1}},
          [&](const Values &V) { return uint64_t(F(V[0], V[1])); });
  };
  test("and", [](bool A, bool B) { return A && B; });
  test("or", [](bool A, bool B) { return A || B; });
  test("xor", [](bool A, bool B) { return A != B; });
  test("not", [](bool A, bool) { return !A; });
  check("mov.pred $0, -1; setp.ne.u32 %p6, $1, 0; @%p6 mov.pred $0, 0;",
        {1, 32}, {{0, 1}}, [](const Values &V) { return uint64_t(!V[0]); });
}

TEST(Bits, Shifts) {
  Values Amounts = {0, 1, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 0xffffffff};
  for (const IntegerType &T : Types) {
    Values E = edges(T.Bits);
    std::string Bits = ".b" + std::to_string(T.Bits);
    if (!T.Signed)
      check("shl" + Bits + " $0, $1, $2;", {T.Bits, T.Bits, 32}, {E, Amounts},
            [&](const Values &V) { return V[1] >= T.Bits ? 0 : V[0] << V[1]; });
    check("shr." + T.Name + " $0, $1, $2;", {T.Bits, T.Bits, 32}, {E, Amounts},
          [&](const Values &V) {
            return uint64_t(T.value(V[0]) >> std::min<uint64_t>(V[1], 100));
          });
  }
  Values E = edges(32);
  for (bool Left : {false, true})
    for (bool Wrap : {false, true})
      check(std::string("shf.") + (Left ? "l" : "r") +
                (Wrap ? ".wrap" : ".clamp") + ".b32 $0, $1, $2, $3;",
            {32, 32, 32, 32}, {E, E, Amounts}, [&](const Values &V) {
              uint64_t N = Wrap ? V[2] % 32 : std::min<uint64_t>(V[2], 32);
              U128 Both = U128(V[1]) << 32 | V[0];
              return uint64_t(Left ? (Both << N) >> 32 : Both >> N);
            });
}

TEST(Bits, Counting) {
  for (unsigned Bits : {32u, 64u}) {
    Values E = edges(Bits);
    std::string B = ".b" + std::to_string(Bits) + " $0, $1;";
    auto bit = [](uint64_t V, unsigned I) { return V >> I & 1; };
    check("popc" + B, {32, Bits}, {E}, [&](const Values &V) {
      uint64_t N = 0;
      for (unsigned I = 0; I < Bits; ++I)
        N += bit(V[0], I);
      return N;
    });
    check("clz" + B, {32, Bits}, {E}, [&](const Values &V) {
      uint64_t N = 0;
      while (N < Bits && !bit(V[0], Bits - 1 - N))
        ++N;
      return N;
    });
    check("brev" + B, {Bits, Bits}, {E}, [&](const Values &V) {
      uint64_t R = 0;
      for (unsigned I = 0; I < Bits; ++I)
        R |= bit(V[0], I) << (Bits - 1 - I);
      return R;
    });
    for (bool Signed : {false, true})
      for (bool Amount : {false, true})
        check(std::string("bfind") + (Amount ? ".shiftamt" : "") +
                  (Signed ? ".s" : ".u") + std::to_string(Bits) + " $0, $1;",
              {32, Bits}, {E}, [&](const Values &V) {
                uint64_t X = V[0];
                if (Signed && bit(X, Bits - 1))
                  X = ~X;
                for (int I = int(Bits) - 1; I >= 0; --I)
                  if (bit(X, I))
                    return uint64_t(Amount ? Bits - 1 - I : I);
                return uint64_t(0xffffffff);
              });
  }
}

TEST(Bits, Fields) {
  Values Positions = {0, 1, 7, 16, 31, 32, 40, 63, 64, 255, 256, 257};
  for (unsigned Bits : {32u, 64u}) {
    Values E = edges(Bits);
    auto bit = [](uint64_t V, unsigned I) { return V >> I & 1; };
    for (bool Signed : {false, true})
      check(std::string("bfe") + (Signed ? ".s" : ".u") + std::to_string(Bits) +
                " $0, $1, $2, $3;",
            {Bits, Bits, 32, 32}, {E, Positions, Positions},
            [&](const Values &V) {
              unsigned Msb = Bits - 1, Pos = V[1] & 0xff, Len = V[2] & 0xff;
              bool Sign =
                  Signed && Len != 0 && bit(V[0], std::min(Pos + Len - 1, Msb));
              uint64_t D = 0;
              for (unsigned I = 0; I <= Msb; ++I)
                D |= uint64_t(I < Len && Pos + I <= Msb ? bit(V[0], Pos + I)
                                                        : Sign)
                     << I;
              return D;
            });
    check("bfi.b" + std::to_string(Bits) + " $0, $1, $2, $3, $4;",
          {Bits, Bits, Bits, 32, 32},
          {E, {0, ~0ull, 0x5a5a}, Positions, Positions}, [&](const Values &V) {
            unsigned Pos = V[2] & 0xff, Len = V[3] & 0xff;
            uint64_t D = V[1];
            for (unsigned I = 0; I < Len && Pos + I < Bits; ++I)
              D = (D & ~(uint64_t(1) << (Pos + I))) | bit(V[0], I) << (Pos + I);
            return D;
          });
  }
}

TEST(Bits, Masks) {
  Values A = {0, 1, 5, 31, 32, 33, 0xffffffff};
  for (bool Wrap : {false, true})
    check(std::string("bmsk.") + (Wrap ? "wrap" : "clamp") + ".b32 $0, $1, $2;",
          {32, 32, 32}, {A, A}, [&](const Values &V) {
            uint64_t Start = Wrap ? V[0] % 32 : std::min<uint64_t>(V[0], 32);
            uint64_t Width = Wrap ? V[1] % 32 : std::min<uint64_t>(V[1], 32);
            return ((uint64_t(1) << Width) - 1) << Start;
          });
  for (bool Wrap : {false, true})
    for (bool Signed : {false, true})
      check(std::string("szext.") + (Wrap ? "wrap" : "clamp") +
                (Signed ? ".s32" : ".u32") + " $0, $1, $2;",
            {32, 32, 32}, {edges(32), A}, [&](const Values &V) {
              uint64_t N = Wrap ? V[1] % 32 : std::min<uint64_t>(V[1], 32);
              if (N == 0)
                return uint64_t(0);
              IntegerType T{"", unsigned(N), Signed};
              return uint64_t(T.value(V[0]));
            });
  check("fns.b32 $0, $1, $2, $3;", {32, 32, 32, 32},
        {{0, 1, 0xf0, 0xffffffff, 0x80000001},
         {0, 4, 31},
         {0, 1, 2, 5, 0xffffffff, 0xfffffffe}},
        [](const Values &V) {
          auto N = int32_t(V[2]);
          auto Base = int(V[1]);
          if (N == 0)
            return V[0] >> Base & 1 ? V[1] : 0xffffffff;
          int Count = std::abs(N) - 1;
          for (int I = Base; I >= 0 && I < 32; I += N > 0 ? 1 : -1)
            if (V[0] >> I & 1 && Count-- == 0)
              return uint64_t(I);
          return uint64_t(0xffffffff);
        });
}

TEST(Bits, Lop3) {
  Values E = {0xf0f0f0f0, 0xcccccccc, 0xaaaaaaaa, 0x12345678};
  for (unsigned Table : {0u, 1u, 0x80u, 0xe8u, 0xcau, 0x96u, 0xffu, 0x3cu})
    check("lop3.b32 $0, $1, $2, $3, " + std::to_string(Table) + ";",
          {32, 32, 32, 32}, {E, E, E}, [&](const Values &V) {
            uint64_t D = 0;
            for (unsigned I = 0; I < 32; ++I) {
              unsigned Row =
                  (V[0] >> I & 1) * 4 + (V[1] >> I & 1) * 2 + (V[2] >> I & 1);
              D |= uint64_t(Table >> Row & 1) << I;
            }
            return D;
          });
  check("setp.eq.u32 %p5, $2, 1; lop3.and.b32 $0|%p6, $1, $1, $1, 0x80, %p5; "
        "selp.b32 $0, 1, 0, %p6;",
        {32, 32, 32}, {{0, 7}, {0, 1}},
        [](const Values &V) { return uint64_t(V[0] && V[1]); });
}

TEST(Bits, Permute) {
  Values A = {0x03020180, 0xffeeddcc}, B = {0x87060504, 0x11223344};
  Values Selectors = {0x3210, 0x7654, 0x5410, 0x0123, 0xfedc, 0x8888, 0x9b40};
  auto byte = [](const Values &V, unsigned I) {
    return (V[I < 4 ? 0 : 1] >> 8 * (I % 4)) & 0xff;
  };
  check("prmt.b32 $0, $1, $2, $3;", {32, 32, 32, 32}, {A, B, Selectors},
        [&](const Values &V) {
          uint64_t D = 0;
          for (unsigned I = 0; I < 4; ++I) {
            unsigned S = V[2] >> 4 * I & 15;
            uint64_t X = byte(V, S & 7);
            if (S & 8)
              X = X & 0x80 ? 0xff : 0;
            D |= X << 8 * I;
          }
          return D;
        });
  // Rows of the tables in the PTX ISA, bytes 3 to 0.
  struct Mode {
    const char *Name;
    unsigned Rows[4][4];
  };
  const Mode Modes[] = {
      {"f4e", {{3, 2, 1, 0}, {4, 3, 2, 1}, {5, 4, 3, 2}, {6, 5, 4, 3}}},
      {"b4e", {{5, 6, 7, 0}, {6, 7, 0, 1}, {7, 0, 1, 2}, {0, 1, 2, 3}}},
      {"rc8", {{0, 0, 0, 0}, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3}}},
      {"ecl", {{3, 2, 1, 0}, {3, 2, 1, 1}, {3, 2, 2, 2}, {3, 3, 3, 3}}},
      {"ecr", {{0, 0, 0, 0}, {1, 1, 1, 0}, {2, 2, 1, 0}, {3, 2, 1, 0}}},
      {"rc16", {{1, 0, 1, 0}, {3, 2, 3, 2}, {1, 0, 1, 0}, {3, 2, 3, 2}}}};
  for (const Mode &M : Modes)
    check(std::string("prmt.b32.") + M.Name + " $0, $1, $2, $3;",
          {32, 32, 32, 32}, {A, B, {0, 1, 2, 3}}, [&](const Values &V) {
            uint64_t D = 0;
            for (unsigned I = 0; I < 4; ++I)
              D = D << 8 | byte(V, M.Rows[V[2]][I]);
            return D;
          });
}
