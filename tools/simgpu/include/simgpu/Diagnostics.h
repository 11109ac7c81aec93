//===- Diagnostics.h - What the checks report -------------------*- C++ -*-===//
//
// A diagnostic says which rule was broken, by which thread of which kernel, at
// which line of the PTX and, where the PTX has .loc directives, at which line
// of the source.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_DIAGNOSTICS_H
#define SIMGPU_DIAGNOSTICS_H

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace simgpu {

enum class DiagnosticKind : uint8_t {
  OutOfBounds,      ///< no live allocation holds the bytes
  UseAfterFree,     ///< the allocation was freed
  Misaligned,       ///< address is no multiple of the access size
  UnderAligned,     ///< aligned by luck: wider than the variable's .align
  ReadOnly,         ///< store to constant or parameter memory
  Uninitialised,    ///< load of bytes that nobody has written
  SharedRace,       ///< two threads, one word, no barrier between
  AsyncRace,        ///< access to bytes that a cp.async may still write
  DivergentBarrier, ///< not all threads of the block reach one barrier
  DivergentWarp,    ///< a warp instruction whose members do not all arrive
  Deadlock,         ///< threads wait for each other
  Trap,             ///< trap, or a failed device assertion
  Limit,            ///< the launch ran past its instruction limit
};
constexpr unsigned NumDiagnosticKinds = 13;

/// Such as "shared-race".
const char *name(DiagnosticKind Kind);
/// After a fatal diagnostic the launch stops, as a GPU would.
bool isFatal(DiagnosticKind Kind);

struct Diagnostic {
  DiagnosticKind Kind;
  std::string Module; ///< file of the PTX
  std::string Kernel;
  std::array<uint32_t, 3> Block;  ///< x, y, z
  std::array<uint32_t, 3> Thread; ///< x, y, z
  uint32_t Line;                  ///< in the PTX, from 1
  std::string Instruction;        ///< its text
  std::string Source;             ///< "file:line:column", or empty
  std::string Message;            ///< what was found, what was expected
  uint64_t Count = 1;             ///< threads that broke the rule at this line

  /// One line with everything above.
  std::string str() const;
};

} // namespace simgpu

#endif // SIMGPU_DIAGNOSTICS_H
