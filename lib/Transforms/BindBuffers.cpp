//===- BindBuffers.cpp - The buffers of a step in those of the runtime ----===//
//
// Before: a bufferised step function that takes every state by itself, reads
// parameters and allocates. After: a function of the buffers of H3StepArgs, in
// their order; everything else is a view of one of them at a known place.
//
// The state of a slot is contiguous, layer after layer, and so is its cache:
// resetting, forking and saving a sequence are copies of one range.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "h3/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "llvm/Support/MathExtras.h"

namespace h3 {
#define GEN_PASS_DEF_BINDBUFFERS
#include "h3/Transforms/Passes.h.inc"
} // namespace h3

using namespace mlir;
using namespace h3;

namespace {

/// An allocation with the operations between which it must keep its place.
struct LiveBuffer {
  memref::AllocOp alloc;
  int64_t bytes;
  int64_t first, last;
  int64_t offset = 0;
};

/// Gives every buffer the lowest offset that is free while it lives, larger
/// buffers first. Returns the size of the arena.
int64_t assignOffsets(MutableArrayRef<LiveBuffer> buffers) {
  SmallVector<LiveBuffer *> order, placed;
  for (LiveBuffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::stable_sort(order, [](const LiveBuffer *a, const LiveBuffer *b) {
    return a->bytes > b->bytes;
  });
  int64_t end = 0;
  for (LiveBuffer *buffer : order) {
    // `placed` is sorted by offset: look for the first gap that is wide enough.
    int64_t offset = 0;
    for (LiveBuffer *other : placed) {
      if (other->last < buffer->first || buffer->last < other->first)
        continue;
      if (offset + buffer->bytes <= other->offset)
        break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    buffer->offset = offset;
    end = std::max(end, offset + buffer->bytes);
    placed.insert(llvm::upper_bound(placed, buffer,
                                    [](LiveBuffer *a, LiveBuffer *b) {
                                      return a->offset < b->offset;
                                    }),
                  buffer);
  }
  return end;
}

/// More than any machine addresses; sums of thousands stay far from overflow.
constexpr int64_t kMaxBytes = int64_t(1) << 48;

/// One record for each slot or row: ?xNx..xf32, without gaps.
bool isSlotBuffer(MemRefType type) {
  if (type.getRank() == 0 || !type.isDynamicDim(0) ||
      !type.getElementType().isF32() || !type.getLayout().isIdentity())
    return false;
  int64_t bytes = sizeof(float);
  return llvm::all_of(type.getShape().drop_front(), [&](int64_t size) {
    return size > 0 && !llvm::MulOverflow(bytes, size, bytes) &&
           bytes <= kMaxBytes;
  });
}

struct BindBuffers final : h3::impl::BindBuffersBase<BindBuffers> {
  using BindBuffersBase::BindBuffersBase;

  void runOnOperation() override {
    if (maxTokens < 1) {
      getOperation().emitError("h3-bind-buffers expects a positive max-tokens, "
                               "found ")
          << int64_t(maxTokens);
      return signalPassFailure();
    }
    auto step = getOperation().lookupSymbol<func::FuncOp>("step");
    if (!step || step.isExternal() || !step.getBody().hasOneBlock() ||
        step.getNumResults() != 0) {
      getOperation().emitError("h3-bind-buffers expects a function 'step' of "
                               "one block without results");
      return signalPassFailure();
    }
    if (failed(bindArguments(step)) || failed(bindAllocations(step)) ||
        failed(bindParameters(step)))
      return signalPassFailure();
  }

private:
  void record(StringRef name, int64_t value) {
    getOperation()->setAttr(name,
                            Builder(&getContext()).getI64IntegerAttr(value));
  }

  /// Replaces the logits, states and caches by slices of the runtime's buffers
  /// and appends the arguments for those.
  LogicalResult bindArguments(func::FuncOp step) {
    Block &body = step.getBody().front();
    OpBuilder types(&getContext());
    auto floats = MemRefType::get({ShapedType::kDynamic}, types.getF32Type());
    auto bytes = MemRefType::get({ShapedType::kDynamic}, types.getI8Type());
    Location loc = step.getLoc();
    unsigned numOld = body.getNumArguments();
    Value logits = body.addArgument(floats, loc);
    weights = body.addArgument(bytes, loc);
    Value state = body.addArgument(floats, loc);
    Value cache = body.addArgument(floats, loc);
    arena = body.addArgument(bytes, loc);

    SmallVector<BlockArgument> logitsArgs, stateArgs, cacheArgs;
    llvm::BitVector erased(body.getNumArguments());
    for (unsigned i = 0; i < numOld; ++i) {
      auto role = step.getArgAttrOfType<StringAttr>(i, "h3.role");
      if (!role)
        continue;
      auto type = dyn_cast<MemRefType>(body.getArgument(i).getType());
      if (!type || !isSlotBuffer(type))
        return step.emitError("h3-bind-buffers expects argument ")
               << i << " with role " << role
               << " to be a contiguous memref with one dynamic size, the "
                  "first, "
                  "and f32 elements, found "
               << body.getArgument(i).getType();
      if (role == "logits")
        logitsArgs.push_back(body.getArgument(i));
      else if (role == "state")
        stateArgs.push_back(body.getArgument(i));
      else if (role == "cache")
        cacheArgs.push_back(body.getArgument(i));
      else
        return step.emitError("h3-bind-buffers expects the role logits, state "
                              "or cache, found ")
               << role;
      erased.set(i);
    }
    ImplicitLocOpBuilder b(loc, &getContext());
    b.setInsertionPointToStart(&body);
    if (int64_t columns = bindSlices(b, logits, logitsArgs))
      record("h3.padded_vocab", columns);
    record("h3.state_floats", bindSlices(b, state, stateArgs));
    record("h3.cache_floats", bindSlices(b, cache, cacheArgs));

    body.eraseArguments(erased);
    step.removeArgAttrsAttr();
    step.setType(FunctionType::get(&getContext(), body.getArgumentTypes(),
                                   step.getResultTypes()));
    return success();
  }

  /// Cuts a flat buffer into records that hold one slice for each argument;
  /// argument i becomes the matrix of all records' slices i. Returns the size
  /// of a record.
  int64_t bindSlices(ImplicitLocOpBuilder &b, Value buffer,
                     ArrayRef<BlockArgument> arguments) {
    auto elements = [](BlockArgument argument) {
      return ShapedType::getNumElements(
          cast<MemRefType>(argument.getType()).getShape().drop_front());
    };
    int64_t size = 0;
    for (BlockArgument argument : arguments)
      size += elements(argument);
    if (size == 0)
      return 0;
    Value total = memref::DimOp::create(b, buffer, 0);
    Value records = arith::DivUIOp::create(
        b, total, arith::ConstantIndexOp::create(b, size));
    int64_t offset = 0;
    for (BlockArgument argument : arguments) {
      auto type = cast<MemRefType>(argument.getType());
      SmallVector<int64_t> strides = computeStrides(type.getShape());
      strides[0] = size;
      SmallVector<OpFoldResult> sizes{records}, strideValues;
      for (int64_t dim : type.getShape().drop_front())
        sizes.push_back(b.getIndexAttr(dim));
      for (int64_t stride : strides)
        strideValues.push_back(b.getIndexAttr(stride));
      // A dynamic offset keeps the types of equal layers equal.
      auto viewType =
          MemRefType::get(type.getShape(), type.getElementType(),
                          StridedLayoutAttr::get(
                              b.getContext(), ShapedType::kDynamic, strides));
      Value start = arith::ConstantIndexOp::create(b, offset);
      Value view = memref::ReinterpretCastOp::create(
          b, viewType, buffer, OpFoldResult(start), sizes, strideValues);
      argument.replaceAllUsesWith(view);
      offset += elements(argument);
    }
    return size;
  }

  /// The size of a buffer for the longest step, a multiple of 64; none if it is
  /// not a number of bytes or far too large.
  std::optional<int64_t> getBytes(MemRefType type) {
    Type element = type.getElementType();
    if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() % 8 != 0)
      return std::nullopt;
    int64_t bytes = element.getIntOrFloatBitWidth() / 8;
    for (int64_t size : type.getShape())
      if (llvm::MulOverflow(
              bytes, ShapedType::isDynamic(size) ? int64_t(maxTokens) : size,
              bytes) ||
          bytes > kMaxBytes)
        return std::nullopt;
    return llvm::alignTo(bytes, 64);
  }

  /// The layers that use a buffer, also through slices.
  static LogicalResult findUsers(Value buffer,
                                 SmallVectorImpl<Operation *> &users) {
    for (Operation *user : buffer.getUsers()) {
      if (auto slice = dyn_cast<memref::SubViewOp>(user)) {
        if (failed(findUsers(slice, users)))
          return failure();
      } else if (isa<ViewLikeOpInterface, memref::DeallocOp>(user)) {
        return user->emitError("h3-bind-buffers expects allocations to be used "
                               "by layers and slices alone, found '")
               << user->getName() << "'";
      } else {
        users.push_back(user);
      }
    }
    return success();
  }

  LogicalResult bindAllocations(func::FuncOp step) {
    Block &body = step.getBody().front();
    DenseMap<Operation *, int64_t> order;
    for (auto [i, op] : llvm::enumerate(body))
      order[&op] = i;
    SmallVector<LiveBuffer> buffers;
    for (auto alloc : body.getOps<memref::AllocOp>()) {
      MemRefType type = alloc.getType();
      std::optional<int64_t> bytes = getBytes(type);
      if (!bytes)
        return alloc.emitError(
                   "h3-bind-buffers expects elements of whole bytes "
                   "and a size below 2^48 bytes, found ")
               << type;
      LiveBuffer buffer{alloc, *bytes, 0, 0};
      SmallVector<Operation *> users;
      if (failed(findUsers(alloc, users)))
        return failure();
      // The first use counts, not the allocation: shapes are known long before.
      SmallVector<int64_t> uses{order[alloc]};
      for (Operation *user : users)
        uses.push_back(order[body.findAncestorOpInBlock(*user)]);
      if (uses.size() > 1)
        uses.erase(uses.begin());
      buffer.first = *llvm::min_element(uses);
      buffer.last = *llvm::max_element(uses);
      buffers.push_back(buffer);
    }
    record("h3.arena_bytes", assignOffsets(buffers));
    for (LiveBuffer &buffer : buffers) {
      ImplicitLocOpBuilder b(buffer.alloc.getLoc(), buffer.alloc);
      Value start = arith::ConstantIndexOp::create(b, buffer.offset);
      Value view =
          memref::ViewOp::create(b, buffer.alloc.getType(), arena, start,
                                 buffer.alloc.getDynamicSizes());
      buffer.alloc->replaceAllUsesWith(ValueRange(view));
      buffer.alloc->erase();
    }
    return success();
  }

  LogicalResult bindParameters(func::FuncOp step) {
    WalkResult result = step.walk([&](GetParameterOp get) {
      auto parameter = SymbolTable::lookupNearestSymbolFrom<ParameterOp>(
          get, get.getNameAttr());
      if (!parameter.getOffset()) {
        get.emitError("h3-bind-buffers expects '@")
            << get.getName()
            << "' to have its place, which h3-layout-parameters gives";
        return WalkResult::interrupt();
      }
      ImplicitLocOpBuilder b(get.getLoc(), get);
      Value start = arith::ConstantIndexOp::create(b, *parameter.getOffset());
      Value view = memref::ViewOp::create(b, cast<MemRefType>(get.getType()),
                                          weights, start, ValueRange());
      get.replaceAllUsesWith(view);
      get.erase();
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }

  Value weights, arena;
};

} // namespace
