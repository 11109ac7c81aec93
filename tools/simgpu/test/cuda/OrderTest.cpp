//===- OrderTest.cpp - Vector clocks and conflicts ------------------------===//

#include "Order.h"

#include <gtest/gtest.h>
#include <random>

using namespace simgpu;

static AccessPoint point(uint32_t Stream, uint64_t Number) {
  return {Stream, Number, std::make_shared<const std::string>("op")};
}

static Clock clock(std::initializer_list<uint64_t> Numbers) {
  Clock C;
  uint32_t S = 0;
  for (uint64_t N : Numbers)
    C.set(S++, N);
  return C;
}

TEST(Order, WritesConflictUnlessOrdered) {
  MemoryOrder O;
  EXPECT_TRUE(O.record({{100, 50, true}}, point(0, 1), clock({1})).empty());
  EXPECT_TRUE(O.record({{150, 50, true}}, point(1, 1), clock({0, 1})).empty());
  auto C = O.record({{140, 20, false}}, point(2, 1), clock({1, 0, 1}));
  ASSERT_EQ(C.size(), 1u);
  EXPECT_EQ(C[0].Earlier.Stream, 1u);
  EXPECT_TRUE(C[0].EarlierWrote);
  EXPECT_EQ(C[0].Address, 150u);
  EXPECT_EQ(C[0].Bytes, 10u);
  // A write conflicts with a read that it does not follow.
  C = O.record({{140, 5, true}}, point(0, 2), clock({2}));
  ASSERT_EQ(C.size(), 1u);
  EXPECT_FALSE(C[0].EarlierWrote);
  EXPECT_TRUE(C[0].LaterWrites);
  O.forget(0, 1000);
  EXPECT_TRUE(
      O.record({{0, 1000, true}}, point(3, 1), clock({0, 0, 0, 1})).empty());
}

/// Against one record for every byte.
TEST(Order, AgreesWithAByteByByteModel) {
  constexpr uint32_t Streams = 3, Bytes = 64;
  std::mt19937 Random(1);
  auto below = [&](uint32_t N) { return Random() % N; };
  for (int Round = 0; Round < 200; ++Round) {
    MemoryOrder O;
    struct Access {
      AccessPoint Who;
      bool Wrote;
    };
    std::vector<std::vector<Access>> History(Bytes);
    std::vector<Clock> Now(Streams);
    uint64_t Numbers[Streams] = {};
    for (int Step = 0; Step < 60; ++Step) {
      uint32_t S = below(Streams);
      if (below(3) == 0)
        Now[S].join(Now[below(Streams)]);
      Now[S].set(S, ++Numbers[S]);
      uint32_t At = below(Bytes), Size = 1 + below(Bytes - At);
      bool Writes = below(2);
      AccessPoint Who = point(S, Numbers[S]);
      bool Expected = false;
      for (uint32_t B = At; B < At + Size; ++B) {
        // Only the last write, and what was read since, are remembered.
        for (auto I = History[B].rbegin(); I != History[B].rend(); ++I) {
          if ((Writes || I->Wrote) && !I->Who.isBefore(Now[S]))
            Expected = true;
          if (I->Wrote)
            break;
        }
        History[B].push_back({Who, Writes});
      }
      auto Found = O.record({{At, Size, Writes}}, Who, Now[S]);
      EXPECT_EQ(!Found.empty(), Expected);
    }
  }
}
