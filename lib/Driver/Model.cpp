//===- Model.cpp - The model that a compilation starts from ---------------===//

#include "Model.h"
#include "h3/Importer/TokenizerFile.h"
#include "h3rt/abi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace h3;

static constexpr int64_t kGpt2Vocab = 50257;

static Error openPublished(Model &model, const CompileOptions &options) {
  std::optional<ModelConfig> config = getPublishedConfig(options.model);
  if (!config)
    return createStringError(options.model +
                             ": --random-weights needs a published shape, one "
                             "of " +
                             join(getPublishedNames(), ", "));
  model.source = options.model;
  model.config = *config;
  model.weights = createRandomSource(*config, *options.randomSeed);
  return Error::success();
}

/// Fills everything but the tokenizer; returns the file found beside the
/// checkpoint.
static Expected<std::string> openCheckpoint(Model &model,
                                            const CompileOptions &options) {
  if (getPublishedConfig(options.model) && !sys::fs::exists(options.model))
    return createStringError(
        options.model + ": no such file; this name of a published shape needs "
                        "--random-weights SEED, or name its checkpoint");
  Expected<ModelFiles> files = resolveModel(options.model);
  if (!files)
    return files.takeError();
  Expected<std::unique_ptr<Checkpoint>> checkpoint =
      Checkpoint::open(files->checkpoint);
  if (!checkpoint)
    return checkpoint.takeError();
  model.checkpoint = std::move(*checkpoint);
  Expected<StateDict> stateDict = StateDict::create(*model.checkpoint);
  if (!stateDict)
    return stateDict.takeError();
  model.stateDict = std::make_unique<StateDict>(std::move(*stateDict));

  std::optional<ConfigFile> file;
  if (!files->config.empty()) {
    Expected<ConfigFile> read = readConfigFile(files->config);
    if (!read)
      return read.takeError();
    file = std::move(*read);
  }
  Expected<ModelConfig> config =
      inferConfig(*model.stateDict, file, {options.heads});
  if (!config)
    return config.takeError();
  if (Error failure = checkStateDict(*model.stateDict, *config))
    return failure;
  model.config = std::move(*config);
  model.source = files->checkpoint;
  for (const std::string &path : {files->checkpoint, files->config})
    if (!path.empty())
      model.files.push_back(path);
  model.weights = createCheckpointSource(*model.checkpoint, *model.stateDict);
  return files->tokenizer;
}

/// The type in which a checkpoint has the first of its dense weights.
static std::string getStoredType(const Model &model) {
  const Tensor *table =
      model.stateDict
          ? model.stateDict->find("backbone.embeddings.word_embeddings.weight")
          : nullptr;
  if (!table)
    return "f32";
  return table->dtype == DType::F16    ? "f16"
         : table->dtype == DType::BF16 ? "bf16"
                                       : "f32";
}

static Error chooseTokenizer(Model &model, std::string file,
                             const CompileOptions &options,
                             raw_ostream &notes) {
  if (!options.tokenizer.empty())
    file = options.tokenizer;
  if (file == "bytes") {
    model.tokenizerKind = H3_TOKENIZER_BYTES;
  } else if (!file.empty()) {
    Expected<std::string> merges =
        readTokenizerFile(file, model.config.vocabSize);
    if (!merges)
      return merges.takeError();
    model.files.push_back(file);
    model.tokenizerKind = H3_TOKENIZER_MERGES;
    model.tokenizer = std::move(*merges);
  } else if (model.config.vocabSize == kGpt2Vocab) {
    model.tokenizerKind = H3_TOKENIZER_GPT2;
  } else {
    model.tokenizerKind = H3_TOKENIZER_NONE;
    notes << "note: no tokenizer for a vocabulary of " << model.config.vocabSize
          << "; the program takes token ids only (see --tokenizer)\n";
  }
  return Error::success();
}

Expected<Model> Model::open(const CompileOptions &options, raw_ostream &notes) {
  Model model;
  std::string tokenizerFile;
  if (options.randomSeed) {
    if (Error failure = openPublished(model, options))
      return failure;
  } else {
    Expected<std::string> found = openCheckpoint(model, options);
    if (!found)
      return found.takeError();
    tokenizerFile = std::move(*found);
  }
  model.weightType =
      options.weightType.empty() ? getStoredType(model) : options.weightType;
  if (Error failure = chooseTokenizer(model, tokenizerFile, options, notes))
    return failure;
  return model;
}

/// Multiply-adds of the dense layers count as two. The head runs for the last
/// token of a prompt alone, and SSMs and attention are a few percent.
static int64_t countFlopsPerPromptToken(const ModelConfig &config) {
  int64_t d = config.dModel, result = 0;
  for (int64_t layer = 0; layer < config.nLayer; ++layer)
    result += 4 * d * d + 2 * d * config.dInner;
  return 2 * result;
}

ModelDescription h3::describe(const Model &model, const CompileOptions &options,
                              const CpuTarget &target, uint64_t weightBytes,
                              ArrayRef<std::string> forms) {
  const ModelConfig &config = model.config;
  json::Array layers;
  for (int64_t layer = 0; layer < config.nLayer; ++layer) {
    if (config.isAttention(layer)) {
      layers.push_back(json::Object{{"mixer", "attention"}});
      continue;
    }
    layers.push_back(json::Object{{"mixer", "h3"},
                                  {"shift_ssm", "fir"},
                                  {"diag_ssm", forms.consume_front()}});
  }
  json::Object info{
      {"model", config.name},
      {"parameters", config.numParameters()},
      {"weight_type", model.weightType},
      {"target", options.target == TargetKind::Cpu ? "cpu" : "cuda"},
      {"mcpu", target.cpu},
      {"weight_bytes_per_token", int64_t(weightBytes)},
      {"flops_per_prompt_token", countFlopsPerPromptToken(config)},
      {"layers", std::move(layers)}};
  bool hasAttention = !config.attnLayers.empty();
  ModelDescription result;
  result.vocab = config.vocabSize;
  result.paddedVocab = config.paddedVocabSize();
  result.maxTokens = options.maxTokens;
  result.maxSequences = options.maxSequences;
  result.maxContext = hasAttention ? options.maxContext : 0;
  result.tokenizerKind = model.tokenizerKind;
  result.tokenizer = model.tokenizer;
  raw_string_ostream(result.info) << json::Value(std::move(info));
  return result;
}
