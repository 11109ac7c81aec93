//===- Decoder.h - From one line of PTX to an Instruction -------*- C++ -*-===//
//
// The opcode of a PTX instruction is a name followed by modifiers. A decoding
// function takes the modifiers that it knows and says which operands it needs.
// What nobody took is an error, so that no modifier is ever ignored.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_DECODER_H
#define SIMGPU_DECODER_H

#include "Builder.h"
#include "simgpu/Error.h"

#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

/// An operand as written.
struct Operand {
  enum Kind : uint8_t {
    Name,      ///< register, symbol, label; maybe with an offset
    Immediate, ///< Value
    Address,   ///< [Elements[0] + Offset]
    List,      ///< {a, b}
    Pair,      ///< p|q
    Group,     ///< (a, b), in calls
  };
  Kind Is = Name;
  std::string_view Text;
  uint64_t Value = 0;    ///< bits of an integer or floating-point literal
  uint8_t FloatBits = 0; ///< 32 or 64 for a floating-point literal
  bool Negated = false;  ///< !p
  int64_t Offset = 0;
  std::vector<Operand> Elements;
};

/// An instruction as written.
struct RawInstruction {
  uint32_t Line = 0;
  std::string_view Opcode;
  std::string_view Guard; ///< empty without
  bool GuardNegated = false;
  std::vector<Operand> Operands;
};

class Decoder;
/// Decodes one instruction into Decoder::Out.
using DecodeFunction = void (*)(Decoder &);

class Decoder {
public:
  Decoder(Builder &B, const RawInstruction &Raw);

  Builder &B;
  const RawInstruction &Raw;
  Instruction Out;

  std::string_view name() const { return Parts[0]; }

  // Modifiers, each taken at most once.

  bool has(std::string_view Modifier) const;
  bool take(std::string_view Modifier);
  /// The index of the first of the given modifiers that is there, or -1.
  int takeOneOf(std::initializer_list<std::string_view> Modifiers);
  /// The first modifier that is a type, or None.
  Type takeType();
  Type peekType() const;
  /// .rn .rz .rm .rp .rna, or `Default`.
  Rounding takeRounding(Rounding Default = Rounding::NearestEven);
  /// One that starts so, such as "L2::"; empty when there is none.
  std::string_view takePrefixed(std::string_view Prefix);
  /// .const and so on; Generic without. Takes ::cta and ::cluster, too.
  Space takeSpace();

  // Operands. Results go before inputs.

  size_t operands() const { return Raw.Operands.size(); }
  /// Looking at an operand takes it, and those before it.
  const Operand &operand(size_t I) const;
  void result(size_t I, Type T) { result(operand(I), T); }
  void result(const Operand &O, Type T);
  /// A result that may be the bit bucket `_`, which the handler must skip.
  void resultOrSink(const Operand &O, Type T);
  void input(size_t I, Type T) { input(operand(I), T); }
  void input(const Operand &O, Type T);
  /// A register of any width of at least the type's, as for ld, st and cvt;
  /// returns the bytes of its lanes.
  unsigned wideResult(const Operand &O, Type T);
  unsigned wideInput(const Operand &O, Type T);
  /// A predicate and whether it is negated.
  bool predicate(const Operand &O);
  /// An address operand: a row and Out.Offset. May narrow Out.Where.
  void address(size_t I, int32_t Instruction::*Offset = &Instruction::Offset);
  /// The value of an operand that must be an integer literal.
  uint64_t literal(size_t I);
  /// The decoding function for the name and type; null when there is none.
  DecodeFunction find() const;
  void push(RowRef Row) { B.P.Operands.push_back(Row); }
  /// The width of the register, 0 when the operand is none.
  unsigned registerBits(const Operand &O);

  /// Records a problem; the first one counts.
  void fail(std::string Message);
  bool failed() const { return Failed; }
  void run(Handler H, InstructionClass Class) {
    Out.Run = H;
    Out.Class = Class;
  }

  /// Checks that everything was taken. The message has no position.
  Error finish();

private:
  RowRef read(const Operand &O, Type T, bool Wide, unsigned &Bytes);

  std::vector<std::string_view> Parts; ///< name, then modifiers
  std::vector<bool> Taken;
  mutable size_t OperandsTaken = 0;
  std::string Problem;
  bool Failed = false;
};

/// Which types of an instruction a family decodes.
enum class Family : uint8_t {
  Any,
  Integer, ///< integers and bits
  Float,   ///< f32 and f64
  Half,    ///< 16-bit floats and all pairs
};

/// One row of a family's table.
struct DecodeEntry {
  std::string_view Name;
  DecodeFunction Decode;
  Family For = Family::Any;
};
struct DecodeTable {
  const DecodeEntry *Entries;
  size_t Count;
};
/// bar.warp.sync, which stands under the name of the block's barriers.
void decodeWarpBarrier(Decoder &D);
// One table for each file of ops/.
DecodeTable integerTable();
DecodeTable bitTable();
DecodeTable floatTable();
DecodeTable halfTable();
DecodeTable convertTable();
DecodeTable compareTable();
DecodeTable moveTable();
DecodeTable memoryTable();
DecodeTable atomicTable();
DecodeTable warpTable();
DecodeTable matrixTable();
DecodeTable controlTable();

} // namespace simgpu

#endif // SIMGPU_DECODER_H
