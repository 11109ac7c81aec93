//===- Memory.h - Allocations of a device -----------------------*- C++ -*-===//

#ifndef SIMGPU_MEMORY_H
#define SIMGPU_MEMORY_H

#include "simgpu/Device.h"

#include <atomic>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>

namespace simgpu {

/// Windows of the generic address space. They lie below every device address.
constexpr uint64_t SharedWindow = uint64_t(1) << 24;
constexpr uint64_t LocalWindow = uint64_t(2) << 24;
constexpr uint64_t ParamWindow = uint64_t(3) << 24;
constexpr uint64_t WindowBytes = uint64_t(1) << 24;

/// A range of device memory. Its bytes are kept elsewhere on the host.
class Allocation {
public:
  Allocation(uint64_t Base, uint64_t Bytes, std::string Origin);
  ~Allocation();
  Allocation(const Allocation &) = delete;
  Allocation &operator=(const Allocation &) = delete;

  const uint64_t Base, Bytes;
  const std::string Origin;
  bool Live = true;
  bool IsVariable = false; ///< of a module
  bool IsConstant = false;

  bool hasStorage() const { return Storage != nullptr; }
  bool holds(uint64_t Address, uint64_t N) const {
    return Address >= Base && N <= Bytes && Address - Base <= Bytes - N;
  }
  uint8_t *host(uint64_t Address) const { return Storage + (Address - Base); }
  /// Gives the bytes back; the range stays known.
  void release();

  // Which bytes are initialised: one bit each. Blocks on several host threads
  // may set neighbouring bits, hence the atomics.

  bool isWhollyInitialised() const {
    return Whole.load(std::memory_order_relaxed);
  }
  /// For 1 to 16 bytes, aligned to their number, a power of two; or 32.
  bool isInitialised(uint64_t Address, unsigned N) const {
    uint64_t Offset = Address - Base;
    if (N == 32)
      return isInitialised(Address, 16) && isInitialised(Address + 16, 16);
    uint8_t Low = Bits[Offset / 8].load(std::memory_order_relaxed);
    if (N < 8) {
      unsigned Mask = ((1u << N) - 1) << (Offset % 8);
      return (Low & Mask) == Mask;
    }
    return Low == 0xff && (N == 8 || Bits[Offset / 8 + 1].load(
                                         std::memory_order_relaxed) == 0xff);
  }
  void setInitialised(uint64_t Address, unsigned N) {
    uint64_t Offset = Address - Base;
    for (; N >= 8; N -= 8, Offset += 8)
      Bits[Offset / 8].store(0xff, std::memory_order_relaxed);
    if (N == 0)
      return;
    auto Mask = static_cast<uint8_t>(((1u << N) - 1) << (Offset % 8));
    if ((Bits[Offset / 8].load(std::memory_order_relaxed) & Mask) != Mask)
      Bits[Offset / 8].fetch_or(Mask, std::memory_order_relaxed);
  }
  /// Any range.
  void setRange(uint64_t Address, uint64_t N);
  /// Copies the state of `N` bytes of another allocation.
  void copyRange(uint64_t To, const Allocation &From, uint64_t Address,
                 uint64_t N);
  std::optional<uint64_t> firstUninitialised(uint64_t Address,
                                             uint64_t N) const;

private:
  bool bit(uint64_t Offset) const {
    return Bits[Offset / 8].load(std::memory_order_relaxed) >> (Offset % 8) & 1;
  }

  uint8_t *Storage = nullptr;
  std::atomic<uint8_t> *Bits = nullptr;
  std::atomic<bool> Whole{false};
};

/// The allocations of one device, live and freed.
class DeviceMemory {
public:
  explicit DeviceMemory(const DeviceOptions &Options);
  ~DeviceMemory();

  Expected<Allocation *> allocate(uint64_t Bytes, std::string Origin,
                                  uint64_t Align);
  Error free(uint64_t Address);
  /// The allocation, live or not, that holds the address; null without.
  Allocation *find(uint64_t Address) const;
  /// The one that ends last before the address, for messages.
  Allocation *findBefore(uint64_t Address) const;
  /// The live allocation that holds the whole range.
  Expected<Allocation *> range(uint64_t Address, uint64_t Bytes,
                               std::string_view What) const;

  std::map<uint64_t, std::unique_ptr<Allocation>> All; ///< by address
  /// Launches and copies share it; what changes `All` owns it.
  mutable std::shared_mutex Lock;
  uint64_t InUse = 0;

  static bool contains(uint64_t Value);

private:
  const uint64_t Limit;
};

/// "12 bytes past the end of [0x.., 0x..) from cuMemAlloc": where an address
/// lies, for messages.
std::string describe(const DeviceMemory &Memory, uint64_t Address);
std::string hex(uint64_t Value);

} // namespace simgpu

#endif // SIMGPU_MEMORY_H
