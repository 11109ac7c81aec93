//===- LibraryCall.h - Work that other libraries enqueue --------*- C++ -*-===//
//
// How the simulated cuFFT and cuBLASLt run on the simulated driver's streams
// and memory. Private to the three libraries, which are built together.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUDA_LIBRARYCALL_H
#define SIMGPU_CUDA_LIBRARYCALL_H

#include "CudaApi.h"

#include <functional>
#include <string>
#include <vector>

namespace simgpu {

/// Rows of bytes at two pitches: byte b of row (i, j) lies at
/// Address + i * Pitch[0] + j * Pitch[1] + b.
struct Region {
  CUdeviceptr Address = 0;
  uint64_t RowBytes = 0;
  uint64_t Count[2] = {1, 1};
  uint64_t Pitch[2] = {0, 0}; ///< bytes
  const char *Name = "";      ///< in reports, "A" or "the input"
  bool IsScratch = false;     ///< a work area, whose bytes are not reported

  /// From the first byte to behind the last one.
  uint64_t span() const {
    return RowBytes + (Count[0] - 1) * Pitch[0] + (Count[1] - 1) * Pitch[1];
  }
};

/// A call that computes on device memory.
struct LibraryCall {
  std::string Name; ///< the entry point
  std::string What; ///< the entry point with its sizes, for reports
  std::vector<Region> Reads, Writes;
  /// Computes on the host's view of each region's first byte. Runs when the
  /// stream reaches it, after what it reads has been checked.
  std::function<void(const std::vector<const uint8_t *> &Reads,
                     const std::vector<uint8_t *> &Writes)>
      Compute;
};

/// Enqueues the call, or adds it to the graph that the stream is captured
/// into.
SIMGPU_API CUresult enqueueLibraryCall(CUstream Handle, LibraryCall Call);
/// Notes a call that is not simulated.
SIMGPU_API void noteUnsupported(const std::string &What);
/// Device memory that a library owns.
SIMGPU_API CUresult allocateForLibrary(CUdeviceptr *Address, size_t Bytes,
                                       const char *Owner);

} // namespace simgpu

#endif // SIMGPU_CUDA_LIBRARYCALL_H
