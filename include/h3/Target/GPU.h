//===- GPU.h - From kernels in NVVM to what a GPU loads ---------*- C++ -*-===//

#ifndef H3_TARGET_GPU_H
#define H3_TARGET_GPU_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Error.h"
#include <string>

namespace h3 {

/// The files of a CUDA toolkit that compilation needs. Building the compiler
/// needs none of them.
struct CudaToolkit {
  /// Looks below CUDA_HOME, CUDA_PATH, beside `ptxas` on PATH, and in
  /// /usr/local/cuda. The error says where it looked.
  static llvm::Expected<CudaToolkit> find();

  std::string ptxas, fatbinary, libdevice;
};

/// Fails unless `list` is a comma-separated list of sm_80 and newer.
llvm::Expected<llvm::SmallVector<std::string>>
parseCudaArchs(llvm::StringRef list);

/// PTX for the oldest of `archs`, which newer ones take as well. `kernels` has
/// passed the NVVM pipeline.
llvm::Expected<std::string> emitPtx(mlir::gpu::GPUModuleOp kernels,
                                    llvm::ArrayRef<std::string> archs,
                                    const CudaToolkit &toolkit);

/// What a program for GPUs carries.
struct GpuImage {
  llvm::SmallString<0> bytes;
  /// The oldest driver that loads it, as cuDriverGetVersion counts: 13000 is
  /// 13.0. Drivers load what any toolkit of their major version makes.
  uint64_t driverVersion = 0;
};

/// One image with machine code for each of `archs` and, for all others, PTX.
llvm::Expected<GpuImage> buildFatbin(llvm::StringRef ptx,
                                     llvm::ArrayRef<std::string> archs,
                                     const CudaToolkit &toolkit);

} // namespace h3

#endif // H3_TARGET_GPU_H
