//===- CudaGraphsTest.cpp - Replayed work, on the simulated GPU -----------===//

#include "CudaGraphs.h"

#include <gtest/gtest.h>

using namespace h3;

namespace {
struct CudaGraphsTest : testing::Test {
  void SetUp() override {
    auto Opened = CudaContext::open(H3_SIMGPU_DRIVER, 0, 0);
    ASSERT_TRUE(bool(Opened)) << Opened.takeError().message();
    Context = *Opened;
    auto Allocated = CudaMemory::create(Context, 2 * sizeof(int), "numbers");
    ASSERT_TRUE(bool(Allocated)) << Allocated.takeError().message();
    Memory = std::move(*Allocated);
    Graphs = std::make_unique<CudaGraphs>(Context);
  }

  /// Copies the first number to the second.
  Error run(const std::string &Key) {
    return Graphs->run(Key, [&] {
      ++Captures;
      return Memory->copy(sizeof(int), 0, sizeof(int));
    });
  }
  int read() {
    int Value = 0;
    Error Err = Memory->read(sizeof(int), &Value, sizeof(int));
    EXPECT_FALSE(bool(Err)) << Err.message();
    return Value;
  }

  std::shared_ptr<CudaContext> Context;
  std::unique_ptr<CudaMemory> Memory;
  std::unique_ptr<CudaGraphs> Graphs;
  int Captures = 0;
};
} // namespace

TEST_F(CudaGraphsTest, ReplaysWhatWasCaptured) {
  for (int Value : {7, 8, 9}) {
    ASSERT_FALSE(bool(Memory->write(0, &Value, sizeof(int))));
    ASSERT_FALSE(bool(run("a")));
    EXPECT_EQ(read(), Value);
  }
  EXPECT_EQ(Captures, 1);
  ASSERT_FALSE(bool(run("b")));
  EXPECT_EQ(Captures, 2);
}

TEST_F(CudaGraphsTest, TheLeastRecentlyUsedGoes) {
  int Value = 1;
  ASSERT_FALSE(bool(Memory->write(0, &Value, sizeof(int))));
  for (int I = 0; I < 32; ++I)
    ASSERT_FALSE(bool(run(std::to_string(I))));
  ASSERT_FALSE(bool(run("0")));
  EXPECT_EQ(Captures, 32);
  ASSERT_FALSE(bool(run("one more")));
  EXPECT_EQ(Captures, 33);
  ASSERT_FALSE(bool(run("0"))); // used before the last one came
  EXPECT_EQ(Captures, 33);
  ASSERT_FALSE(bool(run("1"))); // the oldest then
  EXPECT_EQ(Captures, 34);
}

TEST_F(CudaGraphsTest, FailuresNameTheCallAndEndTheCapture) {
  Error Own = Graphs->run("own", [] { return Error::invalid("no kernel"); });
  EXPECT_EQ(Own.message(), "no kernel");
  Error Waits = Graphs->run("waits", [&] { return Context->wait("a copy"); });
  EXPECT_NE(Waits.message().find("cuStreamSynchronize failed with"),
            std::string::npos)
      << Waits.message();
  // The call in between goes unnoticed; the end of the capture tells.
  Error Ends = Graphs->run("ends", [&] {
    Context->Driver.cuStreamSynchronize(Context->Stream);
    return Error::success();
  });
  EXPECT_NE(Ends.message().find("cuStreamEndCapture failed with"),
            std::string::npos)
      << Ends.message();

  int Value = 5;
  ASSERT_FALSE(bool(Memory->write(0, &Value, sizeof(int))));
  ASSERT_FALSE(bool(run("own")));
  EXPECT_EQ(read(), 5);
}
