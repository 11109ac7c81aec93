//===- Pickle.cpp - Python pickles as plain data --------------------------===//
//
// The stack machine that the opcodes of PickleOpcodes.cpp work on. An opcode
// creates a bounded number of values and its operands are views of the pickle,
// so that memory is linear in the size of the pickle; MaxObjects bounds it.
//
//===----------------------------------------------------------------------===//

#include "Pickle.h"
#include "Quote.h"

using namespace llvm;
using namespace h3;

const PickleValue *PickleValue::lookup(StringRef key) const {
  for (size_t i = 0; i + 1 < items.size(); i += 2)
    if (items[i]->is(Kind::String) && items[i]->text == key)
      return items[i + 1];
  return nullptr;
}

Error PickleReader::error(const Twine &message) const {
  return createStringError(Twine(where) + ", byte " + Twine(position) + ": " +
                           message);
}

Expected<const PickleValue *> PickleReader::read() {
  stack.clear();
  marks.clear();
  memo.clear();
  while (true) {
    Expected<uint64_t> opcode = takeUnsigned(1);
    if (!opcode)
      return opcode.takeError();
    if (*opcode == '.') // STOP
      break;
    if (Error failure = execute(*opcode))
      return failure;
  }
  if (stack.size() != 1 || !marks.empty())
    return error("the pickle ends with " + Twine(stack.size()) +
                 " values, expected one; the file is damaged");
  return stack.back();
}

//===----------------------------------------------------------------------===//
// Operands and the stack
//===----------------------------------------------------------------------===//

Expected<StringRef> PickleReader::take(uint64_t size) {
  if (size > data.size() - position)
    return error("the pickle ends too early: " + Twine(size) +
                 " more bytes expected, " + Twine(data.size() - position) +
                 " left; the file is truncated or damaged");
  StringRef bytes = toStringRef(data.slice(position, size));
  position += size;
  return bytes;
}

Expected<StringRef> PickleReader::takeLine() {
  StringRef rest = toStringRef(data.drop_front(position));
  size_t length = rest.find('\n');
  if (length == StringRef::npos)
    return error("a line of the pickle has no end; the file is truncated or "
                 "damaged");
  position += length + 1;
  return rest.take_front(length);
}

Expected<uint64_t> PickleReader::takeUnsigned(unsigned width) {
  Expected<StringRef> bytes = take(width);
  if (!bytes)
    return bytes.takeError();
  uint64_t result = 0;
  for (unsigned i = 0; i < width; ++i)
    result |= uint64_t(uint8_t((*bytes)[i])) << (8 * i);
  return result;
}

Expected<PickleValue *> PickleReader::create(Kind kind) {
  if (values.size() == MaxObjects)
    return error("more than " + Twine(MaxObjects) +
                 " objects; save the model's state_dict alone");
  PickleValue &value = values.emplace_back();
  value.kind = kind;
  return &value;
}

Error PickleReader::push(PickleValue *value) {
  if (stack.size() == MaxObjects)
    return error("more than " + Twine(MaxObjects) +
                 " values on the stack; the file is damaged");
  stack.push_back(value);
  return Error::success();
}

Error PickleReader::push(Kind kind, int64_t integer, StringRef text) {
  Expected<PickleValue *> value = create(kind);
  if (!value)
    return value.takeError();
  (*value)->integer = integer;
  (*value)->text = text;
  return push(*value);
}

Error PickleReader::pushText(Kind kind, unsigned sizeWidth) {
  Expected<uint64_t> size = takeUnsigned(sizeWidth);
  if (!size)
    return size.takeError();
  Expected<StringRef> text = take(*size);
  if (!text)
    return text.takeError();
  return push(kind, 0, *text);
}

Error PickleReader::pushInteger(unsigned width) {
  Expected<uint64_t> value = takeUnsigned(width);
  if (!value)
    return value.takeError();
  // Only the widest of the three integer opcodes has a sign.
  return push(Kind::Int, width == 4 ? int32_t(*value) : int64_t(*value));
}

Error PickleReader::pushLong(unsigned sizeWidth) {
  Expected<uint64_t> size = takeUnsigned(sizeWidth);
  if (!size)
    return size.takeError();
  Expected<StringRef> bytes = take(*size);
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() > sizeof(int64_t))
    return push(Kind::BigInt, 0, *bytes);
  uint64_t result =
      !bytes->empty() && (bytes->back() & 0x80) ? ~uint64_t(0) : 0;
  for (char byte : reverse(*bytes))
    result = result << 8 | uint8_t(byte);
  return push(Kind::Int, int64_t(result));
}

Error PickleReader::pushTuple(size_t size) {
  size_t floor = marks.empty() ? 0 : marks.back();
  if (stack.size() - floor < size)
    return error(
        "a tuple takes more values than there are; the file is damaged");
  Expected<PickleValue *> tuple = create(Kind::Tuple);
  if (!tuple)
    return tuple.takeError();
  (*tuple)->items.assign(stack.end() - size, stack.end());
  stack.resize(stack.size() - size);
  return push(*tuple);
}

Expected<PickleValue *> PickleReader::pop() {
  if (stack.size() <= (marks.empty() ? 0 : marks.back()))
    return error("the pickle's stack is empty; the file is damaged");
  PickleValue *top = stack.back();
  stack.pop_back();
  return top;
}

Expected<std::vector<PickleValue *>> PickleReader::popMark() {
  if (marks.empty())
    return error("the pickle's stack has no mark; the file is damaged");
  size_t mark = marks.back();
  marks.pop_back();
  std::vector<PickleValue *> items(stack.begin() + mark, stack.end());
  stack.resize(mark);
  return items;
}
