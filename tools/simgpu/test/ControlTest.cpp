//===- ControlTest.cpp - Divergence, reconvergence, barriers, calls -------===//

#include "Harness.h"

using namespace simgpu;

static const char *const OneOutput = ".param .u64 out";
/// %rd1 is the address of the thread's element of `out`, %r1 its index.
static const std::string Prologue = R"(
  mov.u32 %r1, %tid.x;
  ld.param.u64 %rd1, [out];
  mad.wide.u32 %rd1, %r1, 4, %rd1;
)";

/// Runs one block and returns what each thread stored.
static std::vector<uint32_t> run(const std::string &Body, uint32_t Threads = 32,
                                 uint64_t Seed = 0) {
  Bench B(kernel(OneOutput, Prologue + Body));
  B.Options.Seed = Seed;
  std::vector<uint32_t> Zeros(Threads);
  DeviceAddress Out = B.upload(Zeros);
  LaunchReport R = B.launch({1, 1, 1}, {Threads, 1, 1}, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  return B.download<uint32_t>(Out, Threads);
}

static LaunchReport report(const std::string &Body, uint32_t Threads = 32,
                           LaunchOptions Options = {}) {
  Bench B(kernel(OneOutput, Prologue + Body));
  B.Options = Options;
  DeviceAddress Out = B.upload(std::vector<uint32_t>(Threads));
  return B.launch({1, 1, 1}, {Threads, 1, 1}, Out);
}

static void expectOne(const LaunchReport &R, DiagnosticKind Kind,
                      const std::string &Instruction,
                      std::array<uint32_t, 3> Thread) {
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, Kind) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kernel, "test");
  EXPECT_EQ(R.Diagnostics[0].Instruction, Instruction);
  EXPECT_EQ(R.Diagnostics[0].Thread, Thread) << text(R);
}

//===----------------------------------------------------------------------===//
// Reconvergence
//===----------------------------------------------------------------------===//

TEST(Reconvergence, NestedBranches) {
  // The masks that the parts see, and the whole warp again at the end.
  auto Out = run(R"(
    mov.u32 %r9, 0;
    and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0;
    @%p1 bra EVEN;
    activemask.b32 %r9;
    bra JOIN;
  EVEN:
    and.b32 %r2, %r1, 2; setp.eq.u32 %p2, %r2, 0;
    @%p2 bra FOURTH;
    activemask.b32 %r9;
    bra INNER;
  FOURTH:
    activemask.b32 %r9;
  INNER:
    activemask.b32 %r3;
    setp.ne.u32 %p3, %r3, 0x55555555;
    @%p3 trap;
  JOIN:
    activemask.b32 %r4;
    setp.ne.u32 %p3, %r4, -1;
    @%p3 trap;
    st.global.u32 [%rd1], %r9;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], I & 1 ? 0xaaaaaaaau : I & 2 ? 0x44444444u : 0x11111111u);
}

TEST(Reconvergence, LoopsWithDifferentTripCounts) {
  for (uint64_t Seed : {0, 1, 2, 3}) {
    auto Out = run(R"(
      mov.u32 %r2, 0; mov.u32 %r3, 0;
    LOOP:
      add.u32 %r3, %r3, %r2;
      add.u32 %r2, %r2, 1;
      setp.le.u32 %p1, %r2, %r1;
      @%p1 bra LOOP;
      activemask.b32 %r4;
      setp.ne.u32 %p3, %r4, -1;
      @%p3 trap;
      st.global.u32 [%rd1], %r3;)",
                   32, Seed);
    for (uint32_t I = 0; I < 32; ++I)
      EXPECT_EQ(Out[I], I * (I + 1) / 2);
  }
}

TEST(Reconvergence, EarlyExitInsideABranchKeepsTheOuterJoin) {
  auto Out = run(R"(
    setp.lt.u32 %p1, %r1, 16;
    @!%p1 bra JOIN;
    setp.lt.u32 %p2, %r1, 4;
    @%p2 bra END;
    add.u32 %r1, %r1, 100;
  JOIN:
    activemask.b32 %r4;
    st.global.u32 [%rd1], %r4;
  END:
    ret;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], I < 4 ? 0 : 0xfffffff0u);
}

TEST(Reconvergence, LoopThatOnlyEndsTheThread) {
  auto Out = run(R"(
    mov.u32 %r2, 0;
  LOOP:
    st.global.u32 [%rd1], %r2;
    add.u32 %r2, %r2, 1;
    setp.le.u32 %p1, %r2, %r1;
    @%p1 bra LOOP;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], I);
}

TEST(Reconvergence, IndexedBranch) {
  auto Out = run(R"(
    rem.u32 %r2, %r1, 3;
  TABLE: .branchtargets A, B, C;
    brx.idx %r2, TABLE;
  A: mov.u32 %r3, 10; bra JOIN;
  B: mov.u32 %r3, 20; bra JOIN;
  C: mov.u32 %r3, 30;
  JOIN:
    activemask.b32 %r4;
    setp.ne.u32 %p3, %r4, -1;
    @%p3 trap;
    st.global.u32 [%rd1], %r3;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], 10 * (I % 3 + 1));
}

TEST(Reconvergence, BarrierAfterDivergence) {
  auto Out = run(R"(
    .shared .align 4 .b8 s[256];
    mov.u32 %r8, s;
    setp.lt.u32 %p1, %r1, 20;
    mov.u32 %r3, 1;
    @%p1 bra SKIP;
    mov.u32 %r3, 2;
  SKIP:
    shl.b32 %r4, %r1, 2; add.u32 %r4, %r8, %r4;
    st.shared.u32 [%r4], %r3;
    bar.sync 0;
    xor.b32 %r5, %r1, 63;
    shl.b32 %r4, %r5, 2; add.u32 %r4, %r8, %r4;
    ld.shared.u32 %r6, [%r4];
    st.global.u32 [%rd1], %r6;)",
                 64);
  for (uint32_t I = 0; I < 64; ++I)
    EXPECT_EQ(Out[I], (I ^ 63) < 20 ? 1u : 2u);
}

TEST(Reconvergence, HalvesOfAWarpMeetInAShuffle) {
  // Lanes may come to one sync from different fragments.
  auto Out = run(R"(
    setp.lt.u32 %p1, %r1, 16;
    mov.u32 %r3, 7;
    @%p1 bra LOW;
    add.u32 %r3, %r1, 100;
    bra MEET;
  LOW:
    add.u32 %r3, %r1, 200;
  MEET:
    shfl.sync.bfly.b32 %r5, %r3, 16, 31, -1;
    st.global.u32 [%rd1], %r5;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], I < 16 ? I + 16 + 100 : I - 16 + 200);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static const std::string Callee = R"(
.version 8.0
.target sm_80
.address_size 64
.func (.param .b32 result) triangle(.param .b32 n)
{
  .local .align 4 .b8 depot[4];
  .reg .pred %p<3>; .reg .b32 %r<8>; .reg .b64 %rd<3>;
  ld.param.u32 %r1, [n];
  mov.u32 %r2, 0;
  mov.u64 %rd1, depot;
  st.local.u32 [%rd1], %r2;
LOOP:
  setp.eq.u32 %p1, %r1, 0;
  @%p1 bra DONE;
  ld.local.u32 %r2, [%rd1];
  add.u32 %r2, %r2, %r1;
  st.local.u32 [%rd1], %r2;
  sub.u32 %r1, %r1, 1;
  bra LOOP;
DONE:
  ld.local.u32 %r3, [depot];
  st.param.b32 [result], %r3;
  ret;
}
)";

TEST(Calls, DivergentCallWithLocalMemory) {
  Bench B(Callee + kernel(OneOutput, Prologue + R"(
    mov.u32 %r5, 999;
    and.b32 %r2, %r1, 1; setp.eq.u32 %p1, %r2, 0;
    @%p1 bra SKIP;
    {
      .param .b32 a;
      st.param.b32 [a], %r1;
      .param .b32 back;
      call.uni (back), triangle, (a);
      ld.param.b32 %r5, [back];
    }
  SKIP:
    activemask.b32 %r4;
    setp.ne.u32 %p3, %r4, -1;
    @%p3 trap;
    st.global.u32 [%rd1], %r5;)")
                       .substr(std::string(".version 8.6\n.target sm_90\n"
                                           ".address_size 64\n")
                                   .size()));
  DeviceAddress Out = B.upload(std::vector<uint32_t>(32));
  LaunchReport R = B.launch({1, 1, 1}, {32, 1, 1}, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  auto Values = B.download<uint32_t>(Out, 32);
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Values[I], I & 1 ? I * (I + 1) / 2 : 999);
}

TEST(Calls, RecursionIsAnError) {
  auto M = Module::parse("r.ptx", R"(
.version 8.0
.target sm_80
.address_size 64
.func f();
.func f() { call f; ret; }
.entry k() { call f; ret; })");
  ASSERT_FALSE(bool(M));
  EXPECT_EQ(M.message(), "r.ptx:7: kernel 'k' calls a recursive function, "
                         "which is not implemented");
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

TEST(Barriers, PartOfAWarp) {
  expectOne(report("setp.lt.u32 %p1, %r1, 5;\n@%p1 bar.sync 0;"),
            DiagnosticKind::DivergentBarrier, "@%p1 bar.sync 0;", {0, 0, 0});
}

TEST(Barriers, OnlySomeWarps) {
  std::string Body = "setp.lt.u32 %p1, %r1, 32;\n@%p1 bar.sync 0;";
  expectOne(report(Body, 64), DiagnosticKind::DivergentBarrier,
            "@%p1 bar.sync 0;", {0, 0, 0});
  LaunchOptions Lenient;
  Lenient.Check.ExitedThreads = false;
  EXPECT_TRUE(report(Body, 64, Lenient).ok());
}

TEST(Barriers, TwoPlaces) {
  LaunchReport R = report(R"(
    setp.lt.u32 %p1, %r1, 32;
    @%p1 bra A;
    bar.sync 0;
    bra END;
  A:
    bar.sync 0;
  END:)",
                          64);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::DivergentBarrier);
}

TEST(Barriers, ProducersAndConsumers) {
  // Warp 0 waits for what warp 1 writes; warp 1 does not wait.
  for (uint64_t Seed : {0, 1, 2, 3}) {
    auto Out = run(R"(
    .shared .align 4 .b8 s[128];
    mov.u32 %r8, s;
    and.b32 %r2, %r1, 31; shl.b32 %r4, %r2, 2; add.u32 %r4, %r8, %r4;
    setp.lt.u32 %p1, %r1, 32;
    @%p1 bra CONSUME;
    st.shared.u32 [%r4], %r1;
    barrier.cta.arrive.aligned 1, 64;
    bra END;
  CONSUME:
    barrier.cta.sync.aligned 1, 64;
    ld.shared.u32 %r5, [%r4];
    st.global.u32 [%rd1], %r5;
  END:)",
                   64, Seed);
    for (uint32_t I = 0; I < 64; ++I)
      EXPECT_EQ(Out[I], I < 32 ? I + 32 : 0);
  }
}

TEST(Barriers, Reductions) {
  auto Out = run(R"(
    setp.lt.u32 %p1, %r1, 40;
    barrier.cta.red.popc.aligned.u32 %r2, 0, %p1;
    barrier.cta.red.and.aligned.pred %p2, 0, %p1;
    barrier.cta.red.or.aligned.pred %p3, 0, !%p1;
    selp.u32 %r3, 1000, 0, %p2;
    selp.u32 %r4, 2000, 0, %p3;
    add.u32 %r2, %r2, %r3; add.u32 %r2, %r2, %r4;
    st.global.u32 [%rd1], %r2;)",
                 96);
  EXPECT_EQ(Out, std::vector<uint32_t>(96, 2040));
}

TEST(Barriers, Deadlock) {
  LaunchReport R = report(R"(
    setp.lt.u32 %p1, %r1, 32;
    @%p1 bra A;
    bar.sync 1, 64;
    bra END;
  A:
    bar.sync 2, 64;
  END:)",
                          64);
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::Deadlock);
}

TEST(WarpSync, MissingMember) {
  expectOne(report(R"(
    setp.lt.u32 %p1, %r1, 16;
    @%p1 bra END;
    shfl.sync.bfly.b32 %r5, %r1, 1, 31, -1;
  END:
    bar.sync 0;)"),
            DiagnosticKind::DivergentWarp,
            "shfl.sync.bfly.b32 %r5, %r1, 1, 31, -1;", {16, 0, 0});
}

TEST(WarpSync, MasksOfTwoHalves) {
  auto Out = run(R"(
    setp.lt.u32 %p1, %r1, 16;
    selp.b32 %r2, 0xffff, 0xffff0000, %p1;
    @%p1 bra LOW;
    vote.sync.ballot.b32 %r3, %p1, 0xffff0000;
    bra END;
  LOW:
    vote.sync.ballot.b32 %r3, %p1, 0xffff;
  END:
    shfl.sync.idx.b32 %r4, %r1, 3, 0x101f, %r2;
    shl.b32 %r4, %r4, 16;
    add.u32 %r3, %r3, %r4;
    st.global.u32 [%rd1], %r3;)");
  for (uint32_t I = 0; I < 32; ++I)
    EXPECT_EQ(Out[I], I < 16 ? 0x3ffffu : 19u << 16);
}

TEST(Limits, EndlessLoop) {
  LaunchOptions Options;
  Options.MaxWarpInstructions = 100000;
  expectOne(report("LOOP: bra LOOP;", 32, Options), DiagnosticKind::Limit,
            "bra LOOP;", {0, 0, 0});
}

TEST(Limits, Trap) {
  expectOne(report("setp.eq.u32 %p1, %r1, 9;\n@%p1 trap;"),
            DiagnosticKind::Trap, "@%p1 trap;", {9, 0, 0});
}

TEST(Limits, LanesThatWaitForEachOtherThroughMemory) {
  // Lane 31 sets the flag that the others poll.
  auto Out = run(R"(
    .shared .align 4 .b8 flag[4];
    setp.eq.u32 %p1, %r1, 31;
    mov.u32 %r3, 1;
    mov.u32 %r5, 0;
    @%p1 st.shared.u32 [flag], %r5;
    bar.sync 0;
    @%p1 bra SET;
  POLL:
    atom.shared.or.b32 %r4, [flag], 0;
    setp.eq.u32 %p2, %r4, 0;
    @%p2 bra POLL;
    bra END;
  SET:
    atom.shared.exch.b32 %r4, [flag], 1;
    mov.u32 %r4, 5;
  END:
    st.global.u32 [%rd1], %r4;)");
  EXPECT_EQ(Out[0], 1u);
  EXPECT_EQ(Out[31], 5u);
}
