//===- DistributeThreads.cpp - Parallel loops on the threads of a team ----===//
//
// Before: functions with scf.parallel loops. After: functions that every thread
// of a team executes, each its share of the tasks, with a barrier behind each
// former parallel loop. Thread t of n runs the tasks from floor(t * tasks / n)
// up to floor((t + 1) * tasks / n); the body of a task is the same whoever runs
// it, so results do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace h3 {
#define GEN_PASS_DEF_DISTRIBUTETHREADS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// Declared in runtime/include/h3rt/abi.h.
constexpr StringLiteral kBarrier = "h3rt_barrier";

struct DistributeThreads final
    : h3::impl::DistributeThreadsBase<DistributeThreads> {
  void runOnOperation() override {
    auto pointer = LLVM::LLVMPointerType::get(&getContext());
    OpBuilder builder(getOperation().getBodyRegion());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal())
        addThreadArguments(function, pointer);

    Location loc = getOperation().getLoc();
    if (!getOperation().lookupSymbol(kBarrier))
      func::FuncOp::create(
          builder, loc, kBarrier,
          builder.getFunctionType(TypeRange(pointer), TypeRange()))
          .setPrivate();

    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(distributeLoops(function)))
        return signalPassFailure();
  }

private:
  /// Outside of parallel loops all threads would write the same memory.
  LogicalResult distributeLoops(func::FuncOp function) {
    SmallVector<scf::ParallelOp> loops;
    WalkResult result = function.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto loop = dyn_cast<scf::ParallelOp>(op)) {
        loops.push_back(loop);
        return WalkResult::skip();
      }
      // What a library does is not done by threads of ours.
      auto linear = dyn_cast<LinearOp>(op);
      if (linear && linear.getLibrary())
        return WalkResult::advance();
      auto effects = dyn_cast<MemoryEffectOpInterface>(op);
      if (!effects || !effects.hasEffect<MemoryEffects::Write>())
        return WalkResult::advance();
      op->emitError("h3-distribute-threads expects writes in parallel "
                    "loops alone, found '")
          << op->getName() << "' outside";
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return failure();
    for (scf::ParallelOp loop : loops)
      if (failed(distribute(loop)))
        return failure();
    return success();
  }

  /// Appends `team`, `thread` and `threads` to a function and to its calls.
  void addThreadArguments(func::FuncOp function, Type pointer) {
    Location loc = function.getLoc();
    auto index = IndexType::get(&getContext());
    SmallVector<Type> inputs(function.getArgumentTypes());
    Block &body = function.getBody().front();
    for (Type type : {pointer, Type(index), Type(index)}) {
      inputs.push_back(type);
      body.addArgument(type, loc);
    }
    function.setType(
        FunctionType::get(&getContext(), inputs, function.getResultTypes()));
    if (ArrayAttr attributes = function.getAllArgAttrs()) {
      SmallVector<Attribute> all(attributes.getValue());
      all.resize(inputs.size(), DictionaryAttr::get(&getContext()));
      function.setAllArgAttrs(all);
    }
    function.walk([&](func::CallOp call) {
      auto callee = getOperation().lookupSymbol<func::FuncOp>(call.getCallee());
      if (!callee || callee.isExternal())
        return; // The runtime's functions are called as they are.
      call.getOperandsMutable().append(
          ValueRange(body.getArguments().take_back(3)));
    });
  }

  LogicalResult distribute(scf::ParallelOp loop) {
    if (loop.getNumReductions() != 0)
      return loop.emitError("h3-distribute-threads expects parallel loops "
                            "without reductions, found ")
             << loop.getNumReductions();
    auto function = loop->getParentOfType<func::FuncOp>();
    auto arguments = function.getArguments().take_back(3);
    Value team = arguments[0], thread = arguments[1], threads = arguments[2];

    ImplicitLocOpBuilder b(loop.getLoc(), loop);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value tasks = one;
    SmallVector<Value> sizes;
    for (auto [lower, upper, step] : llvm::zip_equal(
             loop.getLowerBound(), loop.getUpperBound(), loop.getStep())) {
      Value span = arith::SubIOp::create(b, upper, lower);
      sizes.push_back(arith::CeilDivUIOp::create(b, span, step));
      tasks = arith::MulIOp::create(b, tasks, sizes.back());
    }
    auto share = [&](Value index) -> Value {
      Value product = arith::MulIOp::create(b, tasks, index);
      return arith::DivUIOp::create(b, product, threads);
    };
    Value first = share(thread);
    Value last = share(arith::AddIOp::create(b, thread, one));
    auto mine = scf::ForOp::create(b, first, last, one);
    func::CallOp::create(b, kBarrier, TypeRange(), team);

    b.setInsertionPointToStart(mine.getBody());
    SmallVector<Value> ivs(sizes.size());
    Value rest = mine.getInductionVar();
    for (size_t i = sizes.size(); i-- > 0;) {
      Value place = rest;
      if (i > 0) {
        place = arith::RemUIOp::create(b, rest, sizes[i]);
        rest = arith::DivUIOp::create(b, rest, sizes[i]);
      }
      Value offset = arith::MulIOp::create(b, place, loop.getStep()[i]);
      ivs[i] = arith::AddIOp::create(b, loop.getLowerBound()[i], offset);
    }
    IRRewriter rewriter(b);
    rewriter.eraseOp(loop.getBody()->getTerminator());
    rewriter.inlineBlockBefore(loop.getBody(), mine.getBody()->getTerminator(),
                               ivs);
    rewriter.eraseOp(loop);
    return success();
  }
};

} // namespace
