//===- StateDict.cpp - A checkpoint under the published names -------------===//

#include "h3/Importer/StateDict.h"
#include "Quote.h"
#include <cstring>

using namespace llvm;
using namespace h3;

static constexpr StringLiteral embeddingName =
    "backbone.embeddings.word_embeddings.weight";
static constexpr StringLiteral headName = "lm_head.weight";
static constexpr StringLiteral lightningPrefix = "model.";
static constexpr StringLiteral oldBackbone = "s4seq.encoder.";
static constexpr StringLiteral oldEmbedding = "embedding.";

/// Splits `layers.3.rest` after the prefix; false if `name` is not of that
/// form.
static bool parseLayer(StringRef &name, uint64_t &layer) {
  return name.consume_front("layers.") && !name.consumeInteger(10, layer) &&
         layer < INT32_MAX && name.consume_front(".");
}

/// In the old names a norm follows its branch: what is written as the norm
/// after the MLP of one layer is the norm before the mixer of the next, or the
/// final one.
static std::string translateOldName(StringRef name, uint64_t lastLayer) {
  if (name.consume_front("norm."))
    return ("backbone.layers.0.norm1." + name).str();
  StringRef rest = name;
  uint64_t layer;
  if (!parseLayer(rest, layer))
    return ("backbone." + name).str();
  std::string prefix = "backbone.layers.";
  if (rest.consume_front("norm1."))
    return (prefix + Twine(layer) + ".norm2." + rest).str();
  if (!rest.consume_front("norm2."))
    return (prefix + Twine(layer) + "." + rest).str();
  if (layer == lastLayer)
    return ("backbone.ln_f." + rest).str();
  return (prefix + Twine(layer + 1) + ".norm1." + rest).str();
}

Expected<StateDict> StateDict::create(const Checkpoint &checkpoint) {
  uint64_t lastLayer = 0;
  for (const auto &[name, tensor] : checkpoint.getTensors()) {
    StringRef rest = name;
    rest.consume_front(lightningPrefix);
    uint64_t layer;
    if (rest.consume_front(oldBackbone) && parseLayer(rest, layer))
      lastLayer = std::max(lastLayer, layer);
  }

  StateDict result;
  result.path = checkpoint.getPath().str();
  for (const auto &[originalName, tensor] : checkpoint.getTensors()) {
    StringRef rest = originalName;
    rest.consume_front(lightningPrefix);
    std::string name = rest.str();
    if (rest.consume_front(oldBackbone))
      name = translateOldName(rest, lastLayer);
    else if (rest.consume_front(oldEmbedding))
      name = ("backbone.embeddings.word_embeddings." + rest).str();
    auto [it, isNew] =
        result.entries.try_emplace(name, Entry{originalName, &tensor});
    if (!isNew)
      return createStringError(Twine(result.path) + ": tensors " +
                               quote(it->second.originalName) + " and " +
                               quote(originalName) + " both stand for " +
                               quote(name) + "; remove one of them");
  }
  if (Error failure = result.dropTiedHead())
    return failure;
  for (const auto &[name, entry] : result.entries)
    result.names.push_back(name);
  return result;
}

/// Whether two tensors of one shape hold the same bits.
static bool haveSameBits(const Tensor &a, const Tensor &b) {
  if (a.dtype != b.dtype)
    return false;
  if (a.storage.data() == b.storage.data() && a.offset == b.offset &&
      a.strides == b.strides)
    return true;
  size_t width = getByteWidth(a.dtype);
  size_t count = a.numElements();
  if (a.isContiguous() && b.isContiguous())
    return count == 0 ||
           std::memcmp(a.storage.data() + a.offset * width,
                       b.storage.data() + b.offset * width, count * width) == 0;
  std::vector<float> left(count), right(count);
  cantFail(readAsFloat(a, left));
  cantFail(readAsFloat(b, right));
  return std::memcmp(left.data(), right.data(), count * sizeof(float)) == 0;
}

Error StateDict::dropTiedHead() {
  auto head = entries.find(headName);
  const Tensor *embedding = find(embeddingName);
  if (head == entries.end() || !embedding)
    return Error::success();
  std::string where = path + ": tensor " + quote(head->second.originalName);
  const Tensor &tensor = *head->second.tensor;
  if (tensor.shape != embedding->shape)
    return createStringError(where + " has shape " + formatShape(tensor.shape) +
                             ", expected that of the embedding, " +
                             formatShape(embedding->shape));
  if (!haveSameBits(tensor, *embedding))
    return createStringError(
        where + " differs from the embedding " +
        quote(getOriginalName(embeddingName)) +
        "; H3 ties the two, so that an untied head cannot be compiled");
  entries.erase(head);
  return Error::success();
}

const Tensor *StateDict::find(StringRef name) const {
  auto it = entries.find(name);
  return it == entries.end() ? nullptr : it->second.tensor;
}

StringRef StateDict::getOriginalName(StringRef name) const {
  auto it = entries.find(name);
  return it == entries.end() ? StringRef() : it->second.originalName;
}
