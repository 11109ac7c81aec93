//===- CopyApi.cpp - Copies and fills -------------------------------------===//
//
// What waits for what is in "API synchronization behavior" of CUDA's driver
// API documentation. Where it says "may", a program must not rely on it, so
// the simulation takes the other choice.
//
//===----------------------------------------------------------------------===//

#include "Driver.h"

#include <cstring>

using namespace simgpu;

namespace {
/// One copy as its call describes it.
struct Copy {
  const char *Call;
  CUdeviceptr To, From;
  uint64_t Bytes;
  bool Async;

  const void *source() const { return reinterpret_cast<const void *>(From); }
  void *target() const { return reinterpret_cast<void *>(To); }
};
} // namespace

static void failWith(Driver &D, const Error &E) {
  D.Found.add("illegal-address", E.message());
  D.fail(CUDA_ERROR_ILLEGAL_ADDRESS);
}

static Operation toDevice(Driver &D, const Copy &C, std::string What,
                          bool Captured) {
  Operation Op;
  std::shared_ptr<std::vector<uint8_t>> Staged;
  // Pageable memory is staged before the call returns. A graph reads its
  // source whenever it is launched.
  if (!Captured && !D.isPinned(C.source(), C.Bytes)) {
    const auto *From = static_cast<const uint8_t *>(C.source());
    Staged = std::make_shared<std::vector<uint8_t>>(From, From + C.Bytes);
  } else
    Op.Source = {C.source(), C.Bytes};
  Op.Run = [C, What, Staged](Driver &D) -> std::vector<TouchedRange> {
    const void *From = Staged ? Staged->data() : C.source();
    if (Error E = D.Gpu->write(C.To, From, C.Bytes, What)) {
      failWith(D, E);
      return {};
    }
    return {{C.To, C.Bytes, true}};
  };
  return Op;
}

static Operation toHost(const Copy &C, std::string What) {
  Operation Op;
  Op.Target = {C.target(), C.Bytes};
  Op.Run = [C, What](Driver &D) -> std::vector<TouchedRange> {
    if (Error E = D.Gpu->check(C.From, C.Bytes, What)) {
      failWith(D, E);
      return {};
    }
    auto Unwritten = D.Gpu->firstUninitialised(C.From, C.Bytes);
    if (Unwritten && D.Env.Check.Uninitialised) {
      auto A = D.Gpu->find(C.From);
      D.Found.add("uninitialised",
                  What + ": nobody has written byte " +
                      std::to_string(C.From - A->Address + *Unwritten) +
                      " of the " + std::to_string(A->Bytes) + " from " +
                      A->Origin);
      D.failUnnoticed();
    }
    (void)D.Gpu->read(C.target(), C.From, C.Bytes, What);
    return {{C.From, C.Bytes, false}};
  };
  return Op;
}

static Operation onDevice(const Copy &C, std::string What) {
  Operation Op;
  Op.Run = [C, What](Driver &D) -> std::vector<TouchedRange> {
    if (Error E = D.Gpu->copy(C.To, C.From, C.Bytes, What)) {
      failWith(D, E);
      return {};
    }
    return {{C.From, C.Bytes, false}, {C.To, C.Bytes, true}};
  };
  return Op;
}

/// Enqueues the copy. `FromDevice` and `ToDevice` say what the call claims.
static CUresult copy(Driver &D, Copy C, CUstream Handle, bool FromDevice,
                     bool ToDevice) {
  Stream *S = D.find(Handle);
  if (!S)
    return CUDA_ERROR_INVALID_HANDLE;
  if (!C.Async && D.endsCapture())
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
  if (C.Bytes == 0)
    return CUDA_SUCCESS;
  std::string What =
      std::string(C.Call) + " of " + std::to_string(C.Bytes) + " bytes";
  for (auto [OnDevice, Address] :
       {std::pair(ToDevice, C.To), std::pair(FromDevice, C.From)}) {
    if (OnDevice) {
      if (Error E = D.Gpu->check(Address, C.Bytes, What))
        return D.invalid(E.message());
    } else if (Address == 0 || D.Gpu->isDeviceAddress(Address))
      return D.invalid(What + ": " + hexAddress(Address) +
                       " is not host memory");
  }

  bool Captured = S->Capturing != nullptr;
  Operation Op = !FromDevice ? toDevice(D, C, What, Captured)
                 : ToDevice  ? onDevice(C, What)
                             : toHost(C, What);
  bool Pageable = !D.isPinned(FromDevice ? C.target() : C.source(), C.Bytes);
  bool Waits = FromDevice != ToDevice &&
               (FromDevice ? !C.Async || Pageable : !C.Async && !Pageable);
  Op.Kind = CU_GRAPH_NODE_TYPE_MEMCPY;
  Op.What = std::move(What);
  if (CUresult R = D.submit(*S, std::move(Op)))
    return R;
  return Waits && !Captured ? D.wait(S->Now) : CUDA_SUCCESS;
}

static CUresult copy(const char *Call, CUdeviceptr To, CUdeviceptr From,
                     size_t Bytes, bool Async, CUstream Stream, bool FromDevice,
                     bool ToDevice) {
  return enter(Needs::Context, [&](Driver &D) {
    return copy(D, {Call, To, From, Bytes, Async}, Stream, FromDevice,
                ToDevice);
  });
}

static CUdeviceptr address(const void *At) {
  return reinterpret_cast<uintptr_t>(At);
}

CUresult simgpu::cuMemcpyHtoD_v2(CUdeviceptr To, const void *From,
                                 size_t Bytes) {
  return copy("cuMemcpyHtoD", To, address(From), Bytes, false, nullptr, false,
              true);
}

CUresult simgpu::cuMemcpyDtoH_v2(void *To, CUdeviceptr From, size_t Bytes) {
  return copy("cuMemcpyDtoH", address(To), From, Bytes, false, nullptr, true,
              false);
}

CUresult simgpu::cuMemcpyDtoD_v2(CUdeviceptr To, CUdeviceptr From,
                                 size_t Bytes) {
  return copy("cuMemcpyDtoD", To, From, Bytes, false, nullptr, true, true);
}

CUresult simgpu::cuMemcpyHtoDAsync_v2(CUdeviceptr To, const void *From,
                                      size_t Bytes, CUstream Stream) {
  return copy("cuMemcpyHtoDAsync", To, address(From), Bytes, true, Stream,
              false, true);
}

CUresult simgpu::cuMemcpyDtoHAsync_v2(void *To, CUdeviceptr From, size_t Bytes,
                                      CUstream Stream) {
  return copy("cuMemcpyDtoHAsync", address(To), From, Bytes, true, Stream, true,
              false);
}

CUresult simgpu::cuMemcpyDtoDAsync_v2(CUdeviceptr To, CUdeviceptr From,
                                      size_t Bytes, CUstream Stream) {
  return copy("cuMemcpyDtoDAsync", To, From, Bytes, true, Stream, true, true);
}

/// Which side is where is read off the addresses.
static CUresult copyAny(const char *Call, CUdeviceptr To, CUdeviceptr From,
                        size_t Bytes, bool Async, CUstream Stream) {
  return enter(Needs::Context, [&](Driver &D) {
    bool FromDevice = D.Gpu->isDeviceAddress(From);
    bool ToDevice = D.Gpu->isDeviceAddress(To);
    if (FromDevice || ToDevice)
      return copy(D, {Call, To, From, Bytes, Async}, Stream, FromDevice,
                  ToDevice);
    return D.unsupported(std::string(Call) + " from host to host");
  });
}

CUresult simgpu::cuMemcpy(CUdeviceptr To, CUdeviceptr From, size_t Bytes) {
  return copyAny("cuMemcpy", To, From, Bytes, false, nullptr);
}

CUresult simgpu::cuMemcpyAsync(CUdeviceptr To, CUdeviceptr From, size_t Bytes,
                               CUstream Stream) {
  return copyAny("cuMemcpyAsync", To, From, Bytes, true, Stream);
}

//===----------------------------------------------------------------------===//
// Fills
//===----------------------------------------------------------------------===//

/// None of the fills of device memory waits, not even those without a stream.
static CUresult fill(const char *Call, CUdeviceptr To, uint32_t Pattern,
                     uint32_t PatternBytes, size_t Count, CUstream Handle,
                     bool Async) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Async && D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (Count == 0)
      return CUDA_SUCCESS;
    uint64_t Bytes = uint64_t(Count) * PatternBytes;
    std::string What =
        std::string(Call) + " of " + std::to_string(Bytes) + " bytes";
    if (To % PatternBytes != 0)
      return D.invalid(What + ": " + hexAddress(To) +
                       " is no multiple of the pattern's size");
    if (Error E = D.Gpu->check(To, Bytes, What))
      return D.invalid(E.message());
    Operation Op;
    Op.Kind = CU_GRAPH_NODE_TYPE_MEMSET;
    Op.What = What;
    Op.Run = [=](Driver &D) -> std::vector<TouchedRange> {
      if (Error E = D.Gpu->fill(To, Pattern, PatternBytes, Count, What)) {
        failWith(D, E);
        return {};
      }
      return {{To, Bytes, true}};
    };
    return D.submit(*S, std::move(Op));
  });
}

CUresult simgpu::cuMemsetD8_v2(CUdeviceptr To, unsigned char Pattern,
                               size_t Count) {
  return fill("cuMemsetD8", To, Pattern, 1, Count, nullptr, false);
}

CUresult simgpu::cuMemsetD16_v2(CUdeviceptr To, unsigned short Pattern,
                                size_t Count) {
  return fill("cuMemsetD16", To, Pattern, 2, Count, nullptr, false);
}

CUresult simgpu::cuMemsetD32_v2(CUdeviceptr To, unsigned Pattern,
                                size_t Count) {
  return fill("cuMemsetD32", To, Pattern, 4, Count, nullptr, false);
}

CUresult simgpu::cuMemsetD8Async(CUdeviceptr To, unsigned char Pattern,
                                 size_t Count, CUstream Stream) {
  return fill("cuMemsetD8Async", To, Pattern, 1, Count, Stream, true);
}

CUresult simgpu::cuMemsetD16Async(CUdeviceptr To, unsigned short Pattern,
                                  size_t Count, CUstream Stream) {
  return fill("cuMemsetD16Async", To, Pattern, 2, Count, Stream, true);
}

CUresult simgpu::cuMemsetD32Async(CUdeviceptr To, unsigned Pattern,
                                  size_t Count, CUstream Stream) {
  return fill("cuMemsetD32Async", To, Pattern, 4, Count, Stream, true);
}
