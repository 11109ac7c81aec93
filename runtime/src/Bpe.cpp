//===- Bpe.cpp - Byte-level byte pair encoding ----------------------------===//

#include "Bpe.h"

#include "utf8proc.h"

#include <queue>

using namespace h3;

//===----------------------------------------------------------------------===//
// The merge table
//===----------------------------------------------------------------------===//

/// Bytes that merges.txt writes as the character of the same number. The others
/// are written as U+0100, U+0101, ... in ascending order.
static bool isWrittenAsItself(int Byte) {
  return (Byte >= 0x21 && Byte <= 0x7e) || (Byte >= 0xa1 && Byte <= 0xac) ||
         (Byte >= 0xae && Byte <= 0xff);
}

/// Fills `Bytes`, [256], in the order of their ids, which is also the order of
/// isWrittenAsItself before the rest.
static void orderBytes(uint8_t *Bytes) {
  for (bool Itself : {true, false})
    for (int Byte = 0; Byte < 256; ++Byte)
      if (isWrittenAsItself(Byte) == Itself)
        *Bytes++ = static_cast<uint8_t>(Byte);
}

/// Translates a symbol of merges.txt to bytes. Fails on characters that stand
/// for no byte.
static bool parseSymbol(std::string_view Text, const uint8_t *OrderedBytes,
                        std::string &Bytes) {
  constexpr int FirstShifted = 0x100;
  constexpr int NumThemselves = 188;
  Bytes.clear();
  while (!Text.empty()) {
    utf8proc_int32_t Char;
    utf8proc_ssize_t Length = utf8proc_iterate(
        reinterpret_cast<const uint8_t *>(Text.data()), Text.size(), &Char);
    if (Length <= 0)
      return false;
    Text.remove_prefix(Length);
    if (Char < FirstShifted && isWrittenAsItself(Char))
      Bytes += static_cast<char>(Char);
    else if (Char >= FirstShifted && Char < FirstShifted + 256 - NumThemselves)
      Bytes +=
          static_cast<char>(OrderedBytes[NumThemselves + Char - FirstShifted]);
    else
      return false;
  }
  return true;
}

Expected<Bpe> Bpe::parse(std::string_view Merges) {
  Bpe Result;
  std::unordered_map<std::string, int32_t> Ids;
  uint8_t OrderedBytes[256];
  orderBytes(OrderedBytes);
  for (int32_t Id = 0; Id < 256; ++Id) {
    Result.ByteIds[OrderedBytes[Id]] = Id;
    Result.Tokens.emplace_back(1, static_cast<char>(OrderedBytes[Id]));
    Ids.emplace(Result.Tokens.back(), Id);
  }

  std::string Left, Right;
  for (size_t LineNumber = 1; !Merges.empty(); ++LineNumber) {
    size_t End = std::min(Merges.find('\n'), Merges.size());
    std::string_view Line = Merges.substr(0, End);
    Merges.remove_prefix(std::min(End + 1, Merges.size()));
    if (!Line.empty() && Line.back() == '\r')
      Line.remove_suffix(1);
    if (Line.empty() || (LineNumber == 1 && Line.substr(0, 8) == "#version"))
      continue;

    auto Fail = [&](const char *Reason) {
      return Error::file("merges.txt, line " + std::to_string(LineNumber) +
                         ": " + Reason);
    };
    size_t Space = Line.find(' ');
    if (Space == std::string_view::npos ||
        !parseSymbol(Line.substr(0, Space), OrderedBytes, Left) ||
        !parseSymbol(Line.substr(Space + 1), OrderedBytes, Right))
      return Fail("expected two symbols of GPT-2's byte alphabet and a space "
                  "between them");
    auto LeftId = Ids.find(Left), RightId = Ids.find(Right);
    if (LeftId == Ids.end() || RightId == Ids.end())
      return Fail("merges a symbol that no earlier line makes");
    auto Id = static_cast<int32_t>(Result.Tokens.size());
    if (!Ids.emplace(Left + Right, Id).second)
      return Fail("makes a symbol that an earlier line makes already");
    Result.Pairs.emplace(pairKey(LeftId->second, RightId->second), Id);
    Result.Tokens.push_back(Left + Right);
  }
  return Result;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

namespace {
/// A node of the doubly linked list of a word's symbols. `Id` is negative once
/// the symbol has been merged into its left neighbour.
struct Symbol {
  int32_t Id;
  int32_t Previous;
  int32_t Next;
};

/// A pair that could be merged. Ids of merges ascend with their rank; among
/// equals the leftmost goes first.
struct Candidate {
  int32_t Merged;
  int32_t Left; ///< index of the pair's left symbol
  int32_t LeftId;
  int32_t RightId;
  bool operator<(const Candidate &Other) const {
    return Merged != Other.Merged ? Merged > Other.Merged : Left > Other.Left;
  }
};
} // namespace

void Bpe::encodeWord(std::string_view Word, std::vector<int32_t> &Ids) const {
  auto Length = static_cast<int32_t>(Word.size());
  std::vector<Symbol> Symbols(Length);
  for (int32_t I = 0; I < Length; ++I)
    Symbols[I] = {ByteIds[uint8_t(Word[I])], I - 1,
                  I + 1 < Length ? I + 1 : -1};

  std::priority_queue<Candidate> Queue;
  auto Propose = [&](int32_t Left) {
    if (Left < 0 || Symbols[Left].Next < 0)
      return;
    int32_t LeftId = Symbols[Left].Id, RightId = Symbols[Symbols[Left].Next].Id;
    auto Pair = Pairs.find(pairKey(LeftId, RightId));
    if (Pair != Pairs.end())
      Queue.push({Pair->second, Left, LeftId, RightId});
  };
  for (int32_t I = 0; I < Length; ++I)
    Propose(I);

  while (!Queue.empty()) {
    Candidate Best = Queue.top();
    Queue.pop();
    // Candidates are not removed when a neighbour changes; they go stale.
    Symbol &Left = Symbols[Best.Left];
    if (Left.Id != Best.LeftId || Left.Next < 0 ||
        Symbols[Left.Next].Id != Best.RightId)
      continue;
    Symbol &Right = Symbols[Left.Next];
    Left.Id = Best.Merged;
    Left.Next = Right.Next;
    Right.Id = -1;
    if (Left.Next >= 0)
      Symbols[Left.Next].Previous = Best.Left;
    Propose(Left.Previous);
    Propose(Best.Left);
  }
  for (int32_t I = 0; I >= 0 && I < Length; I = Symbols[I].Next)
    Ids.push_back(Symbols[I].Id);
}
