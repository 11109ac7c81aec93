//===- Lexer.cpp - Tokens of PTX ------------------------------------------===//

#include "Lexer.h"

using namespace simgpu;

static bool isWord(char C) {
  return (C >= 'a' && C <= 'z') || (C >= 'A' && C <= 'Z') ||
         (C >= '0' && C <= '9') || C == '_' || C == '$' || C == '%' || C == '.';
}

Expected<std::vector<Token>> simgpu::lex(std::string_view File,
                                         std::string_view Text) {
  std::vector<Token> Tokens;
  uint32_t Line = 1;
  size_t I = 0, N = Text.size();
  auto fail = [&](const char *What) {
    return Error::failure(std::string(File) + ":" + std::to_string(Line) +
                          ": " + What);
  };
  auto at = [&](size_t P) { return P < N ? Text[P] : '\0'; };

  while (I < N) {
    char C = Text[I];
    if (C == '\n') {
      ++Line;
      ++I;
    } else if (C == ' ' || C == '\t' || C == '\r') {
      ++I;
    } else if (C == '/' && at(I + 1) == '/') {
      while (I < N && Text[I] != '\n')
        ++I;
    } else if (C == '/' && at(I + 1) == '*') {
      size_t Close = Text.find("*/", I + 2);
      if (Close == std::string_view::npos)
        return fail("comment without end");
      for (; I < Close + 2; ++I)
        Line += Text[I] == '\n';
    } else if (C == '"') {
      size_t Close = Text.find('"', I + 1);
      if (Close == std::string_view::npos)
        return fail("string without end");
      Tokens.push_back(
          {Token::String, Line, Text.substr(I + 1, Close - I - 1)});
      I = Close + 1;
    } else if (isWord(C)) {
      size_t Start = I;
      // Two colons belong to a modifier such as .L2::128B, one ends a label.
      while (I < N &&
             (isWord(Text[I]) || (Text[I] == ':' && at(I + 1) == ':'))) {
        I += Text[I] == ':' ? 2 : 1;
      }
      Tokens.push_back({Token::Word, Line, Text.substr(Start, I - Start)});
    } else if (std::string_view("{}[]()<>,;:@!|+-=~*&^/").find(C) !=
               std::string_view::npos) {
      Tokens.push_back({Token::Punctuation, Line, Text.substr(I, 1)});
      ++I;
    } else if (C == '\0' && I + 1 == N) {
      ++I; // the driver takes text with its final zero
    } else {
      return fail("character that PTX does not have");
    }
  }
  Tokens.push_back({Token::End, Line, {}});
  return Tokens;
}
