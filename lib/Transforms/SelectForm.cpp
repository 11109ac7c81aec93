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
  int64_t block = 0;  ///< rows that are transformed together
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
    figures = {multiplyAdds, bandwidth, double(cacheBytes)};
    if (rows < 1 || lanes < 1 || lanes > 64 || !figures.areValid()) {
      getOperation().emitError(
          "h3-select-form expects lanes from 1 to 64, "
          "positive rows, multiply-adds and bandwidth, and "
          "cache-bytes of at least 0");
      return signalPassFailure();
    }
    wanted = known;
    WalkResult result = getOperation().walk([&](Operation *op) {
      if (auto diag = dyn_cast<DiagSsmOp>(op))
        return WalkResult(select(diag));
      if (auto mixer = dyn_cast<MixerOp>(op))
        return WalkResult(select(mixer));
      if (auto conv = dyn_cast<LongConvOp>(op))
        return WalkResult(select(conv));
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }

private:
  static constexpr StringRef kInexact = "bits would depend on cuts";
  static constexpr StringRef kUnavailable = "the target has no kernel for it";

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

  LogicalResult select(DiagSsmOp op) {
    if (op.getForm())
      return success();
    int64_t modes = dim(op.getModes(), 1), heads = dim(op.getModes(), 2);
    int64_t length = getRows(op.getInput());
    bool hasStates = op.hasStates();
    SmallVector<Candidate> candidates =
        listRecurrences(modes, length, hasStates);
    FftBlocks blocks =
        getCheapestBlocks(figures, modes, length, heads, hasStates);
    Candidate fft{Form::Fft, blocks.cost, "", blocks.rows};
    if (!isWeight(op.getModes()))
      fft.obstacle = "modes are no function of weights";
    else if (hasStates && exact)
      fft.obstacle = kInexact;
    candidates.push_back(fft);
    std::optional<Form> form = choose(op, candidates, length);
    op.setForm(form);
    if (form != Form::Fft)
      return success(form.has_value());
    OpBuilder builder(op);
    op.getSpectrumMutable().assign(createDiagSpectrum(
        builder, op.getLoc(), op.getModes(), getRingLength(length), lanes));
    return success();
  }

  LogicalResult select(MixerOp op) {
    if (op.getForm())
      return success();
    int64_t length = getRows(op.getQueries());
    op.setForm(choose(
        op, listRecurrences(dim(op.getModes(), 1), length, op.hasStates()),
        length));
    return success(op.getForm().has_value());
  }

  LogicalResult select(LongConvOp op) {
    if (op.getForm())
      return success();
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
    op.setForm(choose(op, {direct, fft}, length));
    return success(op.getForm().has_value());
  }

  /// The wanted form if the op can have it, else the cheapest that it can have.
  /// Where it can have none, says so.
  std::optional<Form> choose(Operation *op, SmallVector<Candidate> candidates,
                             int64_t length) {
    const Candidate *best = nullptr;
    for (Candidate &candidate : candidates) {
      if (!available.empty() &&
          !llvm::is_contained(available, stringifyForm(candidate.form)))
        candidate.obstacle = kUnavailable;
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
    os << op->getName().getStringRef() << " over " << length << " rows: ";
    if (best)
      os << stringifyForm(best->form)
         << (wanted == best->form ? ", as asked" : ", the cheapest");
    else
      os << "no form";
    os << " (";
    llvm::interleaveComma(candidates, os, [&](const Candidate &candidate) {
      os << stringifyForm(candidate.form) << ' '
         << llvm::formatv("{0:f2}", candidate.cost) << " ns";
      if (candidate.block)
        os << " in blocks of " << candidate.block;
      if (!candidate.obstacle.empty())
        os << " but " << candidate.obstacle;
    });
    os << ')';
    if (!best) {
      op->emitError("h3-select-form: ") << text;
      return std::nullopt;
    }
    remark::analysis(op->getLoc(), remark::RemarkOpts::name("form").category(
                                       "h3-select-form"))
        << text;
    return best->form;
  }

  std::optional<Form> wanted;
  TargetFigures figures;
};

} // namespace
