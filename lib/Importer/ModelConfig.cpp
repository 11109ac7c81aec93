//===- ModelConfig.cpp - Published models and their tensors ---------------===//

#include "Quote.h"
#include "h3/Importer/Config.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace h3;

int64_t ModelConfig::paddedVocabSize() const {
  return alignTo(vocabSize, padVocabMultiple);
}

bool ModelConfig::isAttention(int64_t layer) const {
  return is_contained(attnLayers, layer);
}

/// Rotary frequencies are stored, but they follow from the rotary dimension.
static bool isBuffer(const TensorSpec &spec) {
  return StringRef(spec.name).ends_with(".inv_freq");
}

int64_t ModelConfig::numParameters() const {
  int64_t result = 0;
  for (const TensorSpec &spec : listTensors(*this)) {
    if (isBuffer(spec))
      continue;
    int64_t size = 1;
    for (int64_t extent : spec.shape)
      size *= extent;
    result += size;
  }
  return result;
}

ArrayRef<StringLiteral> h3::getPublishedNames() {
  static constexpr StringLiteral names[] = {"h3-125m", "h3-355m", "h3-1.3b",
                                            "h3-2.7b", "h3-2.7b-3attn"};
  return names;
}

std::optional<ModelConfig> h3::getPublishedConfig(StringRef name) {
  struct Row {
    StringLiteral name;
    int64_t dModel, nLayer, nHeads, rotaryDim;
    SmallVector<int64_t, 4> attnLayers;
  };
  const Row rows[] = {
      {"h3-125m", 768, 12, 12, 0, {6}},
      {"h3-355m", 1024, 24, 16, 0, {8, 16}},
      {"h3-1.3b", 2048, 24, 16, 0, {8, 16}},
      {"h3-2.7b", 2560, 32, 20, 64, {10, 21}},
      {"h3-2.7b-3attn", 2560, 32, 20, 0, {8, 16, 24}},
  };
  const Row *row = find_if(rows, [&](const Row &r) { return r.name == name; });
  if (row == std::end(rows))
    return std::nullopt;
  ModelConfig config;
  config.name = row->name.str();
  config.dModel = row->dModel;
  config.nLayer = row->nLayer;
  config.dInner = 4 * row->dModel;
  config.vocabSize = 50257;
  config.nHeads = row->nHeads;
  config.rotaryDim = row->rotaryDim;
  config.nSsm = row->dModel;
  config.attnLayers = row->attnLayers;
  return config;
}

std::vector<TensorSpec> h3::listTensors(const ModelConfig &config) {
  std::vector<TensorSpec> specs;
  std::string prefix = "backbone.";
  auto add = [&](StringRef name, ArrayRef<int64_t> shape) {
    specs.push_back({prefix + name.str(), {shape.begin(), shape.end()}});
  };
  auto addLinear = [&](StringRef name, int64_t out, int64_t in) {
    add((name + ".weight").str(), {out, in});
    add((name + ".bias").str(), {out});
  };
  auto addNorm = [&](StringRef name) {
    add((name + ".weight").str(), {config.dModel});
    add((name + ".bias").str(), {config.dModel});
  };
  int64_t d = config.dModel, heads = d / config.headDim;
  int64_t taps = config.dState, modes = config.dState / 2;
  add("embeddings.word_embeddings.weight", {config.paddedVocabSize(), d});
  for (int64_t layer = 0; layer < config.nLayer; ++layer) {
    prefix = ("backbone.layers." + Twine(layer) + ".").str();
    if (config.isAttention(layer)) {
      if (config.rotaryDim > 0)
        add("mixer.rotary_emb.inv_freq", {config.rotaryDim / 2});
      addLinear("mixer.Wqkv", 3 * d, d);
      addLinear("mixer.out_proj", d, d);
    } else {
      add("mixer.ssm_k_D", {d});
      add("mixer.D", {heads});
      addLinear("mixer.q_proj", d, d);
      addLinear("mixer.k_proj", d, d);
      addLinear("mixer.v_proj", d, d);
      add("mixer.ssm_k_kernel.kernel.B", {d, taps});
      add("mixer.ssm_k_kernel.kernel.C", {1, d, taps});
      add("mixer.kernel.kernel.C", {1, heads, modes, 2});
      add("mixer.kernel.kernel.log_dt", {heads});
      add("mixer.kernel.kernel.B", {config.nSsm, modes, 2});
      add("mixer.kernel.kernel.inv_A_real", {config.nSsm, modes});
      add("mixer.kernel.kernel.A_imag", {config.nSsm, modes});
      addLinear("mixer.output_linear", d, d);
    }
    addNorm("norm1");
    addLinear("mlp.fc1", config.dInner, d);
    addLinear("mlp.fc2", d, config.dInner);
    addNorm("norm2");
  }
  prefix = "backbone.";
  addNorm("ln_f");
  return specs;
}

Error h3::checkStateDict(const StateDict &stateDict,
                         const ModelConfig &config) {
  StringSet<> expected;
  for (const TensorSpec &spec : listTensors(config)) {
    expected.insert(spec.name);
    const Tensor *tensor = stateDict.find(spec.name);
    if (!tensor)
      return createStringError(
          stateDict.getPath() + ": tensor " + quote(spec.name) +
          " is missing, expected with shape " + formatShape(spec.shape) +
          "; the checkpoint is incomplete or not of an H3 model");
    if (ArrayRef<int64_t>(tensor->shape) != ArrayRef<int64_t>(spec.shape))
      return createStringError(
          stateDict.getPath() + ": tensor " +
          quote(stateDict.getOriginalName(spec.name)) + " has shape " +
          formatShape(tensor->shape) + ", expected " + formatShape(spec.shape) +
          "; the checkpoint does not fit the model's configuration");
  }
  for (const std::string &name : stateDict.getNames())
    if (!expected.contains(name))
      return createStringError(
          stateDict.getPath() + ": tensor " +
          quote(stateDict.getOriginalName(name)) + " with shape " +
          formatShape(stateDict.find(name)->shape) +
          " is not part of an H3 model of this configuration; remove it");
  return Error::success();
}
