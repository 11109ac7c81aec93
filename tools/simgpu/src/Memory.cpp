//===- Memory.cpp - Allocations of a device -------------------------------===//

#include "Memory.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <sys/mman.h>

using namespace simgpu;

/// Room between allocations, so that an index that is off by a little never
/// lands in a neighbour.
static constexpr uint64_t GuardBytes = 4096;
/// The gap behind an allocation is as large as itself, up to this, so that a
/// stride which is twice too long does not land in the next allocation.
static constexpr uint64_t MostGuardBytes = uint64_t(1) << 30;

std::string simgpu::hex(uint64_t Value) {
  char Text[32];
  std::snprintf(Text, sizeof(Text), "0x%llx",
                static_cast<unsigned long long>(Value));
  return Text;
}

//===----------------------------------------------------------------------===//
// The range of device addresses
//===----------------------------------------------------------------------===//

namespace {
/// Address space that is reserved and never mapped, shared by all devices of
/// the process. Addresses are handed out once.
class AddressRange {
public:
  AddressRange() {
    for (Bytes = uint64_t(4) << 40; Bytes >= uint64_t(64) << 30; Bytes /= 2) {
      void *At = mmap(nullptr, Bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (At != MAP_FAILED) {
        Begin = reinterpret_cast<uint64_t>(At);
        break;
      }
    }
    Next.store(Begin + GuardBytes);
  }
  bool contains(uint64_t Value) const {
    return Value >= Begin && Value < Begin + Bytes;
  }
  /// 0 when the range is used up.
  uint64_t take(uint64_t N, uint64_t Align) {
    std::lock_guard<std::mutex> Guard(Lock);
    uint64_t At = (Next + Align - 1) / Align * Align;
    uint64_t Gap = std::clamp(N, GuardBytes, MostGuardBytes);
    uint64_t Left = Begin + Bytes - std::min(At, Begin + Bytes);
    if (Begin == 0 || N > Left || Left - N < Gap + GuardBytes)
      return 0;
    Next = At + N + Gap;
    return At;
  }

private:
  uint64_t Begin = 0, Bytes = 0;
  std::atomic<uint64_t> Next{0};
  std::mutex Lock;
};
} // namespace

static AddressRange &addresses() {
  static AddressRange Range;
  return Range;
}

bool DeviceMemory::contains(uint64_t Value) {
  return addresses().contains(Value);
}

//===----------------------------------------------------------------------===//
// Allocation
//===----------------------------------------------------------------------===//

static void *mapPages(uint64_t Bytes) {
  void *At = mmap(nullptr, std::max<uint64_t>(Bytes, 1), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return At == MAP_FAILED ? nullptr : At;
}

// Pages that are never touched cost nothing, and both start as zeros. Loads
// may look at the bit after the last one.
static uint64_t bitBytes(uint64_t Bytes) { return Bytes / 8 + 8; }

Allocation::Allocation(uint64_t Base, uint64_t Bytes, std::string Origin)
    : Base(Base), Bytes(Bytes), Origin(std::move(Origin)) {
  Storage = static_cast<uint8_t *>(mapPages(Bytes));
  Bits = static_cast<std::atomic<uint8_t> *>(mapPages(bitBytes(Bytes)));
  if (!Storage || !Bits)
    release();
}

Allocation::~Allocation() { release(); }

void Allocation::release() {
  if (Storage)
    munmap(Storage, std::max<uint64_t>(Bytes, 1));
  if (Bits)
    munmap(static_cast<void *>(Bits), bitBytes(Bytes));
  Storage = nullptr;
  Bits = nullptr;
  Live = false;
}

void Allocation::setRange(uint64_t Address, uint64_t N) {
  if (N == Bytes) {
    Whole.store(true, std::memory_order_relaxed);
    std::memset(static_cast<void *>(Bits), 0xff, (Bytes + 7) / 8);
    return;
  }
  while (N > 0 && (Address - Base) % 8 != 0) {
    setInitialised(Address++, 1);
    --N;
  }
  std::memset(static_cast<void *>(Bits + (Address - Base) / 8), 0xff, N / 8);
  for (uint64_t I = N / 8 * 8; I < N; ++I)
    setInitialised(Address + I, 1);
}

void Allocation::copyRange(uint64_t To, const Allocation &From,
                           uint64_t Address, uint64_t N) {
  if (From.isWhollyInitialised())
    return setRange(To, N);
  // Backwards when the ranges overlap that way.
  bool Backwards = &From == this && To > Address;
  for (uint64_t K = 0; K < N; ++K) {
    uint64_t I = Backwards ? N - 1 - K : K;
    uint64_t Offset = To + I - Base;
    auto Mask = static_cast<uint8_t>(1u << (Offset % 8));
    if (From.bit(Address + I - From.Base))
      Bits[Offset / 8].fetch_or(Mask, std::memory_order_relaxed);
    else {
      Bits[Offset / 8].fetch_and(static_cast<uint8_t>(~Mask),
                                 std::memory_order_relaxed);
      Whole.store(false, std::memory_order_relaxed);
    }
  }
}

std::optional<uint64_t> Allocation::firstUninitialised(uint64_t Address,
                                                       uint64_t N) const {
  if (isWhollyInitialised())
    return std::nullopt;
  for (uint64_t I = 0; I < N; ++I) {
    uint64_t Offset = Address + I - Base;
    if (Offset % 8 == 0 && I + 8 <= N &&
        Bits[Offset / 8].load(std::memory_order_relaxed) == 0xff)
      I += 7;
    else if (!bit(Offset))
      return I;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// DeviceMemory
//===----------------------------------------------------------------------===//

DeviceMemory::DeviceMemory(const DeviceOptions &Options)
    : Limit(Options.MemoryBytes) {}
DeviceMemory::~DeviceMemory() = default;

Expected<Allocation *>
DeviceMemory::allocate(uint64_t Bytes, std::string Origin, uint64_t Align) {
  auto full = [&] {
    return Error::failure(Origin + ": " + std::to_string(Bytes) +
                          " bytes do not fit, " + std::to_string(InUse) +
                          " of " + std::to_string(Limit) + " are in use");
  };
  if (Bytes > Limit - InUse)
    return full();
  uint64_t Base = addresses().take(Bytes, Align);
  if (Base == 0)
    return full();
  auto New = std::make_unique<Allocation>(Base, Bytes, Origin);
  if (!New->hasStorage())
    return full();
  InUse += Bytes;
  return (All[Base] = std::move(New)).get();
}

Error DeviceMemory::free(uint64_t Address) {
  auto Found = All.find(Address);
  if (Found == All.end())
    return Error::failure("free of " + hex(Address) + ", which is " +
                          describe(*this, Address));
  Allocation &A = *Found->second;
  if (!A.Live)
    return Error::failure("second free of " + describe(*this, Address));
  InUse -= A.Bytes;
  A.release();
  return Error::success();
}

Allocation *DeviceMemory::findBefore(uint64_t Address) const {
  auto After = All.upper_bound(Address);
  return After == All.begin() ? nullptr : std::prev(After)->second.get();
}

Allocation *DeviceMemory::find(uint64_t Address) const {
  Allocation *A = findBefore(Address);
  return A && A->holds(Address, 1) ? A : nullptr;
}

Expected<Allocation *> DeviceMemory::range(uint64_t Address, uint64_t Bytes,
                                           std::string_view What) const {
  Allocation *A = findBefore(Address);
  if (A && A->Live && A->holds(Address, Bytes))
    return A;
  return Error::failure(std::string(What) + ": " + std::to_string(Bytes) +
                        " bytes at " + hex(Address) + ", which is " +
                        describe(*this, Address));
}

std::string simgpu::describe(const DeviceMemory &Memory, uint64_t Address) {
  auto bounds = [](const Allocation &A) {
    return std::string(A.Live ? "" : "freed ") + "[" + hex(A.Base) + ", " +
           hex(A.Base + A.Bytes) + "), " + std::to_string(A.Bytes) +
           " bytes from " + A.Origin;
  };
  if (Allocation *A = Memory.find(Address))
    return "byte " + std::to_string(Address - A->Base) + " of " + bounds(*A);
  if (!DeviceMemory::contains(Address))
    return Address == 0 ? "null" : "no device address";
  if (Allocation *A = Memory.findBefore(Address))
    return std::to_string(Address - A->Base - A->Bytes) +
           " bytes past the end of " + bounds(*A);
  return "before every allocation";
}
