//===- CudaUpload.h - Weights on their way to the GPU -----------*- C++ -*-===//

#ifndef H3RT_CUDAUPLOAD_H
#define H3RT_CUDAUPLOAD_H

#include "CudaMemory.h"

namespace h3 {

/// Copies `Data`, as large as `To`, to the GPU, in pieces by way of two pinned
/// buffers: while the GPU fetches from one, the other is filled, by reading the
/// file where it is mapped. Returns when all has arrived.
Error upload(const std::shared_ptr<CudaContext> &Context, const void *Data,
             CudaMemory &To, const ProgressFn &Progress,
             uint64_t PieceBytes = 16 << 20);

} // namespace h3

#endif // H3RT_CUDAUPLOAD_H
