//===- LoopBuilder.h - Scalars, loops and arithmetic ------------*- C++ -*-===//
//
// A thin layer over ImplicitLocOpBuilder for code in arith, math, memref and
// scf: what kernels for CPUs and for GPUs are written with.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_LOOPBUILDER_H
#define H3_LIB_CONVERSION_LOOPBUILDER_H

#include "H3Dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {

using mlir::Value;
using mlir::ValueRange;

class LoopBuilder : public mlir::ImplicitLocOpBuilder {
public:
  LoopBuilder(mlir::Operation *op, mlir::OpBuilder &builder)
      : ImplicitLocOpBuilder(op->getLoc(), builder) {}

  // Scalars and index arithmetic.
  Value index(int64_t value);
  Value add(Value a, Value b);
  Value add(Value a, int64_t b) { return add(a, index(b)); }
  Value sub(Value a, Value b);
  Value mul(Value a, int64_t b);
  Value rem(Value a, int64_t b);
  Value div(Value a, int64_t b);
  Value min(Value a, Value b);
  Value max(Value a, Value b);
  Value isEqual(Value a, int64_t b);
  Value isAtLeast(Value a, int64_t b);
  Value f32(float value);
  /// A number of the type of `like`, a scalar or a vector.
  Value constantLike(Value like, float value);
  /// An element of an integer buffer as an index.
  Value loadIndex(Value buffer, Value position);
  Value dim(Value buffer, int64_t index);
  static int64_t staticDim(Value buffer, int64_t index);

  /// The number of sequences of a batch.
  Value countSequences(Value starts) { return sub(dim(starts, 0), index(1)); }

  // Loops. Bodies get the induction values; those that carry values return
  // them.
  using CarryBody =
      llvm::function_ref<llvm::SmallVector<Value>(Value, ValueRange)>;
  void loop(Value lower, Value upper, llvm::function_ref<void(Value)> body) {
    loop(lower, upper, 1, body);
  }
  llvm::SmallVector<Value> loop(Value lower, Value upper, ValueRange inits,
                                CarryBody body) {
    return loop(lower, upper, 1, inits, body);
  }
  void loop(Value lower, Value upper, int64_t step,
            llvm::function_ref<void(Value)> body);
  llvm::SmallVector<Value> loop(Value lower, Value upper, int64_t step,
                                ValueRange inits, CarryBody body);

  void ifThen(Value condition, llvm::function_ref<void()> body);
  void ifElse(Value condition, llvm::function_ref<void()> then,
              llvm::function_ref<void()> otherwise);

  // Elements.
  Value loadScalar(Value buffer, ValueRange indices);
  void storeScalar(Value value, Value buffer, ValueRange indices);

  // Arithmetic on vectors or scalars.
  Value fma(Value a, Value b, Value c);
  Value mulf(Value a, Value b);
  Value addf(Value a, Value b);
  Value subf(Value a, Value b);
  Value divf(Value a, Value b);
  Value negf(Value a);
  /// A mode of a diagonal SSM, real and imaginary part: x <- dA x + input,
  /// where a null input is zero.
  std::pair<Value, Value> advanceMode(Value decayReal, Value decayImag,
                                      Value real, Value imag, Value input);
  /// x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))).
  Value gelu(Value x);
};

/// The sequence that a task works on: rows `start .. end-1`, its state slot and
/// the position of its first row.
struct Sequence {
  Value start, end, slot, position;
};
/// Without states, sequences are in slot 0 at position 0.
template <typename OpTy>
Sequence loadSequence(LoopBuilder &b, OpTy op, Value sequence) {
  Sequence result{b.loadIndex(op.getStarts(), sequence),
                  b.loadIndex(op.getStarts(), b.add(sequence, 1)), b.index(0),
                  b.index(0)};
  if (Value slots = op.getSlots()) {
    result.slot = b.loadIndex(slots, sequence);
    result.position = b.loadIndex(op.getPositions(), sequence);
  }
  return result;
}

/// The place of a row: its position in its sequence and that sequence's slot.
struct RowPlace {
  Value position, slot;
};
template <typename OpTy>
RowPlace loadRowPlace(LoopBuilder &b, OpTy op, Value row) {
  Sequence sequence = loadSequence(b, op, b.loadIndex(op.getSequences(), row));
  return {b.add(sequence.position, b.sub(row, sequence.start)), sequence.slot};
}

} // namespace h3

#endif // H3_LIB_CONVERSION_LOOPBUILDER_H
