//===- Attention.cpp - Causal attention over the cache as GPU kernels -----===//
//
// One block for each row and head. Its warps share the positions out, a
// position at a time: the lanes hold the head's features, so that keys and
// values are read whole. Each warp keeps a running maximum, sum and output (the
// online softmax of FlashAttention, arXiv 2205.14135, section 3.1), which are
// joined in the end.
//
//===----------------------------------------------------------------------===//

#include "GpuBuilder.h"
#include <limits>

using namespace mlir;
using namespace h3;

namespace {

/// Feature `m` of the head whose features begin at `column` of `qkv`, rotated
/// by halves where it is among the first ones.
Value loadRotated(GpuBuilder &b, Value qkv, Value row, Value column, Value m,
                  Value rotary, Value position) {
  Value plain = b.loadScalar(qkv, {row, b.add(column, m)});
  if (!rotary)
    return plain;
  int64_t half = b.staticDim(rotary, 0);
  auto rotate = [&]() -> Value {
    Value isFirst = b.isBelow(m, b.index(half));
    Value pair = b.rem(m, half);
    Value mate = b.select(isFirst, b.add(pair, half), pair);
    Value integer = arith::IndexCastOp::create(b, b.getI64Type(), position);
    Value real = arith::SIToFPOp::create(b, b.getF32Type(), integer);
    Value angle = b.mulf(real, b.loadScalar(rotary, pair));
    Value cosine = math::CosOp::create(b, angle);
    Value sine = math::SinOp::create(b, angle);
    Value other = b.loadScalar(qkv, {row, b.add(column, mate)});
    Value turned = b.select(isFirst, b.negf(sine), sine);
    return b.addf(b.mulf(plain, cosine), b.mulf(other, turned));
  };
  return b.choose(b.isBelow(m, b.index(2 * half)), rotate,
                  [&] { return plain; });
}

struct CacheKeysKernel final : KernelLowering<CacheKeysOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(CacheKeysOp op, LoopBuilder &b) const override {
    return {b.dim(op.getQkv(), 0), Value()};
  }
  void emit(CacheKeysOp op, GpuBuilder &b) const override {
    int64_t channels = b.staticDim(op.getOutput(), 3);
    int64_t width = channels / op.getHeads();
    Value row = b.block(Dimension::x);
    RowPlace place = loadRowPlace(b, op, row);
    b.shareOut(b.index(channels), [&](Value c) {
      Value feature = b.rem(c, width), head = b.sub(c, feature);
      Value key = loadRotated(b, op.getQkv(), row, b.add(head, channels),
                              feature, op.getRotary(), place.position);
      b.storeScalar(key, op.getOutput(),
                    {place.slot, b.index(0), place.position, c});
      b.storeScalar(b.loadScalar(op.getQkv(), {row, b.add(c, 2 * channels)}),
                    op.getOutput(),
                    {place.slot, b.index(1), place.position, c});
    });
  }
};

struct AttentionKernel final : KernelLowering<AttentionOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(AttentionOp op, LoopBuilder &b) const override {
    return {b.dim(op.getQkv(), 0), b.index(op.getHeads())};
  }

  void emit(AttentionOp op, GpuBuilder &b) const override {
    int64_t width = b.staticDim(op.getOutput(), 1) / op.getHeads();
    Value row = b.block(Dimension::x);
    Value column = b.mul(b.block(Dimension::y), width);
    RowPlace place = loadRowPlace(b, op, row);
    Features features(b, width);
    SmallVector<Value> query = features.collect([&](Value m) {
      return loadRotated(b, op.getQkv(), row, column, m, op.getRotary(),
                         place.position);
    });
    Value scale = b.f32(1 / std::sqrt(float(width)));
    SmallVector<Value> inits{b.f32(-std::numeric_limits<float>::infinity()),
                             b.f32(0)};
    inits.append(query.size(), b.f32(0));
    SmallVector<Value> own = b.loop(
        b.warp(), b.add(place.position, 1), b.countWarps(), inits,
        [&](Value position, ValueRange carried) {
          auto load = [&](int64_t kind) {
            return features.collect([&](Value m) {
              return b.loadScalar(op.getCache(), {place.slot, b.index(kind),
                                                  position, b.add(column, m)});
            });
          };
          SmallVector<Value> key = load(0), value = load(1);
          Value dot = b.f32(0);
          for (auto [q, k] : llvm::zip_equal(query, key))
            dot = b.fma(q, k, dot);
          Value score = b.mulf(b.sumWarp(dot), scale);
          Value highest = b.maxf(carried[0], score);
          Value rescale = b.exp(b.subf(carried[0], highest));
          Value weight = b.exp(b.subf(score, highest));
          SmallVector<Value> next{highest, b.fma(carried[1], rescale, weight)};
          for (auto [i, v] : llvm::enumerate(value))
            next.push_back(b.fma(weight, v, b.mulf(carried[2 + i], rescale)));
          return next;
        });
    join(op, b, row, column, features, own);
  }

private:
  /// The features of a head over the lanes of a warp: m = lane, lane + 32, ..
  struct Features {
    Features(GpuBuilder &b, int64_t width) : b(b), width(width) {}

    /// `load` of each of the lane's features, zero behind the last.
    SmallVector<Value> collect(function_ref<Value(Value)> load) {
      SmallVector<Value> values;
      forEach([&](Value m, Value exists) {
        values.push_back(exists ? b.choose(
                                      exists, [&] { return load(m); },
                                      [&] { return b.f32(0); })
                                : load(m));
      });
      return values;
    }
    /// `exists` is null where all lanes have the feature.
    void forEach(function_ref<void(Value, Value)> body) {
      for (int64_t first = 0; first < width; first += kWarpSize) {
        Value m = b.add(b.lane(), first);
        body(m, first + kWarpSize > width ? b.isBelow(m, b.index(width))
                                          : Value());
      }
    }

    GpuBuilder &b;
    const int64_t width;
  };

  /// Joins what the warps have found to the output.
  static void join(AttentionOp op, GpuBuilder &b, Value row, Value column,
                   Features &features, ValueRange own) {
    int64_t warps = b.countWarps();
    Value softmax = b.shared({2, warps});
    Value outputs = b.shared({warps, features.width});
    Value zero = b.index(0), one = b.index(1), warp = b.warp();
    b.ifThen(b.isEqual(b.lane(), 0), [&] {
      b.storeScalar(own[0], softmax, {zero, warp});
      b.storeScalar(own[1], softmax, {one, warp});
    });
    int64_t i = 2;
    features.forEach([&](Value m, Value exists) {
      Value value = own[i++];
      auto store = [&] { b.storeScalar(value, outputs, {warp, m}); };
      if (exists)
        b.ifThen(exists, store);
      else
        store();
    });
    b.barrier();
    SmallVector<Value> highests, sums;
    for (int64_t w = 0; w < warps; ++w) {
      highests.push_back(b.loadScalar(softmax, {zero, b.index(w)}));
      sums.push_back(b.loadScalar(softmax, {one, b.index(w)}));
    }
    // The first warp has met position 0, so that the maximum is a number.
    Value highest = highests[0], sum = b.f32(0);
    for (Value other : ArrayRef(highests).drop_front())
      highest = b.maxf(highest, other);
    SmallVector<Value> weights;
    for (int64_t w = 0; w < warps; ++w) {
      weights.push_back(b.exp(b.subf(highests[w], highest)));
      sum = b.fma(sums[w], weights[w], sum);
    }
    b.shareOut(b.index(features.width), [&](Value m) {
      Value total = b.f32(0);
      for (int64_t w = 0; w < warps; ++w)
        total =
            b.fma(weights[w], b.loadScalar(outputs, {b.index(w), m}), total);
      b.storeScalar(b.divf(total, sum), op.getOutput(),
                    {row, b.add(column, m)});
    });
  }
};

} // namespace

void h3::populateAttentionKernels(RewritePatternSet &patterns) {
  patterns.add<CacheKeysKernel>(patterns.getContext(), /*threads=*/256);
  patterns.add<AttentionKernel>(patterns.getContext(), /*threads=*/128);
}
