//===- Launch.h - Launches as operations ------------------------*- C++ -*-===//

#ifndef SIMGPU_CUDA_LAUNCH_H
#define SIMGPU_CUDA_LAUNCH_H

#include "Driver.h"

namespace simgpu {

/// Checks everything that the driver checks before it enqueues a launch, and
/// copies the parameters.
CUresult makeLaunch(Driver &D, const CUDA_KERNEL_NODE_PARAMS &P,
                    std::shared_ptr<const KernelLaunch> &Result);
Operation launchOperation(std::shared_ptr<const KernelLaunch> L);

} // namespace simgpu

#endif // SIMGPU_CUDA_LAUNCH_H
