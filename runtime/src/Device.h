//===- Device.h - Where a model runs ----------------------------*- C++ -*-===//
//
// A device owns memory and executes steps. CPU programs run on CpuDevice, whose
// memory is the process's own; programs for NVIDIA GPUs on CudaDevice.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_DEVICE_H
#define H3RT_DEVICE_H

#include "Error.h"
#include "h3rt/abi.h"

#include <functional>
#include <memory>
#include <vector>

namespace h3 {

class Team;

/// Memory of a device. Offsets and lengths are in bytes and lie within it.
class DeviceMemory {
public:
  virtual ~DeviceMemory() = default;

  /// An address on the device.
  virtual void *address() const = 0;
  virtual uint64_t size() const = 0;

  /// Fills a range with zeros.
  virtual Error clear(uint64_t Offset, uint64_t Length) = 0;
  /// Fills a range with zeros that take no memory where a device can do that;
  /// every page of it that is used again costs as much as a new one.
  virtual Error discard(uint64_t Offset, uint64_t Length) {
    return clear(Offset, Length);
  }
  /// Between disjoint ranges.
  virtual Error copy(uint64_t To, uint64_t From, uint64_t Length) = 0;
  virtual Error read(uint64_t From, void *To, uint64_t Length) const = 0;
  virtual Error write(uint64_t To, const void *From, uint64_t Length) = 0;
};

/// Memory of a device that will be asked for.
struct MemoryNeed {
  const char *Purpose;
  uint64_t Bytes;
};

/// Is told the share of a work that is done; may be empty.
using ProgressFn = std::function<void(double)>;

class Device {
public:
  /// The device for a model's code. `Name` is empty, `cuda:N` or `sim`; CPU
  /// programs have none.
  static Expected<std::unique_ptr<Device>>
  open(const H3Model &Model, const std::string &Name, Team &Threads);
  virtual ~Device() = default;

  /// Prepares for all that will be placed and allocated, before any of it. The
  /// error says what does not fit.
  virtual Error plan(std::vector<MemoryNeed> Needs) = 0;
  /// Memory of zeros. `Purpose` names it in the error.
  virtual Expected<std::unique_ptr<DeviceMemory>>
  allocate(uint64_t Bytes, const char *Purpose) = 0;
  /// The weights where kernels can read them: `Data` itself, which must stay,
  /// or a copy.
  virtual Expected<void *> place(const void *Data, uint64_t Bytes,
                                 const ProgressFn &Progress) = 0;
  /// Executes a step. The inputs and the logits of `Args` are in the memory of
  /// the process, the rest in that of the device. With `Sampling`, of a model
  /// that has a function for it, tokens are chosen where the logits are, which
  /// stay there; its other buffers are in the memory of the process.
  virtual Error step(const H3StepArgs &Args, const H3SampleArgs *Sampling) = 0;
  /// What compiled functions take as their team.
  virtual H3Team *team() = 0;
  /// Waits for what they have launched and tells the first failure since the
  /// last call.
  virtual Error wait() = 0;
};

Expected<std::unique_ptr<Device>> openCudaDevice(const H3Model &Model,
                                                 const std::string &Name);

} // namespace h3

#endif // H3RT_DEVICE_H
