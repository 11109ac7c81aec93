//===- Driver.cpp - State of the simulated driver -------------------------===//

#include "Driver.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace simgpu;

Driver &Driver::get() {
  // Never destroyed: a program's own destructors may still call the driver.
  static Driver *const Instance = new Driver;
  return *Instance;
}

unsigned &simgpu::contextDepth() {
  static thread_local unsigned Depth = 0;
  return Depth;
}

std::string simgpu::hexAddress(uint64_t Value) {
  char Text[32];
  std::snprintf(Text, sizeof(Text), "0x%llx",
                static_cast<unsigned long long>(Value));
  return Text;
}

CUresult Driver::initialise() {
  if (Initialised)
    return CUDA_SUCCESS;
  auto Selected = Settings::fromEnvironment();
  if (!Selected) {
    std::fprintf(stderr, "simgpu: %s\n", Selected.message().c_str());
    return CUDA_ERROR_INVALID_VALUE;
  }
  Env = *Selected;
  DeviceOptions Options;
  Options.MemoryBytes = Env.MemoryBytes;
  Options.SharedBytesPerBlock = Env.Arch->SharedBytesPerBlock;
  Options.Multiprocessors = Env.Arch->Multiprocessors;
  Gpu = std::make_unique<Device>(Options);
  Random.State = Env.Seed;
  Initialised = true;
  return CUDA_SUCCESS;
}

void Driver::destroyContext() {
  drain();
  for (Leak &L : live())
    Found.addLeak(std::move(L));
  discardAll();
  for (const AllocationInfo &A : Gpu->leaks()) {
    (void)Gpu->free(A.Address);
    Accesses.forget(A.Address, A.Bytes);
  }
  for (auto &[Handle, I] : Images)
    if (!I->IsUnloaded)
      (void)Gpu->unload(*I->Loaded);
  for (auto &[At, A] : Host)
    if (!A.Registered)
      std::free(reinterpret_cast<void *>(At));
  Host.clear();
  Images.clear();
  Functions.clear();
  Events.clear();
  Graphs.clear();
  Execs.clear();
  Captures.clear();
  Streams.clear();
  PerThread.clear();
  Default.reset();
  Work.clear();
  Sticky = CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

std::string Driver::origin(const char *Call) {
  return std::string(Call) + " #" + std::to_string(++Calls[Call]);
}

CUresult Driver::allocate(CUdeviceptr *Address, uint64_t Bytes,
                          const char *Call) {
  if (!Address || Bytes == 0)
    return CUDA_ERROR_INVALID_VALUE;
  auto New = Gpu->allocate(Bytes, origin(Call));
  if (!New)
    return CUDA_ERROR_OUT_OF_MEMORY;
  *Address = *New;
  Found.PeakBytes = std::max(Found.PeakBytes, Gpu->bytesInUse());
  return CUDA_SUCCESS;
}

CUresult Driver::release(CUdeviceptr Address, const char *Call) {
  auto Info = Gpu->find(Address);
  if (Error E = Gpu->free(Address)) {
    Found.add("invalid-free", std::string(Call) + ": " + E.message());
    return CUDA_ERROR_INVALID_VALUE;
  }
  Accesses.forget(Info->Address, Info->Bytes);
  return CUDA_SUCCESS;
}

bool Driver::isPinned(const void *At, uint64_t Bytes) const {
  auto Begin = reinterpret_cast<uintptr_t>(At);
  auto After = Host.upper_bound(Begin);
  if (After == Host.begin())
    return false;
  auto &[Base, A] = *std::prev(After);
  return Begin - Base <= A.Bytes && Bytes <= A.Bytes - (Begin - Base);
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

std::vector<Leak> Driver::live() const {
  std::vector<Leak> Result;
  if (!Gpu)
    return Result;
  for (const AllocationInfo &A : Gpu->leaks())
    Result.push_back({"device memory", A.Origin, A.Bytes});
  for (auto &[At, A] : Host)
    Result.push_back(
        {A.Registered ? "registered host memory" : "pinned host memory",
         A.Origin, A.Bytes});
  auto add = [&](const char *Kind, const auto &Handles) {
    for (auto &[Handle, Object] : Handles)
      Result.push_back({Kind, Object->Origin, 0});
  };
  add("module", Images);
  add("stream", Streams);
  add("event", Events);
  add("graph", Graphs);
  add("executable graph", Execs);
  return Result;
}

static bool writeFile(const std::string &Path, const std::string &Text) {
  std::FILE *File = std::fopen(Path.c_str(), "w");
  if (!File)
    return false;
  bool Written = std::fwrite(Text.data(), 1, Text.size(), File) == Text.size();
  return std::fclose(File) == 0 && Written;
}

void Driver::writeReport() {
  if (!Initialised)
    return;
  drain();
  std::vector<Leak> Live = live();
  std::string Text = Found.text(Live);
  if (!Env.ReportPath.empty() &&
      !writeFile(Env.ReportPath, Found.json(Env, Live)))
    Text += "simgpu: cannot write H3_SIMGPU_REPORT=" + Env.ReportPath + "\n";
  std::fputs(Text.c_str(), stderr);
}

namespace {
/// Runs after the destructors of the program and of the libraries that use
/// this one, because the dynamic linker finishes those first.
__attribute__((destructor)) void reportAtExit() {
  try {
    Driver &D = Driver::get();
    std::lock_guard<std::mutex> Guard(D.Lock);
    D.writeReport();
  } catch (const std::exception &) {
    std::fputs("simgpu: out of memory while writing the report\n", stderr);
  }
}
} // namespace

int simgpu::simgpuWriteReport(const char *Path) {
  bool Written = false;
  enter(Needs::Initialised, [&](Driver &D) {
    D.drain();
    Written = Path && writeFile(Path, D.Found.json(D.Env, D.live()));
    return CUDA_SUCCESS;
  });
  return Written;
}

uint64_t simgpu::simgpuFindingCount() {
  uint64_t Count = 0;
  enter(Needs::Nothing, [&](Driver &D) {
    Count = D.Found.findings();
    return CUDA_SUCCESS;
  });
  return Count;
}
