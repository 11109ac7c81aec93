//===- ParserTest.cpp - What modules say, and what is refused -------------===//

#include "Harness.h"

using namespace simgpu;

static const std::string Header =
    ".version 8.0\n.target sm_80\n.address_size 64\n";

static std::string refusal(const std::string &Text) {
  auto M = Module::parse("m.ptx", Header + Text);
  return M ? "accepted" : M.message();
}

/// A kernel with one instruction, on line 5.
static std::string refusalOf(const std::string &Instruction) {
  return refusal(".entry k() { .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 "
                 "%r<9>; .reg .b64 %d<9>; .shared .b8 s[4];\n" +
                 Instruction + "\nret; }");
}

TEST(Parser, UnknownInstructionsNameTheLine) {
  EXPECT_EQ(refusalOf("foo.bar.f32 %r1, %r2;"),
            "m.ptx:5: instruction 'foo.bar.f32' is not implemented by the "
            "simulated GPU");
  EXPECT_EQ(refusalOf("add.weird.u32 %r1, %r2, %r3;"),
            "m.ptx:5: instruction 'add.weird.u32' is not implemented by the "
            "simulated GPU: modifier '.weird'");
  EXPECT_EQ(refusalOf("wgmma.fence.sync.aligned;"),
            "m.ptx:5: instruction 'wgmma.fence.sync.aligned' is not "
            "implemented by the simulated GPU");
  for (const char *Text :
       {"add.rz.f16 %h1, %h2, %h3;", "add.cc.u16 %h1, %h2, %h3;",
        "shfl.down.b32 %r1, %r2, 1, 31;", "min.relu.u32 %r1, %r2, %r3;",
        "sqrt.f16 %h1, %h2;", "setp.lt.and.u32 %p1, %r1, %r2;",
        "ld.global.v3.u32 {%r1, %r2, %r3}, [%d1];",
        "red.global.exch.b32 [%d1], %r1;", "cvt.f32.f64 %r1, %d1;",
        "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%d1, %d2}, {%d3}, "
        "{%d4}, {%d5, %d6};",
        "cp.async.bulk.shared.global [s], [%d1], 16, [s];",
        "bar.red.popc.u32 %r1, 0;", "lop3.b32 %r1, %r2, %r3, %r4, 256;",
        "tex.2d.v4.f32.s32 {%r1, %r2, %r3, %r4}, [s, {%r1, %r2}];"})
    EXPECT_NE(refusalOf(Text).find("m.ptx:5: instruction '"), std::string::npos)
        << Text << ": " << refusalOf(Text);
}

TEST(Parser, OperandsAreChecked) {
  EXPECT_EQ(refusalOf("add.u32 %r1, %r2, %d3;"),
            "m.ptx:5: instruction 'add.u32': '%d3' has 64 bits, expected 32");
  EXPECT_EQ(refusalOf("add.u32 %r1, %r2, %r9;"),
            "m.ptx:5: instruction 'add.u32': unknown name '%r9'");
  EXPECT_EQ(refusalOf("add.u32 7, %r2, %r3;"),
            "m.ptx:5: instruction 'add.u32': 'operand' is no register");
  EXPECT_EQ(refusalOf("add.u32 %r1, %r2;"),
            "m.ptx:5: instruction 'add.u32': operand missing");
  EXPECT_EQ(refusalOf("add.f32 %r1, %r2, 1;"),
            "m.ptx:5: instruction 'add.f32': integer literal where a "
            "floating-point one is expected");
  EXPECT_EQ(refusalOf("ld.global.u32 %r1, [s];"),
            "m.ptx:5: instruction 'ld.global.u32': 's' lies in another state "
            "space");
  EXPECT_EQ(refusalOf("bra NOWHERE;"), "m.ptx:5: unknown label 'NOWHERE'");
  EXPECT_EQ(refusalOf("@%r1 bra NOWHERE;"),
            "m.ptx:5: guard '%r1' is no predicate");
  EXPECT_EQ(refusalOf("call.uni nothing, ();"),
            "m.ptx:5: call of unknown function 'nothing'; indirect calls are "
            "not implemented");
}

TEST(Parser, TooManyOperands) {
  EXPECT_EQ(refusalOf("add.u32 %r1, %r2, %r3, %r4;"),
            "m.ptx:5: instruction 'add.u32': found 4 operands, expected 3");
}

TEST(Parser, ModuleScope) {
  EXPECT_EQ(refusal(".samplerref s;"),
            "m.ptx:4: directive '.samplerref' is not implemented by the "
            "simulated GPU");
  EXPECT_EQ(refusal(".extern .global .b32 other;"),
            "m.ptx:4: variable 'other' is external, and modules are not "
            "linked");
  EXPECT_EQ(refusal(".entry k() {\n ret;"), "m.ptx:5: body without end");
  EXPECT_EQ(refusal("/* no end"), "m.ptx:4: comment without end");
  EXPECT_EQ(refusal(".global .u32 a; .global .u32 a;"),
            "m.ptx:4: 'a' is declared twice");
  EXPECT_EQ(refusal(".func f();\n.entry k() { call f; ret; }"),
            "m.ptx:5: call of function 'f', which has no body in this module");
}

TEST(Parser, DamagedText) {
  // Whatever is lost, doubled or exchanged: an answer, and no crash.
  uint64_t State = 1;
  auto draw = [&](size_t N) {
    State = State * 6364136223846793005u + 1442695040888963407u;
    return size_t(State >> 33) % N;
  };
  for (const char *File : {"reduce.ptx", "pipeline.ptx", "norm.ptx"}) {
    std::string Whole = readPtx(File);
    for (int I = 0; I < 300; ++I) {
      std::string Text = Whole;
      for (size_t Damages = 1 + draw(4); Damages > 0; --Damages) {
        size_t From = draw(Text.size()), N = 1 + draw(12);
        switch (draw(4)) {
        case 0:
          Text.erase(From, N);
          break;
        case 1:
          Text.insert(From, Text.substr(draw(Text.size()), N));
          break;
        case 2:
          Text[From] = "{}[]();,.:%_@!+-\"0x"[draw(19)];
          break;
        default:
          Text.resize(From + 1);
        }
      }
      auto M = Module::parse("m.ptx", Text);
      if (!M) {
        EXPECT_EQ(M.message().substr(0, 6), "m.ptx:");
      }
    }
  }
}

TEST(Parser, WhatAModuleSays) {
  auto M = Module::parse("m.ptx", R"(
.version 8.6
.target sm_90a, debug
.address_size 64
.visible .global .align 16 .b8 bytes[20];
.const .f32 half = 0f3F000000;
.visible .entry first(
  .param .u64 .ptr .global .align 16 first_param_0,
  .param .u8 first_param_1,
  .param .align 8 .b8 first_param_2[20]
)
.maxntid 256, 2, 1
.minnctapersm 2
{
  .shared .align 16 .b8 s[48];
  .local .align 8 .b8 depot[24];
  ret;
}
.entry second() .reqntid 32 { ret; }
)");
  ASSERT_TRUE(bool(M)) << M.message();
  EXPECT_EQ((*M)->target(), 90u);
  ASSERT_EQ((*M)->kernels().size(), 2u);
  const KernelInfo &K = (*M)->kernels()[0];
  EXPECT_EQ(K.Name, "first");
  EXPECT_EQ(K.Line, 7u);
  ASSERT_EQ(K.Parameters.size(), 3u);
  EXPECT_EQ(K.Parameters[1].Offset, 8u);
  EXPECT_EQ(K.Parameters[1].Bytes, 1u);
  EXPECT_EQ(K.Parameters[2].Offset, 16u);
  EXPECT_EQ(K.Parameters[2].Bytes, 20u);
  EXPECT_EQ(K.ParameterBytes, 36u);
  EXPECT_EQ(K.SharedBytes, 48u);
  EXPECT_EQ(K.LocalBytes, 24u);
  EXPECT_EQ(K.MaxThreads[0], 256u);
  EXPECT_EQ(K.MaxThreads[1], 2u);
  EXPECT_EQ((*M)->findKernel("second")->NeedThreads[0], 32u);
  EXPECT_EQ((*M)->findKernel("third"), nullptr);
  ASSERT_EQ((*M)->variables().size(), 2u);
  EXPECT_EQ((*M)->variables()[0].Bytes, 20u);
  EXPECT_TRUE((*M)->variables()[1].Constant);
}
