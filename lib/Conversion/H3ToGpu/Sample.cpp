//===- Sample.cpp - The kernel that chooses tokens ------------------------===//
//
// One block for each row of logits. A candidate is a number of 64 bits, its
// order: the logit, made an integer that grows with it, above the complement of
// the id. Orders are distinct, so that any prefix of the ranking is what lies
// at or above a threshold, which a radix search finds: eight bits at a time, by
// how many candidates, or how much weight, each of 256 bins has. Weights are
// whole numbers, so that sums are exact in any order, and equal to the host's.
//
//===----------------------------------------------------------------------===//

#include "GpuBuilder.h"
#include "h3rt/abi.h"

#include <limits>

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kThreads = 1024, kDigit = 8, kBins = 1 << kDigit;

class Sampling {
public:
  Sampling(SampleOp op, GpuBuilder &b) : op(op), b(b) {}

  void emit();

private:
  struct Candidate {
    Value logit, order; ///< of order 0: none
  };

  // Integers of 64 bits.
  Value i64(uint64_t value) {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  }
  Value i32(uint32_t value) {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
  }
  Value widen(Value value) {
    return arith::ExtUIOp::create(b, b.getI64Type(), value);
  }
  Value narrow(Value value) {
    return arith::TruncIOp::create(b, b.getI32Type(), value);
  }
  Value toIndex(Value value) {
    return arith::IndexCastOp::create(b, b.getIndexType(), value);
  }
  Value shiftRight(Value value, Value bits) {
    return arith::ShRUIOp::create(b, value, bits);
  }
  Value flip(Value a, Value c) { return arith::XOrIOp::create(b, a, c); }
  Value join(Value a, Value c) { return arith::OrIOp::create(b, a, c); }
  Value differs(Value a, Value c) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, a, c);
  }
  Value reaches(Value a, Value c) {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::uge, a, c);
  }
  Value toDouble(Value value) {
    return arith::UIToFPOp::create(b, b.getF64Type(), value);
  }
  Value toWhole(Value value) {
    return arith::FPToUIOp::create(b, b.getI64Type(), value);
  }
  Value isOrdered(arith::CmpFPredicate predicate, Value a, Value c) {
    return arith::CmpFOp::create(b, predicate, a, c);
  }
  Value loadOfRow(Value buffer) { return b.loadScalar(buffer, row); }

  Candidate load(Value id);
  Value weigh(Value logit);
  /// The weight of an id if its order reaches `threshold`, else 0.
  Value weighAbove(Value threshold, Value id);
  /// Where the best candidates, in number or in weight, add up to `wanted`. All
  /// of them reach `lower`.
  Value search(Value lower, Value wanted, bool byWeight);
  void countBins(Value lower, Value prefix, Value shift, bool byWeight,
                 Value counts, Value weights);
  /// Of what reaches the threshold, by the row's draw.
  void draw(Value threshold);

  using Combine = function_ref<Value(Value, Value)>;
  Value reduceBlock(Value value, Combine combine);
  /// The sum of the values of this lane and those below it.
  Value scanWarp(Value value);
  Value isLane(int64_t lane) { return b.isEqual(b.lane(), lane); }

  SampleOp op;
  GpuBuilder &b;
  Value row, vocab, scale, best; ///< the vocabulary an index, best a logit
};

Sampling::Candidate Sampling::load(Value id) {
  // A negative zero is equal to a positive one; the sum is positive.
  Value logit = b.addf(b.loadScalar(op.getLogits(), {row, id}), b.f32(0));
  Value bits = arith::BitcastOp::create(b, b.getI32Type(), logit);
  Value sign = arith::ShRSIOp::create(b, bits, i32(31));
  Value key = flip(bits, join(sign, i32(1u << 31)));
  Value high = arith::ShLIOp::create(b, widen(key), i64(32));
  Value id32 = arith::IndexCastOp::create(b, b.getI32Type(), id);
  Value order = join(high, widen(flip(id32, i32(~0u))));
  Value isUsable = isOrdered(arith::CmpFPredicate::OGT, logit,
                             b.f32(-std::numeric_limits<float>::infinity()));
  return {logit, b.select(isUsable, order, i64(0))};
}

/// tokenWeight of the runtime's sampler, operation by operation.
Value Sampling::weigh(Value logit) {
  constexpr float coefficients[] = H3_EXP2_COEFFICIENTS;
  constexpr uint64_t one = uint64_t(1) << H3_WEIGHT_BITS;
  Value exponent = b.mulf(b.subf(logit, best), scale);
  Value isSome =
      isOrdered(arith::CmpFPredicate::OGE, exponent, b.f32(-H3_WEIGHT_BITS));
  exponent = b.select(isSome, exponent, b.f32(0));
  Value whole =
      arith::FPToSIOp::create(b, b.getI32Type(), b.subf(exponent, b.f32(0.5f)));
  Value rest =
      b.subf(exponent, arith::SIToFPOp::create(b, b.getF32Type(), whole));
  Value power;
  for (float coefficient : llvm::reverse(coefficients))
    power = power ? b.fma(power, rest, b.f32(coefficient)) : b.f32(coefficient);
  Value weight =
      shiftRight(toWhole(b.mulf(power, b.f32(static_cast<float>(one)))),
                 widen(b.sub(i32(0), whole)));
  weight = b.select(isSome, weight, i64(0));
  return b.select(isOrdered(arith::CmpFPredicate::OEQ, logit, best), i64(one),
                  weight);
}

Value Sampling::weighAbove(Value threshold, Value id) {
  Candidate candidate = load(id);
  return b.select(reaches(candidate.order, threshold), weigh(candidate.logit),
                  i64(0));
}

//===----------------------------------------------------------------------===//
// Warps and blocks
//===----------------------------------------------------------------------===//

Value Sampling::reduceBlock(Value value, Combine combine) {
  Value partial = b.shared({b.countWarps()}, b.getI64Type());
  value = b.reduceWarp(value, combine);
  b.ifThen(isLane(0), [&] { b.storeScalar(value, partial, b.warp()); });
  b.barrier();
  return b.loop(b.index(0), b.index(b.countWarps()), i64(0),
                [&](Value i, ValueRange carried) {
                  return SmallVector<Value>{
                      combine(carried[0], b.loadScalar(partial, i))};
                })[0];
}

Value Sampling::scanWarp(Value value) {
  for (int32_t distance = 1; distance < kWarpSize; distance *= 2) {
    auto below = gpu::ShuffleOp::create(b, value, distance, kWarpSize,
                                        gpu::ShuffleMode::UP);
    value = b.add(value,
                  b.select(below.getValid(), below.getShuffleResult(), i64(0)));
  }
  return value;
}

//===----------------------------------------------------------------------===//
// The radix search
//===----------------------------------------------------------------------===//

/// Fills the bins with what has the bits of `prefix` above those of this digit.
void Sampling::countBins(Value lower, Value prefix, Value shift, bool byWeight,
                         Value counts, Value weights) {
  auto addTo = [&](Value bins, Value bin, Value value) {
    memref::AtomicRMWOp::create(b, arith::AtomicRMWKind::addi, value, bins,
                                bin);
  };
  b.barrier();
  b.shareOut(b.index(kBins), [&](Value bin) {
    b.storeScalar(i32(0), counts, bin);
    if (byWeight)
      b.storeScalar(i64(0), weights, bin);
  });
  b.barrier();
  b.shareOut(vocab, [&](Value id) {
    Candidate candidate = load(id);
    Value above = shiftRight(shiftRight(flip(candidate.order, prefix), shift),
                             i64(kDigit));
    Value isIn =
        b.isBoth(reaches(candidate.order, lower), reaches(i64(0), above));
    b.ifThen(isIn, [&] {
      Value digit = arith::AndIOp::create(b, shiftRight(candidate.order, shift),
                                          i64(kBins - 1));
      Value bin = toIndex(digit);
      if (!byWeight)
        return addTo(counts, bin, i32(1));
      Value weight = weigh(candidate.logit);
      b.ifThen(differs(weight, i64(0)), [&] {
        addTo(counts, bin, i32(1));
        addTo(weights, bin, weight);
      });
    });
  });
  b.barrier();
}

Value Sampling::search(Value lower, Value wanted, bool byWeight) {
  Value counts = b.shared({kBins}, b.getI32Type());
  Value weights = byWeight ? b.shared({kBins}, b.getI64Type()) : Value();
  Value sums = b.shared({b.countWarps()}, b.getI64Type());
  enum { Prefix, Wanted, Count, NumFound };
  Value found = b.shared({NumFound}, b.getI64Type());

  Type word = b.getI64Type();
  Value inits[] = {i64(0), wanted, i64(64 - kDigit)};
  auto loop = scf::WhileOp::create(b, TypeRange{word, word, word}, inits);
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Location> locations(3, b.getLoc());
  Block *body =
      b.createBlock(&loop.getBefore(), {}, loop.getResultTypes(), locations);
  Value prefix = body->getArgument(0), rest = body->getArgument(1),
        shift = body->getArgument(2);
  countBins(lower, prefix, shift, byWeight, counts, weights);

  // Thread t has bin 255 - t: what counts comes first.
  Value thread = b.thread();
  Value hasBin = b.isBelow(thread, b.index(kBins));
  Value bin = b.sub(b.index(kBins - 1), thread);
  Value own = b.choose(
      hasBin,
      [&] {
        return byWeight ? b.loadScalar(weights, bin)
                        : widen(b.loadScalar(counts, bin));
      },
      [&] { return i64(0); });
  Value through = scanWarp(own);
  b.ifThen(isLane(kWarpSize - 1),
           [&] { b.storeScalar(through, sums, b.warp()); });
  b.barrier();
  Value before =
      b.loop(b.index(0), b.warp(), i64(0), [&](Value i, ValueRange carried) {
        return SmallVector<Value>{b.add(carried[0], b.loadScalar(sums, i))};
      })[0];
  through = b.add(before, through);
  before = b.sub(through, own);
  Value isHere = b.isBoth(
      hasBin, b.isBoth(reaches(through, rest), b.isBelow(before, rest)));
  b.ifThen(isHere, [&] {
    Value digit = arith::ShLIOp::create(
        b, arith::IndexCastOp::create(b, word, bin), shift);
    b.storeScalar(join(prefix, digit), found, b.index(Prefix));
    b.storeScalar(b.sub(rest, before), found, b.index(Wanted));
    b.storeScalar(widen(b.loadScalar(counts, bin)), found, b.index(Count));
  });
  b.barrier();
  // A bin with one candidate needs no further digits; the last one has one.
  Value next[] = {b.loadScalar(found, b.index(Prefix)),
                  b.loadScalar(found, b.index(Wanted)),
                  b.sub(shift, i64(kDigit))};
  scf::ConditionOp::create(
      b, differs(b.loadScalar(found, b.index(Count)), i64(1)), next);
  Block *after =
      b.createBlock(&loop.getAfter(), {}, loop.getResultTypes(), locations);
  scf::YieldOp::create(b, after->getArguments());
  b.setInsertionPointAfter(loop);
  return arith::MaxUIOp::create(b, loop.getResult(0), lower);
}

//===----------------------------------------------------------------------===//
// The draw
//===----------------------------------------------------------------------===//

void Sampling::draw(Value threshold) {
  auto add = [&](Value a, Value c) { return b.add(a, c); };
  // Each warp has a run of ids, from which it reads 32 at a time.
  Value run = b.mul(b.div(b.add(vocab, b.threads - 1), b.threads), kWarpSize);
  Value first = arith::MulIOp::create(b, run, b.warp());
  Value last = b.min(b.add(first, run), vocab);
  Value sums = b.shared({b.countWarps()}, b.getI64Type());
  Value own = b.loop(b.add(first, b.lane()), last, kWarpSize, i64(0),
                     [&](Value id, ValueRange carried) {
                       return SmallVector<Value>{
                           b.add(carried[0], weighAbove(threshold, id))};
                     })[0];
  own = b.reduceWarp(own, add);
  b.ifThen(isLane(0), [&] { b.storeScalar(own, sums, b.warp()); });
  b.barrier();
  Value zero = i64(0);
  auto totals = b.loop(b.index(0), b.index(b.countWarps()), {zero, zero},
                       [&](Value i, ValueRange carried) {
                         Value sum = b.loadScalar(sums, i);
                         Value isBefore = b.isBelow(i, b.warp());
                         return SmallVector<Value>{
                             b.add(carried[0], sum),
                             b.add(carried[1], b.select(isBefore, sum, zero))};
                       });
  Value total = totals[0], before = totals[1];
  Value target =
      b.min(toWhole(b.mulf(loadOfRow(op.getDraws()), toDouble(total))),
            b.sub(total, i64(1)));
  Value isHere =
      b.isBoth(reaches(target, before), b.isBelow(target, b.add(before, own)));
  b.ifThen(isHere, [&] {
    b.loop(
        first, last, kWarpSize, before, [&](Value start, ValueRange carried) {
          Value id = b.add(start, b.lane());
          Value weight = b.choose(
              b.isBelow(id, last), [&] { return weighAbove(threshold, id); },
              [&] { return i64(0); });
          Value through = b.add(carried[0], scanWarp(weight));
          Value isChosen = b.isBoth(b.isBelow(target, through),
                                    reaches(target, b.sub(through, weight)));
          b.storeIf(isChosen, arith::IndexCastOp::create(b, b.getI32Type(), id),
                    op.getOutput(), row);
          return SmallVector<Value>{
              b.add(carried[0], b.reduceWarp(weight, add))};
        });
  });
}

void Sampling::emit() {
  row = b.block(Dimension::x);
  vocab = toIndex(loadOfRow(op.getVocabs()));
  Value zero = i64(0);
  auto own = b.loop(b.thread(), vocab, b.threads, {zero, zero},
                    [&](Value id, ValueRange carried) {
                      Value order = load(id).order;
                      Value isUsable = differs(order, zero);
                      return SmallVector<Value>{
                          arith::MaxUIOp::create(b, carried[0], order),
                          b.add(carried[1], widen(isUsable))};
                    });
  Value first = reduceBlock(own[0], [&](Value a, Value c) -> Value {
    return arith::MaxUIOp::create(b, a, c);
  });
  auto add = [&](Value a, Value c) { return b.add(a, c); };
  Value usable = reduceBlock(own[1], add);
  Value topK = widen(loadOfRow(op.getTopKs()));
  Value one = i64(1);
  Value isGreedy = join(reaches(one, topK), reaches(zero, usable));
  auto greedy = [&] {
    // Without candidates the order is 0 and its id -1.
    Value isFirst = b.isEqual(b.thread(), 0);
    b.storeIf(isFirst, narrow(flip(first, i64(~uint64_t(0)))), op.getOutput(),
              row);
  };
  b.ifElse(isGreedy, greedy, [&] {
    Value key = narrow(shiftRight(first, i64(32)));
    Value isPositive = reaches(key, i32(1u << 31));
    Value bits = flip(key, b.select(isPositive, i32(1u << 31), i32(~0u)));
    best = arith::BitcastOp::create(b, b.getF32Type(), bits);
    scale = loadOfRow(op.getScales());
    Value threshold = b.choose(
        b.isBelow(topK, usable),
        [&] { return search(one, topK, /*byWeight=*/false); },
        [&] { return one; });
    Value topP = loadOfRow(op.getTopPs());
    Value unity = arith::ConstantOp::create(b, b.getF64FloatAttr(1));
    threshold = b.choose(
        isOrdered(arith::CmpFPredicate::OLT, topP, unity),
        [&]() -> Value {
          Value sum = b.loop(b.thread(), vocab, b.threads, zero,
                             [&](Value id, ValueRange carried) {
                               return SmallVector<Value>{b.add(
                                   carried[0], weighAbove(threshold, id))};
                             })[0];
          Value total = reduceBlock(sum, add);
          Value share = b.mulf(topP, toDouble(total));
          Value wanted = toWhole(share);
          Value isLess =
              isOrdered(arith::CmpFPredicate::OLT, toDouble(wanted), share);
          wanted = b.add(wanted, widen(isLess));
          wanted = arith::MaxUIOp::create(b, b.min(wanted, total), one);
          return search(threshold, wanted, /*byWeight=*/true);
        },
        [&] { return threshold; });
    draw(threshold);
  });
}

struct SampleKernel final : KernelLowering<SampleOp> {
  using KernelLowering::KernelLowering;

  Grid getGrid(SampleOp op, LoopBuilder &b) const override {
    return {b.dim(op.getOutput(), 0), Value()};
  }
  void emit(SampleOp op, GpuBuilder &b) const override {
    Sampling(op, b).emit();
  }
};

} // namespace

void h3::populateSampleKernels(RewritePatternSet &patterns) {
  patterns.add<SampleKernel>(patterns.getContext(), kThreads);
}
