//===- DiagForms.h - The diagonal SSM of one block of channels --*- C++ -*-===//
//
// The forms share one frame: the rows of a sequence go through in blocks, whose
// inputs and outputs lie in memory of the thread, one register a row. A form
// says how many rows a block has and what happens in one.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_DIAGFORMS_H
#define H3_LIB_CONVERSION_H3TOVECTOR_DIAGFORMS_H

#include "KernelBuilder.h"

namespace h3 {

/// The block of channels that is worked on, and its sequence's state.
struct DiagColumn {
  Value modes; ///< 4 x M x H
  Value skip;  ///< a vector
  Value head, headMask;
  Value state; ///< P x M x 2 x C
  Value slot, channel, mask;
  bool keepsState; ///< false: the state behind the last block is dropped
  Value block;     ///< the block of channels, counted within the heads
};

class DiagForm {
public:
  /// Must be called outside of parallel loops. `spectrum` may be null.
  static std::unique_ptr<DiagForm> create(KernelBuilder &b, Form form,
                                          int64_t numModes, Value spectrum);
  virtual ~DiagForm() = default;

  /// Rows of a block at most.
  virtual int64_t getBlockRows() const = 0;
  /// Blocks but the first start at positions that are multiples of it.
  virtual int64_t getGrid() const { return 1; }
  /// Before the first block of a sequence with `count` rows from the grid on.
  virtual void begin(const DiagColumn &column, Value count) {}
  /// From the inputs of `count` rows to their outputs, and the state behind
  /// them, which nobody may need where the block is the whole sequence.
  virtual void emitBlock(const DiagColumn &column, Value count,
                         Value isWhole) = 0;

  /// blockRows x lanes
  Value getInputs() const { return inputs; }
  Value getOutputs() const { return outputs; }
  /// A state of zeros for sequences that have none: 1 x M x 2 x lanes.
  Value getOwnState();

protected:
  DiagForm(KernelBuilder &b, int64_t numModes, int64_t blockRows)
      : b(b), numModes(numModes), inputs(b.scratch({blockRows, b.lanes})),
        outputs(b.scratch({blockRows, b.lanes})) {}

  Value loadMode(const DiagColumn &column, int64_t kind, Value mode);
  Value loadState(const DiagColumn &column, Value mode, int64_t part);
  void storeState(const DiagColumn &column, Value mode, int64_t part,
                  Value value);
  Value input(Value row);
  /// Rows `first .. end - 1` of the block, one after the other, a group of
  /// modes in registers at a time.
  void emitRecurrence(const DiagColumn &column, Value first, Value end);

  KernelBuilder &b;
  const int64_t numModes;

private:
  void emitGroup(const DiagColumn &column, Value first, Value end,
                 Value firstMode, int64_t group);

  Value inputs, outputs, ownState;
};

std::unique_ptr<DiagForm> createRecurrence(KernelBuilder &b, int64_t numModes);
std::unique_ptr<DiagForm> createChunked(KernelBuilder &b, int64_t numModes);
std::unique_ptr<DiagForm> createFftForm(KernelBuilder &b, int64_t numModes,
                                        Value spectrum);

/// Sends a sequence through a form. `begin` and `end` are called around each
/// block with its first row and the number of its rows: to fill the inputs, and
/// to take the outputs.
void emitSequence(KernelBuilder &b, DiagForm &form, const DiagColumn &column,
                  const Sequence &sequence,
                  llvm::function_ref<void(Value, Value)> begin,
                  llvm::function_ref<void(Value, Value)> end);

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_DIAGFORMS_H
