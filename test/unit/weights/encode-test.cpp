//===- encode-test.cpp - Floats in smaller types --------------------------===//
//
// Both 16-bit types against their definitions, all values of each: what they
// are, and what lies halfway between two neighbours and just beside it.
//
//===----------------------------------------------------------------------===//

#include "Encode.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

using namespace llvm;
using namespace h3;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// A type of one sign bit, some bits of exponent and the rest of fraction.
struct Format {
  int exponentBits, fractionBits;

  int getBias() const { return (1 << (exponentBits - 1)) - 1; }
  uint16_t getInfinity() const {
    return uint16_t(((1 << exponentBits) - 1) << fractionBits);
  }
  bool isNan(uint16_t bits) const { return (bits & 0x7fff) > getInfinity(); }
  /// By definition; exact in single precision, and in double beyond the last.
  double decode(uint16_t bits) const {
    int fraction = bits & ((1 << fractionBits) - 1);
    int exponent = (bits & 0x7fff) >> fractionBits;
    bool isNormal = exponent > 0;
    double magnitude =
        std::ldexp(fraction + (isNormal ? 1 << fractionBits : 0),
                   (isNormal ? exponent : 1) - getBias() - fractionBits);
    return bits & 0x8000 ? -magnitude : magnitude;
  }
};
constexpr Format half{5, 10}, brain{8, 7};

class Encode : public testing::Test {
protected:
  uint16_t encode16(float value, mlir::Type type) {
    uint8_t bytes[2];
    EXPECT_TRUE(encode(value, type, bytes));
    return uint16_t(bytes[0] | bytes[1] << 8);
  }
  uint16_t toHalf(float value) { return encode16(value, b.getF16Type()); }
  uint16_t toBrain(float value) { return encode16(value, b.getBF16Type()); }

  void checkValues(Format format, mlir::Type type) {
    for (uint32_t bits = 0; bits < 0x10000; ++bits) {
      if (format.isNan(bits))
        continue;
      bool isInfinite = (bits & 0x7fff) == format.getInfinity();
      float sign = bits & 0x8000 ? -1.0f : 1.0f;
      float value = isInfinite ? sign * infinity : float(format.decode(bits));
      ASSERT_EQ(encode16(value, type), bits) << value;
    }
  }
  /// Neighbours up to infinity, which stands where the next number would.
  void checkBetween(Format format, mlir::Type type) {
    for (uint32_t bits = 0; bits < format.getInfinity(); ++bits) {
      double next = format.decode(bits + 1);
      auto middle = float((format.decode(bits) + next) / 2);
      uint32_t even = bits % 2 == 0 ? bits : bits + 1;
      for (uint32_t sign : {0u, 0x8000u}) {
        float factor = sign ? -1.0f : 1.0f;
        ASSERT_EQ(encode16(factor * middle, type), sign | even) << middle;
        ASSERT_EQ(encode16(factor * std::nextafter(middle, 0.0f), type),
                  sign | bits)
            << middle;
        ASSERT_EQ(encode16(factor * std::nextafter(middle, infinity), type),
                  sign | (bits + 1))
            << middle;
      }
    }
  }
  void checkNans(Format format, mlir::Type type) {
    for (uint32_t bits : {0x7f800001u, 0x7f80ffffu, 0x7fc00000u, 0x7fffffffu})
      for (uint32_t sign : {0u, 0x80000000u}) {
        uint16_t found = encode16(bit_cast<float>(bits | sign), type);
        EXPECT_TRUE(format.isNan(found)) << bits << " is " << found;
        EXPECT_EQ(found >> 15, sign >> 31) << bits;
      }
  }

  mlir::MLIRContext context;
  mlir::Builder b{&context};
};

TEST_F(Encode, AllHalvesAreThemselves) { checkValues(half, b.getF16Type()); }
TEST_F(Encode, AllBrainFloatsAreThemselves) {
  checkValues(brain, b.getBF16Type());
}
TEST_F(Encode, HalvesAreNearestWithTiesToEven) {
  checkBetween(half, b.getF16Type());
}
TEST_F(Encode, BrainFloatsAreNearestWithTiesToEven) {
  checkBetween(brain, b.getBF16Type());
}
TEST_F(Encode, NansStayNans) {
  checkNans(half, b.getF16Type());
  checkNans(brain, b.getBF16Type());
}

TEST_F(Encode, LargeValuesAreInfinite) {
  EXPECT_EQ(toHalf(65504), 0x7bff);
  EXPECT_EQ(toHalf(std::nextafter(65520.0f, 0.0f)), 0x7bff);
  EXPECT_EQ(toHalf(65520), 0x7c00);
  EXPECT_EQ(toHalf(-1e30f), 0xfc00);
  EXPECT_EQ(toHalf(std::numeric_limits<float>::max()), 0x7c00);
  EXPECT_EQ(toBrain(std::numeric_limits<float>::max()), 0x7f80);
  EXPECT_EQ(toBrain(-std::numeric_limits<float>::max()), 0xff80);
  EXPECT_EQ(toBrain(bit_cast<float>(0x7f7f7fffu)), 0x7f7f);
}

TEST_F(Encode, SmallValuesAreSubnormalsAndZeros) {
  EXPECT_EQ(toHalf(std::ldexp(1.0f, -24)), 1);
  EXPECT_EQ(toHalf(std::ldexp(1.0f, -25)), 0);
  EXPECT_EQ(toHalf(std::ldexp(-3.0f, -25)), 0x8002);
  EXPECT_EQ(toHalf(-0.0f), 0x8000);
  EXPECT_EQ(toHalf(-std::numeric_limits<float>::denorm_min()), 0x8000);
  EXPECT_EQ(toHalf(std::nextafter(std::ldexp(1.0f, -14), 0.0f)), 0x0400);
  EXPECT_EQ(toBrain(-0.0f), 0x8000);
  EXPECT_EQ(toBrain(std::numeric_limits<float>::denorm_min()), 0);
}

TEST_F(Encode, OtherTypes) {
  std::vector<float> values = {-128, -127, -1, 0, 5, 127};
  std::vector<uint8_t> bytes(values.size());
  ASSERT_TRUE(encode(values, b.getI8Type(), bytes.data()));
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x80, 0x81, 0xff, 0, 5, 0x7f}));

  float numbers[] = {1.5f, -0.0f, nan};
  uint8_t words[sizeof(numbers)];
  ASSERT_TRUE(encode(numbers, b.getF32Type(), words));
  uint8_t expected[] = {0, 0, 0xc0, 0x3f, 0, 0, 0, 0x80};
  EXPECT_TRUE(std::equal(std::begin(expected), std::end(expected), words));
  EXPECT_EQ(words[11] & 0x7f, 0x7f);

  uint8_t untouched[8] = {42};
  EXPECT_FALSE(encode(1.0f, b.getF64Type(), untouched));
  EXPECT_FALSE(encode(1.0f, b.getIntegerType(16), untouched));
  EXPECT_FALSE(encode(1.0f, b.getI32Type(), untouched));
  EXPECT_EQ(untouched[0], 42);
}

} // namespace
