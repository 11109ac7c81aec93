//===- DiagChunked.cpp - The chunked form of a diagonal SSM ---------------===//
//
// With chunks of T rows, x the state before a chunk and t counted from its
// first row (Dao and Gu, arXiv 2405.21060, section 6, for a diagonal SSM):
//
//   y[t] = Re sum_m w dA^(t+1) x + sum_{s<=t} K[t-s] u[s],  K[t] = Re sum_m w
//   dA^t x <- dA^T x + sum_s dA^(T-1-s) u[s]
//
// Four products for each mode and row, as many multiply-adds as the recurrence
// has, but in independent accumulators that stay in registers. Several chunks
// are worked on together, so that a power of dA is loaded once for all. Rows
// off the grid, before the first whole chunk and behind the last, go through
// the recurrence.
//
//===----------------------------------------------------------------------===//

#include "DiagForms.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kChunk = 16;   ///< rows of a chunk
constexpr int64_t kTogether = 4; ///< chunks worked on together

class Chunked final : public DiagForm {
public:
  Chunked(KernelBuilder &b, int64_t numModes)
      : DiagForm(b, numModes, kChunk * kTogether),
        tileRows(b.lanes == 16 ? 4 : 2), tileModes(b.lanes == 16 ? 2 : 1),
        inPowers(b.scratch({numModes, kChunk, 2, b.lanes})),
        outPowers(
            b.scratch({kChunk / tileRows, numModes, tileRows, 2, b.lanes})),
        wholePowers(b.scratch({numModes, 2, b.lanes})),
        kernel(b.scratch({kChunk, b.lanes})),
        before(b.scratch({numModes, kTogether, 2, b.lanes})) {}

  int64_t getBlockRows() const override { return kChunk * kTogether; }
  int64_t getGrid() const override { return kChunk; }

  void begin(const DiagColumn &column, Value count) override {
    b.ifThen(b.isAtLeast(count, kChunk), [&] { emitTables(column); });
  }

  void emitBlock(const DiagColumn &column, Value count, Value, FetchFn fetch,
                 FinishFn finish) override {
    Value chunks = b.div(count, kChunk);
    b.ifElse(
        b.isEqual(chunks, kTogether),
        [&] { emitChunks(column, b.index(0), kTogether, fetch, finish); },
        [&] {
          b.loop(b.index(0), chunks, [&](Value chunk) {
            emitChunks(column, b.mul(chunk, kChunk), 1, fetch, finish);
          });
          Value whole = b.mul(chunks, kChunk);
          b.ifThen(
              arith::CmpIOp::create(b, arith::CmpIPredicate::ult, whole, count),
              [&] { emitRecurrence(column, whole, count, fetch, finish); });
        });
  }

private:
  /// Powers of dA, with and without the output weights, and the kernel.
  void emitTables(const DiagColumn &column) {
    Value zero = b.index(0), one = b.index(1);
    for (int64_t t = 0; t < kChunk; ++t)
      b.store(t == 0 ? column.skip : b.splat(0), kernel, {b.index(t), zero});
    b.loop(zero, b.index(numModes), [&](Value mode) {
      Value decayReal = loadMode(column, 0, mode);
      Value decayImag = loadMode(column, 1, mode);
      Value weightReal = loadMode(column, 2, mode);
      Value weightImag = loadMode(column, 3, mode); // -Im w
      for (int64_t kind = 0; kind < 4; ++kind) // Those of the next channels.
        b.prefetch(column.modes,
                   {b.index(kind), mode, b.add(column.head, b.lanes)},
                   /*isWrite=*/false);
      Value real = b.splat(1), imag = b.splat(0), weighted = weightReal;
      for (int64_t t = 0; t < kChunk; ++t) {
        b.store(real, inPowers, {mode, b.index(kChunk - 1 - t), zero, zero});
        b.store(imag, inPowers, {mode, b.index(kChunk - 1 - t), one, zero});
        Value tap = b.load(kernel, {b.index(t), zero});
        b.store(b.addf(tap, weighted), kernel, {b.index(t), zero});
        Value nextReal =
            b.fma(real, decayReal, b.negf(b.mulf(imag, decayImag)));
        imag = b.fma(real, decayImag, b.mulf(imag, decayReal));
        real = nextReal;
        weighted = b.fma(weightReal, real, b.mulf(weightImag, imag));
        Value turned =
            b.fma(weightImag, real, b.negf(b.mulf(weightReal, imag)));
        SmallVector<Value> place{b.index(t / tileRows), mode,
                                 b.index(t % tileRows), zero, zero};
        b.store(weighted, outPowers, place);
        place[3] = one;
        b.store(turned, outPowers, place);
      }
      b.store(real, wholePowers, {mode, zero, zero});
      b.store(imag, wholePowers, {mode, one, zero});
    });
  }

  /// `size` chunks from row `first` of the block on. What is computed for a
  /// chunk does not depend on `size`.
  void emitChunks(const DiagColumn &column, Value first, int64_t size,
                  FetchFn fetch, FinishFn finish) {
    Value zero = b.index(0);
    int64_t groups = numModes / tileModes;
    // Each group of modes fetches its share of the rows.
    int64_t share =
        llvm::divideCeil(size * kChunk, std::max(groups, int64_t(1)));
    b.loop(zero, b.index(groups), [&](Value i) {
      for (int64_t row = 0; row < share; ++row)
        for (Fetch what : {Fetch::Input, Fetch::Output})
          fetch(b.add(b.add(first, b.mul(i, share)), row), what);
      emitStates(column, first, size, b.mul(i, tileModes), tileModes);
    });
    if (numModes % tileModes != 0)
      emitStates(column, first, size, b.index(numModes - 1), 1);
    b.loop(zero, b.index(kChunk / tileRows),
           [&](Value tile) { emitOutputs(first, size, tile, finish); });
  }

  /// The states before each chunk to `before`, that behind the last to its
  /// place, for `group` modes.
  void emitStates(const DiagColumn &column, Value first, int64_t size,
                  Value firstMode, int64_t group) {
    Value zero = b.index(0);
    SmallVector<Value> modes, sums(2 * group * size, b.splat(0));
    for (int64_t m = 0; m < group; ++m)
      modes.push_back(b.add(firstMode, m));
    sums =
        b.loop(zero, b.index(kChunk), sums, [&](Value t, ValueRange carried) {
          SmallVector<Value> powers, next(carried);
          for (int64_t m = 0; m < group; ++m)
            for (int64_t part : {0, 1})
              powers.push_back(
                  b.load(inPowers, {modes[m], t, b.index(part), zero}));
          for (int64_t chunk = 0; chunk < size; ++chunk) {
            Value u = input(b.add(b.add(first, chunk * kChunk), t));
            for (int64_t k = 0; k < 2 * group; ++k) {
              Value &sum = next[k * size + chunk];
              sum = b.fma(powers[k], u, sum);
            }
          }
          return next;
        });
    for (int64_t m = 0; m < group; ++m) {
      Value decayReal = b.load(wholePowers, {modes[m], zero, zero});
      Value decayImag = b.load(wholePowers, {modes[m], b.index(1), zero});
      Value real = loadState(column, modes[m], 0);
      Value imag = loadState(column, modes[m], 1);
      for (int64_t chunk = 0; chunk < size; ++chunk) {
        Value place = b.index(chunk);
        b.store(real, before, {modes[m], place, zero, zero});
        b.store(imag, before, {modes[m], place, b.index(1), zero});
        Value nextReal =
            b.fma(b.negf(decayImag), imag, sums[(2 * m) * size + chunk]);
        nextReal = b.fma(decayReal, real, nextReal);
        Value nextImag =
            b.fma(decayImag, real, sums[(2 * m + 1) * size + chunk]);
        imag = b.fma(decayReal, imag, nextImag);
        real = nextReal;
      }
      storeState(column, modes[m], 0, real);
      storeState(column, modes[m], 1, imag);
    }
  }

  /// Rows `tile * tileRows ..` of each chunk: from the states, then from the
  /// inputs of the chunk, ascending.
  void emitOutputs(Value first, int64_t size, Value tile, FinishFn finish) {
    Value zero = b.index(0), row = b.mul(tile, tileRows);
    SmallVector<Value> sums(size * tileRows, b.splat(0));
    sums = b.loop(
        zero, b.index(numModes), sums, [&](Value mode, ValueRange carried) {
          SmallVector<Value> next(carried), powers;
          for (int64_t i = 0; i < tileRows; ++i)
            for (int64_t part : {0, 1})
              powers.push_back(b.load(
                  outPowers, {tile, mode, b.index(i), b.index(part), zero}));
          for (int64_t chunk = 0; chunk < size; ++chunk)
            for (int64_t part : {0, 1}) {
              Value x =
                  b.load(before, {mode, b.index(chunk), b.index(part), zero});
              for (int64_t i = 0; i < tileRows; ++i) {
                Value &sum = next[chunk * tileRows + i];
                sum = b.fma(powers[2 * i + part], x, sum);
              }
            }
          return next;
        });
    auto inputOf = [&](int64_t chunk, Value t) {
      return input(b.add(b.add(first, chunk * kChunk), t));
    };
    sums = b.loop(zero, row, sums, [&](Value t, ValueRange carried) {
      SmallVector<Value> next(carried), taps;
      for (int64_t i = 0; i < tileRows; ++i)
        taps.push_back(b.load(kernel, {b.sub(b.add(row, i), t), zero}));
      for (int64_t chunk = 0; chunk < size; ++chunk) {
        Value u = inputOf(chunk, t);
        for (int64_t i = 0; i < tileRows; ++i) {
          Value &sum = next[chunk * tileRows + i];
          sum = b.fma(taps[i], u, sum);
        }
      }
      return next;
    });
    for (int64_t t = 0; t < tileRows; ++t)
      for (int64_t chunk = 0; chunk < size; ++chunk) {
        Value u = inputOf(chunk, b.add(row, t));
        for (int64_t i = t; i < tileRows; ++i) {
          Value &sum = sums[chunk * tileRows + i];
          sum = b.fma(b.load(kernel, {b.index(i - t), zero}), u, sum);
        }
      }
    for (int64_t chunk = 0; chunk < size; ++chunk)
      for (int64_t i = 0; i < tileRows; ++i) {
        Value place = b.add(b.add(b.add(first, chunk * kChunk), row), i);
        finish(place, sums[chunk * tileRows + i]);
      }
  }

  const int64_t tileRows;  ///< rows of a chunk in registers
  const int64_t tileModes; ///< modes of a chunk in registers
  Value inPowers;          ///< dA^(T-1-t) [M, T, 2, lanes]
  Value outPowers;   ///< Re and -Im of w dA^(t+1) [T / tile, M, tile, 2, lanes]
  Value wholePowers; ///< dA^T [M, 2, lanes]
  Value kernel;      ///< K, with the skip term in K[0] [T, lanes]
  Value before;      ///< states before each chunk [M, chunks, 2, lanes]
};

} // namespace

std::unique_ptr<DiagForm> h3::createChunked(KernelBuilder &b,
                                            int64_t numModes) {
  return std::make_unique<Chunked>(b, numModes);
}
