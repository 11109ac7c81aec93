//===- WarpTest.cpp - Shuffles, votes, matches, matrices ------------------===//

#include "Harness.h"
#include "Reference.h"

#include <cmath>
#include <random>

using namespace simgpu;
namespace ref = reference;

/// Runs one warp; each thread reads `In` and stores %r5 and, behind all, %r6.
static std::vector<uint32_t> run(const std::string &Body,
                                 const std::vector<uint32_t> &In) {
  Bench B(kernel(".param .u64 in, .param .u64 out", R"(
    mov.u32 %r1, %tid.x;
    ld.param.u64 %rd1, [in]; mad.wide.u32 %rd1, %r1, 4, %rd1;
    ld.param.u64 %rd2, [out]; mad.wide.u32 %rd2, %r1, 4, %rd2;
    mov.u32 %r6, 0;
    ld.global.b32 %r2, [%rd1];)" + Body + R"(
    st.global.b32 [%rd2], %r5; st.global.b32 [%rd2+128], %r6;)"));
  DeviceAddress A = B.upload(In), Out = B.allocate(256);
  LaunchReport R = B.launch({1, 1, 1}, {32, 1, 1}, A, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  return B.download<uint32_t>(Out, 64);
}

static std::vector<uint32_t> ramp(uint32_t Step = 7) {
  std::vector<uint32_t> V;
  for (uint32_t I = 0; I < 32; ++I)
    V.push_back(I * Step + 3);
  return V;
}

TEST(Shuffle, AllModesAndSegments) {
  auto In = ramp();
  for (const char *Mode : {"up", "down", "bfly", "idx"})
    for (int Width : {32, 16, 8})
      for (int B : {0, 1, 3, 16, 31}) {
        int Segment = 32 - Width, Clamp = Mode[0] == 'u' ? 0 : 31;
        auto Out = run(std::string("shfl.sync.") + Mode +
                           ".b32 %r5|%p1, %r2, " + std::to_string(B) + ", " +
                           std::to_string(Segment << 8 | Clamp) +
                           ", -1; selp.b32 %r6, 1, 0, %p1;",
                       In);
        for (int L = 0; L < 32; ++L) {
          int First = L / Width * Width, Last = First + Width - 1, From;
          switch (Mode[0]) {
          case 'u':
            From = L - B;
            break;
          case 'd':
            From = L + B;
            break;
          case 'b':
            From = L ^ B;
            break;
          default:
            From = First + B % Width;
          }
          // bfly may reach below its segment.
          bool Good = Mode[0] == 'u' ? From >= First : From <= Last;
          EXPECT_EQ(Out[L], In[Good ? From : L])
              << Mode << " " << Width << " " << B << " lane " << L;
          EXPECT_EQ(Out[32 + L], uint32_t(Good));
        }
      }
}

TEST(Vote, AllModes) {
  auto In = ramp(1);
  auto test = [&](const std::string &Condition, uint32_t True) {
    auto Out = run("setp." + Condition + R"(;
      vote.sync.ballot.b32 %r5, %p1, -1;
      vote.sync.all.pred %p2, %p1, -1; @%p2 add.u32 %r6, %r6, 1;
      vote.sync.any.pred %p2, %p1, -1; @%p2 add.u32 %r6, %r6, 2;
      vote.sync.uni.pred %p2, %p1, -1; @%p2 add.u32 %r6, %r6, 4;
      vote.sync.all.pred %p2, !%p1, -1; @%p2 add.u32 %r6, %r6, 8;)",
                   In);
    EXPECT_EQ(Out[5], True);
    EXPECT_EQ(Out[40],
              (True == ~0u ? 5u : 0u) + (True ? 2 : 0) + (True == 0 ? 12 : 0));
  };
  test("lt.u32 %p1, %r2, 20", (1u << 17) - 1);
  test("lt.u32 %p1, %r2, 3", 0);
  test("ge.u32 %p1, %r2, 3", ~0u);
}

TEST(Match, AnyAndAll) {
  std::vector<uint32_t> In;
  for (uint32_t I = 0; I < 32; ++I)
    In.push_back(I % 5);
  auto Out = run("match.any.sync.b32 %r5, %r2, -1; mov.u32 %r7, 4; "
                 "match.all.sync.b32 %r6|%p1, %r7, -1; @!%p1 trap;",
                 In);
  for (uint32_t L = 0; L < 32; ++L) {
    uint32_t Same = 0;
    for (uint32_t M = 0; M < 32; ++M)
      Same |= uint32_t(In[M] == In[L]) << M;
    EXPECT_EQ(Out[L], Same);
    EXPECT_EQ(Out[32 + L], ~0u);
  }
  Out = run("cvt.u64.u32 %rd5, %r2; match.all.sync.b64 %r5|%p1, %rd5, -1; "
            "selp.b32 %r6, 1, 0, %p1;",
            In);
  EXPECT_EQ(Out[3], 0u);
  EXPECT_EQ(Out[35], 0u);
}

TEST(Redux, AllOperations) {
  std::vector<uint32_t> In;
  uint32_t Sum = 0, And = ~0u, Or = 0, Xor = 0, MinU = ~0u, MaxU = 0;
  int32_t MinS = INT32_MAX, MaxS = INT32_MIN;
  for (uint32_t I = 0; I < 32; ++I) {
    uint32_t X = I * 0x9e3779b9u | 0x100;
    In.push_back(X);
    Sum += X, And &= X, Or |= X, Xor ^= X;
    MinU = std::min(MinU, X), MaxU = std::max(MaxU, X);
    MinS = std::min(MinS, int32_t(X)), MaxS = std::max(MaxS, int32_t(X));
  }
  auto test = [&](const std::string &Op, uint32_t Wanted) {
    auto Out = run("redux.sync." + Op + " %r5, %r2, -1;", In);
    EXPECT_EQ(Out[0], Wanted) << Op;
    EXPECT_EQ(Out[31], Wanted) << Op;
  };
  test("add.u32", Sum);
  test("add.s32", Sum);
  test("and.b32", And);
  test("or.b32", Or);
  test("xor.b32", Xor);
  test("min.u32", MinU);
  test("max.u32", MaxU);
  test("min.s32", uint32_t(MinS));
  test("max.s32", uint32_t(MaxS));
  auto Out = run("elect.sync %r5|%p1, -1; selp.b32 %r6, 1, 0, %p1;", In);
  EXPECT_EQ(Out[9], 0u);
  EXPECT_EQ(Out[32], 1u);
  EXPECT_EQ(Out[33], 0u);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

namespace {
struct MmaCase {
  std::string Text; ///< shape and types
  int K, Bits;
  bool Signed, Half; ///< Half: C and D are f16
  double (*Value)(uint32_t);
};
} // namespace

static double halfValue(uint32_t Bits, ref::Format F) {
  uint64_t Wide = ref::convert(Bits, F, ref::F64, ref::Mode::Even);
  double D;
  std::memcpy(&D, &Wide, 8);
  return D;
}
static double f16(uint32_t B) { return halfValue(B & 0xffff, ref::F16); }
static double bf16(uint32_t B) { return halfValue(B & 0xffff, ref::BF16); }
static double tf32(uint32_t B) { return halfValue(B, ref::F32); }
static double s8(uint32_t B) { return int8_t(B); }
static double u8(uint32_t B) { return uint8_t(B); }

/// The encoding of a small integer.
static uint32_t encode(int X, double (*Value)(uint32_t)) {
  if (Value == s8 || Value == u8)
    return uint32_t(X) & 0xff;
  ref::Format F = Value == f16    ? ref::F16
                  : Value == bf16 ? ref::BF16
                                  : ref::F32;
  return uint32_t(ref::fromInteger(X, F, ref::Mode::Even));
}

/// The fragments are filled element by element from the figures of the PTX
/// ISA; small integers keep every sum exact.
static void checkMma(const MmaCase &C) {
  const int M = 16, N = 8, K = C.K, E = 32 / C.Bits;
  std::mt19937 Random(7);
  auto draw = [&] { return int(Random() % 15) - (C.Value == u8 ? 0 : 7); };
  std::vector<int> A(M * K), B(K * N), Acc(M * N);
  for (int &X : A)
    X = draw();
  for (int &X : B)
    X = draw();
  for (int &X : Acc)
    X = int(Random() % 15) - 7;
  int RegsA = M * K / 32 / E, RegsB = K * N / 32 / E, RegsC = C.Half ? 2 : 4;
  std::vector<uint32_t> In(32 * (RegsA + RegsB + RegsC));
  uint32_t Mask = C.Bits == 32 ? ~0u : (1u << C.Bits) - 1;
  for (int L = 0; L < 32; ++L) {
    int Group = L >> 2, InGroup = L % 4;
    uint32_t *Own = &In[L * (RegsA + RegsB + RegsC)];
    for (int I = 0; I < RegsA * E; ++I) {
      // Of 16-bit elements: rows g for i in {0, 1, 4, 5}, else g + 8; the
      // other widths scale with the elements of a register.
      int Register = I / E;
      int Row = Group + (Register % 2 ? 8 : 0);
      int Column = InGroup * E + I % E + (Register >= 2 ? 4 * E : 0);
      Own[Register] |= (encode(A[Row * K + Column], C.Value) & Mask)
                       << C.Bits % 32 * (I % E);
    }
    for (int I = 0; I < RegsB * E; ++I) {
      int Row = InGroup * E + I % E + (I / E >= 1 ? 4 * E : 0);
      Own[RegsA + I / E] |= (encode(B[Row * N + Group], C.Value) & Mask)
                            << C.Bits % 32 * (I % E);
    }
    for (int I = 0; I < 4; ++I) {
      int X = Acc[(Group + (I >= 2 ? 8 : 0)) * N + InGroup * 2 + I % 2];
      if (C.Half)
        Own[RegsA + RegsB + I / 2] |= encode(X, f16) << 16 * (I % 2);
      else
        Own[RegsA + RegsB + I] = C.Bits == 8 ? uint32_t(X) : encode(X, tf32);
    }
  }
  auto list = [](int From, int Count) {
    std::string Text = "{";
    for (int I = 0; I < Count; ++I)
      Text += (I ? ", %r" : "%r") + std::to_string(From + I);
    return Text + "}";
  };
  int Total = RegsA + RegsB + RegsC;
  std::string Body = "mov.u32 %r1, %tid.x; ld.param.u64 %rd1, [in]; "
                     "ld.param.u64 %rd2, [out];\nmad.wide.u32 %rd1, %r1, " +
                     std::to_string(4 * Total) +
                     ", %rd1; mad.wide.u32 %rd2, %r1, 16, %rd2;\n";
  for (int I = 0; I < Total; ++I)
    Body += "ld.global.b32 %r" + std::to_string(10 + I) + ", [%rd1+" +
            std::to_string(4 * I) + "];\n";
  Body += "mma.sync.aligned." + C.Text + " " + list(40, RegsC) + ", " +
          list(10, RegsA) + ", " + list(10 + RegsA, RegsB) + ", " +
          list(10 + RegsA + RegsB, RegsC) + ";\n";
  for (int I = 0; I < RegsC; ++I)
    Body += "st.global.b32 [%rd2+" + std::to_string(4 * I) + "], %r" +
            std::to_string(40 + I) + ";\n";
  Bench Gpu(kernel(".param .u64 in, .param .u64 out", Body));
  DeviceAddress From = Gpu.upload(In), Out = Gpu.allocate(512);
  LaunchReport R = Gpu.launch({1, 1, 1}, {32, 1, 1}, From, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  auto D = Gpu.download<uint32_t>(Out, 128);
  for (int L = 0; L < 32; ++L)
    for (int I = 0; I < 4; ++I) {
      int Row = L / 4 + (I >= 2 ? 8 : 0), Column = L % 4 * 2 + I % 2;
      int Wanted = Acc[Row * N + Column];
      for (int X = 0; X < K; ++X)
        Wanted += A[Row * K + X] * B[X * N + Column];
      double Found = C.Half        ? f16(D[4 * L + I / 2] >> 16 * (I % 2))
                     : C.Bits == 8 ? double(int32_t(D[4 * L + I]))
                                   : tf32(D[4 * L + I]);
      EXPECT_EQ(Found, Wanted) << C.Text << " at " << Row << ", " << Column;
    }
}

TEST(Mma, AllShapes) {
  checkMma({"m16n8k16.row.col.f32.f16.f16.f32", 16, 16, true, false, f16});
  checkMma({"m16n8k16.row.col.f16.f16.f16.f16", 16, 16, true, true, f16});
  checkMma({"m16n8k16.row.col.f32.bf16.bf16.f32", 16, 16, true, false, bf16});
  checkMma({"m16n8k8.row.col.f32.f16.f16.f32", 8, 16, true, false, f16});
  checkMma({"m16n8k8.row.col.f32.bf16.bf16.f32", 8, 16, true, false, bf16});
  checkMma({"m16n8k8.row.col.f32.tf32.tf32.f32", 8, 32, true, false, tf32});
  checkMma({"m16n8k4.row.col.f32.tf32.tf32.f32", 4, 32, true, false, tf32});
  checkMma({"m16n8k32.row.col.s32.s8.s8.s32", 32, 8, true, false, s8});
  checkMma({"m16n8k32.row.col.s32.u8.u8.s32", 32, 8, false, false, u8});
  checkMma({"m16n8k16.row.col.s32.s8.s8.s32", 16, 8, true, false, s8});
}

TEST(Matrix, LoadAndStore) {
  // Four matrices, row r of matrix m named by lane 8 m + r.
  for (bool Transposed : {false, true}) {
    std::string T = Transposed ? ".trans" : "";
    Bench B(kernel(".param .u64 in, .param .u64 out",
                   R"(
    .shared .align 16 .b8 s[1024];
    ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out];
    mov.u32 %r1, %tid.x; mov.u32 %r2, s;
    mad.wide.u32 %rd1, %r1, 16, %rd1; mad.lo.u32 %r3, %r1, 16, %r2;
    ld.global.v4.b32 {%r4, %r5, %r6, %r7}, [%rd1];
    st.shared.v4.b32 [%r3], {%r4, %r5, %r6, %r7};
    bar.warp.sync -1;
    ldmatrix.sync.aligned.m8n8.x4)" +
                       T + R"(.shared.b16 {%r10, %r11, %r12, %r13}, [%r3];
    mad.wide.u32 %rd2, %r1, 16, %rd2;
    st.global.v4.b32 [%rd2], {%r10, %r11, %r12, %r13};
    stmatrix.sync.aligned.m8n8.x4)" +
                       T + R"(.shared.b16 [%r3+512], {%r10, %r11, %r12, %r13};
    bar.warp.sync -1;
    ld.shared.v4.b32 {%r4, %r5, %r6, %r7}, [%r3+512];
    st.global.v4.b32 [%rd2+512], {%r4, %r5, %r6, %r7};)"));
    std::vector<uint16_t> In(256);
    for (size_t I = 0; I < In.size(); ++I)
      In[I] = uint16_t(I * 3);
    DeviceAddress A = B.upload(In), Out = B.allocate(1024);
    LaunchReport R = B.launch({1, 1, 1}, {32, 1, 1}, A, Out);
    EXPECT_TRUE(R.ok()) << text(R);
    auto V = B.download<uint16_t>(Out, 512);
    for (int L = 0; L < 32; ++L)
      for (int M = 0; M < 4; ++M)
        for (int H = 0; H < 2; ++H) {
          int Row = L / 4, Column = 2 * (L % 4) + H;
          if (Transposed)
            std::swap(Row, Column);
          EXPECT_EQ(V[8 * L + 2 * M + H], In[64 * M + 8 * Row + Column]);
        }
    EXPECT_TRUE(std::equal(In.begin(), In.end(), V.begin() + 256));
  }
}

/// The kernel that MLIR made, with another .align of its two buffers.
static LaunchReport runCompiled(const std::string &Align) {
  std::string Ptx = readPtx("mma-mlir.ptx");
  for (int I = 0; I < 2; ++I)
    Ptx = mutate(Ptx, ".shared .align 2 ", ".shared  .align " + Align + " ");
  Bench B(Ptx);
  std::vector<uint16_t> A, Bs;
  for (int I = 0; I < 256; ++I)
    A.push_back(uint16_t(encode(I * 7 % 13 - 6, f16)));
  for (int I = 0; I < 128; ++I)
    Bs.push_back(uint16_t(encode(I * 5 % 11 - 5, f16)));
  DeviceAddress DeviceA = B.upload(A), DeviceB = B.upload(Bs),
                DeviceC = B.allocate(512);
  // Three memref descriptors of 7 words; only the aligned pointers are used.
  std::vector<uint64_t> Words(21);
  Words[1] = DeviceA, Words[8] = DeviceB, Words[15] = DeviceC;
  std::vector<uint8_t> Bytes(Words.size() * 8);
  std::memcpy(Bytes.data(), Words.data(), Bytes.size());
  LaunchReport R = B.launchBytes({1, 1, 1}, {32, 1, 1}, Bytes);
  auto C = B.download<float>(DeviceC, 128);
  for (int Row = 0; Row < 16; ++Row)
    for (int Column = 0; Column < 8; ++Column) {
      double Sum = 0;
      for (int K = 0; K < 16; ++K)
        Sum += f16(A[Row * 16 + K]) * f16(Bs[K * 8 + Column]);
      EXPECT_EQ(C[Row * 8 + Column], Sum);
    }
  return R;
}

TEST(Matrix, KernelCompiledByMlir) {
  LaunchReport R = runCompiled("16");
  EXPECT_TRUE(R.ok()) << text(R);
  // Without llvm.align the buffers are aligned by luck: two copies and two
  // ldmatrix find it.
  R = runCompiled("2");
  ASSERT_EQ(R.Diagnostics.size(), 4u) << text(R);
  for (const Diagnostic &D : R.Diagnostics)
    EXPECT_EQ(D.Kind, DiagnosticKind::UnderAligned);
  EXPECT_FALSE(R.fatal());
  EXPECT_NE(R.Diagnostics[0].Message.find("in '__wg_mma_0', whose .align is 2"),
            std::string::npos)
      << text(R);
}
