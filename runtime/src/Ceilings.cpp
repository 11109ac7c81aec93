//===- Ceilings.cpp - What the machine can do at most ---------------------===//

#include "Ceilings.h"

#include "Memory.h"

#include <algorithm>
#include <chrono>

using namespace h3;

/// Larger than the last-level cache of one socket.
static constexpr uint64_t ReadBytes = uint64_t(512) << 20;
static constexpr int Passes = 5;
static constexpr int64_t FmaRounds = 2'000'000;
/// Independent chains: two units of latency four or five, and some slack, yet
/// within 16 registers.
static constexpr int Chains = 12;

/// Keeps the compiler from dropping the kernels.
static volatile float FloatSink;
static volatile uint64_t IntegerSink;

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

template <int Bytes> struct Vectors {
  typedef float Float __attribute__((vector_size(Bytes)));
  typedef uint64_t Integer __attribute__((vector_size(Bytes)));
};

/// Performs `FmaRounds * Chains` fused multiply-adds on vectors.
template <int Bytes>
__attribute__((always_inline)) static inline void multiplyAdd() {
  using Vector = typename Vectors<Bytes>::Float;
  volatile float Start = 0.5f;
  Vector Sums[Chains];
  for (int I = 0; I < Chains; ++I)
    Sums[I] = Vector{} + (Start + I);
  Vector Factor = Vector{} + Start, Addend = Vector{} + Start;
  for (int64_t Round = 0; Round < FmaRounds; ++Round)
    for (int I = 0; I < Chains; ++I)
      Sums[I] = Sums[I] * Factor + Addend;
  Vector Total = Sums[0];
  for (int I = 1; I < Chains; ++I)
    Total += Sums[I];
  FloatSink = Total[0];
}

/// Reads `Count` bytes, a multiple of four vectors.
template <int Bytes>
__attribute__((always_inline)) static inline void read(const char *Data,
                                                       uint64_t Count) {
  using Vector = typename Vectors<Bytes>::Integer;
  Vector Sums[4] = {};
  for (uint64_t I = 0; I < Count; I += sizeof(Sums))
    for (int J = 0; J < 4; ++J)
      Sums[J] ^= reinterpret_cast<const Vector *>(Data + I)[J];
  Sums[0] ^= Sums[1] ^ Sums[2] ^ Sums[3];
  IntegerSink = Sums[0][0];
}

namespace {
struct Kernels {
  int VectorBytes;
  void (*MultiplyAdd)();
  void (*Read)(const char *Data, uint64_t Count);
};
} // namespace

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static void multiplyAddAvx512() {
  multiplyAdd<64>();
}
__attribute__((target("avx512f"))) static void readAvx512(const char *Data,
                                                          uint64_t Count) {
  read<64>(Data, Count);
}
__attribute__((target("avx2,fma"))) static void multiplyAddAvx2() {
  multiplyAdd<32>();
}
__attribute__((target("avx2,fma"))) static void readAvx2(const char *Data,
                                                         uint64_t Count) {
  read<32>(Data, Count);
}
#endif
static void multiplyAddBase() { multiplyAdd<16>(); }
static void readBase(const char *Data, uint64_t Count) {
  read<16>(Data, Count);
}

static Kernels selectKernels() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {64, multiplyAddAvx512, readAvx512};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {32, multiplyAddAvx2, readAvx2};
#endif
  return {16, multiplyAddBase, readBase};
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

Expected<Ceilings> h3::measureCeilings(Team &Threads) {
  Kernels Best = selectKernels();
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
  double ReadTime = bestTime(Threads, [&](int64_t Thread) {
    Best.Read(Buffer->data() + Thread * Share, Share);
  });
  Result.ReadBytesPerSecond = double(Share) * Threads.threads() / ReadTime;

  double FmaTime = bestTime(Threads, [&](int64_t) { Best.MultiplyAdd(); });
  double Operations = 2.0 * Chains * FmaRounds * Best.VectorBytes / 4;
  Result.Flops = Operations * Threads.threads() / FmaTime;
  return Result;
}
