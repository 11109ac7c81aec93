//===- ShiftFir.cpp - The shift SSM of one block of channels --------------===//

#include "ShiftFir.h"

using namespace mlir;
using namespace h3;

ShiftFir::ShiftFir(KernelBuilder &b, int64_t numTaps, int64_t blockRows)
    : b(b), numTaps(numTaps), blockRows(blockRows),
      window(b.scratch({numTaps - 1 + blockRows, b.lanes})) {}

void ShiftFir::emitSequence(const Column &column, const Sequence &sequence,
                            function_ref<void(Value, Value)> use) {
  begin(column, sequence);
  Value count = b.sub(sequence.end, sequence.start);
  Value blocks = b.div(b.add(count, blockRows - 1), blockRows);
  b.loop(b.index(0), blocks, [&](Value block) {
    Value first = b.mul(block, blockRows);
    Value size = b.min(b.sub(count, first), b.index(blockRows));
    Value before = column.state ? b.index(numTaps) : first;
    emitBlock(column, b.add(sequence.start, first), size, before,
              [&](Value i, Value sum) { use(b.add(first, i), sum); });
  });
  end(column, sequence);
}

void ShiftFir::begin(const Column &column, const Sequence &sequence) {
  Value zero = b.index(0), rows = b.index(numTaps - 1);
  if (!column.state)
    return b.loop(zero, rows,
                  [&](Value i) { b.store(b.splat(0), window, {i, zero}); });
  // The input before position q stands at (q - 1) mod N: from q + 1 on, modulo
  // N, the ring holds the last N - 1 in their order.
  b.loop(zero, rows, [&](Value i) {
    Value place = b.rem(b.add(b.add(sequence.position, i), 1), numTaps);
    Value input = b.load(column.state, {sequence.slot, place, column.channel},
                         column.mask);
    b.store(input, window, {i, zero});
  });
}

void ShiftFir::emitBlock(const Column &column, Value row, Value count,
                         Value before, function_ref<void(Value, Value)> use) {
  Value zero = b.index(0);
  b.loop(zero, count, [&](Value i) {
    SmallVector<Value> place{b.add(row, i), column.channel};
    Value input = b.load(column.input, place, column.mask);
    if (column.gate)
      input = b.mulf(input, b.load(column.gate, place, column.mask));
    b.store(input, window, {b.add(i, numTaps - 1), zero});
  });
  int64_t tile = b.lanes == 16 ? 16 : 8;
  Value tiles = b.div(count, tile);
  b.loop(zero, tiles,
         [&](Value i) { emitTile(column, b.mul(i, tile), tile, before, use); });
  b.loop(b.mul(tiles, tile), count,
         [&](Value i) { emitTile(column, i, 1, before, use); });
  // The next block's window.
  b.loop(zero, b.index(numTaps - 1), [&](Value i) {
    b.store(b.load(window, {b.add(i, count), zero}), window, {i, zero});
  });
}

void ShiftFir::emitTile(const Column &column, Value first, int64_t size,
                        Value before, function_ref<void(Value, Value)> use) {
  Value zero = b.index(0);
  auto input = [&](Value newest, int64_t i) {
    return b.load(window, {b.add(newest, i), zero});
  };
  Value last = b.add(first, numTaps - 1);
  SmallVector<Value> sums;
  for (int64_t i = 0; i < size; ++i)
    sums.push_back(column.skip ? b.mulf(column.skip, input(last, i))
                               : b.splat(0));
  Value known = b.add(b.add(before, first), size);
  Value taps = b.min(known, b.index(numTaps));
  sums = b.loop(zero, taps, sums, [&](Value n, ValueRange carried) {
    Value tap = b.load(column.taps, {n, column.channel}, column.mask);
    Value newest = b.sub(last, n);
    SmallVector<Value> next;
    for (int64_t i = 0; i < size; ++i)
      next.push_back(b.fma(tap, input(newest, i), carried[i]));
    return next;
  });
  for (int64_t i = 0; i < size; ++i)
    use(b.add(first, i), sums[i]);
}

void ShiftFir::end(const Column &column, const Sequence &sequence) {
  if (!column.state)
    return;
  Value count = b.sub(sequence.end, sequence.start);
  Value kept = b.min(count, b.index(numTaps));
  b.loop(b.sub(sequence.end, kept), sequence.end, [&](Value row) {
    Value position = b.add(sequence.position, b.sub(row, sequence.start));
    b.store(
        b.load(column.input, {row, column.channel}, column.mask), column.state,
        {sequence.slot, b.rem(position, numTaps), column.channel}, column.mask);
  });
}
