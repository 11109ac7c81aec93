//===- Types.cpp - The types of PTX ---------------------------------------===//

#include "Types.h"

#include <utility>

using namespace simgpu;

static constexpr std::pair<std::string_view, Type> Names[] = {
    {"pred", Type::Pred},     {"b8", Type::B8},
    {"u8", Type::U8},         {"s8", Type::S8},
    {"b16", Type::B16},       {"u16", Type::U16},
    {"s16", Type::S16},       {"f16", Type::F16},
    {"bf16", Type::BF16},     {"e4m3x2", Type::E4M3x2},
    {"e5m2x2", Type::E5M2x2}, {"b32", Type::B32},
    {"u32", Type::U32},       {"s32", Type::S32},
    {"f32", Type::F32},       {"tf32", Type::TF32},
    {"f16x2", Type::F16x2},   {"bf16x2", Type::BF16x2},
    {"u16x2", Type::U16x2},   {"s16x2", Type::S16x2},
    {"b64", Type::B64},       {"u64", Type::U64},
    {"s64", Type::S64},       {"f64", Type::F64},
    {"f32x2", Type::F32x2},   {"b128", Type::B128},
};

Type simgpu::parseType(std::string_view Name) {
  for (auto &[Spelling, T] : Names)
    if (Spelling == Name)
      return T;
  return Type::None;
}
