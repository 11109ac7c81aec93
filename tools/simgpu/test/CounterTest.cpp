//===- CounterTest.cpp - Counters against counts made by hand -------------===//

#include "Harness.h"

using namespace simgpu;

/// One warp, `Address` computes %rd3 (global) or %r3 (shared) from %r1.
static Counters run(const std::string &Address, const std::string &Access,
                    uint32_t Threads = 32) {
  Bench B(kernel(".param .u64 buffer", R"(
    .shared .align 16 .b8 s[16384];
    ld.param.u64 %rd1, [buffer]; mov.u32 %r1, %tid.x; mov.u32 %r9, s;
)" + Address + Access));
  B.Options.Check.Uninitialised = false;
  B.Options.Check.Races = false;
  DeviceAddress A = B.upload(std::vector<uint32_t>(16384));
  LaunchReport R = B.launch({1, 1, 1}, {Threads, 1, 1}, A);
  EXPECT_TRUE(R.ok()) << text(R);
  return R.Count;
}

static void expectGlobal(const GlobalTraffic &T, uint64_t Bytes,
                         uint64_t Sectors, uint64_t Ideal) {
  EXPECT_EQ(T.Requests, 1u);
  EXPECT_EQ(T.Bytes, Bytes);
  EXPECT_EQ(T.Sectors, Sectors);
  EXPECT_EQ(T.IdealSectors, Ideal);
}

TEST(Sectors, Loads) {
  std::string Load = "ld.global.b32 %r2, [%rd3];";
  auto at = [](const std::string &Step) {
    return "mul.wide.u32 %rd3, %r1, " + Step + "; add.u64 %rd3, %rd3, %rd1;";
  };
  expectGlobal(run(at("4"), Load).GlobalLoads, 128, 4, 4); // coalesced
  expectGlobal(run(at("8"), Load).GlobalLoads, 128, 8, 4); // every other
  expectGlobal(run(at("128"), Load).GlobalLoads, 128, 32, 4);
  expectGlobal(run(at("0"), Load).GlobalLoads, 128, 1, 1); // broadcast
  expectGlobal(run(at("4") + "add.u64 %rd3, %rd3, 16;", Load).GlobalLoads, 128,
               5, 4); // off by half a sector
  expectGlobal(run(at("16"), "ld.global.v4.b32 {%r2, %r3, %r4, %r5}, [%rd3];")
                   .GlobalLoads,
               512, 16, 16);
  expectGlobal(run(at("1"), "ld.global.b8 %r2, [%rd3];").GlobalLoads, 32, 1, 1);
  // Descending addresses are as good.
  expectGlobal(run("sub.u32 %r1, 31, %r1;" + at("4"), Load).GlobalLoads, 128, 4,
               4);
  expectGlobal(
      run(at("4"), "setp.lt.u32 %p1, %r1, 3; @%p1 " + Load).GlobalLoads, 12, 1,
      1);
}

TEST(Sectors, StoresAndAtomics) {
  std::string At = "mul.wide.u32 %rd3, %r1, 8; add.u64 %rd3, %rd3, %rd1;";
  expectGlobal(run(At, "st.global.b64 [%rd3], %rd3;").GlobalStores, 256, 8, 8);
  expectGlobal(run(At, "red.global.add.u32 [%rd3], %r1;").GlobalAtomics, 128, 8,
               4);
}

static void expectShared(const SharedTraffic &T, uint64_t Bytes,
                         uint64_t Wavefronts, uint64_t Ideal) {
  EXPECT_EQ(T.Requests, 1u);
  EXPECT_EQ(T.Bytes, Bytes);
  EXPECT_EQ(T.Wavefronts, Wavefronts);
  EXPECT_EQ(T.IdealWavefronts, Ideal);
}

TEST(Wavefronts, Loads) {
  std::string Load = "ld.shared.b32 %r2, [%r3];";
  auto at = [](const std::string &Step) {
    return "mad.lo.u32 %r3, %r1, " + Step + ", %r9;";
  };
  expectShared(run(at("4"), Load).SharedLoads, 128, 1, 1);
  expectShared(run(at("8"), Load).SharedLoads, 128, 2, 1);    // two-way
  expectShared(run(at("128"), Load).SharedLoads, 128, 32, 1); // one bank
  expectShared(run(at("132"), Load).SharedLoads, 128, 1, 1);  // padded
  expectShared(run(at("0"), Load).SharedLoads, 128, 1, 1);    // broadcast
  expectShared(run(at("16"), "ld.shared.v4.b32 {%r2, %r4, %r5, %r6}, [%r3];")
                   .SharedLoads,
               512, 4, 4);
  expectShared(run(at("8"), "ld.shared.b64 %rd2, [%r3];").SharedLoads, 256, 2,
               2);
  // Quarters of the warp, each with eight rows of 128 bytes: eight-way.
  expectShared(run(at("128"), "ld.shared.v4.b32 {%r2, %r4, %r5, %r6}, [%r3];")
                   .SharedLoads,
               512, 32, 4);
  // Bytes of one word are one word.
  expectShared(run(at("1"), "ld.shared.b8 %r2, [%r3];").SharedLoads, 32, 1, 1);
  // Two words a bank, each read by two lanes.
  expectShared(run("and.b32 %r4, %r1, 15; mad.lo.u32 %r3, %r4, 8, %r9;", Load)
                   .SharedLoads,
               128, 1, 1);
  expectShared(run("and.b32 %r4, %r1, 15; mad.lo.u32 %r3, %r4, 128, %r9;", Load)
                   .SharedLoads,
               128, 16, 1);
}

TEST(Wavefronts, MatricesAndStores) {
  std::string Row = "mad.lo.u32 %r3, %r1, 16, %r9;";
  std::string Matrix = "ldmatrix.sync.aligned.m8n8.x4.shared.b16 "
                       "{%r2, %r4, %r5, %r6}, [%r3];";
  expectShared(run(Row, Matrix).SharedLoads, 512, 4, 4);
  expectShared(run("mad.lo.u32 %r3, %r1, 128, %r9;", Matrix).SharedLoads, 512,
               32, 4);
  expectShared(run("mad.lo.u32 %r3, %r1, 4, %r9;", "st.shared.b32 [%r3], %r1;")
                   .SharedStores,
               128, 1, 1);
}

TEST(Instructions, ByClass) {
  Counters C = run("", R"(
    add.u32 %r2, %r1, 1;
    setp.lt.u32 %p1, %r1, 8;
    @%p1 bra SKIP;
    mul.f32 %f1, %f2, %f3;
    mul.f32 %f1, %f2, %f3;
  SKIP:
    ex2.approx.f32 %f1, %f2;
    bar.sync 0;
    shfl.sync.idx.b32 %r3, %r2, 0, 31, -1;)",
                   64);
  auto of = [&](InstructionClass Class) {
    return C.Classes[static_cast<unsigned>(Class)];
  };
  EXPECT_EQ(of(InstructionClass::Integer), 2u);
  EXPECT_EQ(of(InstructionClass::Float32), 4u);
  EXPECT_EQ(of(InstructionClass::Compare), 2u);
  EXPECT_EQ(of(InstructionClass::Special), 2u);
  EXPECT_EQ(of(InstructionClass::Synchronise), 2u);
  EXPECT_EQ(of(InstructionClass::Warp), 2u);
  EXPECT_EQ(of(InstructionClass::Move), 4u);
  EXPECT_EQ(of(InstructionClass::Load), 2u);
  EXPECT_EQ(of(InstructionClass::Control), 4u); // bra and ret
  EXPECT_EQ(C.DivergentBranches, 1u);
  EXPECT_EQ(C.Barriers, 2u);
  EXPECT_EQ(C.WarpInstructions, 24u);
  // Eight lanes of the first warp skip; the branch is taken by eight of 64.
  EXPECT_EQ(C.ThreadInstructions, 24 * 32u - 2 * 8 - 24 - 32);
  EXPECT_EQ(C.Blocks, 1u);
  EXPECT_EQ(C.Threads, 64u);
}

TEST(Counters, Output) {
  Counters C;
  C.GlobalLoads.Sectors = 12;
  C.Classes[0] = 5;
  Counters Sum = C;
  Sum.add(C);
  EXPECT_EQ(Sum.GlobalLoads.Sectors, 24u);
  EXPECT_NE(Sum.json().find("\"global_load_sectors\": 24, "),
            std::string::npos);
  EXPECT_NE(Sum.json().find("{\"integer\": 10, "), std::string::npos);
  std::string Table = table({{"scan", C}, {"norm", Sum}});
  EXPECT_EQ(Table.substr(0, 6), "kernel");
  EXPECT_NE(Table.find("\nscan"), std::string::npos);
}
