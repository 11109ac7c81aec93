//===- Throughput.cpp - Thread-instructions a second ----------------------===//
//
// Prints how fast kernels of several kinds run on one host thread, all checks
// on. Not a test: numbers depend on the machine.
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include <chrono>
#include <cstdio>

using namespace simgpu;

static void measure(const char *Name, const std::string &Body) {
  Bench B(kernel(".param .u64 buffer, .param .u32 count", R"(
    .shared .align 16 .b8 s[8192];
    ld.param.u64 %rd1, [buffer]; ld.param.u32 %r10, [count];
    mov.u32 %r1, %tid.x; mov.u32 %r9, s;
    mad.wide.u32 %rd2, %r1, 4, %rd1; mad.wide.u32 %rd3, %r1, 16, %rd1;
    mad.lo.u32 %r8, %r1, 4, %r9; mad.lo.u32 %r7, %r1, 16, %r9;
    mov.b32 %f1, 0f3F800000; mov.b32 %f2, 0f3F800000; mov.b32 %f3, 0f3F000000;
    mov.b32 %r20, 0x3c003c00; mov.b32 %r21, 0; mov.b32 %r22, 0x00010002;
    st.shared.v4.b32 [%r7], {%r20, %r20, %r20, %r20};
    bar.sync 0;
  LOOP:
)" + Body + R"(
    add.u32 %r10, %r10, -1;
    setp.ne.u32 %p1, %r10, 0;
    @%p1 bra LOOP;)"));
  B.Options.HostThreads = 1;
  DeviceAddress A = B.upload(std::vector<uint32_t>(65536));
  auto Start = std::chrono::steady_clock::now();
  LaunchReport R = B.launch({32, 1, 1}, {256, 1, 1}, A, uint32_t(500));
  std::chrono::duration<double> Time = std::chrono::steady_clock::now() - Start;
  if (!R.ok())
    std::printf("%s", text(R).c_str());
  std::printf("%-22s %7.0f million thread-instructions/s\n", Name,
              double(R.Count.ThreadInstructions) / Time.count() / 1e6);
}

static std::string times(unsigned N, const std::string &Text) {
  std::string Result;
  for (unsigned I = 0; I < N; ++I)
    Result += Text + "\n";
  return Result;
}

int main() {
  measure("fma.rn.f32", times(8, "fma.rn.f32 %f1, %f2, %f3, %f1;"));
  measure("mad.lo.u32", times(8, "mad.lo.u32 %r21, %r22, %r20, %r21;"));
  measure("fma.rn.f16x2", times(8, "fma.rn.f16x2 %r21, %r20, %r22, %r21;"));
  measure("fma.rn.bf16x2", times(8, "fma.rn.bf16x2 %r21, %r20, %r22, %r21;"));
  measure("dp4a.s32.s32", times(8, "dp4a.s32.s32 %r21, %r20, %r22, %r21;"));
  measure("cvt.f32.f16", times(8, "cvt.f32.f16 %f4, %h1;"));
  measure("cvt.rn.bf16x2.f32", times(8, "cvt.rn.bf16x2.f32 %r21, %f1, %f2;"));
  measure("ex2.approx.ftz.f32", times(8, "ex2.approx.ftz.f32 %f4, %f3;"));
  measure("div.rn.f32", times(8, "div.rn.f32 %f4, %f3, %f2;"));
  measure("prmt.b32", times(8, "prmt.b32 %r21, %r20, %r22, 0x5410;"));
  measure("bfe.u32", times(8, "bfe.u32 %r21, %r20, 4, 4;"));
  measure("ld.global.b32", times(8, "ld.global.b32 %r21, [%rd2];"));
  measure("ld.global.v4.b32",
          times(8, "ld.global.v4.b32 {%r21, %r23, %r24, %r25}, [%rd3];"));
  measure("st.global.b32", times(8, "st.global.b32 [%rd2], %r21;"));
  measure("ld.shared.b32",
          times(8, "ld.shared.b32 %r21, [%r8];") + "bar.sync 0;");
  measure("ld.shared.v4.b32",
          times(8, "ld.shared.v4.b32 {%r21, %r23, %r24, %r25}, [%r7];"));
  measure("st.shared.b32", "bar.sync 0;" +
                               times(8, "st.shared.b32 [%r7], %r20;") +
                               "bar.sync 0;");
  measure("shfl.sync.bfly.b32",
          times(8, "shfl.sync.bfly.b32 %r21, %r20, 1, 31, -1;"));
  measure("divergent branches", R"(
    and.b32 %r30, %r1, 3; setp.eq.u32 %p2, %r30, 0;
    @%p2 bra A; add.u32 %r31, %r31, 1; bra B;
  A: add.u32 %r31, %r31, 2;
  B: setp.eq.u32 %p2, %r30, 1;
    @%p2 bra C; add.u32 %r31, %r31, 1; bra D;
  C: add.u32 %r31, %r31, 2;
  D: add.u32 %r31, %r31, 2;)");
  measure("mixed (f16 mat-vec)", times(2, R"(
    ld.global.nc.v4.b32 {%r21, %r23, %r24, %r25}, [%rd3];
    ld.shared.v4.b32 {%r26, %r27, %r28, %r29}, [%r7];
    mov.b32 {%h1, %h2}, %r21; mov.b32 {%h3, %h4}, %r26;
    cvt.f32.f16 %f5, %h1; cvt.f32.f16 %f6, %h2;
    cvt.f32.f16 %f7, %h3; cvt.f32.f16 %f8, %h4;
    fma.rn.f32 %f1, %f5, %f7, %f1; fma.rn.f32 %f1, %f6, %f8, %f1;
    mov.b32 {%h1, %h2}, %r23; mov.b32 {%h3, %h4}, %r27;
    cvt.f32.f16 %f5, %h1; cvt.f32.f16 %f6, %h2;
    cvt.f32.f16 %f7, %h3; cvt.f32.f16 %f8, %h4;
    fma.rn.f32 %f1, %f5, %f7, %f1; fma.rn.f32 %f1, %f6, %f8, %f1;
    add.s64 %rd5, %rd3, 16; add.u32 %r30, %r30, 1;)"));
  return 0;
}
