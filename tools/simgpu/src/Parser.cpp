//===- Parser.cpp - Module scope of PTX -----------------------------------===//

#include "Parser.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

bool Parser::accept(std::string_view Text) {
  if (!peek().is(Text))
    return false;
  ++At;
  return true;
}

bool Parser::expect(std::string_view Text) {
  if (accept(Text))
    return true;
  return fail("found '" + std::string(peek().Text) + "', expected '" +
              std::string(Text) + "'");
}

bool Parser::integer(uint64_t &Value) {
  bool Negative = accept("-");
  if (!peek().isNumber())
    return fail("found '" + std::string(peek().Text) +
                "', expected an integer");
  std::string_view Text = next().Text;
  if (Text.back() == 'U')
    Text.remove_suffix(1);
  int Base = 10;
  if (Text.size() > 1 && Text[0] == '0') {
    Base = Text[1] == 'x' || Text[1] == 'X' ? 16 : Text[1] == 'b' ? 2 : 8;
    Text.remove_prefix(Base == 8 ? 1 : 2);
  }
  auto [End, Status] =
      std::from_chars(Text.data(), Text.data() + Text.size(), Value, Base);
  if (Status != std::errc() || End != Text.data() + Text.size())
    return fail(peek().Line, "not an integer: '" + std::string(Text) + "'");
  if (Negative)
    Value = -Value;
  return true;
}

void Parser::skipLine(uint32_t Line) {
  while (peek().Is != Token::End && peek().Line == Line)
    ++At;
}

bool Parser::fail(uint32_t Line, std::string Message) {
  if (Problem.empty())
    Problem = P.File + ":" + std::to_string(Line) + ": " + std::move(Message);
  return false;
}

//===----------------------------------------------------------------------===//
// Directives
//===----------------------------------------------------------------------===//

Error Parser::parse() {
  while (peek().Is != Token::End)
    if (!parseDirective())
      return Error::failure(Problem);
  if (!resolveCalls())
    return Error::failure(Problem);
  return Error::success();
}

bool Parser::parseDirective() {
  uint32_t Line = peek().Line;
  bool IsExternal = false;
  while (peek().is(".visible") || peek().is(".weak") || peek().is(".extern") ||
         peek().is(".common"))
    IsExternal |= next().is(".extern");

  const Token &T = next();
  if (T.is(".entry"))
    return parseKernel();
  if (T.is(".func"))
    return parseFunction();
  if (T.is(".global"))
    return parseVariable(Space::Global, IsExternal);
  if (T.is(".const"))
    return parseVariable(Space::Constant, IsExternal);
  if (T.is(".shared"))
    return parseVariable(Space::Shared, IsExternal);
  if (T.is(".target")) {
    std::string_view Name = peek().Text;
    if (Name.substr(0, 3) == "sm_")
      P.Target = std::atoi(std::string(Name.substr(3)).c_str());
    skipLine(Line);
    return true;
  }
  if (T.is(".address_size")) {
    uint64_t Bits;
    if (!integer(Bits))
      return false;
    return Bits == 64 || fail(Line, "found " + std::to_string(Bits) +
                                        "-bit addresses, expected 64");
  }
  if (T.is(".file")) {
    parseFile();
    skipLine(Line);
    return true;
  }
  if (T.is(".loc")) {
    parseLocation();
    skipLine(Line);
    return true;
  }
  if (T.is(".version") || T.is(".pragma")) {
    skipLine(Line);
    return true;
  }
  if (T.is(".section"))
    return parseDebugSection();
  if (T.is(";") || T.is(".alias"))
    return T.is(";") || fail(Line, "'.alias' is not implemented");
  return fail(Line, "directive '" + std::string(T.Text) +
                        "' is not implemented by the simulated GPU");
}

bool Parser::parseDebugSection() {
  while (!peek().is("{") && peek().Is != Token::End)
    ++At;
  for (unsigned Depth = 0; peek().Is != Token::End;) {
    const Token &T = next();
    Depth += T.is("{");
    Depth -= T.is("}");
    if (Depth == 0)
      return true;
  }
  return fail("section without end");
}

void Parser::parseFile() {
  uint64_t Index;
  if (integer(Index) && peek().Is == Token::String)
    P.Files[static_cast<uint32_t>(Index)] = std::string(peek().Text);
}

void Parser::parseLocation() {
  uint64_t File, Line, Column;
  if (!integer(File) || !integer(Line) || !integer(Column))
    return;
  Location L{uint32_t(File), uint32_t(Line), uint32_t(Column)};
  const Location &Last = P.Locations.back();
  // Line 0 means that the code belongs to no line.
  if (Line == 0)
    CurrentLocation = 0;
  else if (CurrentLocation + 1 == P.Locations.size() && Last.File == L.File &&
           Last.Line == L.Line && Last.Column == L.Column)
    return;
  else {
    P.Locations.push_back(L);
    CurrentLocation = static_cast<uint32_t>(P.Locations.size() - 1);
  }
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

bool Parser::parseDeclaration(Declaration &D) {
  unsigned Vector = 1;
  while (peek().Is == Token::Word && peek().Text[0] == '.') {
    std::string_view Word = next().Text.substr(1);
    if (Word == "align") {
      uint64_t Align;
      if (!integer(Align))
        return false;
      if (Align == 0 || Align > 4096 || (Align & (Align - 1)))
        return fail("alignment is no power of two below 4096");
      D.Align = static_cast<uint32_t>(Align);
    } else if (Word == "v2" || Word == "v4") {
      Vector = Word == "v2" ? 2 : 4;
    } else if (Word == "ptr") {
      // What a pointer parameter points to; `.align` after it, too.
      while (peek().is(".global") || peek().is(".const") ||
             peek().is(".shared") || peek().is(".local") ||
             peek().is(".align")) {
        uint64_t Align;
        if (next().is(".align") && !integer(Align))
          return false;
      }
    } else if (Word == "attribute") {
      while (!accept(")"))
        if (next().Is == Token::End)
          return fail("attribute without end");
    } else if (Type T = parseType(Word); T != Type::None) {
      D.T = T;
    } else {
      return fail("'." + std::string(Word) + "' is not implemented");
    }
  }
  if (D.T == Type::None)
    return fail("declaration without a type");
  if (peek().Is != Token::Word)
    return fail("declaration without a name");
  D.Name = next().Text;
  D.Bytes = bytesOf(D.T) * Vector;
  D.Align = std::max(D.Align, static_cast<uint32_t>(D.Bytes));
  while (accept("[")) {
    if (accept("]")) {
      D.Unsized = true;
      continue;
    }
    uint64_t Count;
    if (!integer(Count) || !expect("]"))
      return false;
    if (Count > (uint64_t(1) << 40) / std::max<uint64_t>(D.Bytes, 1))
      return fail("array is too large");
    D.Bytes *= Count;
  }
  if (D.Unsized)
    D.Bytes = 0;
  return true;
}

bool Parser::parseVariable(Space Where, bool IsExternal) {
  Declaration D;
  uint32_t Line = peek().Line;
  if (!parseDeclaration(D))
    return false;
  if (Where == Space::Shared && D.Bytes > MaxSharedVariable)
    return fail(Line, "variable is too large");
  Symbol S{Symbol::Variable};
  S.Bytes = static_cast<uint32_t>(D.Bytes);
  S.Align = D.Align;
  if (Where == Space::Shared) {
    S.Is =
        IsExternal || D.Unsized ? Symbol::DynamicShared : Symbol::ModuleShared;
    S.Index = static_cast<uint32_t>(ModuleShared.size());
    ModuleShared.push_back({D.Name, S.Bytes, S.Align});
  } else if (IsExternal) {
    return fail(Line, "variable '" + std::string(D.Name) +
                          "' is external, and modules are not linked");
  } else {
    S.Index = static_cast<uint32_t>(P.Variables.size());
    Variable V;
    V.Name = D.Name;
    V.Where = Where;
    V.Bytes = D.Bytes;
    V.Align = D.Align;
    if (accept("=") && !parseInitialiser(V, D.T))
      return false;
    if (D.Unsized)
      V.Bytes = V.Initial.size();
    P.Variables.push_back(std::move(V));
    P.VariableInfos.push_back({std::string(D.Name), P.Variables.back().Bytes,
                               Where == Space::Constant});
  }
  if (!ModuleScope.emplace(D.Name, S).second)
    return fail(Line, "'" + std::string(D.Name) + "' is declared twice");
  return expect(";");
}

bool Parser::parseInitialiser(Variable &V, Type T) {
  uint64_t Offset = 0;
  if (!peek().is("{"))
    return parseInitialValue(V, T, Offset);
  unsigned Depth = 0;
  do {
    while (accept("{"))
      ++Depth;
    if (!peek().is("}") && !parseInitialValue(V, T, Offset))
      return false;
    while (Depth > 0 && accept("}"))
      --Depth;
  } while (Depth > 0 && expect(","));
  return Depth == 0;
}

/// One element: a number, `symbol+8`, `generic(symbol)+8`, or `0xFF(symbol)`,
/// which is the lowest byte of an address.
bool Parser::parseInitialValue(Variable &V, Type T, uint64_t &Offset) {
  unsigned Bytes = bytesOf(T);
  V.Initial.resize(std::max<size_t>(V.Initial.size(), Offset + Bytes));
  bool Generic = peek().is("generic") && peek(1).is("(");
  if (Generic)
    At += 2;
  uint64_t Value = 0;
  if (peek().Is == Token::Word && !peek().isNumber()) {
    auto Found = ModuleScope.find(peek().Text);
    if (Found == ModuleScope.end() || Found->second.Is != Symbol::Variable)
      return fail("initial value '" + std::string(peek().Text) +
                  "' is no variable of .global or .const");
    ++At;
    if (Bytes != 8)
      return fail("an address needs 8 bytes");
    if (Generic && !expect(")"))
      return false;
    int64_t Addend = 0;
    if (accept("+")) {
      if (!integer(Value))
        return false;
      Addend = static_cast<int64_t>(Value);
    }
    V.Addresses.push_back({Offset, Found->second.Index, Addend});
    Offset += Bytes;
    return true;
  }
  if (peek().isNumber() && peek(1).is("("))
    return fail("addresses taken byte by byte are not implemented");
  Operand O;
  if (!parseOperand(O) || O.Is != Operand::Immediate)
    return fail("expected an initial value");
  Value = O.Value;
  std::memcpy(&V.Initial[Offset], &Value, std::min(Bytes, 8u));
  Offset += Bytes;
  return true;
}

//===----------------------------------------------------------------------===//
// Module
//===----------------------------------------------------------------------===//

Module::Module() : Compact(std::make_unique<Program>()) {}
Module::~Module() = default;

Expected<std::shared_ptr<const Module>> Module::parse(std::string Name,
                                                      std::string_view Text) {
  auto Tokens = lex(Name, Text);
  if (!Tokens)
    return Tokens.takeError();
  std::shared_ptr<Module> Result(new Module);
  Result->Compact->File = std::move(Name);
  if (Error E = Parser(*Result->Compact, std::move(*Tokens)).parse())
    return E;
  return std::shared_ptr<const Module>(std::move(Result));
}

const std::string &Module::name() const { return Compact->File; }
uint32_t Module::target() const { return Compact->Target; }
const std::vector<KernelInfo> &Module::kernels() const {
  return Compact->Kernels;
}
const std::vector<VariableInfo> &Module::variables() const {
  return Compact->VariableInfos;
}

const KernelInfo *Module::findKernel(std::string_view Name) const {
  for (const KernelInfo &K : Compact->Kernels)
    if (K.Name == Name)
      return &K;
  return nullptr;
}
