//===- Atomic.cpp - atom and red ------------------------------------------===//
//
// Lanes of a warp go one after the other, in ascending order. Kernels with
// atomics on global memory run on one host thread, so a plain read and write
// is atomic enough there, and shared memory belongs to one host thread anyway.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// One lane
//===----------------------------------------------------------------------===//

namespace {
template <typename T> T addOf(T Old, T B) { return T(Old + B); }
template <typename T> T minOf(T Old, T B) { return std::min(Old, B); }
template <typename T> T maxOf(T Old, T B) { return std::max(Old, B); }
template <typename T> T andOf(T Old, T B) { return Old & B; }
template <typename T> T orOf(T Old, T B) { return Old | B; }
template <typename T> T xorOf(T Old, T B) { return Old ^ B; }
template <typename T> T exchange(T, T B) { return B; }
uint32_t increment(uint32_t Old, uint32_t B) { return Old >= B ? 0 : Old + 1; }
uint32_t decrement(uint32_t Old, uint32_t B) {
  return Old == 0 || Old > B ? B : Old - 1;
}
/// On global memory f32 flushes subnormals; here, like on shared memory, not.
float addSingle(float Old, float B) {
  float Sum = Old + B;
  return Sum != Sum ? bitCast<float>(CanonicalNan32) : Sum;
}
double addDouble(double Old, double B) { return Old + B; }
uint16_t addHalf(uint16_t Old, uint16_t B) {
  return floatToHalf(addOdd(halfToFloat(Old), halfToFloat(B)));
}
uint16_t addBrain(uint16_t Old, uint16_t B) {
  return floatToBf16(addOdd(bf16ToFloat(Old), bf16ToFloat(B)));
}
template <uint16_t (*F)(uint16_t, uint16_t)>
uint32_t both(uint32_t Old, uint32_t B) {
  return F(uint16_t(Old), uint16_t(B)) |
         uint32_t(F(uint16_t(Old >> 16), uint16_t(B >> 16))) << 16;
}
} // namespace

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

template <auto F> struct Atomic;
template <typename T, T (*F)(T, T)> struct Atomic<F> {
  /// Results come first, then the address, then one value for each element.
  static void run(Warp &W, const Instruction &I, uint32_t Mask) {
    LanePointers P;
    if (!resolve(W, I, Mask, I.Results, sizeof(T) * I.Elements,
                 MemoryAccess::Atomic, P))
      return;
    forEachLane(Mask, [&](unsigned L) {
      for (unsigned E = 0; E < I.Elements; ++E) {
        T Old, New = W.operand<T>(I, I.Results + 1 + E)[L];
        std::memcpy(&Old, P.Host[L] + E * sizeof(T), sizeof(T));
        New = F(Old, New);
        std::memcpy(P.Host[L] + E * sizeof(T), &New, sizeof(T));
        if (E < I.Results && !W.isSink(I, E))
          W.operand<T>(I, E)[L] = Old;
      }
    });
  }
};

template <typename T>
static void compareAndSwap(Warp &W, const Instruction &I, uint32_t Mask) {
  LanePointers P;
  if (!resolve(W, I, Mask, I.Results, sizeof(T), MemoryAccess::Atomic, P))
    return;
  forEachLane(Mask, [&](unsigned L) {
    T Old, Expected = W.operand<T>(I, I.Results + 1)[L];
    T New = W.operand<T>(I, I.Results + 2)[L];
    std::memcpy(&Old, P.Host[L], sizeof(T));
    if (Old == Expected)
      std::memcpy(P.Host[L], &New, sizeof(T));
    if (I.Results && !W.isSink(I, 0))
      W.operand<T>(I, 0)[L] = Old;
  });
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <auto F> static constexpr Handler atomic() { return Atomic<F>::run; }

#define BITWISE(F)                                                             \
  (T == Type::B32   ? atomic<F<uint32_t>>()                                    \
   : T == Type::B64 ? atomic<F<uint64_t>>()                                    \
                    : nullptr)
#define ORDERED(F)                                                             \
  (T == Type::U32   ? atomic<F<uint32_t>>()                                    \
   : T == Type::S32 ? atomic<F<int32_t>>()                                     \
   : T == Type::U64 ? atomic<F<uint64_t>>()                                    \
   : T == Type::S64 ? atomic<F<int64_t>>()                                     \
                    : nullptr)

static Handler addHandler(Type T, bool NoFtz) {
  switch (T) {
  case Type::U32:
  case Type::S32:
    return atomic<addOf<uint32_t>>();
  case Type::U64:
  case Type::S64:
    return atomic<addOf<uint64_t>>();
  case Type::F32:
    return atomic<addSingle>();
  case Type::F64:
    return atomic<addDouble>();
  default:
    break;
  }
  // The 16-bit types keep subnormals, and must say so.
  if (!NoFtz)
    return nullptr;
  switch (T) {
  case Type::F16:
    return atomic<addHalf>();
  case Type::BF16:
    return atomic<addBrain>();
  case Type::F16x2:
    return atomic<both<addHalf>>();
  case Type::BF16x2:
    return atomic<both<addBrain>>();
  default:
    return nullptr;
  }
}

static void decodeAtomic(Decoder &D) {
  bool IsReduction = D.name() == "red";
  D.takeOneOf({"relaxed", "acquire", "release", "acq_rel"});
  D.takeOneOf({"cta", "cluster", "gpu", "sys"});
  D.Out.Where = D.takeSpace();
  int Op = D.takeOneOf(
      {"add", "min", "max", "and", "or", "xor", "exch", "inc", "dec", "cas"});
  bool NoFtz = D.take("noftz");
  int Vector = D.takeOneOf({"v2", "v4", "v8"});
  Type T = D.takeType();
  unsigned Count = Vector < 0 ? 1 : 2u << Vector;
  if (T == Type::None || bytesOf(T) * Count > 16)
    return;

  size_t Next = 0;
  auto each = [&](size_t I, auto Take) {
    const Operand &O = D.operand(I);
    bool IsList = O.Is == Operand::List;
    if (IsList ? O.Elements.size() != Count : Count != 1)
      return D.fail("expected " + std::to_string(Count) + " registers");
    for (unsigned E = 0; E < Count; ++E)
      Take(IsList ? O.Elements[E] : O);
  };
  if (!IsReduction)
    each(Next++, [&](const Operand &O) { D.resultOrSink(O, T); });
  D.address(Next++);
  each(Next++, [&](const Operand &O) { D.input(O, T); });
  D.Out.Elements = static_cast<uint8_t>(Count);

  Handler H = nullptr;
  switch (Op) {
  case 0:
    H = addHandler(T, NoFtz);
    break;
  case 1:
    H = ORDERED(minOf);
    break;
  case 2:
    H = ORDERED(maxOf);
    break;
  case 3:
    H = BITWISE(andOf);
    break;
  case 4:
    H = BITWISE(orOf);
    break;
  case 5:
    H = BITWISE(xorOf);
    break;
  case 6:
    H = IsReduction ? nullptr : BITWISE(exchange);
    break;
  case 7:
    H = T == Type::U32 ? atomic<increment>() : nullptr;
    break;
  case 8:
    H = T == Type::U32 ? atomic<decrement>() : nullptr;
    break;
  case 9:
    D.input(Next++, T);
    H = IsReduction      ? nullptr
        : T == Type::B16 ? compareAndSwap<uint16_t>
        : T == Type::B32 ? compareAndSwap<uint32_t>
        : T == Type::B64 ? compareAndSwap<uint64_t>
                         : nullptr;
    break;
  default:
    break;
  }
  // Only additions of floats come as vectors.
  if (Count > 1 && (Op != 0 || isInteger(T)))
    H = nullptr;
  D.run(H, InstructionClass::Atomic);
}

static constexpr DecodeEntry Entries[] = {
    {"atom", decodeAtomic},
    {"red", decodeAtomic},
};

DecodeTable simgpu::atomicTable() { return {Entries, std::size(Entries)}; }
