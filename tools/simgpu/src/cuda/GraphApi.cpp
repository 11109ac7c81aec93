//===- GraphApi.cpp - Stream capture and graphs ---------------------------===//
//
// A capture notes the operations of its streams and what each follows. Every
// captured stream is a lane of the graph. A launch enqueues lane 0 on the
// stream that it names and the others on hidden streams, each node after the
// nodes that it follows, so that branches are interleaved and checked like any
// other streams.
//
//===----------------------------------------------------------------------===//

#include "Launch.h"

#include <algorithm>

using namespace simgpu;

static thread_local CUstreamCaptureMode ThreadMode =
    CU_STREAM_CAPTURE_MODE_GLOBAL;

//===----------------------------------------------------------------------===//
// Capture
//===----------------------------------------------------------------------===//

CUresult Driver::addNode(Stream &S, Operation Op) {
  Capture &C = *S.Capturing;
  if (C.Invalid)
    return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
  auto Node = std::make_unique<GraphNode>();
  Node->What = std::move(Op);
  Node->After = S.CaptureTail;
  auto Lane = std::find(C.Members.begin(), C.Members.end(), &S);
  Node->Lane = static_cast<uint32_t>(Lane - C.Members.begin());
  S.CaptureTail = {static_cast<uint32_t>(C.Building->Nodes.size())};
  C.Building->Nodes.push_back(std::move(Node));
  return CUDA_SUCCESS;
}

CUresult Driver::joinCapture(Stream &S, const Event &E) {
  if (S.Capturing && S.Capturing != E.CapturedIn) {
    S.Capturing->Invalid = E.CapturedIn->Invalid = true;
    return CUDA_ERROR_STREAM_CAPTURE_MERGE;
  }
  if (S.Legacy || !E.CapturedIn->Building) {
    E.CapturedIn->Invalid = true;
    return S.Legacy ? CUDA_ERROR_STREAM_CAPTURE_IMPLICIT
                    : CUDA_ERROR_CAPTURED_EVENT;
  }
  if (!S.Capturing) {
    S.Capturing = E.CapturedIn;
    S.CaptureTail.clear();
    S.Capturing->Members.push_back(&S);
  }
  for (uint32_t Node : E.CapturedTail)
    if (std::find(S.CaptureTail.begin(), S.CaptureTail.end(), Node) ==
        S.CaptureTail.end())
      S.CaptureTail.push_back(Node);
  return CUDA_SUCCESS;
}

bool Driver::endsCapture() {
  bool Ends = false;
  for (auto &C : Captures) {
    bool Here = C->Thread == std::this_thread::get_id();
    if (ThreadMode == CU_STREAM_CAPTURE_MODE_RELAXED ||
        C->Mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
        (C->Mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL && !Here))
      continue;
    C->Invalid = Ends = true;
  }
  return Ends;
}

void Driver::endCapture(const std::shared_ptr<Capture> &C) {
  for (Stream *S : C->Members) {
    S->Capturing = nullptr;
    S->CaptureTail.clear();
  }
  Captures.erase(std::find(Captures.begin(), Captures.end(), C));
}

CUresult simgpu::cuStreamBeginCapture_v2(CUstream Handle,
                                         CUstreamCaptureMode Mode) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (S->Legacy)
      return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (S->Capturing)
      return CUDA_ERROR_ILLEGAL_STATE;
    auto C = std::make_shared<Capture>();
    C->Building = std::make_unique<Graph>();
    C->Mode = Mode;
    C->Thread = std::this_thread::get_id();
    C->Members = {S};
    S->Capturing = C;
    D.Captures.push_back(std::move(C));
    return CUDA_SUCCESS;
  });
}

/// Whether every node comes before one of `Tail`.
static bool isJoined(const Graph &G, const std::vector<uint32_t> &Tail) {
  std::vector<bool> Reached(G.Nodes.size());
  for (uint32_t Node : Tail)
    Reached[Node] = true;
  for (size_t I = G.Nodes.size(); I-- > 0;)
    if (Reached[I])
      for (uint32_t Before : G.Nodes[I]->After)
        Reached[Before] = true;
  return std::find(Reached.begin(), Reached.end(), false) == Reached.end();
}

CUresult simgpu::cuStreamEndCapture(CUstream Handle, CUgraph *Result) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Result)
      return CUDA_ERROR_INVALID_VALUE;
    *Result = nullptr;
    std::shared_ptr<Capture> C = S->Capturing;
    if (!C)
      return CUDA_ERROR_ILLEGAL_STATE;
    if (C->Members[0] != S)
      return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    if (C->Mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
        C->Thread != std::this_thread::get_id())
      return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    bool Joined = isJoined(*C->Building, S->CaptureTail);
    D.endCapture(C);
    std::shared_ptr<Graph> G = std::move(C->Building);
    if (C->Invalid)
      return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (!Joined)
      return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    G->Origin = D.origin("cuStreamEndCapture");
    *Result = D.Graphs.add(std::move(G));
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuStreamIsCapturing(CUstream Handle,
                                     CUstreamCaptureStatus *Status) {
  return enter(Needs::Context, [&](Driver &D) {
    Stream *S = D.find(Handle);
    if (!S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (!Status)
      return CUDA_ERROR_INVALID_VALUE;
    *Status = !S->Capturing           ? CU_STREAM_CAPTURE_STATUS_NONE
              : S->Capturing->Invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                      : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuThreadExchangeStreamCaptureMode(CUstreamCaptureMode *Mode) {
  return enter(Needs::Initialised, [&](Driver &) {
    if (!Mode)
      return CUDA_ERROR_INVALID_VALUE;
    std::swap(*Mode, ThreadMode);
    return CUDA_SUCCESS;
  });
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

/// The node of a live graph; null without.
static GraphNode *findNode(Driver &D, CUgraphNode Handle) {
  for (auto &[Key, G] : D.Graphs)
    for (auto &Node : G->Nodes)
      if (Node.get() == Handle)
        return Handle;
  return nullptr;
}

CUresult simgpu::cuGraphGetNodes(CUgraph Handle, CUgraphNode *Nodes,
                                 size_t *Count) {
  return enter(Needs::Context, [&](Driver &D) {
    auto G = D.Graphs.find(Handle);
    if (!G || !Count)
      return CUDA_ERROR_INVALID_VALUE;
    if (!Nodes) {
      *Count = G->Nodes.size();
      return CUDA_SUCCESS;
    }
    for (size_t I = 0; I < *Count; ++I)
      Nodes[I] = I < G->Nodes.size() ? G->Nodes[I].get() : nullptr;
    *Count = std::min(*Count, G->Nodes.size());
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphNodeGetType(CUgraphNode Handle, CUgraphNodeType *Type) {
  return enter(Needs::Context, [&](Driver &D) {
    GraphNode *Node = findNode(D, Handle);
    if (!Node || !Type)
      return CUDA_ERROR_INVALID_VALUE;
    *Type = Node->What.Kind;
    return CUDA_SUCCESS;
  });
}

CUresult
simgpu::cuGraphKernelNodeGetParams_v2(CUgraphNode Handle,
                                      CUDA_KERNEL_NODE_PARAMS *Params) {
  return enter(Needs::Context, [&](Driver &D) {
    GraphNode *Node = findNode(D, Handle);
    if (!Node || !Params || !Node->What.Launch)
      return CUDA_ERROR_INVALID_VALUE;
    const KernelLaunch &L = *Node->What.Launch;
    Node->ParameterPointers.clear();
    for (const ParameterInfo &P : L.Kernel->Info->Parameters)
      Node->ParameterPointers.push_back(
          const_cast<uint8_t *>(L.Parameters.data() + P.Offset));
    *Params = {L.Kernel,   L.Grid[0],       L.Grid[1],
               L.Grid[2],  L.Block[0],      L.Block[1],
               L.Block[2], L.DynamicShared, Node->ParameterPointers.data(),
               nullptr,    nullptr,         &D.Primary};
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphDestroy(CUgraph Handle) {
  return enter(Needs::Release, [&](Driver &D) {
    return D.Graphs.remove(Handle) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
  });
}

//===----------------------------------------------------------------------===//
// Executable graphs
//===----------------------------------------------------------------------===//

CUresult simgpu::cuGraphInstantiateWithFlags(CUgraphExec *Result,
                                             CUgraph Handle,
                                             unsigned long long Flags) {
  return enter(Needs::Context, [&](Driver &D) {
    constexpr unsigned long long DeviceLaunch = 4;
    auto G = D.Graphs.find(Handle);
    if (!G || !Result)
      return CUDA_ERROR_INVALID_VALUE;
    if (Flags & DeviceLaunch)
      return D.unsupported("cuGraphInstantiate for launches by the device");
    auto E = std::make_shared<GraphExec>();
    uint32_t Lanes = 0;
    for (auto &Node : G->Nodes) {
      E->IndexOf[Node.get()] = static_cast<uint32_t>(E->Nodes.size());
      E->Nodes.push_back(std::make_unique<GraphNode>(*Node));
      Lanes = std::max(Lanes, Node->Lane);
    }
    for (uint32_t I = 0; I < Lanes; ++I)
      E->Lanes.push_back(
          D.createStream(CU_STREAM_NON_BLOCKING, 0, "a branch of a graph"));
    E->Origin = D.origin("cuGraphInstantiate");
    *Result = D.Execs.add(std::move(E));
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphUpload(CUgraphExec Handle, CUstream Stream) {
  return enter(Needs::Context, [&](Driver &D) {
    return D.Execs.find(Handle) && D.find(Stream) ? CUDA_SUCCESS
                                                  : CUDA_ERROR_INVALID_VALUE;
  });
}

CUresult simgpu::cuGraphLaunch(CUgraphExec Handle, CUstream StreamHandle) {
  return enter(Needs::Context, [&](Driver &D) {
    auto E = D.Execs.find(Handle);
    Stream *S = D.find(StreamHandle);
    if (!E || !S)
      return CUDA_ERROR_INVALID_HANDLE;
    if (S->Capturing) {
      S->Capturing->Invalid = true;
      return D.unsupported("cuGraphLaunch in a capture");
    }
    ++D.Found.GraphLaunches;
    D.admit(*S);
    S->Now.join(E->LastEnd);
    const Clock Begin = S->Now;
    std::vector<Clock> Done;
    for (auto &Node : E->Nodes) {
      Clock After = Begin;
      for (uint32_t Before : Node->After)
        After.join(Done[Before]);
      Stream &Lane = Node->Lane ? *E->Lanes[Node->Lane - 1] : *S;
      D.push(Lane, Node->What, After);
      Done.push_back(Lane.Now);
    }
    for (const Clock &C : Done)
      S->Now.join(C);
    E->LastEnd = S->Now;
    D.limitPending();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphExecUpdate_v2(CUgraphExec Handle, CUgraph GraphHandle,
                                      CUgraphExecUpdateResultInfo *Info) {
  return enter(Needs::Context, [&](Driver &D) {
    auto E = D.Execs.find(Handle);
    auto G = D.Graphs.find(GraphHandle);
    if (!E || !G || !Info)
      return CUDA_ERROR_INVALID_VALUE;
    *Info = {CU_GRAPH_EXEC_UPDATE_SUCCESS, nullptr, nullptr};
    auto differs = [&](CUgraphExecUpdateResult Why, CUgraphNode Node) {
      *Info = {Why, Node, nullptr};
      return CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE;
    };
    if (E->Nodes.size() != G->Nodes.size())
      return differs(CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, nullptr);
    for (size_t I = 0; I < G->Nodes.size(); ++I) {
      GraphNode &Old = *E->Nodes[I], &New = *G->Nodes[I];
      if (Old.After != New.After || Old.Lane != New.Lane)
        return differs(CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED, &New);
      if (Old.What.Kind != New.What.Kind)
        return differs(CU_GRAPH_EXEC_UPDATE_ERROR_NODE_TYPE_CHANGED, &New);
    }
    E->IndexOf.clear();
    for (uint32_t I = 0; I < G->Nodes.size(); ++I) {
      E->Nodes[I]->What = G->Nodes[I]->What;
      E->IndexOf[G->Nodes[I].get()] = I;
    }
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphExecKernelNodeSetParams_v2(
    CUgraphExec Handle, CUgraphNode NodeHandle,
    const CUDA_KERNEL_NODE_PARAMS *Params) {
  return enter(Needs::Context, [&](Driver &D) {
    auto E = D.Execs.find(Handle);
    if (!E || !Params)
      return CUDA_ERROR_INVALID_VALUE;
    auto Index = E->IndexOf.find(NodeHandle);
    if (Index == E->IndexOf.end())
      return CUDA_ERROR_INVALID_VALUE;
    Operation &Op = E->Nodes[Index->second]->What;
    if (!Op.Launch)
      return CUDA_ERROR_INVALID_VALUE;
    std::shared_ptr<const KernelLaunch> L;
    if (CUresult R = makeLaunch(D, *Params, L))
      return R;
    Op = launchOperation(std::move(L));
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuGraphExecDestroy(CUgraphExec Handle) {
  return enter(Needs::Release, [&](Driver &D) {
    auto E = D.Execs.find(Handle);
    if (!E)
      return CUDA_ERROR_INVALID_VALUE;
    for (auto &Lane : E->Lanes)
      D.destroy(*Lane);
    D.Execs.remove(Handle);
    return CUDA_SUCCESS;
  });
}
