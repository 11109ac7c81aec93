//===- SsmBlock.cpp - The SSMs of a block's channels ----------------------===//

#include "SsmBlock.h"

using namespace mlir;
using namespace h3;

LaneChannel LaneChannel::create(GpuBuilder &b, Value block, int64_t channels) {
  Value channel = b.add(b.mul(block, kWarpSize), b.lane());
  return {channel, b.isBelow(channel, b.index(channels))};
}

SmallVector<Value>
h3::loopTiles(GpuBuilder &b, const Segment &segment, ValueRange inits,
              function_ref<SmallVector<Value>(Value, Value, ValueRange)> body) {
  return b.loop(segment.first, segment.end, kTileRows, inits,
                [&](Value row, ValueRange carried) {
                  Value left = b.sub(segment.end, row);
                  Value count = b.min(left, b.index(kTileRows));
                  return body(row, count, carried);
                });
}

//===----------------------------------------------------------------------===//
// The shift SSM
//===----------------------------------------------------------------------===//

ShiftRing::ShiftRing(GpuBuilder &b, Value input, Value taps, Value skip,
                     Value state, const LaneChannel &lane,
                     const Segment &segment, int64_t ahead)
    : b(b), numTaps(b.staticDim(taps, 0)),
      size(llvm::PowerOf2Ceil(numTaps - 1 + kTileRows)), input(input),
      state(state), lane(lane), segment(segment),
      ring(b.shared({size, kWarpSize})), taps(b.shared({numTaps, kWarpSize})) {
  this->skip = b.loadIf(lane.exists, skip, lane.channel);
  auto share = [&](Value buffer, int64_t rows,
                   function_ref<Value(Value)> load) {
    b.shareOutAhead(b.warp(), kSsmWarps, rows, ahead, load,
                    [&](Value i, Value value) {
                      b.storeScalar(value, buffer, {i, b.lane()});
                    });
  };
  share(this->taps, numTaps, [&](Value n) {
    return b.loadIf(lane.exists, taps, {n, lane.channel});
  });
  share(ring, numTaps - 1, [&](Value i) { return loadHistory(i); });
}

/// The input N - 1 - i rows before the segment: of this step, or of the state,
/// where the input at position q stands at q mod N.
Value ShiftRing::loadHistory(Value i) {
  const Sequence &sequence = segment.sequence;
  Value before = b.sub(segment.first, sequence.start);
  auto loadState = [&] {
    if (!state)
      return b.f32(0);
    Value position = b.add(sequence.position, before);
    Value place = b.rem(b.add(b.add(position, i), 1), numTaps);
    return b.loadIf(lane.exists, state, {sequence.slot, place, lane.channel});
  };
  if (segment.first == sequence.start)
    return loadState();
  Value behind = b.add(before, i); // Of the row of N - 1 before.
  return b.choose(b.isBelow(behind, b.index(numTaps - 1)), loadState, [&] {
    Value row = b.sub(b.add(sequence.start, behind), b.index(numTaps - 1));
    return b.loadIf(lane.exists, input, {row, lane.channel});
  });
}

void ShiftRing::load(Value row, Value count) {
  loopRows(b, count, [&](Value i) {
    Value value = b.loadIf(lane.exists, input, {b.add(row, i), lane.channel});
    b.storeScalar(value, ring, {getPlace(row, i), b.lane()});
  });
}

/// Row r of the segment stands at N - 1 + r in the ring, those before it below.
Value ShiftRing::getOffset(Value row, Value i) {
  return b.add(b.add(b.sub(row, segment.first), i), numTaps - 1);
}

Value ShiftRing::apply(Value row, Value i) {
  Value newest = b.loadScalar(ring, {getPlace(row, i), b.lane()});
  return b.loop(b.index(0), b.index(numTaps), b.mulf(skip, newest),
                [&](Value n, ValueRange carried) {
                  // Below the newest, in a ring: the sum stays positive.
                  Value place = b.sub(b.add(getOffset(row, i), size), n);
                  Value value =
                      b.loadScalar(ring, {b.rem(place, size), b.lane()});
                  Value tap = b.loadScalar(taps, {n, b.lane()});
                  return SmallVector<Value>{b.fma(tap, value, carried[0])};
                })[0];
}

void h3::storeShiftState(GpuBuilder &b, Value input, Value state,
                         const LaneChannel &lane, const Sequence &sequence) {
  if (!state)
    return;
  int64_t numTaps = b.staticDim(state, 1);
  Value count = b.sub(sequence.end, sequence.start);
  Value kept = b.min(count, b.index(numTaps));
  b.loop(b.add(b.sub(sequence.end, kept), b.warp()), sequence.end, kSsmWarps,
         [&](Value row) {
           Value position =
               b.add(sequence.position, b.sub(row, sequence.start));
           b.storeIf(lane.exists,
                     b.loadIf(lane.exists, input, {row, lane.channel}), state,
                     {sequence.slot, b.rem(position, numTaps), lane.channel});
         });
}

//===----------------------------------------------------------------------===//
// The diagonal SSM
//===----------------------------------------------------------------------===//

DiagModes::DiagModes(GpuBuilder &b, Value modes, Value skip,
                     const LaneChannel &head, const LaneChannel &lane)
    : b(b), numModes(b.staticDim(modes, 1)), lane(lane),
      inputs(b.shared({kTileRows, kWarpSize})) {
  if (skip)
    this->skip = b.loadIf(head.exists, skip, head.channel);
  for (int64_t first = 0; first < numModes; first += kSsmWarps) {
    Value mode = b.add(b.warp(), first);
    Value exists = lane.exists;
    if (first + kSsmWarps > numModes)
      exists = b.isBoth(exists, b.isBelow(mode, b.index(numModes)));
    own.push_back({mode, exists, {}});
    for (int64_t kind = 0; kind < 4; ++kind)
      own.back().parameters.push_back(
          b.loadIf(exists, modes, {b.index(kind), mode, head.channel}));
  }
}

SmallVector<Value> DiagModes::getPlace(ValueRange place, const Mode &mode,
                                       int64_t part) {
  SmallVector<Value> indices(place);
  indices.append({mode.mode, b.index(part), lane.channel});
  return indices;
}

SmallVector<Value> DiagModes::loadStates(Value buffer, ValueRange place) {
  SmallVector<Value> states;
  for (Mode &mode : own)
    for (int64_t part : {0, 1})
      states.push_back(
          buffer ? b.loadIf(mode.exists, buffer, getPlace(place, mode, part))
                 : b.f32(0));
  return states;
}

void DiagModes::storeStates(ValueRange states, Value buffer, ValueRange place) {
  if (!buffer)
    return;
  for (auto [i, mode] : llvm::enumerate(own))
    for (int64_t part : {0, 1})
      b.storeIf(mode.exists, states[2 * i + part], buffer,
                getPlace(place, mode, part));
}

std::pair<Value, Value> DiagModes::advanceMode(const Mode &mode,
                                               ValueRange states, size_t i,
                                               Value input) {
  return b.advanceMode(mode.parameters[0], mode.parameters[1], states[2 * i],
                       states[2 * i + 1], input);
}

SmallVector<Value> DiagModes::apply(Value count, ValueRange states) {
  if (!partial)
    partial = b.shared({kSsmWarps, kTileRows, kWarpSize});
  return b.loop(b.index(0), count, states, [&](Value i, ValueRange x) {
    Value u = b.loadScalar(inputs, {i, b.lane()}), sum = b.f32(0);
    SmallVector<Value> next;
    for (auto [k, mode] : llvm::enumerate(own)) {
      auto [real, imag] = advanceMode(mode, x, k, u);
      sum = b.fma(mode.parameters[2], real, sum);
      sum = b.fma(mode.parameters[3], imag, sum); // -Im w
      next.append({real, imag});
    }
    b.storeScalar(sum, partial, {b.warp(), i, b.lane()});
    return next;
  });
}

SmallVector<Value> DiagModes::advance(Value count, ValueRange states) {
  return b.loop(b.index(0), count, states, [&](Value i, ValueRange x) {
    Value u = b.loadScalar(inputs, {i, b.lane()});
    SmallVector<Value> next;
    for (auto [k, mode] : llvm::enumerate(own)) {
      auto [real, imag] = advanceMode(mode, x, k, u);
      next.append({real, imag});
    }
    return next;
  });
}

Value DiagModes::getOutput(Value i) {
  Value sum = b.mulf(skip, b.loadScalar(inputs, {i, b.lane()}));
  for (int64_t warp = 0; warp < kSsmWarps; ++warp)
    sum = b.addf(sum, b.loadScalar(partial, {b.index(warp), i, b.lane()}));
  return sum;
}

SmallVector<Value> DiagModes::getPowers(int64_t n) {
  SmallVector<Value> powers;
  for (Mode &mode : own) {
    Value real = mode.parameters[0], imag = mode.parameters[1];
    for (int64_t done = 1; done < n; done *= 2)
      std::tie(real, imag) = b.advanceMode(real, imag, real, imag, Value());
    powers.append({real, imag});
  }
  return powers;
}

SmallVector<Value> DiagModes::join(ValueRange states, ValueRange powers,
                                   ValueRange ends) {
  SmallVector<Value> joined;
  for (size_t i = 0; i < own.size(); ++i) {
    auto [real, imag] =
        b.advanceMode(powers[2 * i], powers[2 * i + 1], states[2 * i],
                      states[2 * i + 1], ends[2 * i]);
    joined.append({real, b.addf(imag, ends[2 * i + 1])});
  }
  return joined;
}
