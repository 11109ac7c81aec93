//===- RingTransform.cpp - The transform behind fft convolutions ----------===//

#include "RingTransform.h"
#include <algorithm>
#include <limits>

using namespace llvm;
using namespace h3;

SmallVector<int64_t> h3::getRingFactors(int64_t n) {
  SmallVector<int64_t> factors;
  if (n < 8 || n % 4 != 0)
    return factors;
  int64_t rest = n / 4;
  // Odd factors first: the first split works on real values, which is cheaper,
  // and what is left is made for powers of four.
  for (int64_t factor : {5, 3})
    for (; rest % factor == 0; rest /= factor)
      factors.push_back(factor);
  int64_t fours = 0;
  for (; rest % 4 == 0; rest /= 4)
    ++fours;
  if (rest == 2)
    factors.push_back(2);
  else if (rest != 1)
    return {};
  factors.append(fours + 1, 4);
  return factors;
}

int64_t h3::getRingLength(int64_t n) {
  int64_t best = std::numeric_limits<int64_t>::max();
  for (int64_t odd : {1, 3, 5, 9, 15}) {
    int64_t length = std::max<int64_t>(4 * odd, 8);
    while (length < n)
      length *= 2;
    best = std::min(best, length);
  }
  return best;
}

SmallVector<double> h3::getRingAngles(ArrayRef<int64_t> factors,
                                      unsigned levels, double angle) {
  SmallVector<double> angles{angle};
  for (int64_t factor : factors.take_front(levels)) {
    SmallVector<double> next;
    for (double parent : angles)
      for (int64_t j = 0; j < factor; ++j)
        next.push_back((parent + j) / factor);
    angles = std::move(next);
  }
  return angles;
}
