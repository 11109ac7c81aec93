//===- Config.h - The dimensions of an H3 model -----------------*- C++ -*-===//
//
// Nearly all of the configuration can be read off the names and shapes of the
// tensors; config.json, the table of published models and options fill the
// rest.
//
//===----------------------------------------------------------------------===//

#ifndef H3_IMPORTER_CONFIG_H
#define H3_IMPORTER_CONFIG_H

#include "h3/Importer/StateDict.h"
#include <optional>

namespace h3 {

struct ModelConfig {
  /// The published name (`h3-125m`) where all dimensions agree, else `h3`.
  std::string name = "h3";
  int64_t dModel = 0;
  int64_t nLayer = 0;
  /// Width of the MLP's hidden layer.
  int64_t dInner = 0;
  /// Before padding: ids from here on are never sampled.
  int64_t vocabSize = 0;
  int64_t padVocabMultiple = 8;
  /// Taps of the shift SSM; the diagonal SSM has half as many complex modes.
  int64_t dState = 64;
  /// Width of a head of the H3 mixer; not of the attention.
  int64_t headDim = 1;
  /// Attention heads; 1 in a model without attention.
  int64_t nHeads = 1;
  /// Rotated features of an attention head; 0 without rotary embedding.
  int64_t rotaryDim = 0;
  /// Rows of the stored A and B: head `h` of the H3 mixer uses `h mod nSsm`.
  int64_t nSsm = 0;
  /// Layers with attention, ascending. All others are H3 layers.
  llvm::SmallVector<int64_t, 4> attnLayers;
  double layerNormEps = 1e-5;

  int64_t paddedVocabSize() const;
  bool isAttention(int64_t layer) const;
  /// Trained numbers, as published: the tied head counts once, rotary
  /// frequencies do not count.
  int64_t numParameters() const;
};

/// What a config.json says; a field that it leaves out is empty.
struct ConfigFile {
  std::string path;
  std::optional<int64_t> dModel, nLayer, dInner, vocabSize, padVocabMultiple,
      nHeads, rotaryDim, dState, headDim;
  std::optional<llvm::SmallVector<int64_t, 4>> attnLayers;
  std::optional<double> layerNormEps;
};

/// What the command line says; it has the last word.
struct ConfigOverrides {
  std::optional<int64_t> heads;
};

/// Unknown keys and values of the wrong type are errors.
llvm::Expected<ConfigFile> readConfigFile(llvm::StringRef path);

/// Reads the dimensions off the tensors. A config file that contradicts them is
/// an error, and so is a number of heads that nothing tells. Does not check
/// every tensor: that is checkStateDict's task.
llvm::Expected<ModelConfig> inferConfig(const StateDict &stateDict,
                                        const std::optional<ConfigFile> &file,
                                        const ConfigOverrides &overrides);

/// `h3-125m`, `h3-355m`, `h3-1.3b`, `h3-2.7b` and `h3-2.7b-3attn`.
llvm::ArrayRef<llvm::StringLiteral> getPublishedNames();

/// The configuration of a published name.
std::optional<ModelConfig> getPublishedConfig(llvm::StringRef name);

struct TensorSpec {
  std::string name;
  llvm::SmallVector<int64_t, 4> shape;
};

/// Every tensor of such a model under its published name, in checkpoint order.
/// The tied `lm_head.weight` is not among them.
std::vector<TensorSpec> listTensors(const ModelConfig &config);

/// Fails on the first tensor that is missing, mis-shaped or unexpected.
llvm::Error checkStateDict(const StateDict &stateDict,
                           const ModelConfig &config);

/// The files of a model. `config` and `tokenizer` are empty if absent.
struct ModelFiles {
  std::string checkpoint;
  std::string config;
  std::string tokenizer;
};

/// What MODEL names on the command line: a checkpoint, a folder with one, or
/// the config.json beside one. In a folder, `model.pt` and `model.safetensors`
/// come before the only other checkpoint.
llvm::Expected<ModelFiles> resolveModel(llvm::StringRef path);

} // namespace h3

#endif // H3_IMPORTER_CONFIG_H
