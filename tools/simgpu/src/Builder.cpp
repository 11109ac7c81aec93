//===- Builder.cpp - Names and rows of the function being parsed ----------===//

#include "Builder.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

static uint32_t alignUp(uint32_t Value, uint32_t Align) {
  return (Value + Align - 1) / Align * Align;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

bool Builder::declare(std::string_view Name, Symbol S) {
  return Scopes.back().Names.emplace(Name, S).second;
}

void Builder::declareRegisters(std::string_view Prefix, uint32_t Count,
                               Type T) {
  Scopes.back().Arrays[Prefix] = {Count, T};
}

const Symbol *Builder::find(std::string_view Name) {
  size_t Digits = Name.size();
  while (Digits > 0 && Name[Digits - 1] >= '0' && Name[Digits - 1] <= '9')
    --Digits;
  for (size_t I = Scopes.size(); I-- > 0;) {
    auto Found = Scopes[I].Names.find(Name);
    if (Found != Scopes[I].Names.end())
      return &Found->second;
    if (Digits == Name.size() || Name.size() - Digits > 9)
      continue;
    auto Of = Scopes[I].Arrays.find(Name.substr(0, Digits));
    if (Of == Scopes[I].Arrays.end())
      continue;
    uint32_t Index = 0;
    for (char C : Name.substr(Digits))
      Index = Index * 10 + (C - '0');
    if (Index >= Of->second.Count)
      continue;
    Symbol S{Symbol::Register};
    S.T = Of->second.T;
    S.Row = newRow(S.T);
    return &Scopes[I].Names.emplace(Name, S).first->second;
  }
  auto Found = ModuleScope.find(Name);
  return Found == ModuleScope.end() ? nullptr : &Found->second;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

RowRef Builder::newRow(Type T) {
  uint32_t &Top = IsKernel ? Registers : P.FunctionRegisterBytes;
  // Rows start at cache lines; predicates need only a word.
  uint32_t Bytes = T == Type::Pred ? 4 : std::max(64u, bytesOf(T) * WarpSize);
  uint32_t At = T == Type::Pred ? Top : alignUp(Top, 64);
  Top = At + Bytes;
  return At | uint32_t(IsKernel ? Area::Kernel : Area::Function) << AreaShift;
}

RowRef Builder::rawConstant(uint64_t Value, unsigned Bytes, uint64_t High) {
  auto At = static_cast<uint32_t>(alignUp(P.Constants.size(), 64));
  unsigned Lanes = Bytes == 0 ? 1 : WarpSize, Step = Bytes == 0 ? 4 : Bytes;
  P.Constants.resize(At + Lanes * Step);
  for (unsigned L = 0; L < Lanes; ++L) {
    std::memcpy(&P.Constants[At + L * Step], &Value, std::min(Step, 8u));
    if (Bytes == 16)
      std::memcpy(&P.Constants[At + L * Step + 8], &High, 8);
  }
  return At | uint32_t(Area::Constant) << AreaShift;
}

RowRef Builder::constant(uint64_t Value, unsigned Bytes, uint64_t High) {
  if (Bytes > 0 && Bytes < 8)
    Value &= (uint64_t(1) << 8 * Bytes) - 1;
  auto Key = std::make_tuple(Value, High, Bytes);
  auto [At, IsNew] = P.ConstantRows.emplace(Key, NoRow);
  if (IsNew)
    At->second = rawConstant(Value, Bytes, High);
  return At->second;
}

std::optional<RowRef> Builder::address(const Symbol &S, int64_t Addend,
                                       unsigned Bytes) {
  // Functions serve all kernels, and each kernel places its own shared memory.
  if (!IsKernel && (S.Is == Symbol::ModuleShared ||
                    S.Is == Symbol::DynamicShared || S.Is == Symbol::Shared))
    return std::nullopt;
  switch (S.Is) {
  case Symbol::Register:
    return std::nullopt;
  case Symbol::Variable: {
    RowRef Row = rawConstant(0, Bytes, 0);
    P.Relocations.push_back(
        {Row & ((1u << AreaShift) - 1), Bytes, S.Index, Addend});
    return Row;
  }
  case Symbol::ModuleShared: {
    auto Known = PlacedShared.find(S.Index);
    if (Known == PlacedShared.end()) {
      const ModuleSharedVariable &V = ModuleShared[S.Index];
      Symbol Placed{Symbol::Shared};
      Placed.Offset = placeShared(V.Name, V.Bytes, V.Align);
      Known = PlacedShared.emplace(S.Index, Placed).first;
    }
    return constant(Known->second.Offset + Addend, Bytes);
  }
  case Symbol::DynamicShared: {
    RowRef Row = rawConstant(Addend, Bytes, 0);
    DynamicAlign = std::max(DynamicAlign, S.Align);
    DynamicAddresses.push_back({Row, Bytes});
    return Row;
  }
  case Symbol::Shared:
  case Symbol::Local:
  case Symbol::KernelParam:
  case Symbol::CallParam:
    return constant(S.Offset + Addend, Bytes);
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Special registers
//===----------------------------------------------------------------------===//

static constexpr std::pair<std::string_view, Special> SpecialNames[] = {
    {"%tid.x", Special::TidX},
    {"%tid.y", Special::TidY},
    {"%tid.z", Special::TidZ},
    {"%ntid.x", Special::NTidX},
    {"%ntid.y", Special::NTidY},
    {"%ntid.z", Special::NTidZ},
    {"%ctaid.x", Special::CtaIdX},
    {"%ctaid.y", Special::CtaIdY},
    {"%ctaid.z", Special::CtaIdZ},
    {"%nctaid.x", Special::NCtaIdX},
    {"%nctaid.y", Special::NCtaIdY},
    {"%nctaid.z", Special::NCtaIdZ},
    {"%laneid", Special::LaneId},
    {"%warpid", Special::WarpId},
    {"%nwarpid", Special::NWarpId},
    {"%smid", Special::SmId},
    {"%nsmid", Special::NSmId},
    {"%gridid", Special::GridId},
    {"%lanemask_eq", Special::LaneMaskEq},
    {"%lanemask_lt", Special::LaneMaskLt},
    {"%lanemask_le", Special::LaneMaskLe},
    {"%lanemask_gt", Special::LaneMaskGt},
    {"%lanemask_ge", Special::LaneMaskGe},
    {"%dynamic_smem_size", Special::DynamicSharedBytes},
    {"%total_smem_size", Special::TotalSharedBytes},
    // A launch without clusters has clusters of one block.
    {"%cluster_ctaid.x", Special::Zero},
    {"%cluster_ctaid.y", Special::Zero},
    {"%cluster_ctaid.z", Special::Zero},
    {"%cluster_ctarank", Special::Zero},
    {"%cluster_nctaid.x", Special::One},
    {"%cluster_nctaid.y", Special::One},
    {"%cluster_nctaid.z", Special::One},
    {"%cluster_nctarank", Special::One},
    {"%clusterid.x", Special::CtaIdX},
    {"%clusterid.y", Special::CtaIdY},
    {"%clusterid.z", Special::CtaIdZ},
    {"%nclusterid.x", Special::NCtaIdX},
    {"%nclusterid.y", Special::NCtaIdY},
    {"%nclusterid.z", Special::NCtaIdZ},
};

std::optional<RowRef> Builder::special(std::string_view Name, unsigned Bytes) {
  for (auto &[Spelling, Which] : SpecialNames) {
    if (Spelling != Name || (Bytes != 4 && Bytes != 8))
      continue;
    auto [At, IsNew] = SpecialRows.emplace(std::make_pair(Which, Bytes), NoRow);
    if (IsNew) {
      At->second = newRow(Bytes == 8 ? Type::B64 : Type::B32);
      auto &To = IsKernel ? Specials : P.FunctionSpecials;
      To.push_back({At->second, Which, Bytes == 8});
    }
    return At->second;
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

uint32_t Builder::placeShared(std::string_view Name, uint32_t Bytes,
                              uint32_t Align) {
  uint32_t At = alignUp(SharedBytes, std::max(Align, 1u));
  SharedVariables.push_back({std::string(Name), At, Bytes, Align});
  SharedBytes = At + Bytes;
  return At;
}

uint32_t Builder::placeLocal(uint32_t Bytes, uint32_t Align) {
  uint32_t &Top = IsKernel ? Local : P.FunctionLocalBytes;
  uint32_t At = alignUp(Top, std::max(Align, 1u));
  Top = At + Bytes;
  return IsKernel ? At : At + FunctionLocalBase;
}

void Builder::finishKernel(KernelInfo &Info, KernelCode &Code) {
  Info.SharedBytes = SharedBytes;
  Info.LocalBytes = Local;
  Code.RegisterBytes = alignUp(Registers, 64);
  Code.Specials = std::move(Specials);
  Code.Shared = std::move(SharedVariables);
  Code.DynamicShared = alignUp(SharedBytes, DynamicAlign);
  for (auto &[Row, Bytes] : DynamicAddresses) {
    uint8_t *Lanes = &P.Constants[Row & ((1u << AreaShift) - 1)];
    for (unsigned L = 0; L < WarpSize; ++L) {
      uint64_t Value = 0;
      std::memcpy(&Value, Lanes + L * Bytes, Bytes);
      Value += Code.DynamicShared;
      std::memcpy(Lanes + L * Bytes, &Value, Bytes);
    }
  }
}
