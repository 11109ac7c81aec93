//===- MemoryTest.cpp - Spaces, loads, stores, atomics, cp.async ----------===//

#include "Evaluate.h"
#include "Reference.h"

using namespace simgpu;
namespace ref = reference;

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

TEST(Load, ExtendsToTheRegister) {
  Bench B(kernel(".param .u64 in, .param .u64 out", R"(
    ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out];
    ld.global.u8 %r1, [%rd1]; st.global.b32 [%rd2], %r1;
    ld.global.s8 %r1, [%rd1]; st.global.b32 [%rd2+4], %r1;
    ld.global.s8 %rd3, [%rd1]; st.global.b64 [%rd2+8], %rd3;
    ld.global.u16 %r1, [%rd1+2]; st.global.b32 [%rd2+16], %r1;
    ld.global.s16 %r1, [%rd1+2]; st.global.b32 [%rd2+20], %r1;
    ld.global.s32 %rd3, [%rd1]; st.global.b64 [%rd2+24], %rd3;
    ld.global.u32 %rd3, [%rd1]; st.global.b64 [%rd2+32], %rd3;
    ld.global.u8 %rs1, [%rd1+1]; st.global.b16 [%rd2+40], %rs1;
    mov.b32 %r2, 0x11223344; st.global.b8 [%rd2+42], %r2;
    st.global.b16 [%rd2+44], %r2; st.global.b8 [%rd2+43], %rs1;
    st.global.b16 [%rd2+46], %rs1;)"));
  DeviceAddress In = B.upload(std::vector<uint32_t>{0x9abc7ff0});
  DeviceAddress Out = B.allocate(48);
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1}, In, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  auto V = B.download<uint32_t>(Out, 12);
  EXPECT_EQ(V[0], 0xf0u);
  EXPECT_EQ(V[1], 0xfffffff0u);
  EXPECT_EQ(V[2], 0xfffffff0u);
  EXPECT_EQ(V[3], 0xffffffffu);
  EXPECT_EQ(V[4], 0x9abcu);
  EXPECT_EQ(V[5], 0xffff9abcu);
  EXPECT_EQ(V[6], 0x9abc7ff0u);
  EXPECT_EQ(V[7], 0xffffffffu);
  EXPECT_EQ(V[8], 0x9abc7ff0u);
  EXPECT_EQ(V[9], 0u);
  EXPECT_EQ(V[10], 0x7f44007fu);
  EXPECT_EQ(V[11], 0x007f3344u);
}

TEST(Load, Vectors) {
  Bench B(kernel(".param .u64 in, .param .u64 out", R"(
    ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out];
    mov.u32 %r1, %tid.x; mul.wide.u32 %rd3, %r1, 32;
    add.u64 %rd1, %rd1, %rd3; add.u64 %rd2, %rd2, %rd3;
    ld.global.nc.L1::no_allocate.L2::128B.v4.f32 {%f1, %f2, %f3, %f4}, [%rd1];
    ld.global.v2.b64 {%rd4, %rd5}, [%rd1+16];
    st.global.v4.b32 [%rd2], {%f4, %f3, %f2, %f1};
    st.global.v2.b64 [%rd2+16], {%rd5, %rd4};
    ld.global.v8.b32 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, _}, [%rd1];
    st.global.cs.b32 [%rd2+12], %r7;
    ld.global.v4.u8 {%rs1, %rs2, %rs3, %rs4}, [%rd1+4];
    st.global.v2.b8 [%rd2+2], {%rs1, %rs2};)"));
  std::vector<uint32_t> Values(32 * 8);
  for (size_t I = 0; I < Values.size(); ++I)
    Values[I] = uint32_t(I * 0x01010101);
  DeviceAddress In = B.upload(Values), Out = B.allocate(1024);
  LaunchReport R = B.launch({1, 1, 1}, {32, 1, 1}, In, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  auto V = B.download<uint32_t>(Out, 256);
  for (uint32_t T = 0; T < 32; ++T) {
    const uint32_t *I = &Values[8 * T], *O = &V[8 * T];
    EXPECT_EQ(O[0], (I[3] & 0xffff) | I[1] << 16);
    EXPECT_EQ(O[1], I[2]);
    EXPECT_EQ(O[2], I[1]);
    EXPECT_EQ(O[3], I[6]);
    EXPECT_EQ(O[4], I[6]);
    EXPECT_EQ(O[5], I[7]);
    EXPECT_EQ(O[6], I[4]);
    EXPECT_EQ(O[7], I[5]);
  }
}

TEST(Spaces, EverySpaceThroughGenericAddresses) {
  Bench B(R"(
.version 8.0
.target sm_80
.address_size 64
.const .align 4 .u32 table[3] = {7, 8, 9};
.global .align 4 .u32 cell[2] = {1, 41};
.global .align 8 .u64 pointer = generic(cell)+4;
.entry k(.param .u64 out, .param .align 8 .b8 s[16])
{
  .shared .align 8 .b8 shared[64];
  .local .align 8 .b8 depot[16];
  .reg .pred %p<8>; .reg .b32 %r<20>; .reg .b64 %rd<20>;
  ld.param.u64 %rd1, [out];
  mov.u64 %rd2, shared; cvta.shared.u64 %rd3, %rd2;
  mov.u64 %rd4, depot; cvta.local.u64 %rd5, %rd4;
  mov.u32 %r9, 5; st.u32 [%rd3+8], %r9; ld.shared.u32 %r1, [shared+8];
  mov.u32 %r9, 6; st.local.u32 [depot+4], %r9; ld.u32 %r2, [%rd5+4];
  ld.const.u32 %r3, [table+8];
  ld.global.u64 %rd6, [pointer]; ld.u32 %r4, [%rd6];
  ld.param.u32 %r5, [s+12];
  mov.b64 %rd7, s; cvta.param.u64 %rd8, %rd7; ld.u32 %r6, [%rd8+8];
  isspacep.shared %p1, %rd3; isspacep.local %p2, %rd5;
  isspacep.global %p3, %rd6; isspacep.shared %p4, %rd6;
  selp.u32 %r7, 1, 0, %p1; @%p2 add.u32 %r7, %r7, 2;
  @%p3 add.u32 %r7, %r7, 4; @%p4 add.u32 %r7, %r7, 8;
  cvta.to.shared.u64 %rd9, %rd3; ld.shared.u32 %r8, [%rd9+8];
  st.global.v4.u32 [%rd1], {%r1, %r2, %r3, %r4};
  st.global.v4.u32 [%rd1+16], {%r5, %r6, %r7, %r8};
  ret;
})");
  struct Struct {
    uint32_t A[4];
  } S{{10, 11, 12, 13}};
  DeviceAddress Out = B.allocate(32);
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1}, Out, S);
  EXPECT_TRUE(R.ok()) << text(R);
  EXPECT_EQ(B.download<uint32_t>(Out, 8),
            (std::vector<uint32_t>{5, 6, 9, 41, 13, 12, 7, 5}));
  auto Cell = B.Loaded->findVariable("cell");
  ASSERT_TRUE(Cell.has_value());
  EXPECT_EQ(Cell->Bytes, 8u);
  EXPECT_EQ(B.download<uint32_t>(Cell->Address, 2),
            (std::vector<uint32_t>{1, 41}));
}

TEST(Spaces, DynamicSharedMemoryFollowsTheStatic) {
  std::string Ptx = R"(
.version 8.0
.target sm_80
.address_size 64
.extern .shared .align 16 .b8 dynamic[];
.shared .align 4 .b8 unused[1000];
.shared .align 4 .b8 fixed[20];
.entry k(.param .u64 out)
{
  .reg .b32 %r<20>; .reg .b64 %rd<20>;
  ld.param.u64 %rd1, [out];
  mov.u32 %r1, dynamic; mov.u32 %r2, fixed; sub.u32 %r3, %r1, %r2;
  mov.u32 %r4, %dynamic_smem_size; mov.u32 %r5, %total_smem_size;
  st.shared.u32 [dynamic+60], %r4;
  st.global.v2.u32 [%rd1], {%r3, %r4}; st.global.u32 [%rd1+8], %r5;
  ret;
})";
  Bench B(Ptx);
  B.DynamicShared = 64;
  DeviceAddress Out = B.allocate(12);
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1}, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  EXPECT_EQ(B.download<uint32_t>(Out, 3), (std::vector<uint32_t>{32, 64, 96}));
  EXPECT_EQ(B.Loaded->module().kernels()[0].SharedBytes, 20u);
  B.DynamicShared = 60;
  R = B.launch({1, 1, 1}, {1, 1, 1}, Out);
  ASSERT_EQ(R.Diagnostics.size(), 1u);
  EXPECT_EQ(R.Diagnostics[0].Kind, DiagnosticKind::OutOfBounds);
}

TEST(Move, PartsAndWideRegisters) {
  check("mov.b32 {%h5, %h6}, $1; mov.b32 $0, {%h6, %h5};", {32, 32},
        {{0x12345678, 0xffff0001}},
        [](const Values &V) { return V[0] >> 16 | V[0] << 16; });
  check("mov.b64 {%h5, _, %h7, %h8}, $1; mov.b64 $0, {%h8, %h7, %h5, %h5};",
        {64, 64}, {{0x0123456789abcdef}},
        [](const Values &) { return 0xcdefcdef45670123ull >> 0; });
  check("mov.b64 {%f5, %f6}, $1; mov.b64 $0, {%f6, %f5};", {64, 64},
        {{0x0123456789abcdef}},
        [](const Values &V) { return V[0] >> 32 | V[0] << 32; });
  check("mov.b128 %q1, {$1, $2}; mov.b128 {%fd5, $0}, %q1;", {64, 64, 64},
        {{1, 2}, {3, ~0ull}}, [](const Values &V) { return V[1]; });
}

//===----------------------------------------------------------------------===//
// Atomics
//===----------------------------------------------------------------------===//

/// One thread applies the operation to a cell that holds the first value; the
/// result is the old value where `WantOld`, else the new one.
static void checkAtomic(const std::string &Op, unsigned Width, Values Old,
                        Values New, uint64_t (*F)(uint64_t, uint64_t)) {
  std::string B = ".b" + std::to_string(Width);
  for (const char *Where : {"shared", "global"}) {
    // Each thread has a cell of its own in `out`, or in shared memory.
    std::string Cell =
        std::string(Where) == "shared"
            ? "shl.b32 %r9, %r2, 3; cvt.u64.u32 %rd9, %r9;\n"
            : "ld.param.u64 %rd9, [out]; mad.wide.u32 %rd9, %r1, 8, %rd9;\n";
    std::string Declaration =
        std::string(Where) == "shared" ? ".shared .align 8 .b8 s[2048];\n" : "";
    std::string Use = Declaration.empty() ? "" : "mov.u64 %rd8, s;\n";
    check(Declaration + Use + Cell + "st." + Where + B + " [%rd9], $1;\n" +
              "red." + Where + "." + Op + " [%rd9], $2;\n" + "ld." + Where + B +
              " $0, [%rd9];",
          {Width, Width, Width}, {Old, New},
          [&](const Values &V) { return F(V[0], V[1]); });
    check(Declaration + Use + Cell + "st." + Where + B + " [%rd9], $1;\n" +
              "atom.relaxed.gpu." + Where + "." + Op + " $0, [%rd9], $2;",
          {Width, Width, Width}, {Old, New},
          [](const Values &V) { return V[0]; });
  }
}

TEST(Atomic, Operations) {
  Values E = {0, 1, 5, 0x7fffffff, 0x80000000, 0xffffffff};
  using U = uint64_t;
  checkAtomic("add.u32", 32, E, E, [](U A, U B) { return A + B; });
  checkAtomic("add.s32", 32, E, E, [](U A, U B) { return A + B; });
  checkAtomic("min.u32", 32, E, E, [](U A, U B) { return A < B ? A : B; });
  checkAtomic("max.u32", 32, E, E, [](U A, U B) { return A > B ? A : B; });
  checkAtomic("min.s32", 32, E, E,
              [](U A, U B) { return int32_t(A) < int32_t(B) ? A : B; });
  checkAtomic("max.s32", 32, E, E,
              [](U A, U B) { return int32_t(A) > int32_t(B) ? A : B; });
  checkAtomic("and.b32", 32, E, E, [](U A, U B) { return A & B; });
  checkAtomic("or.b32", 32, E, E, [](U A, U B) { return A | B; });
  checkAtomic("xor.b32", 32, E, E, [](U A, U B) { return A ^ B; });
  checkAtomic("inc.u32", 32, E, E, [](U A, U B) { return A >= B ? 0 : A + 1; });
  checkAtomic("dec.u32", 32, E, E,
              [](U A, U B) { return A == 0 || A > B ? B : A - 1; });
  Values W = {0, 1, 0x7fffffffffffffff, 0x8000000000000000, ~0ull};
  checkAtomic("add.u64", 64, W, W, [](U A, U B) { return A + B; });
  checkAtomic("min.s64", 64, W, W,
              [](U A, U B) { return int64_t(A) < int64_t(B) ? A : B; });
  checkAtomic("max.u64", 64, W, W, [](U A, U B) { return A > B ? A : B; });
  checkAtomic("xor.b64", 64, W, W, [](U A, U B) { return A ^ B; });
  checkAtomic(
      "add.f32", 32, ref::edges(ref::F32), ref::edges(ref::F32),
      [](U A, U B) { return ref::add(A, B, ref::F32, ref::Mode::Even); });
  checkAtomic(
      "add.noftz.f16", 16, ref::edges(ref::F16), ref::edges(ref::F16),
      [](U A, U B) { return ref::add(A, B, ref::F16, ref::Mode::Even); });
  checkAtomic(
      "add.noftz.bf16", 16, ref::edges(ref::BF16), ref::edges(ref::BF16),
      [](U A, U B) { return ref::add(A, B, ref::BF16, ref::Mode::Even); });
  checkAtomic(
      "add.noftz.f16x2", 32, {0x3c004000, 0x7bff0001}, {0x3c003c00, 0x7bff0001},
      [](U A, U B) {
        return ref::add(A & 0xffff, B & 0xffff, ref::F16, ref::Mode::Even) |
               ref::add(A >> 16, B >> 16, ref::F16, ref::Mode::Even) << 16;
      });
}

TEST(Atomic, ExchangeAndCompare) {
  for (unsigned W : {32u, 64u}) {
    std::string B = ".b" + std::to_string(W);
    std::string Cell = "ld.param.u64 %rd9, [out]; mad.wide.u32 %rd9, %r1, 8, "
                       "%rd9; st.global" +
                       B + " [%rd9], $1;\n";
    check(Cell + "atom.global.exch" + B + " $0, [%rd9], $2; ld.global" + B +
              " $0, [%rd9];",
          {W, W, W}, {{1, 2}, {3}}, [](const Values &V) { return V[1]; });
    check(Cell + "atom.global.cas" + B + " $0, [%rd9], $2, $3; ld.global" + B +
              " $0, [%rd9];",
          {W, W, W, W}, {{1, 2}, {1}, {9}},
          [](const Values &V) { return V[0] == V[1] ? V[2] : V[0]; });
  }
}

TEST(Atomic, AllThreadsOfAGrid) {
  Bench B(kernel(".param .u64 out", R"(
    ld.param.u64 %rd1, [out];
    atom.global.add.u32 %r1, [%rd1], 3;
    red.global.add.f32 [%rd1+4], 0f3F800000;
    red.global.max.u32 [%rd1+8], %r1;)"));
  for (uint64_t Seed : {0, 1, 2, 3}) {
    B.Options.Seed = Seed;
    DeviceAddress Out = B.upload(std::vector<uint32_t>{0, 0, 0});
    LaunchReport R = B.launch({50, 1, 1}, {96, 1, 1}, Out);
    EXPECT_TRUE(R.ok()) << text(R);
    EXPECT_EQ(B.download<uint32_t>(Out, 3),
              (std::vector<uint32_t>{14400, 0x45960000, 14397}));
  }
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

TEST(AsyncCopy, GroupsLandInOrder) {
  Bench B(kernel(".param .u64 in, .param .u64 out", R"(
    .shared .align 16 .b8 s[64];
    ld.param.u64 %rd1, [in]; ld.param.u64 %rd2, [out];
    mov.u32 %r9, s;
    cp.async.ca.shared.global [%r9], [%rd1], 16;
    cp.async.commit_group;
    cp.async.cg.shared.global.L2::128B [%r9+16], [%rd1+16], 16;
    cp.async.ca.shared.global [%r9+32], [%rd1+32], 4;
    cp.async.ca.shared.global [%r9+40], [%rd1+40], 8;
    cp.async.commit_group;
    mov.u32 %r8, 5;
    cp.async.ca.shared.global [%r9+48], [%rd1+48], 16, %r8;
    cp.async.wait_group 1;
    ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%r9];
    st.global.v4.b32 [%rd2], {%r1, %r2, %r3, %r4};
    cp.async.wait_group 0;
    ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%r9+16];
    st.global.v4.b32 [%rd2+16], {%r1, %r2, %r3, %r4};
    ld.shared.b32 %r1, [%r9+32];
    ld.shared.v2.b32 {%r3, %r4}, [%r9+40];
    cp.async.wait_all;
    ld.shared.v2.b32 {%r5, %r6}, [%r9+48];
    st.global.v4.b32 [%rd2+32], {%r1, %r1, %r3, %r4};
    st.global.v2.b32 [%rd2+48], {%r5, %r6};)"));
  std::vector<uint32_t> Values;
  for (uint32_t I = 0; I < 16; ++I)
    Values.push_back(0x01010101 * (I + 1));
  Values.resize(14); // the last copy reads five bytes only
  DeviceAddress In = B.upload(Values), Out = B.allocate(64);
  LaunchReport R = B.launch({1, 1, 1}, {1, 1, 1}, In, Out);
  EXPECT_TRUE(R.ok()) << text(R);
  auto V = B.download<uint32_t>(Out, 14);
  for (uint32_t I = 0; I < 8; ++I)
    EXPECT_EQ(V[I], Values[I]);
  EXPECT_EQ(V[8], Values[8]);
  EXPECT_EQ(V[10], Values[10]);
  EXPECT_EQ(V[11], Values[11]);
  EXPECT_EQ(V[12], Values[12]);
  EXPECT_EQ(V[13], Values[13] & 0xff);
}
