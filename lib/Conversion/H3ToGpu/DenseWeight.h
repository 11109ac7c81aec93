//===- DenseWeight.h - Reads dense weights of any type ----------*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_H3TOGPU_DENSEWEIGHT_H
#define H3_LIB_CONVERSION_H3TOGPU_DENSEWEIGHT_H

#include "GpuBuilder.h"

namespace h3 {

/// A weight in rows, as `h3.linear` and `h3.embedding` have it, read several
/// values at a time.
class DenseWeight {
public:
  /// An access has at most `maxWidth` values, a power of two.
  DenseWeight(GpuBuilder &b, Value weight, Value scales, int64_t maxWidth)
      : b(b), weight(weight), scales(scales),
        accessWidth(getWidth(weight, scales, maxWidth)) {}

  /// The width of its accesses.
  static int64_t getWidth(Value weight, Value scales, int64_t maxWidth);
  static int64_t countColumns(Value weight, Value scales);

  int64_t rows() const { return b.staticDim(weight, 0); }
  int64_t columns() const { return countColumns(weight, scales); }
  /// The values of one access, which divide a row: up to 16 bytes.
  int64_t width() const { return accessWidth; }

  /// What an access reads, undecoded; and zeros, which decode to zeros.
  struct Access {
    Value bits;  ///< a vector
    Value scale; ///< of these values; null: none
  };
  /// Values `k .. k + width - 1` of a row, `k` a multiple of the width.
  Access load(Value row, Value k);
  /// The same where `exists`, else zeros.
  Access loadIf(Value exists, Value row, Value k);
  /// Values `first .. first + count - 1` of an access as floats, without their
  /// scale; `count` divides the width, and `first` is a multiple of it.
  llvm::SmallVector<Value> decode(const Access &access, int64_t first,
                                  int64_t count);
  /// All values of an access as a vector of floats, times its scale or that of
  /// its row.
  Value decodeScaled(const Access &access, Value rowScale);
  /// The scale of a whole row; null: none.
  Value loadRowScale(Value row);

private:
  bool isGrouped() const;
  Value decodeNibble(Value bits, int64_t i);

  GpuBuilder &b;
  Value weight, scales;
  const int64_t accessWidth;
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOGPU_DENSEWEIGHT_H
