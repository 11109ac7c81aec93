//===- CheckTest.cpp - What must be reported, and what must not -----------===//

#include "Harness.h"

using namespace simgpu;

/// Threads [Threads] of a kernel with a buffer of 256 bytes at %rd1, thread
/// number in %r1, and 4 * %r1 added in %rd2.
static LaunchReport run(const std::string &Body, uint32_t Threads = 32,
                        bool Initialised = true, LaunchOptions Options = {}) {
  Bench B(kernel(".param .u64 buffer", R"(
    .shared .align 16 .b8 s[256];
    ld.param.u64 %rd1, [buffer]; mov.u32 %r1, %tid.x; mov.u32 %r9, s;
    mad.wide.u32 %rd2, %r1, 4, %rd1; mad.lo.u32 %r8, %r1, 4, %r9;
)" + Body));
  B.Options = Options;
  DeviceAddress A = Initialised ? B.upload(std::vector<uint32_t>(64), "buffer")
                                : B.allocate(256, "buffer");
  return B.launch({1, 1, 1}, {Threads, 1, 1}, A);
}

static void expectOne(const LaunchReport &R, DiagnosticKind Kind,
                      const std::string &Instruction, uint32_t Thread,
                      const std::string &Message) {
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  const Diagnostic &D = R.Diagnostics[0];
  EXPECT_EQ(D.Kind, Kind) << text(R);
  EXPECT_EQ(D.Instruction, Instruction);
  EXPECT_EQ(D.Thread[0], Thread) << text(R);
  EXPECT_NE(D.Message.find(Message), std::string::npos) << text(R);
}

//===----------------------------------------------------------------------===//
// Global memory
//===----------------------------------------------------------------------===//

TEST(Global, OneElementTooFar) {
  expectOne(run("ld.global.u32 %r2, [%rd2+132];"), DiagnosticKind::OutOfBounds,
            "ld.global.u32 %r2, [%rd2+132];", 31, "0 bytes past the end of [");
  expectOne(run("st.global.u32 [%rd2+-4], %r1;"), DiagnosticKind::OutOfBounds,
            "st.global.u32 [%rd2+-4], %r1;", 0, "store of 4 bytes at");
}

TEST(Global, NullAndWildAddresses) {
  expectOne(run("mov.u64 %rd3, 0; ld.global.u32 %r2, [%rd3];"),
            DiagnosticKind::OutOfBounds, "ld.global.u32 %r2, [%rd3];", 0,
            "which is null");
  expectOne(run("ld.u8 %r2, [%rd1+1000000];"), DiagnosticKind::OutOfBounds,
            "ld.u8 %r2, [%rd1+1000000];", 0, "past the end");
}

TEST(Global, Misaligned) {
  expectOne(run("ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%rd2];"),
            DiagnosticKind::Misaligned,
            "ld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%rd2];", 1,
            "expected a multiple of 16");
}

TEST(Global, Uninitialised) {
  LaunchReport R = run("setp.lt.u32 %p1, %r1, 8;"
                       "@%p1 st.global.u32 [%rd2], %r1;"
                       "ld.global.u32 %r2, [%rd2];",
                       32, false);
  expectOne(R, DiagnosticKind::Uninitialised, "ld.global.u32 %r2, [%rd2];", 8,
            "of memory that nobody has written");
  EXPECT_EQ(R.Diagnostics[0].Count, 24u);
  LaunchOptions Off;
  Off.Check.Uninitialised = false;
  EXPECT_TRUE(run("ld.global.u32 %r2, [%rd2];", 32, false, Off).ok());
}

TEST(Global, UninitialisedByte) {
  expectOne(run("st.global.u8 [%rd2], %r1; st.global.u16 [%rd2+2], %r1;"
                "ld.global.u8 %r2, [%rd2]; ld.global.u32 %r3, [%rd2];",
                1, false),
            DiagnosticKind::Uninitialised, "ld.global.u32 %r3, [%rd2];", 0,
            "byte 0 of");
}

TEST(Global, UseAfterFree) {
  Bench B(kernel(".param .u64 a",
                 "ld.param.u64 %rd1, [a]; ld.global.u32 %r1, [%rd1+8];"));
  DeviceAddress A = B.upload(std::vector<uint32_t>(4), "weights");
  EXPECT_TRUE(B.launch({1, 1, 1}, {1, 1, 1}, A).ok());
  EXPECT_FALSE(B.Gpu.free(A));
  B.allocate(16); // does not get the same address
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1}, A);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::UseAfterFree);
  EXPECT_NE(R.Diagnostics[0].Message.find("16 bytes from weights"),
            std::string::npos)
      << text(R);
}

TEST(Global, ConstantsAreReadOnly) {
  Bench B(R"(
.version 8.0
.target sm_80
.address_size 64
.const .align 4 .u32 table[2] = {1, 2};
.entry k() { .reg .b64 %rd<3>; .reg .b32 %r<3>;
  mov.u64 %rd1, table; mov.u32 %r1, 0; st.global.u32 [%rd1], %r1; ret; })");
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1});
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::ReadOnly);
}

//===----------------------------------------------------------------------===//
// Local and parameter memory
//===----------------------------------------------------------------------===//

TEST(Local, BoundsAndInitialisation) {
  std::string Depot = ".local .align 4 .b8 d[16]; mov.u64 %rd3, d;\n";
  expectOne(run(Depot + "st.local.u32 [%rd3+16], %r1;"),
            DiagnosticKind::OutOfBounds, "st.local.u32 [%rd3+16], %r1;", 0,
            "of local memory, of which the thread has 16 bytes");
  expectOne(
      run(Depot + "st.local.u32 [%rd3], %r1; ld.local.u32 %r2, [%rd3+4];"),
      DiagnosticKind::Uninitialised, "ld.local.u32 %r2, [%rd3+4];", 0,
      "of local memory");
}

TEST(Param, BoundsAndStores) {
  expectOne(run("ld.param.u64 %rd3, [buffer+8];"), DiagnosticKind::OutOfBounds,
            "ld.param.u64 %rd3, [buffer+8];", 0, "have 8 bytes");
}

//===----------------------------------------------------------------------===//
// Races in shared memory
//===----------------------------------------------------------------------===//

TEST(Race, ReadOfWhatAnotherThreadWrote) {
  std::string Read = "ld.shared.u32 %r2, [%r8+4];";
  std::string Write = "setp.eq.u32 %p1, %r1, 31; mov.u32 %r3, 1;"
                      "@%p1 st.shared.u32 [%r8+4], %r3;"
                      "st.shared.u32 [%r8], %r1;";
  expectOne(run(Write + Read), DiagnosticKind::SharedRace, Read, 0,
            "which thread (1,0,0) at line");
  EXPECT_TRUE(run(Write + "bar.sync 0;" + Read).ok());
  EXPECT_TRUE(run(Write + "bar.warp.sync -1;" + Read).ok());
  // Talk among lanes orders no memory.
  expectOne(run(Write + "shfl.sync.idx.b32 %r4, %r1, 0, 31, -1;" + Read),
            DiagnosticKind::SharedRace, Read, 0, "with no barrier between");
  expectOne(run(Write + "fence.acq_rel.cta;" + Read),
            DiagnosticKind::SharedRace, Read, 0, "with no barrier between");
}

TEST(Race, WriteAfterRead) {
  std::string Start = "st.shared.u32 [%r8], %r1; bar.sync 0;"
                      "xor.b32 %r2, %r8, 4; ld.shared.u32 %r3, [%r2];";
  std::string Write = "st.shared.u32 [%r8], %r3;";
  expectOne(run(Start + Write), DiagnosticKind::SharedRace, Write, 0,
            "read, with no barrier between");
  EXPECT_TRUE(run(Start + "bar.sync 0;" + Write).ok());
}

TEST(Race, TwoWriters) {
  std::string Write = "st.shared.u32 [%r9], %r1;";
  LaunchReport R = run(Write);
  expectOne(R, DiagnosticKind::SharedRace, Write, 1, "wrote");
  EXPECT_EQ(R.Diagnostics[0].Count, 31u);
}

TEST(Race, ManyReadersOneWriter) {
  // Thread 0 writes while others, of other warps too, may still read.
  std::string Start = "setp.eq.u32 %p1, %r1, 0; @%p1 st.shared.u32 [%r9], %r1;"
                      "bar.sync 0; ld.shared.u32 %r2, [%r9];";
  std::string Write = "@%p1 st.shared.u32 [%r9], %r2;";
  for (uint64_t Seed : {0, 1, 2, 3}) {
    LaunchOptions O;
    O.Seed = Seed;
    LaunchReport R = run(Start + Write, 128, true, O);
    ASSERT_FALSE(R.ok());
    EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::SharedRace);
    R = run(Start + "bar.sync 0;" + Write, 128, true, O);
    EXPECT_TRUE(R.ok()) << text(R);
  }
}

TEST(Race, BytesOfOneWord) {
  // Neighbouring bytes are different memory.
  std::string Bytes = "add.u32 %r2, %r9, %r1; st.shared.u8 [%r2], %r1;";
  EXPECT_TRUE(run(Bytes).ok());
  EXPECT_TRUE(run(Bytes + "ld.shared.u8 %r3, [%r2];").ok());
  std::string Word = "and.b32 %r4, %r2, -4; ld.shared.u32 %r3, [%r4];";
  expectOne(run(Bytes + Word), DiagnosticKind::SharedRace,
            "ld.shared.u32 %r3, [%r4];", 0, "thread (1,0,0)");
  EXPECT_TRUE(run(Bytes + "bar.sync 0;" + Word).ok());
}

TEST(Race, AtomicsAmongThemselves) {
  std::string Start = "setp.eq.u32 %p1, %r1, 0; mov.u32 %r2, 0;"
                      "@%p1 st.shared.u32 [%r9], %r2; bar.sync 0;";
  std::string Add = "atom.shared.add.u32 %r3, [%r9], 1;";
  EXPECT_TRUE(run(Start + Add, 128).ok());
  LaunchReport R = run(Start + Add + "ld.shared.u32 %r4, [%r9];", 128);
  ASSERT_FALSE(R.ok());
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::SharedRace);
  EXPECT_TRUE(
      run(Start + Add + "bar.sync 0; ld.shared.u32 %r4, [%r9];", 128).ok());
}

TEST(Race, PartOfAWarpSynchronises) {
  // Lanes 0 and 1 meet; lane 2 does not meet lane 3.
  std::string Write = "st.shared.u32 [%r8], %r1;"
                      "setp.lt.u32 %p1, %r1, 2; setp.eq.u32 %p2, %r1, 2;"
                      "@%p1 bar.warp.sync 3; xor.b32 %r2, %r8, 4;";
  EXPECT_TRUE(run(Write + "@%p1 ld.shared.u32 %r3, [%r2];").ok());
  expectOne(run(Write + "@%p2 ld.shared.u32 %r3, [%r2];"),
            DiagnosticKind::SharedRace, "@%p2 ld.shared.u32 %r3, [%r2];", 2,
            "thread (3,0,0)");
}

TEST(Race, NamedBarrierOrdersItsWarpsOnly) {
  // Warps 0 and 1 meet at barrier 1; warp 2 reads without having met them.
  std::string Body = "setp.lt.u32 %p1, %r1, 64; and.b32 %r2, %r1, 31;"
                     "mad.lo.u32 %r3, %r2, 4, %r9; setp.lt.u32 %p2, %r1, 32;"
                     "@%p2 st.shared.u32 [%r3], %r1;"
                     "@!%p1 bra LAST; bar.sync 1, 64;"
                     "@%p2 bra END; ld.shared.u32 %r4, [%r3]; bra END;\n"
                     "LAST: nanosleep.u32 10;";
  EXPECT_TRUE(run(Body + "END:", 96).ok());
  LaunchReport R = run(Body + "ld.shared.u32 %r5, [%r3];\nEND:", 96);
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::SharedRace);
  EXPECT_EQ(R.Diagnostics[0].Thread[0], 64u);
}

TEST(Shared, BoundsAndInitialisation) {
  expectOne(run("st.shared.u32 [%r8+132], %r1;"), DiagnosticKind::OutOfBounds,
            "st.shared.u32 [%r8+132], %r1;", 31,
            "of shared memory, of which the block has 256 bytes");
  expectOne(run("ld.shared.u32 %r2, [%r8];"), DiagnosticKind::Uninitialised,
            "ld.shared.u32 %r2, [%r8];", 0,
            "of shared memory that nobody has written");
}

TEST(Shared, EachBlockStartsWithoutValues) {
  Bench B(kernel(".param .u64 a", R"(
    .shared .align 4 .b8 s[4];
    mov.u32 %r1, %ctaid.x; setp.eq.u32 %p1, %r1, 0;
    @%p1 st.shared.u32 [s], %r1; ld.shared.u32 %r2, [s];)"));
  B.Options.HostThreads = 1;
  LaunchReport R = B.launch({2, 1, 1}, {1, 1, 1}, DeviceAddress(0));
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::Uninitialised);
  EXPECT_EQ(R.Diagnostics[0].Block[0], 1u);
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

TEST(AsyncRace, UseBeforeTheWait) {
  std::string Copy = "cp.async.ca.shared.global [%r8], [%rd2], 4;"
                     "cp.async.commit_group;";
  std::string Read = "ld.shared.u32 %r2, [%r8];";
  expectOne(run(Copy + Read), DiagnosticKind::AsyncRace, Read, 0,
            "may still write; expected a wait");
  EXPECT_TRUE(run(Copy + "cp.async.wait_group 0;" + Read).ok());
  expectOne(run(Copy + "cp.async.wait_group 1;" + Read),
            DiagnosticKind::AsyncRace, Read, 0, "may still write");
  // A barrier without the wait does not help, nor the wait without a barrier.
  std::string Other = "xor.b32 %r3, %r8, 4; ld.shared.u32 %r2, [%r3];";
  LaunchReport R = run(Copy + "bar.sync 0;" + Other);
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::AsyncRace);
  R = run(Copy + "cp.async.wait_all;" + Other);
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::SharedRace);
  EXPECT_TRUE(run(Copy + "cp.async.wait_all; bar.sync 0;" + Other).ok());
}

TEST(AsyncRace, CopyOverWhatIsStillRead) {
  std::string Body = "st.shared.u32 [%r8], %r1; bar.sync 0; xor.b32 %r3, %r8, "
                     "4; ld.shared.u32 %r2, [%r3];";
  std::string Copy = "cp.async.ca.shared.global [%r8], [%rd2], 4;";
  LaunchReport R = run(Body + Copy);
  ASSERT_EQ(R.Diagnostics.size(), 1u) << text(R);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::SharedRace);
  EXPECT_TRUE(run(Body + "bar.sync 0;" + Copy).ok());
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

TEST(Report, NamesEverything) {
  Bench B(R"(
.version 8.0
.target sm_80
.address_size 64
.file 1 "model.mlir"
.entry scan(.param .u64 a)
{
  .reg .b64 %rd<3>; .reg .b32 %r<3>;
  .loc 1 17 5
  ld.param.u64 %rd1, [a];
  .loc 1 18 9
  ld.global.u32 %r1, [%rd1+64];
  ret;
})");
  DeviceAddress A = B.upload(std::vector<uint32_t>(16), "cuMemAlloc");
  LaunchReport R = B.launch({4, 3, 2}, {2, 2, 2}, A);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_TRUE(R.fatal());
  std::string Text = R.Diagnostics[0].str();
  for (const char *Part :
       {"test.ptx:12: out-of-bounds: load of 4 bytes at 0x",
        "64 bytes from cuMemAlloc; kernel 'scan', block (0,0,0), thread "
        "(0,0,0), `ld.global.u32 %r1, [%rd1+64];`, from model.mlir:18:9"})
    EXPECT_NE(Text.find(Part), std::string::npos) << Text;
}

TEST(Report, SameForAnyNumberOfHostThreads) {
  std::string Ptx = kernel(".param .u64 a", R"(
    ld.param.u64 %rd1, [a]; mov.u32 %r1, %ctaid.x;
    mad.wide.u32 %rd1, %r1, 4, %rd1;
    ld.global.u32 %r2, [%rd1];)");
  for (uint64_t Seed : {0, 5}) {
    std::string First;
    for (uint32_t Threads : {1, 2, 3}) {
      Bench B(Ptx);
      B.Options.Seed = Seed;
      B.Options.HostThreads = Threads;
      DeviceAddress A = B.upload(std::vector<uint32_t>(100));
      LaunchReport R = B.launch({200, 1, 1}, {1, 1, 1}, A);
      ASSERT_EQ(R.Diagnostics.size(), 1u);
      std::string Block = std::to_string(R.Diagnostics[0].Block[0]);
      if (First.empty())
        First = Block;
      EXPECT_EQ(Block, First);
    }
  }
}
