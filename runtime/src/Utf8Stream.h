//===- Utf8Stream.h - Whole characters out of bytes -------------*- C++ -*-===//

#ifndef H3RT_UTF8STREAM_H
#define H3RT_UTF8STREAM_H

#include <string>
#include <string_view>

namespace h3 {

/// Turns a stream of bytes, in which characters may be cut anywhere, into a
/// stream of valid UTF-8. A character is held back until it is complete; what
/// can never become one turns into U+FFFD, one per maximal subpart, as the
/// Unicode standard recommends (section 3.9).
class Utf8Stream {
public:
  /// The characters that `Bytes` completes.
  std::string push(std::string_view Bytes);
  /// What is left at the end of the stream.
  std::string flush();

private:
  std::string Held; ///< a proper prefix of a character, or empty
};

} // namespace h3

#endif // H3RT_UTF8STREAM_H
