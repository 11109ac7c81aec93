//===- Program.h - The compact form of a module -----------------*- C++ -*-===//
//
// Parsing resolves names, types and operands once. What is left is a flat
// array of instructions, each with the function that executes it for a warp
// and the places of its operands.
//
// A register is a row: its value in the 32 lanes of a warp, one after the
// other. A row has the element size of the register, so that the loop over
// lanes is a vector loop. Predicates are rows of one 32-bit mask. Constants
// are rows, too, shared by all warps.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_PROGRAM_H
#define SIMGPU_PROGRAM_H

#include "Types.h"
#include "simgpu/Counters.h"
#include "simgpu/Module.h"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace simgpu {

struct Warp;
struct Instruction;

constexpr unsigned WarpSize = 32;
constexpr uint32_t FullMask = ~0u;

/// Executes one instruction for the lanes of the mask, which is not empty.
using Handler = void (*)(Warp &, const Instruction &, uint32_t Mask);

/// The place of a row: the area in the two upper bits, then bytes.
using RowRef = uint32_t;
enum class Area : uint32_t {
  Kernel = 0,   ///< registers of the kernel
  Function = 1, ///< registers of device functions, which never recurse
  Constant = 2, ///< shared by all warps
};
constexpr uint32_t AreaShift = 30;
constexpr RowRef NoRow = ~0u; ///< the bit bucket `_`

/// What the interpreter's loop does with an instruction.
enum class Flow : uint8_t {
  Next,     ///< Run, then the next instruction
  Branch,   ///< to Target, rejoining at Join
  Indexed,  ///< brx.idx: through Program::Tables
  Call,     ///< to the entry of a function
  Return,   ///< from a function
  Exit,     ///< the threads end
  Barrier,  ///< of the block
  WarpSync, ///< Run once all members have arrived
};

constexpr uint32_t NoPc = ~0u;

struct Instruction {
  Handler Run = nullptr;
  uint32_t Operands = 0; ///< index into Program::Operands: results, then inputs
  RowRef Guard = NoRow;
  uint32_t Target = NoPc; ///< Branch, Call: instruction; Indexed: table
  uint32_t Join = NoPc;   ///< where diverged lanes meet again
  uint32_t Line = 0;
  uint32_t Location = 0; ///< index into Program::Locations, 0 for none
  int32_t Offset = 0;    ///< added to the address
  int32_t Offset2 = 0;   ///< added to the second address of cp.async
  uint32_t Extra = 0;    ///< what the handler needs: a mode, a size, a table
  uint8_t Extra2 = 0;    ///< a second one
  bool GuardNegated = false;
  Flow Kind = Flow::Next;
  InstructionClass Class = InstructionClass::Integer;
  Space Where = Space::Generic;
  uint8_t Results = 0;      ///< number of them
  uint8_t Bytes = 0;        ///< of one element in memory
  uint8_t Elements = 1;     ///< of a vector access
  uint8_t AddressBytes = 8; ///< 4 or 8: width of the address register
};

/// A place in the source, from .loc.
struct Location {
  uint32_t File = 0, Line = 0, Column = 0;
};

/// A constant that holds an address, filled in when the module is loaded.
struct Relocation {
  uint32_t Row;      ///< bytes into the constants
  uint32_t Bytes;    ///< of one lane: 4 or 8
  uint32_t Variable; ///< index
  int64_t Addend;
};

/// A variable of .global or .const.
struct Variable {
  std::string Name;
  Space Where;
  uint64_t Bytes = 0;
  uint32_t Align = 1;
  std::vector<uint8_t> Initial; ///< shorter than Bytes when zeros follow
  struct Address {
    uint64_t Offset;
    uint32_t Variable;
    int64_t Addend;
  };
  std::vector<Address> Addresses; ///< of other variables, in the initial value
};

/// A special register that is a row, filled in when a warp starts.
enum class Special : uint8_t {
  TidX,
  TidY,
  TidZ,
  NTidX,
  NTidY,
  NTidZ,
  CtaIdX,
  CtaIdY,
  CtaIdZ,
  NCtaIdX,
  NCtaIdY,
  NCtaIdZ,
  LaneId,
  WarpId,
  NWarpId,
  SmId,
  NSmId,
  GridId,
  LaneMaskEq,
  LaneMaskLt,
  LaneMaskLe,
  LaneMaskGt,
  LaneMaskGe,
  DynamicSharedBytes,
  TotalSharedBytes,
  Zero, ///< %cluster_ctaid and the like in a grid without clusters
  One,  ///< %cluster_nctaid and the like
};

/// A row of the kernel's area that holds a special register.
struct SpecialRow {
  RowRef Row;
  Special Which;
  bool Wide; ///< a 64-bit row
};

/// A variable in the shared memory of a kernel.
struct SharedVariable {
  std::string Name;
  uint32_t Offset, Bytes, Align;
};

struct KernelCode {
  uint32_t Entry = 0;
  uint32_t RegisterBytes = 0;
  std::vector<SpecialRow> Specials;
  std::vector<SharedVariable> Shared; ///< not the dynamic part
  bool GlobalAtomics = false;         ///< itself, or a function that it calls
  uint32_t DynamicShared = 0; ///< offset at which dynamic shared memory starts
};

/// What a thread can have, and the largest variable in shared memory.
constexpr uint32_t MaxLocalBytes = 512 << 10, MaxSharedVariable = 1 << 20;

/// Functions have their locals in a segment of its own.
constexpr uint32_t FunctionLocalBase = 0x800000;

struct Program {
  std::string File;
  uint32_t Target = 0;
  std::vector<Instruction> Code;
  std::vector<std::string> Texts; ///< of each instruction
  std::vector<RowRef> Operands;
  std::vector<uint8_t> Constants;
  /// Rows already made for a value, its upper half and its width.
  std::map<std::tuple<uint64_t, uint64_t, unsigned>, RowRef> ConstantRows;
  std::vector<Relocation> Relocations;
  std::vector<std::vector<uint32_t>> Tables; ///< of brx.idx
  std::vector<Location> Locations = {{}};
  std::map<uint32_t, std::string> Files;
  std::vector<Variable> Variables;
  std::vector<VariableInfo> VariableInfos;
  std::vector<KernelInfo> Kernels;
  std::vector<KernelCode> KernelCodes; ///< parallel to Kernels
  uint32_t FunctionRegisterBytes = 0;
  uint32_t FunctionLocalBytes = 0;
  std::vector<SpecialRow> FunctionSpecials;
};

} // namespace simgpu

#endif // SIMGPU_PROGRAM_H
