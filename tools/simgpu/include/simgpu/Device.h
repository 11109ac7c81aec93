//===- Device.h - Memory of the simulated GPU and launches ------*- C++ -*-===//
//
// Device addresses lie in a range of the process's address space that is
// reserved and never mapped: a host that dereferences one faults, and no host
// pointer can be mistaken for a device pointer. Allocations are separated by
// guard gaps, and an address is never given out twice, so that every use after
// free is seen.
//
// Any thread may call any member at any time; while a launch runs, calls that
// change the set of allocations wait for it.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_DEVICE_H
#define SIMGPU_DEVICE_H

#include "simgpu/Counters.h"
#include "simgpu/Diagnostics.h"
#include "simgpu/Error.h"
#include "simgpu/Module.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

using DeviceAddress = uint64_t;
class DeviceMemory; // private to the library

struct DeviceOptions {
  uint64_t MemoryBytes = uint64_t(80) << 30; ///< allocations beyond this fail
  uint32_t SharedBytesPerBlock = 227 << 10;  ///< static and dynamic together
  uint32_t Multiprocessors = 132;            ///< what %nsmid reads
};

struct AllocationInfo {
  DeviceAddress Address;
  uint64_t Bytes;
  std::string Origin; ///< who asked for it, as told to allocate()
};

/// Checks of one launch. Without Bounds there is no safe execution, so bounds,
/// freed memory and alignment are always checked.
struct Checks {
  bool Uninitialised = true;
  bool Races = true; ///< in shared memory, cp.async included
  /// A barrier that some threads of the block can no longer reach because they
  /// have exited. Hardware lets the others pass.
  bool ExitedThreads = true;
};

struct LaunchOptions {
  /// Decides the order of blocks, of warps and of diverged halves. 0 is the
  /// plain ascending order. Results of a race-free kernel do not depend on it.
  uint64_t Seed = 0;
  /// Host threads; 0 takes one per core. Kernels with atomics on global memory
  /// run on one thread, in the order of the seed, so that they are repeatable.
  uint32_t HostThreads = 0;
  Checks Check;
  uint32_t MaxDiagnostics = 64;              ///< different ones
  uint64_t MaxWarpInstructions = 2000000000; ///< of one warp; then Limit
  bool RecordTouched = false;                ///< fill LaunchReport::Touched
};

/// A range of global memory that a launch read, or wrote or updated.
struct TouchedRange {
  DeviceAddress Address;
  uint64_t Bytes; ///< widened to whole words of four bytes
  bool Written;
};

struct LaunchConfig {
  std::array<uint32_t, 3> Grid = {1, 1, 1};  ///< blocks x, y, z
  std::array<uint32_t, 3> Block = {1, 1, 1}; ///< threads x, y, z
  uint32_t DynamicSharedBytes = 0;
  const void *Parameters = nullptr; ///< laid out as KernelInfo::Parameters
  size_t ParameterBytes = 0;
  LaunchOptions Options;
};

struct LaunchReport {
  Counters Count;
  std::vector<Diagnostic> Diagnostics; ///< in the order of the schedule
  std::vector<TouchedRange> Touched;   ///< when asked for; disjoint per kind
  bool ok() const { return Diagnostics.empty(); }
  bool fatal() const;
};

/// A module in the memory of a device. It must not outlive the device.
class LoadedModule {
public:
  const Module &module() const { return *Source; }
  /// Address and size of a variable of module scope.
  std::optional<AllocationInfo> findVariable(std::string_view Name) const;

private:
  friend class Device;
  std::shared_ptr<const Module> Source;
  std::vector<uint8_t> Constants; ///< the program's, with addresses filled in
  std::map<std::string, AllocationInfo, std::less<>> Variables;
};

class Device {
public:
  explicit Device(DeviceOptions Options = {});
  ~Device();
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  /// Memory that nobody has written, aligned to 256 bytes. `Origin` names the
  /// owner in reports. Fails when the device is full.
  Expected<DeviceAddress> allocate(uint64_t Bytes, std::string Origin);
  /// `Address` must be what allocate() returned, freed once.
  Error free(DeviceAddress Address);

  /// Copies. They fail, naming the allocation, on ranges that are not wholly
  /// inside one live allocation; `What` names the caller in the message.
  Error write(DeviceAddress To, const void *From, uint64_t Bytes,
              std::string_view What = "copy to device");
  Error read(void *To, DeviceAddress From, uint64_t Bytes,
             std::string_view What = "copy from device") const;
  /// Carries over which bytes are initialised. Ranges may overlap.
  Error copy(DeviceAddress To, DeviceAddress From, uint64_t Bytes,
             std::string_view What = "copy on device");
  /// Repeats a pattern of 1, 2 or 4 bytes `Count` times.
  Error fill(DeviceAddress To, uint32_t Pattern, uint32_t PatternBytes,
             uint64_t Count, std::string_view What = "fill");

  /// Fails unless the range is wholly inside one live allocation.
  Error check(DeviceAddress Address, uint64_t Bytes,
              std::string_view What) const;
  /// Offset of the first byte of the range that nobody has written.
  std::optional<uint64_t> firstUninitialised(DeviceAddress Address,
                                             uint64_t Bytes) const;
  /// Whether the value lies in the range that devices give out.
  bool isDeviceAddress(uint64_t Value) const;
  /// The live allocation that holds the address.
  std::optional<AllocationInfo> find(DeviceAddress Address) const;
  /// Live allocations in ascending order, without variables of modules.
  std::vector<AllocationInfo> leaks() const;
  uint64_t bytesInUse() const;
  /// The host's view of a range, for libraries that compute on device memory;
  /// null when check() would fail. Does not mark anything as initialised.
  uint8_t *hostView(DeviceAddress Address, uint64_t Bytes);
  /// For those libraries: the bytes now hold values.
  void markInitialised(DeviceAddress Address, uint64_t Bytes);

  /// Gives every variable of the module an address and its initial value.
  Expected<std::shared_ptr<const LoadedModule>>
  load(std::shared_ptr<const Module> Source);
  /// Frees the variables.
  Error unload(const LoadedModule &Loaded);

  /// Runs the kernel to its end. Fails when the launch is malformed: no such
  /// kernel, a shape or size that the kernel or the device does not allow.
  /// What the kernel itself did wrong is in the report.
  Expected<LaunchReport> launch(const LoadedModule &Loaded,
                                std::string_view Kernel,
                                const LaunchConfig &Config);

private:
  DeviceOptions Options;
  std::unique_ptr<DeviceMemory> Memory;
};

} // namespace simgpu

#endif // SIMGPU_DEVICE_H
