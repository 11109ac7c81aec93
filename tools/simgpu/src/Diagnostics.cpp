//===- Diagnostics.cpp - What the checks report ---------------------------===//

#include "simgpu/Diagnostics.h"

using namespace simgpu;

const char *simgpu::name(DiagnosticKind Kind) {
  static const char *const Names[NumDiagnosticKinds] = {
      "out-of-bounds",  "use-after-free", "misaligned",
      "under-aligned",  "read-only",      "uninitialised",
      "shared-race",    "async-race",     "divergent-barrier",
      "divergent-warp", "deadlock",       "trap",
      "limit"};
  return Names[static_cast<unsigned>(Kind)];
}

bool simgpu::isFatal(DiagnosticKind Kind) {
  switch (Kind) {
  case DiagnosticKind::UnderAligned:
  case DiagnosticKind::Uninitialised:
  case DiagnosticKind::SharedRace:
  case DiagnosticKind::AsyncRace:
    return false;
  default:
    return true;
  }
}

std::string Diagnostic::str() const {
  auto triple = [](const std::array<uint32_t, 3> &T) {
    return "(" + std::to_string(T[0]) + "," + std::to_string(T[1]) + "," +
           std::to_string(T[2]) + ")";
  };
  std::string Text = Module + ":" + std::to_string(Line) + ": " + name(Kind) +
                     ": " + Message + "; kernel '" + Kernel + "', block " +
                     triple(Block) + ", thread " + triple(Thread) + ", `" +
                     Instruction + "`";
  if (!Source.empty())
    Text += ", from " + Source;
  if (Count > 1)
    Text += ", " + std::to_string(Count) + " times";
  return Text;
}
