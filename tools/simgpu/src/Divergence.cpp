//===- Divergence.cpp - Fragments of a warp and where they meet -----------===//

#include "Execute.h"

using namespace simgpu;

void Warp::diverge(size_t Index, const Instruction &I, uint32_t Taken) {
  Fragment F = Fragments[Index];
  ++Block->Count.DivergentBranches;
  bool SameJoin = F.Scope >= 0 && Scopes[F.Scope].Join == I.Join;
  if (I.Join != NoPc && !SameJoin) {
    Scopes.push_back({I.Join, F.Mask, 0, F.Scope});
    F.Scope = static_cast<int32_t>(Scopes.size() - 1);
  }
  Fragment First{F.Pc + 1, F.Mask & ~Taken, F.Scope, Fragment::Ready};
  Fragment Second{I.Target, Taken, F.Scope, Fragment::Ready};
  if (Block->L.Config.Options.Seed != 0 && Block->Order.below(2))
    std::swap(First, Second);
  Fragments[Index] = First;
  Fragments.push_back(Second);
}

void Warp::divergeIndexed(size_t Index, const Instruction &I) {
  Fragment F = Fragments[Index];
  const std::vector<uint32_t> &Table = Block->L.P.Tables[I.Target];
  const uint32_t *Which = operand<uint32_t>(I, 0);
  uint32_t Active = F.Mask, Predicate = 0;
  if (I.Guard != NoRow) {
    Predicate = *row<uint32_t>(I.Guard);
    Active &= I.GuardNegated ? ~Predicate : Predicate;
  }
  std::vector<Fragment> Parts;
  auto add = [&](uint32_t To, uint32_t Lanes) {
    for (Fragment &P : Parts)
      if (P.Pc == To) {
        P.Mask |= Lanes;
        return;
      }
    Parts.push_back({To, Lanes, F.Scope, Fragment::Ready});
  };
  for (unsigned L = 0; L < WarpSize; ++L) {
    if (!(Active >> L & 1))
      continue;
    if (Which[L] >= Table.size())
      return Block->report(DiagnosticKind::OutOfBounds, *this, Pc, L,
                           "index " + std::to_string(Which[L]) +
                               " of a branch with " +
                               std::to_string(Table.size()) + " targets");
    add(Table[Which[L]], 1u << L);
  }
  if (F.Mask & ~Active)
    add(F.Pc + 1, F.Mask & ~Active);
  if (Parts.size() > 1) {
    ++Block->Count.DivergentBranches;
    if (I.Join != NoPc) {
      Scopes.push_back({I.Join, F.Mask, 0, F.Scope});
      for (Fragment &P : Parts)
        P.Scope = static_cast<int32_t>(Scopes.size() - 1);
    }
  }
  Fragments[Index] = Parts[0];
  Fragments.insert(Fragments.end(), Parts.begin() + 1, Parts.end());
}

void Warp::arrive(size_t Index) {
  Fragment F = Fragments[Index];
  Fragments.erase(Fragments.begin() + Index);
  Scopes[F.Scope].Arrived |= F.Mask;
  Scopes[F.Scope].Pending &= ~F.Mask;
  closeIfComplete(F.Scope);
}

/// Scopes form a tree and are kept in the order of their opening; a closed one
/// at the end of the array is dropped, the others are when they get there.
void Warp::closeIfComplete(int32_t Scope) {
  ConvergenceScope &S = Scopes[Scope];
  if (S.Pending != 0)
    return;
  if (S.Arrived != 0)
    Fragments.push_back({S.Join, S.Arrived, S.Parent, Fragment::Ready});
  S.Join = NoPc;
  S.Arrived = 0;
  while (!Scopes.empty() && Scopes.back().Pending == 0 &&
         Scopes.back().Join == NoPc)
    Scopes.pop_back();
}

void Warp::endLanes(size_t Index, uint32_t Mask) {
  Live &= ~Mask;
  for (unsigned L = 0; L < WarpSize; ++L)
    if (Mask >> L & 1)
      completeCopies(*this, L, ~0u);
  int32_t Scope = Fragments[Index].Scope;
  Fragments[Index].Mask &= ~Mask;
  if (Fragments[Index].Mask == 0)
    Fragments.erase(Fragments.begin() + Index);
  // Innermost first: closing a scope hands its lanes to its parent.
  std::vector<int32_t> Chain;
  for (; Scope >= 0; Scope = Scopes[Scope].Parent) {
    Scopes[Scope].Pending &= ~Mask;
    Chain.push_back(Scope);
  }
  for (int32_t S : Chain)
    if (S < static_cast<int32_t>(Scopes.size()) && Scopes[S].Join != NoPc)
      closeIfComplete(S);
  Block->Exited += __builtin_popcount(Mask);
  Block->checkBarriers();
}
