//===- CudaMemory.h - Memory of an NVIDIA GPU -------------------*- C++ -*-===//
//
// The GPU's own memory, and pinned memory of the host, which copies read and
// write when they run.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CUDAMEMORY_H
#define H3RT_CUDAMEMORY_H

#include "CudaContext.h"
#include "Device.h"

namespace h3 {

class CudaMemory final : public DeviceMemory {
public:
  /// Memory with any content.
  static Expected<std::unique_ptr<CudaMemory>>
  create(std::shared_ptr<CudaContext> Context, uint64_t Bytes,
         const char *Purpose);
  ~CudaMemory() override;

  void *address() const override { return reinterpret_cast<void *>(Address); }
  uint64_t size() const override { return Bytes; }

  Error clear(uint64_t Offset, uint64_t Length) override;
  Error copy(uint64_t To, uint64_t From, uint64_t Length) override;
  Error read(uint64_t From, void *To, uint64_t Length) const override;
  Error write(uint64_t To, const void *From, uint64_t Length) override;
  /// As read() and write(), of pinned memory, without waiting for the copy.
  Error startRead(uint64_t From, void *To, uint64_t Length) const;
  Error startWrite(uint64_t To, const void *From, uint64_t Length);

private:
  CudaMemory(std::shared_ptr<CudaContext> Context, const char *Purpose)
      : Context(std::move(Context)), Purpose(Purpose) {}
  Error check(CuResult Result, const char *Call) const {
    return Context->check(Result, Call, Purpose);
  }

  std::shared_ptr<CudaContext> Context;
  std::string Purpose;
  CuAddress Address = 0;
  uint64_t Bytes = 0;
};

class PinnedMemory {
public:
  static Expected<std::unique_ptr<PinnedMemory>>
  create(std::shared_ptr<CudaContext> Context, uint64_t Bytes,
         const char *Purpose);
  ~PinnedMemory() { Context->Driver.cuMemFreeHost(Address); }

  char *data() const { return static_cast<char *>(Address); }

private:
  PinnedMemory(std::shared_ptr<CudaContext> Context, void *Address)
      : Context(std::move(Context)), Address(Address) {}

  std::shared_ptr<CudaContext> Context;
  void *Address;
};

/// Fails, and says what needs how much, where all of it together is more than
/// the GPU has free.
Error checkFits(const CudaContext &Context,
                const std::vector<MemoryNeed> &Needs);

} // namespace h3

#endif // H3RT_CUDAMEMORY_H
