//===- RingConv.cpp - Convolution through RingKernel ----------------------===//

#include "RingConv.h"

using namespace mlir;
using namespace h3;

/// Rows of a spectrum between its use and the fetch of what comes.
static constexpr int64_t kAhead = 64;

RingConv::RingConv(KernelBuilder &b, int64_t n, Value spectrum)
    : ring(b, n, 0.25), b(b), n(n), isTransformed(!spectrum),
      spectrum(spectrum ? spectrum : b.scratch({1, n, 2, b.lanes})) {}

/// Zero from row `count` on.
static Value loadBelow(KernelBuilder &b, Value row, Value count,
                       function_ref<Value(Value)> load) {
  Value isThere =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ult, row, count);
  auto choice = scf::IfOp::create(
      b, isThere,
      [&](OpBuilder &builder, Location) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(builder.getInsertionBlock(),
                            builder.getInsertionPoint());
        scf::YieldOp::create(b, load(row));
      },
      [&](OpBuilder &builder, Location) {
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPoint(builder.getInsertionBlock(),
                            builder.getInsertionPoint());
        scf::YieldOp::create(b, b.splat(0));
      });
  return choice.getResult(0);
}

void RingConv::transformKernel(int64_t length, function_ref<Value(Value)> load,
                               bool conjugate) {
  Value zero = b.index(0), one = b.index(1);
  Value scale = b.splat(1.0f / static_cast<float>(n));
  ring.emitFirst([&](Value row) {
    Value value = loadBelow(b, row, b.index(length), load);
    return ComplexValue{b.mulf(value, scale), Value()};
  });
  ring.emitInner(
      [&](Value first, MutableArrayRef<ComplexValue> values) {
        for (auto [i, value] : llvm::enumerate(values)) {
          SmallVector<Value> re{zero, b.add(first, i), zero, zero};
          SmallVector<Value> im{zero, re[1], one, zero};
          Value real = value.re, imag = value.im;
          if (conjugate) {
            real = b.addf(b.load(spectrum, re), real);
            imag = b.subf(b.load(spectrum, im), imag);
          }
          b.store(real, spectrum, re);
          b.store(imag, spectrum, im);
        }
      },
      /*split=*/true, /*join=*/false);
}

void RingConv::emitBlock(Value block, Value count,
                         function_ref<Value(Value)> load,
                         function_ref<void(Value, ComplexValue)> store) {
  Value zero = b.index(0), one = b.index(1);
  Value isFull = b.isEqual(count, n);
  if (isTransformed)
    block = zero;
  b.ifElse(
      isFull,
      [&] {
        ring.emitFirst([&](Value row) { return ComplexValue{load(row), {}}; });
      },
      [&] {
        ring.emitFirst([&](Value row) {
          return ComplexValue{loadBelow(b, row, count, load), {}};
        });
      });
  ring.emitInner(
      [&](Value first, MutableArrayRef<ComplexValue> values) {
        for (auto [i, value] : llvm::enumerate(values)) {
          Value row = b.add(first, i);
          Value re = b.load(spectrum, {block, row, zero, zero});
          Value im = b.load(spectrum, {block, row, one, zero});
          if (!isTransformed)
            for (Value part : {zero, one})
              b.prefetch(spectrum, {block, b.add(row, kAhead), part, zero},
                         /*isWrite=*/false);
          value = {b.fma(value.re, re, b.negf(b.mulf(value.im, im))),
                   b.fma(value.re, im, b.mulf(value.im, re))};
        }
      },
      /*split=*/true, /*join=*/true);
  b.ifElse(
      isFull,
      [&] {
        ring.emitLast(
            [&](ComplexValue value, Value row) { store(row, value); });
      },
      [&] {
        ring.emitLast([&](ComplexValue value, Value row) {
          Value isThere =
              arith::CmpIOp::create(b, arith::CmpIPredicate::ult, row, count);
          b.ifThen(isThere, [&] { store(row, value); });
        });
      });
}
