//===- CApi.h - What the functions of the C interface share -----*- C++ -*-===//

#ifndef H3RT_CAPI_H
#define H3RT_CAPI_H

#include "Error.h"

#include <new>

namespace h3 {

/// Keeps the message for h3rt_last_error().
H3rtStatus report(Error Err);

/// Runs `Body`, which returns an Error. The standard library's exceptions end
/// here.
template <typename Fn> H3rtStatus guarded(Fn Body) {
  try {
    return report(Body());
  } catch (const std::bad_alloc &) {
    return report(Error::resources("out of memory"));
  } catch (const std::exception &Failure) {
    return report(Error::resources(Failure.what()));
  }
}

inline Error nullArgument(const char *Name) {
  return Error::invalid(std::string(Name) + " is null");
}

} // namespace h3

#endif // H3RT_CAPI_H
