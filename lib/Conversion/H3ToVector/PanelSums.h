//===- PanelSums.h - A tile of rows times a panel ---------------*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_PANELSUMS_H
#define H3_LIB_CONVERSION_H3TOVECTOR_PANELSUMS_H

#include "PanelStream.h"

namespace h3 {

/// Emits the loop over a packed weight's panel and returns its sums for each of
/// the tile's rows: vector `v` of row `i` is number `i * vectors + v`. They are
/// floats, without the scales of rows of the input and of the weight; those of
/// groups are in.
llvm::SmallVector<Value> emitPanelSums(LinearOp op, KernelBuilder &b,
                                       const DotTypes &dots,
                                       const PanelTile &tile);

/// Whether scales are those of groups within rows.
inline bool isOfGroups(Value scales) {
  return llvm::cast<mlir::MemRefType>(scales.getType()).getRank() != 1;
}

/// Whether emitPanelSums() knows such an input and weight.
bool hasPanelSums(LinearOp op, int64_t lanes);

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_PANELSUMS_H
