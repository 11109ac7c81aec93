//===- DiagFft.cpp - The fft form of a diagonal SSM -----------------------===//
//
// A block of n rows from a state of zeros is a convolution. What an earlier
// state x adds to row t is Re sum_m w dA^(t+1) x, and the state behind the
// block follows from its inputs; both by the recurrence, a group of modes in
// registers at a time, and left out where nothing needs them.
//
//===----------------------------------------------------------------------===//

#include "DiagForms.h"
#include "RingConv.h"

using namespace mlir;
using namespace h3;

namespace {

class FftForm final : public DiagForm {
public:
  FftForm(KernelBuilder &b, int64_t numModes, Value spectrum)
      : DiagForm(b, numModes, KernelBuilder::staticDim(spectrum, 1)),
        rows(KernelBuilder::staticDim(spectrum, 1)), conv(b, rows, spectrum) {}

  int64_t getBlockRows() const override { return rows; }

  void emitBlock(const DiagColumn &column, Value count, Value isWhole,
                 FetchFn fetch, FinishFn finish) override {
    Value zero = b.index(0);
    conv.emitBlock(
        column.block, count,
        [&](Value row) {
          fetch(row, Fetch::Input);
          return input(row);
        },
        [&](Value row, ComplexValue value) {
          fetch(row, Fetch::Output);
          Value sum = b.fma(column.skip, input(row), value.re);
          b.store(sum, getOutputs(), {row, zero});
        });
    if (column.keepsState)
      emitCarries(column, count);
    else
      b.ifElse(isWhole, [] {}, [&] { emitCarries(column, count); });
    finishRows(zero, count, finish);
  }

private:
  void emitCarries(const DiagColumn &column, Value count) {
    constexpr int64_t group = 2;
    b.loop(b.index(0), b.index(numModes / group),
           [&](Value i) { emitCarry(column, count, b.mul(i, group), group); });
    if (numModes % group != 0)
      emitCarry(column, count, b.index(numModes - 1), 1);
  }

  /// Adds the response of the state before the block, and advances the state.
  void emitCarry(const DiagColumn &column, Value count, Value firstMode,
                 int64_t group) {
    Value zero = b.index(0);
    SmallVector<Value> modes, parameters, carried;
    for (int64_t i = 0; i < group; ++i) {
      modes.push_back(b.add(firstMode, i));
      for (int64_t kind = 0; kind < 4; ++kind)
        parameters.push_back(loadMode(column, kind, modes[i]));
      Value real = loadState(column, modes[i], 0);
      Value imag = loadState(column, modes[i], 1);
      carried.append({real, imag, real, imag}); // Without and with inputs.
    }
    carried = b.loop(zero, count, carried, [&](Value row, ValueRange x) {
      Value u = input(row), sum = b.load(getOutputs(), {row, zero});
      SmallVector<Value> next;
      for (int64_t i = 0; i < group; ++i) {
        auto advance = [&](Value real, Value imag, Value in) {
          std::tie(real, imag) = b.advanceMode(
              parameters[4 * i], parameters[4 * i + 1], real, imag, in);
          next.append({real, imag});
        };
        advance(x[4 * i], x[4 * i + 1], Value());
        sum = b.fma(parameters[4 * i + 2], next[4 * i], sum);
        sum = b.fma(parameters[4 * i + 3], next[4 * i + 1], sum);
        advance(x[4 * i + 2], x[4 * i + 3], u);
      }
      b.store(sum, getOutputs(), {row, zero});
      return next;
    });
    for (int64_t i = 0; i < group; ++i)
      for (int64_t part : {0, 1})
        storeState(column, modes[i], part, carried[4 * i + 2 + part]);
  }

  const int64_t rows;
  RingConv conv;
};

} // namespace

std::unique_ptr<DiagForm> h3::createFftForm(KernelBuilder &b, int64_t numModes,
                                            Value spectrum) {
  return std::make_unique<FftForm>(b, numModes, spectrum);
}
