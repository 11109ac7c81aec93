//===- Parser.h - From tokens to a Program ----------------------*- C++ -*-===//

#ifndef SIMGPU_PARSER_H
#define SIMGPU_PARSER_H

#include "Builder.h"
#include "Decoder.h"
#include "Lexer.h"

#include <set>

namespace simgpu {

/// Parses one module into a Program. Members return false after recording an
/// error, which ends the parse.
class Parser {
public:
  Parser(Program &P, std::vector<Token> Tokens)
      : P(P), Tokens(std::move(Tokens)) {}

  Error parse();

private:
  // Tokens.
  const Token &peek(size_t Ahead = 0) const {
    return Tokens[std::min(At + Ahead, Tokens.size() - 1)];
  }
  const Token &next() { return Tokens[std::min(At++, Tokens.size() - 1)]; }
  bool accept(std::string_view Text);
  bool expect(std::string_view Text);
  bool integer(uint64_t &Value);
  void skipLine(uint32_t Line);
  bool fail(uint32_t Line, std::string Message);
  bool fail(std::string Message) { return fail(peek().Line, Message); }

  // Module scope.
  bool parseDirective();
  bool parseDebugSection();
  void parseFile();
  void parseLocation();
  struct Declaration {
    std::string_view Name;
    Type T = Type::None;
    uint32_t Align = 0;
    uint64_t Bytes = 0;
    bool Unsized = false;
  };
  bool parseDeclaration(Declaration &D);
  bool parseVariable(Space Where, bool IsExternal);
  bool parseInitialiser(Variable &V, Type T);
  bool parseInitialValue(Variable &V, Type T, uint64_t &Offset);

  // Functions, in ParseFunction.cpp.
  struct Formal {
    std::string_view Name;
    uint32_t Offset, Bytes, Align;
  };
  struct Function {
    uint32_t Entry = NoPc;
    std::vector<Formal> Results, Parameters;
    std::set<std::string_view> Calls;
    bool GlobalAtomics = false;
    uint32_t ReturnRow = NoRow; ///< where each lane keeps its return address
    bool Defined = false;
  };
  struct Fixup {
    uint32_t Pc;
    std::string_view Name;
    uint32_t Line;
  };
  bool parseFormals(std::vector<Formal> &To, Builder *Locals);
  bool parseKernel();
  bool parseFunction();
  bool parseKernelDirectives(KernelInfo &Info);
  bool parseBody(Builder &B, Function &F);
  bool parseStatement(Builder &B, Function &F);
  bool parseRegisters(Builder &B);
  bool parseBranchTargets(std::string_view Label);
  bool finishBody(Function &F, uint32_t From);
  bool resolveCalls();

  // Instructions, in ParseInstruction.cpp.
  bool parseOperand(Operand &O);
  bool parseInstruction(Builder &B, Function &F);
  bool decode(Builder &B, Function &F, const RawInstruction &Raw);
  bool decodeBranch(Builder &B, Decoder &D);
  bool decodeCall(Builder &B, Function &F, const RawInstruction &Raw);
  void emit(const Instruction &I, std::string Text);
  std::string textOf(size_t From, size_t To) const;

  Program &P;
  std::vector<Token> Tokens;
  size_t At = 0;
  std::string Problem;
  std::map<std::string_view, Symbol> ModuleScope;
  std::vector<ModuleSharedVariable> ModuleShared;
  std::map<std::string_view, Function> Functions;
  std::vector<Function> KernelFunctions; ///< parallel to Program::Kernels
  std::vector<Fixup> CallFixups;
  uint32_t CurrentLocation = 0;

  // Of the function being parsed.
  std::map<std::string_view, uint32_t> Labels;
  std::map<std::string_view, std::vector<std::string_view>> TargetLists;
  std::vector<Fixup> BranchFixups, IndexedFixups;
  size_t StatementStart = 0;
  unsigned OperandDepth = 0;
};

/// Sets Join of every branch in [From, To): the first instruction that all
/// paths from it reach, paths that end the thread left out.
void findJoins(Program &P, uint32_t From, uint32_t To);

} // namespace simgpu

#endif // SIMGPU_PARSER_H
