//===- CpuDevice.cpp - Models that run on the CPU -------------------------===//

#include "Device.h"
#include "Memory.h"
#include "Team.h"

#include <cstring>

using namespace h3;

namespace {

class CpuMemory final : public DeviceMemory {
public:
  explicit CpuMemory(Mapping Memory) : Memory(std::move(Memory)) {}

  void *address() const override { return Memory.data(); }
  uint64_t size() const override { return Memory.size(); }
  Error clear(uint64_t Offset, uint64_t Length) override {
    std::memset(Memory.data() + Offset, 0, Length);
    return Error::success();
  }
  Error discard(uint64_t Offset, uint64_t Length) override {
    Memory.discard(Offset, Length);
    return Error::success();
  }
  Error copy(uint64_t To, uint64_t From, uint64_t Length) override {
    Memory.copy(To, From, Length);
    return Error::success();
  }
  Error read(uint64_t From, void *To, uint64_t Length) const override {
    std::memcpy(To, Memory.data() + From, Length);
    return Error::success();
  }
  Error write(uint64_t To, const void *From, uint64_t Length) override {
    std::memcpy(Memory.data() + To, From, Length);
    return Error::success();
  }

private:
  Mapping Memory;
};

class CpuDevice final : public Device {
public:
  CpuDevice(const H3Model &Model, Team &Threads)
      : Model(Model), Threads(Threads) {}

  /// Memory is address space until it is used.
  Error plan(std::vector<MemoryNeed>) override { return Error::success(); }
  Expected<std::unique_ptr<DeviceMemory>>
  allocate(uint64_t Bytes, const char *Purpose) override {
    Expected<Mapping> Memory = Mapping::anonymous(Bytes, Purpose);
    if (!Memory)
      return Memory.takeError();
    return std::unique_ptr<DeviceMemory>(new CpuMemory(std::move(*Memory)));
  }
  Expected<void *> place(const void *Data, uint64_t,
                         const ProgressFn &) override {
    return const_cast<void *>(Data);
  }
  Error step(const H3StepArgs &Args, const H3SampleArgs *) override {
    H3StepArgs Shared = Args;
    Threads.run([&](int64_t Thread) {
      Model.step(&Shared, Threads.handle(), Thread, Threads.threads());
    });
    return Error::success();
  }
  H3Team *team() override { return Threads.handle(); }
  Error wait() override { return Error::success(); }

private:
  const H3Model &Model;
  Team &Threads;
};

} // namespace

Expected<std::unique_ptr<Device>>
Device::open(const H3Model &Model, const std::string &Name, Team &Threads) {
  if (Model.image_bytes != 0)
    return openCudaDevice(Model, Name);
  if (!Name.empty() && Name != "cpu")
    return Error::invalid("--device: the program runs on the cpu, found '" +
                          Name + "'; compile it with --target cuda");
  return std::unique_ptr<Device>(new CpuDevice(Model, Threads));
}
