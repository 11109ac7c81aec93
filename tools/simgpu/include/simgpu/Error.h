//===- Error.h - Errors as values -------------------------------*- C++ -*-===//
//
// Every fallible function of the simulated GPU returns an Error or an
// Expected. A message is one line: what failed and where, what was found, what
// was expected.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_ERROR_H
#define SIMGPU_ERROR_H

#include <string>
#include <utility>
#include <variant>

namespace simgpu {

/// Either success or a message. Converts to true on failure.
class [[nodiscard]] Error {
public:
  static Error success() { return Error(); }
  static Error failure(std::string Message) {
    Error Result;
    Result.Failed = true;
    Result.Text = std::move(Message);
    return Result;
  }

  explicit operator bool() const { return Failed; }
  const std::string &message() const { return Text; }

private:
  Error() = default;

  bool Failed = false;
  std::string Text;
};

/// A value or the Error that explains its absence. Converts to true on
/// success.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T Value) : Storage(std::move(Value)) {}
  Expected(Error Err) : Storage(std::move(Err)) {}

  explicit operator bool() const { return Storage.index() == 0; }
  T &operator*() { return *std::get_if<0>(&Storage); }
  const T &operator*() const { return *std::get_if<0>(&Storage); }
  T *operator->() { return std::get_if<0>(&Storage); }
  const T *operator->() const { return std::get_if<0>(&Storage); }
  const std::string &message() const {
    return std::get_if<1>(&Storage)->message();
  }
  Error takeError() { return std::move(*std::get_if<1>(&Storage)); }

private:
  std::variant<T, Error> Storage;
};

} // namespace simgpu

#endif // SIMGPU_ERROR_H
