//===- Tokenizer.h - Between text and token ids -----------------*- C++ -*-===//

#ifndef H3RT_TOKENIZER_H
#define H3RT_TOKENIZER_H

#include "Bpe.h"

#include <memory>

namespace h3 {

class Tokenizer {
public:
  virtual ~Tokenizer() = default;

  /// The tokenizer that a model names. Fails for a model without one, and when
  /// its table has more tokens than the model's vocabulary.
  static Expected<std::unique_ptr<Tokenizer>> create(const H3Model &Model);

  /// Appends the ids of `Text`, in which no special token is recognised.
  virtual Error encode(std::string_view Text,
                       std::vector<int32_t> &Ids) const = 0;

  /// Appends the bytes of a token, which need not be whole characters.
  virtual Error decode(int32_t Id, std::string &Text) const = 0;

  /// Ids from here on have no text.
  virtual uint32_t size() const = 0;

  /// The id that ends a text; -1 when there is none.
  virtual int32_t endOfText() const = 0;
};

} // namespace h3

#endif // H3RT_TOKENIZER_H
