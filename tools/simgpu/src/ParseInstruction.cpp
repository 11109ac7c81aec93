//===- ParseInstruction.cpp - Operands, instructions, calls ---------------===//

#include "Parser.h"

#include "ops/Control.h"

#include <cstdlib>
#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

bool Parser::parseOperand(Operand &O) {
  // An operand of an operand of a group is as deep as PTX goes.
  if (OperandDepth > 3)
    return fail("operand is nested too deeply");
  auto list = [&](std::string_view Close) {
    if (accept(Close))
      return true;
    ++OperandDepth;
    do
      if (!parseOperand(O.Elements.emplace_back()))
        return false;
    while (accept(","));
    --OperandDepth;
    return expect(Close);
  };
  if (accept("{")) {
    O.Is = Operand::List;
    return list("}");
  }
  if (accept("(")) {
    O.Is = Operand::Group;
    return list(")");
  }
  if (accept("[")) {
    O.Is = Operand::Address;
    if (!list("]"))
      return false;
    if (O.Elements.size() == 1)
      O.Offset = O.Elements[0].Offset;
    return true;
  }
  O.Negated = accept("!");
  if (peek().is("-") || peek().isNumber()) {
    O.Is = Operand::Immediate;
    std::string Text(peek().is("-") ? peek(1).Text : peek().Text);
    bool IsHexFloat = Text.size() > 2 && Text[0] == '0' &&
                      std::strchr("fFdD", Text[1]) && Text[1] != '\0';
    if (IsHexFloat && !peek().is("-")) {
      O.FloatBits = Text[1] == 'f' || Text[1] == 'F' ? 32 : 64;
      if (Text.size() != 2u + O.FloatBits / 4)
        return fail("malformed literal '" + Text + "'");
      O.Value = std::strtoull(Text.c_str() + 2, nullptr, 16);
      ++At;
      return true;
    }
    if (Text.find('.') != std::string::npos) {
      double D = std::strtod(Text.c_str(), nullptr);
      if (accept("-"))
        D = -D;
      ++At;
      O.FloatBits = 64;
      std::memcpy(&O.Value, &D, 8);
      return true;
    }
    return integer(O.Value);
  }
  if (peek().Is != Token::Word)
    return fail("found '" + std::string(peek().Text) +
                "', expected an operand");
  O.Text = next().Text;
  if (peek().is("+") || peek().is("-")) {
    accept("+");
    uint64_t Value;
    if (!integer(Value))
      return false;
    O.Offset = static_cast<int64_t>(Value);
  }
  if (accept("|")) {
    Operand First = O;
    O = Operand();
    O.Is = Operand::Pair;
    O.Elements.push_back(First);
    ++OperandDepth;
    bool Good = parseOperand(O.Elements.emplace_back());
    --OperandDepth;
    return Good;
  }
  return true;
}

std::string Parser::textOf(size_t From, size_t To) const {
  const char *Begin = Tokens[From].Text.data();
  const char *End = Tokens[To].Text.data() + Tokens[To].Text.size();
  std::string Text;
  for (const char *C = Begin; C != End; ++C) {
    bool IsSpace = *C == ' ' || *C == '\t' || *C == '\n' || *C == '\r';
    if (!IsSpace)
      Text += *C;
    else if (!Text.empty() && Text.back() != ' ')
      Text += ' ';
  }
  return Text;
}

bool Parser::parseInstruction(Builder &B, Function &F) {
  StatementStart = At;
  RawInstruction Raw;
  Raw.Line = peek().Line;
  if (accept("@")) {
    Raw.GuardNegated = accept("!");
    Raw.Guard = next().Text;
  }
  if (peek().Is != Token::Word)
    return fail("found '" + std::string(peek().Text) +
                "', expected an instruction");
  Raw.Opcode = next().Text;
  if (!peek().is(";"))
    do
      if (!parseOperand(Raw.Operands.emplace_back()))
        return false;
    while (accept(","));
  return expect(";") && decode(B, F, Raw);
}

/// Row references have 30 bits for the place.
static bool isTooLarge(const Program &P) {
  return P.Constants.size() > 1u << 29 || P.FunctionRegisterBytes > 1u << 29;
}

void Parser::emit(const Instruction &I, std::string Text) {
  P.Code.push_back(I);
  P.Code.back().Location = CurrentLocation;
  P.Texts.push_back(std::move(Text));
}

bool Parser::decode(Builder &B, Function &F, const RawInstruction &Raw) {
  Decoder D(B, Raw);
  if (D.name() == "call")
    return decodeCall(B, F, Raw);
  if (!Raw.Guard.empty()) {
    const Symbol *S = B.find(Raw.Guard);
    if (!S || S->Is != Symbol::Register || S->T != Type::Pred)
      return fail(Raw.Line,
                  "guard '" + std::string(Raw.Guard) + "' is no predicate");
    D.Out.Guard = S->Row;
    D.Out.GuardNegated = Raw.GuardNegated;
  }
  bool IsBranch = D.name() == "bra" || D.name() == "brx";
  if (IsBranch) {
    if (!decodeBranch(B, D))
      return false;
  } else if (D.name() == "ret" && !B.IsKernel) {
    D.take("uni");
    D.Out.Kind = Flow::Branch;
    BranchFixups.push_back({uint32_t(P.Code.size()), {}, Raw.Line});
  } else {
    DecodeFunction Decode = D.find();
    if (!Decode)
      return fail(Raw.Line, "instruction '" + std::string(Raw.Opcode) +
                                "' is not implemented by the simulated GPU");
    Decode(D);
  }
  if (Error E = D.finish())
    return fail(Raw.Line, E.message());
  if (D.Out.Class == InstructionClass::Atomic &&
      (D.Out.Where == Space::Global || D.Out.Where == Space::Generic))
    F.GlobalAtomics = true;
  if (isTooLarge(P))
    return fail(Raw.Line, "the module is too large");
  emit(D.Out, textOf(StatementStart, At - 1));
  return true;
}

bool Parser::decodeBranch(Builder &, Decoder &D) {
  auto Pc = static_cast<uint32_t>(P.Code.size());
  D.Out.Class = InstructionClass::Control;
  D.take("uni");
  if (D.name() == "bra") {
    if (D.operands() != 1)
      return fail(D.Raw.Line, "'bra' takes one label");
    D.Out.Kind = Flow::Branch;
    BranchFixups.push_back({Pc, D.operand(0).Text, D.Raw.Line});
    return true;
  }
  D.take("idx");
  D.Out.Kind = Flow::Indexed;
  D.input(0, Type::B32);
  IndexedFixups.push_back({Pc, D.operand(1).Text, D.Raw.Line});
  return true;
}

bool Parser::decodeCall(Builder &B, Function &F, const RawInstruction &Raw) {
  Decoder D(B, Raw);
  D.take("uni");
  D.Out.Class = InstructionClass::Control;
  if (!Raw.Guard.empty()) {
    const Symbol *S = B.find(Raw.Guard);
    if (!S || S->T != Type::Pred)
      return fail(Raw.Line, "guard is no predicate");
    D.Out.Guard = S->Row;
    D.Out.GuardNegated = Raw.GuardNegated;
  }
  size_t I = 0;
  std::vector<Operand> Results, Arguments;
  if (D.operand(0).Is == Operand::Group)
    Results = D.operand(I++).Elements;
  std::string_view Name = D.operand(I++).Text;
  if (I < D.operands())
    Arguments = D.operand(I++).Elements;
  std::string Quoted = "'" + std::string(Name) + "'";
  auto Callee = Functions.find(Name);
  if (Callee == Functions.end())
    return fail(Raw.Line, "call of unknown function " + Quoted +
                              "; indirect calls are not implemented");
  if (I < D.operands())
    return fail(Raw.Line, "indirect calls are not implemented");

  // What cf.assert becomes. It ends the kernel, so it needs no body.
  if (Name == "__assertfail") {
    D.run(assertionFailed, InstructionClass::Control);
    emit(D.Out, textOf(StatementStart, At - 1));
    return true;
  }

  std::string Text = textOf(StatementStart, At - 1);
  auto copies = [&](const std::vector<Operand> &Actuals,
                    const std::vector<Formal> &Formals, bool Back) {
    if (Actuals.size() != Formals.size())
      return fail(Raw.Line, "call of " + Quoted + " with " +
                                std::to_string(Actuals.size()) +
                                " operands, expected " +
                                std::to_string(Formals.size()));
    for (size_t K = 0; K < Actuals.size(); ++K) {
      const Symbol *S = B.find(Actuals[K].Text);
      if (!S || S->Is != Symbol::CallParam || S->Bytes != Formals[K].Bytes)
        return fail(Raw.Line, "operand of the call of " + Quoted +
                                  " is no .param of the same size");
      Instruction Copy = D.Out;
      Copy.Kind = Flow::Next;
      Copy.Run = copyLocal;
      Copy.Offset = static_cast<int32_t>(Back ? Formals[K].Offset : S->Offset);
      Copy.Offset2 = static_cast<int32_t>(Back ? S->Offset : Formals[K].Offset);
      Copy.Extra = S->Bytes;
      emit(Copy, Text);
    }
    return true;
  };
  if (!copies(Arguments, Callee->second.Parameters, false))
    return false;
  D.Out.Kind = Flow::Call;
  D.Out.Operands = static_cast<uint32_t>(P.Operands.size());
  D.push(Callee->second.ReturnRow);
  CallFixups.push_back({uint32_t(P.Code.size()), Name, Raw.Line});
  F.Calls.insert(Name);
  emit(D.Out, Text);
  return copies(Results, Callee->second.Results, true);
}
