//===- Joins.cpp - Where diverged lanes meet again ------------------------===//
//
// Lanes that part at a branch meet at its immediate post-dominator. A thread
// that ends never arrives anywhere, so a branch to a bare `ret` must not move
// the meeting point of the branches around it: post-dominators are first taken
// on the graph without such edges, and on the whole graph only where that one
// gives none (a loop whose only way out is the end of the kernel).
//
// The algorithm is that of Cooper, Harvey and Kennedy, "A Simple, Fast
// Dominance Algorithm" (2001), on the reversed graph.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>

using namespace simgpu;

namespace {
struct Block {
  uint32_t First, Last; ///< instructions, both inclusive
  std::vector<uint32_t> Successors;
};
constexpr uint32_t None = ~0u;
} // namespace

/// The immediate post-dominator of each block, None where the end is not
/// reached. Block number `Successors.size()` stands for the end.
static std::vector<uint32_t>
postDominators(const std::vector<std::vector<uint32_t>> &Successors) {
  auto End = static_cast<uint32_t>(Successors.size());
  std::vector<std::vector<uint32_t>> Predecessors(End + 1);
  for (uint32_t B = 0; B < End; ++B) {
    for (uint32_t S : Successors[B])
      Predecessors[S].push_back(B);
    if (Successors[B].empty())
      Predecessors[End].push_back(B);
  }
  // Post-order of the reversed graph from the end.
  std::vector<uint32_t> Order, Number(End + 1, None);
  std::vector<bool> Seen(End + 1);
  std::vector<std::pair<uint32_t, size_t>> Stack = {{End, 0}};
  Seen[End] = true;
  while (!Stack.empty()) {
    uint32_t B = Stack.back().first;
    size_t &Next = Stack.back().second;
    if (Next < Predecessors[B].size()) {
      uint32_t To = Predecessors[B][Next++];
      if (!Seen[To]) {
        Seen[To] = true;
        Stack.push_back({To, 0});
      }
      continue;
    }
    Number[B] = static_cast<uint32_t>(Order.size());
    Order.push_back(B);
    Stack.pop_back();
  }

  std::vector<uint32_t> Result(End + 1, None);
  Result[End] = End;
  auto meet = [&](uint32_t A, uint32_t B) {
    while (A != B) {
      while (Number[A] < Number[B])
        A = Result[A];
      while (Number[B] < Number[A])
        B = Result[B];
    }
    return A;
  };
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (size_t I = Order.size(); I-- > 0;) {
      uint32_t B = Order[I];
      if (B == End)
        continue;
      uint32_t New = None;
      auto join = [&](uint32_t S) {
        if (Result[S] != None)
          New = New == None ? S : meet(New, S);
      };
      for (uint32_t S : Successors[B])
        join(S);
      if (Successors[B].empty())
        join(End);
      if (New != Result[B]) {
        Result[B] = New;
        Changed = true;
      }
    }
  }
  return Result;
}

static bool endsBlock(const Instruction &I) {
  return I.Kind == Flow::Branch || I.Kind == Flow::Indexed ||
         I.Kind == Flow::Return || I.Kind == Flow::Exit;
}

static std::vector<Block> blocksOf(const Program &P, uint32_t From,
                                   uint32_t To) {
  std::vector<bool> Starts(To - From + 1);
  Starts[0] = true;
  for (uint32_t Pc = From; Pc < To; ++Pc) {
    const Instruction &I = P.Code[Pc];
    if (endsBlock(I))
      Starts[Pc + 1 - From] = true;
    if (I.Kind == Flow::Branch)
      Starts[I.Target - From] = true;
    if (I.Kind == Flow::Indexed)
      for (uint32_t T : P.Tables[I.Target])
        Starts[T - From] = true;
  }
  std::vector<Block> Blocks;
  std::vector<uint32_t> BlockAt(To - From);
  for (uint32_t Pc = From; Pc < To; ++Pc) {
    if (Starts[Pc - From])
      Blocks.push_back({Pc, Pc, {}});
    Blocks.back().Last = Pc;
    BlockAt[Pc - From] = static_cast<uint32_t>(Blocks.size() - 1);
  }
  for (Block &B : Blocks) {
    const Instruction &I = P.Code[B.Last];
    bool FallsThrough = !endsBlock(I) || I.Guard != NoRow;
    auto add = [&](uint32_t Pc) {
      uint32_t S = BlockAt[Pc - From];
      if (std::find(B.Successors.begin(), B.Successors.end(), S) ==
          B.Successors.end())
        B.Successors.push_back(S);
    };
    if (I.Kind == Flow::Branch)
      add(I.Target);
    if (I.Kind == Flow::Indexed)
      for (uint32_t T : P.Tables[I.Target])
        add(T);
    if (FallsThrough && B.Last + 1 < To)
      add(B.Last + 1);
  }
  return Blocks;
}

void simgpu::findJoins(Program &P, uint32_t From, uint32_t To) {
  std::vector<Block> Blocks = blocksOf(P, From, To);
  std::vector<std::vector<uint32_t>> Whole, WithoutExits;
  for (const Block &B : Blocks) {
    Whole.push_back(B.Successors);
    std::vector<uint32_t> Kept;
    for (uint32_t S : B.Successors) {
      const Block &T = Blocks[S];
      const Instruction &I = P.Code[T.First];
      if (!(I.Kind == Flow::Exit && I.Guard == NoRow))
        Kept.push_back(S);
    }
    WithoutExits.push_back(Kept);
  }
  std::vector<uint32_t> Preferred = postDominators(WithoutExits);
  std::vector<uint32_t> Fallback = postDominators(Whole);
  for (uint32_t B = 0; B < Blocks.size(); ++B) {
    Instruction &I = P.Code[Blocks[B].Last];
    if (I.Kind != Flow::Branch && I.Kind != Flow::Indexed)
      continue;
    uint32_t Join = Preferred[B] != None ? Preferred[B] : Fallback[B];
    if (Join != None && Join < Blocks.size())
      I.Join = Blocks[Join].First;
  }
}
