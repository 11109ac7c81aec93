//===- Harness.h - Programs that use the simulated libraries ----*- C++ -*-===//
//
// Each test is a process of its own that loads the libraries as any program
// does: the environment is read once, errors stay, and the report is written
// at the end.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_TEST_CUDA_HARNESS_H
#define SIMGPU_TEST_CUDA_HARNESS_H

#include "CudaApi.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <string>
#include <vector>

namespace simgpu {

/// The entry point `Name`, looked up at run time.
#define CUDA(Name)                                                             \
  (reinterpret_cast<decltype(&simgpu::Name)>(                                  \
      simgpu::lookup("libcuda.so.1", #Name)))
/// The same, which must succeed.
#define CUDA_OK(Name, ...) EXPECT_EQ(CUDA(Name)(__VA_ARGS__), CUDA_SUCCESS)

void *lookup(const char *Library, const char *Name);
void *lookupOrNull(const char *Library, const char *Name);

using Environment = std::map<std::string, std::string>;

struct Outcome {
  std::string Report; ///< JSON
  std::string Errors; ///< what was written to stderr
};

/// Runs `Body` in a process with the variables; its failures are failures of
/// the test.
Outcome inProcess(const Environment &Variables,
                  const std::function<void()> &Body);

bool contains(const std::string &Text, const std::string &Part);
#define EXPECT_HAS(Text, Part)                                                 \
  EXPECT_TRUE(simgpu::contains(Text, Part)) << "no '" << (Part) << "' in\n"    \
                                            << (Text)
#define EXPECT_HAS_NOT(Text, Part)                                             \
  EXPECT_FALSE(simgpu::contains(Text, Part)) << "'" << (Part) << "' in\n"      \
                                             << (Text)

/// Initialises the driver and makes the primary context current.
void start();
void finish(); ///< releases it

CUdeviceptr allocate(size_t Bytes);
CUmodule loadPtx(const char *Text);
CUfunction function(CUmodule Module, const char *Name);

template <typename T> CUdeviceptr upload(const std::vector<T> &Values) {
  CUdeviceptr At = allocate(Values.size() * sizeof(T));
  CUDA_OK(cuMemcpyHtoD_v2, At, Values.data(), Values.size() * sizeof(T));
  return At;
}

template <typename T> std::vector<T> download(CUdeviceptr From, size_t Count) {
  std::vector<T> Values(Count);
  CUDA_OK(cuMemcpyDtoH_v2, Values.data(), From, Count * sizeof(T));
  return Values;
}

/// Launches enough blocks of 64 threads for `Threads`.
template <typename... T>
CUresult launch(CUfunction F, unsigned Threads, CUstream Stream, T... Values) {
  void *Pointers[] = {&Values...};
  return CUDA(cuLaunchKernel)(F, (Threads + 63) / 64, 1, 1, 64, 1, 1, 0, Stream,
                              Pointers, nullptr);
}

/// PTX with kernels on float vectors x, y of n elements:
/// add(x, a, n): x += a; copy(y, x, n): y = x; wild(x): x[global thread] = 1
/// without asking for n; read(x, y): y[0] = x[0]; misaligned(x): 4 bytes at
/// byte 2; and a variable `table` of 4 words {1, 2, 3, 4}.
extern const char *const Kernels;

} // namespace simgpu

#endif // SIMGPU_TEST_CUDA_HARNESS_H
