//===- config-test.cpp - Names, dimensions and real checkpoints -----------===//

#include "FileBuilder.h"
#include "h3/Importer/Config.h"

using namespace llvm;
using namespace h3;
using namespace h3::test;

namespace {

TEST(Config, PublishedFoldersAgreeWithTheTable) {
  for (llvm::StringRef name : getPublishedNames()) {
    auto file =
        readConfigFile((H3_MODELS_DIR "/" + name + "/config.json").str());
    ASSERT_TRUE(bool(file)) << name.str();
    std::optional<ModelConfig> config = getPublishedConfig(name);
    EXPECT_EQ(file->dModel, config->dModel);
    EXPECT_EQ(file->nLayer, config->nLayer);
    EXPECT_EQ(file->dInner, config->dInner);
    EXPECT_EQ(file->vocabSize, config->vocabSize);
    EXPECT_EQ(file->padVocabMultiple, config->padVocabMultiple);
    EXPECT_EQ(file->attnLayers, config->attnLayers);
    EXPECT_EQ(file->nHeads, config->nHeads);
    EXPECT_EQ(file->rotaryDim, config->rotaryDim);
    EXPECT_EQ(file->dState, config->dState);
    EXPECT_EQ(file->headDim, config->headDim);
    EXPECT_EQ(file->layerNormEps, config->layerNormEps);
  }
}

TEST(Config, PublishedParameterCounts) {
  EXPECT_EQ(getPublishedConfig("h3-125m")->numParameters(), 126387456);
  EXPECT_EQ(getPublishedConfig("h3-355m")->numParameters(), 361058304);
  EXPECT_EQ(getPublishedConfig("h3-1.3b")->numParameters(), 1326096384);
  EXPECT_EQ(getPublishedConfig("h3-2.7b")->numParameters(), 2671134720);
  EXPECT_EQ(getPublishedConfig("h3-2.7b-3attn")->numParameters(), 2670307840);
  EXPECT_FALSE(getPublishedConfig("h3-7b"));
}

/// A safetensors file of a model without weights worth speaking of: every
/// tensor is listed with its shape, all bytes are zero.
std::string emptyModel(const ModelConfig &config) {
  std::string header = "{";
  uint64_t end = 0;
  for (const TensorSpec &spec : listTensors(config)) {
    uint64_t begin = end, size = 1;
    std::string shape;
    for (int64_t extent : spec.shape) {
      size *= extent;
      shape += (shape.empty() ? "" : ",") + std::to_string(extent);
    }
    end += size;
    header += (header.size() > 1 ? ",\"" : "\"") + spec.name +
              "\":{\"dtype\":\"U8\",\"shape\":[" + shape +
              "],\"data_offsets\":[" + std::to_string(begin) + "," +
              std::to_string(end) + "]}";
  }
  return safeTensors(header + "}", std::string(end, '\0'));
}

/// A small model with attention in layer 1.
ModelConfig smallConfig() {
  ModelConfig config;
  config.dModel = 8;
  config.nLayer = 2;
  config.dInner = 32;
  config.vocabSize = 16;
  config.dState = 4;
  config.nSsm = 8;
  config.nHeads = 2;
  config.attnLayers = {1};
  return config;
}

struct Loaded {
  std::unique_ptr<Checkpoint> checkpoint;
  StateDict stateDict;
};

Loaded load(StringRef path) {
  auto checkpoint = cantFail(Checkpoint::open(path));
  auto stateDict = cantFail(StateDict::create(*checkpoint));
  return {std::move(checkpoint), std::move(stateDict)};
}

std::string inferError(StringRef contents, const ConfigFile &file,
                       std::optional<int64_t> heads) {
  TemporaryFile temporary(contents);
  Loaded loaded = load(temporary.getPath());
  auto config = inferConfig(loaded.stateDict, file, {heads});
  if (!config)
    return toString(config.takeError());
  return toString(checkStateDict(loaded.stateDict, *config));
}

TEST(Config, HeadsMustBeTold) {
  std::string model = emptyModel(smallConfig());
  EXPECT_NE(inferError(model, {}, {}).find("pass --heads"), std::string::npos);
  EXPECT_EQ(inferError(model, {}, 2), "");
  EXPECT_NE(inferError(model, {}, 3).find("do not divide"), std::string::npos);
  EXPECT_NE(inferError(model, {}, 0).find("do not divide"), std::string::npos);
}

TEST(Config, ContradictionsWithTheFile) {
  std::string model = emptyModel(smallConfig());
  ConfigFile file;
  file.path = "config.json";
  file.dModel = 9;
  EXPECT_NE(inferError(model, file, 2).find("'d_model' is 9"),
            std::string::npos);
  file.dModel = 8;
  file.attnLayers = {0};
  EXPECT_NE(inferError(model, file, 2).find("'attn_layer_idx' is [0]"),
            std::string::npos);
  file.attnLayers.reset();
  file.vocabSize = 8;
  EXPECT_NE(inferError(model, file, 2).find("a vocabulary of 8"),
            std::string::npos);
}

TEST(Config, WrongTensorsAreNamed) {
  ModelConfig config = smallConfig();
  TemporaryFile temporary(emptyModel(config));
  Loaded loaded = load(temporary.getPath());
  config.dInner = 16;
  EXPECT_NE(toString(checkStateDict(loaded.stateDict, config))
                .find("'backbone.layers.0.mlp.fc1.weight' has shape [32, 8], "
                      "expected [16, 8]"),
            std::string::npos);
  config = smallConfig();
  config.rotaryDim = 2;
  EXPECT_NE(toString(checkStateDict(loaded.stateDict, config))
                .find("rotary_emb.inv_freq' is missing"),
            std::string::npos);
  config = smallConfig();
  config.nLayer = 1;
  EXPECT_NE(toString(checkStateDict(loaded.stateDict, config))
                .find("is not part of an H3 model"),
            std::string::npos);
}

TEST(Config, FileErrors) {
  auto read = [](StringRef text) {
    TemporaryFile file(text);
    auto config = readConfigFile(file.getPath());
    return config ? std::string() : toString(config.takeError());
  };
  EXPECT_EQ(read("{}"), "");
  EXPECT_NE(read("{").find("no JSON object"), std::string::npos);
  EXPECT_NE(read(R"({"width": 3})").find("unknown key 'width'"),
            std::string::npos);
  EXPECT_NE(read(R"({"d_model": -3})").find("key 'd_model'"),
            std::string::npos);
  EXPECT_NE(read(R"({"d_model": 1e99})").find("key 'd_model'"),
            std::string::npos);
  EXPECT_NE(read(R"({"attn_layer_idx": 1})").find("array of layer indices"),
            std::string::npos);
  EXPECT_NE(read(R"({"layer_norm_epsilon": 0})").find("between 0 and 1"),
            std::string::npos);
}

class Golden : public testing::TestWithParam<const char *> {};

TEST_P(Golden, Loads) {
  std::string folder = std::string(H3_GOLDEN_DIR) + "/" + GetParam();
  ModelFiles files = cantFail(resolveModel(folder));
  Loaded loaded = load(files.checkpoint);
  ConfigFile file = cantFail(readConfigFile(files.config));
  ModelConfig config = cantFail(inferConfig(loaded.stateDict, file, {}));
  EXPECT_EQ(toString(checkStateDict(loaded.stateDict, config)), "");
  EXPECT_EQ(config.vocabSize, *file.vocabSize);
  EXPECT_EQ(config.nHeads, *file.nHeads);
  EXPECT_FALSE(loaded.stateDict.find("lm_head.weight"));
}

INSTANTIATE_TEST_SUITE_P(Config, Golden,
                         testing::Values("hybrid", "rotary-lightning",
                                         "pure-heads", "long", "trained"));

TEST(StateDict, OldNormsBelongToTheNextBranch) {
  std::string path = std::string(H3_GOLDEN_DIR) + "/rotary-lightning/model.pt";
  Loaded loaded = load(path);
  EXPECT_TRUE(loaded.checkpoint->isLightning());
  auto original = [&](StringRef name) {
    return loaded.stateDict.getOriginalName(name).str();
  };
  EXPECT_EQ(original("backbone.layers.0.norm1.weight"),
            "model.s4seq.encoder.norm.weight");
  EXPECT_EQ(original("backbone.layers.0.norm2.weight"),
            "model.s4seq.encoder.layers.0.norm1.weight");
  EXPECT_EQ(original("backbone.layers.1.norm1.bias"),
            "model.s4seq.encoder.layers.0.norm2.bias");
  EXPECT_EQ(original("backbone.ln_f.bias"),
            "model.s4seq.encoder.layers.2.norm2.bias");
}

TEST(StateDict, UntiedHead) {
  std::string header =
      R"({"backbone.embeddings.word_embeddings.weight":{"dtype":"U8",)"
      R"("shape":[1,1],"data_offsets":[0,1]},"lm_head.weight":{"dtype":"U8",)"
      R"("shape":[1,1],"data_offsets":[1,2]}})";
  auto create = [&](const std::string &data) {
    TemporaryFile file(safeTensors(header, data));
    auto checkpoint = cantFail(Checkpoint::open(file.getPath()));
    auto stateDict = StateDict::create(*checkpoint);
    return stateDict ? "" : toString(stateDict.takeError());
  };
  EXPECT_EQ(create("aa"), "");
  EXPECT_NE(create("ab").find("differs from the embedding"), std::string::npos);
}

} // namespace
