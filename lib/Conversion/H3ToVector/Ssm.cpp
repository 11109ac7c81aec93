//===- Ssm.cpp - Shift and diagonal state-space models --------------------===//
//
// One task per sequence and block of channels. Both sums run in the same order
// however a sequence is cut into steps: taps ascending, modes in groups that do
// not depend on the number of rows.
//
//===----------------------------------------------------------------------===//

#include "KernelBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

/// The FIR form: taps over the inputs of this step, then over the ring.
struct ShiftSsmLowering final : LayerLowering<ShiftSsmOp> {
  using LayerLowering::LayerLowering;

  void emit(ShiftSsmOp op, KernelBuilder &b) const override {
    int64_t channels = b.staticDim(op.getInput(), 1);
    Value sequences = b.dim(op.getSlots(), 0);
    Value blocks = b.index(llvm::divideCeil(channels, b.lanes));
    b.parallel({sequences, blocks}, [&](ValueRange ivs) {
      Sequence sequence = loadSequence(b, op, ivs[0]);
      Value channel = b.mul(ivs[1], b.lanes);
      Value mask = b.blockMask(ivs[1], channels);
      b.loop(sequence.start, sequence.end,
             [&](Value row) { emitRow(op, b, sequence, row, channel, mask); });
      storeRing(op, b, sequence, channel, mask);
    });
  }

private:
  static void emitRow(ShiftSsmOp op, KernelBuilder &b, const Sequence &sequence,
                      Value row, Value channel, Value mask) {
    Value u = op.getInput(), taps = op.getTaps();
    int64_t numTaps = b.staticDim(taps, 0);
    Value sum = b.mulf(b.load(op.getSkip(), channel, mask),
                       b.load(u, {row, channel}, mask));
    Value local = b.sub(row, sequence.start);
    Value inStep = arith::MinUIOp::create(b, b.add(local, 1), b.index(numTaps));
    sum = b.loop(b.index(0), inStep, sum, [&](Value n, ValueRange sums) {
      Value input = b.load(u, {b.sub(row, n), channel}, mask);
      return SmallVector<Value>{
          b.fma(b.load(taps, {n, channel}, mask), input, sums[0])};
    })[0];
    // Tap `inStep` meets the input just before this step's first.
    Value newest = b.rem(b.add(sequence.position, numTaps - 1), numTaps);
    sum = b.loop(inStep, b.index(numTaps), {sum, newest},
                 [&](Value n, ValueRange carried) {
                   Value ring = carried[1];
                   Value input = b.load(op.getState(),
                                        {sequence.slot, ring, channel}, mask);
                   Value next = b.fma(b.load(taps, {n, channel}, mask), input,
                                      carried[0]);
                   Value wraps = arith::CmpIOp::create(
                       b, arith::CmpIPredicate::eq, ring, b.index(0));
                   Value before = arith::SelectOp::create(
                       b, wraps, b.index(numTaps - 1), b.sub(ring, b.index(1)));
                   return SmallVector<Value>{next, before};
                 })[0];
    b.store(sum, op.getOutput(), {row, channel}, mask);
  }

  /// Keeps the last inputs of the step, at most as many as there are taps.
  static void storeRing(ShiftSsmOp op, KernelBuilder &b,
                        const Sequence &sequence, Value channel, Value mask) {
    int64_t numTaps = b.staticDim(op.getTaps(), 0);
    Value count = b.sub(sequence.end, sequence.start);
    Value kept = arith::MinUIOp::create(b, count, b.index(numTaps));
    b.loop(b.sub(sequence.end, kept), sequence.end, [&](Value row) {
      Value position = b.add(sequence.position, b.sub(row, sequence.start));
      b.store(b.load(op.getInput(), {row, channel}, mask), op.getState(),
              {sequence.slot, b.rem(position, numTaps), channel}, mask);
    });
  }
};

/// The recurrence form, a group of modes in registers at a time; the output row
/// collects the groups.
struct DiagSsmLowering final : LayerLowering<DiagSsmOp> {
  using LayerLowering::LayerLowering;

  void emit(DiagSsmOp op, KernelBuilder &b) const override {
    int64_t heads = b.staticDim(op.getModes(), 2);
    int64_t planes = b.staticDim(op.getInput(), 1) / heads;
    Value sequences = b.dim(op.getSlots(), 0);
    Value blocks = b.index(llvm::divideCeil(heads, b.lanes));
    b.parallel({sequences, b.index(planes), blocks}, [&](ValueRange ivs) {
      Sequence sequence = loadSequence(b, op, ivs[0]);
      Value head = b.mul(ivs[2], b.lanes);
      Value channel = b.add(b.mul(ivs[1], heads), head);
      Value mask = b.blockMask(ivs[2], heads);
      Value skip = b.load(op.getSkip(), head, mask);
      b.loop(sequence.start, sequence.end, [&](Value row) {
        Value input = b.load(op.getInput(), {row, channel}, mask);
        b.store(b.mulf(skip, input), op.getOutput(), {row, channel}, mask);
      });
      int64_t modes = b.staticDim(op.getModes(), 1);
      // A mode takes six registers: two of state and four of parameters.
      int64_t group = b.lanes == 16 ? 4 : 2;
      b.loop(b.index(0), b.index(modes / group), [&](Value i) {
        emitGroup(op, b, sequence, b.mul(i, group), group, head, channel, mask);
      });
      if (modes % group != 0)
        emitGroup(op, b, sequence, b.index(modes / group * group),
                  modes % group, head, channel, mask);
    });
  }

private:
  static void emitGroup(DiagSsmOp op, KernelBuilder &b,
                        const Sequence &sequence, Value firstMode,
                        int64_t group, Value head, Value channel, Value mask) {
    Value zero = b.index(0), one = b.index(1);
    SmallVector<Value> modes, states, decayReal, decayImag, weightReal,
        weightImag;
    for (int64_t i = 0; i < group; ++i) {
      Value mode = b.add(firstMode, i);
      auto parameter = [&](int64_t kind) {
        return b.load(op.getModes(), {b.index(kind), mode, head}, mask);
      };
      modes.push_back(mode);
      decayReal.push_back(parameter(0));
      decayImag.push_back(parameter(1));
      weightReal.push_back(parameter(2));
      weightImag.push_back(parameter(3));
      for (Value part : {zero, one})
        states.push_back(
            b.load(op.getState(), {sequence.slot, mode, part, channel}, mask));
    }
    states = b.loop(
        sequence.start, sequence.end, states, [&](Value row, ValueRange x) {
          Value input = b.load(op.getInput(), {row, channel}, mask);
          Value sum = b.load(op.getOutput(), {row, channel}, mask);
          SmallVector<Value> next;
          for (int64_t i = 0; i < group; ++i) {
            Value real = x[2 * i], imag = x[2 * i + 1];
            Value turned = b.mulf(decayImag[i], imag);
            Value newReal = b.subf(b.fma(decayReal[i], real, input), turned);
            Value newImag =
                b.fma(decayReal[i], imag, b.mulf(decayImag[i], real));
            sum = b.fma(weightReal[i], newReal, sum);
            sum = b.fma(weightImag[i], newImag, sum);
            next.append({newReal, newImag});
          }
          b.store(sum, op.getOutput(), {row, channel}, mask);
          return next;
        });
    for (int64_t i = 0; i < group; ++i)
      for (int64_t part : {0, 1})
        b.store(states[2 * i + part], op.getState(),
                {sequence.slot, modes[i], b.index(part), channel}, mask);
  }
};

} // namespace

void h3::populateSsmPatterns(RewritePatternSet &patterns,
                             const VectorTarget &target) {
  patterns.add<ShiftSsmLowering, DiagSsmLowering>(patterns.getContext(),
                                                  target);
}
