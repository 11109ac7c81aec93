//===- PreTokenizer.cpp - Cuts text into words ----------------------------===//

#include "PreTokenizer.h"

#include "utf8proc.h"

using namespace h3;

namespace {
enum class CharClass { Letter, Number, Space, Other };

struct Char {
  CharClass Class;
  size_t Bytes;
};
} // namespace

/// Unicode's property White_Space. It is not a general category: it has the
/// control characters and lacks U+180E and U+200B.
static bool isWhiteSpace(utf8proc_int32_t C) {
  return (C >= 0x09 && C <= 0x0d) || C == 0x20 || C == 0x85 || C == 0xa0 ||
         C == 0x1680 || (C >= 0x2000 && C <= 0x200a) || C == 0x2028 ||
         C == 0x2029 || C == 0x202f || C == 0x205f || C == 0x3000;
}

static CharClass classify(utf8proc_int32_t C) {
  if (isWhiteSpace(C))
    return CharClass::Space;
  switch (utf8proc_category(C)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
    return CharClass::Letter;
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
  case UTF8PROC_CATEGORY_NO:
    return CharClass::Number;
  default:
    return CharClass::Other;
  }
}

/// The first character of `Text`, which is not empty.
static Char firstChar(std::string_view Text) {
  utf8proc_int32_t C;
  utf8proc_ssize_t Length = utf8proc_iterate(
      reinterpret_cast<const uint8_t *>(Text.data()), Text.size(), &C);
  if (Length <= 0)
    return {CharClass::Other, 1};
  return {classify(C), static_cast<size_t>(Length)};
}

/// The length of the run of `Class` that begins at `Start`.
static size_t runLength(std::string_view Text, size_t Start, CharClass Class) {
  size_t End = Start;
  while (End < Text.size()) {
    Char Next = firstChar(Text.substr(End));
    if (Next.Class != Class)
      break;
    End += Next.Bytes;
  }
  return End - Start;
}

size_t h3::firstWordLength(std::string_view Text) {
  for (std::string_view Suffix : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (Text.substr(0, Suffix.size()) == Suffix)
      return Suffix.size();

  // One blank belongs to the word that follows it.
  size_t Blank = Text[0] == ' ' && Text.size() > 1 ? 1 : 0;
  CharClass Class = firstChar(Text.substr(Blank)).Class;
  if (Class != CharClass::Space)
    return Blank + runLength(Text, Blank, Class);

  // White space before a word leaves its last character to that word, unless
  // it is the only one.
  size_t Length = runLength(Text, 0, CharClass::Space);
  if (Length == Text.size())
    return Length;
  size_t Last = 0;
  for (size_t I = 0; I < Length; I += firstChar(Text.substr(I)).Bytes)
    Last = I;
  return Last == 0 ? Length : Last;
}
