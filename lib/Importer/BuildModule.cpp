//===- BuildModule.cpp - A configuration as an h3 module ------------------===//
//
// The model of "Hungry Hungry Hippos" (arXiv 2212.14052): pre-norm blocks, each
// a mixer (H3 or attention) and an MLP, around one stream of residuals; the
// head is the embedding table.
//
//===----------------------------------------------------------------------===//

#include "h3/Importer/BuildModule.h"
#include "H3Dialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

using namespace mlir;
using namespace h3;

namespace {

constexpr int64_t kDynamic = ShapedType::kDynamic;

class ModuleBuilder {
public:
  ModuleBuilder(MLIRContext &context, const ModelConfig &config,
                int64_t maxContext, StringRef source)
      : config(config), maxContext(maxContext),
        sourceLoc(FileLineColLoc::get(&context, source, 0, 0)),
        b(sourceLoc, &context) {}

  OwningOpRef<ModuleOp> build() {
    OwningOpRef<ModuleOp> module = ModuleOp::create(b, sourceLoc);
    b.setInsertionPointToStart(module->getBody());
    declareParameters();
    createStep();
    buildStep();
    return module;
  }

private:
  RankedTensorType floats(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, b.getF32Type());
  }

  /// What follows belongs to the tensor or layer `name`.
  void locate(const Twine &name) {
    b.setLoc(NameLoc::get(b.getStringAttr(name), sourceLoc));
  }

  void declareParameters() {
    for (const TensorSpec &spec : listTensors(config)) {
      locate(spec.name);
      ParameterOp::create(b, spec.name, floats(spec.shape),
                          b.getStrArrayAttr({spec.name}), IntegerAttr());
      types[spec.name] = floats(spec.shape);
    }
    b.setLoc(sourceLoc);
  }

  /// The function with its arguments: the batch, the logits, and one state or
  /// cache after the other in the order of the layers.
  void createStep() {
    auto indices = RankedTensorType::get({kDynamic}, b.getI32Type());
    SmallVector<Type> inputs(6, indices);
    SmallVector<StringRef> roles(6);
    auto add = [&](StringRef role, ArrayRef<int64_t> shape) {
      inputs.push_back(floats(shape));
      roles.push_back(role);
    };
    add("logits", {kDynamic, config.paddedVocabSize()});
    for (int64_t layer = 0; layer < config.nLayer; ++layer) {
      if (config.isAttention(layer)) {
        add("cache", {kDynamic, 2, maxContext, config.dModel});
        continue;
      }
      add("state", {kDynamic, config.dState, config.dModel});
      add("state", {kDynamic, config.dState / 2, 2, planesWidth()});
    }
    ArrayRef<Type> results = ArrayRef<Type>(inputs).drop_front(6);
    auto step =
        func::FuncOp::create(b, "step", b.getFunctionType(inputs, results));
    for (auto [i, role] : llvm::enumerate(roles))
      if (!role.empty())
        step.setArgAttr(i, "h3.role", b.getStringAttr(role));
    Block *body = step.addEntryBlock();
    b.setInsertionPointToStart(body);
    auto arguments = body->getArguments();
    tokens = arguments[0];
    sequences = arguments[1];
    starts = arguments[2];
    slots = arguments[3];
    positions = arguments[4];
    rows = arguments[5];
    // Every one of them is replaced by its new value as the layers go by.
    written.assign(arguments.begin() + 6, arguments.end());
  }

  void buildStep() {
    Value zero = arith::ConstantIndexOp::create(b, 0);
    numTokens = tensor::DimOp::create(b, tokens, zero);
    prefix = "backbone.";
    Value table = parameter("embeddings.word_embeddings.weight");
    Value residual = layer<EmbeddingOp>({tokens, table}, empty(config.dModel));
    size_t next = 1; // After the logits.
    for (int64_t i = 0; i < config.nLayer; ++i) {
      prefix = ("backbone.layers." + Twine(i) + ".").str();
      Value normal = layerNorm(residual, "norm1", numTokens);
      residual = config.isAttention(i) ? attention(normal, residual, next)
                                       : mixer(normal, residual, next);
      normal = layerNorm(residual, "norm2", numTokens);
      Value hidden = linear(normal, "mlp.fc1", empty(config.dInner), true);
      residual = linear(hidden, "mlp.fc2", residual, false, true);
    }
    prefix = "backbone.";
    locate("rows");
    Value numRows = tensor::DimOp::create(b, rows, zero);
    Value wanted =
        layer<GatherRowsOp>({rows, residual}, empty(config.dModel, numRows));
    wanted = layerNorm(wanted, "ln_f", numRows);
    table = parameter("embeddings.word_embeddings.weight");
    written[0] = LinearOp::create(b, wanted, table, written[0])->getResult(0);
    func::ReturnOp::create(b, written);
  }

  /// The H3 mixer (section 3.2): the shift SSM over the keys, the diagonal SSM
  /// over their products with the values, gated by the queries.
  Value mixer(Value normal, Value residual, size_t &next) {
    Value q = linear(normal, "mixer.q_proj", empty(config.dModel));
    Value k = linear(normal, "mixer.k_proj", empty(config.dModel));
    Value v = linear(normal, "mixer.v_proj", empty(config.dModel));

    Value shiftB = parameter("mixer.ssm_k_kernel.kernel.B");
    Value shiftC = parameter("mixer.ssm_k_kernel.kernel.C");
    Value taps = ShiftKernelOp::create(b, shiftB, shiftC);
    Value keySkip = parameter("mixer.ssm_k_D");
    Value shifted = empty(config.dModel);
    auto shift = ShiftSsmOp::create(b, k, taps, keySkip, starts, slots,
                                    positions, shifted, written[next]);
    written[next++] = shift->getResult(1);

    NamedAttribute headDim =
        b.getNamedAttr("head_dim", b.getI64IntegerAttr(config.headDim));
    Value planes = layer<HeadExpandOp>({shift->getResult(0), v},
                                       empty(planesWidth()), headDim);
    Value c = parameter("mixer.kernel.kernel.C");
    Value bRows = parameter("mixer.kernel.kernel.B");
    Value logDt = parameter("mixer.kernel.kernel.log_dt");
    Value invAReal = parameter("mixer.kernel.kernel.inv_A_real");
    Value aImag = parameter("mixer.kernel.kernel.A_imag");
    Value modes = DiagModesOp::create(b, c, bRows, logDt, invAReal, aImag);
    Value skip = parameter("mixer.D");
    Value init = empty(planesWidth());
    auto diag =
        DiagSsmOp::create(b, planes, modes, skip, Value(), starts, slots,
                          positions, FormAttr(), init, written[next]);
    written[next++] = diag->getResult(1);
    Value mixed = layer<HeadContractOp>({q, diag->getResult(0)},
                                        empty(config.dModel), headDim);
    return linear(mixed, "mixer.output_linear", residual, false, true);
  }

  Value attention(Value normal, Value residual, size_t &next) {
    Value qkv = linear(normal, "mixer.Wqkv", empty(3 * config.dModel));
    Value rotary;
    if (config.rotaryDim > 0)
      rotary = parameter("mixer.rotary_emb.inv_freq");
    Value &cache = written[next++];
    cache = CacheKeysOp::create(b, qkv, sequences, rotary, starts, slots,
                                positions, config.nHeads, cache)
                ->getResult(0);
    Value init = empty(config.dModel);
    Value mixed = AttentionOp::create(b, qkv, cache, sequences, rotary, starts,
                                      slots, positions, config.nHeads, init)
                      ->getResult(0);
    return linear(mixed, "mixer.out_proj", residual, false, true);
  }

  Value layerNorm(Value input, StringRef name, Value numRows) {
    Value weight = parameter(name + ".weight"),
          bias = parameter(name + ".bias");
    return layer<LayerNormOp>(
        {input, weight, bias}, empty(config.dModel, numRows),
        b.getNamedAttr("epsilon", b.getF32FloatAttr(config.layerNormEps)));
  }

  Value linear(Value input, StringRef name, Value output, bool gelu = false,
               bool accumulate = false) {
    Value bias = parameter(name + ".bias"),
          weight = parameter(name + ".weight");
    return LinearOp::create(b, input, weight, output, bias, gelu, accumulate)
        ->getResult(0);
  }

  /// A layer with one `outs` operand.
  template <typename OpTy>
  Value layer(std::initializer_list<Value> inputs, Value output,
              ArrayRef<NamedAttribute> attributes = {}) {
    SmallVector<Value> operands(inputs);
    operands.push_back(output);
    return OpTy::create(b, operands, attributes)->getResult(0);
  }

  Value parameter(const Twine &name) {
    std::string full = (prefix + name).str();
    locate(full);
    return GetParameterOp::create(b, types.lookup(full), full);
  }

  Value empty(int64_t columns, Value numRows = {}) {
    return tensor::EmptyOp::create(b, floats({kDynamic, columns}),
                                   numRows ? numRows : numTokens);
  }

  /// Columns of the products within the heads: C * head_dim.
  int64_t planesWidth() const { return config.dModel * config.headDim; }

  const ModelConfig &config;
  const int64_t maxContext;
  const Location sourceLoc;
  ImplicitLocOpBuilder b;
  llvm::StringMap<RankedTensorType> types;
  std::string prefix;
  Value tokens, sequences, starts, slots, positions, rows, numTokens;
  SmallVector<Value> written;
};

} // namespace

OwningOpRef<ModuleOp> h3::buildModule(MLIRContext &context,
                                      const ModelConfig &config,
                                      int64_t maxContext, StringRef source) {
  context.loadDialect<H3Dialect, arith::ArithDialect, func::FuncDialect,
                      tensor::TensorDialect>();
  return ModuleBuilder(context, config, maxContext, source).build();
}
