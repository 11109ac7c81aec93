//===- Pickle.h - Python pickles as plain data ------------------*- C++ -*-===//
//
// Reads the part of the pickle protocols 2 to 5 that checkpoints use. Nothing
// is executed: a pickle may only name the constructors in the table of
// Pickle.cpp, and calling one of them records its arguments.
//
//===----------------------------------------------------------------------===//

#ifndef H3_LIB_IMPORTER_PICKLE_H
#define H3_LIB_IMPORTER_PICKLE_H

#include "h3/Importer/Checkpoint.h"
#include "llvm/ADT/DenseMap.h"
#include <deque>

namespace h3 {

/// What a global that a pickle may name stands for.
enum class PickleGlobal {
  Dict,         ///< a dictionary class; called with nothing or a list of pairs
  RebuildV1,    ///< torch._utils._rebuild_tensor
  RebuildV2,    ///< torch._utils._rebuild_tensor_v2
  RebuildV3,    ///< torch._utils._rebuild_tensor_v3, which names its type
  RebuildParam, ///< torch._utils._rebuild_parameter
  Storage,      ///< a storage class, with the type of its elements
  Type,         ///< a torch dtype
  Plain,        ///< data without meaning here: its instances become Opaque
};

/// A Python object. Containers share their elements and may contain themselves,
/// so no walk over a value may recurse without a bound.
struct PickleValue {
  enum class Kind {
    Opaque, ///< of no use here: None, floats, sets, sizes, ...
    Int,
    BigInt, ///< beyond 64 bits: little-endian in `text`
    Bool,
    String,
    Tuple,
    List,
    Dict, ///< keys and values alternate in `items`
    Global,
    Storage, ///< `items` is torch's persistent id
    Tensor,  ///< `items` is `[rebuild function, argument...]`
  };

  Kind kind = Kind::Opaque;
  PickleGlobal global = PickleGlobal::Plain; ///< of a Global
  DType dtype = DType::U8;                   ///< of a Global
  int64_t integer = 0;                       ///< of an Int or a Bool
  llvm::StringRef text;                      ///< of a String, BigInt or Global
  std::vector<PickleValue *> items;

  bool is(Kind other) const { return kind == other; }
  /// The value under a string key of a Dict, or null.
  const PickleValue *lookup(llvm::StringRef key) const;
};

/// Reads pickles from a buffer, one after the other. Owns the values; their
/// texts lie in the buffer.
class PickleReader {
public:
  /// `where` names the pickle in errors.
  PickleReader(llvm::StringRef where, llvm::ArrayRef<uint8_t> data)
      : where(where), data(data) {}

  llvm::Expected<const PickleValue *> read();
  /// Bytes that the pickles read so far took.
  size_t getPosition() const { return position; }
  /// Every Storage value read so far.
  llvm::ArrayRef<const PickleValue *> getStorages() const { return storages; }

private:
  using Kind = PickleValue::Kind;

  /// Of values, and of entries of the stack. Far above what the largest
  /// published checkpoint needs, which is some ten thousand.
  static constexpr size_t MaxObjects = size_t(1) << 22;

  llvm::Error error(const llvm::Twine &message) const;
  llvm::Error execute(uint8_t opcode);
  llvm::Error executeContainer(uint8_t opcode);
  llvm::Error executeObject(uint8_t opcode);
  llvm::Error executeMemo(uint8_t opcode);

  llvm::Expected<llvm::StringRef> take(uint64_t size);
  llvm::Expected<llvm::StringRef> takeLine();
  /// A little-endian number of `width` bytes, without sign.
  llvm::Expected<uint64_t> takeUnsigned(unsigned width);

  llvm::Expected<PickleValue *> create(Kind kind);
  llvm::Error push(Kind kind, int64_t integer = 0, llvm::StringRef text = {});
  llvm::Error push(PickleValue *value);
  llvm::Error pushText(Kind kind, unsigned sizeWidth);
  llvm::Error pushInteger(unsigned width);
  llvm::Error pushLong(unsigned sizeWidth);
  llvm::Error pushTuple(size_t size);
  llvm::Error pushGlobal(llvm::StringRef module, llvm::StringRef name);

  llvm::Expected<PickleValue *> pop();
  /// The topmost values down to the last mark, which goes too.
  llvm::Expected<std::vector<PickleValue *>> popMark();
  /// Adds the items to the container on the stack; `perItem` is 2 for a Dict.
  llvm::Error append(size_t perItem, llvm::ArrayRef<PickleValue *> items);
  llvm::Error call();

  std::string where;
  llvm::ArrayRef<uint8_t> data;
  size_t position = 0;
  std::deque<PickleValue> values;
  std::vector<const PickleValue *> storages;
  std::vector<PickleValue *> stack;
  std::vector<size_t> marks;
  llvm::DenseMap<uint64_t, PickleValue *> memo;
};

} // namespace h3

#endif // H3_LIB_IMPORTER_PICKLE_H
