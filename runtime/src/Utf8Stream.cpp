//===- Utf8Stream.cpp - Whole characters out of bytes ---------------------===//

#include "Utf8Stream.h"

#include <cstdint>

using namespace h3;

static constexpr const char Replacement[] = "\xef\xbf\xbd"; // U+FFFD

namespace {
enum class Prefix { Complete, Incomplete, Invalid };

struct Scan {
  Prefix Kind;
  size_t Length; ///< of the character, or of its part that was valid
};
} // namespace

/// Examines the character that `Bytes`, which is not empty, begins with
/// (Unicode 15, table 3-7).
static Scan scanCharacter(std::string_view Bytes) {
  auto First = static_cast<uint8_t>(Bytes[0]);
  if (First < 0x80)
    return {Prefix::Complete, 1};
  size_t Length = First >= 0xf0 ? 4 : First >= 0xe0 ? 3 : 2;
  if (First < 0xc2 || First > 0xf4)
    return {Prefix::Invalid, 1};
  // The second byte's range excludes overlong forms, surrogates and what lies
  // beyond U+10FFFF.
  uint8_t Low = First == 0xe0 ? 0xa0 : First == 0xf0 ? 0x90 : 0x80;
  uint8_t High = First == 0xed ? 0x9f : First == 0xf4 ? 0x8f : 0xbf;
  for (size_t I = 1; I < Length; ++I) {
    if (I == Bytes.size())
      return {Prefix::Incomplete, I};
    auto Byte = static_cast<uint8_t>(Bytes[I]);
    if (Byte < Low || Byte > High)
      return {Prefix::Invalid, I};
    Low = 0x80;
    High = 0xbf;
  }
  return {Prefix::Complete, Length};
}

std::string Utf8Stream::push(std::string_view Bytes) {
  Held += Bytes;
  std::string Result;
  std::string_view Rest = Held;
  while (!Rest.empty()) {
    Scan Next = scanCharacter(Rest);
    if (Next.Kind == Prefix::Incomplete)
      break;
    if (Next.Kind == Prefix::Complete)
      Result += Rest.substr(0, Next.Length);
    else
      Result += Replacement;
    Rest.remove_prefix(Next.Length);
  }
  Held.erase(0, Held.size() - Rest.size());
  return Result;
}

std::string Utf8Stream::flush() {
  bool WasCut = !Held.empty();
  Held.clear();
  return WasCut ? Replacement : "";
}
