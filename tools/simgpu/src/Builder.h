//===- Builder.h - Names and rows of the function being parsed --*- C++ -*-===//

#ifndef SIMGPU_BUILDER_H
#define SIMGPU_BUILDER_H

#include "Program.h"

#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace simgpu {

/// What a name stands for.
struct Symbol {
  enum Kind : uint8_t {
    Register,
    Variable,      ///< of module scope; Index
    Shared,        ///< Offset
    ModuleShared,  ///< placed when a kernel first uses it; Index
    DynamicShared, ///< behind all static shared memory
    Local,         ///< Offset
    KernelParam,   ///< Offset
    CallParam,     ///< Offset in local memory
  };
  Kind Is;
  Type T = Type::None; ///< of a register
  uint32_t Index = 0;
  uint32_t Offset = 0;
  uint32_t Bytes = 0;
  uint32_t Align = 1;
  RowRef Row = NoRow;
};

/// A shared variable of module scope.
struct ModuleSharedVariable {
  std::string_view Name;
  uint32_t Bytes, Align;
};

/// Resolves the names of one function and hands out its rows.
class Builder {
public:
  Builder(Program &P, const std::map<std::string_view, Symbol> &ModuleScope,
          const std::vector<ModuleSharedVariable> &Shared, bool IsKernel)
      : P(P), IsKernel(IsKernel), ModuleScope(ModuleScope),
        ModuleShared(Shared), Scopes(1) {}

  Program &P;
  const bool IsKernel;

  void openScope() { Scopes.emplace_back(); }
  void closeScope() { Scopes.pop_back(); }
  unsigned depth() const { return Scopes.size(); }

  /// False when the name is taken in the innermost scope.
  bool declare(std::string_view Name, Symbol S);
  /// `.reg .b32 %r<Count>`: names Prefix0 and up, given rows when first used.
  void declareRegisters(std::string_view Prefix, uint32_t Count, Type T);
  /// Null for an unknown name.
  const Symbol *find(std::string_view Name);

  RowRef newRow(Type T);
  /// A constant row with the same `Bytes`-wide value in all lanes; for a
  /// predicate, Bytes is 0 and the value a mask.
  RowRef constant(uint64_t Value, unsigned Bytes, uint64_t High = 0);
  /// The address of a symbol that has one, plus an addend, as a row of 4 or 8
  /// bytes. Nothing for a symbol that has no address.
  std::optional<RowRef> address(const Symbol &S, int64_t Addend,
                                unsigned Bytes);
  /// The row of a special register, or nothing.
  std::optional<RowRef> special(std::string_view Name, unsigned Bytes);

  uint32_t placeShared(std::string_view Name, uint32_t Bytes, uint32_t Align);
  uint32_t placeLocal(uint32_t Bytes, uint32_t Align);
  /// Fills in what could only be known at the end of the kernel.
  void finishKernel(KernelInfo &Info, KernelCode &Code);

  std::vector<SpecialRow> Specials;

private:
  RowRef rawConstant(uint64_t Value, unsigned Bytes, uint64_t High);

  struct Array {
    uint32_t Count;
    Type T;
  };
  struct Scope {
    std::map<std::string_view, Symbol> Names;
    std::map<std::string_view, Array> Arrays;
  };
  const std::map<std::string_view, Symbol> &ModuleScope;
  const std::vector<ModuleSharedVariable> &ModuleShared;
  std::vector<Scope> Scopes;
  std::map<uint32_t, Symbol> PlacedShared;
  std::vector<SharedVariable> SharedVariables;
  std::vector<std::pair<RowRef, unsigned>> DynamicAddresses;
  std::map<std::pair<Special, unsigned>, RowRef> SpecialRows;
  uint32_t Registers = 0, Local = 0, SharedBytes = 0, DynamicAlign = 16;
};

} // namespace simgpu

#endif // SIMGPU_BUILDER_H
