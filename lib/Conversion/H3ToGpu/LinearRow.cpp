//===- LinearRow.cpp - A dense layer of one row ---------------------------===//
//
// A stream of weights: each warp has some features, and reads the next batch of
// accesses, of this feature or the one behind it, before it multiplies the one
// that is there. The first batch is on its way before the inputs are read.
//
//===----------------------------------------------------------------------===//

#include "LinearBlock.h"

using namespace mlir;
using namespace h3;

int64_t h3::countRowFloats(LinearOp op) {
  InputLayout layout(op);
  int64_t inputs = DenseWeight::countColumns(op.getWeight(), op.getScales());
  return layout.countSpans(inputs) * layout.spanFloats;
}

bool h3::fitsLinearRow(LinearOp op) {
  constexpr int64_t most = 11776; // Of 48 KB, all but a kilobyte or two.
  return countRowFloats(op) <= most;
}

int64_t h3::countRowFeatures(int64_t features) {
  constexpr int64_t blocks = 2 * 132; // Multiprocessors of an H100.
  return std::max<int64_t>(1, (features + kLinearWarps * blocks / 2) /
                                  (kLinearWarps * blocks));
}

namespace {

class RowEmitter {
public:
  RowEmitter(LinearBlock &block, Value staged)
      : block(block), b(block.b), layout(block.layout), staged(staged),
        row(b.index(0)), warpFeatures(countRowFeatures(block.features)),
        spans(layout.countSpans(block.inputs)) {
    // Two batches are in registers, where a nibble takes as much as a float.
    batch = std::min<int64_t>(layout.width > 16 ? 2 : 4, spans);
    while (spans % batch != 0)
      --batch;
    Value begin = b.mul(b.block(Dimension::x), kLinearWarps * warpFeatures);
    first = b.add(begin, b.warp());
    end = b.min(b.add(begin, kLinearWarps * warpFeatures),
                b.index(block.features));
  }

  void emit() {
    SmallVector<Value> ahead = loadBatch(b.index(0), b.index(0));
    stage();
    b.barrier();
    b.loop(b.index(0), b.index(warpFeatures), ahead,
           [&](Value t, ValueRange batch) { return emitFeature(t, batch); });
  }

private:
  Value getFeature(Value t) { return b.add(first, b.mul(t, kLinearWarps)); }

  /// Brings the whole row to shared memory. Each thread reads its units once,
  /// all at a time.
  void stage() {
    struct Unit {
      Value u, k, x;
    };
    SmallVector<Unit> own;
    const int64_t units = layout.countUnits(block.inputs);
    for (int64_t at = 0; at < units; at += kLinearThreads) {
      Value u = b.add(b.thread(), at), k = b.mul(u, layout.unit);
      own.push_back(
          {u, k, whereUnit(k, [&] { return block.loadInput(row, k); })});
    }
    if (block.op.getNormWeight()) {
      auto average = [&](function_ref<Value(Value)> get) {
        Value sum = b.zeroVector(layout.unit);
        for (const Unit &unit : own)
          sum = b.addf(sum, whereUnit(unit.k, [&] { return get(unit.x); }));
        Value partial = b.shared({kLinearWarps});
        return b.divf(b.sumBlock(b.sumVector(sum), partial),
                      b.f32(block.inputs));
      };
      Value mean = average([](Value x) { return x; });
      Value variance = average([&](Value x) {
        Value centred = b.subf(x, b.spread(mean, layout.unit));
        return b.mulf(centred, centred);
      });
      LinearBlock::Statistics statistics = block.getStatistics(mean, variance);
      for (Unit &unit : own)
        unit.x = whereUnit(unit.k, [&] {
          return block.normalize(unit.x, unit.k, statistics);
        });
    }
    for (const Unit &unit : own)
      b.ifThen(b.isBelow(unit.u, b.index(units)), [&] {
        b.storeVector(unit.x, staged, {row, layout.getPlace(b, unit.u)});
      });
  }

  /// A unit that `get` computes if the row has it, else zeros.
  Value whereUnit(Value k, function_ref<Value()> get) {
    if (block.inputs % (kLinearThreads * layout.unit) == 0)
      return get();
    return b.choose(b.isBelow(k, b.index(block.inputs)), get,
                    [&] { return b.zeroVector(layout.unit); });
  }

  /// Takes a feature's first batch, and returns that of the next.
  SmallVector<Value> emitFeature(Value t, ValueRange firstBatch) {
    Value feature = getFeature(t), exists = b.isBelow(feature, end);
    Value known = b.min(feature, b.sub(end, b.index(1)));
    LinearBlock::Epilogue epilogue = block.loadEpilogue(row, known);
    SmallVector<Value> carried(firstBatch);
    carried.push_back(b.f32(0));
    Value last = b.index(spans / batch - 1);
    if (batch < spans)
      carried =
          b.loop(b.index(0), last, carried, [&](Value n, ValueRange carried) {
            Value next = b.add(n, 1);
            SmallVector<Value> result = loadBatch(t, next);
            result.push_back(multiplyBatch(carried, n));
            return result;
          });
    SmallVector<Value> next = loadBatch(b.add(t, 1), b.index(0));
    Value sum = b.sumWarp(multiplyBatch(carried, last));
    b.ifThen(b.isBoth(exists, b.isEqual(b.lane(), 0)),
             [&] { block.store(sum, epilogue, row, feature); });
    return next;
  }

  /// The accesses of batch `n` of the warp's feature `t`, zeros where there is
  /// no such feature: bits, and scales behind them, if there are any.
  SmallVector<Value> loadBatch(Value t, Value n) {
    Value feature = getFeature(t);
    SmallVector<Type> types;
    auto load = [&] {
      SmallVector<Value> bits, scales;
      for (int64_t i = 0; i < batch; ++i) {
        Value span = b.add(b.mul(n, batch), i);
        DenseWeight::Access access =
            block.loadWeight(feature, b.mul(span, layout.span));
        bits.push_back(access.bits);
        if (access.scale)
          scales.push_back(access.scale);
      }
      bits.append(scales);
      for (Value value : bits)
        types.push_back(value.getType());
      return bits;
    };
    auto zeros = [&] {
      SmallVector<Value> values;
      for (Type type : types)
        values.push_back(arith::ConstantOp::create(b, b.getZeroAttr(type)));
      return values;
    };
    return b.chooseAll(b.isBelow(feature, end), load, zeros);
  }

  /// Adds the products of a batch to the sum behind it.
  Value multiplyBatch(ValueRange carried, Value n) {
    Value sum = carried.back();
    bool hasScales = int64_t(carried.size()) > batch + 1;
    for (int64_t i = 0; i < batch; ++i) {
      Value span = b.add(b.mul(n, batch), i);
      sum =
          block.multiply({carried[i], hasScales ? carried[batch + i] : Value()},
                         staged, b.mul(span, layout.spanFloats), sum)[0];
    }
    return sum;
  }

  LinearBlock &block;
  GpuBuilder &b;
  const InputLayout &layout;
  Value staged, row;
  const int64_t warpFeatures, spans;
  int64_t batch; ///< accesses that are on their way at a time
  Value first, end;
};

} // namespace

void h3::emitLinearRow(LinearBlock &block, Value staged) {
  RowEmitter(block, staged).emit();
}
