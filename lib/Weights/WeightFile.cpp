//===- WeightFile.cpp - The weight file of a module -----------------------===//

#include "h3/Weights/WeightFile.h"
#include "Encode.h"
#include "H3Dialect.h"
#include "Recipes.h"
#include "h3rt/abi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Parallel.h"
#include "llvm/Support/xxhash.h"
#include <mutex>

using namespace llvm;
using namespace h3;

/// Programs map the data, so it starts on a page.
static constexpr uint64_t kDataOffset = 4096;

uint64_t h3::getWeightBytes(mlir::ModuleOp module) {
  auto bytes = module->getAttrOfType<mlir::IntegerAttr>("h3.weights_bytes");
  return bytes ? bytes.getInt() : 0;
}

uint64_t h3::getWeightFileSize(mlir::ModuleOp module) {
  return kDataOffset + getWeightBytes(module);
}

std::string h3::computeWeightDigest(mlir::ModuleOp module,
                                    const WeightSource &source) {
  std::string text = source.getDigest();
  raw_string_ostream stream(text);
  for (auto parameter : module.getOps<ParameterOp>())
    stream << parameter << '\n';
  XXH128_hash_t hash = xxh3_128bits(arrayRefFromStringRef(text));
  std::string digest;
  raw_string_ostream(digest) << format_hex_no_prefix(hash.high64, 16)
                             << format_hex_no_prefix(hash.low64, 16);
  return digest;
}

/// Computes one parameter into its place.
static Error writeParameter(ParameterOp parameter, const WeightSource &source,
                            MutableArrayRef<uint8_t> data) {
  auto type = cast<mlir::ShapedType>(parameter.getType());
  uint8_t *place = data.data() + parameter.getOffset().value_or(0);
  if (type.getElementType().isF32()) // The most, without a copy.
    return computeParameter(
        parameter, source,
        {reinterpret_cast<float *>(place), size_t(type.getNumElements())});
  std::vector<float> values(type.getNumElements());
  if (Error failure = computeParameter(parameter, source, values))
    return failure;
  if (!encode(values, type.getElementType(), place))
    return createStringError("the weight writer knows no elements of the type "
                             "of '@" +
                             parameter.getName() + "'");
  return Error::success();
}

Error h3::writeWeightFile(mlir::ModuleOp module, const WeightSource &source,
                          StringRef digest, MutableArrayRef<uint8_t> out,
                          ProgressFn progress) {
  H3WeightsHeader header = {};
  std::memcpy(header.magic, H3_WEIGHTS_MAGIC, sizeof(header.magic));
  header.version = H3_WEIGHTS_VERSION;
  header.data_offset = kDataOffset;
  header.data_bytes = getWeightBytes(module);
  assert(digest.size() == sizeof(header.digest) && "32 hexadecimal digits");
  std::memcpy(header.digest, digest.data(), sizeof(header.digest));
  std::memcpy(out.data(), &header, sizeof(header));

  auto parameters = llvm::to_vector(module.getOps<ParameterOp>());
  // The largest first, so that no thread waits for one at the end.
  llvm::stable_sort(parameters, [](ParameterOp a, ParameterOp b) {
    return cast<mlir::ShapedType>(a.getType()).getNumElements() >
           cast<mlir::ShapedType>(b.getType()).getNumElements();
  });
  std::mutex lock; // Guards `failures`, `written` and `progress`.
  Error failures = Error::success();
  uint64_t written = 0;
  parallelFor(0, parameters.size(), [&](size_t i) {
    Error failure =
        writeParameter(parameters[i], source, out.drop_front(kDataOffset));
    auto type = cast<mlir::ShapedType>(parameters[i].getType());
    std::lock_guard<std::mutex> guard(lock);
    failures = joinErrors(std::move(failures), std::move(failure));
    written += type.getNumElements() *
               type.getElementType().getIntOrFloatBitWidth() / 8;
    progress(double(written) / std::max<uint64_t>(header.data_bytes, 1));
  });
  return failures;
}
