//===- ModelDescriptor.cpp - What a compiled model exports ----------------===//
//
// `h3_model` and the functions behind it, which unpack H3StepArgs and
// H3SampleArgs into the descriptors that MLIR passes one field at a time.
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

void h3::addModelDescriptor(Module &module, mlir::ModuleOp source,
                            const ModelDescription &description) {
  IRBuilder<> b(module.getContext());
  auto recorded = [&](StringRef name) -> Constant * {
    auto value = source->getAttrOfType<mlir::IntegerAttr>(name);
    return b.getInt64(value ? value.getInt() : 0);
  };
  auto text = [&](StringRef value) -> Constant * {
    auto *data = ConstantDataArray::getString(module.getContext(), value);
    return new GlobalVariable(module, data->getType(), /*isConstant=*/true,
                              GlobalValue::PrivateLinkage, data, "text");
  };
  SmallVector<Constant *> kernels;
  if (auto recordedKernels =
          source->getAttrOfType<mlir::ArrayAttr>("h3.kernels"))
    for (auto name : recordedKernels.getAsRange<mlir::StringAttr>())
      kernels.push_back(text(name));
  auto names = [&]() -> Constant * {
    auto *type = ArrayType::get(b.getPtrTy(), kernels.size());
    return new GlobalVariable(module, type, /*isConstant=*/true,
                              GlobalValue::PrivateLinkage,
                              ConstantArray::get(type, kernels), "kernels");
  };
  auto image = [&](StringRef bytes) -> Constant * {
    auto *data = ConstantDataArray::getString(module.getContext(), bytes,
                                              /*AddNull=*/false);
    auto *global = new GlobalVariable(
        module, data->getType(),
        /*isConstant=*/true, GlobalValue::PrivateLinkage, data, "image");
    global->setAlignment(Align(64));
    return global;
  };
  Constant *sample = ConstantPointerNull::get(b.getPtrTy());
  if (module.getFunction("sample"))
    sample =
        addEntry(module, "sample", sizeof(H3SampleArgs) / sizeof(H3Buffer));
  Constant *fields[] = {
      b.getInt32(H3_MODEL_MAGIC),
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
      text(description.weightsDigest),
      text(description.info),
      text(description.tokenizer),
      b.getInt64(description.tokenizer.size()),
      image(description.image),
      b.getInt64(description.image.size()),
      names(),
      b.getInt64(kernels.size()),
      recorded("h3.library_bytes"),
      b.getInt64(description.driverVersion),
      addEntry(module, "step", sizeof(H3StepArgs) / sizeof(H3Buffer)),
      sample};
  Constant *value = ConstantStruct::getAnon(fields);
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) ==
             sizeof(H3Model) &&
         "one constant for each field of H3Model");
  new GlobalVariable(module, value->getType(), /*isConstant=*/true,
                     GlobalValue::ExternalLinkage, value, "h3_model");
}
