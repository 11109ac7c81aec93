//===- TokenizerFile.h - The tokenizer of a model ---------------*- C++ -*-===//

#ifndef H3_IMPORTER_TOKENIZERFILE_H
#define H3_IMPORTER_TOKENIZERFILE_H

#include "llvm/Support/Error.h"
#include <string>

namespace h3 {

/// Reads a byte-level BPE from GPT-2's `merges.txt`, or from a Hugging Face
/// `tokenizer.json` with the same order of ids: the 256 bytes, the merges in
/// order, `<|endoftext|>`. Returns the text of a merges.txt. Fails if a merge
/// cannot be made or the table has more than `vocabSize` tokens.
llvm::Expected<std::string> readTokenizerFile(llvm::StringRef path,
                                              int64_t vocabSize);

} // namespace h3

#endif // H3_IMPORTER_TOKENIZERFILE_H
