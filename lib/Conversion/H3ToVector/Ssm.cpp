//===- Ssm.cpp - State-space models to loops over vectors -----------------===//
//
// One task for each sequence and block of channels. Every sum has one order,
// however a sequence is cut into steps.
//
//===----------------------------------------------------------------------===//

#include "DiagForms.h"
#include "KernelBuilder.h"
#include "ShiftFir.h"

using namespace mlir;
using namespace h3;

namespace {

struct ShiftSsmLowering final : LayerLowering<ShiftSsmOp> {
  using LayerLowering::LayerLowering;

  void emit(ShiftSsmOp op, KernelBuilder &b) const override {
    constexpr int64_t blockRows = 256;
    int64_t channels = b.staticDim(op.getInput(), 1);
    ShiftFir fir(b, b.staticDim(op.getTaps(), 0), blockRows);
    Value sequences = b.countSequences(op.getStarts());
    Value blocks = b.countBlocks(channels);
    b.parallel({sequences, blocks}, [&](ValueRange ivs) {
      Sequence sequence = loadSequence(b, op, ivs[0]);
      Value channel = b.mul(ivs[1], b.lanes);
      Value mask = b.blockMask(ivs[1], channels);
      ShiftFir::Column column{
          op.getInput(), op.getTaps(), b.load(op.getSkip(), channel, mask),
          op.getState(), channel,      mask,
          Value()};
      fir.emitSequence(column, sequence, [&](Value row, Value sum) {
        b.store(sum, op.getOutput(), {b.add(sequence.start, row), channel},
                mask);
      });
    });
  }
};

/// The place of a sequence's state; without one, zeros of the thread's own.
void setState(KernelBuilder &b, DiagForm &form, DiagColumn &column, Value state,
              Value slot, int64_t numModes) {
  column.state = state;
  column.slot = slot;
  if (state)
    return;
  column.state = form.getOwnState();
  column.channel = b.index(0);
  column.mask = Value();
  b.loop(b.index(0), b.index(numModes), [&](Value mode) {
    for (int64_t part : {0, 1})
      b.store(b.splat(0), column.state,
              {b.index(0), mode, b.index(part), b.index(0)});
  });
}

struct DiagSsmLowering final : LayerLowering<DiagSsmOp> {
  using LayerLowering::LayerLowering;

  LogicalResult check(DiagSsmOp op, PatternRewriter &rewriter) const override {
    if (op.getSpectrum() &&
        KernelBuilder::staticDim(op.getSpectrum(), 3) != target.lanes)
      return rewriter.notifyMatchFailure(op, "expected a spectrum for the "
                                             "lanes of the target");
    return success();
  }

  void emit(DiagSsmOp op, KernelBuilder &b) const override {
    int64_t heads = b.staticDim(op.getModes(), 2);
    int64_t numModes = b.staticDim(op.getModes(), 1);
    int64_t planes = b.staticDim(op.getInput(), 1) / heads;
    auto form = DiagForm::create(b, op.getForm().value_or(Form::Recurrence),
                                 numModes, op.getSpectrum());
    if (!op.getState())
      form->getOwnState();
    Value sequences = b.countSequences(op.getStarts());
    Value blocks = b.countBlocks(heads);
    b.parallel({sequences, b.index(planes), blocks}, [&](ValueRange ivs) {
      Sequence sequence = loadSequence(b, op, ivs[0]);
      Value head = b.mul(ivs[2], b.lanes), zero = b.index(0);
      Value channel = b.add(b.mul(ivs[1], heads), head);
      Value mask = b.blockMask(ivs[2], heads);
      DiagColumn column{op.getModes(),
                        b.load(op.getSkip(), head, mask),
                        head,
                        mask,
                        Value(),
                        Value(),
                        channel,
                        mask,
                        bool(op.getState()),
                        ivs[2]};
      setState(b, *form, column, op.getState(), sequence.slot, numModes);
      emitSequence(
          b, *form, column, sequence,
          [&](Value row, Value count) {
            b.loop(zero, count, [&](Value i) {
              b.store(b.load(op.getInput(), {b.add(row, i), channel}, mask),
                      form->getInputs(), {i, zero});
            });
          },
          [&](Value row, Value i, DiagForm::Fetch what) {
            if (what == DiagForm::Fetch::Output)
              return b.prefetch(op.getOutput(), {b.add(row, i), channel},
                                /*isWrite=*/true);
            // Behind the last block the thread goes on with the next channels.
            Value nextRow = b.add(row, form->getBlockRows());
            Value isLast = arith::CmpIOp::create(b, arith::CmpIPredicate::uge,
                                                 nextRow, sequence.end);
            nextRow =
                arith::SelectOp::create(b, isLast, sequence.start, nextRow);
            Value nextChannel = arith::SelectOp::create(
                b, isLast, b.add(channel, b.lanes), channel);
            b.prefetch(op.getInput(), {b.add(nextRow, i), nextChannel},
                       /*isWrite=*/false);
          },
          [&](Value row, Value i, Value output) {
            b.store(output, op.getOutput(), {b.add(row, i), channel}, mask);
          });
    });
  }
};

struct MixerLowering final : LayerLowering<MixerOp> {
  using LayerLowering::LayerLowering;

  void emit(MixerOp op, KernelBuilder &b) const override {
    int64_t channels = b.staticDim(op.getQueries(), 1);
    int64_t numModes = b.staticDim(op.getModes(), 1);
    auto form = DiagForm::create(b, op.getForm().value_or(Form::Recurrence),
                                 numModes, Value());
    ShiftFir fir(b, b.staticDim(op.getTaps(), 0), form->getBlockRows());
    if (!op.getDiagState())
      form->getOwnState();
    Value sequences = b.countSequences(op.getStarts());
    Value blocks = b.countBlocks(channels);
    b.parallel({sequences, blocks}, [&](ValueRange ivs) {
      Sequence sequence = loadSequence(b, op, ivs[0]);
      Value channel = b.mul(ivs[1], b.lanes), zero = b.index(0);
      Value mask = b.blockMask(ivs[1], channels);
      ShiftFir::Column shift{op.getKeys(),
                             op.getTaps(),
                             b.load(op.getKeySkip(), channel, mask),
                             op.getShiftState(),
                             channel,
                             mask,
                             Value()};
      DiagColumn column{op.getModes(),
                        b.load(op.getSkip(), channel, mask),
                        channel,
                        mask,
                        Value(),
                        Value(),
                        channel,
                        mask,
                        bool(op.getDiagState()),
                        ivs[1]};
      setState(b, *form, column, op.getDiagState(), sequence.slot, numModes);
      fir.begin(shift, sequence);
      emitSequence(
          b, *form, column, sequence,
          [&](Value row, Value count) {
            Value before = b.index(b.staticDim(op.getTaps(), 0));
            fir.emitBlock(shift, row, count, before, [&](Value i, Value key) {
              Value value =
                  b.load(op.getValues(), {b.add(row, i), channel}, mask);
              b.store(b.mulf(key, value), form->getInputs(), {i, zero});
            });
          },
          [](Value, Value, DiagForm::Fetch) {},
          [&](Value row, Value i, Value output) {
            SmallVector<Value> place{b.add(row, i), channel};
            Value query = b.load(op.getQueries(), place, mask);
            b.store(b.mulf(query, output), op.getOutput(), place, mask);
          });
      fir.end(shift, sequence);
    });
  }
};

} // namespace

void h3::populateSsmPatterns(RewritePatternSet &patterns,
                             const VectorTarget &target) {
  patterns.add<ShiftSsmLowering, DiagSsmLowering, MixerLowering>(
      patterns.getContext(), target);
}
