//===- GraphTest.cpp - Stream capture and graphs --------------------------===//

#include "Harness.h"

#include <cstring>

using namespace simgpu;

static CUstream stream() {
  CUstream S = nullptr;
  CUDA_OK(cuStreamCreate, &S, CU_STREAM_NON_BLOCKING);
  return S;
}

static CUevent event() {
  CUevent E = nullptr;
  CUDA_OK(cuEventCreate, &E, CU_EVENT_DISABLE_TIMING);
  return E;
}

static void begin(CUstream S) {
  CUDA_OK(cuStreamBeginCapture_v2, S, CU_STREAM_CAPTURE_MODE_GLOBAL);
}

static CUgraph end(CUstream S) {
  CUgraph G = nullptr;
  CUDA_OK(cuStreamEndCapture, S, &G);
  return G;
}

static CUgraphExec instantiate(CUgraph G) {
  CUgraphExec E = nullptr;
  CUDA_OK(cuGraphInstantiateWithFlags, &E, G, 0);
  return E;
}

TEST(Graph, CapturedWorkRunsAtEachLaunch) {
  Outcome O = inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUfunction Add = function(M, "add");
    CUstream S = stream();
    CUdeviceptr X = upload(std::vector<float>(64));
    CUDA_OK(cuCtxSynchronize);
    begin(S);
    CUstreamCaptureStatus Status;
    CUDA_OK(cuStreamIsCapturing, S, &Status);
    EXPECT_EQ(Status, CU_STREAM_CAPTURE_STATUS_ACTIVE);
    EXPECT_EQ(launch(Add, 64, S, X, 1.0f, 64u), CUDA_SUCCESS);
    EXPECT_EQ(launch(Add, 64, S, X, 2.0f, 64u), CUDA_SUCCESS);
    CUgraph G = end(S);
    CUgraphExec E = instantiate(G);
    for (int I = 0; I < 3; ++I)
      CUDA_OK(cuGraphLaunch, E, S);
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(download<float>(X, 64)[63], 9.0f);

    // Parameters are those of the capture, until they are set.
    size_t Count = 0;
    CUDA_OK(cuGraphGetNodes, G, nullptr, &Count);
    ASSERT_EQ(Count, 2u);
    CUgraphNode Nodes[2];
    CUDA_OK(cuGraphGetNodes, G, Nodes, &Count);
    CUgraphNodeType Type;
    CUDA_OK(cuGraphNodeGetType, Nodes[0], &Type);
    EXPECT_EQ(Type, CU_GRAPH_NODE_TYPE_KERNEL);
    CUDA_KERNEL_NODE_PARAMS P = {};
    CUDA_OK(cuGraphKernelNodeGetParams_v2, Nodes[1], &P);
    EXPECT_EQ(P.func, Add);
    EXPECT_EQ(P.blockDimX, 64u);
    float Two = 0;
    std::memcpy(&Two, P.kernelParams[1], 4);
    EXPECT_EQ(Two, 2.0f);
    float Ten = 10;
    unsigned N = 64;
    void *Pointers[] = {&X, &Ten, &N};
    P.kernelParams = Pointers;
    CUDA_OK(cuGraphExecKernelNodeSetParams_v2, E, Nodes[1], &P);
    CUDA_OK(cuGraphLaunch, E, S);
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(download<float>(X, 64)[0], 20.0f);
    CUDA_OK(cuGraphExecDestroy, E);
    CUDA_OK(cuGraphDestroy, G);
    CUDA_OK(cuStreamDestroy_v2, S);
    CUDA_OK(cuMemFree_v2, X);
    CUDA_OK(cuModuleUnload, M);
    finish();
  });
  EXPECT_HAS(O.Report, "\"graph_launches\": 4");
  EXPECT_HAS(O.Report, "{\"name\": \"add\", \"launches\": 8,");
  EXPECT_EQ(O.Errors, "");
}

/// x += 1 on one branch and y += 1 on another, joined, then y = x. Without the
/// second event the branch is not joined.
static CUgraph captureFork(CUfunction Add, CUfunction Copy, CUstream S,
                           CUstream T, CUdeviceptr X, CUdeviceptr Y,
                           bool Conflict) {
  CUevent Fork = event(), Join = event();
  begin(S);
  CUDA_OK(cuEventRecord, Fork, S);
  CUDA_OK(cuStreamWaitEvent, T, Fork, 0);
  EXPECT_EQ(launch(Add, 64, S, X, 1.0f, 64u), CUDA_SUCCESS);
  EXPECT_EQ(launch(Add, 64, T, Conflict ? X : Y, 1.0f, 64u), CUDA_SUCCESS);
  CUDA_OK(cuEventRecord, Join, T);
  CUDA_OK(cuStreamWaitEvent, S, Join, 0);
  EXPECT_EQ(launch(Copy, 64, S, Y, X, 64u), CUDA_SUCCESS);
  return end(S);
}

TEST(Graph, BranchesAreInterleavedAndChecked) {
  for (bool Conflict : {false, true})
    for (int Seed = 0; Seed < 4; ++Seed) {
      Environment Env = {{"H3_SIMGPU_SEED", std::to_string(Seed)},
                         {"H3_SIMGPU_FINDINGS", "report"}};
      Outcome O = inProcess(Env, [=] {
        start();
        CUmodule M = loadPtx(Kernels);
        CUstream S = stream(), T = stream();
        CUdeviceptr X = upload(std::vector<float>(64)),
                    Y = upload(std::vector<float>(64));
        CUDA_OK(cuCtxSynchronize);
        CUgraphExec E = instantiate(captureFork(
            function(M, "add"), function(M, "copy"), S, T, X, Y, Conflict));
        CUDA_OK(cuGraphLaunch, E, S);
        CUDA_OK(cuGraphLaunch, E, T); // follows the first launch
        CUDA_OK(cuCtxSynchronize);
        EXPECT_EQ(download<float>(Y, 64)[0], Conflict ? 4.0f : 2.0f);
      });
      EXPECT_EQ(contains(O.Report, "missing-dependency"), Conflict) << O.Report;
    }
}

TEST(Graph, WrongCaptures) {
  inProcess({}, [] {
    start();
    CUfunction Add = function(loadPtx(Kernels), "add");
    CUstream S = stream(), T = stream();
    CUdeviceptr X = upload(std::vector<float>(64));
    CUDA_OK(cuCtxSynchronize);
    CUgraph G;
    EXPECT_EQ(CUDA(cuStreamEndCapture)(S, &G), CUDA_ERROR_ILLEGAL_STATE);
    EXPECT_EQ(
        CUDA(cuStreamBeginCapture_v2)(nullptr, CU_STREAM_CAPTURE_MODE_GLOBAL),
        CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    // A branch that is not joined.
    CUevent E = event();
    begin(S);
    CUDA_OK(cuEventRecord, E, S);
    CUDA_OK(cuStreamWaitEvent, T, E, 0);
    EXPECT_EQ(launch(Add, 64, T, X, 1.0f, 64u), CUDA_SUCCESS);
    EXPECT_EQ(CUDA(cuStreamEndCapture)(S, &G),
              CUDA_ERROR_STREAM_CAPTURE_UNJOINED);
    // Waiting for the stream.
    begin(S);
    EXPECT_EQ(CUDA(cuStreamSynchronize)(S),
              CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    EXPECT_EQ(launch(Add, 64, S, X, 1.0f, 64u),
              CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    EXPECT_EQ(CUDA(cuStreamEndCapture)(S, &G),
              CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    // Allocating.
    begin(S);
    CUdeviceptr Y;
    EXPECT_EQ(CUDA(cuMemAlloc_v2)(&Y, 4),
              CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    EXPECT_EQ(CUDA(cuStreamEndCapture)(S, &G),
              CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    // An event from outside.
    CUDA_OK(cuEventRecord, E, T);
    begin(S);
    EXPECT_EQ(CUDA(cuStreamWaitEvent)(S, E, 0),
              CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
    EXPECT_EQ(CUDA(cuStreamEndCapture)(S, &G),
              CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    CUDA_OK(cuStreamSynchronize, S);
  });
}

TEST(Graph, Update) {
  inProcess({}, [] {
    start();
    CUmodule M = loadPtx(Kernels);
    CUfunction Add = function(M, "add");
    CUstream S = stream();
    CUdeviceptr X = upload(std::vector<float>(64));
    CUDA_OK(cuCtxSynchronize);
    auto capture = [&](float Value, int Times) {
      begin(S);
      for (int I = 0; I < Times; ++I)
        EXPECT_EQ(launch(Add, 64, S, X, Value, 64u), CUDA_SUCCESS);
      return end(S);
    };
    CUgraphExec E = instantiate(capture(1.0f, 2));
    CUgraphExecUpdateResultInfo Info;
    CUDA_OK(cuGraphExecUpdate_v2, E, capture(5.0f, 2), &Info);
    EXPECT_EQ(Info.result, CU_GRAPH_EXEC_UPDATE_SUCCESS);
    CUDA_OK(cuGraphLaunch, E, S);
    CUDA_OK(cuStreamSynchronize, S);
    EXPECT_EQ(download<float>(X, 64)[0], 10.0f);
    EXPECT_EQ(CUDA(cuGraphExecUpdate_v2)(E, capture(1.0f, 3), &Info),
              CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE);
    EXPECT_EQ(Info.result, CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED);
  });
}

TEST(Graph, CopiesReadPinnedMemoryAtEachLaunch) {
  inProcess({}, [] {
    start();
    CUstream S = stream();
    CUdeviceptr X = allocate(4);
    void *Memory = nullptr;
    CUDA_OK(cuMemAllocHost_v2, &Memory, 4);
    auto *Pinned = static_cast<int *>(Memory);
    begin(S);
    CUDA_OK(cuMemcpyHtoDAsync_v2, X, Pinned, 4, S);
    CUgraphExec E = instantiate(end(S));
    for (int I = 1; I < 4; ++I) {
      *Pinned = I;
      CUDA_OK(cuGraphLaunch, E, S);
      CUDA_OK(cuStreamSynchronize, S);
      EXPECT_EQ(download<int>(X, 1)[0], I);
    }
  });
}
