//===- H3Ops.cpp - Verifiers and effects of the H3 operations -------------===//
//
// The constraints are those that the .td files number; a message names the one
// that is violated, what was found and what was expected.
//
//===----------------------------------------------------------------------===//

#include "H3Dialect.h"
#include "RingTransform.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace h3;

#include "H3Dialect.cpp.inc"
#include "H3Enums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "H3Attrs.cpp.inc"

#define GET_OP_CLASSES
#include "H3Ops.cpp.inc"

void H3Dialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "H3Attrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "H3Ops.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Checks that several operations share
//===----------------------------------------------------------------------===//

static ShapedType shaped(Value value) {
  return cast<ShapedType>(value.getType());
}
static int64_t dim(Value value, unsigned index) {
  return shaped(value).getDimSize(index);
}

/// `2x?x3`
static std::string shapeString(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto print = [&](int64_t size) {
    if (ShapedType::isDynamic(size))
      os << '?';
    else
      os << size;
  };
  llvm::interleave(shape, os, print, "x");
  return text;
}

/// A dynamic size fits any other.
static bool sizesFit(int64_t a, int64_t b) {
  return ShapedType::isDynamic(a) || ShapedType::isDynamic(b) || a == b;
}

/// The product of two sizes; dynamic if one of them is, -1, which nothing has,
/// if it is too large.
static int64_t product(int64_t a, int64_t b) {
  if (ShapedType::isDynamic(a) || ShapedType::isDynamic(b))
    return ShapedType::kDynamic;
  int64_t result;
  return llvm::MulOverflow(a, b, result) ? -1 : result;
}

/// Fails unless `value` has the shape `expected`, in which a dynamic size
/// stands for any. A dynamic size of `value` fits every expectation.
static LogicalResult expectShape(Operation *op, StringRef constraint,
                                 StringRef name, Value value,
                                 ArrayRef<int64_t> expected) {
  ArrayRef<int64_t> found = shaped(value).getShape();
  bool fits = found.size() == expected.size();
  for (size_t i = 0; fits && i < expected.size(); ++i)
    fits = sizesFit(found[i], expected[i]);
  if (fits)
    return success();
  return op->emitOpError() << constraint << ": expected " << name
                           << " of shape " << shapeString(expected)
                           << ", found " << shapeString(found);
}

/// All operands are tensors or all are memrefs. The results follow from them by
/// type inference.
static LogicalResult verifyDestinations(Operation *op) {
  auto layer = cast<DestinationStyleOpInterface>(op);
  bool onTensors = isa<TensorType>(layer.getDpsInits().front().getType());
  for (Value operand : op->getOperands())
    if (isa<TensorType>(operand.getType()) != onTensors)
      return op->emitOpError("expected operands that are all tensors or all "
                             "memrefs, found a mixture");
  return success();
}

static constexpr int64_t kAny = ShapedType::kDynamic;

//===----------------------------------------------------------------------===//
// Effects: a layer on memrefs reads its inputs and writes its outputs
//===----------------------------------------------------------------------===//

static void getLayerEffects(
    Operation *op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  auto layer = cast<DestinationStyleOpInterface>(op);
  if (op->getNumResults() != 0)
    return;
  for (OpOperand &operand : op->getOpOperands()) {
    effects.emplace_back(MemoryEffects::Read::get(), &operand);
    if (layer.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}

#define H3_LAYER_EFFECTS(OP)                                                   \
  void OP::getEffects(                                                         \
      SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>      \
          &effects) {                                                          \
    getLayerEffects(*this, effects);                                           \
  }
H3_LAYER_EFFECTS(EmbeddingOp)
H3_LAYER_EFFECTS(GatherRowsOp)
H3_LAYER_EFFECTS(SampleOp)
H3_LAYER_EFFECTS(LayerNormOp)
H3_LAYER_EFFECTS(LinearOp)
H3_LAYER_EFFECTS(RoundRowsOp)
H3_LAYER_EFFECTS(QuantizeRowsOp)
H3_LAYER_EFFECTS(DequantizeOp)
H3_LAYER_EFFECTS(ShiftSsmOp)
H3_LAYER_EFFECTS(DiagSsmOp)
H3_LAYER_EFFECTS(MixerOp)
H3_LAYER_EFFECTS(MixerScanOp)
H3_LAYER_EFFECTS(MixerOutputOp)
H3_LAYER_EFFECTS(LongConvOp)
H3_LAYER_EFFECTS(RfftOp)
H3_LAYER_EFFECTS(IrfftOp)
H3_LAYER_EFFECTS(SpectralProductOp)
H3_LAYER_EFFECTS(HeadExpandOp)
H3_LAYER_EFFECTS(HeadContractOp)
H3_LAYER_EFFECTS(CacheKeysOp)
H3_LAYER_EFFECTS(AttentionOp)
#undef H3_LAYER_EFFECTS

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

LogicalResult ParameterOp::verify() {
  size_t sources = getSources().size();
  size_t expected =
      getRecipe().empty() ? 1 : getRecipe().front().getNumArguments();
  if (sources != expected || sources == 0)
    return emitOpError("(C1): expected the number of sources to be ")
           << std::max<size_t>(expected, 1) << ", found " << sources;
  if (getRecipe().empty())
    return success();
  Block &body = getRecipe().front();
  auto yield = body.empty() ? YieldOp() : dyn_cast<YieldOp>(body.back());
  if (!yield || yield.getValue().getType() != getType())
    return emitOpError("(C3): expected a recipe that yields ") << getType();
  for (Operation &op : body.without_terminator())
    if (!op.hasTrait<WeightFunction>())
      return op.emitOpError("(C4): expected a function of weights in the "
                            "recipe of a parameter");
  return success();
}

LogicalResult
GetParameterOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  auto parameter =
      symbolTable.lookupNearestSymbolFrom<ParameterOp>(*this, getNameAttr());
  if (!parameter)
    return emitOpError("(C1): '@") << getName() << "' is no h3.parameter";
  auto expected = cast<ShapedType>(parameter.getType());
  ShapedType found = shaped(getValue());
  if (expected.getShape() != found.getShape() ||
      expected.getElementType() != found.getElementType())
    return emitOpError("(C2): expected a value of type ")
           << expected << ", found " << found;
  return success();
}

LogicalResult PackPanelsOp::verify() {
  int64_t width = dim(getPanels(), 2);
  bool hasGroups = shaped(getPanels()).getRank() == 4;
  int64_t group = hasGroups ? dim(getPanels(), 3) : 1;
  if (width < 1 || group < 1 || !shaped(getWeight()).hasStaticShape())
    return emitOpError("(C1): expected a static panel width and weight, found ")
           << getPanels().getType() << " of " << getWeight().getType();
  int64_t rows = dim(getWeight(), 0), columns = dim(getWeight(), 1);
  SmallVector<int64_t> shape{llvm::divideCeilSigned(rows, width),
                             columns / group, width};
  if (hasGroups)
    shape.push_back(group);
  if (columns % group != 0)
    return emitOpError("(C1): expected columns that are a multiple of ")
           << group << ", found " << columns;
  Type from = shaped(getWeight()).getElementType();
  Type to = shaped(getPanels()).getElementType();
  if (from != to && !(from.isSignlessInteger() && to.isUnsignedInteger()))
    return emitOpError("(C2): expected panels of ") << from << ", found " << to;
  return expectShape(*this, "(C1)", "panels", getPanels(), shape);
}

LogicalResult ConcatRowsOp::verify() {
  if (getParts().empty())
    return emitOpError("(C1): expected at least one operand");
  SmallVector<int64_t> shape(shaped(getParts()[0]).getShape());
  shape[0] = 0;
  for (Value part : getParts()) {
    ArrayRef<int64_t> rows = shaped(part).getShape();
    if (rows.size() != shape.size() ||
        rows.drop_front() != ArrayRef(shape).drop_front() ||
        ShapedType::isDynamic(rows[0]))
      return emitOpError("(C1): expected operands that differ in their first, "
                         "static dimension alone, found ")
             << part.getType() << " beside " << getParts()[0].getType();
    shape[0] += rows[0];
  }
  return expectShape(*this, "(C1)", "whole", getWhole(), shape);
}
LogicalResult RoundWeightOp::verify() {
  return expectShape(*this, "(C1)", "rounded", getRounded(),
                     shaped(getWeight()).getShape());
}
/// The shape of the scales of a weight, `rank` 1 or 2.
static LogicalResult verifyGroups(Operation *op, Value weight, Value scales) {
  if (!shaped(weight).hasStaticShape())
    return op->emitOpError("(C1): expected a static weight, found ")
           << weight.getType();
  int64_t rows = dim(weight, 0), columns = dim(weight, 1);
  if (shaped(scales).getRank() == 1)
    return expectShape(op, "(C1)", "scales", scales, {rows});
  if (columns % kQuantGroup != 0)
    return op->emitOpError("(C1): expected columns in whole groups of ")
           << kQuantGroup << ", found " << columns;
  return expectShape(op, "(C1)", "scales", scales,
                     {rows, columns / kQuantGroup});
}
LogicalResult QuantizeScalesOp::verify() {
  return verifyGroups(*this, getWeight(), getScales());
}
LogicalResult QuantizeOp::verify() {
  if (failed(verifyGroups(*this, getWeight(), getScales())))
    return failure();
  int64_t perByte = shaped(getScales()).getRank();
  return expectShape(*this, "(C1)", "values", getValues(),
                     {dim(getWeight(), 0), dim(getWeight(), 1) / perByte});
}
LogicalResult ShiftKernelOp::verify() {
  int64_t channels = dim(getB(), 0), taps = dim(getB(), 1);
  if (failed(expectShape(*this, "(C1)", "c", getC(), {1, channels, taps})))
    return failure();
  return expectShape(*this, "(C1)", "taps", getTaps(), {taps, channels});
}

LogicalResult DiagModesOp::verify() {
  int64_t heads = dim(getC(), 1), modes = dim(getC(), 2), rows = dim(getB(), 0);
  if (failed(expectShape(*this, "(C1)", "c", getC(), {1, heads, modes, 2})) ||
      failed(expectShape(*this, "(C1)", "b", getB(), {rows, modes, 2})) ||
      failed(expectShape(*this, "(C1)", "log_dt", getLogDt(), {heads})) ||
      failed(expectShape(*this, "(C1)", "inv_a_real", getInvAReal(),
                         {rows, modes})) ||
      failed(expectShape(*this, "(C1)", "a_imag", getAImag(), {rows, modes})) ||
      failed(
          expectShape(*this, "(C1)", "modes", getModes(), {4, modes, heads})))
    return failure();
  if (rows < 1 || (!ShapedType::isDynamic(heads) && heads % rows != 0))
    return emitOpError("(C2): expected a number of rows that divides the ")
           << shapeString(heads) << " heads, found " << shapeString(rows);
  return success();
}

LogicalResult DiagKernelOp::verify() {
  ArrayRef<int64_t> modes = shaped(getModes()).getShape();
  if (failed(expectShape(*this, "(C1)", "modes", getModes(),
                         {4, modes[1], modes[2]})))
    return failure();
  return expectShape(*this, "(C1)", "kernel", getKernel(), {kAny, modes[2]});
}

/// Fails unless `spectrum` is B x n x 2 x W for `channels` channels.
static LogicalResult expectSpectrum(Operation *op, StringRef constraint,
                                    Value spectrum, int64_t channels) {
  ArrayRef<int64_t> shape = shaped(spectrum).getShape();
  if (shaped(spectrum).hasStaticShape() && shape[2] == 2 && shape[3] > 0 &&
      !ShapedType::isDynamic(channels) && isRingLength(shape[1]) &&
      shape[0] == llvm::divideCeilSigned(channels, shape[3]))
    return success();
  return op->emitOpError()
         << constraint << ": expected the spectrum of " << shapeString(channels)
         << " channels, BxNx2xW with a length N that transforms have, found "
         << shapeString(shape);
}

LogicalResult ConvSpectrumOp::verify() {
  int64_t length = dim(getKernel(), 0), channels = dim(getKernel(), 1);
  if (failed(expectSpectrum(*this, "(C2)", getSpectrum(), channels)))
    return failure();
  if (ShapedType::isDynamic(length) || dim(getSpectrum(), 1) < length)
    return emitOpError("(C1): expected a spectrum of at least ")
           << shapeString(length) << " rows, found " << dim(getSpectrum(), 1);
  if (getReversed())
    return expectShape(*this, "(C3)", "reversed", getReversed(),
                       {length, channels});
  return success();
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// The columns of a weight, which scales of groups say hold two values each.
static int64_t countColumns(Value weight, Value scales) {
  int64_t columns = dim(weight, 1);
  if (shaped(weight).getRank() == 4)
    columns = product(columns, dim(weight, 3));
  bool hasNibbles = scales && shaped(scales).getElementType().isF16();
  return hasNibbles ? product(2, columns) : columns;
}

/// Whether so many panels of `width` hold `rows`, all but the last one in full.
static bool isFullPanels(int64_t panels, int64_t width, int64_t rows) {
  return width > 0 && !ShapedType::isDynamic(rows) &&
         llvm::divideCeilSigned(rows, width) == panels;
}

/// Where a weight may be quantised.
static LogicalResult verifyScales(Operation *op, StringRef constraint,
                                  Value weight, Value scales) {
  bool isQuantized = shaped(weight).getElementType().isInteger();
  if (isQuantized != bool(scales))
    return op->emitOpError(constraint)
           << ": expected " << (isQuantized ? "" : "no ")
           << "scales for a weight of " << shaped(weight).getElementType();
  if (!scales)
    return success();
  bool isPacked = shaped(weight).getRank() == 4;
  if (shaped(scales).getRank() == 1 && isPacked) {
    // At most one partial panel.
    bool fits = isFullPanels(dim(weight, 0), dim(weight, 2), dim(scales, 0));
    return fits ? success()
                : op->emitOpError(constraint)
                      << ": expected scales for " << weight.getType()
                      << ", found " << scales.getType();
  }
  if (shaped(scales).getRank() == 1)
    return expectShape(op, constraint, "scales", scales, {dim(weight, 0)});
  if (shaped(weight).getElementType().isUnsignedInteger())
    return op->emitOpError(constraint)
           << ": expected scales of rows for an unsigned weight, found "
           << scales.getType();
  int64_t columns = countColumns(weight, scales);
  if (!ShapedType::isDynamic(columns) && columns % kQuantGroup != 0)
    return op->emitOpError(constraint)
           << ": expected columns in whole groups of " << kQuantGroup
           << ", found " << columns;
  int64_t groups =
      ShapedType::isDynamic(columns) ? columns : columns / kQuantGroup;
  SmallVector<int64_t> shape{dim(weight, 0), groups};
  if (isPacked)
    shape.push_back(dim(weight, 2));
  return expectShape(op, constraint, "scales", scales, shape);
}

LogicalResult EmbeddingOp::verify() {
  if (failed(verifyDestinations(*this)) ||
      failed(verifyScales(*this, "(C2)", getTable(), getScales())))
    return failure();
  return expectShape(*this, "(C1)", "output", getOutput(),
                     {dim(getTokens(), 0), getChannels()});
}
int64_t EmbeddingOp::getChannels() {
  return countColumns(getTable(), getScales());
}

LogicalResult GatherRowsOp::verify() {
  if (failed(verifyDestinations(*this)))
    return failure();
  return expectShape(*this, "(C1)", "output", getOutput(),
                     {dim(getRows(), 0), dim(getInput(), 1)});
}

LogicalResult SampleOp::verify() {
  if (failed(verifyDestinations(*this)))
    return failure();
  std::pair<StringRef, Value> perRow[] = {
      {"vocabs", getVocabs()}, {"top_ks", getTopKs()}, {"scales", getScales()},
      {"top_ps", getTopPs()},  {"draws", getDraws()},  {"output", getOutput()}};
  for (auto [name, values] : perRow)
    if (failed(expectShape(*this, "(C1)", name, values, {dim(getLogits(), 0)})))
      return failure();
  return success();
}

LogicalResult LayerNormOp::verify() {
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(),
                         shaped(getInput()).getShape())) ||
      failed(expectShape(*this, "(C2)", "weight", getWeight(),
                         {dim(getInput(), 1)})) ||
      failed(
          expectShape(*this, "(C2)", "bias", getBias(), {dim(getInput(), 1)})))
    return failure();
  if (!(getEpsilon().convertToDouble() > 0))
    return emitOpError("(C3): expected a positive epsilon, found ")
           << getEpsilon().convertToDouble();
  return success();
}

void LinearOp::build(OpBuilder &builder, OperationState &state, Value input,
                     Value weight, Value output, Value bias, bool gelu,
                     bool accumulate) {
  build(builder, state, input, weight, /*scales=*/Value(),
        /*row_scales=*/Value(), /*row_sums=*/Value(), /*norm_weight=*/Value(),
        /*norm_bias=*/Value(), bias, output,
        /*epsilon=*/FloatAttr(), gelu, accumulate, /*library=*/false);
}
bool LinearOp::isContiguous(Value matrix) {
  auto type = dyn_cast<MemRefType>(matrix.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  return !type || (succeeded(type.getStridesAndOffset(strides, offset)) &&
                   strides[1] == 1 && strides[0] == type.getDimSize(1));
}
LogicalResult LinearOp::verify() {
  if (failed(verifyDestinations(*this)))
    return failure();
  if (failed(verifyScales(*this, "(C5)", getWeight(), getScales())))
    return failure();
  int64_t features = dim(getOutput(), 1), inputs = dim(getInput(), 1);
  ArrayRef<int64_t> weight = shaped(getWeight()).getShape();
  int64_t columns = countColumns(getWeight(), getScales());
  if (!sizesFit(inputs, columns))
    return emitOpError("(C1): expected a weight with ")
           << inputs << " input features, found " << columns;
  bool isPacked = weight.size() != 2;
  if (isPacked ? !isFullPanels(weight[0], weight[2], features)
               : features != weight[0])
    return emitOpError("(C2): expected a weight for ")
           << features << " output features, found " << getWeight().getType();
  if (getBias() &&
      failed(expectShape(*this, "(C3)", "bias", getBias(), {features})))
    return failure();
  if (bool(getNormWeight()) != bool(getNormBias()))
    return emitOpError("(C6): expected the weight and the bias of a norm, "
                       "found one of them");
  if (bool(getNormWeight()) != bool(getEpsilon()) ||
      (getEpsilon() && !(getEpsilon()->convertToFloat() > 0)))
    return emitOpError("(C6): expected a positive epsilon with a norm, and "
                       "none without");
  Type inputType = shaped(getInput()).getElementType();
  if (getLibrary() && (inputType != shaped(getWeight()).getElementType() ||
                       inputType.isInteger() || isPacked || getNormWeight() ||
                       (getGelu() && getAccumulate())))
    return emitOpError("(C7): expected input and weight of one type in rows, "
                       "no norm and not both gelu and accumulate, for a "
                       "library");
  for (Value matrix : {getInput(), getWeight(), getOutput()})
    if (getLibrary() && !isContiguous(matrix))
      return emitOpError("(C8): expected rows without gaps for a library, "
                         "found ")
             << matrix.getType();
  Type weightType = shaped(getWeight()).getElementType();
  bool isTakenPacked =
      isPacked && (inputType.isInteger() ? weightType.isInteger()
                                         : inputType == weightType);
  if (!getLibrary() && !inputType.isF32() && !isTakenPacked)
    return emitOpError("(C7): expected an input of f32, or of what ")
           << getWeight().getType() << " is multiplied with, found "
           << inputType;
  if (failed(verifyRowScales()))
    return failure();
  for (Value value : {getNormWeight(), getNormBias()})
    if (value && failed(expectShape(*this, "(C6)", "norm", value, {inputs})))
      return failure();
  return expectShape(*this, "(C4)", "output", getOutput(),
                     {dim(getInput(), 0), features});
}

LogicalResult LinearOp::verifyRowScales() {
  bool isQuantized = shaped(getInput()).getElementType().isInteger();
  bool hasGroups = getScales() && shaped(getScales()).getRank() != 1;
  bool hasSums =
      isQuantized &&
      (hasGroups || shaped(getWeight()).getElementType().isUnsignedInteger());
  if (isQuantized != bool(getRowScales()) || hasSums != bool(getRowSums()))
    return emitOpError("(C9): expected ")
           << (isQuantized ? "" : "no ") << "row scales and "
           << (hasSums ? "" : "no ") << "row sums for " << getInput().getType()
           << " times " << getWeight().getType();
  int64_t rows = dim(getInput(), 0);
  int64_t groups = hasGroups ? dim(getScales(), 1) : 1;
  if (isQuantized &&
      failed(expectShape(*this, "(C9)", "row scales", getRowScales(), {rows})))
    return failure();
  if (!hasSums)
    return success();
  return expectShape(*this, "(C9)", "row sums", getRowSums(), {rows, groups});
}

LogicalResult QuantizeRowsOp::verify() {
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "values", getValues(),
                         shaped(getInput()).getShape())) ||
      failed(expectShape(*this, "(C1)", "scales", getScales(),
                         {dim(getInput(), 0)})))
    return failure();
  int64_t columns = dim(getInput(), 1);
  bool hasGroups =
      !ShapedType::isDynamic(columns) && columns % kQuantGroup == 0;
  if (getPaired() && !hasGroups)
    return emitOpError("(C3): expected columns in whole groups of ")
           << kQuantGroup << ", found " << getInput().getType();
  if (!getSums() || (dim(getSums(), 1) == 1 && !getPaired()))
    return getSums() ? expectShape(*this, "(C2)", "sums", getSums(),
                                   {dim(getInput(), 0), 1})
                     : success();
  if (!hasGroups)
    return emitOpError("(C2): expected sums of rows, for columns in no groups "
                       "of ")
           << kQuantGroup << ", found " << getSums().getType();
  return expectShape(*this, "(C2)", "sums", getSums(),
                     {dim(getInput(), 0), columns / kQuantGroup});
}

LogicalResult RoundRowsOp::verify() {
  if (failed(verifyDestinations(*this)))
    return failure();
  return expectShape(*this, "(C1)", "output", getOutput(),
                     shaped(getInput()).getShape());
}
LogicalResult DequantizeOp::verify() {
  if (failed(verifyDestinations(*this)) ||
      failed(verifyScales(*this, "(C1)", getValues(), getScales())))
    return failure();
  return expectShape(
      *this, "(C2)", "output", getOutput(),
      {dim(getValues(), 0), countColumns(getValues(), getScales())});
}

/// States come with `slots` and `positions`.
template <typename OpTy>
static LogicalResult verifyBatch(OpTy op, StringRef constraint,
                                 StringRef states, bool hasAll, bool hasNone) {
  bool hasSlots = bool(op.getSlots()), hasPositions = bool(op.getPositions());
  if ((hasAll && hasSlots && hasPositions) ||
      (hasNone && !hasSlots && !hasPositions))
    return success();
  return op.emitOpError() << constraint << ": expected slots, positions and "
                          << states << " all there or all absent";
}

LogicalResult ShiftSsmOp::verify() {
  int64_t channels = dim(getInput(), 1), taps = dim(getTaps(), 0);
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(),
                         shaped(getInput()).getShape())) ||
      failed(expectShape(*this, "(C2)", "taps", getTaps(), {taps, channels})) ||
      failed(expectShape(*this, "(C3)", "skip", getSkip(), {channels})) ||
      failed(
          verifyBatch(*this, "(C5)", "state", bool(getState()), !getState())))
    return failure();
  if (!getState())
    return success();
  return expectShape(*this, "(C4)", "state", getState(),
                     {kAny, taps, channels});
}

LogicalResult DiagSsmOp::verify() {
  int64_t channels = dim(getInput(), 1);
  int64_t modes = dim(getModes(), 1), heads = dim(getModes(), 2);
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(),
                         shaped(getInput()).getShape())) ||
      failed(
          expectShape(*this, "(C2)", "modes", getModes(), {4, modes, heads})))
    return failure();
  if (heads < 1 || (!ShapedType::isDynamic(channels) && channels % heads != 0))
    return emitOpError("(C2): expected a number of heads that divides the ")
           << shapeString(channels) << " channels, found "
           << shapeString(heads);
  if (failed(expectShape(*this, "(C3)", "skip", getSkip(), {heads})) ||
      failed(
          verifyBatch(*this, "(C5)", "state", bool(getState()), !getState())))
    return failure();
  if (getState() && failed(expectShape(*this, "(C4)", "state", getState(),
                                       {kAny, modes, 2, channels})))
    return failure();
  if (getForm() == Form::Direct)
    return emitOpError("(C7): expected the form recurrence, chunked or fft, "
                       "found direct");
  bool isFft = getForm() == Form::Fft;
  if (isFft != bool(getSpectrum()))
    return emitOpError("(C6): expected ")
           << (isFft ? "a spectrum with" : "no spectrum without")
           << " the form fft";
  if (isFft)
    return expectSpectrum(*this, "(C6)", getSpectrum(), heads);
  return success();
}

LogicalResult MixerOp::verify() {
  ArrayRef<int64_t> rows = shaped(getQueries()).getShape();
  int64_t channels = rows[1], taps = dim(getTaps(), 0),
          modes = dim(getModes(), 1);
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "keys", getKeys(), rows)) ||
      failed(expectShape(*this, "(C1)", "values", getValues(), rows)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(), rows)) ||
      failed(expectShape(*this, "(C2)", "taps", getTaps(), {taps, channels})) ||
      failed(
          expectShape(*this, "(C2)", "key_skip", getKeySkip(), {channels})) ||
      failed(expectShape(*this, "(C2)", "modes", getModes(),
                         {4, modes, channels})) ||
      failed(expectShape(*this, "(C2)", "skip", getSkip(), {channels})) ||
      failed(verifyBatch(*this, "(C4)", "both states",
                         getShiftState() && getDiagState(),
                         !getShiftState() && !getDiagState())))
    return failure();
  if (getForm() == Form::Direct || getForm() == Form::Fft)
    return emitOpError("(C5): expected the form recurrence or chunked, found ")
           << stringifyForm(*getForm());
  if (!getShiftState())
    return success();
  if (failed(expectShape(*this, "(C3)", "shift_state", getShiftState(),
                         {kAny, taps, channels})))
    return failure();
  return expectShape(*this, "(C3)", "diag_state", getDiagState(),
                     {kAny, modes, 2, channels});
}

/// What both halves of a mixer over windows have.
template <typename OpTy>
static LogicalResult verifyWindows(OpTy op, ArrayRef<int64_t> rows) {
  int64_t channels = rows[1], modes = dim(op.getModes(), 1);
  if (failed(verifyDestinations(op)) ||
      failed(expectShape(op, "(C1)", "keys", op.getKeys(), rows)) ||
      failed(expectShape(op, "(C1)", "gated", op.getGated(), rows)) ||
      failed(expectShape(op, "(C2)", "modes", op.getModes(),
                         {4, modes, channels})) ||
      failed(expectShape(op, "(C3)", "shift_state", op.getShiftState(),
                         {kAny, kAny, channels})) ||
      failed(expectShape(op, "(C3)", "diag_state", op.getDiagState(),
                         {kAny, modes, 2, channels})) ||
      failed(expectShape(op, "(C4)", "window_states", op.getWindowStates(),
                         {kAny, 2, modes, 2, channels})))
    return failure();
  int64_t window = op.getWindow();
  if (window < 1 || !llvm::isPowerOf2_64(window))
    return op.emitOpError("(C5): expected a positive power of two of rows, "
                          "found ")
           << window;
  return success();
}
LogicalResult MixerScanOp::verify() {
  ArrayRef<int64_t> rows = shaped(getKeys()).getShape();
  if (failed(verifyWindows(*this, rows)) ||
      failed(expectShape(*this, "(C1)", "values", getValues(), rows)) ||
      failed(expectShape(*this, "(C2)", "key_skip", getKeySkip(), {rows[1]})) ||
      failed(expectShape(*this, "(C2)", "taps", getTaps(), {kAny, rows[1]})))
    return failure();
  return expectShape(*this, "(C3)", "shift_state", getShiftState(),
                     {kAny, dim(getTaps(), 0), rows[1]});
}
LogicalResult MixerOutputOp::verify() {
  ArrayRef<int64_t> rows = shaped(getQueries()).getShape();
  if (failed(verifyWindows(*this, rows)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(), rows)))
    return failure();
  return expectShape(*this, "(C2)", "skip", getSkip(), {rows[1]});
}

int64_t LongConvOp::getTransformLength() {
  return hasSpectrum() ? dim(getKernel(), 1)
                       : getRingLength(dim(getKernel(), 0));
}

LogicalResult LongConvOp::verify() {
  ArrayRef<int64_t> rows = shaped(getInput()).getShape();
  if (failed(verifyDestinations(*this)) ||
      failed(expectShape(*this, "(C1)", "output", getOutput(), rows)) ||
      (getPre() && failed(expectShape(*this, "(C1)", "pre", getPre(), rows))) ||
      (getPost() &&
       failed(expectShape(*this, "(C1)", "post", getPost(), rows))))
    return failure();
  if (hasSpectrum()) {
    if (failed(expectSpectrum(*this, "(C2)", getKernel(), rows[1])))
      return failure();
  } else {
    SmallVector<int64_t> kernel{dim(getKernel(), 0), rows[1]};
    for (Value operand : {getKernel(), getReversed()})
      if (operand && (!shaped(operand).hasStaticShape() ||
                      dim(operand, 0) < 1 || dim(operand, 0) > kMaxTaps))
        return emitOpError("(C2): expected a kernel of static shape with 1 to ")
               << kMaxTaps << " values, found " << operand.getType();
    if (failed(expectShape(*this, "(C2)", "kernel", getKernel(), kernel)) ||
        (getReversed() &&
         failed(expectShape(*this, "(C2)", "reversed", getReversed(), kernel))))
      return failure();
  }
  if (getSkip() &&
      failed(expectShape(*this, "(C3)", "skip", getSkip(), {rows[1]})))
    return failure();
  Form form = getFormOrDefault();
  if ((form != Form::Direct && form != Form::Fft) ||
      (form == Form::Direct && hasSpectrum()))
    return emitOpError("(C4): expected the form fft, or direct for a kernel in "
                       "time, found ")
           << stringifyForm(form) << " for " << getKernel().getType();
  if (hasSpectrum() ? bool(getReversed()) : getTwoSided())
    return emitOpError("(C5): expected `reversed` with a kernel in time and "
                       "`two_sided` with a spectrum");
  if (form == Form::Fft && isTwoSided() &&
      (ShapedType::isDynamic(rows[0]) || rows[0] > getTransformLength()))
    return emitOpError("(C6): expected at most ")
           << getTransformLength() << " rows, found " << shapeString(rows[0]);
  return success();
}

/// `time` is n x C, `spectrum` (n / 2 + 1) x 2 x C.
static LogicalResult verifyTransform(Operation *op, Value time,
                                     StringRef spectrumName, Value spectrum) {
  if (failed(verifyDestinations(op)))
    return failure();
  for (Value value : {time, spectrum})
    if (!shaped(value).hasStaticShape() || dim(time, 0) < 1)
      return op->emitOpError("(C1): expected a static shape, found ")
             << value.getType();
  return expectShape(op, "(C1)", spectrumName, spectrum,
                     {dim(time, 0) / 2 + 1, 2, dim(time, 1)});
}

LogicalResult RfftOp::verify() {
  return verifyTransform(*this, getInput(), "output", getOutput());
}

LogicalResult IrfftOp::verify() {
  return verifyTransform(*this, getOutput(), "input", getInput());
}

LogicalResult SpectralProductOp::verify() {
  if (failed(verifyDestinations(*this)))
    return failure();
  SmallVector<int64_t> shape{dim(getLhs(), 0), 2, dim(getLhs(), 2)};
  for (auto [name, value] :
       {std::pair("lhs", getLhs()), {"rhs", getRhs()}, {"output", getOutput()}})
    if (failed(expectShape(*this, "(C1)", name, value, shape)))
      return failure();
  return success();
}

/// The constraints that h3.head_expand and h3.head_contract share: `matrix` is
/// T x C, `like` as well, and `planes` has C * head_dim columns.
static LogicalResult verifyHeads(Operation *op, int64_t headDim, Value matrix,
                                 StringRef likeName, Value like,
                                 StringRef planesName, Value planes) {
  if (failed(verifyDestinations(op)) ||
      failed(
          expectShape(op, "(C1)", likeName, like, shaped(matrix).getShape())))
    return failure();
  int64_t channels = dim(matrix, 1);
  if (headDim < 1 ||
      (!ShapedType::isDynamic(channels) && channels % headDim != 0))
    return op->emitOpError("(C2): expected a head_dim that divides the ")
           << shapeString(channels) << " channels, found " << headDim;
  return expectShape(op, "(C3)", planesName, planes,
                     {dim(matrix, 0), product(channels, headDim)});
}

LogicalResult HeadExpandOp::verify() {
  return verifyHeads(*this, getHeadDim(), getKeys(), "values", getValues(),
                     "output", getOutput());
}

LogicalResult HeadContractOp::verify() {
  return verifyHeads(*this, getHeadDim(), getQueries(), "output", getOutput(),
                     "planes", getPlanes());
}

/// The constraints that h3.cache_keys and h3.attention share.
static LogicalResult verifyAttention(Operation *op, Value qkv, Value cache,
                                     Value rotary, int64_t heads) {
  if (failed(verifyDestinations(op)))
    return failure();
  int64_t channels = dim(cache, 3);
  if (ShapedType::isDynamic(channels) || dim(qkv, 1) != product(3, channels) ||
      heads < 1 || channels % heads != 0)
    return op->emitOpError("(C1): expected qkv with 3 * ")
           << shapeString(channels) << " columns and heads that divide "
           << shapeString(channels) << ", found " << shapeString(dim(qkv, 1))
           << " columns and " << heads << " heads";
  if (failed(
          expectShape(op, "(C2)", "cache", cache, {kAny, 2, kAny, channels})))
    return failure();
  if (rotary && dim(rotary, 0) > channels / heads / 2)
    return op->emitOpError("(C3): expected at most ")
           << channels / heads / 2 << " rotary frequencies, found "
           << dim(rotary, 0);
  return success();
}

LogicalResult CacheKeysOp::verify() {
  return verifyAttention(*this, getQkv(), getOutput(), getRotary(), getHeads());
}

LogicalResult AttentionOp::verify() {
  if (failed(verifyAttention(*this, getQkv(), getCache(), getRotary(),
                             getHeads())))
    return failure();
  return expectShape(*this, "(C4)", "output", getOutput(),
                     {dim(getQkv(), 0), dim(getCache(), 3)});
}
