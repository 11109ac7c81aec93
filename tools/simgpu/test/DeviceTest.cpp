//===- DeviceTest.cpp - Allocations, copies, launches ---------------------===//

#include "Harness.h"

using namespace simgpu;

static std::string message(const Error &E) {
  EXPECT_TRUE(bool(E));
  return E.message();
}

TEST(Device, LeaksAndFrees) {
  Device D;
  DeviceAddress A = *D.allocate(100, "first"), B = *D.allocate(200, "second");
  EXPECT_EQ(A % 256, 0u);
  EXPECT_EQ(D.bytesInUse(), 300u);
  ASSERT_EQ(D.leaks().size(), 2u);
  EXPECT_FALSE(D.free(A));
  ASSERT_EQ(D.leaks().size(), 1u);
  EXPECT_EQ(D.leaks()[0].Origin, "second");
  EXPECT_EQ(D.leaks()[0].Bytes, 200u);
  EXPECT_NE(message(D.free(A)).find("second free of"), std::string::npos);
  EXPECT_NE(message(D.free(B + 8)).find("byte 8 of"), std::string::npos);
  EXPECT_NE(message(D.free(0)).find("null"), std::string::npos);
}

TEST(Device, CopiesAreChecked) {
  Device D;
  DeviceAddress A = *D.allocate(16, "buffer");
  uint8_t Bytes[32] = {1, 2, 3};
  EXPECT_FALSE(D.write(A, Bytes, 16));
  EXPECT_NE(message(D.write(A + 1, Bytes, 16, "cuMemcpyHtoD"))
                .find("cuMemcpyHtoD: 16 bytes at"),
            std::string::npos);
  EXPECT_TRUE(bool(D.read(Bytes, A, 17)));
  EXPECT_FALSE(D.read(Bytes, A + 8, 8));
  EXPECT_FALSE(D.free(A));
  EXPECT_NE(message(D.read(Bytes, A, 1)).find("freed ["), std::string::npos);
  EXPECT_TRUE(bool(D.check(A, 1, "x")));
  EXPECT_EQ(D.hostView(A, 1), nullptr);
}

TEST(Device, InitialisedBytesTravelWithCopies) {
  Device D;
  DeviceAddress A = *D.allocate(64, "a"), B = *D.allocate(64, "b");
  uint8_t Bytes[64] = {};
  EXPECT_EQ(D.firstUninitialised(A, 64), 0u);
  EXPECT_FALSE(D.write(A + 3, Bytes, 20));
  EXPECT_EQ(D.firstUninitialised(A + 3, 20), std::nullopt);
  EXPECT_EQ(D.firstUninitialised(A + 3, 21), 20u);
  EXPECT_FALSE(D.copy(B, A, 32));
  EXPECT_EQ(D.firstUninitialised(B + 3, 29), 20u);
  EXPECT_FALSE(D.copy(B + 4, B + 3, 20)); // overlapping
  EXPECT_EQ(D.firstUninitialised(B + 4, 20), std::nullopt);
  EXPECT_FALSE(D.fill(B, 0xabcd, 2, 32));
  EXPECT_EQ(D.firstUninitialised(B, 64), std::nullopt);
  uint16_t Words[32];
  EXPECT_FALSE(D.read(Words, B, 64));
  EXPECT_EQ(Words[31], 0xabcd);
  EXPECT_TRUE(bool(D.fill(B + 1, 0, 2, 1)));
  // A copy can take initialisation away.
  DeviceAddress C = *D.allocate(64, "c");
  EXPECT_FALSE(D.copy(B, C, 8));
  EXPECT_EQ(D.firstUninitialised(B, 64), 0u);
  EXPECT_EQ(D.firstUninitialised(B + 8, 56), std::nullopt);
}

TEST(Device, Full) {
  DeviceOptions O;
  O.MemoryBytes = 1000;
  Device D(O);
  ASSERT_TRUE(bool(D.allocate(600, "a")));
  auto B = D.allocate(500, "b");
  ASSERT_FALSE(bool(B));
  EXPECT_EQ(B.message(), "b: 500 bytes do not fit, 600 of 1000 are in use");
}

TEST(Device, GapsAreAsLargeAsAllocations) {
  Device D;
  uint64_t Bytes = 1 << 20;
  auto A = D.allocate(Bytes, "first");
  auto B = D.allocate(Bytes, "second");
  ASSERT_TRUE(A && B);
  EXPECT_GE(*B, *A + 2 * Bytes);
  EXPECT_FALSE(D.find(*A + 2 * Bytes - 1));
}

TEST(Device, AddressesFaultOnTheHost) {
  Device D;
  DeviceAddress A = *D.allocate(64, "a");
  EXPECT_TRUE(D.isDeviceAddress(A));
  int Local;
  EXPECT_FALSE(D.isDeviceAddress(reinterpret_cast<uint64_t>(&Local)));
  EXPECT_DEATH(*reinterpret_cast<volatile char *>(A) = 1, "");
}

//===----------------------------------------------------------------------===//
// Launches that are refused
//===----------------------------------------------------------------------===//

static std::string refusal(const std::string &Ptx, LaunchConfig C,
                           const std::string &Kernel = "k") {
  Device D;
  auto M = Module::parse("m.ptx", ".version 8.0\n.target sm_80\n"
                                  ".address_size 64\n" +
                                      Ptx);
  EXPECT_TRUE(bool(M)) << M.message();
  auto Loaded = D.load(*M);
  auto R = D.launch(**Loaded, Kernel, C);
  return R ? "" : R.message();
}

TEST(Launch, Refusals) {
  LaunchConfig C;
  EXPECT_EQ(refusal(".entry k() { ret; }", C), "");
  EXPECT_EQ(refusal(".entry k() { ret; }", C, "q"), "no kernel 'q' in m.ptx");
  C.Block = {1025, 1, 1};
  EXPECT_EQ(refusal(".entry k() { ret; }", C),
            "launch of 'k': found a block of (1025, 1, 1), expected 1 to 1024 "
            "threads, at most (1024, 1024, 64)");
  C.Block = {128, 1, 1};
  EXPECT_EQ(refusal(".entry k() .maxntid 64, 1, 1 { ret; }", C),
            "launch of 'k': found a block of (128, 1, 1), .maxntid is "
            "(64, 1, 1)");
  EXPECT_EQ(refusal(".entry k() .reqntid 64 { ret; }", C),
            "launch of 'k': found a block of (128, 1, 1), .reqntid is "
            "(64, 1, 1)");
  EXPECT_EQ(refusal(".entry k(.param .u32 a, .param .u64 b) { ret; }", C),
            "launch of 'k': found 0 bytes of parameters, expected 16");
  C.DynamicSharedBytes = 300000;
  EXPECT_EQ(refusal(".entry k() { ret; }", C),
            "launch of 'k': 300000 bytes of shared memory, at most 232448 are "
            "there");
  C.DynamicSharedBytes = 0;
  C.Grid = {1, 0, 1};
  EXPECT_NE(refusal(".entry k() { ret; }", C), "");
}

TEST(Launch, IndicesOfAGrid) {
  Bench B(kernel(".param .u64 out", R"(
    ld.param.u64 %rd1, [out];
    mov.u32 %r1, %tid.x; mov.u32 %r2, %tid.y; mov.u32 %r3, %tid.z;
    mov.u32 %r4, %ntid.x; mov.u32 %r5, %ntid.y; mov.u32 %r6, %ntid.z;
    mad.lo.u32 %r7, %r3, %r5, %r2; mad.lo.u32 %r7, %r7, %r4, %r1;
    mul.lo.u32 %r8, %r4, %r5; mul.lo.u32 %r8, %r8, %r6;
    mov.u32 %r10, %ctaid.x; mov.u32 %r11, %ctaid.y; mov.u32 %r12, %ctaid.z;
    mov.u32 %r13, %nctaid.x; mov.u32 %r14, %nctaid.y;
    mad.lo.u32 %r15, %r12, %r14, %r11; mad.lo.u32 %r15, %r15, %r13, %r10;
    mad.lo.u32 %r16, %r15, %r8, %r7;
    mad.wide.u32 %rd1, %r16, 4, %rd1;
    mov.u32 %r17, %laneid; mov.u32 %r18, %warpid;
    mad.lo.u32 %r19, %r18, 32, %r17; sub.u32 %r19, %r19, %r7;
    add.u32 %r16, %r16, %r19;
    mov.u32 %r20, %lanemask_lt; popc.b32 %r20, %r20; sub.u32 %r20, %r20, %r17;
    add.u32 %r16, %r16, %r20;
    st.global.u32 [%rd1], %r16;)"));
  for (uint64_t Seed : {0, 9}) {
    B.Options.Seed = Seed;
    uint32_t Count = 2 * 3 * 4 * 5 * 6 * 7;
    DeviceAddress Out = B.allocate(Count * 4);
    LaunchReport R = B.launch({2, 3, 4}, {5, 6, 7}, Out);
    EXPECT_TRUE(R.ok()) << text(R);
    EXPECT_EQ(R.Count.Threads, Count);
    auto V = B.download<uint32_t>(Out, Count);
    for (uint32_t I = 0; I < Count; ++I)
      EXPECT_EQ(V[I], I);
  }
}
