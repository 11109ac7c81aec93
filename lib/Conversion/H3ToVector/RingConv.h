//===- RingConv.h - Convolution through RingKernel --------------*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_RINGCONV_H
#define H3_LIB_CONVERSION_H3TOVECTOR_RINGCONV_H

#include "RingKernel.h"

namespace h3 {

/// Convolves blocks of n rows with a kernel of at most n.
class RingConv {
public:
  /// Must be created outside of parallel loops. `spectrum` is an
  /// `h3.conv_spectrum`, B x n x 2 x lanes, or null for transformKernel().
  RingConv(KernelBuilder &b, int64_t n, Value spectrum);

  /// Transforms a kernel of `length` rows, whose values `load` gives, for what
  /// follows; with `conjugate` adds it as a reversed kernel.
  void transformKernel(int64_t length, llvm::function_ref<Value(Value)> load,
                       bool conjugate);

  /// Convolves `count` rows of the channels of `block`, the others of the n
  /// being zeros. `store` gets the row, its value, and what spills over to the
  /// row of the next block, for every row below `count`, and where `count` is n
  /// for all of them.
  void emitBlock(Value block, Value count,
                 llvm::function_ref<Value(Value)> load,
                 llvm::function_ref<void(Value, ComplexValue)> store);

private:
  RingKernel ring;
  KernelBuilder &b;
  const int64_t n;
  const bool isTransformed; ///< by transformKernel(), for one block alone
  Value spectrum;
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_RINGCONV_H
