//===- ControlOps.cpp - Barriers, fences, ends of threads -----------------===//

#include "../Decoder.h"
#include "Control.h"
#include "Lanes.h"

#include <cstring>

using namespace simgpu;

static void nothing(Warp &, const Instruction &, uint32_t) {}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static size_t localIndex(const BlockRun &B, uint32_t Thread, uint32_t Offset) {
  size_t At = Offset;
  if (At >= FunctionLocalBase)
    At = At - FunctionLocalBase + (B.L.Info.LocalBytes + 15) / 16 * 16;
  return size_t(B.LocalStride) * Thread + At;
}

void simgpu::copyLocal(Warp &W, const Instruction &I, uint32_t Mask) {
  BlockRun &B = *W.Block;
  forEachLane(Mask, [&](unsigned L) {
    uint32_t Thread = W.Id * WarpSize + L;
    size_t From = localIndex(B, Thread, uint32_t(I.Offset));
    size_t To = localIndex(B, Thread, uint32_t(I.Offset2));
    std::memcpy(&B.Local[To], &B.Local[From], I.Extra);
    std::memcpy(&B.LocalInit[To], &B.LocalInit[From], I.Extra);
  });
}

void simgpu::assertionFailed(Warp &W, const Instruction &, uint32_t Mask) {
  W.Block->report(DiagnosticKind::Trap, W, W.Pc, __builtin_ctz(Mask),
                  "an assertion of the kernel failed");
}

//===----------------------------------------------------------------------===//
// Barriers of the block
//===----------------------------------------------------------------------===//

/// bar and barrier: .sync, .arrive, .red.
static void decodeBarrier(Decoder &D) {
  if (D.has("warp"))
    return decodeWarpBarrier(D);
  bool IsBar = D.name() == "bar";
  D.take("cta");
  int Op = D.takeOneOf({"sync", "arrive", "red"});
  // bar is another name for barrier.aligned.
  bool Aligned = D.take("aligned") || IsBar;
  int Reduction = Op == 2 ? D.takeOneOf({"popc", "and", "or"}) : -1;
  if (Op < 0 || (Op == 2 && Reduction < 0))
    return D.fail("is not implemented by the simulated GPU");
  uint32_t Flags = 0;
  if (Aligned)
    Flags |= BarrierAligned;
  if (Op != 1)
    Flags |= BarrierWaits;
  size_t Next = 0;
  if (Op == 2) {
    constexpr uint32_t Kinds[] = {BarrierPopulation, BarrierAnd, BarrierOr};
    Flags |= Kinds[Reduction];
    D.result(Next++, D.takeType() == Type::Pred ? Type::Pred : Type::U32);
  }
  D.input(Next++, Type::B32);
  size_t Predicates = Op == 2 ? 1 : 0;
  if (D.operands() > Next + Predicates) {
    Flags |= BarrierHasCount;
    D.input(Next++, Type::B32);
  } else if (Op == 1) {
    D.fail("expected a count of threads");
  }
  if (Op == 2 && D.predicate(D.operand(Next)))
    Flags |= BarrierNegated;
  D.Out.Extra = Flags;
  D.Out.Kind = Flow::Barrier;
  D.Out.Class = InstructionClass::Synchronise;
}

/// Accesses complete in order, so fences have nothing to do. They order memory
/// for a thread, not threads among each other: races stay races.
static void decodeFence(Decoder &D) {
  D.takeOneOf({"sc", "acq_rel", "acquire", "release"});
  D.takeOneOf({"cta", "cluster", "gpu", "sys", "gl"});
  D.run(nothing, InstructionClass::Synchronise);
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

/// exit, and ret in a kernel.
static void decodeExit(Decoder &D) {
  D.take("uni");
  D.Out.Kind = Flow::Exit;
  D.Out.Class = InstructionClass::Control;
}

static void decodeTrap(Decoder &D) {
  D.run(
      [](Warp &W, const Instruction &, uint32_t Mask) {
        W.Block->report(DiagnosticKind::Trap, W, W.Pc, __builtin_ctz(Mask),
                        "the kernel trapped");
      },
      InstructionClass::Control);
}

static void decodeSleep(Decoder &D) {
  if (D.takeType() != Type::U32)
    return;
  D.input(0, Type::U32);
  D.run(nothing, InstructionClass::Control);
}

/// Launches that depend on each other run one after the other.
static void decodeGridControl(Decoder &D) {
  if (D.takeOneOf({"launch_dependents", "wait"}) >= 0)
    D.run(nothing, InstructionClass::Control);
}

static constexpr DecodeEntry Entries[] = {
    {"bar", decodeBarrier},     {"barrier", decodeBarrier},
    {"membar", decodeFence},    {"fence", decodeFence},
    {"exit", decodeExit},       {"ret", decodeExit},
    {"trap", decodeTrap},       {"brkpt", decodeTrap},
    {"nanosleep", decodeSleep}, {"griddepcontrol", decodeGridControl},
};

DecodeTable simgpu::controlTable() { return {Entries, std::size(Entries)}; }
