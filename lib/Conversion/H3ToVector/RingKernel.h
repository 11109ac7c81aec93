//===- RingKernel.h - Code for the transform of RingTransform.h -*- C++ -*-===//
//
// The vector lanes are channels: all of them go through the same transform, so
// that there is no transpose and no shuffle. A transform is emitted as the loop
// nest of its recursion, depth first, so that blocks that fit a cache stay in
// it from their first split to their last join.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_RINGKERNEL_H
#define H3_LIB_CONVERSION_H3TOVECTOR_RINGKERNEL_H

#include "KernelBuilder.h"

namespace h3 {

/// A vector of complex numbers; a null imaginary part is zero.
struct ComplexValue {
  Value re, im;
};

class RingKernel {
public:
  /// For `n` rows modulo x^n - g, with g at `angle` in turns. Must be created
  /// outside of parallel loops.
  RingKernel(KernelBuilder &b, int64_t n, double angle);

  /// n x 2 x lanes, memory of the thread.
  Value getData() const { return data; }

  using LoadFn = llvm::function_ref<ComplexValue(Value row)>;
  using StoreFn = llvm::function_ref<void(ComplexValue, Value row)>;
  /// Gets the row of the first and the values of as many points of the spectrum
  /// as a leaf has, and may change them.
  using LeafFn =
      llvm::function_ref<void(Value, llvm::MutableArrayRef<ComplexValue>)>;

  /// The first split, from `load` to the data.
  void emitFirst(LoadFn load);
  /// Every other split down to the spectrum, `leaf`, and, with `join`, back up.
  void emitInner(LeafFn leaf, bool split, bool join);
  /// The last join, from the data to `store`; without the factor 1/n.
  void emitLast(StoreFn store);

  ComplexValue loadData(Value row);
  void storeData(ComplexValue value, Value row);

private:
  ComplexValue add(ComplexValue a, ComplexValue c);
  ComplexValue sub(ComplexValue a, ComplexValue c);
  ComplexValue timesI(ComplexValue a, bool conjugate);
  ComplexValue scale(ComplexValue a, double factor);
  /// The product, with the conjugate of `c` where asked.
  ComplexValue mul(ComplexValue a, ComplexValue c, bool conjugate);
  /// The transform of a few values, with exp(2 pi i / size) or its conjugate.
  void emitDft(llvm::MutableArrayRef<ComplexValue> values, bool conjugate);
  void emitSplit(llvm::MutableArrayRef<ComplexValue> values,
                 llvm::ArrayRef<ComplexValue> twiddles);
  void emitJoin(llvm::MutableArrayRef<ComplexValue> values,
                llvm::ArrayRef<ComplexValue> twiddles);
  /// Powers 1 .. factor - 1 of the root of a block.
  llvm::SmallVector<ComplexValue> loadTwiddles(unsigned level, Value block);
  void emitLevel(unsigned level, Value first, Value block, LeafFn leaf,
                 bool split, bool join);
  void emitPass(unsigned level, Value block, bool isJoin, LoadFn load,
                StoreFn store);
  Value createTable(unsigned level, double angle);
  /// Rows of the blocks that a level's split leaves.
  int64_t getBlockRows(unsigned level) const;

  KernelBuilder &b;
  const int64_t n;
  llvm::SmallVector<int64_t> factors;
  llvm::SmallVector<Value> tables; ///< blocks x 2 (factor - 1), for each level
  Value data;
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_RINGKERNEL_H
