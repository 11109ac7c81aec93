//===- ShiftFir.h - The shift SSM of one block of channels ------*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_SHIFTFIR_H
#define H3_LIB_CONVERSION_H3TOVECTOR_SHIFTFIR_H

#include "KernelBuilder.h"

namespace h3 {

/// A shift SSM or another short causal kernel as a finite impulse response,
/// block of rows after block of rows. The inputs of a block stand behind the N
/// - 1 before them, in memory of the thread. The sum for a row begins with the
/// skip term and goes on over ascending taps, whatever the block.
class ShiftFir {
public:
  /// Must be created outside of parallel loops.
  ShiftFir(KernelBuilder &b, int64_t numTaps, int64_t blockRows);

  /// The block of channels that is worked on.
  struct Column {
    Value input; ///< T x C
    Value taps;  ///< N x C
    Value skip;  ///< a vector; null: zeros
    Value state; ///< P x N x C; null: sequences start from zeros
    Value channel, mask;
    Value gate; ///< T x C, times the input; null: ones
  };

  /// A whole sequence: runs `use(row of the sequence, output)` for its rows.
  void emitSequence(const Column &column, const Sequence &sequence,
                    llvm::function_ref<void(Value, Value)> use);

  // The same in pieces, where rows go on to something else block by block.
  /// Fetches the inputs before a sequence's first row.
  void begin(const Column &column, const Sequence &sequence);
  /// Runs `use(i, output i)` for `count` rows from `row` on, at most a block.
  /// Of the rows before it, `before` at most are not zero.
  void emitBlock(const Column &column, Value row, Value count, Value before,
                 llvm::function_ref<void(Value, Value)> use);
  /// Stores the last inputs of a sequence, as many as there are taps.
  void end(const Column &column, const Sequence &sequence);

private:
  /// Rows `first .. first + size - 1` of the block, a register each.
  void emitTile(const Column &column, Value first, int64_t size, Value before,
                llvm::function_ref<void(Value, Value)> use);

  KernelBuilder &b;
  const int64_t numTaps, blockRows;
  Value window; ///< (N - 1 + blockRows) x lanes
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_SHIFTFIR_H
