// Usage: embed WEIGHTS ID... Writes the logits of the next token to stdout.

#include "h3rt/h3rt.h"

#include <stdio.h>
#include <stdlib.h>

static void check(H3rtStatus status) {
  if (status == H3RT_OK)
    return;
  fprintf(stderr, "%s\n", h3rt_last_error());
  exit(1);
}

int main(int argc, char **argv) {
  if (argc < 3)
    return 2;
  H3rtOptions options = {.size = sizeof(options), .weights = argv[1]};
  H3rtEngine *engine;
  int32_t sequence;
  check(h3rt_open(&h3_model, &options, &engine));
  check(h3rt_sequence_create(engine, &sequence));
  float *logits = malloc(h3_model.padded_vocab * sizeof(float));
  for (int i = 2; i < argc; ++i) {
    int32_t id = atoi(argv[i]);
    check(h3rt_feed(engine, sequence, &id, 1, logits));
  }
  fwrite(logits, sizeof(float), h3_model.padded_vocab, stdout);
  free(logits);
  h3rt_close(engine);
  return 0;
}
