//===- EngineTest.cpp - Sessions over a fake model ------------------------===//

#include "Engine.h"
#include "FakeModel.h"
#include "Sampler.h"

#include <gtest/gtest.h>

#include <map>

using namespace h3;

namespace {
class EngineTest : public ::testing::TestWithParam<unsigned> {
protected:
  void SetUp() override {
    EngineOptions Options;
    Options.Threads = GetParam();
    Expected<std::unique_ptr<Engine>> Opened = Engine::create(Model, Options);
    ASSERT_TRUE(bool(Opened));
    E = std::move(*Opened);
  }

  int32_t allocate() {
    Expected<int32_t> Slot = E->allocateSlot();
    EXPECT_TRUE(bool(Slot));
    return *Slot;
  }

  /// Greedy tokens after each position of each input.
  std::map<std::pair<size_t, int64_t>, int32_t>
  feed(const std::vector<std::pair<int32_t, std::vector<int32_t>>> &Inputs,
       int64_t Chunk = 0) {
    std::vector<SequenceChunk> Chunks;
    for (const auto &[Slot, Ids] : Inputs)
      Chunks.push_back({Slot, Ids.data(), int64_t(Ids.size())});
    std::map<std::pair<size_t, int64_t>, int32_t> Result;
    Error Err = E->feed(Chunks, {Chunk, 100},
                        [&](size_t Sequence, int64_t I, const float *Row) {
                          Result[{Sequence, I}] =
                              chooseToken(Row, {Model.vocab});
                          return Error::success();
                        });
    EXPECT_FALSE(bool(Err)) << Err.message();
    return Result;
  }

  H3Model Model = makeFakeModel();
  std::unique_ptr<Engine> E;
};
} // namespace

static const std::vector<int32_t> Ids = {5, 100, 40, 7, 9, 1, 2, 3, 99};

TEST_P(EngineTest, ChunkedIsWhole) {
  int32_t Slot = allocate();
  auto Whole = feed({{Slot, Ids}});
  int32_t Sum = 0;
  for (size_t I = 0; I < Ids.size(); ++I) {
    Sum = (Sum + Ids[I]) % 128;
    EXPECT_EQ((Whole[{0, I}]), Sum);
  }
  for (int64_t Chunk : {1, 2, 3, 4, 50}) {
    ASSERT_FALSE(bool(E->resetSlot(Slot)));
    EXPECT_EQ(feed({{Slot, Ids}}, Chunk), Whole) << Chunk;
  }
}

TEST_P(EngineTest, ExtendsEverySequence) {
  std::vector<int32_t> Short = {3}, Next;
  int32_t A = allocate(), B = allocate();
  const int64_t Length = Ids.size();
  // More tokens than a step has; of the ids below 2, the one next to
  // the sum 3 is 1.
  Error Err = E->extend({{A, Ids.data(), Length}, {B, Short.data(), 1}},
                        {{Model.vocab}, {2}}, Next);
  ASSERT_FALSE(bool(Err)) << Err.message();
  EXPECT_EQ(Next, (std::vector<int32_t>{266 % 128, 1}));
  Err = E->extend({{A, Ids.data(), 1}}, {}, Next);
  EXPECT_EQ(Err.message(), "1 sequences and 0 choices of their next tokens");
  Err = E->extend({{A, Ids.data(), 1}}, {{Model.padded_vocab + 1}}, Next);
  EXPECT_EQ(Err.message(), "a token cannot be chosen among 137 ids of 136");
  EXPECT_EQ(*E->position(A), Length);
}

TEST_P(EngineTest, RaggedBatchIsEachAlone) {
  std::vector<int32_t> Short = {3}, Middle = {1, 2, 3, 4, 5};
  int32_t A = allocate(), B = allocate(), C = allocate();
  auto Together = feed({{A, Ids}, {B, Short}, {C, Middle}}, 2);
  const std::vector<int32_t> *Inputs[] = {&Ids, &Short, &Middle};
  ASSERT_FALSE(bool(E->resetSlot(A)));
  for (size_t I = 0; I < 3; ++I) {
    for (const auto &[Key, Id] : feed({{A, *Inputs[I]}}))
      EXPECT_EQ((Together[{I, Key.second}]), Id);
    ASSERT_FALSE(bool(E->resetSlot(A)));
  }
}

TEST_P(EngineTest, ForkGoesOnAlone) {
  int32_t A = allocate();
  feed({{A, Ids}});
  Expected<int32_t> B = E->forkSlot(A);
  ASSERT_TRUE(bool(B));
  auto Next = feed({{A, {1}}, {*B, {2}}});
  EXPECT_EQ((Next[{1, 0}]), (Next[{0, 0}] + 1) % 128);
}

TEST_P(EngineTest, SavedStateGoesOn) {
  std::string Path = ::testing::TempDir() + "h3rt-slot";
  int32_t A = allocate(), B = allocate();
  feed({{A, Ids}});
  ASSERT_FALSE(bool(E->saveSlot(A, Path)));
  ASSERT_FALSE(bool(E->loadSlot(B, Path)));
  EXPECT_EQ(*E->position(B), int64_t(Ids.size()));
  auto Next = feed({{A, {1}}, {B, {1}}});
  EXPECT_EQ((Next[{0, 0}]), (Next[{1, 0}]));

  Model.weights_digest = "another model's digest, 32 chars";
  EXPECT_TRUE(bool(E->loadSlot(B, Path)));
  std::remove(Path.c_str());
}

TEST_P(EngineTest, RefusesWhatDoesNotFit) {
  int32_t A = allocate(), B = allocate();
  allocate();
  EXPECT_EQ(E->allocateSlot().takeError().code(), H3RT_NO_RESOURCES);
  std::vector<int32_t> Long(17, 1), Bad = {1, 136}, Negative = {-1};
  auto Visit = [](size_t, int64_t, const float *) { return Error::success(); };
  EXPECT_EQ(E->feed({{A, Long.data(), 17}}, {}, Visit).code(),
            H3RT_CONTEXT_FULL);
  EXPECT_EQ(E->feed({{A, Bad.data(), 2}}, {}, Visit).code(),
            H3RT_INVALID_ARGUMENT);
  EXPECT_TRUE(bool(E->feed({{A, Negative.data(), 1}}, {}, Visit)));
  EXPECT_TRUE(bool(E->feed({{A, Ids.data(), 0}}, {}, Visit)));
  EXPECT_TRUE(bool(E->feed({{7, Ids.data(), 1}}, {}, Visit)));
  EXPECT_TRUE(bool(E->step({{A, Ids.data(), 1}, {A, Ids.data(), 1}}, {})));
  EXPECT_TRUE(bool(E->step({{A, Ids.data(), 3}, {B, Ids.data(), 2}}, {})));
  EXPECT_TRUE(bool(E->step({{A, Ids.data(), 2}}, {2})));
  EXPECT_EQ(*E->position(A), 0);
  EXPECT_FALSE(bool(E->feed({{A, Long.data(), 16}}, {}, Visit)));
}

INSTANTIATE_TEST_SUITE_P(Threads, EngineTest, ::testing::Values(1u, 2u, 5u));

TEST(CApi, FeedsAndReports) {
  H3Model Model = makeFakeModel();
  H3rtEngine *E = nullptr;
  H3rtOptions Options = {};
  EXPECT_EQ(h3rt_open(&Model, &Options, &E), H3RT_INVALID_ARGUMENT);
  Options.size = sizeof(Options);
  Options.threads = 2;
  ASSERT_EQ(h3rt_open(&Model, &Options, &E), H3RT_OK);
  int32_t Sequence, Copy;
  ASSERT_EQ(h3rt_sequence_create(E, &Sequence), H3RT_OK);
  std::vector<float> Logits(Model.padded_vocab);
  EXPECT_EQ(h3rt_feed(E, Sequence, Ids.data(), 3, Logits.data()), H3RT_OK);
  EXPECT_EQ(chooseToken(Logits.data(), {Model.vocab}), 145 % 128);
  EXPECT_EQ(h3rt_sequence_fork(E, Sequence, &Copy), H3RT_OK);
  int64_t Position;
  EXPECT_EQ(h3rt_sequence_position(E, Copy, &Position), H3RT_OK);
  EXPECT_EQ(Position, 3);
  EXPECT_EQ(h3rt_sequence_release(E, 9), H3RT_INVALID_ARGUMENT);
  EXPECT_STREQ(h3rt_last_error(), "sequence 9 is not in use");
  h3rt_close(E);
}
