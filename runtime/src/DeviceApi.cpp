//===- DeviceApi.cpp - C interface of functions for GPUs ------------------===//

#include "CApi.h"
#include "Device.h"
#include "h3rt/gpu.h"

using namespace h3;

struct H3rtDevice {
  H3Model Model = {}; ///< of the kernels alone
  std::unique_ptr<Device> Impl;
};

struct H3rtMemory {
  std::unique_ptr<DeviceMemory> Impl;
  H3rtDevice *Device;

  /// Fails unless the range lies inside and all work so far was done.
  Error check(size_t Offset, size_t Bytes) const {
    if (Offset <= Impl->size() && Bytes <= Impl->size() - Offset)
      return Device->Impl->wait();
    return Error::invalid("expected a range of the " +
                          std::to_string(Impl->size()) +
                          " bytes of memory, found " + std::to_string(Bytes) +
                          " from byte " + std::to_string(Offset) + " on");
  }
};

H3rtStatus h3rt_device_open(const H3Kernels *Kernels, const char *Name,
                            H3rtDevice **Result) {
  return guarded([&]() -> Error {
    if (!Kernels || !Result)
      return nullArgument(Kernels ? "device" : "kernels");
    if (Kernels->magic != H3_KERNELS_MAGIC)
      return Error::invalid("expected the h3_kernels of an object that "
                            "h3-compile made for a GPU, found something else");
    if (Kernels->version != H3_ABI_VERSION)
      return Error::invalid(
          "expected kernels of version " + std::to_string(H3_ABI_VERSION) +
          ", found " + std::to_string(Kernels->version) +
          "; compile them with the h3-compile of this libh3rt");
    auto Opened = std::make_unique<H3rtDevice>();
    Opened->Model.image = Kernels->image;
    Opened->Model.image_bytes = Kernels->image_bytes;
    Opened->Model.kernels = Kernels->kernels;
    Opened->Model.kernel_count = Kernels->kernel_count;
    Opened->Model.driver_version = Kernels->driver_version;
    auto Impl = openCudaDevice(Opened->Model, Name ? Name : "");
    if (!Impl)
      return Impl.takeError();
    Opened->Impl = std::move(*Impl);
    *Result = Opened.release();
    return Error::success();
  });
}

void h3rt_device_close(H3rtDevice *Device) { delete Device; }

H3Team *h3rt_device_team(H3rtDevice *Device) { return Device->Impl->team(); }

H3rtStatus h3rt_device_wait(H3rtDevice *Device) {
  return guarded([&] { return Device->Impl->wait(); });
}

H3rtStatus h3rt_memory_create(H3rtDevice *Device, size_t Bytes,
                              H3rtMemory **Result) {
  return guarded([&]() -> Error {
    auto Memory = Device->Impl->allocate(Bytes, "memory");
    if (!Memory)
      return Memory.takeError();
    *Result = new H3rtMemory{std::move(*Memory), Device};
    return Error::success();
  });
}

void h3rt_memory_release(H3rtMemory *Memory) { delete Memory; }

void *h3rt_memory_address(H3rtMemory *Memory) {
  return Memory->Impl->address();
}

H3rtStatus h3rt_memory_write(H3rtMemory *Memory, size_t Offset,
                             const void *From, size_t Bytes) {
  return guarded([&]() -> Error {
    if (Error Err = Memory->check(Offset, Bytes))
      return Err;
    return Memory->Impl->write(Offset, From, Bytes);
  });
}

H3rtStatus h3rt_memory_read(H3rtMemory *Memory, size_t Offset, void *To,
                            size_t Bytes) {
  return guarded([&]() -> Error {
    if (Error Err = Memory->check(Offset, Bytes))
      return Err;
    return Memory->Impl->read(Offset, To, Bytes);
  });
}
