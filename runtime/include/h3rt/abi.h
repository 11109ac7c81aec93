//===- abi.h - The seam between compiled models and libh3rt -----*- C++ -*-===//
//
// Everything that a compiled model and the runtime know of each other: the
// descriptor that the model exports, the arguments of its step function, and
// the functions of the runtime that compiled code calls. Plain C, no pointers
// to C++ objects; the compiler includes this header and nothing else of the
// runtime.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_ABI_H
#define H3RT_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// "H3MD", little-endian.
#define H3_MODEL_MAGIC 0x444d3348u
/// Raised whenever a struct below changes.
#define H3_ABI_VERSION 4u

/// A one-dimensional buffer as MLIR's C interface passes it. `stride` is 1.
typedef struct H3Buffer {
  void *allocated;
  void *data;
  int64_t offset;
  int64_t size; ///< in elements
  int64_t stride;
} H3Buffer;

/// One step over a flat list of tokens that belongs to any mix of sequences.
/// Sequence `s` owns the rows `starts[s] .. starts[s+1]-1`. All buffers belong
/// to the caller and must outlive the call.
typedef struct H3StepArgs {
  H3Buffer tokens;    ///< int32 [T], token ids below H3Model::vocab
  H3Buffer sequences; ///< int32 [T], the sequence that each row belongs to
  H3Buffer starts;    ///< int32 [S + 1], ascending, starts[S] == T
  H3Buffer slots;     ///< int32 [S], the state slot of each sequence, distinct
  H3Buffer positions; ///< int32 [S], tokens of the sequence before this step
  H3Buffer rows;      ///< int32 [R], the rows whose logits are wanted
  H3Buffer logits;    ///< float [R * padded vocabulary], written
  H3Buffer weights;   ///< bytes, the data part of the weight file
  H3Buffer state;     ///< float [slots * state_floats], read and written
  H3Buffer cache;     ///< float [slots * cache_floats], read and written
  H3Buffer arena;     ///< bytes [arena_bytes], scratch, 64-byte aligned
} H3StepArgs;

/// Chooses a token of each row of logits, as `h3.sample` says. All buffers have
/// one value for each row, but for the logits.
typedef struct H3SampleArgs {
  H3Buffer logits; ///< float [R * padded vocabulary]
  H3Buffer vocabs; ///< int32 [R], ids below these may be chosen
  H3Buffer top_ks; ///< int32 [R], as unsigned; 1 is greedy
  H3Buffer scales; ///< float [R], log2(e) / temperature
  H3Buffer top_ps; ///< double [R]
  H3Buffer draws;  ///< double [R], uniform in [0, 1)
  H3Buffer tokens; ///< int32 [R], written; -1: no logit is a number
} H3SampleArgs;

/// A token's weight is a whole number: 2^H3_WEIGHT_BITS for the best one.
#define H3_WEIGHT_BITS 32
/// 2^x for -1/2 <= x <= 1/2, up to rounding: the powers of ln 2 by the
/// factorials, from the constant on. Evaluated from the last to the first with
/// fused multiply-adds, on every device.
#define H3_EXP2_COEFFICIENTS                                                   \
  {1.0f,           0.693147181f,   0.240226507f,   0.0555041087f,              \
   0.00961812911f, 0.00133335581f, 0.000154035304f}

/// The threads that execute a step together; owned by the runtime.
typedef struct H3Team H3Team;

/// Executes one thread's share of a step. Every thread of the team calls it
/// with the same arguments and its own index; all return when the step is
/// done. The results do not depend on `threads`. On a GPU, buffers are in the
/// memory of the device, and `team` is the device.
typedef void (*H3StepFn)(H3StepArgs *args, H3Team *team, int64_t thread,
                         int64_t threads);

typedef void (*H3SampleFn)(H3SampleArgs *args, H3Team *team, int64_t thread,
                           int64_t threads);

enum H3TokenizerKind {
  H3_TOKENIZER_NONE = 0,  ///< ids only
  H3_TOKENIZER_BYTES = 1, ///< a token id is a byte
  H3_TOKENIZER_GPT2 = 2,  ///< GPT-2's table, built into the runtime
  H3_TOKENIZER_MERGES = 3 ///< byte-level BPE, `tokenizer` is a merges.txt
};

/// What a compiled model says of itself. Exported as `h3_model`.
typedef struct H3Model {
  uint32_t magic;   ///< H3_MODEL_MAGIC
  uint32_t version; ///< H3_ABI_VERSION
  uint32_t vocab;   ///< valid token ids
  uint32_t padded_vocab;
  uint32_t max_tokens;    ///< rows of a step at most
  uint32_t max_sequences; ///< default number of state slots
  uint32_t max_context;   ///< tokens of a sequence at most; 0: unbounded
  uint32_t tokenizer_kind;
  uint64_t state_floats; ///< recurrent state of one slot; zero when fresh
  uint64_t cache_floats; ///< key/value cache of one slot; any value when fresh
  uint64_t arena_bytes;
  uint64_t weights_bytes;     ///< size of the weight file's data part
  const char *weights_digest; ///< 32 hexadecimal digits that the file carries
  const char *info;           ///< a JSON object: what `info --json` prints
  const char *tokenizer;      ///< merges.txt, when the kind asks for it
  uint64_t tokenizer_bytes;
  const void *image;          ///< a fatbin with the kernels of a GPU
  uint64_t image_bytes;       ///< 0: the model runs on the CPU
  const char *const *kernels; ///< their names, by number [kernel_count]
  uint64_t kernel_count;
  uint64_t library_bytes;  ///< work area of cuBLASLt; 0: it is not needed
  uint64_t driver_version; ///< CUDA's that loads the image: 13000 is 13.0
  H3StepFn step;
  H3SampleFn sample; ///< null on CPUs, where the runtime chooses
} H3Model;

extern const H3Model h3_model;

/// "H3KN", little-endian.
#define H3_KERNELS_MAGIC 0x4e4b3348u

/// What an object of functions of layers for GPUs has beside the functions
/// (`h3-compile FILE.mlir --target cuda --emit obj`). Exported as `h3_kernels`.
typedef struct H3Kernels {
  uint32_t magic;    ///< H3_KERNELS_MAGIC
  uint32_t version;  ///< H3_ABI_VERSION
  const void *image; ///< a fatbin with the kernels
  uint64_t image_bytes;
  const char *const *kernels; ///< their names, by number [kernel_count]
  uint64_t kernel_count;
  uint64_t driver_version; ///< as H3Model::driver_version
} H3Kernels;

extern const H3Kernels h3_kernels;

/// The head of a weight file. The data part starts at `data_offset`, a multiple
/// of 4096, and is mapped as it is.
#define H3_WEIGHTS_MAGIC "H3WEIGHT"
#define H3_WEIGHTS_VERSION 1u
typedef struct H3WeightsHeader {
  char magic[8];        ///< H3_WEIGHTS_MAGIC, no terminator
  uint32_t version;     ///< H3_WEIGHTS_VERSION
  uint32_t reserved;    ///< 0
  uint64_t data_offset; ///< from the start of this header
  uint64_t data_bytes;
  char digest[32]; ///< H3Model::weights_digest, no terminator
} H3WeightsHeader;

/// The last bytes of a program that carries its weights (`--single-file`).
typedef struct H3WeightsTrailer {
  uint64_t header_offset; ///< from the start of the program, 4096-aligned
  char magic[8];          ///< H3_WEIGHTS_MAGIC
} H3WeightsTrailer;

//===----------------------------------------------------------------------===//
// What compiled code calls
//===----------------------------------------------------------------------===//

/// Waits until every thread of the team has arrived.
void h3rt_barrier(H3Team *team);

/// Launches a kernel of a GPU program, whose step runs on one thread and gets
/// the device as its `team`. `arguments` are 64-bit words, read at once.
/// Returns before the kernel has run; failures are the device's to report.
void h3rt_launch(H3Team *team, int64_t kernel, int64_t grid_x, int64_t grid_y,
                 int64_t threads, const int64_t *arguments, int64_t count);

enum H3ElementType {
  H3_ELEMENT_F32 = 0,
  H3_ELEMENT_F16 = 1,
  H3_ELEMENT_BF16 = 2
};
enum H3LinearFlags { H3_LINEAR_GELU = 1, H3_LINEAR_ACCUMULATE = 2 };

/// A dense layer of a GPU program on many rows, as `h3.linear` means it:
/// `input` [rows, inputs] and `weight` [features, inputs] of an
/// H3ElementType, `bias` [features] and `output` [rows, features] floats, all
/// contiguous. Addresses are on the device; without a bias, 0. `flags` are
/// H3LinearFlags. Failures are the device's to report.
void h3rt_linear(H3Team *team, int64_t type, int64_t rows, int64_t features,
                 int64_t inputs, int64_t input, int64_t weight, int64_t bias,
                 int64_t output, int64_t flags);

/// Memory of the device for what is launched from here on until it is freed;
/// of any content. Null where there is none, which the device reports.
void *h3rt_alloc(H3Team *team, int64_t bytes);
void h3rt_free(H3Team *team, void *memory);

/// The discrete Fourier transform of each column of real values x[t][c], 0 <= t
/// < length, to s[f][c], 0 <= f <= length / 2, real and imaginary part next to
/// each other, for `columns` columns c. A value of a column and the next are
/// `distance` values apart, in both buffers. Returns as h3rt_launch does.
void h3rt_rfft(H3Team *team, int64_t length, int64_t columns, int64_t distance,
               float *input, float *output);
/// The inverse, without the factor 1 / length. Its input is lost.
void h3rt_irfft(H3Team *team, int64_t length, int64_t columns, int64_t distance,
                float *input, float *output);

#ifdef __cplusplus
}
static_assert(sizeof(H3Buffer) == 40, "an MLIR memref descriptor of rank 1");
static_assert(sizeof(H3StepArgs) == 11 * sizeof(H3Buffer), "no padding");
static_assert(sizeof(H3SampleArgs) == 7 * sizeof(H3Buffer), "no padding");
static_assert(sizeof(H3Model) == 32 + 4 * 8 + 4 * 8 + 6 * 8 + 2 * 8,
              "no padding");
static_assert(sizeof(H3Kernels) == 8 + 5 * 8, "no padding");
static_assert(sizeof(H3WeightsHeader) == 64, "no padding");
#endif

#endif // H3RT_ABI_H
