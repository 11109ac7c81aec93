//===- Bpe.h - Byte-level byte pair encoding --------------------*- C++ -*-===//
//
// The encoding of "Language Models are Unsupervised Multitask Learners"
// (GPT-2): a word is a string of bytes; the pair of neighbours that stands
// first in the merge table is joined, until no pair of neighbours is in it.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_BPE_H
#define H3RT_BPE_H

#include "Error.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace h3 {

class Bpe {
public:
  /// Reads a merges.txt. Ids are the 256 bytes in GPT-2's order, then the
  /// merges in order.
  static Expected<Bpe> parse(std::string_view Merges);

  size_t size() const { return Tokens.size(); }
  /// The bytes of a token.
  const std::string &token(int32_t Id) const { return Tokens[Id]; }

  /// Appends the ids of one word, in O(n log n).
  void encodeWord(std::string_view Word, std::vector<int32_t> &Ids) const;

private:
  static uint64_t pairKey(int32_t Left, int32_t Right) {
    return uint64_t(uint32_t(Left)) << 32 | uint32_t(Right);
  }

  std::vector<std::string> Tokens;             ///< [ids]
  std::unordered_map<uint64_t, int32_t> Pairs; ///< pair -> what it merges to
  int32_t ByteIds[256];
};

} // namespace h3

#endif // H3RT_BPE_H
