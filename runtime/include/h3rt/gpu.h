//===- gpu.h - C interface of functions for GPUs ----------------*- C++ -*-===//
//
// Runs functions of layers that `h3-compile FILE.mlir --target cuda --emit obj`
// made. A program links one such object and libh3rt.a, and calls the function
// NAME of the file as
//
//     void _mlir_ciface_NAME(H3Buffer *x, ..., H3Team *team, int64_t thread,
//                            int64_t threads);
//
// with MLIR's descriptors of buffers, of any rank (two pointers, offset, sizes,
// strides), the device's team, 0 and 1. The buffers lie in the memory of the
// device: that of h3rt_memory_create, or any other of the GPU's primary
// context. Calls return before their work is done; they are done in order.
//
// A device is used by the thread that opened it. Statuses and h3rt_last_error()
// are as in h3rt.h.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_GPU_H
#define H3RT_GPU_H

#include "h3rt/h3rt.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct H3rtDevice H3rtDevice;
typedef struct H3rtMemory H3rtMemory;

/// Opens a GPU for the functions of `kernels`, which is `&h3_kernels`. `name`
/// is `cuda:N`, or `sim` for the simulated GPU; null: the first GPU.
H3rtStatus h3rt_device_open(const H3Kernels *kernels, const char *name,
                            H3rtDevice **device);
/// Memory must have been released.
void h3rt_device_close(H3rtDevice *device);
H3Team *h3rt_device_team(H3rtDevice *device);
/// Waits for all work and tells the first failure since the last call; calls
/// after a failure do nothing.
H3rtStatus h3rt_device_wait(H3rtDevice *device);

/// `bytes` zeros in the memory of the device.
H3rtStatus h3rt_memory_create(H3rtDevice *device, size_t bytes,
                              H3rtMemory **memory);
void h3rt_memory_release(H3rtMemory *memory);
/// What a descriptor points at.
void *h3rt_memory_address(H3rtMemory *memory);
/// Copy between the memory of the device, from byte `offset` on, and that of
/// the process. They wait for what was called before and for the copy, and tell
/// failures of both.
H3rtStatus h3rt_memory_write(H3rtMemory *memory, size_t offset,
                             const void *from, size_t bytes);
H3rtStatus h3rt_memory_read(H3rtMemory *memory, size_t offset, void *to,
                            size_t bytes);

#ifdef __cplusplus
}
#endif

#endif // H3RT_GPU_H
