//===- PreTokenizer.h - Cuts text into words --------------------*- C++ -*-===//

#ifndef H3RT_PRETOKENIZER_H
#define H3RT_PRETOKENIZER_H

#include <cstddef>
#include <string_view>

namespace h3 {

/// The length in bytes of the first word of `Text`, which is not empty, by
/// GPT-2's rule:
///
///   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// with Unicode's general categories and White_Space. A byte that is not part
/// of valid UTF-8 counts as one character that is none of the three.
size_t firstWordLength(std::string_view Text);

} // namespace h3

#endif // H3RT_PRETOKENIZER_H
