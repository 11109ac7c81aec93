//===- PickleOpcodes.cpp - What each opcode of a pickle does --------------===//
//
// The opcodes are those of CPython's Lib/pickletools.py, without the textual
// ones of protocols 0 and 1.
//
//===----------------------------------------------------------------------===//

#include "Pickle.h"
#include "Quote.h"

using namespace llvm;
using namespace h3;

namespace {

enum Opcode : uint8_t {
  Mark = '(',
  Pop = '0',
  PopMark = '1',
  Dup = '2',
  BinFloat = 'G',
  BinInt = 'J',
  BinInt1 = 'K',
  BinInt2 = 'M',
  None = 'N',
  BinPersId = 'Q',
  Reduce = 'R',
  BinString = 'T',
  ShortBinString = 'U',
  BinUnicode = 'X',
  Append = 'a',
  Build = 'b',
  Global = 'c',
  Appends = 'e',
  BinGet = 'h',
  Inst = 'i',
  LongBinGet = 'j',
  BinPut = 'q',
  LongBinPut = 'r',
  SetItem = 's',
  TupleFromMark = 't',
  SetItems = 'u',
  BinBytes = 'B',
  ShortBinBytes = 'C',
  EmptyList = ']',
  EmptyDict = '}',
  EmptyTuple = ')',
  Proto = 0x80,
  NewObj = 0x81,
  Tuple1 = 0x85,
  Tuple2 = 0x86,
  Tuple3 = 0x87,
  NewTrue = 0x88,
  NewFalse = 0x89,
  Long1 = 0x8a,
  Long4 = 0x8b,
  ShortBinUnicode = 0x8c,
  BinUnicode8 = 0x8d,
  BinBytes8 = 0x8e,
  EmptySet = 0x8f,
  AddItems = 0x90,
  FrozenSet = 0x91,
  StackGlobal = 0x93,
  Memoize = 0x94,
  Frame = 0x95,
  ByteArray8 = 0x96,
};

} // namespace

Error PickleReader::execute(uint8_t opcode) {
  switch (opcode) {
  case Proto: {
    Expected<uint64_t> protocol = takeUnsigned(1);
    if (!protocol)
      return protocol.takeError();
    if (*protocol < 2 || *protocol > 5)
      return error("pickle protocol " + Twine(*protocol) +
                   " found, 2 to 5 expected; save the file with torch.save");
    return Error::success();
  }
  case Frame:
    return takeUnsigned(8).takeError();
  case None:
    return push(Kind::Opaque);
  case NewTrue:
    return push(Kind::Bool, 1);
  case NewFalse:
    return push(Kind::Bool, 0);
  case BinInt1:
    return pushInteger(1);
  case BinInt2:
    return pushInteger(2);
  case BinInt:
    return pushInteger(4);
  case Long1:
    return pushLong(1);
  case Long4:
    return pushLong(4);
  case BinFloat:
    if (Error failure = take(8).takeError())
      return failure;
    return push(Kind::Opaque);
  case ShortBinString:
  case ShortBinUnicode:
    return pushText(Kind::String, 1);
  case BinString:
  case BinUnicode:
    return pushText(Kind::String, 4);
  case BinUnicode8:
    return pushText(Kind::String, 8);
  case ShortBinBytes:
    return pushText(Kind::Opaque, 1);
  case BinBytes:
    return pushText(Kind::Opaque, 4);
  case BinBytes8:
  case ByteArray8:
    return pushText(Kind::Opaque, 8);
  default:
    return executeContainer(opcode);
  }
}

Error PickleReader::executeContainer(uint8_t opcode) {
  switch (opcode) {
  case Mark:
    if (marks.size() == MaxObjects)
      return error("more than " + Twine(MaxObjects) +
                   " marks; the file is damaged");
    marks.push_back(stack.size());
    return Error::success();
  case PopMark:
    return popMark().takeError();
  case Pop:
    return pop().takeError();
  case EmptyList:
    return push(Kind::List);
  case EmptyDict:
    return push(Kind::Dict);
  case EmptySet:
    return push(Kind::Opaque);
  case EmptyTuple:
    return pushTuple(0);
  case Tuple1:
    return pushTuple(1);
  case Tuple2:
    return pushTuple(2);
  case Tuple3:
    return pushTuple(3);
  case TupleFromMark: {
    if (marks.empty())
      return error("the pickle's stack has no mark; the file is damaged");
    size_t mark = marks.back();
    marks.pop_back();
    return pushTuple(stack.size() - mark);
  }
  case FrozenSet:
    if (Error failure = popMark().takeError())
      return failure;
    return push(Kind::Opaque);
  case Append:
  case SetItem: {
    size_t count = opcode == Append ? 1 : 2;
    if (Error failure = pushTuple(count))
      return failure;
    PickleValue *tuple = stack.back();
    stack.pop_back();
    return append(count, tuple->items);
  }
  case Appends:
  case SetItems:
  case AddItems: {
    Expected<std::vector<PickleValue *>> items = popMark();
    if (!items)
      return items.takeError();
    return append(opcode == SetItems ? 2 : 1, *items);
  }
  default:
    return executeObject(opcode);
  }
}

Error PickleReader::append(size_t perItem, ArrayRef<PickleValue *> items) {
  Expected<PickleValue *> container = pop();
  if (!container)
    return container.takeError();
  // Sets and instances of plain classes are of no use: their items are dropped.
  if (!(*container)->is(Kind::Opaque)) {
    if (!(*container)->is(perItem == 2 ? Kind::Dict : Kind::List) ||
        items.size() % perItem != 0)
      return error("items are added to a value that cannot hold them; the file "
                   "is damaged");
    llvm::append_range((*container)->items, items);
  }
  return push(*container);
}

Error PickleReader::executeObject(uint8_t opcode) {
  switch (opcode) {
  case Global:
  case Inst: {
    Expected<StringRef> module = takeLine();
    if (!module)
      return module.takeError();
    Expected<StringRef> name = takeLine();
    if (!name)
      return name.takeError();
    if (Error failure = pushGlobal(*module, *name))
      return failure;
    if (opcode == Inst)
      return error("the opcode INST is not supported; save the file with "
                   "Python 3");
    return Error::success();
  }
  case StackGlobal: {
    Expected<PickleValue *> name = pop();
    if (!name)
      return name.takeError();
    Expected<PickleValue *> module = pop();
    if (!module)
      return module.takeError();
    if (!(*module)->is(Kind::String) || !(*name)->is(Kind::String))
      return error("a global's name is not a string; the file is damaged");
    return pushGlobal((*module)->text, (*name)->text);
  }
  case BinPersId: {
    Expected<PickleValue *> id = pop();
    if (!id)
      return id.takeError();
    if (!(*id)->is(Kind::Tuple) || (*id)->items.size() > 6)
      return error(
          "a persistent id is not a tuple of at most 6 values; the file "
          "is damaged");
    if (Error failure = push(Kind::Storage))
      return failure;
    stack.back()->items = (*id)->items;
    storages.push_back(stack.back());
    return Error::success();
  }
  case Reduce:
  case NewObj:
    return call();
  case Build: {
    // The state of a dictionary or of a plain object: attributes beside the
    // items, such as the `_metadata` of a state dict.
    if (Error failure = pop().takeError())
      return failure;
    Expected<PickleValue *> object = pop();
    if (!object)
      return object.takeError();
    return push(*object);
  }
  default:
    return executeMemo(opcode);
  }
}

/// Pops arguments and callee; pushes what stands for the call's result.
Error PickleReader::call() {
  Expected<PickleValue *> arguments = pop();
  if (!arguments)
    return arguments.takeError();
  Expected<PickleValue *> callee = pop();
  if (!callee)
    return callee.takeError();
  if (!(*callee)->is(Kind::Global) || !(*arguments)->is(Kind::Tuple))
    return error("a call of something that is no global; the file is damaged");
  ArrayRef<PickleValue *> operands = (*arguments)->items;
  switch ((*callee)->global) {
  case PickleGlobal::Dict:
    if (!operands.empty())
      return error("OrderedDict is called with " + Twine(operands.size()) +
                   " arguments, expected none; save the file with Python 3");
    return push(Kind::Dict);
  case PickleGlobal::RebuildV1:
  case PickleGlobal::RebuildV2:
  case PickleGlobal::RebuildV3: {
    // Storage, offset, shape and strides, then what each version adds: more
    // arguments than that would only be copied.
    if (operands.size() < 4 || operands.size() > 8)
      return error((*callee)->text + " is called with " +
                   Twine(operands.size()) +
                   " arguments, expected 4 to 8; the file is damaged");
    if (Error failure = push(Kind::Tensor))
      return failure;
    stack.back()->items.push_back(*callee);
    llvm::append_range(stack.back()->items, operands);
    return Error::success();
  }
  case PickleGlobal::RebuildParam:
    if (operands.empty() || !operands[0]->is(Kind::Tensor))
      return error("a parameter is built from something that is no tensor; the "
                   "file is damaged");
    return push(operands[0]);
  case PickleGlobal::Storage:
  case PickleGlobal::Type:
    return error("refuses to call " + quote((*callee)->text) +
                 "; save the model's state_dict alone");
  case PickleGlobal::Plain:
    return push(Kind::Opaque);
  }
  llvm_unreachable("unknown global");
}

Error PickleReader::executeMemo(uint8_t opcode) {
  uint64_t index = memo.size();
  switch (opcode) {
  case BinGet:
  case BinPut:
  case LongBinGet:
  case LongBinPut: {
    bool isLong = opcode == LongBinGet || opcode == LongBinPut;
    Expected<uint64_t> operand = takeUnsigned(isLong ? 4 : 1);
    if (!operand)
      return operand.takeError();
    index = *operand;
    break;
  }
  case Memoize:
  case Dup:
    break;
  default:
    return error("opcode 0x" + utohexstr(opcode, /*LowerCase=*/true) +
                 " is not supported; save the file with torch.save");
  }
  if (opcode == BinGet || opcode == LongBinGet) {
    PickleValue *value = memo.lookup(index);
    if (!value)
      return error("memo " + Twine(index) +
                   " is read before it was written; the file is damaged");
    return push(value);
  }
  Expected<PickleValue *> top = pop();
  if (!top)
    return top.takeError();
  if (Error failure = push(*top))
    return failure;
  if (opcode == Dup)
    return push(*top);
  if (memo.size() == MaxObjects)
    return error("more than " + Twine(MaxObjects) +
                 " memos; the file is damaged");
  memo[index] = *top;
  return Error::success();
}
