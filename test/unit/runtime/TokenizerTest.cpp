//===- TokenizerTest.cpp - GPT-2's tokenizer ------------------------------===//

#include "Tokenizer.h"
#include "FakeModel.h"
#include "PreTokenizer.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

using namespace h3;

static std::unique_ptr<Tokenizer> makeGpt2() {
  H3Model Model = makeFakeModel();
  Model.tokenizer_kind = H3_TOKENIZER_GPT2;
  Model.vocab = 50257;
  Expected<std::unique_ptr<Tokenizer>> Result = Tokenizer::create(Model);
  EXPECT_TRUE(bool(Result));
  return std::move(*Result);
}

static std::vector<std::string> words(std::string_view Text) {
  std::vector<std::string> Result;
  while (!Text.empty()) {
    size_t Length = firstWordLength(Text);
    Result.emplace_back(Text.substr(0, Length));
    Text.remove_prefix(Length);
  }
  return Result;
}

TEST(Tokenizer, Gpt2Cases) {
  auto Tokens = makeGpt2();
  EXPECT_EQ(Tokens->endOfText(), 50256);
  std::ifstream File(H3RT_TEST_DATA "/gpt2-cases.json");
  auto Cases = nlohmann::json::parse(File);
  ASSERT_GT(Cases.size(), 20u);
  for (const auto &Case : Cases) {
    auto Text = Case["text"].get<std::string>();
    std::vector<int32_t> Ids;
    ASSERT_FALSE(bool(Tokens->encode(Text, Ids)));
    EXPECT_EQ(Ids, Case["ids"].get<std::vector<int32_t>>()) << Text;
    std::string Decoded;
    for (int32_t Id : Ids)
      ASSERT_FALSE(bool(Tokens->decode(Id, Decoded)));
    EXPECT_EQ(Decoded, Text);
  }
}

TEST(Tokenizer, AnyBytesRoundTrip) {
  auto Tokens = makeGpt2();
  std::string Text;
  for (int I = 0; I < 1024; ++I)
    Text += static_cast<char>(I * 37 + I / 256);
  std::vector<int32_t> Ids;
  ASSERT_FALSE(bool(Tokens->encode(Text, Ids)));
  std::string Decoded;
  for (int32_t Id : Ids)
    ASSERT_FALSE(bool(Tokens->decode(Id, Decoded)));
  EXPECT_EQ(Decoded, Text);
  EXPECT_TRUE(bool(Tokens->decode(50257, Decoded)));
  EXPECT_TRUE(bool(Tokens->decode(-1, Decoded)));
}

TEST(Tokenizer, LongWordIsNotQuadratic) {
  auto Tokens = makeGpt2();
  std::vector<int32_t> Ids;
  ASSERT_FALSE(bool(Tokens->encode(std::string(1 << 20, 'a'), Ids)));
  EXPECT_LE(Ids.size(), size_t(1) << 18);
}

TEST(Tokenizer, BytesOutsideTheVocabulary) {
  H3Model Model = makeFakeModel();
  auto Tokens = Tokenizer::create(Model);
  std::vector<int32_t> Ids;
  EXPECT_FALSE(bool((*Tokens)->encode("az", Ids)));
  EXPECT_EQ(Ids, (std::vector<int32_t>{'a', 'z'}));
  EXPECT_TRUE(bool((*Tokens)->encode("\x80", Ids)));
  Model.tokenizer_kind = H3_TOKENIZER_GPT2;
  EXPECT_FALSE(bool(Tokenizer::create(Model))); // 50257 tokens, 128 ids
}

TEST(Bpe, RejectsDamagedTables) {
  for (const char *Merges : {"a", "a b\na b\n", "ab c\n", "a \x01\n", " \n"})
    EXPECT_FALSE(bool(Bpe::parse(Merges))) << Merges;
  Expected<Bpe> Table = Bpe::parse("#version: 0.2\r\na b\r\nab c\n\n");
  ASSERT_TRUE(bool(Table));
  EXPECT_EQ(Table->size(), 258u);
  std::vector<int32_t> Ids;
  Table->encodeWord("abcab", Ids);
  EXPECT_EQ(Ids, (std::vector<int32_t>{257, 256}));
}

TEST(PreTokenizer, Words) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words("I'll  go"), (Words{"I", "'ll", " ", " go"}));
  EXPECT_EQ(words("a \n b\n"), (Words{"a", " \n", " b", "\n"}));
  EXPECT_EQ(words("x1 y2!?"), (Words{"x", "1", " y", "2", "!?"}));
  EXPECT_EQ(words("  "), (Words{"  "}));
  EXPECT_EQ(words(" '"), (Words{" '"}));
  EXPECT_EQ(words("a\u00a0\u3000b"), (Words{"a", "\u00a0", "\u3000", "b"}));
  EXPECT_EQ(words("a\xff\xc3"), (Words{"a", "\xff\xc3"}));
}
