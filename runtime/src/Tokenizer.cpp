//===- Tokenizer.cpp - Between text and token ids -------------------------===//

#include "Tokenizer.h"

#include "PreTokenizer.h"

using namespace h3;

// Gpt2Merges.S
extern "C" const char h3rt_gpt2_merges[];
extern "C" const char h3rt_gpt2_merges_end[];

static constexpr const char EndOfText[] = "<|endoftext|>";

static Error unknownId(int32_t Id, size_t Size) {
  return Error::invalid("token id " + std::to_string(Id) + " is not in [0, " +
                        std::to_string(Size) + ")");
}

namespace {

/// A token id is a byte.
class ByteTokenizer final : public Tokenizer {
public:
  explicit ByteTokenizer(uint32_t Vocab) : Vocab(std::min(Vocab, 256u)) {}

  Error encode(std::string_view Text,
               std::vector<int32_t> &Ids) const override {
    for (unsigned char Byte : Text) {
      if (Byte >= Vocab)
        return Error::invalid("the text has the byte " + std::to_string(Byte) +
                              ", but the model knows only those below " +
                              std::to_string(Vocab));
      Ids.push_back(Byte);
    }
    return Error::success();
  }

  Error decode(int32_t Id, std::string &Text) const override {
    if (Id < 0 || uint32_t(Id) >= Vocab)
      return unknownId(Id, Vocab);
    Text += static_cast<char>(Id);
    return Error::success();
  }

  uint32_t size() const override { return Vocab; }
  int32_t endOfText() const override { return -1; }

private:
  uint32_t Vocab;
};

/// GPT-2's pre-tokeniser and byte-level BPE; the id after the last merge is
/// `<|endoftext|>`.
class BpeTokenizer final : public Tokenizer {
public:
  explicit BpeTokenizer(Bpe Table) : Table(std::move(Table)) {}

  Error encode(std::string_view Text,
               std::vector<int32_t> &Ids) const override {
    while (!Text.empty()) {
      size_t Length = firstWordLength(Text);
      if (Length > INT32_MAX)
        return Error::invalid("the text has a word of " +
                              std::to_string(Length) + " bytes");
      Table.encodeWord(Text.substr(0, Length), Ids);
      Text.remove_prefix(Length);
    }
    return Error::success();
  }

  Error decode(int32_t Id, std::string &Text) const override {
    if (Id < 0 || Id > endOfText())
      return unknownId(Id, endOfText() + 1);
    Text += Id == endOfText() ? EndOfText : Table.token(Id);
    return Error::success();
  }

  uint32_t size() const override {
    return static_cast<uint32_t>(Table.size()) + 1;
  }
  int32_t endOfText() const override {
    return static_cast<int32_t>(Table.size());
  }

private:
  Bpe Table;
};

} // namespace

Expected<std::unique_ptr<Tokenizer>> Tokenizer::create(const H3Model &Model) {
  std::string_view Merges;
  switch (Model.tokenizer_kind) {
  case H3_TOKENIZER_BYTES:
    return std::unique_ptr<Tokenizer>(new ByteTokenizer(Model.vocab));
  case H3_TOKENIZER_GPT2:
    Merges = {h3rt_gpt2_merges,
              size_t(h3rt_gpt2_merges_end - h3rt_gpt2_merges)};
    break;
  case H3_TOKENIZER_MERGES:
    Merges = {Model.tokenizer, Model.tokenizer_bytes};
    break;
  case H3_TOKENIZER_NONE:
    return Error::invalid("this program has no tokenizer and takes token ids "
                          "only; compile the model with --tokenizer");
  default:
    return Error::invalid("the model names tokenizer " +
                          std::to_string(Model.tokenizer_kind) +
                          ", which this runtime does not know");
  }
  Expected<Bpe> Table = Bpe::parse(Merges);
  if (!Table)
    return Table.takeError();
  if (Table->size() + 1 > Model.vocab)
    return Error::invalid(
        "the tokenizer has " + std::to_string(Table->size() + 1) +
        " tokens, the model's vocabulary only " + std::to_string(Model.vocab) +
        "; compile the model with its own --tokenizer");
  return std::unique_ptr<Tokenizer>(new BpeTokenizer(std::move(*Table)));
}
