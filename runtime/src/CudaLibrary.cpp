//===- CudaLibrary.cpp - NVIDIA's libraries, found at run time ------------===//

#include "CudaLibrary.h"

#include <dlfcn.h>

using namespace h3;

Expected<CudaLibrary> CudaLibrary::open(const std::string &Folder,
                                        const std::vector<std::string> &Names) {
  CudaLibrary Result;
  for (const std::string &Name : Names) {
    // Never closed: the libraries have threads of their own.
    Result.Handle = dlopen((Folder + Name).c_str(), RTLD_NOW | RTLD_LOCAL);
    Result.Name = Folder + Name;
    if (Result.Handle)
      return Result;
  }
  const char *Reason = dlerror();
  return Error::resources("the program needs " + Names.front() + ": " +
                          (Reason ? Reason : "it cannot be loaded") +
                          "; install the CUDA toolkit's libraries, or name "
                          "their folder in LD_LIBRARY_PATH");
}

void *CudaLibrary::findAddress(const char *Symbol) {
  void *Address = dlsym(Handle, Symbol);
  if (!Address && Missing.empty())
    Missing = Symbol;
  return Address;
}

Error CudaLibrary::checkFound() const {
  if (Missing.empty())
    return Error::success();
  return Error::resources(Name + " has no " + Missing +
                          ", it is too old; install a newer CUDA toolkit");
}
