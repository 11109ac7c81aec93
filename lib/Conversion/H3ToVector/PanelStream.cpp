//===- PanelStream.cpp - Panels on their way to the caches ----------------===//

#include "PanelStream.h"

using namespace mlir;
using namespace h3;

PanelStream::PanelStream(KernelBuilder &b, Value buffer, const PanelTile &tile)
    : b(b) {
  constexpr int64_t lineBytes = 64, aheadBytes = 8192;
  auto type = cast<MemRefType>(buffer.getType());
  int64_t panels = type.getDimSize(0), steps = type.getDimSize(1);
  int64_t panelSize = type.getNumElements() / panels;
  int64_t valueBytes = type.getElementTypeBitWidth() / 8;
  size = panelSize / steps;
  line = lineBytes / valueBytes;

  ReassociationIndices all =
      llvm::to_vector(llvm::seq<int64_t>(0, type.getRank()));
  values = memref::CollapseShapeOp::create(b, buffer,
                                           ArrayRef<ReassociationIndices>{all});
  Value isAlone = b.isEqual(tile.count, 1);
  Value soon = b.add(b.mul(tile.panel, panelSize), aheadBytes / valueBytes);
  Value following = b.rem(b.add(tile.panel, 1), panels);
  Value share =
      arith::DivUIOp::create(b, b.mul(tile.index, panelSize), tile.count);
  first = arith::SelectOp::create(b, isAlone, soon,
                                  b.add(b.mul(following, panelSize), share));
  // Rounded up: the end of a share overlaps the next one's beginning.
  stride = arith::CeilDivUIOp::create(b, b.index(size), tile.count);
}

void PanelStream::fetch(Value step, int64_t place) const {
  Value position =
      b.add(first, arith::MulIOp::create(b, step, stride).getResult());
  // Steps shorter than a line: those in which one begins.
  int64_t start = place * size, end = start + size;
  for (int64_t at = llvm::alignTo(start, line); at < end; at += line)
    b.prefetch(values, b.add(position, at - start), /*isWrite=*/false,
               KernelBuilder::CacheLevel::Second);
}
