//===- ConfigFile.cpp - config.json and the files of a model --------------===//

// LLVM is built without exceptions; a parse error is a discarded value instead.
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

#include "InputFile.h"
#include "Quote.h"
#include "h3/Importer/Config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace h3;
using Json = nlohmann::json;

/// A whole number within what the dimensions of a model can be.
static std::optional<int64_t> getDimension(const Json &value, int64_t least) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > INT32_MAX ||
      value.get<int64_t>() < least)
    return std::nullopt;
  return value.get<int64_t>();
}

static std::optional<SmallVector<int64_t, 4>> getLayers(const Json &value) {
  if (!value.is_array())
    return std::nullopt;
  SmallVector<int64_t, 4> layers;
  for (const Json &item : value) {
    std::optional<int64_t> layer = getDimension(item, 0);
    if (!layer)
      return std::nullopt;
    layers.push_back(*layer);
  }
  llvm::sort(layers);
  return layers;
}

static std::optional<double> getEpsilon(const Json &value) {
  // The kernels work in float, in which it must not vanish.
  if (!value.is_number() ||
      !(value.get<float>() > 0 && value.get<double>() < 1))
    return std::nullopt;
  return value.get<double>();
}

Expected<ConfigFile> h3::readConfigFile(StringRef path) {
  constexpr uint64_t maxSize = 1 << 20;
  auto fail = [&](const Twine &message) {
    return createStringError(path + ": " + message);
  };
  auto buffer = openInputFile(path, maxSize, "a config.json");
  if (!buffer)
    return buffer.takeError();
  StringRef text = (*buffer)->getBuffer();
  if (outlineJson(text).depth > kMaxJsonDepth)
    return fail("the JSON is nested deeper than " + Twine(kMaxJsonDepth));
  Json json = Json::parse(text.begin(), text.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (!json.is_object())
    return fail("the file is no JSON object; write one like "
                "{\"n_heads\": 12}");

  ConfigFile config;
  config.path = path.str();
  struct {
    StringRef key;
    std::optional<int64_t> *field;
    int64_t least;
  } const dimensions[] = {
      {"d_model", &config.dModel, 1},
      {"n_layer", &config.nLayer, 1},
      {"d_inner", &config.dInner, 1},
      {"vocab_size", &config.vocabSize, 1},
      {"pad_vocab_size_multiple", &config.padVocabMultiple, 1},
      {"n_heads", &config.nHeads, 1},
      {"rotary_emb_dim", &config.rotaryDim, 0},
      {"d_state", &config.dState, 1},
      {"head_dim", &config.headDim, 1},
  };
  for (const auto &item : json.items()) {
    const std::string &key = item.key();
    const Json &value = item.value();
    const auto *dimension = find_if(
        dimensions, [&](const auto &known) { return known.key == key; });
    bool isValid;
    StringRef expected = "an array of layer indices";
    if (dimension != std::end(dimensions)) {
      *dimension->field = getDimension(value, dimension->least);
      isValid = dimension->field->has_value();
      expected = dimension->least == 0 ? "an integer of 0 or more"
                                       : "a positive integer";
    } else if (key == "attn_layer_idx") {
      config.attnLayers = getLayers(value);
      isValid = config.attnLayers.has_value();
    } else if (key == "layer_norm_epsilon") {
      config.layerNormEps = getEpsilon(value);
      isValid = config.layerNormEps.has_value();
      expected = "a float between 0 and 1";
    } else {
      return fail("unknown key " + quote(key) +
                  "; the keys are d_model, n_layer, d_inner, vocab_size, "
                  "pad_vocab_size_multiple, attn_layer_idx, n_heads, "
                  "rotary_emb_dim, d_state, head_dim, layer_norm_epsilon");
    }
    if (!isValid)
      return fail("key " + quote(key) + " holds " + value.type_name() +
                  " that is not " + expected);
  }
  return config;
}

/// `folder/name` if there is such a file, else empty.
static std::string findFile(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  return sys::fs::is_regular_file(path) ? std::string(path) : std::string();
}

static bool isCheckpointName(StringRef name) {
  return name.ends_with(".pt") || name.ends_with(".safetensors");
}

static Expected<std::string> findCheckpoint(StringRef folder) {
  for (StringRef name : {"model.pt", "model.safetensors"})
    if (std::string path = findFile(folder, name); !path.empty())
      return path;
  std::vector<std::string> found;
  std::error_code code;
  sys::fs::directory_iterator it(folder, code), end;
  for (; !code && it != end; it.increment(code))
    if (isCheckpointName(it->path()) && sys::fs::is_regular_file(it->path()))
      found.push_back(it->path());
  if (code)
    return createStringError(folder + ": " + code.message());
  llvm::sort(found);
  if (found.empty())
    return createStringError(folder + ": no checkpoint found, expected "
                                      "model.pt, *.pt or *.safetensors");
  if (found.size() > 1)
    return createStringError(folder + ": " + Twine(found.size()) +
                             " checkpoints found, among them " +
                             sys::path::filename(found[0]) + " and " +
                             sys::path::filename(found[1]) + "; name one");
  return found.front();
}

Expected<ModelFiles> h3::resolveModel(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status))
    return createStringError(path + ": " + code.message() +
                             "; expected a checkpoint, a folder with one, or a "
                             "config.json beside one");
  bool isFolder = sys::fs::is_directory(status);
  bool isConfig = !isFolder && path.ends_with(".json");
  StringRef folder = isFolder ? path : sys::path::parent_path(path);
  if (folder.empty())
    folder = ".";
  ModelFiles files;
  files.checkpoint = path.str();
  if (isFolder || isConfig) {
    Expected<std::string> checkpoint = findCheckpoint(folder);
    if (!checkpoint)
      return checkpoint.takeError();
    files.checkpoint = *checkpoint;
  }
  files.config = isConfig ? path.str() : findFile(folder, "config.json");
  for (StringRef name : {"merges.txt", "tokenizer.json"})
    if (files.tokenizer.empty())
      files.tokenizer = findFile(folder, name);
  return files;
}
