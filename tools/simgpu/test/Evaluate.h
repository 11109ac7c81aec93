//===- Evaluate.h - One instruction on many values --------------*- C++ -*-===//

#ifndef SIMGPU_TEST_EVALUATE_H
#define SIMGPU_TEST_EVALUATE_H

#include "Harness.h"

namespace simgpu {

using Values = std::vector<uint64_t>;

/// Executes the instruction once for each element of the inputs, which have
/// one length. `Widths` gives the bits of the result and of each input, such
/// as {32, 16}; `$0` in the text is the result's register, `$1` the first
/// input's. A result of 1 bit is a predicate. What stands before or after the
/// instruction may stand in the text, too.
Values evaluate(const std::string &Text, const std::vector<unsigned> &Widths,
                const std::vector<Values> &Inputs);

/// All combinations of the elements: element `I` of each row is a tuple.
std::vector<Values> combinations(const std::vector<Values> &Sets);

/// Evaluates all combinations and compares with `Reference(inputs)`. `Same`
/// says when two results agree, if not when they are equal.
template <typename F>
void check(const std::string &Text, const std::vector<unsigned> &Widths,
           const std::vector<Values> &Sets, F Reference,
           bool (*Same)(uint64_t, uint64_t) = nullptr) {
  std::vector<Values> Inputs = combinations(Sets);
  Values Results = evaluate(Text, Widths, Inputs);
  ASSERT_EQ(Results.size(), Inputs[0].size()) << Text;
  uint64_t Mask = Widths[0] == 64 ? ~0ull : (uint64_t(1) << Widths[0]) - 1;
  unsigned Wrong = 0;
  for (size_t I = 0; I < Results.size(); ++I) {
    Values Tuple;
    for (const Values &Row : Inputs)
      Tuple.push_back(Row[I]);
    uint64_t Expected = Reference(Tuple) & Mask, Found = Results[I] & Mask;
    if (Found == Expected || (Same && Same(Found, Expected)))
      continue;
    if (++Wrong > 3)
      continue;
    std::string Line = Text + " of";
    char Hex[32];
    for (uint64_t V : Tuple) {
      std::snprintf(Hex, sizeof(Hex), " 0x%llx", (unsigned long long)V);
      Line += Hex;
    }
    std::snprintf(Hex, sizeof(Hex), "0x%llx", (unsigned long long)Found);
    Line += std::string(" gives ") + Hex;
    std::snprintf(Hex, sizeof(Hex), "0x%llx", (unsigned long long)Expected);
    ADD_FAILURE() << Line << ", expected " << Hex;
  }
  EXPECT_EQ(Wrong, 0u) << Text;
}

} // namespace simgpu

#endif // SIMGPU_TEST_EVALUATE_H
