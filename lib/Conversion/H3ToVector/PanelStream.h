//===- PanelStream.h - Panels on their way to the caches --------*- C++ -*-===//

#ifndef H3_LIB_CONVERSION_H3TOVECTOR_PANELSTREAM_H
#define H3_LIB_CONVERSION_H3TOVECTOR_PANELSTREAM_H

#include "KernelBuilder.h"

namespace h3 {

/// Rows of the input that are multiplied with a panel together: tile `index` of
/// the `count` of its block of rows.
struct PanelTile {
  Value panel;
  llvm::SmallVector<Value> rows;
  Value index, count;
};

/// Fetches panels before they are read: they lie behind each other, but
/// hardware stops at the end of a page. A tile alone reads its panel as fast as
/// memory gives it, and fetches what it reads a little later. Of several tiles
/// each fetches its share of the next panel, so that none waits for memory:
/// they all read their own from the second-level cache.
class PanelStream {
public:
  /// `buffer` is panels by steps by the values of a step.
  PanelStream(KernelBuilder &b, Value buffer, const PanelTile &tile);

  /// Fetches what belongs to a step of the tile's loop, its `place`th in an
  /// unrolled round: whole lines, wherever several steps share one.
  void fetch(Value step, int64_t place) const;

private:
  KernelBuilder &b;
  Value values; ///< those of all panels in one row
  Value first;  ///< fetched at step 0
  Value stride; ///< from one step to the next
  int64_t size; ///< values of a step
  int64_t line; ///< values of a cache line
};

} // namespace h3

#endif // H3_LIB_CONVERSION_H3TOVECTOR_PANELSTREAM_H
