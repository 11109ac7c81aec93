//===- Convert.h - What the files of cvt share ------------------*- C++ -*-===//

#ifndef SIMGPU_OPS_CONVERT_H
#define SIMGPU_OPS_CONVERT_H

#include "../Decoder.h"

#include <algorithm>
#include <cstring>

namespace simgpu {

/// How a conversion goes, packed into Instruction::Extra.
struct ConversionPlan {
  Type To = Type::None, From = Type::None;
  unsigned ToBytes = 0, FromBytes = 0; ///< of the registers' lanes
  Rounding Round = Rounding::NearestEven;
  bool ToIntegral = false; ///< .rni and its kin
  bool Ftz = false, Sat = false;

  uint32_t pack() const {
    return uint32_t(To) | uint32_t(From) << 5 | ToBytes << 10 |
           FromBytes << 15 | uint32_t(Round) << 20 |
           uint32_t(ToIntegral) << 23 | uint32_t(Ftz) << 24 |
           uint32_t(Sat) << 25;
  }
  static ConversionPlan unpack(uint32_t Bits) {
    ConversionPlan P;
    P.To = Type(Bits & 31);
    P.From = Type(Bits >> 5 & 31);
    P.ToBytes = Bits >> 10 & 31;
    P.FromBytes = Bits >> 15 & 31;
    P.Round = Rounding(Bits >> 20 & 7);
    P.ToIntegral = Bits >> 23 & 1;
    P.Ftz = Bits >> 24 & 1;
    P.Sat = Bits >> 25 & 1;
    return P;
  }
};

/// A lane of a row whose lanes have `Bytes`, as an integer.
inline uint64_t loadBits(const uint8_t *Row, unsigned Bytes, unsigned Lane) {
  uint64_t Value = 0;
  std::memcpy(&Value, Row + Lane * Bytes, std::min(Bytes, 8u));
  return Value;
}

inline void storeBits(uint8_t *Row, unsigned Bytes, unsigned Lane,
                      uint64_t Value) {
  std::memcpy(Row + Lane * Bytes, &Value, std::min(Bytes, 8u));
}

/// Of a conversion to or from pairs: flags in Extra2.
enum PairFlags : uint8_t { PairRelu = 1, PairFinite = 2 };

inline bool isEighths(Type T) { return T == Type::E4M3x2 || T == Type::E5M2x2; }

/// The bits of a value rounded to a float type; NaN is canonical.
uint64_t bitsOfFloat(double Value, Type T, Rounding R);

/// The forms that only exist with f32, f16x2 or 8-bit floats on one side.
void decodePairs(Decoder &D, ConversionPlan P, bool HasRounding, uint8_t Flags);
/// cvt.pack.
void decodePack(Decoder &D);

} // namespace simgpu

#endif // SIMGPU_OPS_CONVERT_H
