//===- DotProducts.cpp - Sums of products of few bits ---------------------===//

#include "DotProducts.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace h3;

Value DotProducts::splat(int32_t value) {
  auto type = VectorType::get({b.lanes}, b.getI32Type());
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(type, APInt(32, value, /*isSigned=*/true)));
}

/// An instruction of x86 on vectors of 32 bytes, or of 64.
Value DotProducts::call(StringRef name, StringRef wideName, Type type,
                        ValueRange operands) {
  constexpr int64_t wideLanes = 16;
  auto intrinsic = b.getStringAttr(b.lanes == wideLanes ? wideName : name);
  return LLVM::CallIntrinsicOp::create(b, type, intrinsic, operands)
      ->getResult(0);
}

Value DotProducts::widenHalf(Value halves, bool isOdd) {
  // A bf16 is the upper half of an f32.
  Value words = b.bitcast(halves, b.getI32Type());
  words = isOdd ? arith::AndIOp::create(b, words, splat(~0xffff)).getResult()
                : arith::ShLIOp::create(b, words, splat(16)).getResult();
  return b.bitcast(words, b.getF32Type());
}

Value DotProducts::addHalves(Value sums, Value a, Value other) {
  if (types.bf16)
    return call("llvm.x86.avx512bf16.dpbf16ps.256",
                "llvm.x86.avx512bf16.dpbf16ps.512", sums.getType(),
                {sums, a, other});
  for (bool isOdd : {false, true})
    sums = b.fma(widenHalf(a, isOdd), widenHalf(other, isOdd), sums);
  return sums;
}

Value DotProducts::addPairs(Value sums, Value a, Value other) {
  if (types.i16)
    return arith::AddIOp::create(b, sums,
                                 call("llvm.x86.avx2.pmadd.wd",
                                      "llvm.x86.avx512.pmaddw.d.512",
                                      sums.getType(), {a, other}));
  Value words = b.bitcast(a, b.getI32Type());
  Value otherWords = b.bitcast(other, b.getI32Type());
  for (bool isOdd : {false, true}) {
    auto half = [&](Value from) -> Value {
      if (!isOdd)
        from = arith::ShLIOp::create(b, from, splat(16));
      return arith::ShRSIOp::create(b, from, splat(16));
    };
    Value product = arith::MulIOp::create(b, half(words), half(otherWords));
    sums = arith::AddIOp::create(b, sums, product);
  }
  return sums;
}

/// Byte `place` of each word, the lowest first, as a word.
Value DotProducts::byteOf(Value words, int64_t place, bool isSigned) {
  Value high = arith::ShLIOp::create(b, words, splat(24 - 8 * place));
  if (isSigned)
    return arith::ShRSIOp::create(b, high, splat(24));
  return arith::ShRUIOp::create(b, high, splat(24));
}

Value DotProducts::addFours(Value sums, Value unsignedBytes,
                            Value signedBytes) {
  if (types.i8)
    return call("llvm.x86.avx512.vpdpbusd.256", "llvm.x86.avx512.vpdpbusd.512",
                sums.getType(), {sums, unsignedBytes, signedBytes});
  Value words = b.bitcast(unsignedBytes, b.getI32Type());
  Value signedWords = b.bitcast(signedBytes, b.getI32Type());
  for (int64_t place = 0; place < 4; ++place) {
    Value product = arith::MulIOp::create(b, byteOf(words, place, false),
                                          byteOf(signedWords, place, true));
    sums = arith::AddIOp::create(b, sums, product);
  }
  return sums;
}

// Without an instruction for fours, pairs of products are added in i16: 16
// products of 15 and 127 are less than 2^15.
Value DotProducts::beginNibbles(Start start) {
  return hasNarrowSums() ? b.bitcast(splat(0), b.getI16Type()) : start();
}

Value DotProducts::addNibbles(Value sums, Value nibbles, Value signedBytes) {
  if (!hasNarrowSums())
    return addFours(sums, nibbles, signedBytes);
  Value products =
      call("llvm.x86.avx2.pmadd.ub.sw", "llvm.x86.avx512.pmaddubs.w.512",
           sums.getType(), {nibbles, signedBytes});
  return arith::AddIOp::create(b, sums, products);
}

Value DotProducts::endNibbles(Value sums, Start start) {
  if (!hasNarrowSums())
    return sums;
  Value ones = b.bitcast(splat(0x00010001), b.getI16Type());
  return addPairs(start(), sums, ones);
}
