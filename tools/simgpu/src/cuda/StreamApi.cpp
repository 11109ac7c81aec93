//===- StreamApi.cpp - Streams and events ---------------------------------===//

#include "Driver.h"

#include <chrono>

using namespace simgpu;

/// Runs `Body` with a live stream.
template <typename Fn>
static CUresult onStream(Needs What, CUstream Handle, Fn Body) {
  return enter(What, [&](Driver &D) -> CUresult {
    Stream *S = D.find(Handle);
    return S ? Body(D, *S) : CUDA_ERROR_INVALID_HANDLE;
  });
}

template <typename Fn>
static CUresult onEvent(Needs What, CUevent Handle, Fn Body) {
  return enter(What, [&](Driver &D) -> CUresult {
    std::shared_ptr<Event> E = D.Events.find(Handle);
    return E ? Body(D, *E) : CUDA_ERROR_INVALID_HANDLE;
  });
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

CUresult simgpu::cuStreamCreateWithPriority(CUstream *Stream, unsigned Flags,
                                            int Priority) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Stream || Flags > CU_STREAM_NON_BLOCKING)
      return CUDA_ERROR_INVALID_VALUE;
    *Stream = D.Streams.add(
        D.createStream(Flags, Priority, D.origin("cuStreamCreate")));
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuStreamCreate(CUstream *Stream, unsigned Flags) {
  return cuStreamCreateWithPriority(Stream, Flags, 0);
}

CUresult simgpu::cuStreamGetPriority(CUstream Stream, int *Priority) {
  return onStream(Needs::Context, Stream, [&](Driver &, simgpu::Stream &S) {
    if (!Priority)
      return CUDA_ERROR_INVALID_VALUE;
    *Priority = S.Priority;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuStreamGetFlags(CUstream Stream, unsigned *Flags) {
  return onStream(Needs::Context, Stream, [&](Driver &, simgpu::Stream &S) {
    if (!Flags)
      return CUDA_ERROR_INVALID_VALUE;
    *Flags = S.Flags;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuStreamGetCtx(CUstream Stream, CUcontext *Context) {
  return onStream(Needs::Context, Stream, [&](Driver &D, simgpu::Stream &) {
    if (!Context)
      return CUDA_ERROR_INVALID_VALUE;
    *Context = &D.Primary;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuStreamGetId(CUstream Stream, unsigned long long *Id) {
  return onStream(Needs::Context, Stream, [&](Driver &, simgpu::Stream &S) {
    if (!Id)
      return CUDA_ERROR_INVALID_VALUE;
    *Id = S.Id;
    return CUDA_SUCCESS;
  });
}

/// Waiting for a stream that is captured ends the capture.
static bool spoilsCapture(Stream &S) {
  if (S.Capturing)
    S.Capturing->Invalid = true;
  return S.Capturing != nullptr;
}

CUresult simgpu::cuStreamSynchronize(CUstream Stream) {
  return onStream(Needs::Context, Stream, [&](Driver &D, simgpu::Stream &S) {
    if (spoilsCapture(S))
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    return D.wait(D.reached(S));
  });
}

CUresult simgpu::cuStreamQuery(CUstream Stream) {
  return onStream(Needs::Context, Stream, [&](Driver &D, simgpu::Stream &S) {
    if (spoilsCapture(S))
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    return D.query(D.reached(S));
  });
}

CUresult simgpu::cuStreamAddCallback(CUstream Stream, CUstreamCallback Body,
                                     void *Data, unsigned Flags) {
  return onStream(Needs::Context, Stream, [&](Driver &D, simgpu::Stream &S) {
    if (!Body || Flags)
      return CUDA_ERROR_INVALID_VALUE;
    if (spoilsCapture(S))
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    Operation Op;
    Op.Kind = CU_GRAPH_NODE_TYPE_HOST;
    Op.What = "cuStreamAddCallback";
    Op.OnHost = [=] { Body(Stream, CUDA_SUCCESS, Data); };
    return D.submit(S, std::move(Op));
  });
}

CUresult simgpu::cuStreamDestroy_v2(CUstream Stream) {
  return enter(Needs::Release, [&](Driver &D) {
    auto S = D.Streams.find(Stream);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    D.destroy(*S);
    D.Streams.remove(Stream);
    return CUDA_SUCCESS;
  });
}

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

CUresult simgpu::cuEventCreate(CUevent *Event, unsigned Flags) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Event)
      return CUDA_ERROR_INVALID_VALUE;
    if (Flags & CU_EVENT_INTERPROCESS)
      return D.unsupported("cuEventCreate with CU_EVENT_INTERPROCESS");
    auto New = std::make_shared<simgpu::Event>();
    New->Flags = Flags;
    New->Origin = D.origin("cuEventCreate");
    *Event = D.Events.add(std::move(New));
    return CUDA_SUCCESS;
  });
}

static double now() {
  std::chrono::duration<double> Since =
      std::chrono::steady_clock::now().time_since_epoch();
  return Since.count();
}

CUresult simgpu::cuEventRecord(CUevent Event, CUstream Stream) {
  return enter(Needs::Context, [&](Driver &D) -> CUresult {
    simgpu::Stream *S = D.find(Stream);
    auto E = D.Events.find(Event);
    if (!S || !E)
      return CUDA_ERROR_INVALID_HANDLE;
    if (S->Capturing) {
      E->CapturedIn = S->Capturing;
      E->CapturedTail = S->CaptureTail;
      return CUDA_SUCCESS;
    }
    E->CapturedIn = nullptr;
    uint64_t Record = ++E->Records;
    Operation Op;
    Op.What = "cuEventRecord";
    Op.Run = [E, Record](Driver &) -> std::vector<TouchedRange> {
      if (E->Records == Record)
        E->Seconds = now();
      return {};
    };
    if (CUresult R = D.submit(*S, std::move(Op)))
      return R;
    E->At = S->Now;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuEventRecordWithFlags(CUevent Event, CUstream Stream,
                                        unsigned Flags) {
  if (Flags)
    return enter(Needs::Context, [](Driver &D) {
      return D.unsupported("cuEventRecordWithFlags with flags");
    });
  return cuEventRecord(Event, Stream);
}

CUresult simgpu::cuStreamWaitEvent(CUstream Stream, CUevent Event,
                                   unsigned Flags) {
  return enter(Needs::Context, [&](Driver &D) -> CUresult {
    simgpu::Stream *S = D.find(Stream);
    auto E = D.Events.find(Event);
    if (!S || !E)
      return CUDA_ERROR_INVALID_HANDLE;
    if (Flags)
      return D.unsupported("cuStreamWaitEvent with flags");
    if (E->CapturedIn)
      return D.joinCapture(*S, *E);
    if (S->Capturing) {
      S->Capturing->Invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    // An event that was never recorded is no reason to wait.
    if (E->Records)
      S->Now.join(E->At);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuEventQuery(CUevent Event) {
  return onEvent(Needs::Context, Event, [&](Driver &D, simgpu::Event &E) {
    if (E.CapturedIn)
      return CUDA_ERROR_CAPTURED_EVENT;
    return D.query(E.At);
  });
}

CUresult simgpu::cuEventSynchronize(CUevent Event) {
  return onEvent(Needs::Context, Event, [&](Driver &D, simgpu::Event &E) {
    if (E.CapturedIn)
      return CUDA_ERROR_CAPTURED_EVENT;
    return D.wait(E.At);
  });
}

/// The time that the simulation took, which says nothing about hardware.
CUresult simgpu::cuEventElapsedTime(float *Milliseconds, CUevent Start,
                                    CUevent End) {
  return enter(Needs::Context, [&](Driver &D) {
    auto From = D.Events.find(Start), To = D.Events.find(End);
    if (!From || !To || !From->Records || !To->Records ||
        ((From->Flags | To->Flags) & CU_EVENT_DISABLE_TIMING))
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Milliseconds)
      return CUDA_ERROR_INVALID_VALUE;
    if (!D.isDone(From->At) || !D.isDone(To->At))
      return CUDA_ERROR_NOT_READY;
    *Milliseconds = static_cast<float>((To->Seconds - From->Seconds) * 1e3);
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuEventElapsedTime_v2(float *Milliseconds, CUevent Start,
                                       CUevent End) {
  return cuEventElapsedTime(Milliseconds, Start, End);
}

CUresult simgpu::cuEventDestroy_v2(CUevent Event) {
  return enter(Needs::Release, [&](Driver &D) {
    return D.Events.remove(Event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
  });
}
