//===- PickleGlobals.cpp - What a pickle may name -------------------------===//
//
// The only constructors that a pickle may name. Everything else is refused as
// soon as it is named, called or not.
//
//===----------------------------------------------------------------------===//

#include "Pickle.h"
#include "Quote.h"

using namespace llvm;
using namespace h3;

namespace {

struct AllowedGlobal {
  StringLiteral name;
  PickleGlobal global;
  DType dtype;
};

constexpr AllowedGlobal allowedGlobals[] = {
    {"collections.OrderedDict", PickleGlobal::Dict, DType::U8},
    {"torch._utils._rebuild_tensor", PickleGlobal::RebuildV1, DType::U8},
    {"torch._utils._rebuild_tensor_v2", PickleGlobal::RebuildV2, DType::U8},
    {"torch._utils._rebuild_tensor_v3", PickleGlobal::RebuildV3, DType::U8},
    {"torch._utils._rebuild_parameter", PickleGlobal::RebuildParam, DType::U8},
    {"torch.HalfStorage", PickleGlobal::Storage, DType::F16},
    {"torch.BFloat16Storage", PickleGlobal::Storage, DType::BF16},
    {"torch.FloatStorage", PickleGlobal::Storage, DType::F32},
    {"torch.DoubleStorage", PickleGlobal::Storage, DType::F64},
    {"torch.LongStorage", PickleGlobal::Storage, DType::I64},
    {"torch.IntStorage", PickleGlobal::Storage, DType::I32},
    {"torch.ShortStorage", PickleGlobal::Storage, DType::I16},
    {"torch.CharStorage", PickleGlobal::Storage, DType::I8},
    {"torch.ByteStorage", PickleGlobal::Storage, DType::U8},
    {"torch.BoolStorage", PickleGlobal::Storage, DType::Bool},
    {"torch.UntypedStorage", PickleGlobal::Storage, DType::U8},
    {"torch.storage.UntypedStorage", PickleGlobal::Storage, DType::U8},
    {"torch.storage._UntypedStorage", PickleGlobal::Storage, DType::U8},
    {"torch.float16", PickleGlobal::Type, DType::F16},
    {"torch.bfloat16", PickleGlobal::Type, DType::BF16},
    {"torch.float32", PickleGlobal::Type, DType::F32},
    {"torch.float64", PickleGlobal::Type, DType::F64},
    {"torch.int64", PickleGlobal::Type, DType::I64},
    {"torch.int32", PickleGlobal::Type, DType::I32},
    {"torch.int16", PickleGlobal::Type, DType::I16},
    {"torch.int8", PickleGlobal::Type, DType::I8},
    {"torch.uint8", PickleGlobal::Type, DType::U8},
    {"torch.bool", PickleGlobal::Type, DType::Bool},
    // What Lightning and NumPy add beside the weights. None of it is called.
    {"torch.Size", PickleGlobal::Plain, DType::U8},
    {"torch.device", PickleGlobal::Plain, DType::U8},
    {"collections.defaultdict", PickleGlobal::Plain, DType::U8},
    {"builtins.set", PickleGlobal::Plain, DType::U8},
    {"builtins.frozenset", PickleGlobal::Plain, DType::U8},
    {"builtins.dict", PickleGlobal::Plain, DType::U8},
    {"builtins.list", PickleGlobal::Plain, DType::U8},
    {"builtins.int", PickleGlobal::Plain, DType::U8},
    {"builtins.float", PickleGlobal::Plain, DType::U8},
    {"__builtin__.set", PickleGlobal::Plain, DType::U8},
    {"__builtin__.frozenset", PickleGlobal::Plain, DType::U8},
    {"__builtin__.dict", PickleGlobal::Plain, DType::U8},
    {"__builtin__.list", PickleGlobal::Plain, DType::U8},
    {"_codecs.encode", PickleGlobal::Plain, DType::U8},
    {"numpy.dtype", PickleGlobal::Plain, DType::U8},
    {"numpy.core.multiarray.scalar", PickleGlobal::Plain, DType::U8},
    {"numpy._core.multiarray.scalar", PickleGlobal::Plain, DType::U8},
};

} // namespace

Error PickleReader::pushGlobal(StringRef module, StringRef name) {
  std::string path = (module + "." + name).str();
  const AllowedGlobal *found =
      find_if(allowedGlobals, [&](const AllowedGlobal &allowed) {
        return allowed.name == path;
      });
  if (found == std::end(allowedGlobals))
    return error(
        "refuses to construct " + quote(path) +
        ", which is not plain data; save the model's state_dict alone");
  Expected<PickleValue *> value = create(Kind::Global);
  if (!value)
    return value.takeError();
  (*value)->text = found->name;
  (*value)->global = found->global;
  (*value)->dtype = found->dtype;
  return push(*value);
}
