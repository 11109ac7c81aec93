//===- PanelSums.cpp - A tile of rows times a panel -----------------------===//
//
// The inner loops of dense layers, one for each type of weight. The panel
// streams past, a step of all its columns after the other, and each output has
// one accumulator, to which products are added in ascending order, whatever the
// number of rows beside it.
//
//===----------------------------------------------------------------------===//

#include "PanelSums.h"
#include "DotProducts.h"

using namespace mlir;
using namespace h3;

namespace {

class PanelSums {
public:
  PanelSums(LinearOp op, KernelBuilder &b, const DotTypes &types,
            const PanelTile &tile)
      : op(op), b(b), dots(b, types), tile(tile), x(op.getInput()),
        weight(op.getWeight()), weights(b, weight, tile), panel(tile.panel),
        rows(tile.rows), type(cast<MemRefType>(op.getWeight().getType())),
        vectors(type.getDimSize(2) / b.lanes),
        group(type.getRank() == 4 ? type.getDimSize(3) : 1) {}

  SmallVector<Value> emit() {
    Type element = type.getElementType();
    bool isQuantized = op.getScales() != nullptr;
    if (isQuantized && isOfGroups(op.getScales()))
      return emitGroups();
    if (isQuantized)
      return toFloats(element.isUnsignedInteger() ? emitFours() : emitPairs());
    if (group == 1)
      return emitFloats();
    bool isWide = cast<MemRefType>(x.getType()).getElementType().isF32();
    return isWide ? emitWidened() : emitHalves();
  }

private:
  using Sums = SmallVector<Value>;
  using Step = llvm::function_ref<void(Value step, MutableArrayRef<Value>)>;

  /// Runs `body`, which adds so many `products` to each sum, for every step of
  /// the panel, several in one round.
  Sums loopSteps(ValueRange inits, Step body, int64_t products = 1) {
    // Longer rounds make the scheduler hold more than there are registers.
    constexpr int64_t most = 24;
    int64_t steps = type.getDimSize(1), unroll = 4;
    while (steps % unroll != 0 ||
           (unroll > 1 && unroll * products * int64_t(inits.size()) > most))
      unroll /= 2;
    return b.loop(b.index(0), b.index(steps), unroll, inits,
                  [&](Value first, ValueRange carried) {
                    Sums sums(carried);
                    for (int64_t i = 0; i < unroll; ++i) {
                      Value step = i == 0 ? first : b.add(first, i);
                      weights.fetch(step, i);
                      body(step, sums);
                    }
                    return sums;
                  });
  }

  /// Vector `v` of a step.
  Value loadWeights(Value step, int64_t v) {
    SmallVector<Value> indices{panel, step, b.index(v * b.lanes)};
    if (group != 1)
      indices.push_back(b.index(0));
    return b.loadVector(weight, indices, b.lanes * group);
  }

  /// `count` values of a row from column `k` on, 4 bytes, in every lane.
  Value broadcastInput(Value row, Value k, int64_t count) {
    Value values = b.loadVector(x, {row, k}, count);
    Type element = cast<VectorType>(values.getType()).getElementType();
    Value word = b.bitcast(values, b.getI32Type());
    auto words = VectorType::get({b.lanes}, b.getI32Type());
    return b.bitcast(vector::BroadcastOp::create(b, words, word), element);
  }

  Sums fill(Value start) { return Sums(rows.size() * vectors, start); }

  /// Weights of f32, or of f16, widened.
  Sums emitFloats() {
    return loopSteps(fill(b.splat(0.0f)),
                     [&](Value k, MutableArrayRef<Value> sums) {
                       Sums columns;
                       for (Value values : loadColumns(k))
                         columns.push_back(toFloat(values));
                       addProducts(k, columns, sums);
                     });
  }

  Sums loadColumns(Value step) {
    Sums columns;
    for (int64_t v = 0; v < vectors; ++v)
      columns.push_back(loadWeights(step, v));
    return columns;
  }

  /// Weights of bf16, inputs of f32: first the even ones of a step, then the
  /// odd ones, so that only those of one half are in registers.
  Sums emitWidened() {
    return loopSteps(
        fill(b.splat(0.0f)),
        [&](Value step, MutableArrayRef<Value> sums) {
          Sums halves = loadColumns(step);
          for (int64_t half = 0; half < group; ++half) {
            Sums columns;
            for (Value pairs : halves)
              columns.push_back(dots.widenHalf(pairs, half));
            addProducts(b.add(b.mul(step, group), half), columns, sums);
          }
        },
        group);
  }

  /// Adds the products of column `k` of the input, floats.
  void addProducts(Value k, ArrayRef<Value> columns,
                   MutableArrayRef<Value> sums) {
    for (auto [i, row] : llvm::enumerate(rows)) {
      Value input = b.broadcast(b.loadScalar(x, {row, k}));
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = sums[i * vectors + v];
        sum = b.fma(input, columns[v], sum);
      }
    }
  }

  /// Steps of a few products at once.
  Sums emitDots(ValueRange starts, llvm::function_ref<Value(Value)> prepare,
                llvm::function_ref<Value(Value, Value, Value)> add) {
    return loopSteps(starts, [&](Value step, MutableArrayRef<Value> sums) {
      Sums columns;
      for (Value values : loadColumns(step))
        columns.push_back(prepare(values));
      Value k = b.mul(step, group);
      for (auto [i, row] : llvm::enumerate(rows)) {
        Value input = broadcastInput(row, k, group);
        for (int64_t v = 0; v < vectors; ++v) {
          Value &sum = sums[i * vectors + v];
          sum = add(sum, columns[v], input);
        }
      }
    });
  }

  Sums emitHalves() {
    return emitDots(
        fill(b.splat(0.0f)), [](Value weights) { return weights; },
        [&](Value sum, Value weights, Value inputs) {
          return dots.addHalves(sum, weights, inputs);
        });
  }

  /// Signed bytes, widened, times inputs of 16 bits.
  Sums emitPairs() {
    auto wide = VectorType::get({b.lanes * group}, b.getI16Type());
    return emitDots(
        fill(dots.splat(0)),
        [&](Value weights) {
          return arith::ExtSIOp::create(b, wide, weights).getResult();
        },
        [&](Value sum, Value weights, Value inputs) {
          return dots.addPairs(sum, weights, inputs);
        });
  }

  /// -`offset` times the sum of a row's inputs, or of a group of them: what
  /// `offset` in every weight has added to an output.
  Value startBelow(Value row, Value column, int32_t offset) {
    Value sum =
        memref::LoadOp::create(b, op.getRowSums(), ValueRange{row, column});
    auto words = VectorType::get({b.lanes}, b.getI32Type());
    return arith::MulIOp::create(b, vector::BroadcastOp::create(b, words, sum),
                                 dots.splat(-offset));
  }

  /// Bytes plus 128, times signed inputs.
  Sums emitFours() {
    Sums starts;
    for (Value row : rows)
      starts.append(vectors, startBelow(row, b.index(0), 128));
    return emitDots(
        starts,
        [&](Value weights) { return b.bitcast(weights, b.getI8Type()); },
        [&](Value sum, Value weights, Value inputs) {
          return dots.addFours(sum, weights, inputs);
        });
  }

  /// Two nibbles in a byte, each plus 8, with a scale for each group. The sums
  /// of a group have the registers; those of the row wait in memory.
  Sums emitGroups() {
    PanelStream scales(b, op.getScales(), tile);
    constexpr int64_t inputsOfStep = 8, steps = kQuantGroup / inputsOfStep;
    auto addGroup = [&](Value g, ValueRange carried) {
      Sums starts;
      for (Value row : rows)
        starts.append(vectors,
                      dots.beginNibbles([&] { return startBelow(row, g, 8); }));
      Value first = b.mul(g, steps);
      auto addStep = [&](Value i, ValueRange sums) {
        Value step = b.add(first, i);
        weights.fetch(step, 0);
        return addNibbles(step, sums);
      };
      Sums sums = b.loop(b.index(0), b.index(steps), starts, addStep);
      scales.fetch(g, 0);
      return scaleGroup(g, sums, carried);
    };
    int64_t groups = type.getDimSize(1) / steps;
    return b.loop(b.index(0), b.index(groups), fill(b.splat(0.0f)), addGroup);
  }

  /// The even inputs of a step are those of the low nibbles.
  Sums addNibbles(Value step, ValueRange carried) {
    Sums sums(carried), bytes = loadColumns(step);
    Value mask = dots.splat(0x0f0f0f0f);
    Value k = b.mul(step, 2 * group);
    for (bool isOdd : {false, true}) {
      Sums nibbles;
      for (Value column : bytes) {
        Value words = b.bitcast(column, b.getI32Type());
        if (isOdd)
          words = arith::ShRUIOp::create(b, words, dots.splat(4));
        words = arith::AndIOp::create(b, words, mask);
        nibbles.push_back(b.bitcast(words, b.getI8Type()));
      }
      for (auto [i, row] : llvm::enumerate(rows)) {
        Value input = broadcastInput(row, b.add(k, isOdd * group), group);
        for (int64_t v = 0; v < vectors; ++v) {
          Value &sum = sums[i * vectors + v];
          sum = dots.addNibbles(sum, nibbles[v], input);
        }
      }
    }
    return sums;
  }

  Sums scaleGroup(Value g, ValueRange sums, ValueRange carried) {
    Sums result(carried);
    for (int64_t v = 0; v < vectors; ++v) {
      Value scale = toFloat(b.loadVector(
          op.getScales(), {panel, g, b.index(v * b.lanes)}, b.lanes));
      for (size_t i = 0; i < rows.size(); ++i) {
        Value products = dots.endNibbles(
            sums[i * vectors + v], [&] { return startBelow(rows[i], g, 8); });
        Value &sum = result[i * vectors + v];
        sum = b.fma(toFloat(products), scale, sum);
      }
    }
    return result;
  }

  Value toFloat(Value values) {
    Type element = cast<VectorType>(values.getType()).getElementType();
    if (element.isF32())
      return values;
    if (element.isF16())
      return arith::ExtFOp::create(b, b.vectorType, values);
    return arith::SIToFPOp::create(b, b.vectorType, values);
  }
  Sums toFloats(Sums sums) {
    for (Value &sum : sums)
      sum = toFloat(sum);
    return sums;
  }

  LinearOp op;
  KernelBuilder &b;
  DotProducts dots;
  const PanelTile &tile;
  Value x, weight;
  PanelStream weights;
  Value panel;
  ArrayRef<Value> rows;
  MemRefType type;
  const int64_t vectors;
  const int64_t group; ///< values of a row of the weight that stand together
};

} // namespace

SmallVector<Value> h3::emitPanelSums(LinearOp op, KernelBuilder &b,
                                     const DotTypes &dots,
                                     const PanelTile &tile) {
  return PanelSums(op, b, dots, tile).emit();
}

bool h3::hasPanelSums(LinearOp op, int64_t lanes) {
  auto weight = cast<MemRefType>(op.getWeight().getType());
  constexpr int64_t maxVectors = 16; // Their sums stay in registers.
  if (weight.getRank() < 3 || weight.getDimSize(2) % lanes != 0 ||
      weight.getDimSize(2) / lanes > maxVectors)
    return false;
  Type input = cast<MemRefType>(op.getInput().getType()).getElementType();
  Type element = weight.getElementType();
  int64_t group = weight.getRank() == 4 ? weight.getDimSize(3) : 1;
  if (!op.getScales())
    return element.isBF16() ? group == 2 && (input.isF32() || input == element)
                            : group == 1 && input.isF32();
  bool takesBytes = isOfGroups(op.getScales()) || element.isUnsignedInteger();
  return takesBytes ? group == 4 && input.isInteger(8)
                    : group == 2 && input.isInteger(16);
}
