//===- Harness.h - Runs small kernels in tests ------------------*- C++ -*-===//

#ifndef SIMGPU_TEST_HARNESS_H
#define SIMGPU_TEST_HARNESS_H

#include "simgpu/Device.h"

#include <cstring>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace simgpu {

/// `Body` as the body of a kernel "test", with `Parameters` as its parameter
/// list and registers of every kind: %p, %rs, %h (b16), %r, %f (b32), %rd, %fd
/// (b64), %q (b128).
std::string kernel(const std::string &Parameters, const std::string &Body,
                   const std::string &Target = "sm_90");

/// A file beside the tests.
std::string readPtx(const std::string &Name);

/// `Text` with the first `From` after the first `After` replaced; fails the
/// test when there is none.
std::string mutate(std::string Text, const std::string &From,
                   const std::string &To, const std::string &After = "");

/// A device with one module, and launches with parameters in order.
class Bench {
public:
  explicit Bench(const std::string &Ptx);

  /// An allocation of `Bytes`, not initialised.
  DeviceAddress allocate(uint64_t Bytes, const std::string &Origin = "test");
  template <typename T>
  DeviceAddress upload(const std::vector<T> &Values,
                       const std::string &Origin = "test") {
    DeviceAddress At = allocate(Values.size() * sizeof(T), Origin);
    Error E = Gpu.write(At, Values.data(), Values.size() * sizeof(T));
    EXPECT_FALSE(E) << E.message();
    return At;
  }
  template <typename T>
  std::vector<T> download(DeviceAddress From, size_t Count) {
    std::vector<T> Values(Count);
    Error E = Gpu.read(Values.data(), From, Count * sizeof(T));
    EXPECT_FALSE(E) << E.message();
    return Values;
  }

  template <typename... T>
  LaunchReport launch(std::array<uint32_t, 3> Grid,
                      std::array<uint32_t, 3> Block, T... Arguments) {
    std::vector<uint8_t> Bytes;
    (append(Bytes, Arguments), ...);
    return launchBytes(Grid, Block, Bytes);
  }
  LaunchReport launchBytes(std::array<uint32_t, 3> Grid,
                           std::array<uint32_t, 3> Block,
                           const std::vector<uint8_t> &Bytes);

  Device Gpu;
  std::shared_ptr<const LoadedModule> Loaded;
  std::string Kernel; ///< the first of the module, unless set
  LaunchOptions Options;
  uint32_t DynamicShared = 0;

private:
  template <typename T>
  static void append(std::vector<uint8_t> &Bytes, T Value) {
    size_t At = (Bytes.size() + alignof(T) - 1) / alignof(T) * alignof(T);
    Bytes.resize(At + sizeof(T));
    std::memcpy(Bytes.data() + At, &Value, sizeof(T));
  }
};

/// All diagnostics, one a line.
std::string text(const LaunchReport &Report);

} // namespace simgpu

#endif // SIMGPU_TEST_HARNESS_H
