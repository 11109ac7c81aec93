//===- WarpOps.cpp - Shuffles, votes and other talk among lanes -----------===//
//
// The loop runs these once all members have arrived; the mask holds the lanes
// that execute the instruction, and each must be a member of its own mask.
//
//===----------------------------------------------------------------------===//

#include "../Decoder.h"
#include "../Rounding.h"
#include "Control.h"
#include "Lanes.h"

#include <algorithm>

using namespace simgpu;

/// Whether every executing lane names itself a member.
static bool checkMembers(Warp &W, const Instruction &I, uint32_t Mask) {
  const auto *Members = W.operand<uint32_t>(I, I.Extra2);
  for (uint32_t M = Mask; M; M &= M - 1) {
    unsigned L = __builtin_ctz(M);
    if (Members[L] >> L & 1)
      continue;
    W.Block->report(DiagnosticKind::DivergentWarp, W, W.Pc, L,
                    "lane " + std::to_string(L) +
                        " executes with member mask " + hex(Members[L]) +
                        ", to which it does not belong");
    return false;
  }
  return true;
}

static void storePredicate(Warp &W, const Instruction &I, unsigned N,
                           uint32_t Mask, uint32_t Value) {
  if (W.isSink(I, N))
    return;
  uint32_t &To = *W.operand<uint32_t>(I, N);
  To = (To & ~Mask) | (Value & Mask);
}

/// Takes the member mask, the last operand, and makes the loop wait for it.
static void takeMembers(Decoder &D, size_t Operand) {
  D.Out.Kind = Flow::WarpSync;
  D.input(Operand, Type::B32);
  D.Out.Extra2 =
      static_cast<uint8_t>(D.B.P.Operands.size() - 1 - D.Out.Operands);
}

//===----------------------------------------------------------------------===//
// shfl
//===----------------------------------------------------------------------===//

enum ShuffleMode : uint32_t { Up, Down, Butterfly, Index };

/// Extra is the mode. Inputs: a, b, c, members.
static void shuffle(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!checkMembers(W, I, Mask))
    return;
  unsigned First = I.Results;
  const auto *A = W.operand<uint32_t>(I, First);
  const auto *B = W.operand<uint32_t>(I, First + 1);
  const auto *C = W.operand<uint32_t>(I, First + 2);
  uint32_t Values[WarpSize];
  std::copy(A, A + WarpSize, Values);
  uint32_t InRange = 0, Results[WarpSize];
  for (uint32_t M = Mask; M; M &= M - 1) {
    int Lane = __builtin_ctz(M);
    int Offset = B[Lane] & 31, Segment = C[Lane] >> 8 & 31;
    int Clamp = C[Lane] & 31;
    int Most = (Lane & Segment) | (Clamp & ~Segment), Least = Lane & Segment;
    int From = Lane;
    bool Good = false;
    switch (I.Extra) {
    case Up:
      From = Lane - Offset;
      Good = From >= Most;
      break;
    case Down:
      From = Lane + Offset;
      Good = From <= Most;
      break;
    case Butterfly:
      From = Lane ^ Offset;
      Good = From <= Most;
      break;
    default:
      From = Least | (Offset & ~Segment);
      Good = From <= Most;
      break;
    }
    if (Good)
      InRange |= 1u << Lane;
    else
      From = Lane;
    if (!(Mask >> From & 1))
      return W.Block->report(
          DiagnosticKind::DivergentWarp, W, W.Pc, unsigned(Lane),
          "reads lane " + std::to_string(From) +
              ", which takes no part; lanes " + hex(Mask) + " do");
    Results[Lane] = Values[From];
  }
  if (!W.isSink(I, 0))
    forEachLane(Mask,
                [&](unsigned L) { W.operand<uint32_t>(I, 0)[L] = Results[L]; });
  if (I.Results > 1)
    storePredicate(W, I, 1, Mask, InRange);
}

/// The results d or d|p.
static void takePair(Decoder &D, Type First) {
  const Operand &To = D.operand(0);
  if (To.Is != Operand::Pair)
    return D.result(To, First);
  D.resultOrSink(To.Elements[0], First);
  D.resultOrSink(To.Elements[1], Type::Pred);
}

static void decodeShuffle(Decoder &D) {
  bool Sync = D.take("sync");
  int Mode = D.takeOneOf({"up", "down", "bfly", "idx"});
  Type T = D.takeType();
  if (!Sync || Mode < 0 || T != Type::B32)
    return;
  takePair(D, T);
  for (unsigned I = 1; I <= 3; ++I)
    D.input(I, Type::B32);
  D.Out.Extra = static_cast<uint32_t>(Mode);
  takeMembers(D, 4);
  D.run(shuffle, InstructionClass::Warp);
}

//===----------------------------------------------------------------------===//
// vote, match, redux, elect, activemask
//===----------------------------------------------------------------------===//

/// Calls `Body(Group)` for each set of lanes with the same member mask.
template <typename F>
static void forEachGroup(Warp &W, const Instruction &I, uint32_t Mask, F Body) {
  const auto *Members = W.operand<uint32_t>(I, I.Extra2);
  while (Mask) {
    uint32_t Own = Members[__builtin_ctz(Mask)], Group = 0;
    forEachLane(Mask,
                [&](unsigned L) { Group |= uint32_t(Members[L] == Own) << L; });
    Body(Group);
    Mask &= ~Group;
  }
}

enum VoteMode : uint32_t { All, Any, Uniform, Ballot, NegatedVote = 8 };

static void vote(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!checkMembers(W, I, Mask))
    return;
  uint32_t P = *W.operand<uint32_t>(I, 1);
  if (I.Extra & NegatedVote)
    P = ~P;
  forEachGroup(W, I, Mask, [&](uint32_t Group) {
    uint32_t True = P & Group;
    switch (I.Extra & ~NegatedVote) {
    case Ballot:
      return storeLanes(W.operand<uint32_t>(I, 0), Group,
                        [&](unsigned) { return True; });
    case All:
      return storePredicate(W, I, 0, Group, True == Group ? FullMask : 0);
    case Any:
      return storePredicate(W, I, 0, Group, True ? FullMask : 0);
    default:
      return storePredicate(W, I, 0, Group,
                            True == Group || True == 0 ? FullMask : 0);
    }
  });
}

static void decodeVote(Decoder &D) {
  bool Sync = D.take("sync");
  int Mode = D.takeOneOf({"all", "any", "uni", "ballot"});
  Type T = D.takeType();
  if (!Sync || Mode < 0 || T != (Mode == Ballot ? Type::B32 : Type::Pred))
    return;
  D.result(0, T);
  D.Out.Extra = static_cast<uint32_t>(Mode);
  if (D.predicate(D.operand(1)))
    D.Out.Extra |= NegatedVote;
  takeMembers(D, 2);
  D.run(vote, InstructionClass::Warp);
}

/// match.any: the lanes with my value. match.all: all members if they agree.
template <typename T, bool IsAll>
static void match(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!checkMembers(W, I, Mask))
    return;
  const T *A = W.operand<T>(I, I.Results);
  uint32_t Results[WarpSize] = {}, Agree = 0;
  forEachGroup(W, I, Mask, [&](uint32_t Group) {
    forEachLane(Group, [&](unsigned L) {
      uint32_t Equal = 0;
      forEachLane(Group,
                  [&](unsigned M) { Equal |= uint32_t(A[M] == A[L]) << M; });
      bool Everyone = Equal == Group;
      Results[L] = IsAll && !Everyone ? 0 : Equal;
      Agree |= uint32_t(Everyone) << L;
    });
  });
  if (!W.isSink(I, 0))
    forEachLane(Mask,
                [&](unsigned L) { W.operand<uint32_t>(I, 0)[L] = Results[L]; });
  if (I.Results > 1)
    storePredicate(W, I, 1, Mask, Agree);
}

static void decodeMatch(Decoder &D) {
  int Mode = D.takeOneOf({"any", "all"});
  bool Sync = D.take("sync");
  Type T = D.takeType();
  takePair(D, Type::B32);
  D.input(1, T);
  takeMembers(D, 2);
  Handler H = T == Type::B32
                  ? (Mode == 0 ? match<uint32_t, false> : match<uint32_t, true>)
              : T == Type::B64
                  ? (Mode == 0 ? match<uint64_t, false> : match<uint64_t, true>)
                  : nullptr;
  bool OnePredicateForAll = (D.Out.Results == 2) <= (Mode == 1);
  if (Mode < 0 || !Sync || !H || !OnePredicateForAll)
    return D.fail("is not implemented in this form");
  D.run(H, InstructionClass::Warp);
}

namespace {
uint32_t sumOf(uint32_t A, uint32_t B) { return A + B; }
uint32_t andOf(uint32_t A, uint32_t B) { return A & B; }
uint32_t orOf(uint32_t A, uint32_t B) { return A | B; }
uint32_t xorOf(uint32_t A, uint32_t B) { return A ^ B; }
template <typename T> T minOf(T A, T B) { return std::min(A, B); }
template <typename T> T maxOf(T A, T B) { return std::max(A, B); }
template <bool Max, bool Abs, bool KeepNan> float pickFloat(float A, float B) {
  if (Abs)
    A = std::fabs(A), B = std::fabs(B);
  if (A != A || B != B) {
    bool Lost = KeepNan || (A != A && B != B);
    return Lost ? bitCast<float>(CanonicalNan32) : A != A ? B : A;
  }
  if (A == B)
    return std::signbit(A) != Max ? A : B;
  return (A < B) != Max ? A : B;
}

template <auto F> struct Reduction;
template <typename T, T (*F)(T, T)> struct Reduction<F> {
  static void run(Warp &W, const Instruction &I, uint32_t Mask) {
    if (!checkMembers(W, I, Mask))
      return;
    const T *A = W.operand<T>(I, 1);
    T *To = W.operand<T>(I, 0);
    T Values[WarpSize];
    std::copy(A, A + WarpSize, Values);
    forEachGroup(W, I, Mask, [&](uint32_t Group) {
      unsigned First = __builtin_ctz(Group);
      T Result = F(Values[First], Values[First]);
      if constexpr (std::is_same_v<T, uint32_t>)
        Result = Values[First]; // sums and exclusive or are not idempotent
      forEachLane(Group & (Group - 1),
                  [&](unsigned L) { Result = F(Result, Values[L]); });
      forEachLane(Group, [&](unsigned L) { To[L] = Result; });
    });
  }
};
template <auto F> Handler reduction() { return Reduction<F>::run; }

template <bool Max> Handler floatReduction(bool Abs, bool KeepNan) {
  return Abs ? (KeepNan ? reduction<pickFloat<Max, true, true>>()
                        : reduction<pickFloat<Max, true, false>>())
             : (KeepNan ? reduction<pickFloat<Max, false, true>>()
                        : reduction<pickFloat<Max, false, false>>());
}
} // namespace

static void decodeReduction(Decoder &D) {
  bool Sync = D.take("sync");
  int Op = D.takeOneOf({"add", "min", "max", "and", "or", "xor"});
  bool Abs = D.take("abs"), KeepNan = D.take("NaN");
  Type T = D.takeType();
  D.result(0, T);
  D.input(1, T);
  takeMembers(D, 2);
  bool Signed = T == Type::S32, Word = T == Type::U32 || Signed;
  Handler H = nullptr;
  if (T == Type::F32)
    H = Op == 1   ? floatReduction<false>(Abs, KeepNan)
        : Op == 2 ? floatReduction<true>(Abs, KeepNan)
                  : nullptr;
  else if (!Abs && !KeepNan)
    H = Op == 0 && Word   ? reduction<sumOf>()
        : Op == 1 && Word ? (Signed ? reduction<minOf<int32_t>>()
                                    : reduction<minOf<uint32_t>>())
        : Op == 2 && Word ? (Signed ? reduction<maxOf<int32_t>>()
                                    : reduction<maxOf<uint32_t>>())
        : T != Type::B32  ? nullptr
        : Op == 3         ? reduction<andOf>()
        : Op == 4         ? reduction<orOf>()
        : Op == 5         ? reduction<xorOf>()
                          : nullptr;
  if (!Sync || !H)
    return D.fail("is not implemented in this form");
  D.run(H, InstructionClass::Warp);
}

/// The lowest member is elected.
static void elect(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!checkMembers(W, I, Mask))
    return;
  forEachGroup(W, I, Mask, [&](uint32_t Group) {
    unsigned Leader = __builtin_ctz(Group);
    if (!W.isSink(I, 0))
      storeLanes(W.operand<uint32_t>(I, 0), Group,
                 [&](unsigned) { return Leader; });
    storePredicate(W, I, 1, Group, 1u << Leader);
  });
}

static void decodeElect(Decoder &D) {
  if (!D.take("sync"))
    return;
  takePair(D, Type::B32);
  takeMembers(D, 1);
  if (D.Out.Results != 2)
    D.fail("expected two results, d|p");
  D.run(elect, InstructionClass::Warp);
}

static void decodeActiveMask(Decoder &D) {
  Type T = D.takeType();
  D.result(0, Type::B32);
  D.run(T != Type::B32 ? nullptr
                       : +[](Warp &W, const Instruction &I, uint32_t Mask) {
                           storeLanes(W.operand<uint32_t>(I, 0), Mask,
                                      [&](unsigned) { return Mask; });
                         },
        InstructionClass::Warp);
}

//===----------------------------------------------------------------------===//
// bar.warp.sync
//===----------------------------------------------------------------------===//

static void syncWarp(Warp &W, const Instruction &I, uint32_t Mask) {
  if (!checkMembers(W, I, Mask))
    return;
  forEachGroup(W, I, Mask,
               [&](uint32_t Group) { W.Block->Shadow.syncLanes(W.Id, Group); });
}

void simgpu::decodeWarpBarrier(Decoder &D) {
  D.take("warp");
  bool Sync = D.take("sync");
  takeMembers(D, 0);
  if (!Sync)
    return D.fail("is not implemented in this form");
  D.run(syncWarp, InstructionClass::Synchronise);
}

static constexpr DecodeEntry Entries[] = {
    {"shfl", decodeShuffle}, {"vote", decodeVote},
    {"match", decodeMatch},  {"redux", decodeReduction},
    {"elect", decodeElect},  {"activemask", decodeActiveMask},
};

DecodeTable simgpu::warpTable() { return {Entries, std::size(Entries)}; }
