//===- Memory.cpp - Loads, stores, cp.async -------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Lanes.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

/// Whether the lanes' elements lie one behind the other: then a row is copied
/// at once.
static bool isContiguous(const LanePointers &P, uint32_t Mask, unsigned Bytes) {
  if (Mask != FullMask)
    return false;
  bool Same = true;
  for (unsigned L = 0; L < WarpSize; ++L)
    Same &= P.Host[L] == P.Host[0] + L * Bytes;
  return Same;
}

/// `M` is the element in memory, `R` the register; signed `M` extends by sign.
template <typename M, typename R>
static void load(Warp &W, const Instruction &I, uint32_t Mask) {
  LanePointers P;
  if (!resolve(W, I, Mask, I.Results, sizeof(M) * I.Elements,
               MemoryAccess::Load, P))
    return;
  for (unsigned E = 0; E < I.Elements; ++E) {
    if (W.isSink(I, E))
      continue;
    R *To = W.operand<R>(I, E);
    if (sizeof(M) == sizeof(R) && I.Elements == 1 &&
        isContiguous(P, Mask, sizeof(M))) {
      std::memcpy(To, P.Host[0], sizeof(R) * WarpSize);
      return;
    }
    forEachLane(Mask, [&](unsigned L) {
      M Value;
      std::memcpy(&Value, P.Host[L] + E * sizeof(M), sizeof(M));
      To[L] = static_cast<R>(Value);
    });
  }
}

template <typename M, typename R>
static void store(Warp &W, const Instruction &I, uint32_t Mask) {
  LanePointers P;
  if (!resolve(W, I, Mask, 0, sizeof(M) * I.Elements, MemoryAccess::Store, P))
    return;
  for (unsigned E = 0; E < I.Elements; ++E) {
    const R *From = W.operand<R>(I, 1 + E);
    if (sizeof(M) == sizeof(R) && I.Elements == 1 &&
        isContiguous(P, Mask, sizeof(M))) {
      std::memcpy(P.Host[0], From, sizeof(R) * WarpSize);
      return;
    }
    forEachLane(Mask, [&](unsigned L) {
      auto Value = static_cast<M>(From[L]);
      std::memcpy(P.Host[L] + E * sizeof(M), &Value, sizeof(M));
    });
  }
}

namespace {
struct Wide {
  uint64_t Low, High;
};
} // namespace

template <typename M, bool IsLoad> static Handler byRegister(unsigned Bytes) {
  if (Bytes < sizeof(M))
    return nullptr;
  switch (Bytes) {
  case 2:
    return IsLoad ? load<M, uint16_t> : store<M, uint16_t>;
  case 4:
    return IsLoad ? load<M, uint32_t> : store<M, uint32_t>;
  case 8:
    return IsLoad ? load<M, uint64_t> : store<M, uint64_t>;
  default:
    return nullptr;
  }
}

template <bool IsLoad> static Handler accessHandler(Type T, unsigned Register) {
  bool Extend = IsLoad && isSigned(T);
  switch (bitsOf(T)) {
  case 8:
    return Extend ? byRegister<int8_t, IsLoad>(Register)
                  : byRegister<uint8_t, IsLoad>(Register);
  case 16:
    return Extend ? byRegister<int16_t, IsLoad>(Register)
                  : byRegister<uint16_t, IsLoad>(Register);
  case 32:
    return Extend ? byRegister<int32_t, IsLoad>(Register)
                  : byRegister<uint32_t, IsLoad>(Register);
  case 64:
    return byRegister<uint64_t, IsLoad>(Register);
  case 128:
    return Register != 16 ? nullptr
           : IsLoad       ? load<Wide, Wide>
                          : store<Wide, Wide>;
  default:
    return nullptr;
  }
}

/// What caches should do changes no value here.
static void takeCacheHints(Decoder &D) {
  while (!D.takePrefixed("L1::").empty())
    ;
  while (!D.takePrefixed("L2::").empty())
    ;
  D.takeOneOf({"ca", "cg", "cs", "lu", "cv", "wb", "wt"});
}

static void takeOrdering(Decoder &D) {
  // A simulated access is complete when the next instruction starts.
  D.takeOneOf({"weak", "volatile", "relaxed", "acquire", "release", "mmio"});
  D.takeOneOf({"cta", "cluster", "gpu", "sys"});
}

template <bool IsLoad> static void decodeAccess(Decoder &D) {
  takeOrdering(D);
  bool HasPolicy = D.has("L2::cache_hint");
  D.Out.Where = D.takeSpace();
  if (IsLoad)
    D.take("nc");
  takeCacheHints(D);
  int Vector = D.takeOneOf({"v2", "v4", "v8"});
  Type T = D.takeType();
  unsigned Count = Vector < 0 ? 1 : 2u << Vector;
  if (T == Type::None || T == Type::Pred || bytesOf(T) * Count > 32)
    return;
  const Operand &Data = D.operand(IsLoad ? 0 : 1);
  bool IsList = Data.Is == Operand::List;
  if (IsList ? Data.Elements.size() != Count : Count != 1)
    return D.fail("expected " + std::to_string(Count) + " registers");
  D.Out.Bytes = static_cast<uint8_t>(bytesOf(T));
  D.Out.Elements = static_cast<uint8_t>(Count);

  if (!IsLoad)
    D.address(0);
  unsigned Bytes = 0;
  for (unsigned E = 0; E < Count && !D.failed(); ++E) {
    const Operand &O = IsList ? Data.Elements[E] : Data;
    unsigned Own = IsLoad ? D.wideResult(O, T) : D.wideInput(O, T);
    // The bit bucket goes with registers of any width.
    if (O.Text == "_")
      continue;
    if (Bytes != 0 && Own != Bytes)
      D.fail("registers of different widths");
    Bytes = Own;
  }
  if (Bytes == 0)
    Bytes = std::max(2u, bytesOf(T));
  if (IsLoad)
    D.address(1);
  if (HasPolicy)
    D.input(2, Type::B64);
  D.run(accessHandler<IsLoad>(T, Bytes),
        IsLoad ? InstructionClass::Load : InstructionClass::Store);
}

//===----------------------------------------------------------------------===//
// Prefetches and hints
//===----------------------------------------------------------------------===//

static void nothing(Warp &, const Instruction &, uint32_t) {}

static void decodePrefetch(Decoder &D) {
  D.Out.Where = D.takeSpace();
  D.takeOneOf({"L1", "L2"});
  takeCacheHints(D);
  D.take("tensormap");
  D.address(0);
  D.run(nothing, InstructionClass::Control);
}

/// A cache policy is an opaque number.
static void decodePolicy(Decoder &D) {
  bool Fractional = D.take("fractional");
  while (!D.takePrefixed("L2::").empty())
    ;
  Type T = D.takeType();
  D.result(0, T);
  D.run(Fractional && T == Type::B64
            ? +[](Warp &W, const Instruction &I,
                  uint32_t Mask) {
                storeLanes(W.operand<uint64_t>(I, 0), Mask,
                           [](unsigned) { return uint64_t(0); });
              }
            : nullptr,
        InstructionClass::Move);
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

/// Operands: shared address, global address, optionally the bytes to read. The
/// source is read at once, the target is written when the copy is waited for.
static void copyAsync(Warp &W, const Instruction &I, uint32_t Mask) {
  uint32_t Reads[WarpSize];
  const uint32_t *Given = I.Extra & 1 ? W.operand<uint32_t>(I, 2) : nullptr;
  uint32_t Reading = 0;
  for (unsigned L = 0; L < WarpSize; ++L) {
    Reads[L] = Given ? Given[L] : I.Bytes;
    Reading |= uint32_t(Reads[L] != 0) << L;
  }
  LanePointers Source;
  Instruction Global = I;
  Global.AddressBytes = 8;
  Global.Offset = I.Offset2;
  Global.Where = Space::Global;
  // A copy of fewer bytes fills up with zeros, and may end where memory ends.
  forEachLane(Mask, [&](unsigned L) {
    if (!W.Block->Stopped && Reads[L] > I.Bytes)
      W.Block->report(DiagnosticKind::OutOfBounds, W, W.Pc, L,
                      "cp.async of " + std::to_string(Reads[L]) +
                          " bytes, at most " + std::to_string(I.Bytes));
  });
  if (W.Block->Stopped)
    return;
  uint32_t Whole = 0;
  for (unsigned L = 0; L < WarpSize; ++L)
    Whole |= uint32_t(Reads[L] == I.Bytes) << L;
  if ((Mask & Whole) &&
      !resolve(W, Global, Mask & Whole, 1, I.Bytes, MemoryAccess::Load, Source))
    return;
  std::array<uint8_t, 16> Data[WarpSize] = {};
  forEachLane(Mask & Whole, [&](unsigned L) {
    std::memcpy(Data[L].data(), Source.Host[L], I.Bytes);
  });
  for (uint32_t M = Mask & Reading & ~Whole; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    for (uint32_t B = 0; B < Reads[L]; ++B) {
      if (!resolveIn(W, Global, 1u << L, 1, I.Offset2 + int64_t(B),
                     Space::Global, 1, MemoryAccess::Load, Source))
        return;
      Data[L][B] = *Source.Host[L];
    }
  }
  forEachLane(Mask, [&](unsigned L) {
    if (W.Block->Stopped)
      return;
    uint64_t Address = (I.AddressBytes == 8 ? W.operand<uint64_t>(I, 0)[L]
                                            : W.operand<uint32_t>(I, 0)[L]) +
                       I.Offset;
    if (!checkAsyncStore(W, L, Address, I.Bytes))
      return;
    AsyncCopy Copy{
        L, W.CommittedGroups[L], W.Pc, uint32_t(Address), I.Bytes, Data[L]};
    W.Copies.push_back(Copy);
  });
}

static void commitGroup(Warp &W, const Instruction &, uint32_t Mask) {
  forEachLane(Mask, [&](unsigned L) { ++W.CommittedGroups[L]; });
}

/// All but the last I.Extra groups have landed.
static void waitGroup(Warp &W, const Instruction &I, uint32_t Mask) {
  forEachLane(Mask, [&](unsigned L) {
    uint32_t Groups = W.CommittedGroups[L];
    if (Groups > I.Extra)
      completeCopies(W, L, Groups - I.Extra);
  });
}

static void waitAll(Warp &W, const Instruction &, uint32_t Mask) {
  forEachLane(Mask, [&](unsigned L) { completeCopies(W, L, ~0u); });
}

static void decodeCopy(Decoder &D) {
  if (!D.take("async"))
    return;
  if (D.take("commit_group"))
    return D.run(commitGroup, InstructionClass::AsyncCopy);
  if (D.take("wait_group")) {
    D.Out.Extra = static_cast<uint32_t>(D.literal(0));
    return D.run(waitGroup, InstructionClass::AsyncCopy);
  }
  if (D.take("wait_all"))
    return D.run(waitAll, InstructionClass::AsyncCopy);

  int Level = D.takeOneOf({"ca", "cg"});
  bool Shared = D.take("shared") || D.take("shared::cta");
  bool Global = D.take("global");
  bool HasPolicy = D.has("L2::cache_hint");
  while (!D.takePrefixed("L2::").empty())
    ;
  if (Level < 0 || !Shared || !Global || HasPolicy)
    return;
  D.Out.Where = Space::Shared;
  D.address(0);
  uint8_t Width = D.Out.AddressBytes;
  D.Out.Where = Space::Global;
  D.address(1, &Instruction::Offset2);
  if (D.Out.AddressBytes != 8)
    D.fail("the global address is not 64 bits wide");
  D.Out.AddressBytes = Width;
  D.Out.Where = Space::Shared;
  uint64_t Bytes = D.literal(2);
  if (Bytes != 16 && (Level == 1 || (Bytes != 4 && Bytes != 8)))
    D.fail("a copy of " + std::to_string(Bytes) + " bytes is not possible");
  D.Out.Bytes = static_cast<uint8_t>(Bytes);
  if (D.operands() > 3) {
    if (D.registerBits(D.operand(3)) == 1)
      return D.fail("ignore-src is not implemented");
    D.input(3, Type::U32);
    D.Out.Extra = 1;
  }
  D.run(copyAsync, InstructionClass::AsyncCopy);
}

static constexpr DecodeEntry Entries[] = {
    {"ld", decodeAccess<true>},
    {"ldu", decodeAccess<true>},
    {"st", decodeAccess<false>},
    {"prefetch", decodePrefetch},
    {"prefetchu", decodePrefetch},
    {"createpolicy", decodePolicy},
    {"cp", decodeCopy},
};

DecodeTable simgpu::memoryTable() { return {Entries, std::size(Entries)}; }
