//===- CudaLibrary.h - NVIDIA's libraries, found at run time ----*- C++ -*-===//

#ifndef H3RT_CUDALIBRARY_H
#define H3RT_CUDALIBRARY_H

#include "Error.h"

#include <string>
#include <vector>

namespace h3 {

/// A library of the CUDA toolkit, which stays loaded.
class CudaLibrary {
public:
  /// Loads the first of `Names` that there is, in `Folder`, which ends with a
  /// slash, or, where that is empty, the system's.
  static Expected<CudaLibrary> open(const std::string &Folder,
                                    const std::vector<std::string> &Names);

  /// Sets `Function` to the library's of that name.
  template <typename FunctionPtr>
  void find(FunctionPtr &Function, const char *Symbol) {
    Function = reinterpret_cast<FunctionPtr>(findAddress(Symbol));
  }
  /// Fails if one of the functions looked for is not there.
  Error checkFound() const;

private:
  void *findAddress(const char *Symbol);

  void *Handle = nullptr;
  std::string Name;
  std::string Missing;
};

} // namespace h3

#endif // H3RT_CUDALIBRARY_H
