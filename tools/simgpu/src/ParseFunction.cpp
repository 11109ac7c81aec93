//===- ParseFunction.cpp - Kernels, functions and their bodies ------------===//

#include "Parser.h"

#include "Race.h"

#include <algorithm>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Headers
//===----------------------------------------------------------------------===//

/// `(.param .b32 a, .param .align 8 .b8 b[24])`. Offsets are those of a block
/// of kernel parameters, or, given a builder, of local memory.
bool Parser::parseFormals(std::vector<Formal> &To, Builder *Locals) {
  if (!expect("("))
    return false;
  uint32_t Offset = 0;
  if (accept(")"))
    return true;
  do {
    Declaration D;
    if (!peek().is(".param"))
      return fail("parameters in registers are not implemented");
    ++At;
    if (!parseDeclaration(D))
      return false;
    if (D.Bytes > 32764)
      return fail("parameter is too large");
    Formal F{D.Name, 0, static_cast<uint32_t>(D.Bytes), D.Align};
    if (Locals) {
      F.Offset = Locals->placeLocal(F.Bytes, F.Align);
    } else {
      F.Offset = (Offset + F.Align - 1) / F.Align * F.Align;
      Offset = F.Offset + F.Bytes;
    }
    To.push_back(F);
  } while (accept(","));
  return expect(")");
}

bool Parser::parseKernelDirectives(KernelInfo &Info) {
  while (!peek().is("{") && !peek().is(";")) {
    const Token &T = next();
    if (T.is(".maxntid") || T.is(".reqntid")) {
      uint32_t *Shape = T.is(".maxntid") ? Info.MaxThreads : Info.NeedThreads;
      std::fill(Shape, Shape + 3, 1);
      for (int I = 0; I < 3; ++I) {
        uint64_t Value;
        if (!integer(Value))
          return false;
        Shape[I] = static_cast<uint32_t>(Value);
        if (!accept(","))
          break;
      }
    } else if (T.is(".minnctapersm") || T.is(".maxnreg")) {
      uint64_t Ignored;
      if (!integer(Ignored))
        return false;
    } else if (T.is(".pragma")) {
      while (!accept(";"))
        if (next().Is == Token::End)
          return fail("pragma without end");
    } else if (!T.is(".noreturn")) {
      return fail(T.Line, "directive '" + std::string(T.Text) +
                              "' is not implemented by the simulated GPU");
    }
  }
  return true;
}

bool Parser::parseKernel() {
  uint32_t Line = peek().Line;
  KernelInfo Info;
  Info.Name = next().Text;
  Info.Line = Line;
  std::vector<Formal> Formals;
  if (peek().is("(") && !parseFormals(Formals, nullptr))
    return false;
  if (!parseKernelDirectives(Info))
    return false;
  if (accept(";"))
    return true; // a declaration
  for (const KernelInfo &K : P.Kernels)
    if (K.Name == Info.Name)
      return fail(Line, "kernel '" + Info.Name + "' is defined twice");

  Builder B(P, ModuleScope, ModuleShared, true);
  for (const Formal &F : Formals) {
    Info.Parameters.push_back(
        {std::string(F.Name), F.Offset, F.Bytes, F.Align});
    Info.ParameterBytes = F.Offset + F.Bytes;
    Symbol S{Symbol::KernelParam};
    S.Offset = F.Offset;
    S.Bytes = F.Bytes;
    B.declare(F.Name, S);
  }
  Function F;
  if (!parseBody(B, F))
    return false;
  KernelCode Code;
  Code.Entry = F.Entry;
  B.finishKernel(Info, Code);
  P.Kernels.push_back(std::move(Info));
  P.KernelCodes.push_back(std::move(Code));
  KernelFunctions.push_back(std::move(F));
  return true;
}

bool Parser::parseFunction() {
  Builder B(P, ModuleScope, ModuleShared, false);
  std::vector<Formal> Results, Parameters;
  if (peek().is("(") && !parseFormals(Results, &B))
    return false;
  uint32_t Line = peek().Line;
  std::string_view Name = next().Text;
  if (peek().is("(") && !parseFormals(Parameters, &B))
    return false;
  KernelInfo Ignored;
  if (!parseKernelDirectives(Ignored))
    return false;

  // A function keeps the places that its first declaration gave it.
  auto [It, IsNew] = Functions.emplace(Name, Function());
  Function &F = It->second;
  auto sameShape = [](const std::vector<Formal> &A,
                      const std::vector<Formal> &B) {
    return A.size() == B.size() &&
           std::equal(A.begin(), A.end(), B.begin(),
                      [](auto &X, auto &Y) { return X.Bytes == Y.Bytes; });
  };
  if (IsNew) {
    F.Results = Results;
    F.Parameters = Parameters;
    F.ReturnRow = B.newRow(Type::B32);
  } else if (!sameShape(F.Results, Results) ||
             !sameShape(F.Parameters, Parameters)) {
    return fail(Line, "'" + std::string(Name) +
                          "' differs from its earlier declaration");
  }
  if (accept(";"))
    return true;
  if (F.Defined)
    return fail(Line, "'" + std::string(Name) + "' is defined twice");
  F.Defined = true;
  auto declare = [&](const std::vector<Formal> &Names,
                     const std::vector<Formal> &Places) {
    for (size_t I = 0; I < Names.size(); ++I) {
      Symbol S{Symbol::CallParam};
      S.Offset = Places[I].Offset;
      S.Bytes = Places[I].Bytes;
      B.declare(Names[I].Name, S);
    }
  };
  declare(Results, F.Results);
  declare(Parameters, F.Parameters);
  return parseBody(B, F);
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

bool Parser::parseBody(Builder &B, Function &F) {
  if (!expect("{"))
    return false;
  Labels.clear();
  TargetLists.clear();
  BranchFixups.clear();
  IndexedFixups.clear();
  CurrentLocation = 0;
  auto From = static_cast<uint32_t>(P.Code.size());
  F.Entry = From;
  uint32_t LastLine = peek().Line;
  while (true) {
    LastLine = peek().Line;
    if (peek().Is == Token::End)
      return fail("body without end");
    if (accept("{")) {
      B.openScope();
    } else if (accept("}")) {
      if (B.depth() == 1)
        break;
      B.closeScope();
    } else if (!parseStatement(B, F)) {
      return false;
    }
  }
  // All paths of a function meet at one return; falling off the end of a
  // kernel ends the thread.
  Instruction End;
  End.Line = LastLine;
  End.Class = InstructionClass::Control;
  End.Kind = B.IsKernel ? Flow::Exit : Flow::Return;
  End.Operands = static_cast<uint32_t>(P.Operands.size());
  P.Operands.push_back(F.ReturnRow);
  emit(End, "ret;");
  return finishBody(F, From);
}

bool Parser::parseStatement(Builder &B, Function &F) {
  uint32_t Line = peek().Line;
  if (peek().Is == Token::Word && peek(1).is(":")) {
    std::string_view Label = next().Text;
    ++At;
    if (peek().is(".branchtargets"))
      return parseBranchTargets(Label);
    if (peek().is(".callprototype") || peek().is(".calltargets"))
      return fail("indirect calls are not implemented by the simulated GPU");
    return Labels.emplace(Label, P.Code.size()).second ||
           fail(Line, "label '" + std::string(Label) + "' is defined twice");
  }
  if (accept(";"))
    return true;
  if (peek().Is != Token::Word || peek().Text[0] != '.')
    return parseInstruction(B, F);

  const Token &T = next();
  if (T.is(".reg"))
    return parseRegisters(B);
  if (T.is(".loc") || T.is(".file") || T.is(".pragma")) {
    if (T.is(".loc"))
      parseLocation();
    if (T.is(".file"))
      parseFile();
    skipLine(Line);
    return true;
  }
  if (T.is(".local") || T.is(".shared") || T.is(".param")) {
    Declaration D;
    if (!parseDeclaration(D))
      return false;
    if (D.Bytes > MaxSharedVariable)
      return fail(Line, "variable is too large");
    Symbol S{T.is(".local")    ? Symbol::Local
             : T.is(".shared") ? Symbol::Shared
                               : Symbol::CallParam};
    S.Bytes = static_cast<uint32_t>(D.Bytes);
    S.Align = D.Align;
    S.Offset = T.is(".shared") ? B.placeShared(D.Name, S.Bytes, S.Align)
                               : B.placeLocal(S.Bytes, S.Align);
    if (!T.is(".shared") &&
        S.Offset % FunctionLocalBase + S.Bytes > MaxLocalBytes)
      return fail(Line, "more than " + std::to_string(MaxLocalBytes) +
                            " bytes of local memory");
    return (B.declare(D.Name, S) ||
            fail(Line, "'" + std::string(D.Name) + "' is declared twice")) &&
           expect(";");
  }
  return fail(Line, "directive '" + std::string(T.Text) +
                        "' is not implemented by the simulated GPU");
}

bool Parser::parseRegisters(Builder &B) {
  if (peek().Is != Token::Word || peek().Text[0] != '.')
    return fail("registers without a type");
  Type T = parseType(next().Text.substr(1));
  if (T == Type::None)
    return fail("unknown register type");
  do {
    std::string_view Name = next().Text;
    if (accept("<")) {
      uint64_t Count;
      if (!integer(Count) || !expect(">"))
        return false;
      B.declareRegisters(Name, static_cast<uint32_t>(Count), T);
      continue;
    }
    Symbol S{Symbol::Register};
    S.T = T;
    S.Row = B.newRow(T);
    if (!B.declare(Name, S))
      return fail("'" + std::string(Name) + "' is declared twice");
  } while (accept(","));
  return expect(";");
}

bool Parser::parseBranchTargets(std::string_view Label) {
  ++At;
  std::vector<std::string_view> &Targets = TargetLists[Label];
  do
    Targets.push_back(next().Text);
  while (accept(","));
  return expect(";");
}

//===----------------------------------------------------------------------===//
// Ends
//===----------------------------------------------------------------------===//

bool Parser::finishBody(Function &, uint32_t From) {
  auto To = static_cast<uint32_t>(P.Code.size());
  auto target = [&](std::string_view Label, uint32_t Line, uint32_t &Pc) {
    if (Label.empty()) { // the return at the end
      Pc = To - 1;
      return true;
    }
    auto Found = Labels.find(Label);
    if (Found == Labels.end())
      return fail(Line, "unknown label '" + std::string(Label) + "'");
    Pc = Found->second;
    return true;
  };
  for (const Fixup &Fix : BranchFixups)
    if (!target(Fix.Name, Fix.Line, P.Code[Fix.Pc].Target))
      return false;
  for (const Fixup &Fix : IndexedFixups) {
    auto List = TargetLists.find(Fix.Name);
    if (List == TargetLists.end())
      return fail(Fix.Line,
                  "unknown list of targets '" + std::string(Fix.Name) + "'");
    P.Code[Fix.Pc].Target = static_cast<uint32_t>(P.Tables.size());
    std::vector<uint32_t> &Table = P.Tables.emplace_back();
    for (std::string_view Label : List->second)
      if (!target(Label, Fix.Line, Table.emplace_back()))
        return false;
  }
  findJoins(P, From, To);
  return true;
}

bool Parser::resolveCalls() {
  if (P.Code.size() >= MaxInstructions)
    return fail("the module has more than " + std::to_string(MaxInstructions) +
                " instructions");
  for (const Fixup &Fix : CallFixups) {
    const Function &F = Functions[Fix.Name];
    if (!F.Defined)
      return fail(Fix.Line, "call of function '" + std::string(Fix.Name) +
                                "', which has no body in this module");
    P.Code[Fix.Pc].Target = F.Entry;
  }
  // Frames are static, so a function must not be active twice.
  std::map<std::string_view, int> State; // 1 on the path, 2 done
  struct Visitor {
    std::map<std::string_view, Function> &Functions;
    std::map<std::string_view, int> &State;
    bool visit(Function &F) {
      for (std::string_view Name : F.Calls) {
        int &S = State[Name];
        if (S == 1)
          return false;
        Function &Callee = Functions[Name];
        if (S == 0) {
          S = 1;
          if (!visit(Callee))
            return false;
          State[Name] = 2;
        }
        F.GlobalAtomics |= Callee.GlobalAtomics;
      }
      return true;
    }
  } V{Functions, State};
  for (size_t I = 0; I < KernelFunctions.size(); ++I) {
    if (!V.visit(KernelFunctions[I]))
      return fail(P.Kernels[I].Line, "kernel '" + P.Kernels[I].Name +
                                         "' calls a recursive function, which "
                                         "is not implemented");
    P.KernelCodes[I].GlobalAtomics = KernelFunctions[I].GlobalAtomics;
  }
  return true;
}
