//===- Linear.cpp - Dense layers for a few rows ---------------------------===//
//
// One warp for each output feature. Its lanes read the weight's row 16 bytes
// each, so that every weight is read once for a tile of rows. The inputs go
// through shared memory in pieces, normalised on the way where the layer has a
// norm. A step of one row, the common one, has a tile of its own, with a
// piece's weights on their way before its inputs are.
//
//===----------------------------------------------------------------------===//

#include "DenseWeight.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kThreads = 256, kWarps = kThreads / kWarpSize;
constexpr int64_t kTileRows = 8; ///< rows that share a read of the weight
static_assert(kTileRows <= kWarps, "a warp for the statistics of each row");

/// Where the inputs of a piece stand in shared memory. Lane l's access has the
/// features `width * l ..` of a span; their groups of four are `groupStride`
/// apart, so that the lanes of a warp read one group after the other without
/// conflicts, and write them so.
struct InputLayout {
  explicit InputLayout(int64_t width)
      : width(width), unit(std::min<int64_t>(width, 4)), groups(width / unit),
        span(kWarpSize * width),
        groupStride(kWarpSize * unit + (groups > 1 ? kWarpSize / groups : 0)),
        spanFloats(groups * groupStride) {}

  /// Features of a piece: some accesses for each lane.
  int64_t getPiece() const { return std::clamp<int64_t>(2 * span, 512, 1024); }
  int64_t countSpans(int64_t features) const {
    return llvm::divideCeil(features, span);
  }
  /// Of unit `u` of a piece, the features `u * unit ..`.
  Value getPlace(LoopBuilder &b, Value u) const {
    if (groups == 1)
      return b.mul(u, unit);
    Value inSpan = b.rem(u, kWarpSize * groups);
    Value place = b.add(b.mul(b.rem(inSpan, groups), groupStride),
                        b.mul(b.div(inSpan, groups), unit));
    return b.add(b.mul(b.div(u, kWarpSize * groups), spanFloats), place);
  }

  const int64_t width; ///< of an access to the weight
  const int64_t unit;  ///< of an access to the inputs
  const int64_t groups, span, groupStride, spanFloats;
};

class LinearEmitter {
public:
  LinearEmitter(LinearOp op, GpuBuilder &b)
      : op(op), b(b), weight(b, op.getWeight(), op.getScales(), kWarpSize),
        layout(weight.width()), inputs(weight.columns()),
        pieceFloats(layout.countSpans(std::min(layout.getPiece(), inputs)) *
                    layout.spanFloats),
        staged(b.shared({kTileRows, pieceFloats})),
        results(b.shared({kTileRows, kWarps})) {
    if (op.getNormWeight())
      statistics = b.shared({kTileRows, 2});
    rows = b.dim(op.getInput(), 0);
    firstFeature = b.mul(b.block(Dimension::x), kWarps);
    // Warps behind the last feature repeat it, for the barriers' sake.
    feature = b.min(b.add(firstFeature, b.warp()), b.index(weight.rows() - 1));
  }

  /// `size` rows from `first` on; those behind the last repeat it.
  void emitTile(Value first, int64_t size) {
    firstRow = first;
    tileRows = size;
    if (statistics)
      emitStatistics();
    int64_t piece = std::min(layout.getPiece(), inputs);
    int64_t whole = inputs / piece * piece;
    SmallVector<Value> sums(size, b.f32(0));
    sums = b.loop(b.index(0), b.index(whole), piece, sums,
                  [&](Value start, ValueRange carried) {
                    return emitPiece(start, piece, carried);
                  });
    if (whole < inputs)
      sums = emitPiece(b.index(whole), inputs - whole, sums);
    for (int64_t i = 0; i < size; ++i) {
      Value sum = b.sumWarp(sums[i]);
      b.ifThen(b.isEqual(b.lane(), 0),
               [&] { b.storeScalar(sum, results, {b.index(i), b.warp()}); });
    }
    b.barrier();
    emitEpilogue();
  }

private:
  Value getRow(Value i) {
    return b.min(b.add(firstRow, i), b.sub(rows, b.index(1)));
  }

  /// Mean and scale of each row of the tile, by a warp each.
  void emitStatistics() {
    b.ifThen(b.isBelow(b.warp(), b.index(tileRows)), [&] {
      Value row = getRow(b.warp()), count = b.f32(inputs);
      auto sumRow = [&](function_ref<Value(Value, Value)> add) {
        Value sum = b.loop(b.mul(b.lane(), layout.unit), b.index(inputs),
                           kWarpSize * layout.unit, b.f32(0),
                           [&](Value k, ValueRange carried) {
                             Value x = b.loadVector(op.getInput(), {row, k},
                                                    layout.unit);
                             Value next = carried[0];
                             for (int64_t j = 0; j < layout.unit; ++j)
                               next = add(b.extract(x, j), next);
                             return SmallVector<Value>{next};
                           })[0];
        return b.divf(b.sumWarp(sum), count);
      };
      Value mean = sumRow([&](Value x, Value sum) { return b.addf(sum, x); });
      Value variance = sumRow([&](Value x, Value sum) {
        Value centred = b.subf(x, mean);
        return b.fma(centred, centred, sum);
      });
      Value epsilon = b.f32(op.getEpsilon()->convertToFloat());
      Value deviation = math::SqrtOp::create(b, b.addf(variance, epsilon));
      b.ifThen(b.isEqual(b.lane(), 0), [&] {
        b.storeScalar(mean, statistics, {b.warp(), b.index(0)});
        b.storeScalar(b.divf(b.f32(1), deviation), statistics,
                      {b.warp(), b.index(1)});
      });
    });
    b.barrier();
  }

  /// Adds the products of the features `start .. start + size - 1`.
  SmallVector<Value> emitPiece(Value start, int64_t size, ValueRange sums) {
    return tileRows == 1 ? emitRowPiece(start, size, sums)
                         : emitTilePiece(start, size, sums);
  }

  /// For one row, with all weights of the piece on their way at once.
  SmallVector<Value> emitRowPiece(Value start, int64_t size, ValueRange sums) {
    SmallVector<DenseWeight::Access> accesses;
    for (int64_t s = 0; s < layout.countSpans(size); ++s)
      accesses.push_back(
          loadWeights(start, b.index(s), size, (s + 1) * layout.span <= size));
    stage(start, size);
    b.barrier();
    SmallVector<Value> next(sums);
    for (auto [s, access] : llvm::enumerate(accesses))
      next = multiply(access, b.index(s), next);
    b.barrier();
    return next;
  }

  /// For several rows, whose inputs take the registers.
  SmallVector<Value> emitTilePiece(Value start, int64_t size, ValueRange sums) {
    stage(start, size);
    b.barrier();
    auto add = [&](Value s, ValueRange carried, bool isWhole) {
      return multiply(loadWeights(start, s, size, isWhole), s, carried);
    };
    int64_t whole = size / layout.span;
    SmallVector<Value> next = b.loop(
        b.index(0), b.index(whole), sums,
        [&](Value s, ValueRange carried) { return add(s, carried, true); });
    if (size % layout.span != 0)
      next = add(b.index(whole), next, false);
    b.barrier();
    return next;
  }

  /// The lane's access in span `s` of a piece, zeros behind the piece's end.
  DenseWeight::Access loadWeights(Value start, Value s, int64_t size,
                                  bool isWhole) {
    Value inPiece = b.add(b.mul(s, layout.span), b.mul(b.lane(), layout.width));
    Value k = b.add(start, inPiece);
    return isWhole
               ? weight.load(feature, k)
               : weight.loadIf(b.isBelow(inPiece, b.index(size)), feature, k);
  }

  /// Adds the products of an access in span `s` with all rows.
  SmallVector<Value> multiply(const DenseWeight::Access &access, Value s,
                              ValueRange sums) {
    SmallVector<Value> partial(sums);
    if (access.scale)
      partial.assign(tileRows, b.f32(0));
    Value mine =
        b.add(b.mul(s, layout.spanFloats), b.mul(b.lane(), layout.unit));
    for (int64_t group = 0; group < layout.groups; ++group) {
      SmallVector<Value> values =
          weight.decode(access, group * layout.unit, layout.unit);
      Value place = b.add(mine, group * layout.groupStride);
      for (int64_t i = 0; i < tileRows; ++i) {
        Value x = b.loadVector(staged, {b.index(i), place}, layout.unit);
        for (int64_t j = 0; j < layout.unit; ++j)
          partial[i] = b.fma(b.extract(x, j), values[j], partial[i]);
      }
    }
    if (access.scale)
      for (int64_t i = 0; i < tileRows; ++i)
        partial[i] = b.fma(access.scale, partial[i], sums[i]);
    return partial;
  }

  /// Brings a piece of the tile's rows to shared memory, zeros behind its end.
  void stage(Value start, int64_t size) {
    int64_t units = layout.countSpans(size) * layout.span / layout.unit;
    bool isWhole = size % layout.span == 0;
    b.shareOut(b.index(tileRows * units), [&](Value n) {
      Value i = b.div(n, units), u = b.rem(n, units);
      Value inPiece = b.mul(u, layout.unit);
      auto load = [&] { return loadInput(i, b.add(start, inPiece)); };
      Value x = isWhole ? load()
                        : b.choose(b.isBelow(inPiece, b.index(size)), load,
                                   [&] { return b.zeroVector(layout.unit); });
      b.storeVector(x, staged, {i, layout.getPlace(b, u)});
    });
  }

  /// The features `k ..` of row `i` of the tile, as they are or normalised.
  Value loadInput(Value i, Value k) {
    auto load = [&](Value buffer, ValueRange indices) {
      return b.loadVector(buffer, indices, layout.unit);
    };
    Value x = load(op.getInput(), {getRow(i), k});
    if (!statistics)
      return x;
    auto spread = [&](int64_t what) {
      Value number = b.loadScalar(statistics, {i, b.index(what)});
      return b.spread(number, layout.unit);
    };
    Value normal = b.mulf(b.subf(x, spread(0)), spread(1));
    return b.fma(normal, load(op.getNormWeight(), k),
                 load(op.getNormBias(), k));
  }

  /// One thread for each sum of the block: rows of neighbouring features.
  void emitEpilogue() {
    Value i = b.div(b.thread(), kWarps), f = b.rem(b.thread(), kWarps);
    Value row = b.add(firstRow, i), column = b.add(firstFeature, f);
    Value exists =
        b.isBoth(b.isBelow(i, b.index(tileRows)),
                 b.isBoth(b.isBelow(row, rows),
                          b.isBelow(column, b.index(weight.rows()))));
    b.ifThen(exists, [&] {
      Value sum = b.loadScalar(results, {i, f});
      if (Value scale = weight.loadRowScale(column))
        sum = b.mulf(sum, scale);
      if (op.getBias())
        sum = b.addf(sum, b.loadScalar(op.getBias(), column));
      if (op.getGelu())
        sum = b.gelu(sum);
      if (op.getAccumulate())
        sum = b.addf(sum, b.loadScalar(op.getOutput(), {row, column}));
      b.storeScalar(sum, op.getOutput(), {row, column});
    });
  }

  LinearOp op;
  GpuBuilder &b;
  DenseWeight weight;
  const InputLayout layout;
  const int64_t inputs, pieceFloats;
  Value staged;     ///< inputs of a piece [tile, pieceFloats]
  Value results;    ///< sums [tile, warps]
  Value statistics; ///< mean and 1 / deviation [tile, 2]; null: no norm
  Value rows, firstFeature, feature;
  Value firstRow;
  int64_t tileRows = 0;
};

struct LinearKernel final : KernelLowering<LinearOp> {
  using KernelLowering::KernelLowering;

  LogicalResult check(LinearOp op, PatternRewriter &rewriter) const override {
    if (cast<MemRefType>(op.getWeight().getType()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "expected a weight of rows");
    if (op.getLibrary())
      return rewriter.notifyMatchFailure(op, "left to a library");
    return success();
  }

  Grid getGrid(LinearOp op, LoopBuilder &b) const override {
    int64_t features = b.staticDim(op.getWeight(), 0);
    Value rows = b.dim(op.getInput(), 0);
    return {b.index(llvm::divideCeil(features, kWarps)),
            b.div(b.add(rows, kTileRows - 1), kTileRows)};
  }

  void emit(LinearOp op, GpuBuilder &b) const override {
    // Of 4-bit weights ptxas keeps so many that it spills, left to itself.
    if (op.getScales() &&
        cast<MemRefType>(op.getScales().getType()).getRank() == 2)
      b.makeRoom(3);
    LinearEmitter emitter(op, b);
    b.ifElse(
        b.isEqual(b.dim(op.getInput(), 0), 1),
        [&] { emitter.emitTile(b.index(0), 1); },
        [&] {
          emitter.emitTile(b.mul(b.block(Dimension::y), kTileRows), kTileRows);
        });
  }
};

} // namespace

void h3::populateLinearKernels(RewritePatternSet &patterns) {
  patterns.add<LinearKernel>(patterns.getContext(), kThreads);
}
