//===- Lexer.h - Tokens of PTX ----------------------------------*- C++ -*-===//

#ifndef SIMGPU_LEXER_H
#define SIMGPU_LEXER_H

#include "simgpu/Error.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace simgpu {

struct Token {
  enum Kind : uint8_t {
    Word,   ///< a name, a register, a directive, a whole opcode, a number
    String, ///< without its quotes
    Punctuation,
    End,
  };
  Kind Is = End;
  uint32_t Line = 0;
  std::string_view Text; ///< points into the source

  bool is(std::string_view S) const { return Is != String && Text == S; }
  /// Whether it starts like a number.
  bool isNumber() const {
    return Is == Word && Text[0] >= '0' && Text[0] <= '9';
  }
};

/// Drops comments. The last token is End. Fails on a character that PTX does
/// not have and on an unterminated comment or string.
Expected<std::vector<Token>> lex(std::string_view File, std::string_view Text);

} // namespace simgpu

#endif // SIMGPU_LEXER_H
