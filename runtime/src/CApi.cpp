//===- CApi.cpp - C interface of a compiled model -------------------------===//

#include "CApi.h"
#include "Engine.h"

#include <algorithm>

using namespace h3;

struct H3rtEngine {
  std::unique_ptr<Engine> Impl;
};

static thread_local std::string LastError;

H3rtStatus h3::report(Error Err) {
  LastError = Err.message();
  return Err.code();
}

/// Stores a value that may be missing.
template <typename T> static Error store(Expected<T> Value, T *Where) {
  if (!Value)
    return Value.takeError();
  *Where = std::move(*Value);
  return Error::success();
}

H3rtStatus h3rt_open(const H3Model *Model, const H3rtOptions *Options,
                     H3rtEngine **Result) {
  return guarded([&]() -> Error {
    if (!Model || !Result)
      return nullArgument(Model ? "engine" : "model");
    EngineOptions Wanted;
    if (Options) {
      // Structs only grow, so another size is a caller from another version.
      if (Options->size != sizeof(H3rtOptions))
        return Error::invalid(
            "H3rtOptions has " + std::to_string(Options->size) +
            " bytes, expected " + std::to_string(sizeof(H3rtOptions)));
      Wanted.Threads = Options->threads;
      Wanted.Slots = Options->sequences;
      Wanted.WeightsPath = Options->weights ? Options->weights : "";
    }
    Expected<std::unique_ptr<Engine>> Impl = Engine::create(*Model, Wanted);
    if (!Impl)
      return Impl.takeError();
    *Result = new H3rtEngine{std::move(*Impl)};
    return Error::success();
  });
}

void h3rt_close(H3rtEngine *Engine) { delete Engine; }

H3rtStatus h3rt_sequence_create(H3rtEngine *Engine, int32_t *Sequence) {
  return guarded([&] { return store(Engine->Impl->allocateSlot(), Sequence); });
}

H3rtStatus h3rt_sequence_release(H3rtEngine *Engine, int32_t Sequence) {
  return guarded([&] { return Engine->Impl->releaseSlot(Sequence); });
}

H3rtStatus h3rt_sequence_reset(H3rtEngine *Engine, int32_t Sequence) {
  return guarded([&] { return Engine->Impl->resetSlot(Sequence); });
}

H3rtStatus h3rt_sequence_fork(H3rtEngine *Engine, int32_t Sequence,
                              int32_t *Copy) {
  return guarded([&] { return store(Engine->Impl->forkSlot(Sequence), Copy); });
}

H3rtStatus h3rt_sequence_position(H3rtEngine *Engine, int32_t Sequence,
                                  int64_t *Position) {
  return guarded(
      [&] { return store(Engine->Impl->position(Sequence), Position); });
}

H3rtStatus h3rt_feed(H3rtEngine *Engine, int32_t Sequence,
                     const int32_t *Tokens, size_t Count, float *Logits) {
  return guarded([&] {
    FeedOptions Options;
    Options.LastRows = Logits ? 1 : 0;
    uint32_t Width = Engine->Impl->model().padded_vocab;
    return Engine->Impl->feed({{Sequence, Tokens, static_cast<int64_t>(Count)}},
                              Options, [&](size_t, int64_t, const float *Row) {
                                std::copy_n(Row, Width, Logits);
                                return Error::success();
                              });
  });
}

H3rtStatus h3rt_sequence_save(H3rtEngine *Engine, int32_t Sequence,
                              const char *Path) {
  return guarded([&] { return Engine->Impl->saveSlot(Sequence, Path); });
}

H3rtStatus h3rt_sequence_load(H3rtEngine *Engine, int32_t Sequence,
                              const char *Path) {
  return guarded([&] { return Engine->Impl->loadSlot(Sequence, Path); });
}

const char *h3rt_last_error(void) { return LastError.c_str(); }
