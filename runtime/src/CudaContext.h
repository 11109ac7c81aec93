//===- CudaContext.h - An NVIDIA GPU that is in use -------------*- C++ -*-===//

#ifndef H3RT_CUDACONTEXT_H
#define H3RT_CUDACONTEXT_H

#include "CudaDriver.h"

#include <memory>

namespace h3 {

/// A GPU, and the stream that everything goes to, in order. Shared by all that
/// works with it; the last one closes it.
struct CudaContext {
  /// Opens GPU number `Ordinal` of the driver at `Path` (CudaDriver::load),
  /// which must be of `LeastVersion` (H3Model::driver_version).
  static Expected<std::shared_ptr<CudaContext>>
  open(const std::string &Path, int Ordinal, uint64_t LeastVersion);
  ~CudaContext();

  Error check(CuResult Result, const char *Call,
              const std::string &What) const {
    return Driver.check(Result, Call, What);
  }
  /// Until the stream is empty.
  Error wait(const std::string &What) const {
    return check(Driver.cuStreamSynchronize(Stream), "cuStreamSynchronize",
                 What);
  }

  CudaDriver Driver;
  CuDevice Device = 0;
  CuHandle Stream = nullptr;
  bool IsRetained = false;
};

} // namespace h3

#endif // H3RT_CUDACONTEXT_H
