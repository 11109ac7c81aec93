//===- Error.h - Errors as values -------------------------------*- C++ -*-===//
//
// Every fallible function of the runtime returns an Error or an Expected. A
// message is one line: what failed and where, what was found, what was
// expected, what to do.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_ERROR_H
#define H3RT_ERROR_H

#include "h3rt/h3rt.h"

#include <string>
#include <utility>
#include <variant>

namespace h3 {

/// Either success or a code with a message. Converts to true on failure.
class [[nodiscard]] Error {
public:
  static Error success() { return Error(); }
  static Error invalid(std::string Message) {
    return Error(H3RT_INVALID_ARGUMENT, std::move(Message));
  }
  static Error file(std::string Message) {
    return Error(H3RT_BAD_FILE, std::move(Message));
  }
  static Error contextFull(std::string Message) {
    return Error(H3RT_CONTEXT_FULL, std::move(Message));
  }
  static Error resources(std::string Message) {
    return Error(H3RT_NO_RESOURCES, std::move(Message));
  }

  explicit operator bool() const { return Code != H3RT_OK; }
  H3rtStatus code() const { return Code; }
  const std::string &message() const { return Message; }

private:
  Error() = default;
  Error(H3rtStatus Code, std::string Message)
      : Code(Code), Message(std::move(Message)) {}

  H3rtStatus Code = H3RT_OK;
  std::string Message;
};

/// A value or the Error that explains its absence. Converts to true on
/// success.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T Value) : Storage(std::move(Value)) {}
  Expected(Error Err) : Storage(std::move(Err)) {}

  explicit operator bool() const { return Storage.index() == 0; }
  T &operator*() { return std::get<0>(Storage); }
  T *operator->() { return &std::get<0>(Storage); }
  Error takeError() { return std::move(std::get<1>(Storage)); }

private:
  std::variant<T, Error> Storage;
};

} // namespace h3

#endif // H3RT_ERROR_H
