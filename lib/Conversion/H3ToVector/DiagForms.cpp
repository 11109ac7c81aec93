//===- DiagForms.cpp - The diagonal SSM of one block of channels ----------===//

#include "DiagForms.h"

using namespace mlir;
using namespace h3;

std::unique_ptr<DiagForm> DiagForm::create(KernelBuilder &b, Form form,
                                           int64_t numModes, Value spectrum) {
  if (form == Form::Chunked)
    return createChunked(b, numModes);
  if (form == Form::Fft)
    return createFftForm(b, numModes, spectrum);
  return createRecurrence(b, numModes);
}

Value DiagForm::loadMode(const DiagColumn &column, int64_t kind, Value mode) {
  return b.load(column.modes, {b.index(kind), mode, column.head},
                column.headMask);
}

Value DiagForm::loadState(const DiagColumn &column, Value mode, int64_t part) {
  return b.load(column.state,
                {column.slot, mode, b.index(part), column.channel},
                column.mask);
}

void DiagForm::storeState(const DiagColumn &column, Value mode, int64_t part,
                          Value value) {
  b.store(value, column.state,
          {column.slot, mode, b.index(part), column.channel}, column.mask);
}

Value DiagForm::input(Value row) { return b.load(inputs, {row, b.index(0)}); }

Value DiagForm::getOwnState() {
  if (!ownState)
    ownState = b.scratch({1, numModes, 2, b.lanes});
  return ownState;
}

void DiagForm::finishRows(Value first, Value end, FinishFn finish) {
  b.loop(first, end,
         [&](Value row) { finish(row, b.load(outputs, {row, b.index(0)})); });
}

void DiagForm::emitRecurrence(const DiagColumn &column, Value first, Value end,
                              FetchFn fetch, FinishFn finish) {
  Value zero = b.index(0);
  b.loop(first, end, [&](Value row) {
    b.store(b.mulf(column.skip, input(row)), outputs, {row, zero});
  });
  // A mode takes six registers: two of state and four of parameters.
  int64_t group = b.lanes == 16 ? 4 : 2, groups = numModes / group;
  // Each group of modes fetches its share of the rows.
  Value share = b.div(b.sub(end, first), std::max(groups, int64_t(1)));
  b.loop(zero, b.index(groups), [&](Value i) {
    Value shareStart = b.add(first, arith::MulIOp::create(b, i, share));
    emitGroup(column, first, end, b.mul(i, group), group, [&](Value row) {
      Value place = b.add(shareStart, b.div(b.sub(row, first), groups));
      fetch(place, Fetch::Input);
      fetch(place, Fetch::Output);
    });
  });
  if (numModes % group != 0)
    emitGroup(column, first, end, b.index(groups * group), numModes % group,
              [](Value) {});
  finishRows(first, end, finish);
}

void DiagForm::emitGroup(const DiagColumn &column, Value first, Value end,
                         Value firstMode, int64_t group,
                         function_ref<void(Value)> fetch) {
  Value zero = b.index(0);
  SmallVector<Value> modes, states, parameters;
  for (int64_t i = 0; i < group; ++i) {
    modes.push_back(b.add(firstMode, i));
    for (int64_t kind = 0; kind < 4; ++kind)
      parameters.push_back(loadMode(column, kind, modes[i]));
    for (int64_t part : {0, 1})
      states.push_back(loadState(column, modes[i], part));
  }
  states = b.loop(first, end, states, [&](Value row, ValueRange x) {
    fetch(row);
    Value u = input(row), sum = b.load(outputs, {row, zero});
    SmallVector<Value> next;
    for (int64_t i = 0; i < group; ++i) {
      auto [real, imag] = b.advanceMode(
          parameters[4 * i], parameters[4 * i + 1], x[2 * i], x[2 * i + 1], u);
      sum = b.fma(parameters[4 * i + 2], real, sum);
      sum = b.fma(parameters[4 * i + 3], imag, sum);
      next.append({real, imag});
    }
    b.store(sum, outputs, {row, zero});
    return next;
  });
  for (int64_t i = 0; i < group; ++i)
    for (int64_t part : {0, 1})
      storeState(column, modes[i], part, states[2 * i + part]);
}

namespace {

class Recurrence final : public DiagForm {
public:
  Recurrence(KernelBuilder &b, int64_t numModes)
      : DiagForm(b, numModes, kBlockRows) {}
  int64_t getBlockRows() const override { return kBlockRows; }
  void emitBlock(const DiagColumn &column, Value count, Value, FetchFn fetch,
                 FinishFn finish) override {
    emitRecurrence(column, b.index(0), count, fetch, finish);
  }

private:
  /// Inputs and outputs of a block stay in the first-level cache.
  static constexpr int64_t kBlockRows = 256;
};

} // namespace

std::unique_ptr<DiagForm> h3::createRecurrence(KernelBuilder &b,
                                               int64_t numModes) {
  return std::make_unique<Recurrence>(b, numModes);
}

void h3::emitSequence(KernelBuilder &b, DiagForm &form,
                      const DiagColumn &column, const Sequence &sequence,
                      function_ref<void(Value, Value)> begin,
                      function_ref<void(Value, Value, DiagForm::Fetch)> fetch,
                      function_ref<void(Value, Value, Value)> finish) {
  int64_t rows = form.getBlockRows(), grid = form.getGrid();
  Value count = b.sub(sequence.end, sequence.start);
  // Rows up to the first position on the grid are a block of their own.
  Value head = b.index(0);
  if (grid > 1) {
    Value beyond = b.rem(sequence.position, grid);
    head = b.min(b.rem(b.sub(b.index(grid), beyond), grid), count);
  }
  Value rest = b.sub(count, head);
  form.begin(column, rest);
  Value blocks = b.add(b.div(b.add(rest, rows - 1), rows), 1);
  b.loop(b.index(grid > 1 ? 0 : 1), blocks, [&](Value block) {
    Value isHead = b.isEqual(block, 0);
    Value onGrid = b.add(head, b.mul(b.sub(block, b.index(1)), rows));
    Value first = arith::SelectOp::create(b, isHead, b.index(0), onGrid);
    Value last = b.min(b.add(b.mul(block, rows), head), count);
    Value size = b.sub(last, first), row = b.add(sequence.start, first);
    begin(row, size);
    Value isWhole =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, size, count);
    form.emitBlock(
        column, size, isWhole,
        [&](Value i, DiagForm::Fetch what) { fetch(row, i, what); },
        [&](Value i, Value output) { finish(row, i, output); });
  });
}
