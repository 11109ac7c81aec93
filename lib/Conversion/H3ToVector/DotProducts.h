//===- DotProducts.h - Sums of products of few bits -------------*- C++ -*-===//
//
// One instruction where the target has it; elsewhere the same sums of widened
// values. Sums of integers are exact and so the same everywhere.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_DOTPRODUCTS_H
#define H3_LIB_CONVERSION_H3TOVECTOR_DOTPRODUCTS_H

#include "KernelBuilder.h"

namespace h3 {

class DotProducts {
public:
  DotProducts(KernelBuilder &b, const DotTypes &types) : b(b), types(types) {}

  /// sums[i] + a[2 i] b[2 i] + a[2 i + 1] b[2 i + 1], of bf16 in f32.
  Value addHalves(Value sums, Value a, Value b);
  /// The same of i16 in i32.
  Value addPairs(Value sums, Value a, Value b);
  /// sums[i] + the products of four unsigned with four signed bytes, in i32.
  Value addFours(Value sums, Value unsignedBytes, Value signedBytes);

  /// Sums of at most 32 products in a lane of nibbles, as bytes, with signed
  /// bytes: what they are before the first, with another one, and in i32.
  /// `start` makes the value to which the products are added.
  using Start = llvm::function_ref<Value()>;
  Value beginNibbles(Start start);
  Value addNibbles(Value sums, Value nibbles, Value signedBytes);
  Value endNibbles(Value sums, Start start);

  /// The even or the odd elements of bf16 as f32.
  Value widenHalf(Value halves, bool isOdd);
  Value splat(int32_t value);

private:
  Value call(llvm::StringRef name, llvm::StringRef wideName, mlir::Type type,
             ValueRange operands);
  bool hasNarrowSums() const { return types.i16 && !types.i8; }
  Value byteOf(Value words, int64_t place, bool isSigned);

  KernelBuilder &b;
  const DotTypes types;
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_DOTPRODUCTS_H
