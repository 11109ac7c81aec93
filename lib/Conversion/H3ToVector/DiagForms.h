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
  /// Fetches what the output of this row of a block, or the input of the same
  /// row of the next, will be written to or read from.
  enum class Fetch { Input, Output };
  using FetchFn = llvm::function_ref<void(Value row, Fetch what)>;
  using FinishFn = llvm::function_ref<void(Value row, Value output)>;

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
  /// Calls `fetch` for row after row as it goes, and `finish` for every output.
  virtual void emitBlock(const DiagColumn &column, Value count, Value isWhole,
                         FetchFn fetch, FinishFn finish) = 0;

  /// blockRows x lanes
  Value getInputs() const { return inputs; }
  /// A state of zeros for sequences that have none: 1 x M x 2 x lanes.
  Value getOwnState();

protected:
  DiagForm(KernelBuilder &b, int64_t numModes, int64_t blockRows)
      : b(b), numModes(numModes), inputs(b.scratch({blockRows, b.lanes})),
        outputs(b.scratch({blockRows, b.lanes})) {}

  Value getOutputs() const { return outputs; }
  void finishRows(Value first, Value end, FinishFn finish);

  Value loadMode(const DiagColumn &column, int64_t kind, Value mode);
  Value loadState(const DiagColumn &column, Value mode, int64_t part);
  void storeState(const DiagColumn &column, Value mode, int64_t part,
                  Value value);
  Value input(Value row);
  /// Rows `first .. end - 1` of the block, one after the other, a group of
  /// modes in registers at a time.
  void emitRecurrence(const DiagColumn &column, Value first, Value end,
                      FetchFn fetch, FinishFn finish);

  KernelBuilder &b;
  const int64_t numModes;

private:
  void emitGroup(const DiagColumn &column, Value first, Value end,
                 Value firstMode, int64_t group,
                 llvm::function_ref<void(Value)> fetch);

  Value inputs, outputs, ownState;
};

std::unique_ptr<DiagForm> createRecurrence(KernelBuilder &b, int64_t numModes);
std::unique_ptr<DiagForm> createChunked(KernelBuilder &b, int64_t numModes);
std::unique_ptr<DiagForm> createFftForm(KernelBuilder &b, int64_t numModes,
                                        Value spectrum);

/// Sends a sequence through a form. `begin` fills the inputs of a block, whose
/// first row and number of rows it gets. `fetch` and `finish` are those of the
/// form, with the first row of the block before.
void emitSequence(KernelBuilder &b, DiagForm &form, const DiagColumn &column,
                  const Sequence &sequence,
                  llvm::function_ref<void(Value, Value)> begin,
                  llvm::function_ref<void(Value, Value, DiagForm::Fetch)> fetch,
                  llvm::function_ref<void(Value, Value, Value)> finish);

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_DIAGFORMS_H
