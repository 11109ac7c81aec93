//===- Settings.h - What environment variables select -----------*- C++ -*-===//

#ifndef SIMGPU_CUDA_SETTINGS_H
#define SIMGPU_CUDA_SETTINGS_H

#include "simgpu/Device.h"

#include <string>

namespace simgpu {

/// One generation of devices. The figures are those of NVIDIA's tables of
/// technical specifications for each compute capability.
struct Architecture {
  const char *Name;    ///< as H3_SIMGPU_ARCH spells it, "9.0"
  const char *Product; ///< what cuDeviceGetName says
  int Major, Minor;
  int Multiprocessors;
  int SharedBytesPerMultiprocessor;
  int SharedBytesPerBlock; ///< that a kernel can opt in to
  int L2Bytes;
  uint64_t MemoryBytes;
};

struct Settings {
  const Architecture *Arch;
  uint64_t MemoryBytes;
  uint64_t Seed = 1;
  std::string ReportPath;
  std::string PtxPath; ///< loaded instead of the PTX of every image
  /// Whether findings that hardware would not notice (values that nobody
  /// wrote, races, missing dependencies) fail the call that waits.
  bool FailOnEveryFinding = true;
  Checks Check;

  /// Names the variable at fault, what it says and what it may say.
  static Expected<Settings> fromEnvironment();
};

} // namespace simgpu

#endif // SIMGPU_CUDA_SETTINGS_H
