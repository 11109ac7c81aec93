//===- Transforms.cpp - Real Fourier transforms and their product ---------===//
//
// Lengths that RingTransform.h has go through its transform with x^n = 1; any
// other length is the sum of its definition.
//
//===----------------------------------------------------------------------===//

#include "RingKernel.h"
#include "RingTransform.h"
#include <cmath>

using namespace mlir;
using namespace h3;

namespace {

/// Where the transform leaves each frequency: int32 [n].
Value createPlaces(KernelBuilder &b, int64_t n) {
  SmallVector<int64_t> factors = getRingFactors(n);
  SmallVector<int32_t> places(n);
  for (auto [place, angle] :
       llvm::enumerate(getRingAngles(factors, factors.size(), 0)))
    places[std::lround(angle * n) % n] = place;
  auto type = RankedTensorType::get({n}, b.getI32Type());
  return b.table("places_" + Twine(n),
                 DenseElementsAttr::get(type, ArrayRef<int32_t>(places)));
}

/// cos and sin of 2 pi k / n: [n, 2].
Value createRoots(KernelBuilder &b, int64_t n) {
  SmallVector<float> values;
  for (int64_t k = 0; k < n; ++k) {
    double angle = 2 * 3.14159265358979323846 * k / n;
    values.push_back(static_cast<float>(std::cos(angle)));
    values.push_back(static_cast<float>(std::sin(angle)));
  }
  auto type = RankedTensorType::get({n, 2}, b.getF32Type());
  return b.table("roots_" + Twine(n),
                 DenseElementsAttr::get(type, ArrayRef<float>(values)));
}

/// Runs `sum(root, t)` for ascending t below `count`, where `root` is that of
/// `step` t, and carries two sums.
SmallVector<Value> sumOverRoots(
    KernelBuilder &b, Value roots, int64_t n, Value step, Value first,
    Value count, ValueRange inits,
    function_ref<SmallVector<Value>(ComplexValue, Value, ValueRange)> sum) {
  SmallVector<Value> carried(inits);
  carried.push_back(b.rem(arith::MulIOp::create(b, step, first), n));
  carried = b.loop(first, count, carried, [&](Value t, ValueRange values) {
    Value place = values.back();
    auto part = [&](int64_t i) {
      return b.broadcast(b.loadScalar(roots, {place, b.index(i)}));
    };
    Value re = part(0), im = part(1);
    SmallVector<Value> next = sum({re, im}, t, values.drop_back());
    next.push_back(b.rem(b.add(place, step), n));
    return next;
  });
  carried.pop_back();
  return carried;
}

struct RfftLowering final : LayerLowering<RfftOp> {
  using LayerLowering::LayerLowering;

  void emit(RfftOp op, KernelBuilder &b) const override {
    int64_t n = b.staticDim(op.getInput(), 0);
    int64_t channels = b.staticDim(op.getInput(), 1);
    bool isRing = isRingLength(n);
    std::optional<RingKernel> ring;
    if (isRing)
      ring.emplace(b, n, 0.0);
    Value table = isRing ? createPlaces(b, n) : createRoots(b, n);
    Value zero = b.index(0), one = b.index(1), count = b.index(n / 2 + 1);
    b.parallel(b.countBlocks(channels), [&](ValueRange i) {
      Value channel = b.mul(i[0], b.lanes), mask = b.blockMask(i[0], channels);
      auto load = [&](Value row) {
        return b.load(op.getInput(), {row, channel}, mask);
      };
      auto store = [&](ComplexValue value, Value row) {
        b.store(value.re, op.getOutput(), {row, zero, channel}, mask);
        b.store(value.im, op.getOutput(), {row, one, channel}, mask);
      };
      if (isRing) {
        ring->emitFirst([&](Value row) { return ComplexValue{load(row), {}}; });
        ring->emitInner([](Value, MutableArrayRef<ComplexValue>) {},
                        /*split=*/true, /*join=*/false);
        // The roots turn the other way: conjugates, as the input is real.
        b.loop(zero, count, [&](Value row) {
          ComplexValue value = ring->loadData(b.loadIndex(table, row));
          store({value.re, b.negf(value.im)}, row);
        });
        return;
      }
      b.loop(zero, count, [&](Value row) {
        Value none = b.splat(0);
        SmallVector<Value> sums =
            sumOverRoots(b, table, n, row, zero, b.index(n), {none, none},
                         [&](ComplexValue root, Value t, ValueRange carried) {
                           Value value = load(t);
                           return SmallVector<Value>{
                               b.fma(root.re, value, carried[0]),
                               b.fma(b.negf(root.im), value, carried[1])};
                         });
        store({sums[0], sums[1]}, row);
      });
    });
  }
};

struct IrfftLowering final : LayerLowering<IrfftOp> {
  using LayerLowering::LayerLowering;

  void emit(IrfftOp op, KernelBuilder &b) const override {
    int64_t n = b.staticDim(op.getOutput(), 0);
    int64_t channels = b.staticDim(op.getOutput(), 1);
    bool isRing = isRingLength(n);
    std::optional<RingKernel> ring;
    if (isRing)
      ring.emplace(b, n, 0.0);
    Value table = isRing ? createPlaces(b, n) : createRoots(b, n);
    Value zero = b.index(0), one = b.index(1);
    Value scale = b.splat(static_cast<float>(1.0 / n));
    // Frequencies that have a partner n - f.
    Value paired = b.index((n + 1) / 2);
    b.parallel(b.countBlocks(channels), [&](ValueRange i) {
      Value channel = b.mul(i[0], b.lanes), mask = b.blockMask(i[0], channels);
      auto load = [&](Value row, Value part) {
        return b.load(op.getInput(), {row, part, channel}, mask);
      };
      auto store = [&](Value value, Value row) {
        b.store(b.mulf(value, scale), op.getOutput(), {row, channel}, mask);
      };
      if (isRing) {
        // As in h3.rfft, the transform's roots turn the other way.
        auto place = [&](ComplexValue value, Value frequency) {
          ring->storeData(value, b.loadIndex(table, frequency));
        };
        place({load(zero, zero), {}}, zero);
        b.loop(one, paired, [&](Value row) {
          Value re = load(row, zero), im = load(row, one);
          place({re, b.negf(im)}, row);
          place({re, im}, b.sub(b.index(n), row));
        });
        if (n % 2 == 0)
          place({load(b.index(n / 2), zero), {}}, b.index(n / 2));
        ring->emitInner([](Value, MutableArrayRef<ComplexValue>) {},
                        /*split=*/false, /*join=*/true);
        return ring->emitLast(
            [&](ComplexValue value, Value row) { store(value.re, row); });
      }
      b.loop(zero, b.index(n), [&](Value row) {
        Value sum = load(zero, zero);
        if (n % 2 == 0) { // The frequency n / 2 alternates.
          Value last = load(b.index(n / 2), zero);
          Value isOdd = b.isEqual(b.rem(row, 2), 1);
          last = arith::SelectOp::create(b, isOdd, b.negf(last), last);
          sum = b.addf(sum, last);
        }
        Value two = b.splat(2);
        sum = sumOverRoots(b, table, n, row, one, paired, {sum},
                           [&](ComplexValue root, Value f, ValueRange carried) {
                             Value re = b.mulf(two, load(f, zero));
                             Value im = b.mulf(two, load(f, one));
                             Value next = b.fma(root.re, re, carried[0]);
                             return SmallVector<Value>{
                                 b.fma(b.negf(root.im), im, next)};
                           })[0];
        store(sum, row);
      });
    });
  }
};

struct SpectralProductLowering final : LayerLowering<SpectralProductOp> {
  using LayerLowering::LayerLowering;

  void emit(SpectralProductOp op, KernelBuilder &b) const override {
    int64_t channels = b.staticDim(op.getLhs(), 2);
    Value zero = b.index(0), one = b.index(1);
    b.parallel(b.dim(op.getLhs(), 0), [&](ValueRange ivs) {
      Value row = ivs[0];
      b.loopBlocks(channels, [&](Value channel, Value mask) {
        auto load = [&](Value buffer, Value part) {
          return b.load(buffer, {row, part, channel}, mask);
        };
        Value re = load(op.getLhs(), zero), im = load(op.getLhs(), one);
        Value otherRe = load(op.getRhs(), zero),
              otherIm = load(op.getRhs(), one);
        Value real = b.fma(re, otherRe, b.negf(b.mulf(im, otherIm)));
        Value imag = b.fma(re, otherIm, b.mulf(im, otherRe));
        b.store(real, op.getOutput(), {row, zero, channel}, mask);
        b.store(imag, op.getOutput(), {row, one, channel}, mask);
      });
    });
  }
};

} // namespace

void h3::populateTransformPatterns(RewritePatternSet &patterns,
                                   const VectorTarget &target) {
  patterns.add<RfftLowering, IrfftLowering, SpectralProductLowering>(
      patterns.getContext(), target);
}
