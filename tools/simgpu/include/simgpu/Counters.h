//===- Counters.h - What a launch did, counted ------------------*- C++ -*-===//

#ifndef SIMGPU_COUNTERS_H
#define SIMGPU_COUNTERS_H

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace simgpu {

/// Kinds of instruction that are counted apart.
enum class InstructionClass : uint8_t {
  Integer,
  Float32,
  Float64,
  Float16, ///< f16, bf16 and their pairs
  Convert,
  Move, ///< mov, selp, prmt, cvta
  Compare,
  Special, ///< rcp, rsqrt, ex2, lg2, sin, cos, tanh
  Tensor,  ///< mma, ldmatrix, stmatrix
  Load,
  Store,
  Atomic,
  AsyncCopy,
  Warp, ///< shfl, vote, match, redux
  Synchronise,
  Control,
};
constexpr unsigned NumInstructionClasses = 16;

/// Such as "integer".
const char *name(InstructionClass Class);

/// Global memory is moved in sectors of 32 bytes. The ideal number for one
/// instruction of one warp is the bytes that it names, each counted once, over
/// 32, rounded up.
struct GlobalTraffic {
  uint64_t Requests = 0; ///< warp instructions
  uint64_t Bytes = 0;    ///< asked for by threads
  uint64_t Sectors = 0;
  uint64_t IdealSectors = 0;
};

/// Shared memory serves 32 banks of four bytes in one wavefront. Accesses of 8
/// and 16 bytes are served by half and quarter warps. The ideal number is the
/// bytes that the instruction names, each counted once, over 128, rounded up.
struct SharedTraffic {
  uint64_t Requests = 0;
  uint64_t Bytes = 0;
  uint64_t Wavefronts = 0;
  uint64_t IdealWavefronts = 0;
};

struct Counters {
  uint64_t Blocks = 0;
  uint64_t Threads = 0;
  uint64_t WarpInstructions = 0;
  uint64_t ThreadInstructions = 0;
  uint64_t Classes[NumInstructionClasses] = {}; ///< warp instructions of each
  uint64_t DivergentBranches = 0;
  uint64_t Barriers = 0; ///< arrivals of warps
  GlobalTraffic GlobalLoads, GlobalStores, GlobalAtomics;
  SharedTraffic SharedLoads, SharedStores, SharedAtomics;
  uint64_t LocalBytes = 0; ///< read and written

  void add(const Counters &Other);
  /// An object with one member for each field.
  std::string json() const;
};

/// A table with one row for each named set of counters, for people.
std::string table(const std::vector<std::pair<std::string, Counters>> &Rows);

} // namespace simgpu

#endif // SIMGPU_COUNTERS_H
