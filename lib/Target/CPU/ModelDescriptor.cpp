//===- ModelDescriptor.cpp - What a compiled model exports ----------------===//
//
// `h3_model` and the functions behind it, which unpack H3StepArgs and
// H3SampleArgs into the descriptors that MLIR passes one field at a time; for
// functions on a GPU, `h3_kernels`.
//
//===----------------------------------------------------------------------===//

#include "h3/Target/CPU.h"
#include "h3rt/abi.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

/// void h3_NAME(ARGS *args, H3Team *team, int64_t thread, int64_t threads),
/// where ARGS is a struct of `buffers` buffers, which `NAME` takes one by one.
static Function *addEntry(Module &module, StringRef name, uint64_t buffers) {
  LLVMContext &context = module.getContext();
  IRBuilder<> b(context);
  Type *word = b.getInt64Ty(), *pointer = b.getPtrTy();
  auto *type = FunctionType::get(b.getVoidTy(), {pointer, pointer, word, word},
                                 /*isVarArg=*/false);
  auto *entry =
      Function::Create(type, Function::InternalLinkage, "h3_" + name, module);
  b.SetInsertPoint(BasicBlock::Create(context, "entry", entry));
  SmallVector<Value *> operands;
  auto load = [&](Type *fieldType, uint64_t offset) {
    Value *address =
        b.CreateConstGEP1_64(b.getInt8Ty(), entry->getArg(0), offset);
    operands.push_back(b.CreateLoad(fieldType, address));
  };
  for (uint64_t i = 0; i < buffers; ++i) {
    uint64_t buffer = i * sizeof(H3Buffer);
    load(pointer, buffer + offsetof(H3Buffer, allocated));
    load(pointer, buffer + offsetof(H3Buffer, data));
    load(word, buffer + offsetof(H3Buffer, offset));
    load(word, buffer + offsetof(H3Buffer, size));
    load(word, buffer + offsetof(H3Buffer, stride));
  }
  for (unsigned i : {1, 2, 3})
    operands.push_back(entry->getArg(i));
  Function *function = module.getFunction(name);
  assert(function && function->arg_size() == operands.size() &&
         "h3-bind-buffers and h3-add-sampler make functions of buffers");
  b.CreateCall(function, operands);
  b.CreateRetVoid();
  return entry;
}

static Constant *addData(Module &module, StringRef name, Constant *data) {
  return new GlobalVariable(module, data->getType(), /*isConstant=*/true,
                            GlobalValue::PrivateLinkage, data, name);
}

static Constant *addText(Module &module, StringRef value) {
  return addData(module, "text",
                 ConstantDataArray::getString(module.getContext(), value));
}

/// The image with the kernels of a GPU: its address, its size, and the names of
/// the kernels that h3-convert-launches-to-runtime recorded, with their number.
static SmallVector<Constant *> addKernels(Module &module, mlir::ModuleOp source,
                                          StringRef image) {
  IRBuilder<> b(module.getContext());
  SmallVector<Constant *> names;
  if (auto recorded = source->getAttrOfType<mlir::ArrayAttr>("h3.kernels"))
    for (auto name : recorded.getAsRange<mlir::StringAttr>())
      names.push_back(addText(module, name));
  Constant *bytes =
      addData(module, "image",
              ConstantDataArray::getString(module.getContext(), image,
                                           /*AddNull=*/false));
  cast<GlobalVariable>(bytes)->setAlignment(Align(64));
  auto *type = ArrayType::get(b.getPtrTy(), names.size());
  return {bytes, b.getInt64(image.size()),
          addData(module, "kernels", ConstantArray::get(type, names)),
          b.getInt64(names.size())};
}

static void exportStruct(Module &module, StringRef name,
                         ArrayRef<Constant *> fields,
                         [[maybe_unused]] uint64_t size) {
  Constant *value = ConstantStruct::getAnon(fields);
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) == size &&
         "one constant for each field");
  new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, value, name);
}

void h3::addModelDescriptor(Module &module, mlir::ModuleOp source,
                            const ModelDescription &description) {
  IRBuilder<> b(module.getContext());
  auto recorded = [&](StringRef name) -> Constant * {
    auto value = source->getAttrOfType<mlir::IntegerAttr>(name);
    return b.getInt64(value ? value.getInt() : 0);
  };
  Constant *sample = ConstantPointerNull::get(b.getPtrTy());
  if (module.getFunction("sample"))
    sample =
        addEntry(module, "sample", sizeof(H3SampleArgs) / sizeof(H3Buffer));
  SmallVector<Constant *> fields{b.getInt32(H3_MODEL_MAGIC),
                                 b.getInt32(H3_ABI_VERSION),
                                 b.getInt32(description.vocab),
                                 b.getInt32(description.paddedVocab),
                                 b.getInt32(description.maxTokens),
                                 b.getInt32(description.maxSequences),
                                 b.getInt32(description.maxContext),
                                 b.getInt32(description.tokenizerKind),
                                 recorded("h3.state_floats"),
                                 recorded("h3.cache_floats"),
                                 recorded("h3.arena_bytes"),
                                 recorded("h3.weights_bytes"),
                                 addText(module, description.weightsDigest),
                                 addText(module, description.info),
                                 addText(module, description.tokenizer),
                                 b.getInt64(description.tokenizer.size())};
  append_range(fields, addKernels(module, source, description.image));
  append_range(
      fields,
      ArrayRef<Constant *>{
          recorded("h3.library_bytes"), b.getInt64(description.driverVersion),
          addEntry(module, "step", sizeof(H3StepArgs) / sizeof(H3Buffer)),
          sample});
  exportStruct(module, "h3_model", fields, sizeof(H3Model));
}

void h3::addKernelsDescriptor(Module &module, mlir::ModuleOp source,
                              StringRef image, uint64_t driverVersion) {
  IRBuilder<> b(module.getContext());
  SmallVector<Constant *> fields{b.getInt32(H3_KERNELS_MAGIC),
                                 b.getInt32(H3_ABI_VERSION)};
  append_range(fields, addKernels(module, source, image));
  fields.push_back(b.getInt64(driverVersion));
  exportStruct(module, "h3_kernels", fields, sizeof(H3Kernels));
}
