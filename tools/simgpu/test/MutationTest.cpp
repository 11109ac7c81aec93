//===- MutationTest.cpp - Mistakes in real kernels are caught -------------===//
//
// The kernels of ptx/kernels.cu, compiled by LLVM, run clean and give the right
// numbers under several seeds. Then one thing is broken at a time, in the PTX
// or in how the kernel is launched, and the report must name it.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <cmath>
#include <functional>

using namespace simgpu;

namespace {
/// How one kernel is run on a bench; buffers are `Short` bytes too short.
struct Subject {
  const char *File;
  std::array<uint32_t, 3> Grid, Block;
  /// Uploads, launches; checks the numbers when the report is clean.
  std::function<LaunchReport(Bench &, const Subject &)> Run;
};

struct Expectation {
  DiagnosticKind Kind;
  std::string Instruction; ///< start of the text of the instruction
  std::string Source;      ///< end of its source location, if it matters
};
} // namespace

static std::vector<float> ramp(size_t N) {
  std::vector<float> V(N);
  for (size_t I = 0; I < N; ++I)
    V[I] = float(int(I * 37 % 101) - 50) / 8;
  return V;
}

static LaunchReport runTranspose(Bench &B, const Subject &S) {
  const uint32_t M = 64, N = 96;
  auto In = ramp(M * N);
  DeviceAddress A = B.upload(In), Out = B.allocate(M * N * 4);
  LaunchReport R = B.launch(S.Grid, S.Block, A, Out, M, N);
  if (R.ok()) {
    auto V = B.download<float>(Out, M * N);
    for (uint32_t I = 0; I < M; ++I)
      for (uint32_t J = 0; J < N; ++J)
        EXPECT_EQ(V[J * M + I], In[I * N + J]);
  }
  return R;
}

static LaunchReport runReduce(Bench &B, const Subject &S) {
  const uint32_t N = 1000;
  auto In = ramp(3 * N);
  DeviceAddress A = B.upload(In), Out = B.allocate(12);
  LaunchReport R = B.launch(S.Grid, S.Block, A, Out, N);
  if (R.ok()) {
    auto V = B.download<float>(Out, 3);
    for (uint32_t K = 0; K < 3; ++K) {
      double Sum = 0;
      for (uint32_t I = 0; I < N; ++I)
        Sum += In[K * N + I];
      EXPECT_NEAR(V[K], Sum, 1e-3);
    }
  }
  return R;
}

static LaunchReport runPipeline(Bench &B, const Subject &S) {
  const uint32_t Tiles = 5;
  auto In = ramp(Tiles * 512);
  DeviceAddress A = B.upload(In), Out = B.allocate(2048);
  LaunchReport R = B.launch(S.Grid, S.Block, A, Out, Tiles);
  if (R.ok()) {
    auto V = B.download<float>(Out, 512);
    for (uint32_t T = 0; T < 128; ++T)
      for (uint32_t E = 0; E < 4; ++E) {
        float Sum = 0;
        for (uint32_t K = 0; K < Tiles; ++K)
          Sum += In[K * 512 + (127 - T) * 4 + E];
        EXPECT_EQ(V[T * 4 + E], Sum);
      }
  }
  return R;
}

static LaunchReport runNorm(Bench &B, const Subject &S) {
  const uint32_t Rows = 8, N = 256;
  auto In = ramp(Rows * N), Scale = ramp(N);
  DeviceAddress A = B.upload(In), G = B.upload(Scale),
                Out = B.allocate(Rows * N * 4);
  LaunchReport R = B.launch(S.Grid, S.Block, A, G, Out, N);
  if (R.ok()) {
    auto V = B.download<float>(Out, Rows * N);
    for (uint32_t K = 0; K < Rows; ++K) {
      double Sum = 0, Squares = 0;
      for (uint32_t I = 0; I < N; ++I) {
        Sum += In[K * N + I];
        Squares += double(In[K * N + I]) * In[K * N + I];
      }
      double Mean = Sum / N;
      double Scale1 = 1 / std::sqrt(Squares / N - Mean * Mean + 1e-5);
      for (uint32_t I = 0; I < N; ++I)
        EXPECT_NEAR(V[K * N + I], (In[K * N + I] - Mean) * Scale1 * Scale[I],
                    1e-4);
    }
  }
  return R;
}

/// `Short` bytes are missing at the end of the weights, which start `Shift`
/// bytes late; `Whole` says whether they are all written.
static LaunchReport runMatVec(Bench &B, const Subject &S, uint32_t Short = 0,
                              uint32_t Shift = 0, bool Whole = true,
                              bool Freed = false) {
  const uint32_t Rows = 8, N = 512;
  auto W = ramp(Rows * N), X = ramp(N);
  std::vector<uint16_t> Brain(Rows * N);
  for (size_t I = 0; I < W.size(); ++I) {
    uint32_t Bits;
    std::memcpy(&Bits, &W[I], 4);
    Brain[I] = uint16_t(Bits >> 16); // few bits are set: exact
  }
  DeviceAddress A = B.allocate(Rows * N * 2 - Short + Shift, "weights");
  EXPECT_FALSE(B.Gpu.write(A + Shift, Brain.data(),
                           Rows * N * 2 - Short - (Whole ? 0 : 6)));
  DeviceAddress V = B.upload(X), Out = B.allocate(Rows * 4);
  if (Freed) {
    EXPECT_FALSE(B.Gpu.free(V));
  }
  LaunchReport R = B.launch(S.Grid, S.Block, A + Shift, V, Out, N);
  if (R.ok()) {
    auto Y = B.download<float>(Out, Rows);
    for (uint32_t K = 0; K < Rows; ++K) {
      double Sum = 0;
      for (uint32_t I = 0; I < N; ++I)
        Sum += double(W[K * N + I]) * X[I];
      EXPECT_NEAR(Y[K], Sum, 1e-2);
    }
  }
  return R;
}

static const Subject Transpose{
    "transpose.ptx", {3, 2, 1}, {32, 8, 1}, runTranspose};
static const Subject Reduce{"reduce.ptx", {3, 1, 1}, {256, 1, 1}, runReduce};
static const Subject Pipeline{
    "pipeline.ptx", {1, 1, 1}, {128, 1, 1}, runPipeline};
static const Subject Norm{"norm.ptx", {2, 1, 1}, {128, 1, 1}, runNorm};
static const Subject MatVec{
    "matvec.ptx", {2, 1, 1}, {128, 1, 1}, [](Bench &B, const Subject &S) {
      return runMatVec(B, S);
    }};

static const uint64_t Seeds[] = {0, 1, 2, 3};

/// The mutated text is run under all seeds and each must report.
static void expectCaught(const Subject &S, const std::string &From,
                         const std::string &To, const Expectation &E,
                         const std::string &After = "") {
  std::string Text = readPtx(S.File);
  if (!From.empty())
    Text = mutate(Text, From, To, After);
  for (uint64_t Seed : Seeds) {
    Bench B(Text);
    B.Options.Seed = Seed;
    LaunchReport R = S.Run(B, S);
    ASSERT_FALSE(R.ok()) << S.File << ": '" << From << "' -> '" << To << "'";
    const Diagnostic &D = R.Diagnostics[0];
    EXPECT_EQ(D.Kind, E.Kind) << text(R);
    EXPECT_EQ(D.Kernel + ".ptx", S.File);
    EXPECT_EQ(D.Instruction.substr(0, E.Instruction.size()), E.Instruction)
        << text(R);
    EXPECT_NE(D.Source.find("kernels.cu:"), std::string::npos) << text(R);
    if (!E.Source.empty()) {
      EXPECT_NE(D.Source.find("kernels.cu:" + E.Source), std::string::npos)
          << text(R);
    }
    // The line is that of the instruction.
    size_t Start = 0;
    for (uint32_t L = 1; L < D.Line; ++L)
      Start = Text.find('\n', Start) + 1;
    std::string Line = Text.substr(Start, Text.find('\n', Start) - Start);
    EXPECT_NE(Line.find(D.Instruction.substr(0, D.Instruction.find(' '))),
              std::string::npos)
        << Line;
  }
}

TEST(Mutation, KernelsAreClean) {
  for (const Subject *S : {&Transpose, &Reduce, &Pipeline, &Norm, &MatVec})
    for (uint64_t Seed : Seeds) {
      Bench B(readPtx(S->File));
      B.Options.Seed = Seed;
      LaunchReport R = S->Run(B, *S);
      EXPECT_TRUE(R.ok()) << S->File << "\n" << text(R);
    }
}

//===----------------------------------------------------------------------===//
// Synchronisation
//===----------------------------------------------------------------------===//

TEST(Mutation, BarrierRemoved) {
  // Which side of the race is second depends on the seed, and an element may
  // not have been written at all.
  std::string Text = mutate(readPtx("transpose.ptx"), "bar.sync \t0;", "");
  for (uint64_t Seed : Seeds) {
    Bench B(Text);
    B.Options.Seed = Seed;
    LaunchReport R = runTranspose(B, Transpose);
    bool Race = false;
    for (const Diagnostic &D : R.Diagnostics)
      Race |= D.Kind == DiagnosticKind::SharedRace ||
              D.Kind == DiagnosticKind::Uninitialised;
    EXPECT_TRUE(Race) << text(R);
  }
  Bench B(mutate(readPtx("reduce.ptx"), "bar.sync \t0;", ""));
  EXPECT_FALSE(runReduce(B, Reduce).ok());
}

TEST(Mutation, SecondBarrierRemoved) {
  // The buffer is copied over while others still read it.
  std::string Text =
      mutate(readPtx("pipeline.ptx"), "bar.sync \t0;", "", "ld.shared.v4");
  for (uint64_t Seed : Seeds) {
    Bench B(Text);
    B.Options.Seed = Seed;
    LaunchReport R = runPipeline(B, Pipeline);
    bool Race = false;
    for (const Diagnostic &D : R.Diagnostics)
      Race |= D.Kind == DiagnosticKind::SharedRace ||
              D.Kind == DiagnosticKind::AsyncRace;
    EXPECT_TRUE(Race) << text(R);
  }
}

TEST(Mutation, WaitRemoved) {
  expectCaught(Pipeline, "cp.async.wait_group \t1;", "",
               {DiagnosticKind::AsyncRace, "ld.shared.v4.b32", ""});
}

TEST(Mutation, WaitForOneGroupTooFew) {
  expectCaught(Pipeline, "cp.async.wait_group \t1;", "cp.async.wait_group 2;",
               {DiagnosticKind::AsyncRace, "ld.shared.v4.b32", ""});
  expectCaught(Pipeline, "cp.async.wait_group \t0;", "cp.async.wait_group 1;",
               {DiagnosticKind::AsyncRace, "ld.shared.v4.b32", ""});
}

TEST(Mutation, CommitRemoved) {
  expectCaught(Pipeline, "cp.async.commit_group;", "",
               {DiagnosticKind::AsyncRace, "ld.shared.v4.b32", ""},
               "mul.wide.s32");
}

TEST(Mutation, BarrierForHalfOfEachWarp) {
  expectCaught(Reduce, "bar.sync \t0;",
               "setp.lt.u32 %p8, %r5, 16; @%p8 bar.sync 0;",
               {DiagnosticKind::DivergentBarrier, "@%p8 bar.sync 0;", "36:3"});
}

TEST(Mutation, BarrierForSomeWarps) {
  expectCaught(Reduce, "bar.sync \t0;",
               "setp.lt.u32 %p8, %r1, 64; @%p8 bar.sync 0;",
               {DiagnosticKind::DivergentBarrier, "@%p8 bar.sync 0;", "36:3"});
}

TEST(Mutation, ShuffleOfPartOfAWarp) {
  expectCaught(Norm, "shfl.sync.bfly.b32",
               "setp.lt.u32 %p1, %r1, 9; @%p1 shfl.sync.bfly.b32",
               {DiagnosticKind::DivergentWarp, "@%p1 shfl.sync.bfly.b32", ""});
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

TEST(Mutation, IndexOffByOne) {
  expectCaught(Transpose, "ld.global.b32 \t%r13, [%rd12];",
               "ld.global.b32 %r13, [%rd12+4];",
               {DiagnosticKind::OutOfBounds, "ld.global.b32", "21:22"});
  expectCaught(Transpose, "st.shared.b32 \t[%rd17]", "st.shared.b32 [%rd17+4]",
               {DiagnosticKind::Uninitialised, "ld.shared.b32", "24:36"});
  // Reaches into the other buffer, which is being filled.
  expectCaught(Pipeline, "[%rd16+2032]", "[%rd16+2048]",
               {DiagnosticKind::AsyncRace, "ld.shared.v4.b32", ""});
}

TEST(Mutation, SharedArrayTooSmall) {
  expectCaught(Transpose, "tile[4224]", "tile[4216]",
               {DiagnosticKind::OutOfBounds, "st.shared.b32", "21:20"});
}

TEST(Mutation, LoopOneStepTooLong) {
  // Past the tile, or in the last row of blocks first past the input.
  expectCaught(Transpose, "setp.lt.u32 \t%p1, %r20, 24;",
               "setp.lt.u32 %p1, %r20, 25;",
               {DiagnosticKind::OutOfBounds, "", "21:2"});
}

TEST(Mutation, BufferSixteenBytesShort) {
  for (uint64_t Seed : Seeds) {
    Bench B(readPtx("matvec.ptx"));
    B.Options.Seed = Seed;
    LaunchReport R = runMatVec(B, MatVec, 16);
    ASSERT_EQ(R.Diagnostics.size(), 1u);
    const Diagnostic &D = R.Diagnostics[0];
    EXPECT_EQ(D.Kind, DiagnosticKind::OutOfBounds) << text(R);
    EXPECT_EQ(D.Block[0], 1u);
    EXPECT_EQ(D.Thread[0], 127u); // the last lane of the last row
    EXPECT_EQ(D.Instruction.substr(0, 16), "ld.global.v4.b32");
    EXPECT_NE(D.Message.find("0 bytes past the end of"), std::string::npos);
    EXPECT_NE(D.Message.find("from weights"), std::string::npos);
  }
}

TEST(Mutation, MisalignedPointer) {
  Bench B(readPtx("matvec.ptx"));
  LaunchReport R = runMatVec(B, MatVec, 0, 8);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::Misaligned);
  EXPECT_EQ(R.Diagnostics[0].Thread[0], 0u);
}

TEST(Mutation, UninitialisedTail) {
  Bench B(readPtx("matvec.ptx"));
  LaunchReport R = runMatVec(B, MatVec, 0, 0, false);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::Uninitialised);
  EXPECT_EQ(R.Diagnostics[0].Block[0], 1u);
  EXPECT_EQ(R.Diagnostics[0].Thread[0], 127u);
  EXPECT_EQ(R.Diagnostics[0].Count, 1u);
}

TEST(Mutation, UseAfterFree) {
  Bench B(readPtx("matvec.ptx"));
  LaunchReport R = runMatVec(B, MatVec, 0, 0, true, true);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::UseAfterFree);
}
