//===- Lanes.h - From functions of numbers to handlers ----------*- C++ -*-===//
//
// The semantics of most instructions is a function of the numbers in one lane.
// lanes<F>() is the handler that applies F to all lanes of a warp; the types
// of F say how wide the rows of its operands are.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_OPS_LANES_H
#define SIMGPU_OPS_LANES_H

#include "../Execute.h"

#include <utility>

// A result may be one of the inputs, lane by lane, but rows never overlap
// otherwise.
#ifdef __clang__
#define SIMGPU_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define SIMGPU_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace simgpu {

/// Stores `F(lane)` in the lanes of the mask. F must be harmless in the
/// others: a whole vector is computed and then blended.
template <typename D, typename Function>
inline void storeLanes(D *To, uint32_t Mask, Function F) {
  if (Mask == FullMask) {
    SIMGPU_INDEPENDENT
    for (unsigned L = 0; L < WarpSize; ++L)
      To[L] = F(L);
    return;
  }
  D All[WarpSize];
  for (unsigned L = 0; L < WarpSize; ++L)
    All[L] = F(L);
  for (unsigned L = 0; L < WarpSize; ++L)
    To[L] = Mask >> L & 1 ? All[L] : To[L];
}

template <auto F> struct Lanewise;
template <typename D, typename... S, D (*F)(S...)> struct Lanewise<F> {
  static void run(Warp &W, const Instruction &I, uint32_t Mask) {
    apply(W, I, Mask, std::index_sequence_for<S...>());
  }

private:
  template <size_t... N>
  static void apply(Warp &W, const Instruction &I, uint32_t Mask,
                    std::index_sequence<N...>) {
    store(W.operand<D>(I, 0), Mask, W.operand<const S>(I, 1 + N)...);
  }
  // Only what is inlined becomes a vector loop.
  [[gnu::flatten]] static void store(D *To, uint32_t Mask, const S *...From) {
    storeLanes(To, Mask, [&](unsigned L) { return F(From[L]...); });
  }
};

/// The handler for one result and inputs in order.
template <auto F> constexpr Handler lanes() { return &Lanewise<F>::run; }

template <auto F> struct Predicating;
template <typename... S, bool (*F)(S...)> struct Predicating<F> {
  /// The mask of lanes for which F holds; inputs start at operand `First`.
  static uint32_t mask(Warp &W, const Instruction &I, unsigned First) {
    return apply(W, I, First, std::index_sequence_for<S...>());
  }

private:
  template <size_t... N>
  static uint32_t apply(Warp &W, const Instruction &I, unsigned First,
                        std::index_sequence<N...>) {
    return collect(W.operand<const S>(I, First + N)...);
  }
  static uint32_t collect(const S *...From) {
    uint32_t Result = 0;
    for (unsigned L = 0; L < WarpSize; ++L)
      Result |= uint32_t(F(From[L]...)) << L;
    return Result;
  }
};

/// Calls `Body` with each lane of the mask.
template <typename Function>
inline void forEachLane(uint32_t Mask, Function Body) {
  for (; Mask; Mask &= Mask - 1)
    Body(static_cast<unsigned>(__builtin_ctz(Mask)));
}

} // namespace simgpu

#endif // SIMGPU_OPS_LANES_H
