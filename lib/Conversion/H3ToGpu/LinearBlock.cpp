//===- LinearBlock.cpp - What kernels of dense layers share ---------------===//

#include "LinearBlock.h"

using namespace mlir;
using namespace h3;

Value InputLayout::getPlace(LoopBuilder &b, Value u) const {
  if (groups == 1)
    return b.mul(u, unit);
  Value inSpan = b.rem(u, kWarpSize * groups);
  Value place = b.add(b.mul(b.rem(inSpan, groups), groupStride),
                      b.mul(b.div(inSpan, groups), unit));
  return b.add(b.mul(b.div(u, kWarpSize * groups), spanFloats), place);
}

LinearBlock::Statistics LinearBlock::measure(Value row) {
  auto average = [&](function_ref<Value(Value, Value)> add) {
    Value sum = b.loop(
        b.mul(b.lane(), layout.unit), b.index(inputs), kWarpSize * layout.unit,
        b.zeroVector(layout.unit), [&](Value k, ValueRange carried) {
          return SmallVector<Value>{add(loadInput(row, k), carried[0])};
        })[0];
    return b.divf(b.sumWarp(b.sumVector(sum)), b.f32(inputs));
  };
  Value mean = average([&](Value x, Value sum) { return b.addf(sum, x); });
  Value variance = average([&](Value x, Value sum) {
    Value centred = b.subf(x, b.spread(mean, layout.unit));
    return b.fma(centred, centred, sum);
  });
  return getStatistics(mean, variance);
}

LinearBlock::Statistics LinearBlock::getStatistics(Value mean, Value variance) {
  Value epsilon = b.f32(op.getEpsilon()->convertToFloat());
  Value deviation = math::SqrtOp::create(b, b.addf(variance, epsilon));
  return {mean, b.divf(b.f32(1), deviation)};
}

Value LinearBlock::normalize(Value x, Value k, const Statistics &statistics) {
  auto spread = [&](Value value) { return b.spread(value, layout.unit); };
  Value normal =
      b.mulf(b.subf(x, spread(statistics.mean)), spread(statistics.scale));
  return b.fma(normal, b.loadVector(op.getNormWeight(), k, layout.unit),
               b.loadVector(op.getNormBias(), k, layout.unit));
}

Value LinearBlock::whereInput(Value k, function_ref<Value()> load) {
  if (inputs % layout.span == 0)
    return load();
  return b.choose(b.isBelow(k, b.index(inputs)), load,
                  [&] { return b.zeroVector(layout.unit); });
}

DenseWeight::Access LinearBlock::loadWeight(Value feature, Value start) {
  Value k = b.add(start, b.mul(b.lane(), layout.width));
  return inputs % layout.span == 0
             ? weight.load(feature, k)
             : weight.loadIf(b.isBelow(k, b.index(inputs)), feature, k);
}

SmallVector<Value> LinearBlock::multiply(const DenseWeight::Access &access,
                                         Value staged, Value place,
                                         ValueRange sums) {
  SmallVector<Value> partial(sums);
  if (access.scale)
    partial.assign(sums.size(), b.f32(0));
  Value mine = b.add(place, b.mul(b.lane(), layout.unit));
  for (int64_t group = 0; group < layout.groups; ++group) {
    SmallVector<Value> values =
        weight.decode(access, group * layout.unit, layout.unit);
    Value at = b.add(mine, group * layout.groupStride);
    for (size_t i = 0; i < sums.size(); ++i) {
      Value x = b.loadVector(staged, {b.index(i), at}, layout.unit);
      for (int64_t j = 0; j < layout.unit; ++j)
        partial[i] = b.fma(b.extract(x, j), values[j], partial[i]);
    }
  }
  if (access.scale)
    for (size_t i = 0; i < sums.size(); ++i)
      partial[i] = b.fma(access.scale, partial[i], sums[i]);
  return partial;
}

LinearBlock::Epilogue LinearBlock::loadEpilogue(Value row, Value feature) {
  Epilogue epilogue;
  epilogue.scale = weight.loadRowScale(feature);
  if (op.getBias())
    epilogue.bias = b.loadScalar(op.getBias(), feature);
  if (op.getAccumulate())
    epilogue.before = b.loadScalar(op.getOutput(), {row, feature});
  return epilogue;
}

void LinearBlock::store(Value sum, const Epilogue &epilogue, Value row,
                        Value feature) {
  if (epilogue.scale)
    sum = b.mulf(sum, epilogue.scale);
  if (epilogue.bias)
    sum = b.addf(sum, epilogue.bias);
  if (op.getGelu())
    sum = b.gelu(sum);
  if (epilogue.before)
    sum = b.addf(sum, epilogue.before);
  b.storeScalar(sum, op.getOutput(), {row, feature});
}
