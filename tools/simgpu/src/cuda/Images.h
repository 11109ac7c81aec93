//===- Images.h - PTX inside what a program loads as a module ---*- C++ -*-===//

#ifndef SIMGPU_CUDA_IMAGES_H
#define SIMGPU_CUDA_IMAGES_H

#include "CudaTypes.h"
#include "simgpu/Error.h"

#include <string>

namespace simgpu {

/// Why an image cannot be loaded, as the driver would say it and in words.
struct ImageProblem {
  CUresult Code = CUDA_SUCCESS;
  std::string Message;
};

/// The PTX of an image: PTX text that ends with a zero; a fatbin, as nvcc,
/// fatbinary and MLIR write it, or the wrapper that points at one. Of several
/// PTX entries of a fatbin the one for the newest device not above `Target`
/// (90 for 9.0) is taken. Cubins cannot be simulated. Empty with a problem.
std::string findPtx(const void *Image, unsigned Target, ImageProblem &Problem);

/// Decompresses one LZ4 block. Fails unless it fills `Bytes` exactly.
Expected<std::string> decompressLz4(const uint8_t *From, size_t FromBytes,
                                    size_t Bytes);
/// Decompresses a zstd frame with Debian's libzstd.so.1, loaded when needed.
Expected<std::string> decompressZstd(const uint8_t *From, size_t FromBytes,
                                     size_t Bytes);

} // namespace simgpu

#endif // SIMGPU_CUDA_IMAGES_H
