//===- CudaMemory.cpp - Memory of an NVIDIA GPU ---------------------------===//

#include "CudaMemory.h"

using namespace h3;

Expected<std::unique_ptr<CudaMemory>>
CudaMemory::create(std::shared_ptr<CudaContext> Context, uint64_t Bytes,
                   const char *Purpose) {
  std::unique_ptr<CudaMemory> Result(new CudaMemory(Context, Purpose));
  if (Bytes == 0)
    return Result;
  if (Error Err = Result->check(
          Context->Driver.cuMemAlloc_v2(&Result->Address, Bytes), "cuMemAlloc"))
    return Err;
  Result->Bytes = Bytes;
  return Result;
}

CudaMemory::~CudaMemory() {
  if (Address)
    Context->Driver.cuMemFree_v2(Address);
}

Error CudaMemory::clear(uint64_t Offset, uint64_t Length) {
  if (Length == 0)
    return Error::success();
  return check(Context->Driver.cuMemsetD8Async(Address + Offset, 0, Length,
                                               Context->Stream),
               "cuMemsetD8Async");
}

Error CudaMemory::copy(uint64_t To, uint64_t From, uint64_t Length) {
  if (Length == 0)
    return Error::success();
  return check(Context->Driver.cuMemcpyDtoDAsync_v2(
                   Address + To, Address + From, Length, Context->Stream),
               "cuMemcpyDtoDAsync");
}

Error CudaMemory::startRead(uint64_t From, void *To, uint64_t Length) const {
  if (Length == 0)
    return Error::success();
  return check(Context->Driver.cuMemcpyDtoHAsync_v2(To, Address + From, Length,
                                                    Context->Stream),
               "cuMemcpyDtoHAsync");
}

Error CudaMemory::startWrite(uint64_t To, const void *From, uint64_t Length) {
  if (Length == 0)
    return Error::success();
  return check(Context->Driver.cuMemcpyHtoDAsync_v2(Address + To, From, Length,
                                                    Context->Stream),
               "cuMemcpyHtoDAsync");
}

Error CudaMemory::read(uint64_t From, void *To, uint64_t Length) const {
  if (Error Err = startRead(From, To, Length))
    return Err;
  return Context->wait(Purpose);
}

Error CudaMemory::write(uint64_t To, const void *From, uint64_t Length) {
  if (Error Err = startWrite(To, From, Length))
    return Err;
  return Context->wait(Purpose);
}

Expected<std::unique_ptr<PinnedMemory>>
PinnedMemory::create(std::shared_ptr<CudaContext> Context, uint64_t Bytes,
                     const char *Purpose) {
  void *Address = nullptr;
  if (Error Err =
          Context->check(Context->Driver.cuMemHostAlloc(&Address, Bytes, 0),
                         "cuMemHostAlloc", Purpose))
    return Err;
  return std::unique_ptr<PinnedMemory>(
      new PinnedMemory(std::move(Context), Address));
}

static std::string describeBytes(uint64_t Bytes) {
  const char *Units[] = {"KiB", "MiB", "GiB"};
  if (Bytes < 1024)
    return std::to_string(Bytes) + " bytes";
  double Size = Bytes / 1024.0;
  size_t Unit = 0;
  for (; Size >= 1024 && Unit + 1 < std::size(Units); ++Unit)
    Size /= 1024;
  char Text[64];
  std::snprintf(Text, sizeof(Text), "%.1f %s", Size, Units[Unit]);
  return Text;
}

Error h3::checkFits(const CudaContext &Context,
                    const std::vector<MemoryNeed> &Needs) {
  size_t Free = 0, Total = 0;
  if (Error Err = Context.check(Context.Driver.cuMemGetInfo_v2(&Free, &Total),
                                "cuMemGetInfo", "the memory of the GPU"))
    return Err;
  uint64_t Sum = 0;
  std::string List;
  for (const MemoryNeed &Need : Needs) {
    Sum += Need.Bytes;
    List += (List.empty() ? "" : ", ") + std::string(Need.Purpose) + " " +
            describeBytes(Need.Bytes);
  }
  if (Sum > Free)
    return Error::resources(
        "the GPU has " + describeBytes(Free) + " free of " +
        describeBytes(Total) + ", but the model needs " + describeBytes(Sum) +
        " (" + List + "): " + describeBytes(Sum - Free) +
        " are missing; run fewer sequences, or compile with a smaller "
        "--max-sequences, --max-context or --max-tokens");
  return Error::success();
}
