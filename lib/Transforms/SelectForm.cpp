//===- SelectForm.cpp - The form of SSMs and convolutions -----------------===//
//
// Before: SSMs and convolutions, some with a form. After: all of them have one.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "RingTransform.h"
#include "h3/Transforms/FormCosts.h"
#include "h3/Transforms/Passes.h"
#include "h3/Transforms/WeightFunctions.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace h3 {
#define GEN_PASS_DEF_SELECTFORM
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// A form that an op could have.
struct Candidate {
  Form form;
  double cost;
  StringRef obstacle; ///< why it cannot be taken; empty: it can
  int64_t block = 0;  ///< rows of a transform
};

struct SelectForm final : h3::impl::SelectFormBase<SelectForm> {
  using SelectFormBase::SelectFormBase;

  void runOnOperation() override {
    std::optional<Form> known = symbolizeForm(form);
    if (!form.empty() && !known) {
      getOperation().emitError("h3-select-form expects the form recurrence, "
                               "chunked, direct or fft, found '")
          << form << "'";
      return signalPassFailure();
    }
    if (rows < 1 || lanes < 1 || lanes > 64 || !(multiplyAdds > 0) ||
        !(bandwidth > 0)) {
      getOperation().emitError("h3-select-form expects lanes from 1 to 64 and "
                               "positive rows, multiply-adds and bandwidth");
      return signalPassFailure();
    }
    wanted = known;
    figures = {multiplyAdds, bandwidth, double(cacheBytes)};
    getOperation().walk([&](Operation *op) {
      if (auto diag = dyn_cast<DiagSsmOp>(op))
        select(diag);
      else if (auto mixer = dyn_cast<MixerOp>(op))
        select(mixer);
      else if (auto conv = dyn_cast<LongConvOp>(op))
        select(conv);
    });
  }

private:
  static constexpr StringRef kInexact = "bits would depend on cuts";

  static int64_t dim(Value value, unsigned index) {
    return cast<ShapedType>(value.getType()).getDimSize(index);
  }
  int64_t getRows(Value input) {
    int64_t size = dim(input, 0);
    return ShapedType::isDynamic(size) ? int64_t(rows) : size;
  }

  /// The forms in time that h3.diag_ssm and h3.mixer share.
  SmallVector<Candidate> listRecurrences(int64_t modes, int64_t length,
                                         bool hasStates) {
    StringRef obstacle = hasStates && exact ? kInexact : StringRef();
    return {{Form::Recurrence, getRecurrenceCost(figures, modes), ""},
            {Form::Chunked, getChunkedCost(figures, modes, length), obstacle}};
  }

  void select(DiagSsmOp op) {
    if (op.getForm())
      return;
    int64_t modes = dim(op.getModes(), 1), heads = dim(op.getModes(), 2);
    int64_t length = getRows(op.getInput());
    bool hasStates = op.hasStates();
    SmallVector<Candidate> candidates =
        listRecurrences(modes, length, hasStates);
    // Blocks shorter than the sequence pass states on.
    Candidate best{Form::Fft, INFINITY, ""};
    for (int64_t n = 64;; n *= 2) {
      int64_t block = std::min(n, getRingLength(length));
      double cost = getFftCost(figures, block, length, heads);
      if (hasStates || block < length)
        cost += getCarryCost(figures, modes);
      if (cost < best.cost)
        best = {Form::Fft, cost, "", block};
      if (block < n || block >= length)
        break;
    }
    if (!isWeight(op.getModes()))
      best.obstacle = "modes are no function of weights";
    else if (hasStates && exact)
      best.obstacle = kInexact;
    candidates.push_back(best);
    Candidate chosen = choose(op, candidates, length);
    op.setForm(chosen.form);
    if (chosen.form != Form::Fft)
      return;
    OpBuilder builder(op);
    auto type = cast<RankedTensorType>(op.getModes().getType());
    int64_t taps = std::min(chosen.block, length);
    Value kernel = DiagKernelOp::create(
        builder, op.getLoc(), type.clone({taps, heads}), op.getModes());
    op.getSpectrumMutable().assign(createSpectrum(
        builder, op.getLoc(), kernel, Value(), chosen.block, lanes));
  }

  void select(MixerOp op) {
    if (op.getForm())
      return;
    int64_t length = getRows(op.getQueries());
    op.setForm(
        choose(op,
               listRecurrences(dim(op.getModes(), 1), length, op.hasStates()),
               length)
            .form);
  }

  void select(LongConvOp op) {
    if (op.getForm())
      return;
    int64_t length = getRows(op.getInput());
    int64_t channels = dim(op.getInput(), 1), n = op.getTransformLength();
    Candidate fft{Form::Fft, getFftCost(figures, n, length, channels), ""};
    Candidate direct{Form::Direct, 0, ""};
    if (op.hasSpectrum()) {
      direct.obstacle = "the kernel is a spectrum";
    } else {
      direct.cost = getDirectCost(figures, dim(op.getKernel(), 0), length) *
                    (op.isTwoSided() ? 2 : 1);
      if (!isWeight(op.getKernel()))
        fft.cost *= 1.5; // Its transform is made by each call.
    }
    if (op.isTwoSided() &&
        (ShapedType::isDynamic(dim(op.getInput(), 0)) || length > n))
      fft.obstacle = "two directions need one block";
    op.setForm(choose(op, {direct, fft}, length).form);
  }

  /// The wanted form if the op can have it, else the cheapest that it can have.
  Candidate choose(Operation *op, ArrayRef<Candidate> candidates,
                   int64_t length) {
    const Candidate *best = nullptr;
    for (const Candidate &candidate : candidates) {
      // Who asks for a form does not ask for bits.
      bool isWanted = wanted == candidate.form;
      bool isPossible = candidate.obstacle.empty() ||
                        (isWanted && candidate.obstacle == kInexact);
      if (isPossible && isWanted) {
        best = &candidate;
        break;
      }
      if (isPossible && (!best || candidate.cost < best->cost))
        best = &candidate;
    }
    std::string text;
    llvm::raw_string_ostream os(text);
    os << op->getName().getStringRef() << " over " << length
       << " rows: " << stringifyForm(best->form)
       << (wanted == best->form ? ", as asked" : ", the cheapest") << " (";
    llvm::interleaveComma(candidates, os, [&](const Candidate &candidate) {
      os << stringifyForm(candidate.form) << ' '
         << llvm::formatv("{0:f2}", candidate.cost) << " ns";
      if (candidate.block)
        os << " in blocks of " << candidate.block;
      if (!candidate.obstacle.empty())
        os << " but " << candidate.obstacle;
    });
    os << ')';
    remark::analysis(op->getLoc(), remark::RemarkOpts::name("form").category(
                                       "h3-select-form"))
        << text;
    return *best;
  }

  std::optional<Form> wanted;
  TargetFigures figures;
};

} // namespace
