//===- Ceilings.cpp - What the machine can do at most ---------------------===//

#include "Ceilings.h"

#include "Memory.h"

#include <algorithm>
#include <chrono>
#include <vector>

using namespace h3;

/// Larger than the last-level cache of one socket.
static constexpr uint64_t ReadBytes = uint64_t(512) << 20;
static constexpr int Passes = 5;
static constexpr int64_t Rounds = 1'000'000;
/// Independent chains: two units of latency four or five, and some slack, yet
/// within 16 registers.
static constexpr int Chains = 12;

/// Keeps the compiler from dropping the kernels.
static volatile uint64_t Sink;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

#define H3_INLINE __attribute__((always_inline)) static inline

namespace {
template <int Bytes> struct Vectors {
  typedef float Floats __attribute__((vector_size(Bytes)));
  typedef uint64_t Words __attribute__((vector_size(Bytes)));
};

/// Products of 32 bits, added.
struct Floats {
  template <typename Vector> H3_INLINE void add(Vector &Sum, const Vector &A) {
    Sum = Sum * A + A;
  }
};
} // namespace

#if defined(__x86_64__)
namespace {
/// Pairs of bf16.
struct Bf16Dots {
  template <typename Vector> H3_INLINE void add(Vector &Sum, const Vector &A) {
    asm volatile("vdpbf16ps %1, %1, %0" : "+v"(Sum) : "v"(A));
  }
};

/// Fours of bytes.
struct ByteDots {
  template <typename Vector> H3_INLINE void add(Vector &Sum, const Vector &A) {
    asm volatile("vpdpbusd %1, %1, %0" : "+v"(Sum) : "v"(A));
  }
};
struct ByteDotsOfAvx {
  template <typename Vector> H3_INLINE void add(Vector &Sum, const Vector &A) {
    asm volatile("%{vex%} vpdpbusd %1, %1, %0" : "+x"(Sum) : "x"(A));
  }
};

/// Without those, pairs of bytes, added in 16 bits.
struct BytePairs {
  template <typename Vector> H3_INLINE void add(Vector &Sum, const Vector &A) {
    Vector Products;
    asm volatile("vpmaddubsw %2, %2, %1\n\tvpaddw %1, %0, %0"
                 : "+v"(Sum), "=&v"(Products)
                 : "v"(A));
  }
};
} // namespace
#endif

/// Performs `Rounds * Chains` multiply-adds on vectors.
template <typename Kind, int Bytes> H3_INLINE void multiplyAdd() {
  using Vector = typename Vectors<Bytes>::Floats;
  volatile float Start = 0.5f;
  Vector Sums[Chains];
  for (int I = 0; I < Chains; ++I)
    Sums[I] = Vector{} + (Start + I);
  Vector Factor = Vector{} + Start;
  for (int64_t Round = 0; Round < Rounds; ++Round)
    for (int I = 0; I < Chains; ++I) {
      Vector Sum = Sums[I];
      Kind::add(Sum, Factor);
      Sums[I] = Sum;
    }
  Vector Total = Sums[0];
  for (int I = 1; I < Chains; ++I)
    Total += Sums[I];
  Sink = static_cast<uint64_t>(Total[0] != 0);
}

/// Reads `Count` bytes, a multiple of four vectors.
template <int Bytes> H3_INLINE void read(const char *Data, uint64_t Count) {
  using Vector = typename Vectors<Bytes>::Words;
  Vector Sums[4] = {};
  for (uint64_t I = 0; I < Count; I += sizeof(Sums))
    for (int J = 0; J < 4; ++J)
      Sums[J] ^= reinterpret_cast<const Vector *>(Data + I)[J];
  Sums[0] ^= Sums[1] ^ Sums[2] ^ Sums[3];
  Sink = Sums[0][0];
}

#define H3_MULTIPLY_ADD(NAME, KIND, BYTES, ...)                                \
  __attribute__((__VA_ARGS__)) static void NAME() {                            \
    multiplyAdd<KIND, BYTES>();                                                \
  }

#if defined(__x86_64__)
H3_MULTIPLY_ADD(multiplyAddAvx512, Floats, 64, target("avx512f"))
H3_MULTIPLY_ADD(multiplyAddAvx2, Floats, 32, target("avx2,fma"))
H3_MULTIPLY_ADD(bf16DotsAvx512, Bf16Dots, 64, target("avx512f,avx512bf16"))
H3_MULTIPLY_ADD(byteDotsAvx512, ByteDots, 64, target("avx512f,avx512vnni"))
H3_MULTIPLY_ADD(byteDotsAvx2, ByteDotsOfAvx, 32, target("avx2,avxvnni"))
H3_MULTIPLY_ADD(bytePairsAvx512, BytePairs, 64, target("avx512f,avx512bw"))
H3_MULTIPLY_ADD(bytePairsAvx2, BytePairs, 32, target("avx2"))
__attribute__((target("avx512f"))) static void readAvx512(const char *Data,
                                                          uint64_t Count) {
  read<64>(Data, Count);
}
__attribute__((target("avx2"))) static void readAvx2(const char *Data,
                                                     uint64_t Count) {
  read<32>(Data, Count);
}
#endif
H3_MULTIPLY_ADD(multiplyAddBase, Floats, 16, noinline)
static void readBase(const char *Data, uint64_t Count) {
  read<16>(Data, Count);
}

namespace {
struct Multiplication {
  const char *Instruction;
  void (*Run)();
  int ProductsOfVector;
};
using Read = void (*)(const char *Data, uint64_t Count);
} // namespace

static Read selectRead() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return readAvx512;
  if (__builtin_cpu_supports("avx2"))
    return readAvx2;
#endif
  return readBase;
}

/// Those that this CPU has; which of them is fastest differs: some take a
/// product of bf16 apart.
static std::vector<Multiplication>
selectMultiplications(const std::string &WeightType) {
  std::vector<Multiplication> Result;
#if defined(__x86_64__)
  bool IsWide = __builtin_cpu_supports("avx512f");
  bool IsInteger = WeightType == "int8" || WeightType == "int4";
  if (IsInteger) {
    if (IsWide && __builtin_cpu_supports("avx512vnni"))
      Result.push_back({"vpdpbusd", byteDotsAvx512, 64});
    if (__builtin_cpu_supports("avxvnni"))
      Result.push_back({"vpdpbusd", byteDotsAvx2, 32});
    if (IsWide && __builtin_cpu_supports("avx512bw"))
      Result.push_back({"vpmaddubsw", bytePairsAvx512, 64});
    if (__builtin_cpu_supports("avx2"))
      Result.push_back({"vpmaddubsw", bytePairsAvx2, 32});
  }
  if (WeightType == "bf16" && IsWide && __builtin_cpu_supports("avx512bf16"))
    Result.push_back({"vdpbf16ps", bf16DotsAvx512, 32});
  if (IsWide)
    Result.push_back({"vfmadd", multiplyAddAvx512, 16});
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    Result.push_back({"vfmadd", multiplyAddAvx2, 8});
  if (!Result.empty())
    return Result;
#else
  (void)WeightType;
#endif
  return {{"fp32 multiply-add", multiplyAddBase, 4}};
}

//===----------------------------------------------------------------------===//
// Measurement
//===----------------------------------------------------------------------===//

/// The shortest of several runs, in seconds.
static double bestTime(Team &Threads, const std::function<void(int64_t)> &Fn) {
  double Best = 1e30;
  for (int Pass = 0; Pass < Passes; ++Pass) {
    auto Start = std::chrono::steady_clock::now();
    Threads.run(Fn);
    std::chrono::duration<double> Elapsed =
        std::chrono::steady_clock::now() - Start;
    Best = std::min(Best, Elapsed.count());
  }
  return Best;
}

Expected<Ceilings> h3::measureCeilings(Team &Threads,
                                       const std::string &WeightType) {
  Expected<Mapping> Buffer =
      Mapping::anonymous(ReadBytes, "measurement of read bandwidth");
  if (!Buffer)
    return Buffer.takeError();
  constexpr uint64_t Page = 4096;
  uint64_t Share = ReadBytes / Threads.threads() / Page * Page;
  // Each thread touches its share first, so that the memory is near it; an
  // untouched page would read as the one shared page of zeros.
  Threads.run([&](int64_t Thread) {
    for (uint64_t I = 0; I < Share; I += Page)
      Buffer->data()[Thread * Share + I] = 1;
  });

  Ceilings Result;
  Read ReadShare = selectRead();
  double ReadTime = bestTime(Threads, [&](int64_t Thread) {
    ReadShare(Buffer->data() + Thread * Share, Share);
  });
  Result.ReadBytesPerSecond = double(Share) * Threads.threads() / ReadTime;

  for (const Multiplication &Kind : selectMultiplications(WeightType)) {
    double Time = bestTime(Threads, [&](int64_t) { Kind.Run(); });
    double Operations = 2.0 * Chains * Rounds * Kind.ProductsOfVector;
    double Flops = Operations * Threads.threads() / Time;
    if (Flops > Result.Flops)
      Result.Flops = Flops, Result.Instruction = Kind.Instruction;
  }
  return Result;
}
