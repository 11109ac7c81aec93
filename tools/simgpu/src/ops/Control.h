//===- Control.h - Handlers that the parser and the loop name ---*- C++ -*-===//

#ifndef SIMGPU_OPS_CONTROL_H
#define SIMGPU_OPS_CONTROL_H

#include "../Program.h"

namespace simgpu {

/// Instruction::Extra2 of a warp instruction that all lanes must reach.
constexpr uint8_t AllMembers = 0xff;

/// Instruction::Extra of a barrier.
enum BarrierFlags : uint32_t {
  BarrierWaits = 1,       ///< not .arrive
  BarrierAligned = 2,     ///< all lanes of the warp must arrive as one
  BarrierHasCount = 4,    ///< operand 1 past the results is a thread count
  BarrierAnd = 8,         ///< .red.and
  BarrierOr = 16,         ///< .red.or
  BarrierPopulation = 32, ///< .red.popc
  BarrierNegated = 64,    ///< of a predicate with `!`
};
inline bool isAlignedBarrier(const Instruction &I) {
  return I.Extra & BarrierAligned;
}

/// Moves I.Extra bytes of local memory from I.Offset to I.Offset2: a parameter
/// or a result of a call.
void copyLocal(Warp &W, const Instruction &I, uint32_t Mask);
/// __assertfail.
void assertionFailed(Warp &W, const Instruction &I, uint32_t Mask);

} // namespace simgpu

#endif // SIMGPU_OPS_CONTROL_H
