//===- Harness.cpp - Runs small kernels in tests --------------------------===//

#include "Harness.h"

#include <fstream>
#include <sstream>

using namespace simgpu;

std::string simgpu::kernel(const std::string &Parameters,
                           const std::string &Body, const std::string &Target) {
  return ".version 8.6\n.target " + Target +
         "\n.address_size 64\n"
         ".visible .entry test(" +
         Parameters +
         ")\n{\n"
         ".reg .pred %p<20>; .reg .b16 %rs<20>; .reg .b16 %h<20>;\n"
         ".reg .b32 %r<60>; .reg .b32 %f<60>; .reg .b64 %rd<40>;\n"
         ".reg .b64 %fd<20>; .reg .b128 %q<4>;\n" +
         Body + "\nret;\n}\n";
}

std::string simgpu::readPtx(const std::string &Name) {
  std::ifstream In(std::string(SIMGPU_TEST_DATA) + "/" + Name);
  EXPECT_TRUE(In.good()) << Name;
  std::stringstream Text;
  Text << In.rdbuf();
  return Text.str();
}

std::string simgpu::mutate(std::string Text, const std::string &From,
                           const std::string &To, const std::string &After) {
  size_t Start = Text.find(After);
  EXPECT_NE(Start, std::string::npos) << "no '" << After << "'";
  size_t At = Text.find(From, Start);
  EXPECT_NE(At, std::string::npos) << "no '" << From << "'";
  if (At != std::string::npos)
    Text.replace(At, From.size(), To);
  return Text;
}

Bench::Bench(const std::string &Ptx) {
  auto Parsed = Module::parse("test.ptx", Ptx);
  EXPECT_TRUE(bool(Parsed)) << Parsed.message();
  if (!Parsed)
    return;
  auto Result = Gpu.load(*Parsed);
  EXPECT_TRUE(bool(Result)) << Result.message();
  if (!Result)
    return;
  Loaded = *Result;
  if (!(*Parsed)->kernels().empty())
    Kernel = (*Parsed)->kernels()[0].Name;
}

DeviceAddress Bench::allocate(uint64_t Bytes, const std::string &Origin) {
  auto At = Gpu.allocate(Bytes, Origin);
  EXPECT_TRUE(bool(At)) << At.message();
  return At ? *At : 0;
}

LaunchReport Bench::launchBytes(std::array<uint32_t, 3> Grid,
                                std::array<uint32_t, 3> Block,
                                const std::vector<uint8_t> &Bytes) {
  if (!Loaded)
    return {};
  LaunchConfig C;
  C.Grid = Grid;
  C.Block = Block;
  C.DynamicSharedBytes = DynamicShared;
  C.Parameters = Bytes.data();
  C.ParameterBytes = Bytes.size();
  C.Options = Options;
  auto Report = Gpu.launch(*Loaded, Kernel, C);
  EXPECT_TRUE(bool(Report)) << Report.message();
  return Report ? *Report : LaunchReport();
}

std::string simgpu::text(const LaunchReport &Report) {
  std::string Text;
  for (const Diagnostic &D : Report.Diagnostics)
    Text += D.str() + "\n";
  return Text;
}
