//===- Ceilings.h - What the machine can do at most -------------*- C++ -*-===//
//
// The two ceilings that a step is held against: how fast all threads together
// read memory, which bounds decoding, and how fast they multiply and add,
// which bounds prefill.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CEILINGS_H
#define H3RT_CEILINGS_H

#include "Team.h"

namespace h3 {

struct Ceilings {
  double ReadBytesPerSecond = 0;
  double Flops = 0; ///< fp32, a fused multiply-add counts as two
};

/// Takes about a second and half a gigabyte, which it gives back.
Expected<Ceilings> measureCeilings(Team &Threads);

} // namespace h3

#endif // H3RT_CEILINGS_H
