//===- CompareTest.cpp - setp, set, selp, slct, testp ---------------------===//

#include "Evaluate.h"
#include "Reference.h"

#include <cmath>

using namespace simgpu;
namespace ref = reference;

/// -1, 0, 1, or 2 when unordered.
static int order(uint64_t A, uint64_t B, ref::Format F) {
  if (ref::isNan(A, F) || ref::isNan(B, F))
    return 2;
  auto key = [&](uint64_t X) {
    auto Magnitude = ref::I128(X & (F.sign() - 1));
    return ref::isNegative(X, F) ? -Magnitude : Magnitude;
  };
  ref::I128 X = key(A), Y = key(B);
  return X < Y ? -1 : X > Y ? 1 : 0;
}

static bool holds(const std::string &C, int Order) {
  bool Unordered = Order == 2;
  if (C == "num")
    return !Unordered;
  if (C == "nan")
    return Unordered;
  std::string Base = C.substr(0, 2);
  if (Unordered)
    return C.size() == 3;
  return Base == "eq"   ? Order == 0
         : Base == "ne" ? Order != 0
         : Base == "lt" ? Order < 0
         : Base == "le" ? Order <= 0
         : Base == "gt" ? Order > 0
                        : Order >= 0;
}

TEST(Setp, Floats) {
  struct {
    std::string Name;
    ref::Format F;
  } const Types[] = {{"f16", ref::F16},
                     {"bf16", ref::BF16},
                     {"f32", ref::F32},
                     {"ftz.f32", ref::F32},
                     {"f64", ref::F64}};
  for (auto &T : Types)
    for (const char *C : {"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu",
                          "ltu", "leu", "gtu", "geu", "num", "nan"}) {
      unsigned W = T.F.bits();
      Values E = ref::edges(T.F);
      bool Ftz = T.Name[1] == 't';
      auto flush = [&](uint64_t X) { return Ftz ? ref::flushed(X, T.F) : X; };
      check(std::string("setp.") + C + "." + T.Name + " $0, $1, $2;", {1, W, W},
            {E, E}, [&](const Values &V) {
              return uint64_t(holds(C, order(flush(V[0]), flush(V[1]), T.F)));
            });
      if (W > 16)
        check(std::string("set.") + C + (Ftz ? ".ftz" : "") + ".u32." +
                  T.Name.substr(Ftz ? 4 : 0) + " $0, $1, $2;",
              {32, W, W}, {E, E}, [&](const Values &V) {
                return holds(C, order(flush(V[0]), flush(V[1]), T.F))
                           ? 0xffffffffu
                           : 0u;
              });
    }
}

TEST(Setp, Integers) {
  Values E = {0,
              1,
              5,
              0x7fff,
              0x8000,
              0xffff,
              0x7fffffff,
              0x80000000,
              0xffffffff,
              0x7fffffffffffffff,
              0x8000000000000000,
              ~0ull};
  for (unsigned W : {16u, 32u, 64u})
    for (char Sign : {'u', 's', 'b'})
      for (const char *C : {"eq", "ne", "lt", "le", "gt", "ge"}) {
        if (Sign == 'b' && C[0] != 'e' && C[0] != 'n')
          continue;
        check(std::string("setp.") + C + "." + Sign + std::to_string(W) +
                  " $0, $1, $2;",
              {1, W, W}, {E, E}, [&](const Values &V) {
                auto value = [&](uint64_t X) {
                  unsigned Drop = 64 - W;
                  return Sign == 's' ? ref::I128(int64_t(X << Drop) >> Drop)
                                     : ref::I128(X << Drop >> Drop);
                };
                ref::I128 A = value(V[0]), B = value(V[1]);
                return uint64_t(holds(C, A < B ? -1 : A > B));
              });
      }
  check("setp.lo.u32 $0, $1, $2;", {1, 32, 32}, {E, E}, [](const Values &V) {
    return uint64_t(uint32_t(V[0]) < uint32_t(V[1]));
  });
  check("setp.hs.u32 $0, $1, $2;", {1, 32, 32}, {E, E}, [](const Values &V) {
    return uint64_t(uint32_t(V[0]) >= uint32_t(V[1]));
  });
}

TEST(Setp, Combination) {
  // p is (a < b) op c, q is !(a < b) op c.
  for (const char *Op : {"and", "or", "xor"})
    for (bool Negated : {false, true}) {
      auto combined = [&](bool X, bool C) {
        C = C != Negated;
        return Op[0] == 'a' ? X && C : Op[0] == 'o' ? X || C : X != C;
      };
      std::string Tail = std::string(Op) + ".s32 %p5|%p6, $1, $2, " +
                         (Negated ? "!" : "") +
                         "%p7; selp.b32 $0, 1, 0, %p5; @%p6 add.u32 $0, $0, 2;";
      check("setp.ne.u32 %p7, $3, 0; setp.lt." + Tail, {32, 32, 32, 32},
            {{0, 5}, {0, 5, 9}, {0, 1}}, [&](const Values &V) {
              bool Less = V[0] < V[1];
              return uint64_t(combined(Less, V[2])) +
                     2 * uint64_t(combined(!Less, V[2]));
            });
    }
}

TEST(Setp, Pairs) {
  Values E;
  for (uint64_t A : ref::edges(ref::F16))
    E.push_back(A | 0x3c000000);
  check("setp.lt.f16x2 %p5|%p6, $1, $2; selp.b32 $0, 1, 0, %p5; "
        "@%p6 add.u32 $0, $0, 2;",
        {32, 32, 32}, {E, {0x3c003c00, 0x40007c00, 0x7e000000}},
        [](const Values &V) {
          bool Low = order(V[0] & 0xffff, V[1] & 0xffff, ref::F16) == -1;
          bool High = order(V[0] >> 16, V[1] >> 16, ref::F16) == -1;
          return uint64_t(Low) + 2 * uint64_t(High);
        });
}

TEST(Select, ByPredicateAndBySign) {
  for (unsigned W : {16u, 32u, 64u}) {
    std::string B = ".b" + std::to_string(W);
    check("setp.ne.u32 %p5, $3, 0; selp" + B + " $0, $1, $2, %p5;",
          {W, W, W, 32}, {{0x1234}, {0x5678}, {0, 1}},
          [](const Values &V) { return V[2] ? V[0] : V[1]; });
    check("slct" + B + ".s32 $0, $1, $2, $3;", {W, W, W, 32},
          {{0x1234}, {0x5678}, {0, 1, 0x80000000, 0xffffffff}},
          [](const Values &V) { return int32_t(V[2]) >= 0 ? V[0] : V[1]; });
    check("slct" + B + ".f32 $0, $1, $2, $3;", {W, W, W, 32},
          {{0x1234}, {0x5678}, ref::edges(ref::F32)}, [](const Values &V) {
            int Order = order(V[2], 0, ref::F32);
            return Order == 0 || Order == 1 ? V[0] : V[1];
          });
  }
}

TEST(Testp, Classes) {
  for (auto &[Name, F] : {std::pair("f32", ref::F32), {"f64", ref::F64}}) {
    Values E = ref::edges(F);
    unsigned W = F.bits();
    auto test = [&, Name = Name, F = F](const std::string &What, auto Is) {
      check("testp." + What + "." + Name + " $0, $1;", {1, W}, {E},
            [&](const Values &V) { return uint64_t(Is(V[0], F)); });
    };
    using U = uint64_t;
    using M = ref::Format;
    test("finite",
         [](U A, M X) { return !ref::isNan(A, X) && !ref::isInf(A, X); });
    test("infinite", [](U A, M X) { return ref::isInf(A, X); });
    test("number", [](U A, M X) { return !ref::isNan(A, X); });
    test("notanumber", [](U A, M X) { return ref::isNan(A, X); });
    test("normal", [](U A, M X) {
      return !ref::isNan(A, X) && !ref::isInf(A, X) && !ref::isZero(A, X) &&
             !ref::isSubnormal(A, X);
    });
    test("subnormal", [](U A, M X) { return ref::isSubnormal(A, X); });
  }
}
