//===- CudaUpload.cpp - Weights on their way to the GPU -------------------===//

#include "CudaUpload.h"

#include <algorithm>
#include <cstring>

using namespace h3;

static const char *const Purpose = "the upload of the weights";

namespace {
/// A pinned buffer, and the event that tells when its last copy is done.
class Piece {
public:
  explicit Piece(std::shared_ptr<CudaContext> Context)
      : Context(std::move(Context)) {}
  ~Piece() {
    if (Event)
      Context->Driver.cuEventDestroy_v2(Event);
  }

  Error open(uint64_t Bytes) {
    auto Pinned = PinnedMemory::create(Context, Bytes, Purpose);
    if (!Pinned)
      return Pinned.takeError();
    Buffer = std::move(*Pinned);
    constexpr unsigned DisableTiming = 2;
    return Context->check(Context->Driver.cuEventCreate(&Event, DisableTiming),
                          "cuEventCreate", Purpose);
  }

  Error send(const char *Data, uint64_t Bytes, CudaMemory &To,
             uint64_t Offset) {
    const CudaDriver &Driver = Context->Driver;
    if (Error Err = Context->check(Driver.cuEventSynchronize(Event),
                                   "cuEventSynchronize", Purpose))
      return Err;
    std::memcpy(Buffer->data(), Data, Bytes);
    if (Error Err = To.startWrite(Offset, Buffer->data(), Bytes))
      return Err;
    return Context->check(Driver.cuEventRecord(Event, Context->Stream),
                          "cuEventRecord", Purpose);
  }

private:
  std::shared_ptr<CudaContext> Context;
  std::unique_ptr<PinnedMemory> Buffer;
  CuHandle Event = nullptr;
};
} // namespace

Error h3::upload(const std::shared_ptr<CudaContext> &Context, const void *Data,
                 CudaMemory &To, const ProgressFn &Progress,
                 uint64_t PieceBytes) {
  const uint64_t Bytes = To.size();
  PieceBytes = std::min(PieceBytes, Bytes);
  if (Bytes == 0)
    return Error::success();
  Piece Pieces[] = {Piece(Context), Piece(Context)};
  for (Piece &P : Pieces)
    if (Error Err = P.open(PieceBytes))
      return Err;
  Error Failure = Error::success();
  size_t Next = 0;
  for (uint64_t Done = 0; Done < Bytes && !Failure;) {
    uint64_t Size = std::min(PieceBytes, Bytes - Done);
    Failure = Pieces[Next].send(static_cast<const char *>(Data) + Done, Size,
                                To, Done);
    Next = 1 - Next;
    Done += Size;
    if (Progress)
      Progress(double(Done) / Bytes);
  }
  // What is under way must not lose its buffer.
  Error Waited = Context->wait(Purpose);
  return Failure ? Failure : Waited;
}
