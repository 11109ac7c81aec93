//===- Decoder.cpp - From one line of PTX to an Instruction ---------------===//

#include "Decoder.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

Decoder::Decoder(Builder &B, const RawInstruction &Raw) : B(B), Raw(Raw) {
  std::string_view Rest = Raw.Opcode;
  while (true) {
    size_t Dot = Rest.find('.');
    Parts.push_back(Rest.substr(0, Dot));
    if (Dot == std::string_view::npos)
      break;
    Rest.remove_prefix(Dot + 1);
  }
  Taken.resize(Parts.size());
  Taken[0] = true;
  Out.Line = Raw.Line;
  Out.Operands = static_cast<uint32_t>(B.P.Operands.size());
}

//===----------------------------------------------------------------------===//
// Modifiers
//===----------------------------------------------------------------------===//

bool Decoder::has(std::string_view Modifier) const {
  for (size_t I = 1; I < Parts.size(); ++I)
    if (!Taken[I] && Parts[I] == Modifier)
      return true;
  return false;
}

bool Decoder::take(std::string_view Modifier) {
  for (size_t I = 1; I < Parts.size(); ++I)
    if (!Taken[I] && Parts[I] == Modifier) {
      Taken[I] = true;
      return true;
    }
  return false;
}

int Decoder::takeOneOf(std::initializer_list<std::string_view> Modifiers) {
  int Index = 0;
  for (std::string_view M : Modifiers) {
    if (take(M))
      return Index;
    ++Index;
  }
  return -1;
}

Type Decoder::takeType() {
  for (size_t I = 1; I < Parts.size(); ++I)
    if (!Taken[I])
      if (Type T = parseType(Parts[I]); T != Type::None) {
        Taken[I] = true;
        return T;
      }
  return Type::None;
}

Type Decoder::peekType() const {
  for (size_t I = 1; I < Parts.size(); ++I)
    if (!Taken[I])
      if (Type T = parseType(Parts[I]); T != Type::None)
        return T;
  return Type::None;
}

Rounding Decoder::takeRounding(Rounding Default) {
  switch (takeOneOf({"rn", "rz", "rm", "rp", "rna"})) {
  case 0:
    return Rounding::NearestEven;
  case 1:
    return Rounding::Zero;
  case 2:
    return Rounding::Down;
  case 3:
    return Rounding::Up;
  case 4:
    return Rounding::NearestAway;
  default:
    return Default;
  }
}

std::string_view Decoder::takePrefixed(std::string_view Prefix) {
  for (size_t I = 1; I < Parts.size(); ++I)
    if (!Taken[I] && Parts[I].substr(0, Prefix.size()) == Prefix) {
      Taken[I] = true;
      return Parts[I];
    }
  return {};
}

Space Decoder::takeSpace() {
  if (take("global"))
    return Space::Global;
  if (take("shared") || take("shared::cta"))
    return Space::Shared;
  if (take("local"))
    return Space::Local;
  if (take("const"))
    return Space::Constant;
  if (take("param") || take("param::entry") || take("param::func"))
    return Space::Param;
  return Space::Generic;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

static std::string text(const Operand &O) {
  return O.Text.empty() ? "operand" : std::string(O.Text);
}

const Operand &Decoder::operand(size_t I) const {
  static const Operand Missing;
  OperandsTaken = std::max(OperandsTaken, I + 1);
  return I < Raw.Operands.size() ? Raw.Operands[I] : Missing;
}

void Decoder::fail(std::string Message) {
  if (Failed)
    return;
  Failed = true;
  Problem = std::move(Message);
}

/// A register of `Have` bits can hold a value of `Need` bits. There are no
/// 8-bit registers.
static bool fits(unsigned Have, unsigned Need, bool Wide) {
  return Need == 1 ? Have == 1
         : Wide    ? Have >= Need && Have != 1
                   : Have == std::max(Need, 16u);
}

static std::string widths(const Operand &O, unsigned Have, unsigned Need) {
  return "'" + text(O) + "' has " + std::to_string(Have) + " bits, expected " +
         std::to_string(Need);
}

void Decoder::resultOrSink(const Operand &O, Type T) {
  if (O.Text != "_")
    return result(O, T);
  ++Out.Results;
  push(NoRow);
}

void Decoder::result(const Operand &O, Type T) {
  ++Out.Results;
  const Symbol *S = O.Is == Operand::Name ? B.find(O.Text) : nullptr;
  if (!S || S->Is != Symbol::Register)
    return fail("'" + text(O) + "' is no register");
  if (!fits(bitsOf(S->T), bitsOf(T), false))
    return fail(widths(O, bitsOf(S->T), bitsOf(T)));
  push(S->Row);
}

unsigned Decoder::wideResult(const Operand &O, Type T) {
  ++Out.Results;
  if (O.Text == "_") {
    push(NoRow);
    return std::max(2u, bytesOf(T));
  }
  const Symbol *S = O.Is == Operand::Name ? B.find(O.Text) : nullptr;
  if (!S || S->Is != Symbol::Register) {
    fail("'" + text(O) + "' is no register");
    return 4;
  }
  if (!fits(bitsOf(S->T), bitsOf(T), true))
    fail(widths(O, bitsOf(S->T), bitsOf(T)));
  push(S->Row);
  return std::max(2u, bytesOf(S->T));
}

/// The bits of a literal in the type.
static uint64_t literalBits(const Operand &O, Type T) {
  if (O.FloatBits == 64 && T == Type::F32) {
    double D;
    std::memcpy(&D, &O.Value, 8);
    auto F = static_cast<float>(D);
    uint32_t Bits;
    std::memcpy(&Bits, &F, 4);
    return Bits;
  }
  if (O.FloatBits == 32 && T == Type::F64) {
    auto Bits = static_cast<uint32_t>(O.Value);
    float F;
    std::memcpy(&F, &Bits, 4);
    double D = F;
    uint64_t Wide;
    std::memcpy(&Wide, &D, 8);
    return Wide;
  }
  return O.Value;
}

RowRef Decoder::read(const Operand &O, Type T, bool Wide, unsigned &Bytes) {
  Bytes = std::max(2u, bytesOf(T));
  if (T == Type::Pred)
    Bytes = 0;
  if (O.Is == Operand::Immediate) {
    if (isFloat(T) && !O.FloatBits && bitsOf(T) > 16 && T != Type::TF32) {
      fail("integer literal where a floating-point one is expected");
      return NoRow;
    }
    if (T == Type::Pred)
      return B.constant(O.Value ? FullMask : 0, 0);
    return B.constant(literalBits(O, T), Bytes,
                      O.FloatBits == 0 && int64_t(O.Value) < 0 ? ~0ull : 0);
  }
  if (O.Is != Operand::Name) {
    fail("operand of the wrong form");
    return NoRow;
  }
  if (const Symbol *S = B.find(O.Text)) {
    if (S->Is == Symbol::Register) {
      if (!fits(bitsOf(S->T), bitsOf(T), Wide))
        fail(widths(O, bitsOf(S->T), bitsOf(T)));
      Bytes = S->T == Type::Pred ? 0 : bytesOf(S->T);
      return S->Row;
    }
    if (Bytes == 4 || Bytes == 8)
      if (auto Row = B.address(*S, O.Offset, Bytes))
        return *Row;
    fail("the address of '" + text(O) + "' cannot be taken here");
    return NoRow;
  }
  if (!O.Text.empty() && O.Text[0] == '%')
    if (auto Row = B.special(O.Text, Bytes))
      return *Row;
  if (O.Text == "WARP_SZ")
    return B.constant(WarpSize, Bytes);
  fail(O.Text.empty() ? "operand missing"
                      : "unknown name '" + std::string(O.Text) + "'");
  return NoRow;
}

void Decoder::input(const Operand &O, Type T) {
  unsigned Bytes;
  if (O.Negated)
    fail("'!' on '" + text(O) + "' is not expected here");
  push(read(O, T, false, Bytes));
}

unsigned Decoder::wideInput(const Operand &O, Type T) {
  unsigned Bytes;
  push(read(O, T, true, Bytes));
  return Bytes;
}

bool Decoder::predicate(const Operand &O) {
  unsigned Bytes;
  push(read(O, Type::Pred, false, Bytes));
  return O.Negated;
}

unsigned Decoder::registerBits(const Operand &O) {
  const Symbol *S = O.Is == Operand::Name ? B.find(O.Text) : nullptr;
  return S && S->Is == Symbol::Register ? bitsOf(S->T) : 0;
}

void Decoder::address(size_t I, int32_t Instruction::*Offset) {
  const Operand &O = operand(I);
  if (O.Is != Operand::Address || O.Elements.size() != 1)
    return fail("expected an address in brackets");
  const Operand &Base = O.Elements[0];
  if (O.Offset != static_cast<int32_t>(O.Offset))
    return fail("offset does not fit 32 bits");
  Out.*Offset = static_cast<int32_t>(O.Offset);
  Out.AddressBytes = 8;
  if (Base.Is == Operand::Immediate)
    return push(B.constant(Base.Value, 8));
  const Symbol *S = B.find(Base.Text);
  if (!S)
    return fail("unknown name '" + text(Base) + "'");
  // In a function, parameters lie in local memory.
  if (Out.Where == Space::Param && (S->Is == Symbol::CallParam ||
                                    (S->Is == Symbol::Register && !B.IsKernel)))
    Out.Where = Space::Local;
  if (S->Is == Symbol::Register) {
    if (S->T == Type::Pred || bytesOf(S->T) < 4 || bytesOf(S->T) > 8)
      return fail(widths(Base, bitsOf(S->T), 64));
    Out.AddressBytes = static_cast<uint8_t>(bytesOf(S->T));
    return push(S->Row);
  }
  Space Home = S->Is == Symbol::KernelParam ? Space::Param
               : S->Is == Symbol::Local || S->Is == Symbol::CallParam
                   ? Space::Local
               : S->Is == Symbol::Variable ? B.P.Variables[S->Index].Where
                                           : Space::Shared;
  if (Out.Where == Space::Generic)
    Out.Where = Home;
  if (Out.Where != Home)
    return fail("'" + text(Base) + "' lies in another state space");
  auto Row = B.address(*S, 0, 8);
  if (!Row)
    return fail("'" + text(Base) + "' has no address");
  push(*Row);
}

uint64_t Decoder::literal(size_t I) {
  const Operand &O = operand(I);
  if (O.Is != Operand::Immediate || O.FloatBits)
    fail("expected an integer literal");
  return O.Value;
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

Error Decoder::finish() {
  std::string Quoted = "instruction '" + std::string(Raw.Opcode) + "'";
  for (size_t I = 1; I < Parts.size() && !Failed; ++I)
    if (!Taken[I])
      return Error::failure(Quoted +
                            " is not implemented by the simulated GPU: "
                            "modifier '." +
                            std::string(Parts[I]) + "'");
  if (Failed)
    return Error::failure(Quoted + ": " + Problem);
  if (Out.Run && OperandsTaken < operands())
    return Error::failure(Quoted + ": found " + std::to_string(operands()) +
                          " operands, expected " +
                          std::to_string(OperandsTaken));
  if (!Out.Run && Out.Kind == Flow::Next)
    return Error::failure(Quoted + " is not implemented by the simulated GPU");
  return Error::success();
}

static Family familyOf(Type T) {
  switch (T) {
  case Type::F32:
  case Type::F64:
    return Family::Float;
  case Type::F16:
  case Type::BF16:
  case Type::F16x2:
  case Type::BF16x2:
  case Type::F32x2:
  case Type::U16x2:
  case Type::S16x2:
    return Family::Half;
  default:
    return Family::Integer;
  }
}

DecodeFunction Decoder::find() const {
  static const std::multimap<std::string_view, DecodeEntry> All = [] {
    std::multimap<std::string_view, DecodeEntry> Result;
    for (DecodeTable T :
         {integerTable(), bitTable(), floatTable(), halfTable(), convertTable(),
          compareTable(), moveTable(), memoryTable(), atomicTable(),
          warpTable(), matrixTable(), controlTable()})
      for (size_t I = 0; I < T.Count; ++I)
        Result.emplace(T.Entries[I].Name, T.Entries[I]);
    return Result;
  }();
  Family Wanted = familyOf(peekType());
  auto [From, To] = All.equal_range(name());
  for (auto It = From; It != To; ++It)
    if (It->second.For == Family::Any || It->second.For == Wanted)
      return It->second.Decode;
  return nullptr;
}
