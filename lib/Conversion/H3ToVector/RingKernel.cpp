//===- RingKernel.cpp - Code for the transform of RingTransform.h ---------===//

#include "RingKernel.h"
#include "RingTransform.h"
#include <cmath>

using namespace mlir;
using namespace h3;

static constexpr double kTurn = 2 * 3.14159265358979323846;

RingKernel::RingKernel(KernelBuilder &b, int64_t n, double angle)
    : b(b), n(n), factors(getRingFactors(n)), data(b.scratch({n, 2, b.lanes})) {
  assert(!factors.empty() && "a length that transforms have");
  for (unsigned level = 0; level < factors.size(); ++level)
    tables.push_back(createTable(level, angle));
}

Value RingKernel::createTable(unsigned level, double angle) {
  int64_t factor = factors[level];
  SmallVector<double> angles = getRingAngles(factors, level, angle);
  SmallVector<float> values;
  for (double block : angles)
    for (int64_t power = 1; power < factor; ++power)
      for (double value : {std::cos(kTurn * block / factor * power),
                           std::sin(kTurn * block / factor * power)})
        values.push_back(static_cast<float>(value));
  auto type = RankedTensorType::get(
      {static_cast<int64_t>(angles.size()), 2 * (factor - 1)}, b.getF32Type());
  return b.table("twiddles_" + Twine(n) + "_" + Twine(level) + "_" +
                     Twine(static_cast<int64_t>(angle * 1000)),
                 DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

int64_t RingKernel::getBlockRows(unsigned level) const {
  int64_t rows = n;
  for (int64_t factor : ArrayRef<int64_t>(factors).take_front(level + 1))
    rows /= factor;
  return rows;
}

//===----------------------------------------------------------------------===//
// Complex arithmetic
//===----------------------------------------------------------------------===//

ComplexValue RingKernel::add(ComplexValue a, ComplexValue c) {
  Value im = !a.im ? c.im : !c.im ? a.im : b.addf(a.im, c.im);
  return {b.addf(a.re, c.re), im};
}

ComplexValue RingKernel::sub(ComplexValue a, ComplexValue c) {
  Value im = !c.im ? a.im : a.im ? b.subf(a.im, c.im) : b.negf(c.im);
  return {b.subf(a.re, c.re), im};
}

ComplexValue RingKernel::timesI(ComplexValue a, bool conjugate) {
  Value im = a.im ? a.im : b.splat(0);
  return conjugate ? ComplexValue{im, b.negf(a.re)}
                   : ComplexValue{b.negf(im), a.re};
}

ComplexValue RingKernel::scale(ComplexValue a, double factor) {
  Value splat = b.splat(static_cast<float>(factor));
  return {b.mulf(a.re, splat), a.im ? b.mulf(a.im, splat) : Value()};
}

ComplexValue RingKernel::mul(ComplexValue a, ComplexValue c, bool conjugate) {
  Value im = conjugate ? b.negf(c.im) : c.im;
  if (!a.im)
    return {b.mulf(a.re, c.re), b.mulf(a.re, im)};
  return {b.fma(a.re, c.re, b.negf(b.mulf(a.im, im))),
          b.fma(a.re, im, b.mulf(a.im, c.re))};
}

ComplexValue RingKernel::loadData(Value row) {
  Value zero = b.index(0);
  return {b.load(data, {row, zero, zero}),
          b.load(data, {row, b.index(1), zero})};
}

void RingKernel::storeData(ComplexValue value, Value row) {
  Value zero = b.index(0);
  b.store(value.re, data, {row, zero, zero});
  b.store(value.im ? value.im : b.splat(0), data, {row, b.index(1), zero});
}

//===----------------------------------------------------------------------===//
// Butterflies
//===----------------------------------------------------------------------===//

void RingKernel::emitDft(MutableArrayRef<ComplexValue> v, bool conjugate) {
  switch (v.size()) {
  case 2: {
    ComplexValue sum = add(v[0], v[1]);
    v[1] = sub(v[0], v[1]);
    v[0] = sum;
    return;
  }
  case 3: {
    ComplexValue sum = add(v[1], v[2]);
    ComplexValue turned =
        timesI(scale(sub(v[1], v[2]), std::sqrt(0.75)), conjugate);
    ComplexValue rest = sub(v[0], scale(sum, 0.5));
    v[0] = add(v[0], sum);
    v[1] = add(rest, turned);
    v[2] = sub(rest, turned);
    return;
  }
  case 4: {
    ComplexValue even = add(v[0], v[2]), evenDiff = sub(v[0], v[2]);
    ComplexValue odd = add(v[1], v[3]);
    ComplexValue oddDiff = timesI(sub(v[1], v[3]), conjugate);
    v[0] = add(even, odd);
    v[1] = add(evenDiff, oddDiff);
    v[2] = sub(even, odd);
    v[3] = sub(evenDiff, oddDiff);
    return;
  }
  default: {
    assert(v.size() == 5 && "the factors of getRingFactors()");
    double c1 = std::cos(kTurn / 5), c2 = std::cos(2 * kTurn / 5);
    double s1 = std::sin(kTurn / 5), s2 = std::sin(2 * kTurn / 5);
    ComplexValue sum1 = add(v[1], v[4]), sum2 = add(v[2], v[3]);
    ComplexValue diff1 = sub(v[1], v[4]), diff2 = sub(v[2], v[3]);
    ComplexValue rest1 = add(v[0], add(scale(sum1, c1), scale(sum2, c2)));
    ComplexValue rest2 = add(v[0], add(scale(sum1, c2), scale(sum2, c1)));
    ComplexValue turned1 =
        timesI(add(scale(diff1, s1), scale(diff2, s2)), conjugate);
    ComplexValue turned2 =
        timesI(sub(scale(diff1, s2), scale(diff2, s1)), conjugate);
    v[0] = add(v[0], add(sum1, sum2));
    v[1] = add(rest1, turned1);
    v[2] = add(rest2, turned2);
    v[3] = sub(rest2, turned2);
    v[4] = sub(rest1, turned1);
  }
  }
}

void RingKernel::emitSplit(MutableArrayRef<ComplexValue> values,
                           ArrayRef<ComplexValue> twiddles) {
  for (auto [value, twiddle] : llvm::zip_equal(values.drop_front(), twiddles))
    value = mul(value, twiddle, /*conjugate=*/false);
  emitDft(values, /*conjugate=*/false);
}

void RingKernel::emitJoin(MutableArrayRef<ComplexValue> values,
                          ArrayRef<ComplexValue> twiddles) {
  emitDft(values, /*conjugate=*/true);
  for (auto [value, twiddle] : llvm::zip_equal(values.drop_front(), twiddles))
    value = mul(value, twiddle, /*conjugate=*/true);
}

//===----------------------------------------------------------------------===//
// Passes over the data
//===----------------------------------------------------------------------===//

SmallVector<ComplexValue> RingKernel::loadTwiddles(unsigned level,
                                                   Value block) {
  SmallVector<ComplexValue> twiddles;
  for (int64_t power = 1; power < factors[level]; ++power) {
    auto part = [&](int64_t i) {
      Value place = b.index(2 * (power - 1) + i);
      return b.broadcast(b.loadScalar(tables[level], {block, place}));
    };
    Value re = part(0), im = part(1);
    twiddles.push_back({re, im});
  }
  return twiddles;
}

void RingKernel::emitPass(unsigned level, Value block, bool isJoin, LoadFn load,
                          StoreFn store) {
  int64_t factor = factors[level], rest = getBlockRows(level);
  SmallVector<ComplexValue> twiddles = loadTwiddles(level, block);
  b.loop(b.index(0), b.index(rest), [&](Value row) {
    SmallVector<ComplexValue> values;
    for (int64_t q = 0; q < factor; ++q)
      values.push_back(load(b.add(row, q * rest)));
    if (isJoin)
      emitJoin(values, twiddles);
    else
      emitSplit(values, twiddles);
    for (int64_t q = 0; q < factor; ++q)
      store(values[q], b.add(row, q * rest));
  });
}

void RingKernel::emitFirst(LoadFn load) {
  emitPass(0, b.index(0), /*isJoin=*/false, load,
           [&](ComplexValue value, Value row) { storeData(value, row); });
}

void RingKernel::emitLast(StoreFn store) {
  emitPass(
      0, b.index(0), /*isJoin=*/true, [&](Value row) { return loadData(row); },
      store);
}

void RingKernel::emitInner(LeafFn leaf, bool split, bool join) {
  b.loop(b.index(0), b.index(factors[0]), [&](Value block) {
    emitLevel(1, b.mul(block, n / factors[0]), block, leaf, split, join);
  });
}

void RingKernel::emitLevel(unsigned level, Value first, Value block,
                           LeafFn leaf, bool split, bool join) {
  int64_t factor = factors[level], rest = getBlockRows(level);
  auto load = [&](Value row) { return loadData(b.add(first, row)); };
  auto store = [&](ComplexValue value, Value row) {
    storeData(value, b.add(first, row));
  };
  if (level + 1 < factors.size()) {
    if (split)
      emitPass(level, block, /*isJoin=*/false, load, store);
    b.loop(b.index(0), b.index(factor), [&](Value q) {
      emitLevel(level + 1, b.add(first, b.mul(q, rest)),
                b.add(b.mul(block, factor), q), leaf, split, join);
    });
    if (join)
      emitPass(level, block, /*isJoin=*/true, load, store);
    return;
  }
  SmallVector<ComplexValue> twiddles = loadTwiddles(level, block), values;
  for (int64_t q = 0; q < factor; ++q)
    values.push_back(load(b.index(q)));
  if (split)
    emitSplit(values, twiddles);
  leaf(first, values);
  if (join)
    emitJoin(values, twiddles);
  for (int64_t q = 0; q < factor; ++q)
    store(values[q], b.index(q));
}
