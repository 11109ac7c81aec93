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

#include <string>

namespace h3 {

struct Ceilings {
  double ReadBytesPerSecond = 0;
  double Flops = 0;             ///< a multiplication and an addition are two
  const char *Instruction = ""; ///< that multiplied as fast
};

/// Measures multiply-adds with the fastest instruction that this CPU has for
/// products of `WeightType`, a name that `h3-compile --weight-type` takes, with
/// inputs of as many bits; int4 counts as int8. Takes about two seconds and
/// half a gigabyte, which it gives back.
Expected<Ceilings> measureCeilings(Team &Threads,
                                   const std::string &WeightType);

} // namespace h3

#endif // H3RT_CEILINGS_H
