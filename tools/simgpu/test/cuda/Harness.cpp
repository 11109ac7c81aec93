//===- Harness.cpp - Programs that use the simulated libraries ------------===//

#include "Harness.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace simgpu;

static void *open(const char *Library) {
  std::string Path = std::string(SIMGPU_LIBRARIES) + "/" + Library;
  void *Handle = dlopen(Path.c_str(), RTLD_NOW | RTLD_LOCAL);
  EXPECT_NE(Handle, nullptr) << dlerror();
  return Handle;
}

void *simgpu::lookupOrNull(const char *Library, const char *Name) {
  // Never destroyed: static objects of tests call the driver at the end.
  static auto *const Open = new std::map<std::string, void *>;
  void *&Handle = (*Open)[Library];
  if (!Handle)
    Handle = open(Library);
  return Handle ? dlsym(Handle, Name) : nullptr;
}

void *simgpu::lookup(const char *Library, const char *Name) {
  void *Address = lookupOrNull(Library, Name);
  if (!Address) {
    std::fprintf(stderr, "no %s in %s\n", Name, Library);
    std::abort();
  }
  return Address;
}

static std::string readAndRemove(const std::string &Path) {
  std::ifstream In(Path);
  std::stringstream Text;
  Text << In.rdbuf();
  std::remove(Path.c_str());
  return Text.str();
}

Outcome simgpu::inProcess(const Environment &Variables,
                          const std::function<void()> &Body) {
  std::string Base = testing::TempDir() + "simgpu-" + std::to_string(getpid());
  std::fflush(nullptr);
  pid_t Child = fork();
  if (Child == 0) {
    if (!std::freopen((Base + ".err").c_str(), "w", stderr))
      _exit(2);
    setenv("H3_SIMGPU_REPORT", (Base + ".json").c_str(), 1);
    for (auto &[Name, Value] : Variables)
      setenv(Name.c_str(), Value.c_str(), 1);
    bool Failed = testing::Test::HasFailure(); // in this process's parent
    Body();
    std::exit(!Failed && testing::Test::HasFailure());
  }
  int Status = -1;
  EXPECT_EQ(waitpid(Child, &Status, 0), Child);
  Outcome Result{readAndRemove(Base + ".json"), readAndRemove(Base + ".err")};
  EXPECT_EQ(Status, 0) << Result.Errors << Result.Report;
  return Result;
}

bool simgpu::contains(const std::string &Text, const std::string &Part) {
  return Text.find(Part) != std::string::npos;
}

void simgpu::start() {
  CUDA_OK(cuInit, 0);
  CUcontext Context = nullptr;
  CUDA_OK(cuDevicePrimaryCtxRetain, &Context, 0);
  CUDA_OK(cuCtxSetCurrent, Context);
}

void simgpu::finish() { CUDA_OK(cuDevicePrimaryCtxRelease_v2, 0); }

CUdeviceptr simgpu::allocate(size_t Bytes) {
  CUdeviceptr At = 0;
  CUDA_OK(cuMemAlloc_v2, &At, Bytes);
  return At;
}

CUmodule simgpu::loadPtx(const char *Text) {
  CUmodule Module = nullptr;
  CUDA_OK(cuModuleLoadData, &Module, Text);
  return Module;
}

CUfunction simgpu::function(CUmodule Module, const char *Name) {
  CUfunction F = nullptr;
  CUDA_OK(cuModuleGetFunction, &F, Module, Name);
  return F;
}

#define INDEX                                                                  \
  ".reg .pred %p; .reg .b32 %i, %j, %n; .reg .b64 %x, %y, %o;\n"               \
  ".reg .f32 %a, %b;\n"                                                        \
  "mov.u32 %i, %ctaid.x; mov.u32 %j, %ntid.x; mul.lo.u32 %i, %i, %j;\n"        \
  "mov.u32 %j, %tid.x; add.u32 %i, %i, %j; mul.wide.u32 %o, %i, 4;\n"

const char *const simgpu::Kernels = R"(
.version 8.0
.target sm_80
.address_size 64
.visible .global .align 4 .u32 table[4] = {1, 2, 3, 4};
.visible .entry add(.param .u64 px, .param .f32 pa, .param .u32 pn) {
)" INDEX R"(
  ld.param.u64 %x, [px]; ld.param.f32 %a, [pa]; ld.param.u32 %n, [pn];
  setp.ge.u32 %p, %i, %n; @%p ret;
  add.u64 %x, %x, %o; ld.global.f32 %b, [%x]; add.f32 %b, %b, %a;
  st.global.f32 [%x], %b; ret;
}
.visible .entry copy(.param .u64 py, .param .u64 px, .param .u32 pn) {
)" INDEX R"(
  ld.param.u64 %y, [py]; ld.param.u64 %x, [px]; ld.param.u32 %n, [pn];
  setp.ge.u32 %p, %i, %n; @%p ret;
  add.u64 %x, %x, %o; add.u64 %y, %y, %o;
  ld.global.f32 %b, [%x]; st.global.f32 [%y], %b; ret;
}
.visible .entry wild(.param .u64 px) {
)" INDEX R"(
  ld.param.u64 %x, [px]; add.u64 %x, %x, %o;
  mov.f32 %b, 0f3f800000; st.global.f32 [%x], %b; ret;
}
.visible .entry misaligned(.param .u64 px) {
)" INDEX R"(
  ld.param.u64 %x, [px]; ld.global.f32 %b, [%x+2]; ret;
}
.visible .entry dynamic(.param .u64 px) {
)" INDEX R"(
  ld.param.u64 %x, [px]; add.u64 %x, %x, %o;
  st.global.u32 [%x], %i; ret;
}
)";
