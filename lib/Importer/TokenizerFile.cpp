//===- TokenizerFile.cpp - The tokenizer of a model -----------------------===//

// LLVM is built without exceptions; a parse error is a discarded value instead.
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

#include "InputFile.h"
#include "Quote.h"
#include "h3/Importer/TokenizerFile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;
using namespace h3;
using Json = nlohmann::json;

using Merges = std::vector<std::pair<std::string, std::string>>;

/// The symbols of a table and their ids: first the 256 bytes, each written as a
/// character (Radford et al. 2019): itself if it is visible in Latin-1, else
/// one from U+0100 on.
class SymbolTable {
public:
  SymbolTable() {
    for (auto [first, last] :
         {std::pair(0x21, 0x7e), std::pair(0xa1, 0xac), std::pair(0xae, 0x143)})
      for (unsigned code = first; code <= unsigned(last); ++code)
        add(encode(code));
  }

  void add(StringRef symbol) { ids.try_emplace(symbol, ids.size()); }
  bool contains(StringRef symbol) const { return ids.contains(symbol); }
  const StringMap<size_t> &get() const { return ids; }

private:
  static std::string encode(unsigned codePoint) {
    char buffer[UNI_MAX_UTF8_BYTES_PER_CODE_POINT], *end = buffer;
    ConvertCodePointToUTF8(codePoint, end);
    return std::string(buffer, end);
  }

  StringMap<size_t> ids;
};

static Expected<Merges> parseMergesTxt(StringRef path, StringRef text) {
  Merges merges;
  size_t number = 0;
  for (StringRef line : split(text, '\n')) {
    ++number;
    line.consume_back("\r");
    if (line.empty() || (number == 1 && line.starts_with("#version")))
      continue;
    auto [left, right] = line.split(' ');
    if (left.empty() || right.empty() || right.contains(' '))
      return createStringError(path + ": line " + Twine(number) + " is " +
                               quote(line) +
                               ", expected two symbols with a space between "
                               "them");
    merges.emplace_back(left, right);
  }
  return merges;
}

/// `model.merges` of a tokenizer.json: strings as in merges.txt, or pairs.
static Expected<Merges> readJsonMerges(StringRef path, const Json &items) {
  Merges merges;
  for (const Json &item : items) {
    if (item.is_string()) {
      const auto &text = item.get_ref<const std::string &>();
      auto [left, right] = StringRef(text).split(' ');
      merges.emplace_back(left, right);
    } else if (item.is_array() && item.size() == 2 && item[0].is_string() &&
               item[1].is_string()) {
      merges.emplace_back(item[0].get<std::string>(),
                          item[1].get<std::string>());
    } else {
      return createStringError(path + ": merge " + Twine(merges.size()) +
                               " holds " + item.type_name() +
                               ", expected a string or a pair of strings");
    }
  }
  return merges;
}

/// Fails unless the ids of a tokenizer.json are those that follow from the
/// merges.
static Error checkJsonIds(StringRef path, const Json &ids,
                          const SymbolTable &symbols) {
  for (const auto &[symbol, id] : symbols.get()) {
    auto found = ids.find(symbol.str());
    if (found == ids.end() || !found->is_number_unsigned() ||
        found->get<size_t>() != id)
      return createStringError(
          path + ": symbol " + quote(symbol) + " has " +
          (found == ids.end() ? "no id"
           : found->is_number()
               ? "id " + found->dump()
               : std::string("an id that is of type ") + found->type_name()) +
          ", expected " + Twine(id) +
          ": the bytes in GPT-2's order, then the merges in theirs");
  }
  return Error::success();
}

static Expected<Json> parseTokenizerJson(StringRef path, StringRef text) {
  if (outlineJson(text).depth > kMaxJsonDepth)
    return createStringError(path + ": the JSON is nested deeper than " +
                             Twine(kMaxJsonDepth) +
                             "; expected a tokenizer.json");
  Json json = Json::parse(text.begin(), text.end(), nullptr,
                          /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("model")) {
    Json &model = json["model"];
    if (model.is_object() && model.contains("type") && model["type"] == "BPE" &&
        model.contains("merges") && model["merges"].is_array() &&
        model.contains("vocab") && model["vocab"].is_object())
      return std::move(model);
  }
  return createStringError(path + ": expected a tokenizer.json whose 'model' "
                                  "has the type BPE, 'vocab' and 'merges'");
}

Expected<std::string> h3::readTokenizerFile(StringRef path, int64_t vocabSize) {
  constexpr uint64_t maxSize = 1 << 24; // GPT-2's tokenizer.json has 1.4 MB.
  auto file = openInputFile(path, maxSize, "a merges.txt or tokenizer.json");
  if (!file)
    return file.takeError();
  StringRef text = (*file)->getBuffer();
  bool isJson = path.ends_with(".json");
  Json ids;
  Expected<Merges> merges = Merges();
  if (isJson) {
    Expected<Json> model = parseTokenizerJson(path, text);
    if (!model)
      return model.takeError();
    ids = std::move((*model)["vocab"]);
    merges = readJsonMerges(path, (*model)["merges"]);
  } else {
    merges = parseMergesTxt(path, text);
  }
  if (!merges)
    return merges.takeError();

  SymbolTable symbols;
  std::string result = "#version: 0.2\n";
  for (auto [i, merge] : enumerate(*merges)) {
    auto &[left, right] = merge;
    for (const std::string &part : {left, right})
      if (!symbols.contains(part))
        return createStringError(path + ": merge " + Twine(i) + " uses " +
                                 quote(part) +
                                 ", which is neither a byte nor made by an "
                                 "earlier merge");
    if (symbols.contains(left + right))
      return createStringError(path + ": merge " + Twine(i) + " makes " +
                               quote(left + right) +
                               ", which an earlier merge makes already");
    symbols.add(left + right);
    result += left + ' ' + right + '\n';
  }
  if (isJson)
    if (Error failure = checkJsonIds(path, ids, symbols))
      return failure;
  int64_t size = symbols.get().size() + 1; // and <|endoftext|>
  if (size > vocabSize)
    return createStringError(path + ": the tokenizer has " + Twine(size) +
                             " tokens, the model's vocabulary only " +
                             Twine(vocabSize) +
                             "; name the model's own with --tokenizer");
  return result;
}
