//===- TorchFile.cpp - What torch.save writes -----------------------------===//
//
// Both formats hold a pickle in which a tensor names its storage by a key; they
// differ in where the bytes of the storages lie.
//
//===----------------------------------------------------------------------===//

#include "Pickle.h"
#include "Quote.h"
#include "Readers.h"
#include "ZipArchive.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace h3;

namespace {

using Kind = PickleValue::Kind;

/// The decoded form of torch's persistent id
/// `('storage', class, key, device, numel[, view])`.
struct StorageId {
  StringRef key;
  DType dtype;
  uint64_t byteSize;
};

/// The bytes of a storage.
using StorageLookup =
    function_ref<Expected<ArrayRef<uint8_t>>(const StorageId &)>;

Error makeError(const Twine &where, const Twine &message) {
  return createStringError(where + ": " + message);
}

Expected<StorageId> decodeStorage(const Twine &where,
                                  const PickleValue &value) {
  ArrayRef<PickleValue *> id = value.items;
  if (id.size() < 5 || !id[0]->is(Kind::String) || id[0]->text != "storage" ||
      !id[1]->is(Kind::Global) || id[1]->global != PickleGlobal::Storage ||
      !id[2]->is(Kind::String) || !id[4]->is(Kind::Int) || id[4]->integer < 0)
    return makeError(where, "the storage is not described as torch.save does; "
                            "the file is damaged");
  if (id.size() > 5 && !id[5]->is(Kind::Opaque))
    return makeError(where, "the storage is a view of another one; save the "
                            "file with PyTorch 0.4 or later");
  int64_t byteSize;
  if (MulOverflow<int64_t>(id[4]->integer, getByteWidth(id[1]->dtype),
                           byteSize))
    return makeError(where, "the storage has " + Twine(id[4]->integer) +
                                " elements, more than any file can hold; the "
                                "file is damaged");
  return StorageId{id[2]->text, id[1]->dtype, uint64_t(byteSize)};
}

Error decodeIntegers(const Twine &where, const PickleValue &value,
                     SmallVectorImpl<int64_t> &out) {
  if (!value.is(Kind::Tuple) || value.items.size() > 8)
    return makeError(where, "the shape or the strides are not a tuple of at "
                            "most 8 integers; the file is damaged");
  for (const PickleValue *item : value.items) {
    if (!item->is(Kind::Int))
      return makeError(where, "the shape or the strides hold something that is "
                              "no integer; the file is damaged");
    out.push_back(item->integer);
  }
  return Error::success();
}

/// `value` is `[rebuild function, storage, offset, shape, strides, ...]`.
Expected<Tensor> decodeTensor(const Twine &where, const PickleValue &value,
                              StorageLookup lookup) {
  ArrayRef<PickleValue *> items = value.items;
  if (!items[1]->is(Kind::Storage) || !items[2]->is(Kind::Int))
    return makeError(where, "the tensor is not described as torch.save does; "
                            "the file is damaged");
  Expected<StorageId> storage = decodeStorage(where, *items[1]);
  if (!storage)
    return storage.takeError();
  Tensor tensor;
  tensor.dtype = storage->dtype;
  tensor.offset = items[2]->integer;
  // The third version carries the type after `requires_grad` and the hooks.
  constexpr size_t typeIndex = 7;
  if (items[0]->global == PickleGlobal::RebuildV3) {
    if (items.size() <= typeIndex || !items[typeIndex]->is(Kind::Global) ||
        items[typeIndex]->global != PickleGlobal::Type)
      return makeError(where, "the tensor has no element type; the file is "
                              "damaged");
    tensor.dtype = items[typeIndex]->dtype;
  }
  if (Error failure = decodeIntegers(where, *items[3], tensor.shape))
    return failure;
  if (Error failure = decodeIntegers(where, *items[4], tensor.strides))
    return failure;
  Expected<ArrayRef<uint8_t>> bytes = lookup(*storage);
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() != storage->byteSize)
    return makeError(where, "storage " + quote(storage->key) + " has " +
                                Twine(bytes->size()) + " bytes, expected " +
                                Twine(storage->byteSize) +
                                "; the file is truncated or damaged");
  tensor.storage = *bytes;
  if (Error failure = checkTensor(where, tensor))
    return failure;
  return tensor;
}

/// Collects the tensors of the state dict: the pickled object itself, or what
/// it holds under `state_dict`.
Error decodeStateDict(StringRef path, const PickleValue &object,
                      StorageLookup lookup, CheckpointContents &contents) {
  if (!object.is(Kind::Dict))
    return makeError(path, "the file holds no dictionary; save the model's "
                           "state_dict, not the model");
  const PickleValue *stateDict = &object;
  if (const PickleValue *nested = object.lookup("state_dict"))
    stateDict = nested;
  if (!stateDict->is(Kind::Dict))
    return makeError(path, "'state_dict' is no dictionary; save the model's "
                           "state_dict");
  contents.isLightning = object.lookup("pytorch-lightning_version") != nullptr;
  ArrayRef<PickleValue *> items = stateDict->items;
  for (; !items.empty(); items = items.drop_front(2)) {
    if (!items[0]->is(Kind::String))
      return makeError(path, "a key of the state dict is no string; save the "
                             "model's state_dict");
    StringRef name = items[0]->text;
    std::string where = (path + ": tensor " + quote(name)).str();
    if (!items[1]->is(Kind::Tensor))
      return makeError(where, "the value is no tensor; save the model's "
                              "state_dict alone");
    Expected<Tensor> tensor = decodeTensor(where, *items[1], lookup);
    if (!tensor)
      return tensor.takeError();
    if (!contents.tensors.try_emplace(name.str(), std::move(*tensor)).second)
      return makeError(where, "the name occurs twice; the file is damaged");
  }
  if (contents.tensors.empty())
    return makeError(path, "the state dict holds no tensors");
  return Error::success();
}

} // namespace

Expected<CheckpointContents> h3::readTorchZip(StringRef path,
                                              ArrayRef<uint8_t> file) {
  Expected<ZipArchive> archive = ZipArchive::open(path, file);
  if (!archive)
    return archive.takeError();
  Expected<StringRef> root = archive->findRoot("data.pkl");
  if (!root)
    return root.takeError();
  CheckpointContents contents;
  auto read = [&](const Twine &name) {
    return archive->read((*root + "/" + name).str(), contents.inflated);
  };

  if (archive->contains((*root + "/byteorder").str())) {
    Expected<ArrayRef<uint8_t>> order = read("byteorder");
    if (!order)
      return order.takeError();
    if (toStringRef(*order).trim() != "little")
      return makeError(path, "the byte order is " + quote(toStringRef(*order)) +
                                 ", expected 'little'; save the file on a "
                                 "little-endian machine");
  }
  Expected<ArrayRef<uint8_t>> pickle = read("data.pkl");
  if (!pickle)
    return pickle.takeError();
  PickleReader reader((path + ": " + quote((*root + "/data.pkl").str())).str(),
                      *pickle);
  Expected<const PickleValue *> object = reader.read();
  if (!object)
    return object.takeError();

  // Tensors share storages, and reading one may mean to inflate it.
  StringMap<ArrayRef<uint8_t>> storages;
  auto lookup = [&](const StorageId &id) -> Expected<ArrayRef<uint8_t>> {
    auto [it, isNew] = storages.try_emplace(id.key);
    if (isNew) {
      Expected<ArrayRef<uint8_t>> bytes = read("data/" + id.key);
      if (!bytes)
        return bytes.takeError();
      it->second = *bytes;
    }
    return it->second;
  };
  if (Error failure = decodeStateDict(path, **object, lookup, contents))
    return failure;
  return contents;
}

/// Reads the storages that follow the pickles: for each key, in the order of
/// the pickled list of keys, the number of elements and the elements. Only the
/// pickle tells how wide an element is, hence `ids`.
static Error readStreamStorages(StringRef path, ArrayRef<uint8_t> rest,
                                ArrayRef<PickleValue *> keys,
                                const StringMap<StorageId> &ids,
                                StringMap<ArrayRef<uint8_t>> &storages) {
  for (const PickleValue *key : keys) {
    if (!key->is(Kind::String))
      return makeError(path, "a key of the storages is no string; the file is "
                             "damaged");
    auto id = ids.find(key->text);
    if (id == ids.end())
      return makeError(path, "storage " + quote(key->text) +
                                 " belongs to no tensor; the file is damaged");
    uint64_t size = id->second.byteSize;
    if (rest.size() < 8 || rest.size() - 8 < size)
      return makeError(path, "storage " + quote(key->text) + " takes " +
                                 Twine(size) + " bytes, but only " +
                                 Twine(rest.size()) +
                                 " are left; the file is truncated");
    uint64_t numElements = support::endian::read64le(rest.data());
    if (numElements != size / getByteWidth(id->second.dtype))
      return makeError(path, "storage " + quote(key->text) + " has " +
                                 Twine(numElements) +
                                 " elements where its tensor states " +
                                 Twine(size / getByteWidth(id->second.dtype)) +
                                 "; the file is damaged");
    storages[key->text] = rest.slice(8, size);
    rest = rest.drop_front(8 + size);
  }
  return Error::success();
}

Expected<CheckpointContents> h3::readTorchStream(StringRef path,
                                                 ArrayRef<uint8_t> file) {
  // torch.serialization.MAGIC_NUMBER, little-endian.
  constexpr StringLiteral magicNumber = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8"
                                        "\x50\x19";
  constexpr int64_t protocolVersion = 1001;
  PickleReader reader(path, file);
  Expected<const PickleValue *> magic = reader.read();
  if (!magic)
    return magic.takeError();
  if (!(*magic)->is(Kind::BigInt) || (*magic)->text != magicNumber)
    return makeError(path, "neither a zip archive nor a torch stream nor "
                           "safetensors; save the file with torch.save");
  Expected<const PickleValue *> protocol = reader.read();
  if (!protocol)
    return protocol.takeError();
  if (!(*protocol)->is(Kind::Int) || (*protocol)->integer != protocolVersion)
    return makeError(path, "the torch stream has an unknown version, expected "
                           "1001; save the file again with torch.save");
  Expected<const PickleValue *> system = reader.read();
  if (!system)
    return system.takeError();
  const PickleValue *isLittle = (*system)->lookup("little_endian");
  if (!isLittle || !isLittle->is(Kind::Bool) || !isLittle->integer)
    return makeError(path, "the torch stream is not little-endian; save the "
                           "file on a little-endian machine");
  Expected<const PickleValue *> object = reader.read();
  if (!object)
    return object.takeError();

  StringMap<StorageId> ids;
  for (const PickleValue *storage : reader.getStorages()) {
    Expected<StorageId> id = decodeStorage(path, *storage);
    if (!id)
      return id.takeError();
    auto [it, isNew] = ids.try_emplace(id->key, *id);
    if (!isNew && it->second.byteSize != id->byteSize)
      return makeError(path, "storage " + quote(id->key) +
                                 " has two sizes; the file is damaged");
  }
  Expected<const PickleValue *> keys = reader.read();
  if (!keys)
    return keys.takeError();
  if (!(*keys)->is(Kind::List))
    return makeError(path, "the storages have no list of keys; the file is "
                           "truncated or damaged");
  StringMap<ArrayRef<uint8_t>> storages;
  if (Error failure =
          readStreamStorages(path, file.drop_front(reader.getPosition()),
                             (*keys)->items, ids, storages))
    return failure;

  CheckpointContents contents;
  auto lookup = [&](const StorageId &id) -> Expected<ArrayRef<uint8_t>> {
    auto it = storages.find(id.key);
    if (it == storages.end())
      return makeError(path, "storage " + quote(id.key) +
                                 " is not in the file; it is damaged");
    return it->second;
  };
  if (Error failure = decodeStateDict(path, **object, lookup, contents))
    return failure;
  return contents;
}
