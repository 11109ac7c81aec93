//===- Device.cpp - Memory of the simulated GPU ---------------------------===//

#include "simgpu/Device.h"

#include "Memory.h"
#include "Program.h"

#include <algorithm>
#include <cstring>
#include <mutex>

using namespace simgpu;

using Shared = std::shared_lock<std::shared_mutex>;
using Exclusive = std::unique_lock<std::shared_mutex>;

Device::Device(DeviceOptions Options)
    : Options(Options), Memory(std::make_unique<DeviceMemory>(Options)) {}
Device::~Device() = default;

static AllocationInfo info(const Allocation &A) {
  return {A.Base, A.Bytes, A.Origin};
}

//===----------------------------------------------------------------------===//
// Allocations
//===----------------------------------------------------------------------===//

Expected<DeviceAddress> Device::allocate(uint64_t Bytes, std::string Origin) {
  Exclusive Guard(Memory->Lock);
  auto New = Memory->allocate(Bytes, std::move(Origin), 256);
  if (!New)
    return New.takeError();
  return (*New)->Base;
}

Error Device::free(DeviceAddress Address) {
  Exclusive Guard(Memory->Lock);
  Allocation *A = Memory->find(Address);
  if (A && A->IsVariable)
    return Error::failure("free of a variable: " + describe(*Memory, Address));
  return Memory->free(Address);
}

Error Device::check(DeviceAddress Address, uint64_t Bytes,
                    std::string_view What) const {
  Shared Guard(Memory->Lock);
  auto A = Memory->range(Address, Bytes, What);
  return A ? Error::success() : A.takeError();
}

std::optional<uint64_t> Device::firstUninitialised(DeviceAddress Address,
                                                   uint64_t Bytes) const {
  Shared Guard(Memory->Lock);
  auto A = Memory->range(Address, Bytes, "");
  return A ? (*A)->firstUninitialised(Address, Bytes) : 0;
}

bool Device::isDeviceAddress(uint64_t Value) const {
  return DeviceMemory::contains(Value);
}

std::optional<AllocationInfo> Device::find(DeviceAddress Address) const {
  Shared Guard(Memory->Lock);
  Allocation *A = Memory->find(Address);
  if (!A || !A->Live)
    return std::nullopt;
  return info(*A);
}

std::vector<AllocationInfo> Device::leaks() const {
  Shared Guard(Memory->Lock);
  std::vector<AllocationInfo> Result;
  for (auto &[Base, A] : Memory->All)
    if (A->Live && !A->IsVariable)
      Result.push_back(info(*A));
  return Result;
}

uint64_t Device::bytesInUse() const {
  Shared Guard(Memory->Lock);
  return Memory->InUse;
}

uint8_t *Device::hostView(DeviceAddress Address, uint64_t Bytes) {
  Shared Guard(Memory->Lock);
  auto A = Memory->range(Address, Bytes, "");
  return A ? (*A)->host(Address) : nullptr;
}

void Device::markInitialised(DeviceAddress Address, uint64_t Bytes) {
  Shared Guard(Memory->Lock);
  if (auto A = Memory->range(Address, Bytes, ""))
    (*A)->setRange(Address, Bytes);
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Error Device::write(DeviceAddress To, const void *From, uint64_t Bytes,
                    std::string_view What) {
  if (Bytes == 0)
    return Error::success();
  Shared Guard(Memory->Lock);
  auto A = Memory->range(To, Bytes, What);
  if (!A)
    return A.takeError();
  std::memcpy((*A)->host(To), From, Bytes);
  (*A)->setRange(To, Bytes);
  return Error::success();
}

Error Device::read(void *To, DeviceAddress From, uint64_t Bytes,
                   std::string_view What) const {
  if (Bytes == 0)
    return Error::success();
  Shared Guard(Memory->Lock);
  auto A = Memory->range(From, Bytes, What);
  if (!A)
    return A.takeError();
  std::memcpy(To, (*A)->host(From), Bytes);
  return Error::success();
}

Error Device::copy(DeviceAddress To, DeviceAddress From, uint64_t Bytes,
                   std::string_view What) {
  if (Bytes == 0)
    return Error::success();
  Shared Guard(Memory->Lock);
  auto Source = Memory->range(From, Bytes, What);
  if (!Source)
    return Source.takeError();
  auto Target = Memory->range(To, Bytes, What);
  if (!Target)
    return Target.takeError();
  std::memmove((*Target)->host(To), (*Source)->host(From), Bytes);
  (*Target)->copyRange(To, **Source, From, Bytes);
  return Error::success();
}

Error Device::fill(DeviceAddress To, uint32_t Pattern, uint32_t PatternBytes,
                   uint64_t Count, std::string_view What) {
  if (Count == 0)
    return Error::success();
  if (PatternBytes != 1 && PatternBytes != 2 && PatternBytes != 4)
    return Error::failure(std::string(What) + ": found a pattern of " +
                          std::to_string(PatternBytes) +
                          " bytes, expected 1, 2 or 4");
  if (To % PatternBytes != 0)
    return Error::failure(std::string(What) + ": " + hex(To) +
                          " is not aligned to the pattern's " +
                          std::to_string(PatternBytes) + " bytes");
  Shared Guard(Memory->Lock);
  uint64_t Bytes = Count * PatternBytes;
  auto A = Memory->range(To, Bytes, What);
  if (!A)
    return A.takeError();
  uint8_t *Host = (*A)->host(To);
  if (PatternBytes == 1)
    std::memset(Host, static_cast<int>(Pattern), Bytes);
  else
    for (uint64_t I = 0; I < Count; ++I)
      std::memcpy(Host + I * PatternBytes, &Pattern, PatternBytes);
  (*A)->setRange(To, Bytes);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

std::optional<AllocationInfo>
LoadedModule::findVariable(std::string_view Name) const {
  auto Found = Variables.find(Name);
  if (Found == Variables.end())
    return std::nullopt;
  return Found->second;
}

Expected<std::shared_ptr<const LoadedModule>>
Device::load(std::shared_ptr<const Module> Source) {
  Exclusive Guard(Memory->Lock);
  const Program &P = Source->program();
  auto Result = std::make_shared<LoadedModule>();
  Result->Source = Source;
  Result->Constants = P.Constants;

  std::vector<Allocation *> Places;
  for (const Variable &V : P.Variables) {
    auto A = Memory->allocate(std::max<uint64_t>(V.Bytes, 1),
                              "variable '" + V.Name + "' of " + P.File,
                              std::max(V.Align, 256u));
    if (!A) {
      for (Allocation *Place : Places)
        (void)Memory->free(Place->Base);
      return A.takeError();
    }
    (*A)->IsVariable = true;
    (*A)->IsConstant = V.Where == Space::Constant;
    std::copy(V.Initial.begin(), V.Initial.end(), (*A)->host((*A)->Base));
    (*A)->setRange((*A)->Base, (*A)->Bytes); // without a value they are zero
    Places.push_back(*A);
    Result->Variables[V.Name] = {(*A)->Base, V.Bytes, (*A)->Origin};
  }
  for (size_t I = 0; I < P.Variables.size(); ++I)
    for (const Variable::Address &Ref : P.Variables[I].Addresses) {
      uint64_t Value = Places[Ref.Variable]->Base + Ref.Addend;
      std::memcpy(Places[I]->host(Places[I]->Base + Ref.Offset), &Value, 8);
    }
  for (const Relocation &R : P.Relocations) {
    uint64_t Value = Places[R.Variable]->Base + R.Addend;
    for (unsigned L = 0; L < WarpSize; ++L)
      std::memcpy(&Result->Constants[R.Row + L * R.Bytes], &Value, R.Bytes);
  }
  return std::shared_ptr<const LoadedModule>(std::move(Result));
}

Error Device::unload(const LoadedModule &Loaded) {
  Exclusive Guard(Memory->Lock);
  for (auto &[Name, V] : Loaded.Variables)
    if (Error E = Memory->free(V.Address))
      return E;
  return Error::success();
}
