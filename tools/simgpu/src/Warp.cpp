//===- Warp.cpp - Executes the lanes of a warp ----------------------------===//

#include "Execute.h"
#include "ops/Control.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

/// A fragment that has run so long gives way to the others, so that lanes that
/// wait for each other through memory make progress.
static constexpr uint64_t FragmentQuantum = 20000;

bool Warp::isReady() const { return pickReady() >= 0; }

int Warp::pickReady() const {
  for (size_t I = Fragments.size(); I-- > 0;)
    if (Fragments[I].Is == Fragment::Ready)
      return static_cast<int>(I);
  return -1;
}

void Warp::run(uint64_t Budget) {
  while (!Block->Stopped) {
    int Next = pickReady();
    if (Next >= 0) {
      if (Budget == 0)
        return;
      execute(Next, Budget);
      continue;
    }
    // Members of a warp instruction may have ended since.
    bool Resumed = false;
    for (size_t I = 0; I < Fragments.size() && !Resumed; ++I)
      Resumed = Fragments[I].Is == Fragment::AtWarpSync && tryWarpSync(I);
    if (Resumed)
      continue;
    if (Fragments.empty() || tryBarrier())
      return;
    if (isReady())
      continue;
    bool Waits =
        std::any_of(Fragments.begin(), Fragments.end(), [](const Fragment &F) {
          return F.Is == Fragment::BehindBarrier;
        });
    if (Waits)
      return;
    reportStuck();
  }
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

void Warp::execute(size_t Index, uint64_t &Budget) {
  const std::vector<Instruction> &Code = Block->L.P.Code;
  PcCount *Counts = Block->PcCounts.data();
  const uint32_t Mask = Fragments[Index].Mask;
  const uint32_t Join =
      Fragments[Index].Scope < 0 ? NoPc : Scopes[Fragments[Index].Scope].Join;
  uint32_t At = Fragments[Index].Pc;
  uint64_t Left = std::min(Budget, FragmentQuantum);
  const uint64_t Start = Left;
  auto pause = [&] {
    Fragments[Index].Pc = At;
    Budget -= std::min(Budget, Start - Left);
    Executed += Start - Left;
  };

  while (true) {
    if (At == Join) {
      pause();
      return arrive(Index);
    }
    if (Left == 0) {
      pause();
      if (Executed > Block->L.Config.Options.MaxWarpInstructions)
        return Block->report(DiagnosticKind::Limit, *this, At,
                             __builtin_ctz(Mask),
                             "the warp has run " + std::to_string(Executed) +
                                 " instructions without ending");
      // The others first from now on.
      std::rotate(Fragments.begin(), Fragments.begin() + Index,
                  Fragments.begin() + Index + 1);
      return;
    }
    --Left;
    const Instruction &I = Code[At];
    uint32_t Active = Mask;
    if (I.Guard != NoRow) {
      uint32_t Predicate = *row<uint32_t>(I.Guard);
      Active &= I.GuardNegated ? ~Predicate : Predicate;
    }
    ++Counts[At].Warps;
    Counts[At].Threads += __builtin_popcount(Active);

    switch (I.Kind) {
    case Flow::Next:
      if (Active) {
        Pc = At;
        I.Run(*this, I, Active);
        if (Block->Stopped)
          return pause();
      }
      ++At;
      break;
    case Flow::Branch:
      if (Active == Mask) {
        At = I.Target;
      } else if (Active == 0) {
        ++At;
      } else {
        pause();
        return diverge(Index, I, Active);
      }
      break;
    case Flow::Indexed:
      if (Active) {
        Pc = At;
        pause();
        return divergeIndexed(Index, I);
      }
      ++At;
      break;
    case Flow::Call: {
      if (Active == 0) {
        ++At;
        break;
      }
      // A guarded call parts the lanes like a branch; they meet behind it.
      uint32_t *Return = operand<uint32_t>(I, 0);
      for (unsigned L = 0; L < WarpSize; ++L)
        if (Active >> L & 1)
          Return[L] = At + 1;
      if (Active != Mask) {
        pause();
        Instruction Guarded = I;
        Guarded.Join = At + 1;
        return diverge(Index, Guarded, Active);
      }
      At = I.Target;
      break;
    }
    case Flow::Return:
      At = operand<uint32_t>(I, 0)[__builtin_ctz(Mask)];
      break;
    case Flow::Exit:
      if (Active == 0) {
        ++At;
        break;
      }
      ++At;
      pause();
      return endLanes(Index, Active);
    case Flow::Barrier:
      if (Active == 0) {
        ++At;
        break;
      }
      pause();
      return park(Index, Active, Fragment::AtBarrier);
    case Flow::WarpSync: {
      if (Active == 0) {
        ++At;
        break;
      }
      uint32_t Members = membersOf(I, Active);
      if ((Members & Live & ~Active) == 0) {
        Pc = At;
        I.Run(*this, I, Active);
        if (Block->Stopped)
          return pause();
        ++At;
        break;
      }
      pause();
      return park(Index, Active, Fragment::AtWarpSync);
    }
    }
  }
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

uint32_t Warp::membersOf(const Instruction &I, uint32_t Active) const {
  if (I.Extra2 == AllMembers)
    return Live;
  const auto *Masks = operand<uint32_t>(I, I.Extra2);
  uint32_t Members = 0;
  for (unsigned L = 0; L < WarpSize; ++L)
    if (Active >> L & 1)
      Members |= Masks[L];
  return Members;
}

/// Lanes for which the guard is false go on.
void Warp::park(size_t Index, uint32_t Active, Fragment::Status Status) {
  Fragment Rest = Fragments[Index];
  Rest.Mask &= ~Active;
  ++Rest.Pc;
  Fragments[Index].Mask = Active;
  Fragments[Index].Is = Status;
  size_t Parked = Index;
  if (Rest.Mask)
    Fragments.push_back(Rest);
  const Instruction &I = Block->L.P.Code[Fragments[Parked].Pc];
  if (Status == Fragment::AtWarpSync) {
    tryWarpSync(Parked);
    return;
  }
  // A barrier that is not .aligned takes threads as they come.
  if (!isAlignedBarrier(I)) {
    Fragments[Parked].Is = Fragment::BehindBarrier;
    Block->arriveAtBarrier(*this, I, Fragments[Parked].Pc, Active);
  }
}

/// Runs the instruction for all fragments that wait in it, once together they
/// have all members.
bool Warp::tryWarpSync(size_t Index) {
  uint32_t At = Fragments[Index].Pc, Union = 0;
  for (const Fragment &F : Fragments)
    if (F.Is == Fragment::AtWarpSync && F.Pc == At)
      Union |= F.Mask;
  const Instruction &I = Block->L.P.Code[At];
  if (membersOf(I, Union) & Live & ~Union)
    return false;
  Pc = At;
  I.Run(*this, I, Union);
  for (Fragment &F : Fragments)
    if (F.Is == Fragment::AtWarpSync && F.Pc == At) {
      F.Is = Fragment::Ready;
      ++F.Pc;
    }
  return true;
}

/// The warp arrives at a barrier when all its live lanes wait in the same one.
bool Warp::tryBarrier() {
  uint32_t Union = 0, At = NoPc;
  for (const Fragment &F : Fragments) {
    if (F.Is != Fragment::AtBarrier || (At != NoPc && At != F.Pc))
      return false;
    At = F.Pc;
    Union |= F.Mask;
  }
  if (Union != Live)
    return false;
  for (Fragment &F : Fragments)
    F.Is = Fragment::BehindBarrier;
  Block->arriveAtBarrier(*this, Block->L.P.Code[At], At, Union);
  return !isReady();
}

std::string Warp::whereAre(uint32_t Lanes) const {
  std::string Text;
  auto add = [&](uint32_t Mask, const std::string &What) {
    if (Mask & Lanes)
      Text += (Text.empty() ? "lanes " : ", lanes ") + hex(Mask & Lanes) + " " +
              What;
  };
  add(~Live, "have ended");
  for (const Fragment &F : Fragments)
    add(F.Mask, (F.Is == Fragment::Ready ? "are at line " : "wait at line ") +
                    std::to_string(Block->L.P.Code[F.Pc].Line));
  for (const ConvergenceScope &S : Scopes)
    if (S.Join != NoPc)
      add(S.Arrived, "wait to reconverge at line " +
                         std::to_string(Block->L.P.Code[S.Join].Line));
  return Text;
}

/// Nothing is ready, and not all wait for other warps.
void Warp::reportStuck() {
  const Fragment *Barrier = nullptr, *Sync = nullptr;
  for (const Fragment &F : Fragments) {
    if (F.Is == Fragment::AtBarrier && !Barrier)
      Barrier = &F;
    if (F.Is == Fragment::AtWarpSync && !Sync)
      Sync = &F;
  }
  // Of the two, the one that comes first in the program is the odd one out.
  if (Sync && (!Barrier || Sync->Pc < Barrier->Pc)) {
    uint32_t Members = membersOf(Block->L.P.Code[Sync->Pc], Sync->Mask);
    return Block->report(DiagnosticKind::DivergentWarp, *this, Sync->Pc,
                         __builtin_ctz(Sync->Mask),
                         "the members are lanes " + hex(Members) +
                             ", but only lanes " + hex(Sync->Mask) +
                             " arrive: " + whereAre(Members & ~Sync->Mask));
  }
  if (Barrier)
    return Block->report(
        DiagnosticKind::DivergentBarrier, *this, Barrier->Pc,
        __builtin_ctz(Barrier->Mask),
        "only lanes " + hex(Barrier->Mask) + " of lanes " + hex(Live) +
            " reach the barrier together: " + whereAre(Live & ~Barrier->Mask));
  Block->report(DiagnosticKind::Deadlock, *this, Fragments[0].Pc,
                __builtin_ctz(Fragments[0].Mask),
                "lanes of one warp wait for each other: " + whereAre(Live));
}
