//===- h3rt.h - C interface of a compiled model -----------------*- C++ -*-===//
//
// Runs a compiled model inside another program: link the model's object file
// and libh3rt.a, and pass `&h3_model` to h3rt_open.
//
// Pointers must not be null unless a comment says so.
// Every function returns H3RT_OK or a status whose explanation
// h3rt_last_error() gives. An engine is used by one thread at a time; engines
// are independent of each other.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_H3RT_H
#define H3RT_H3RT_H

#include "h3rt/abi.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum H3rtStatus {
  H3RT_OK = 0,
  H3RT_INVALID_ARGUMENT = 1,
  H3RT_BAD_FILE = 2,     ///< missing, unreadable, or of another model
  H3RT_CONTEXT_FULL = 3, ///< the sequence would outgrow H3Model::max_context
  H3RT_NO_RESOURCES = 4  ///< memory, threads or sequences exhausted
} H3rtStatus;

/// A model with its weights, its threads and the state of its sequences.
typedef struct H3rtEngine H3rtEngine;

/// Zero-initialise, then set `size`. A zero field asks for the default.
typedef struct H3rtOptions {
  size_t size;        ///< sizeof(H3rtOptions), which tells versions apart
  uint32_t threads;   ///< default: the cores allowed to the process
  uint32_t sequences; ///< state slots; default: H3Model::max_sequences
  /// The weight file: that of a library compiled with `--emit lib -o x.a` is
  /// `x.a.h3w`. Null: PROGRAM.h3w beside the running program, or inside it.
  const char *weights;
} H3rtOptions;

/// Opens the model; `options` may be null. The caller closes `*engine`.
H3rtStatus h3rt_open(const H3Model *model, const H3rtOptions *options,
                     H3rtEngine **engine);
void h3rt_close(H3rtEngine *engine);

/// Takes a free state slot, with no tokens in it.
H3rtStatus h3rt_sequence_create(H3rtEngine *engine, int32_t *sequence);
H3rtStatus h3rt_sequence_release(H3rtEngine *engine, int32_t sequence);
/// Forgets every token of the sequence.
H3rtStatus h3rt_sequence_reset(H3rtEngine *engine, int32_t sequence);
/// A new sequence that has read what `sequence` has read.
H3rtStatus h3rt_sequence_fork(H3rtEngine *engine, int32_t sequence,
                              int32_t *copy);
/// Tokens read so far.
H3rtStatus h3rt_sequence_position(H3rtEngine *engine, int32_t sequence,
                                  int64_t *position);

/// Reads `count` tokens, at least one, with ids below H3Model::vocab. `logits`,
/// [padded vocabulary], receives the scores of the token after the last; null
/// when they are not wanted. On failure the sequence is as it was before.
H3rtStatus h3rt_feed(H3rtEngine *engine, int32_t sequence,
                     const int32_t *tokens, size_t count, float *logits);

/// Writes the sequence to a file, from which the same model can restore it.
H3rtStatus h3rt_sequence_save(H3rtEngine *engine, int32_t sequence,
                              const char *path);
H3rtStatus h3rt_sequence_load(H3rtEngine *engine, int32_t sequence,
                              const char *path);

/// What went wrong in this thread's last call; valid until its next one.
const char *h3rt_last_error(void);

#ifdef __cplusplus
}
#endif

#endif // H3RT_H3RT_H
