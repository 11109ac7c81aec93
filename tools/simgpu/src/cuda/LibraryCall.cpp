//===- LibraryCall.cpp - Work that other libraries enqueue ----------------===//

#include "LibraryCall.h"

#include "Driver.h"

using namespace simgpu;

/// Calls `Body` with address and size of each row; rows without a gap between
/// them count as one.
template <typename Fn> static void forEachRow(const Region &R, Fn Body) {
  uint64_t Bytes = R.RowBytes;
  uint64_t Count[2] = {R.Count[0], R.Count[1]};
  // The inner dimension is the one with the smaller pitch.
  unsigned Inner =
      R.Count[0] > 1 && (R.Count[1] == 1 || R.Pitch[0] < R.Pitch[1]) ? 0 : 1;
  unsigned Outer = 1 - Inner;
  if (Count[Inner] > 1 && R.Pitch[Inner] == Bytes) {
    Bytes *= Count[Inner];
    Count[Inner] = 1;
    if (Count[Outer] > 1 && R.Pitch[Outer] == Bytes) {
      Bytes *= Count[Outer];
      Count[Outer] = 1;
    }
  }
  for (uint64_t J = 0; J < Count[Outer]; ++J)
    for (uint64_t I = 0; I < Count[Inner]; ++I)
      Body(R.Address + J * R.Pitch[Outer] + I * R.Pitch[Inner], Bytes);
}

static void checkInitialised(Driver &D, const LibraryCall &Call,
                             const Region &R) {
  bool Found = false;
  forEachRow(R, [&](uint64_t Address, uint64_t Bytes) {
    if (Found)
      return;
    auto Unwritten = D.Gpu->firstUninitialised(Address, Bytes);
    if (!Unwritten)
      return;
    Found = true;
    auto A = D.Gpu->find(Address);
    D.Found.add("uninitialised",
                Call.What + ": nobody has written byte " +
                    std::to_string(Address - A->Address + *Unwritten) +
                    " of the " + std::to_string(A->Bytes) + " from " +
                    A->Origin + ", which it reads as " + R.Name);
    D.failUnnoticed();
  });
}

static std::vector<TouchedRange> runCall(Driver &D, const LibraryCall &Call) {
  for (const auto *Regions : {&Call.Reads, &Call.Writes})
    for (const Region &R : *Regions)
      if (Error E =
              D.Gpu->check(R.Address, R.span(), Call.What + ": " + R.Name)) {
        D.Found.add("illegal-address", E.message());
        D.fail(CUDA_ERROR_ILLEGAL_ADDRESS);
        return {};
      }
  std::vector<TouchedRange> Touched, Reported;
  std::vector<const uint8_t *> Reads;
  std::vector<uint8_t *> Writes;
  auto touch = [&](const Region &R, bool Written) {
    forEachRow(R, [&](uint64_t Address, uint64_t Bytes) {
      Touched.push_back({Address, Bytes, Written});
      if (!R.IsScratch)
        Reported.push_back(Touched.back());
    });
  };
  for (const Region &R : Call.Reads) {
    if (D.Env.Check.Uninitialised)
      checkInitialised(D, Call, R);
    Reads.push_back(D.Gpu->hostView(R.Address, R.span()));
    touch(R, false);
  }
  for (const Region &R : Call.Writes) {
    Writes.push_back(D.Gpu->hostView(R.Address, R.span()));
    touch(R, true);
  }
  Call.Compute(Reads, Writes);
  for (const Region &R : Call.Writes)
    forEachRow(R, [&](uint64_t Address, uint64_t Bytes) {
      D.Gpu->markInitialised(Address, Bytes);
    });
  D.Found.addLibraryCall(Call.Name, Reported);
  return Touched;
}

CUresult simgpu::enqueueLibraryCall(CUstream Handle, LibraryCall Call) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    Operation Op;
    Op.Kind = CU_GRAPH_NODE_TYPE_KERNEL;
    Op.What = Call.What;
    auto Shared = std::make_shared<const LibraryCall>(std::move(Call));
    Op.Run = [Shared](Driver &D) { return runCall(D, *Shared); };
    return D.submit(*S, std::move(Op));
  });
}

void simgpu::noteUnsupported(const std::string &What) {
  enter(Needs::Nothing, [&](Driver &D) { return D.unsupported(What); });
}

CUresult simgpu::allocateForLibrary(CUdeviceptr *Address, size_t Bytes,
                                    const char *Owner) {
  return enter(Needs::Context, [&](Driver &D) {
    if (D.endsCapture())
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    return D.allocate(Address, Bytes, Owner);
  });
}
