//===- TeamTest.cpp - Threads and barriers --------------------------------===//

#include "Team.h"

#include <gtest/gtest.h>

using namespace h3;

class TeamTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(TeamTest, BarriersOrderPhases) {
  auto Created = Team::create(GetParam());
  ASSERT_TRUE(bool(Created));
  Team &Threads = **Created;
  const int64_t N = Threads.threads();
  constexpr int Regions = 200, Phases = 10;
  std::vector<int64_t> Values(N, 0);
  std::atomic<int> Wrong{0};
  for (int Region = 0; Region < Regions; ++Region)
    Threads.run([&](int64_t Thread) {
      for (int Phase = 0; Phase < Phases; ++Phase) {
        ++Values[Thread];
        h3rt_barrier(Threads.handle());
        Wrong += Values[(Thread + 1) % N] != Region * Phases + Phase + 1;
        h3rt_barrier(Threads.handle());
      }
    });
  EXPECT_EQ(Wrong, 0);
  EXPECT_EQ(Values, std::vector<int64_t>(N, Regions * Phases));
}

// Eight threads are more than a small machine has cores.
INSTANTIATE_TEST_SUITE_P(Threads, TeamTest, ::testing::Values(1u, 2u, 3u, 8u));

TEST(Team, DefaultIsTheAllowedCores) {
  auto Created = Team::create(0);
  ASSERT_TRUE(bool(Created));
  EXPECT_EQ((*Created)->threads(), allowedCores());
}
