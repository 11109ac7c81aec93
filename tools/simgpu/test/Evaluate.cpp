//===- Evaluate.cpp - One instruction on many values ----------------------===//

#include "Evaluate.h"

using namespace simgpu;

std::vector<Values> simgpu::combinations(const std::vector<Values> &Sets) {
  size_t Total = 1;
  for (const Values &Set : Sets)
    Total *= Set.size();
  std::vector<Values> Rows(Sets.size(), Values(Total));
  for (size_t I = 0; I < Total; ++I) {
    size_t Rest = I;
    for (size_t K = 0; K < Sets.size(); ++K) {
      Rows[K][I] = Sets[K][Rest % Sets[K].size()];
      Rest /= Sets[K].size();
    }
  }
  return Rows;
}

/// A register of the width for operand `N`.
static std::string registerOf(unsigned Width, size_t N) {
  const char *Prefix = Width == 16   ? "%h"
                       : Width == 32 ? "%f"
                       : Width == 64 ? "%fd"
                                     : "%p";
  return Prefix + std::to_string(N);
}

Values simgpu::evaluate(const std::string &Text,
                        const std::vector<unsigned> &Widths,
                        const std::vector<Values> &Inputs) {
  size_t N = Inputs[0].size();
  std::string Instruction = Text;
  for (size_t At; (At = Instruction.find('$')) != std::string::npos;) {
    size_t Operand = Instruction[At + 1] - '0';
    Instruction.replace(At, 2, registerOf(Widths[Operand], Operand));
  }
  // Threads past the end do nothing. Memory holds 64 bits an element.
  std::string Parameters = ".param .u64 out", Loads;
  for (size_t I = 0; I < Inputs.size(); ++I) {
    std::string Name = "in" + std::to_string(I);
    Parameters += ", .param .u64 " + Name;
    Loads += "ld.param.u64 %rd2, [" + Name +
             "]; mad.wide.u32 %rd2, %r1, 8, %rd2; ld.global.b" +
             std::to_string(Widths[I + 1]) + " " +
             registerOf(Widths[I + 1], I + 1) + ", [%rd2];\n";
  }
  Parameters += ", .param .u32 count";
  std::string Store =
      Widths[0] == 1 ? "selp.b64 %fd19, 1, 0, %p0; st.global.b64 [%rd2], %fd19;"
                     : "st.global.b" + std::to_string(Widths[0]) + " [%rd2], " +
                           registerOf(Widths[0], 0) + ";";
  Bench B(kernel(Parameters,
                 "mov.u32 %r1, %ctaid.x; mov.u32 %r2, %tid.x;\n"
                 "mad.lo.u32 %r1, %r1, 256, %r2;\n"
                 "ld.param.u32 %r3, [count];\n"
                 "setp.ge.u32 %p19, %r1, %r3;\n@%p19 ret;\n" +
                     Loads + Instruction +
                     "\nld.param.u64 %rd2, [out];\n"
                     "mad.wide.u32 %rd2, %r1, 8, %rd2;\n" +
                     Store,
                 "sm_100"));
  std::vector<uint8_t> Arguments;
  auto append = [&](const void *From, size_t Bytes) {
    size_t At = Arguments.size();
    Arguments.resize(At + Bytes);
    std::memcpy(&Arguments[At], From, Bytes);
  };
  DeviceAddress Out = B.upload(Values(N));
  append(&Out, 8);
  for (const Values &Row : Inputs) {
    DeviceAddress In = B.upload(Row);
    append(&In, 8);
  }
  auto Count = static_cast<uint32_t>(N);
  append(&Count, 4);
  LaunchReport R =
      B.launchBytes({(Count + 255) / 256, 1, 1}, {256, 1, 1}, Arguments);
  EXPECT_TRUE(R.ok()) << text(R);
  return B.download<uint64_t>(Out, N);
}
