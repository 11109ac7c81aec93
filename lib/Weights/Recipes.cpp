//===- Recipes.cpp - How parameters follow from tensors -------------------===//
//
// One function for each function of weights; H3WeightOps.td has their formulas.
// Sums run in double precision. Values between two operations are floats,
// whatever their type: those of a smaller type are floats that it has.
//
//===----------------------------------------------------------------------===//

#include "Recipes.h"
#include "Quantize.h"
#include "RingTransform.h"
#include "h3/Weights/WeightValues.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <complex>

using namespace llvm;
using namespace h3;

namespace {

using Complex = std::complex<double>;
using Values = ArrayRef<float>;
using Result = MutableArrayRef<float>;

int64_t dim(mlir::Value value, unsigned index) {
  return cast<mlir::ShapedType>(value.getType()).getDimSize(index);
}

/// parts [N1, K], [N2, K], .. -> whole [N1 + N2 + .., K].
void compute(ConcatRowsOp, ArrayRef<Values> operands, Result result) {
  float *to = result.data();
  for (Values part : operands)
    to = copy(part, to);
}

/// weight [N, K] -> the same: the encoding rounds.
void compute(RoundWeightOp, ArrayRef<Values> operands, Result result) {
  copy(operands[0], result.begin());
}

/// weight [N, K] -> scales [N] or [N, K / 32].
void compute(QuantizeScalesOp op, ArrayRef<Values> operands, Result result) {
  int64_t group = operands[0].size() / result.size();
  bool isRow = cast<mlir::ShapedType>(op.getScales().getType()).getRank() == 1;
  for (auto [i, scale] : enumerate(result))
    scale =
        findScale(operands[0].slice(i * group, group), isRow ? kInt8 : kInt4);
}

/// weight [N, K], scales [N] or [N, K / 32] -> values [N, K] or [N, K / 2].
void compute(QuantizeOp op, ArrayRef<Values> operands, Result result) {
  Values weight = operands[0], scales = operands[1];
  int64_t group = weight.size() / scales.size();
  bool isRow = cast<mlir::ShapedType>(op.getScales().getType()).getRank() == 1;
  if (isRow) {
    for (size_t i = 0; i < weight.size(); ++i)
      result[i] = quantize(weight[i], scales[i / group], kInt8);
    return;
  }
  auto getNibble = [&](size_t i) {
    return int(quantize(weight[i], scales[i / group], kInt4)) - kInt4.low;
  };
  for (size_t i = 0; i < result.size(); ++i) {
    int byte = getNibble(2 * i) | getNibble(2 * i + 1) << 4;
    result[i] = int8_t(byte);
  }
}

/// weight [N, K] -> panels [P, K / G, W, G]; unsigned ones hold 128 more.
void compute(PackPanelsOp op, ArrayRef<Values> operands, Result result) {
  auto type = cast<mlir::ShapedType>(op.getPanels().getType());
  int64_t rows = dim(op.getWeight(), 0), columns = dim(op.getWeight(), 1);
  int64_t width = type.getDimSize(2);
  int64_t group = type.getRank() == 4 ? type.getDimSize(3) : 1;
  float offset = type.getElementType().isUnsignedInteger() ? 128 : 0;
  std::fill(result.begin(), result.end(), offset);
  for (int64_t row = 0; row < rows; ++row) {
    const float *from = operands[0].data() + row * columns;
    float *to = result.data() + row / width * columns * width;
    for (int64_t k = 0; k < columns; k += group)
      for (int64_t g = 0; g < group; ++g)
        to[k * width + row % width * group + g] = from[k + g] + offset;
  }
}

/// B [C, N], C [1, C, N] -> taps [N, C].
void compute(ShiftKernelOp op, ArrayRef<Values> operands, Result result) {
  int64_t taps = dim(op.getTaps(), 0), channels = dim(op.getTaps(), 1);
  for (int64_t channel = 0; channel < channels; ++channel) {
    const float *b = operands[0].data() + channel * taps;
    const float *c = operands[1].data() + channel * taps;
    for (int64_t t = 0; t < taps; ++t) {
      double sum = 0;
      for (int64_t m = 0; m + t < taps; ++m)
        sum += double(b[m]) * c[m + t];
      result[t * channels + channel] = static_cast<float>(sum);
    }
  }
}

/// C [1, H, M, 2], B [R, M, 2], log_dt [H], inv_A_real and A_imag [R, M]
/// -> [4, M, H].
void compute(DiagModesOp op, ArrayRef<Values> operands, Result result) {
  int64_t modes = dim(op.getModes(), 1), heads = dim(op.getModes(), 2);
  int64_t rows = dim(op.getB(), 0);
  auto load = [&](size_t source, int64_t i) {
    return Complex(operands[source][2 * i], operands[source][2 * i + 1]);
  };
  for (int64_t head = 0; head < heads; ++head) {
    double dt = std::exp(double(operands[2][head]));
    for (int64_t mode = 0; mode < modes; ++mode) {
      int64_t shared = head % rows * modes + mode;
      Complex a(-std::exp(double(operands[3][shared])), operands[4][shared]);
      Complex decay, input; // dA, and dB / B
      if (op.getDiscretization() == Discretization::Bilinear) {
        decay = (1.0 + dt * a / 2.0) / (1.0 - dt * a / 2.0);
        input = dt / (1.0 - dt * a / 2.0);
      } else {
        decay = std::exp(dt * a);
        input = (decay - 1.0) / a;
      }
      Complex weight =
          2.0 * load(0, head * modes + mode) * input * load(1, shared);
      double parts[] = {decay.real(), decay.imag(), weight.real(),
                        -weight.imag()};
      for (int64_t i = 0; i < 4; ++i)
        result[(i * modes + mode) * heads + head] =
            static_cast<float>(parts[i]);
    }
  }
}

/// modes [4, M, H] -> kernel [L, H].
void compute(DiagKernelOp op, ArrayRef<Values> operands, Result result) {
  int64_t length = dim(op.getKernel(), 0), heads = dim(op.getKernel(), 1);
  int64_t modes = dim(op.getModes(), 1);
  // Powers by products; a fresh one from the logarithm now and then keeps them
  // as exact as doubles are.
  constexpr int64_t fresh = 256;
  std::vector<double> sums(length);
  for (int64_t head = 0; head < heads; ++head) {
    std::fill(sums.begin(), sums.end(), 0);
    for (int64_t mode = 0; mode < modes; ++mode) {
      auto part = [&](int64_t i) {
        return double(operands[0][(i * modes + mode) * heads + head]);
      };
      Complex decay(part(0), part(1)), power = 1;
      Complex logarithm = std::log(decay);
      for (int64_t t = 0; t < length; ++t) {
        if (t % fresh == 0 && t > 0)
          power = std::exp(double(t) * logarithm);
        sums[t] += part(2) * power.real() + part(3) * power.imag();
        power *= decay;
      }
    }
    for (int64_t t = 0; t < length; ++t)
      result[t * heads + head] = static_cast<float>(sums[t]);
  }
}

/// Replaces the values of a polynomial modulo x^n - g, with g at `angle`, by
/// its transform; see RingTransform.h.
void decimate(MutableArrayRef<Complex> values, ArrayRef<int64_t> factors,
              double angle) {
  if (factors.empty())
    return;
  constexpr double turn = 2 * 3.14159265358979323846;
  int64_t factor = factors[0], rest = values.size() / factor;
  SmallVector<Complex> roots; // Powers 0 .. factor - 1 of each block's root.
  for (int64_t j = 0; j < factor; ++j)
    for (int64_t q = 0; q < factor; ++q)
      roots.push_back(std::polar(1.0, turn * (angle + j) / factor * q));
  SmallVector<Complex> parts(factor);
  for (int64_t t = 0; t < rest; ++t) {
    for (int64_t j = 0; j < factor; ++j) {
      parts[j] = 0;
      for (int64_t q = 0; q < factor; ++q)
        parts[j] += roots[j * factor + q] * values[q * rest + t];
    }
    for (int64_t j = 0; j < factor; ++j)
      values[j * rest + t] = parts[j];
  }
  for (int64_t j = 0; j < factor; ++j)
    decimate(values.slice(j * rest, rest), factors.drop_front(),
             (angle + j) / factor);
}

/// kernel [L, C], perhaps reversed [L, C] -> spectrum [B, n, 2, W].
void compute(ConvSpectrumOp op, ArrayRef<Values> operands, Result result) {
  int64_t length = dim(op.getKernel(), 0), channels = dim(op.getKernel(), 1);
  int64_t n = dim(op.getSpectrum(), 1), width = dim(op.getSpectrum(), 3);
  SmallVector<int64_t> factors = getRingFactors(n);
  std::vector<Complex> values(n);
  for (auto [direction, kernel] : enumerate(operands))
    for (int64_t channel = 0; channel < channels; ++channel) {
      std::fill(values.begin(), values.end(), 0);
      for (int64_t t = 0; t < length; ++t)
        values[t] = kernel[t * channels + channel] / double(n);
      decimate(values, factors, 0.25);
      float *to = result.data() + channel / width * n * 2 * width;
      for (int64_t j = 0; j < n; ++j) {
        Complex value = direction == 0 ? values[j] : std::conj(values[j]);
        to[2 * j * width + channel % width] += float(value.real());
        to[(2 * j + 1) * width + channel % width] += float(value.imag());
      }
    }
}

/// Computes `op` to `result`; false if there is no function for it.
bool computeStep(mlir::Operation *op, ArrayRef<Values> operands,
                 Result result) {
  return TypeSwitch<mlir::Operation *, bool>(op)
      .Case<ConcatRowsOp, RoundWeightOp, QuantizeScalesOp, QuantizeOp,
            PackPanelsOp, ShiftKernelOp, DiagModesOp, DiagKernelOp,
            ConvSpectrumOp>([&](auto typed) {
        compute(typed, operands, result);
        return true;
      })
      .Default([](mlir::Operation *) { return false; });
}

Error follow(mlir::Block &recipe, ArrayRef<SourceTensor> sources,
             Result result) {
  DenseMap<mlir::Value, Values> known;
  std::vector<std::vector<float>> between;
  for (auto [argument, source] : zip_equal(recipe.getArguments(), sources))
    known[argument] = source.values;
  mlir::Value yielded = cast<YieldOp>(recipe.getTerminator()).getValue();
  if (known.count(yielded))
    copy(known[yielded], result.begin());
  for (mlir::Operation &op : recipe.without_terminator()) {
    SmallVector<Values> operands;
    for (mlir::Value operand : op.getOperands())
      operands.push_back(known.lookup(operand));
    Result place = result;
    if (op.getResult(0) != yielded) {
      auto type = cast<mlir::ShapedType>(op.getResult(0).getType());
      place = between.emplace_back(type.getNumElements());
    }
    if (!computeStep(&op, operands, place))
      return createStringError("the weight writer knows no '" +
                               op.getName().getStringRef() + "'");
    known[op.getResult(0)] = place;
  }
  return Error::success();
}

} // namespace

Error h3::computeParameter(ParameterOp parameter, const WeightSource &source,
                           MutableArrayRef<float> result) {
  std::vector<SourceTensor> tensors;
  for (auto [i, attribute] : enumerate(parameter.getSources())) {
    StringRef name = cast<mlir::StringAttr>(attribute);
    Expected<SourceTensor> tensor = source.read(name);
    if (!tensor)
      return tensor.takeError();
    mlir::Type type = parameter.getRecipe().empty()
                          ? parameter.getType()
                          : parameter.getRecipe().getArgument(i).getType();
    ArrayRef<int64_t> shape = cast<mlir::ShapedType>(type).getShape();
    if (shape != ArrayRef(tensor->shape))
      return createStringError(formatv(
          "tensor '{0}': expected the shape [{1:$[, ]}], found [{2:$[, ]}]",
          name, iterator_range(shape), iterator_range(tensor->shape)));
    tensors.push_back(std::move(*tensor));
  }
  if (!parameter.getRecipe().empty())
    return follow(parameter.getRecipe().front(), tensors, result);
  copy(tensors[0].values, result.begin());
  return Error::success();
}

Expected<std::vector<float>> h3::computeWeight(mlir::Value value,
                                               const WeightSource *source) {
  mlir::DenseFPElementsAttr constant;
  if (mlir::matchPattern(value, mlir::m_Constant(&constant)) &&
      constant.getElementType().isF32()) {
    auto values = constant.getValues<float>();
    return std::vector<float>(values.begin(), values.end());
  }
  auto type = cast<mlir::ShapedType>(value.getType());
  mlir::Operation *op = value.getDefiningOp();
  if (!op || !type.hasStaticShape())
    return createStringError("expected a function of weights");
  std::vector<float> result(type.getNumElements());
  if (auto get = dyn_cast<GetParameterOp>(op)) {
    if (!source)
      return createStringError("expected a checkpoint for '@" + get.getName() +
                               "'");
    auto parameter = mlir::SymbolTable::lookupNearestSymbolFrom<ParameterOp>(
        op, get.getNameAttr());
    if (Error failure = computeParameter(parameter, *source, result))
      return failure;
    return result;
  }
  std::vector<std::vector<float>> operands;
  for (mlir::Value operand : op->getOperands()) {
    Expected<std::vector<float>> values = computeWeight(operand, source);
    if (!values)
      return values.takeError();
    operands.push_back(std::move(*values));
  }
  if (!computeStep(op, SmallVector<Values>(operands.begin(), operands.end()),
                   result))
    return createStringError("the weight writer knows no '" +
                             op->getName().getStringRef() + "'");
  return result;
}
