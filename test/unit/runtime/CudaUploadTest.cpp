//===- CudaUploadTest.cpp - Weights on their way, on the simulated GPU ----===//

#include "CudaUpload.h"

#include <gtest/gtest.h>

#include <algorithm>

using namespace h3;

// Pieces of 256 bytes: less than one, one, two and a rest, many.
TEST(CudaUpload, EveryPieceArrives) {
  auto Context = CudaContext::open(H3_SIMGPU_DRIVER, 0, 0);
  ASSERT_TRUE(bool(Context)) << Context.takeError().message();
  for (uint64_t Bytes : {100, 256, 600, 10000}) {
    std::vector<uint8_t> Sent(Bytes), Arrived(Bytes);
    for (uint64_t I = 0; I < Bytes; ++I)
      Sent[I] = static_cast<uint8_t>(I * 7 + I / 256);
    auto Memory = CudaMemory::create(*Context, Bytes, "weights");
    ASSERT_TRUE(bool(Memory)) << Memory.takeError().message();
    std::vector<double> Shares;
    Error Err = upload(
        *Context, Sent.data(), **Memory,
        [&](double Share) { Shares.push_back(Share); }, 256);
    ASSERT_FALSE(bool(Err)) << Err.message();
    Err = (*Memory)->read(0, Arrived.data(), Bytes);
    ASSERT_FALSE(bool(Err)) << Err.message();
    EXPECT_EQ(Sent, Arrived);
    EXPECT_EQ(Shares.size(), (Bytes + 255) / 256);
    EXPECT_TRUE(std::is_sorted(Shares.begin(), Shares.end()));
    EXPECT_EQ(Shares.back(), 1.0);
  }
}
