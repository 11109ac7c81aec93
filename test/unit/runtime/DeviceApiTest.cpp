//===- DeviceApiTest.cpp - What opening a GPU for kernels refuses ---------===//

#include "h3rt/gpu.h"

#include <gtest/gtest.h>
#include <string>

static H3Kernels makeKernels() {
  H3Kernels Kernels = {};
  Kernels.magic = H3_KERNELS_MAGIC;
  Kernels.version = H3_ABI_VERSION;
  return Kernels;
}

static void expectRefusal(const H3Kernels &Kernels, const char *Name,
                          const char *Message) {
  H3rtDevice *Device = nullptr;
  EXPECT_EQ(h3rt_device_open(&Kernels, Name, &Device), H3RT_INVALID_ARGUMENT);
  EXPECT_STREQ(h3rt_last_error(), Message);
  EXPECT_EQ(Device, nullptr);
}

TEST(DeviceApi, OtherVersionsAreRefused) {
  H3Kernels Kernels = makeKernels();
  Kernels.version = 77;
  std::string Expected = std::to_string(H3_ABI_VERSION);
  expectRefusal(Kernels, "sim",
                ("expected kernels of version " + Expected +
                 ", found 77; compile them with the h3-compile of this libh3rt")
                    .c_str());
}

TEST(DeviceApi, WhatIsNotKernelsIsRefused) {
  H3Kernels Kernels = makeKernels();
  Kernels.magic = H3_MODEL_MAGIC;
  expectRefusal(Kernels, "sim",
                "expected the h3_kernels of an object that h3-compile made for "
                "a GPU, found something else");
}

TEST(DeviceApi, DevicesHaveNames) {
  expectRefusal(makeKernels(), "gpu",
                "--device: expected sim or cuda:N, found 'gpu'");
  expectRefusal(makeKernels(),
                "cuda:", "--device: expected sim or cuda:N, found 'cuda:'");
}

TEST(DeviceApi, NullIsRefused) {
  H3rtDevice *Device = nullptr;
  EXPECT_EQ(h3rt_device_open(nullptr, "sim", &Device), H3RT_INVALID_ARGUMENT);
  EXPECT_STREQ(h3rt_last_error(), "kernels is null");
}
