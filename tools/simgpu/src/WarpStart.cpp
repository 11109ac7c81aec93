//===- WarpStart.cpp - Special registers and a warp's first state ---------===//

#include "Execute.h"

#include <algorithm>

using namespace simgpu;

static uint64_t specialValue(const BlockRun &B, uint32_t Thread, Special S) {
  const LaunchConfig &C = B.L.Config;
  uint32_t Lane = Thread % WarpSize;
  std::array<uint32_t, 3> T = B.threadId(Thread);
  switch (S) {
  case Special::TidX:
  case Special::TidY:
  case Special::TidZ:
    return T[unsigned(S) - unsigned(Special::TidX)];
  case Special::NTidX:
  case Special::NTidY:
  case Special::NTidZ:
    return C.Block[unsigned(S) - unsigned(Special::NTidX)];
  case Special::CtaIdX:
  case Special::CtaIdY:
  case Special::CtaIdZ:
    return B.BlockId[unsigned(S) - unsigned(Special::CtaIdX)];
  case Special::NCtaIdX:
  case Special::NCtaIdY:
  case Special::NCtaIdZ:
    return C.Grid[unsigned(S) - unsigned(Special::NCtaIdX)];
  case Special::LaneId:
    return Lane;
  case Special::WarpId:
    return Thread / WarpSize;
  case Special::NWarpId:
    return B.L.Warps;
  case Special::SmId:
    return B.LinearBlock % B.L.Device.Multiprocessors;
  case Special::NSmId:
    return B.L.Device.Multiprocessors;
  case Special::GridId:
  case Special::Zero:
    return 0;
  case Special::One:
    return 1;
  case Special::LaneMaskEq:
    return 1u << Lane;
  case Special::LaneMaskLt:
    return (1u << Lane) - 1;
  case Special::LaneMaskLe:
    return (2u << Lane) - 1;
  case Special::LaneMaskGt:
    return ~((2u << Lane) - 1);
  case Special::LaneMaskGe:
    return ~((1u << Lane) - 1);
  case Special::DynamicSharedBytes:
    return C.DynamicSharedBytes;
  case Special::TotalSharedBytes:
    return B.L.SharedBytes;
  }
  return 0;
}

void Warp::start(BlockRun &B, uint32_t WarpId) {
  Block = &B;
  Id = WarpId;
  OperandRows = B.L.P.Operands.data();
  uint32_t Count = std::min(WarpSize, B.L.Threads - Id * WarpSize);
  Live = Count == WarpSize ? FullMask : (1u << Count) - 1;
  Carry = 0;
  Executed = 0;
  Fragments.assign(1, {B.L.Code.Entry, Live, -1, Fragment::Ready});
  Scopes.clear();
  Copies.clear();
  CommittedGroups.fill(0);
  auto fill = [&](const std::vector<SpecialRow> &Rows) {
    for (const SpecialRow &R : Rows)
      for (unsigned L = 0; L < WarpSize; ++L) {
        uint64_t Value = specialValue(B, Id * WarpSize + L, R.Which);
        if (R.Wide)
          row<uint64_t>(R.Row)[L] = Value;
        else
          row<uint32_t>(R.Row)[L] = static_cast<uint32_t>(Value);
      }
  };
  fill(B.L.Code.Specials);
  if (!B.L.P.FunctionSpecials.empty())
    fill(B.L.P.FunctionSpecials);
}
