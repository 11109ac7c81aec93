//===- GpuBuilder.cpp - What the lowerings to GPU kernels share -----------===//

#include "GpuBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace h3;

Value GpuBuilder::block(gpu::Dimension dimension) {
  return gpu::BlockIdOp::create(*this, dimension);
}
Value GpuBuilder::thread() {
  return gpu::ThreadIdOp::create(*this, gpu::Dimension::x);
}

void GpuBuilder::makeRoom(int32_t blocks) {
  kernel->setAttr("nvvm.minctasm", getI32IntegerAttr(blocks));
}

Value GpuBuilder::shared(ArrayRef<int64_t> shape, Type element) {
  auto space =
      gpu::AddressSpaceAttr::get(getContext(), gpu::AddressSpace::Workgroup);
  auto type = MemRefType::get(shape, element ? element : getF32Type(),
                              MemRefLayoutAttrInterface(), space);
  Value memory = kernel.addWorkgroupAttribution(type, getLoc());
  // LLVM joins loads to wider ones, which hardware faults on by chance alone.
  kernel.setWorkgroupAttributionAttr(kernel.getNumWorkgroupAttributions() - 1,
                                     "llvm.align", getI64IntegerAttr(16));
  return memory;
}

Value GpuBuilder::reshape(Value memory, ArrayRef<int64_t> shape) {
  auto from = cast<MemRefType>(memory.getType());
  auto type =
      MemRefType::get(shape, from.getElementType(), MemRefLayoutAttrInterface(),
                      from.getMemorySpace());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    llvm_unreachable("rows without gaps have strides");
  return memref::ReinterpretCastOp::create(*this, type, memory, offset, shape,
                                           strides);
}

void GpuBuilder::barrier() { gpu::BarrierOp::create(*this); }

void GpuBuilder::shareOutAhead(Value worker, int64_t workers, int64_t size,
                               int64_t ahead, function_ref<Value(Value)> load,
                               function_ref<void(Value, Value)> store) {
  ahead = std::min<int64_t>(ahead, llvm::divideCeil(size, workers));
  const int64_t round = workers * ahead;
  // Those behind the last one load it again, and store nothing.
  const bool isWhole = ahead == 1 || size % round == 0;
  loop(worker, index(size), round, [&](Value first) {
    SmallVector<std::pair<Value, Value>> loaded;
    for (int64_t n = 0; n < ahead; ++n) {
      Value i = add(first, n * workers);
      loaded.push_back({i, load(isWhole ? i : min(i, index(size - 1)))});
    }
    for (auto [i, value] : loaded)
      if (isWhole)
        store(i, value);
      else
        ifThen(isBelow(i, index(size)),
               [&, i = i, value = value] { store(i, value); });
  });
}

Value GpuBuilder::reduceWarp(Value value,
                             function_ref<Value(Value, Value)> combine) {
  for (int32_t distance = kWarpSize / 2; distance > 0; distance /= 2) {
    auto other = gpu::ShuffleOp::create(*this, value, distance, kWarpSize,
                                        gpu::ShuffleMode::XOR);
    value = combine(value, other.getShuffleResult());
  }
  return value;
}

Value GpuBuilder::sumBlock(Value value, Value partial) {
  value = sumWarp(value);
  ifThen(isEqual(lane(), 0), [&] { storeScalar(value, partial, warp()); });
  barrier();
  Value sum = f32(0);
  for (int64_t i = 0; i < countWarps(); ++i)
    sum = addf(sum, loadScalar(partial, index(i)));
  return sum;
}

Value GpuBuilder::isBelow(Value a, Value b) {
  return arith::CmpIOp::create(*this, arith::CmpIPredicate::ult, a, b);
}
Value GpuBuilder::isBoth(Value a, Value b) {
  return arith::AndIOp::create(*this, a, b);
}
GpuBuilder::Values GpuBuilder::chooseAll(Value condition,
                                         function_ref<Values()> then,
                                         function_ref<Values()> otherwise) {
  // scf.if has the types that its first branch yields.
  auto yield = [&](function_ref<Values()> compute) {
    return [this, compute](OpBuilder &, Location) {
      scf::YieldOp::create(*this, compute());
    };
  };
  auto branch =
      scf::IfOp::create(*this, condition, yield(then), yield(otherwise));
  return Values(branch.getResults());
}
Value GpuBuilder::choose(Value condition, function_ref<Value()> then,
                         function_ref<Value()> otherwise) {
  return chooseAll(
      condition, [&] { return Values{then()}; },
      [&] { return Values{otherwise()}; })[0];
}
Value GpuBuilder::loadIf(Value exists, Value buffer, ValueRange indices) {
  return choose(
      exists, [&] { return loadScalar(buffer, indices); },
      [&] { return f32(0); });
}
void GpuBuilder::storeIf(Value exists, Value value, Value buffer,
                         ValueRange indices) {
  ifThen(exists, [&] { storeScalar(value, buffer, indices); });
}
Value GpuBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(*this, condition, a, b);
}
Value GpuBuilder::maxf(Value a, Value b) {
  return arith::MaximumFOp::create(*this, a, b);
}
Value GpuBuilder::exp(Value x) { return math::ExpOp::create(*this, x); }

/// LLVM splits accesses whose alignment it does not know.
static llvm::MaybeAlign alignmentOf(VectorType type) {
  return llvm::MaybeAlign(type.getNumElements() *
                          type.getElementType().getIntOrFloatBitWidth() / 8);
}
Value GpuBuilder::loadVector(Value buffer, ValueRange indices, int64_t size) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  auto type = VectorType::get({size}, element);
  return vector::LoadOp::create(*this, type, buffer, indices,
                                /*nontemporal=*/false, alignmentOf(type));
}
void GpuBuilder::storeVector(Value vector, Value buffer, ValueRange indices) {
  vector::StoreOp::create(*this, vector, buffer, indices,
                          /*nontemporal=*/false,
                          alignmentOf(cast<VectorType>(vector.getType())));
}
Value GpuBuilder::zeroVector(int64_t size) {
  auto type = VectorType::get({size}, getF32Type());
  return arith::ConstantOp::create(*this, getZeroAttr(type));
}
Value GpuBuilder::extract(Value vector, int64_t i) {
  return vector::ExtractOp::create(*this, vector, i);
}
Value GpuBuilder::sumVector(Value vector) {
  Value sum = extract(vector, 0);
  for (int64_t i = 1; i < cast<VectorType>(vector.getType()).getDimSize(0); ++i)
    sum = addf(sum, extract(vector, i));
  return sum;
}
Value GpuBuilder::pack(ValueRange elements) {
  auto type = VectorType::get({int64_t(elements.size())}, getF32Type());
  return vector::FromElementsOp::create(*this, type, elements);
}
Value GpuBuilder::round(Value vector, Type element) {
  auto type = cast<VectorType>(vector.getType()).clone(element);
  return arith::TruncFOp::create(*this, type, vector);
}
Value GpuBuilder::spread(Value element, int64_t size) {
  auto type = VectorType::get({size}, getF32Type());
  return vector::BroadcastOp::create(*this, type, element);
}

//===----------------------------------------------------------------------===//
// Kernels and their launches
//===----------------------------------------------------------------------===//

/// The module of all kernels.
static gpu::GPUModuleOp getKernels(ModuleOp module, PatternRewriter &rewriter) {
  constexpr StringRef name = "kernels";
  if (auto kernels = module.lookupSymbol<gpu::GPUModuleOp>(name))
    return kernels;
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToStart(module.getBody());
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                  rewriter.getUnitAttr());
  return gpu::GPUModuleOp::create(rewriter, module.getLoc(), name);
}

gpu::GPUFuncOp h3::createKernel(Operation *layer, int64_t threads,
                                PatternRewriter &rewriter, ValueRange scratch,
                                StringRef part) {
  gpu::GPUModuleOp kernels =
      getKernels(layer->getParentOfType<ModuleOp>(), rewriter);
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPointToEnd(kernels.getBody());
  // Profilers and reports show the name.
  std::string name = layer->getName().stripDialect().str();
  auto parent = layer->getParentOfType<func::FuncOp>();
  if (parent && parent.isPrivate())
    name = parent.getName().str();
  if (!part.empty())
    name += "_" + part.str();
  SmallVector<Type> arguments(layer->getOperandTypes());
  llvm::append_range(arguments, scratch.getTypes());
  auto type = rewriter.getFunctionType(arguments, TypeRange());
  auto kernel = gpu::GPUFuncOp::create(rewriter, layer->getLoc(), name, type);
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                  rewriter.getUnitAttr());
  kernel.setKnownBlockSizeAttr(
      rewriter.getDenseI32ArrayAttr({int32_t(threads), 1, 1}));
  SymbolTable(kernels).insert(kernel);
  rewriter.setInsertionPointToStart(&kernel.getBody().front());
  rewriter.clone(*layer)->setOperands(
      kernel.getArguments().take_front(layer->getNumOperands()));
  gpu::ReturnOp::create(rewriter, layer->getLoc());
  return kernel;
}

void h3::launchKernel(Operation *layer, gpu::GPUFuncOp kernel, Grid grid,
                      int64_t threads, PatternRewriter &rewriter,
                      ValueRange scratch) {
  LoopBuilder b(layer, rewriter);
  Value one = b.index(1);
  SmallVector<Value> arguments(layer->getOperands());
  llvm::append_range(arguments, scratch);
  gpu::LaunchFuncOp::create(b, kernel,
                            gpu::KernelDim3{grid.x, grid.y ? grid.y : one, one},
                            gpu::KernelDim3{b.index(threads), one, one},
                            /*dynamicSharedMemorySize=*/Value(), arguments);
}
