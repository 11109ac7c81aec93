//===- Move.cpp - mov, prmt, cvta, isspacep -------------------------------===//

#include "../Decoder.h"
#include "Lanes.h"

#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// mov
//===----------------------------------------------------------------------===//

namespace {
struct Wide {
  uint64_t Low, High;
};
template <typename T> T same(T A) { return A; }
} // namespace

static void movePredicate(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t &To = *W.operand<uint32_t>(I, 0);
  To = (To & ~Mask) | (*W.operand<uint32_t>(I, 1) & Mask);
}

/// Parts of I.Bytes each make one register of I.Bytes * I.Elements.
static void packParts(Warp &W, const Instruction &I, uint32_t Mask) {
  uint8_t *To = W.operand<uint8_t>(I, 0);
  for (unsigned P = 0; P < I.Elements; ++P) {
    const uint8_t *From = W.operand<uint8_t>(I, 1 + P);
    forEachLane(Mask, [&](unsigned L) {
      std::memcpy(To + (L * I.Elements + P) * I.Bytes, From + L * I.Bytes,
                  I.Bytes);
    });
  }
}

/// A result may be the source's own row, so lanes are read before any part is
/// written.
static void unpackParts(Warp &W, const Instruction &I, uint32_t Mask) {
  uint8_t Whole[16 * WarpSize];
  std::memcpy(Whole, W.operand<uint8_t>(I, I.Results),
              I.Bytes * I.Elements * WarpSize);
  for (unsigned P = 0; P < I.Elements; ++P) {
    if (W.isSink(I, P))
      continue;
    uint8_t *To = W.operand<uint8_t>(I, P);
    forEachLane(Mask, [&](unsigned L) {
      std::memcpy(To + L * I.Bytes, Whole + (L * I.Elements + P) * I.Bytes,
                  I.Bytes);
    });
  }
}

/// Time passes with every reading, the same in every run.
template <typename T>
static void readClock(Warp &W, const Instruction &I, uint32_t Mask) {
  W.Clock += 64;
  storeLanes(W.operand<T>(I, 0), Mask,
             [&](unsigned) { return static_cast<T>(W.Clock); });
}

/// The part of a register that is cut into `Count`.
static Type partOf(Type T, size_t Count) {
  unsigned Bits = Count ? bitsOf(T) / Count : 0;
  return Bits == 16   ? Type::B16
         : Bits == 32 ? Type::B32
         : Bits == 64 ? Type::B64
                      : Type::None;
}

static void decodeParts(Decoder &D, Type T) {
  bool Packs = D.operand(1).Is == Operand::List;
  const Operand &List = D.operand(Packs ? 1 : 0);
  Type Part = partOf(T, List.Elements.size());
  if (Part == Type::None || !isBits(T))
    return D.fail(std::to_string(List.Elements.size()) +
                  " parts of such a register are not implemented");
  if (Packs) {
    D.result(0, T);
    for (const Operand &O : List.Elements)
      D.input(O, Part);
  } else {
    for (const Operand &O : List.Elements)
      D.resultOrSink(O, Part);
    D.input(1, T);
  }
  D.Out.Bytes = static_cast<uint8_t>(bytesOf(Part));
  D.Out.Elements = static_cast<uint8_t>(List.Elements.size());
  D.run(Packs ? packParts : unpackParts, InstructionClass::Move);
}

static void decodeMove(Decoder &D) {
  Type T = D.takeType();
  if (D.operand(0).Is == Operand::List || D.operand(1).Is == Operand::List)
    return decodeParts(D, T);
  D.result(0, T);
  std::string_view From = D.operand(1).Text;
  if (From == "%clock" || From == "%clock64" || From == "%clock_hi" ||
      From == "%globaltimer" || From == "%globaltimer_lo") {
    D.run(bitsOf(T) == 64 ? readClock<uint64_t> : readClock<uint32_t>,
          InstructionClass::Move);
    return;
  }
  D.input(1, T);
  D.run(T == Type::Pred    ? movePredicate
        : bitsOf(T) == 16  ? lanes<same<uint16_t>>()
        : bitsOf(T) == 32  ? lanes<same<uint32_t>>()
        : bitsOf(T) == 64  ? lanes<same<uint64_t>>()
        : bitsOf(T) == 128 ? lanes<same<Wide>>()
                           : nullptr,
        InstructionClass::Move);
}

//===----------------------------------------------------------------------===//
// prmt
//===----------------------------------------------------------------------===//

namespace {
uint8_t byteOf(uint32_t A, uint32_t B, unsigned Index) {
  return uint8_t((uint64_t(B) << 32 | A) >> 8 * (Index & 7));
}
/// Bit 3 of a selector repeats the sign of the byte.
uint32_t permute(uint32_t A, uint32_t B, uint32_t C) {
  uint32_t Result = 0;
  for (unsigned I = 0; I < 4; ++I) {
    uint32_t Selector = C >> 4 * I;
    uint8_t Byte = byteOf(A, B, Selector & 7);
    if (Selector & 8)
      Byte = Byte & 0x80 ? 0xff : 0;
    Result |= uint32_t(Byte) << 8 * I;
  }
  return Result;
}
enum PermuteMode { F4e, B4e, Rc8, Ecl, Ecr, Rc16 };
template <PermuteMode M>
uint32_t permuteMode(uint32_t A, uint32_t B, uint32_t C) {
  uint32_t Result = 0;
  unsigned N = C & 3;
  for (unsigned I = 0; I < 4; ++I) {
    unsigned From = M == F4e   ? N + I
                    : M == B4e ? (N - I) & 7
                    : M == Rc8 ? N
                    : M == Ecl ? std::max(I, N)
                    : M == Ecr ? std::min(I, N)
                               : (N & 1) * 2 + (I & 1);
    Result |= uint32_t(byteOf(A, B, From)) << 8 * I;
  }
  return Result;
}
} // namespace

static void decodePermute(Decoder &D) {
  Type T = D.takeType();
  int Mode = D.takeOneOf({"f4e", "b4e", "rc8", "ecl", "ecr", "rc16"});
  D.result(0, Type::B32);
  for (unsigned I = 1; I <= 3; ++I)
    D.input(I, Type::B32);
  constexpr Handler Modes[] = {
      lanes<permuteMode<F4e>>(), lanes<permuteMode<B4e>>(),
      lanes<permuteMode<Rc8>>(), lanes<permuteMode<Ecl>>(),
      lanes<permuteMode<Ecr>>(), lanes<permuteMode<Rc16>>()};
  D.run(T != Type::B32 ? nullptr
        : Mode < 0     ? lanes<permute>()
                       : Modes[Mode],
        InstructionClass::Move);
}

//===----------------------------------------------------------------------===//
// Address spaces
//===----------------------------------------------------------------------===//

static uint64_t windowOf(Space S) {
  return S == Space::Shared  ? SharedWindow
         : S == Space::Local ? LocalWindow
         : S == Space::Param ? ParamWindow
                             : 0;
}

namespace {
template <Space S> uint64_t toGeneric(uint64_t A) { return A + windowOf(S); }
template <Space S> uint64_t fromGeneric(uint64_t A) { return A - windowOf(S); }
template <Space S> bool isIn(uint64_t A) {
  return classify(A) == (S == Space::Constant ? Space::Global : S);
}
template <Space S> void isSpace(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t Is = Predicating<isIn<S>>::mask(W, I, 1);
  uint32_t &To = *W.operand<uint32_t>(I, 0);
  To = (To & ~Mask) | (Is & Mask);
}
} // namespace

static void decodeAddressSpace(Decoder &D) {
  bool To = D.take("to");
  Space S = D.takeSpace();
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  Handler H = nullptr;
  switch (S) {
  case Space::Shared:
    H = To ? lanes<fromGeneric<Space::Shared>>()
           : lanes<toGeneric<Space::Shared>>();
    break;
  case Space::Local:
    H = To ? lanes<fromGeneric<Space::Local>>()
           : lanes<toGeneric<Space::Local>>();
    break;
  case Space::Param:
    // The parameters of functions are in local memory.
    if (D.B.IsKernel)
      H = To ? lanes<fromGeneric<Space::Param>>()
             : lanes<toGeneric<Space::Param>>();
    else
      H = To ? lanes<fromGeneric<Space::Local>>()
             : lanes<toGeneric<Space::Local>>();
    break;
  case Space::Global:
  case Space::Constant:
    H = lanes<same<uint64_t>>();
    break;
  case Space::Generic:
    break;
  }
  D.run(bitsOf(T) == 64 ? H : nullptr, InstructionClass::Move);
}

static void decodeIsSpace(Decoder &D) {
  Space S = D.takeSpace();
  D.result(0, Type::Pred);
  D.input(1, Type::U64);
  D.run(S == Space::Shared   ? isSpace<Space::Shared>
        : S == Space::Local  ? isSpace<Space::Local>
        : S == Space::Param  ? isSpace<Space::Param>
        : S == Space::Global ? isSpace<Space::Global>
                             : nullptr,
        InstructionClass::Move);
}

static constexpr DecodeEntry Entries[] = {
    {"mov", decodeMove},
    {"prmt", decodePermute},
    {"cvta", decodeAddressSpace},
    {"isspacep", decodeIsSpace},
};

DecodeTable simgpu::moveTable() { return {Entries, std::size(Entries)}; }
