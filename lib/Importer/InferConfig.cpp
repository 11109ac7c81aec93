//===- InferConfig.cpp - The dimensions of a checkpoint -------------------===//

#include "Quote.h"
#include "h3/Importer/Config.h"
#include "llvm/Support/MathExtras.h"
#include <set>

using namespace llvm;
using namespace h3;

namespace {

constexpr int64_t PublishedVocab = 50257;
constexpr int64_t PublishedMultiple = 8;

/// Fills a ModelConfig step by step; each step relies on those before it.
class Inference {
public:
  Inference(const StateDict &stateDict, const std::optional<ConfigFile> &file,
            const ConfigOverrides &overrides)
      : stateDict(stateDict), file(file ? *file : ConfigFile()),
        overrides(overrides) {}

  Expected<ModelConfig> run();

private:
  Error error(const Twine &message) const {
    return createStringError(stateDict.getPath() + ": " + message);
  }
  /// The tensor, checked to have `rank` dimensions that are not zero.
  Expected<const Tensor *> get(const Twine &name, size_t rank) const;
  Error readLayers();
  Error readH3Layer(int64_t layer);
  Error readAttentionLayer(int64_t layer);
  Error chooseVocab();
  Error chooseHeads();
  Error compareWithFile() const;
  void chooseName();

  const StateDict &stateDict;
  ConfigFile file;
  ConfigOverrides overrides;
  ModelConfig config;
  int64_t rows = 0; ///< of the embedding
};

} // namespace

Expected<const Tensor *> Inference::get(const Twine &name, size_t rank) const {
  std::string key = name.str();
  const Tensor *tensor = stateDict.find(key);
  if (!tensor)
    return error("tensor " + quote(key) +
                 " is missing; the checkpoint is incomplete or not of an H3 "
                 "model");
  if (tensor->shape.size() != rank || is_contained(tensor->shape, 0))
    return error("tensor " + quote(stateDict.getOriginalName(key)) +
                 " has shape " + formatShape(tensor->shape) + ", expected " +
                 Twine(rank) + " dimensions that are not 0");
  return tensor;
}

Error Inference::readLayers() {
  // A set, because the largest index bounds nothing in a damaged file.
  std::set<uint64_t> layers;
  for (StringRef name : stateDict.getNames()) {
    uint64_t layer;
    if (name.consume_front("backbone.layers.") &&
        !name.consumeInteger(10, layer))
      layers.insert(layer);
  }
  if (layers.empty())
    return error("no tensor is named 'backbone.layers.*'; the checkpoint is "
                 "not of an H3 model");
  if (*layers.rbegin() != layers.size() - 1)
    return error("there are tensors of " + Twine(layers.size()) +
                 " layers, but the last one is layer " +
                 Twine(*layers.rbegin()) + "; the checkpoint is incomplete");
  constexpr size_t maxLayers = 4096; // The deepest published model has 32.
  if (layers.size() > maxLayers)
    return error("there are tensors of " + Twine(layers.size()) +
                 " layers, expected at most " + Twine(maxLayers));
  config.nLayer = layers.size();
  std::optional<int64_t> firstH3;
  for (int64_t layer = 0; layer < config.nLayer; ++layer) {
    if (stateDict.find(
            ("backbone.layers." + Twine(layer) + ".mixer.Wqkv.weight").str()))
      config.attnLayers.push_back(layer);
    else if (!firstH3)
      firstH3 = layer;
  }
  Expected<const Tensor *> fc1 = get("backbone.layers.0.mlp.fc1.weight", 2);
  if (!fc1)
    return fc1.takeError();
  config.dInner = (*fc1)->shape[0];
  config.nSsm = config.dModel;
  if (firstH3) {
    if (Error failure = readH3Layer(*firstH3))
      return failure;
  } else { // No tensor depends on them.
    config.dState = file.dState.value_or(config.dState);
    config.headDim = file.headDim.value_or(config.headDim);
  }
  if (!config.attnLayers.empty())
    return readAttentionLayer(config.attnLayers.front());
  return Error::success();
}

Error Inference::readH3Layer(int64_t layer) {
  std::string mixer = ("backbone.layers." + Twine(layer) + ".mixer.").str();
  Expected<const Tensor *> shift = get(mixer + "ssm_k_kernel.kernel.B", 2);
  if (!shift)
    return shift.takeError();
  Expected<const Tensor *> skip = get(mixer + "D", 1);
  if (!skip)
    return skip.takeError();
  Expected<const Tensor *> modes = get(mixer + "kernel.kernel.A_imag", 2);
  if (!modes)
    return modes.takeError();
  config.dState = (*shift)->shape[1];
  if (config.dState % 2 != 0)
    return error("tensor " + quote(mixer + "ssm_k_kernel.kernel.B") + " has " +
                 Twine(config.dState) + " taps, expected an even number");
  int64_t heads = (*skip)->shape[0];
  if (config.dModel % heads != 0)
    return error("tensor " + quote(mixer + "D") + " has " + Twine(heads) +
                 " elements, expected a divisor of the model's width " +
                 Twine(config.dModel));
  config.headDim = config.dModel / heads;
  config.nSsm = (*modes)->shape[0];
  if (config.nSsm < 1 || heads % config.nSsm != 0)
    return error("tensor " + quote(mixer + "kernel.kernel.A_imag") + " has " +
                 Twine(config.nSsm) + " rows, expected a divisor of the " +
                 Twine(heads) + " heads that share them");
  return Error::success();
}

Error Inference::readAttentionLayer(int64_t layer) {
  std::string name =
      ("backbone.layers." + Twine(layer) + ".mixer.rotary_emb.inv_freq").str();
  if (!stateDict.find(name))
    return Error::success();
  Expected<const Tensor *> frequencies = get(name, 1);
  if (!frequencies)
    return frequencies.takeError();
  config.rotaryDim = 2 * (*frequencies)->shape[0];
  return Error::success();
}

/// The embedding tells only the padded size of the vocabulary.
Error Inference::chooseVocab() {
  bool isPublished =
      rows == int64_t(alignTo(PublishedVocab, PublishedMultiple));
  config.vocabSize =
      file.vocabSize.value_or(isPublished ? PublishedVocab : rows);
  int64_t multiple = PublishedMultiple;
  if (config.vocabSize == rows && rows % multiple != 0)
    multiple = 1;
  config.padVocabMultiple = file.padVocabMultiple.value_or(multiple);
  // Both may be near the largest number: compare before padding.
  if (config.vocabSize > rows || config.padVocabMultiple > rows ||
      config.paddedVocabSize() != rows)
    return createStringError(
        Twine(file.path.empty() ? stateDict.getPath() : file.path) +
        ": a vocabulary of " + Twine(config.vocabSize) +
        " padded to a multiple of " + Twine(config.padVocabMultiple) +
        " does not give the " + Twine(rows) +
        " rows of the embedding; correct 'vocab_size' or "
        "'pad_vocab_size_multiple'");
  return Error::success();
}

Error Inference::chooseHeads() {
  if (config.attnLayers.empty())
    return Error::success();
  std::optional<int64_t> heads =
      overrides.heads ? overrides.heads : file.nHeads;
  for (StringRef name : getPublishedNames()) {
    std::optional<ModelConfig> published = getPublishedConfig(name);
    if (!heads && published->dModel == config.dModel &&
        published->nLayer == config.nLayer &&
        published->attnLayers == config.attnLayers)
      heads = published->nHeads;
  }
  if (!heads)
    return error("the tensors do not tell the number of attention heads, and "
                 "this is no published model; pass --heads or write a "
                 "config.json with 'n_heads' beside the checkpoint");
  if (*heads < 1 || config.dModel % *heads != 0)
    return error(Twine(*heads) +
                 " attention heads do not divide the model's width " +
                 Twine(config.dModel) + "; correct --heads or 'n_heads'");
  config.nHeads = *heads;
  if (config.rotaryDim > config.dModel / config.nHeads)
    return error(Twine(config.rotaryDim) +
                 " rotary dimensions do not fit an attention head of width " +
                 Twine(config.dModel / config.nHeads) +
                 "; correct --heads or 'n_heads'");
  return Error::success();
}

Error Inference::compareWithFile() const {
  auto contradicts = [&](StringRef key, const Twine &stated,
                         const Twine &found) {
    return createStringError(Twine(file.path) + ": '" + key + "' is " + stated +
                             ", but the tensors of " + stateDict.getPath() +
                             " have " + found + "; correct or remove the key");
  };
  struct {
    StringRef key;
    std::optional<int64_t> stated;
    int64_t found;
  } const keys[] = {
      {"d_model", file.dModel, config.dModel},
      {"n_layer", file.nLayer, config.nLayer},
      {"d_inner", file.dInner, config.dInner},
      {"rotary_emb_dim", file.rotaryDim, config.rotaryDim},
      {"d_state", file.dState, config.dState},
      {"head_dim", file.headDim, config.headDim},
  };
  for (const auto &key : keys)
    if (key.stated && *key.stated != key.found)
      return contradicts(key.key, Twine(*key.stated), Twine(key.found));
  if (file.attnLayers && *file.attnLayers != config.attnLayers)
    return contradicts("attn_layer_idx", formatShape(*file.attnLayers),
                       formatShape(config.attnLayers));
  return Error::success();
}

void Inference::chooseName() {
  auto key = [](const ModelConfig &c) {
    return std::tie(c.dModel, c.nLayer, c.dInner, c.vocabSize, c.dState,
                    c.headDim, c.nHeads, c.rotaryDim, c.nSsm, c.attnLayers);
  };
  for (StringRef name : getPublishedNames())
    if (key(*getPublishedConfig(name)) == key(config))
      config.name = name.str();
}

Expected<ModelConfig> Inference::run() {
  Expected<const Tensor *> embedding =
      get("backbone.embeddings.word_embeddings.weight", 2);
  if (!embedding)
    return embedding.takeError();
  rows = (*embedding)->shape[0];
  config.dModel = (*embedding)->shape[1];
  config.layerNormEps = file.layerNormEps.value_or(config.layerNormEps);
  if (Error failure = readLayers())
    return failure;
  if (Error failure = chooseVocab())
    return failure;
  if (Error failure = chooseHeads())
    return failure;
  if (Error failure = compareWithFile())
    return failure;
  chooseName();
  return config;
}

Expected<ModelConfig> h3::inferConfig(const StateDict &stateDict,
                                      const std::optional<ConfigFile> &file,
                                      const ConfigOverrides &overrides) {
  return Inference(stateDict, file, overrides).run();
}
