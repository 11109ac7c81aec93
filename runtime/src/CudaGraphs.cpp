//===- CudaGraphs.cpp - Work that is captured once and replayed -----------===//

#include "CudaGraphs.h"

#include <algorithm>

using namespace h3;

/// A batch whose sequences end one by one needs a graph for each size.
static constexpr size_t MostGraphs = 32;
static const char *const Purpose = "the graph of a step";

CudaGraphs::~CudaGraphs() {
  for (const Graph &G : Graphs)
    Context->Driver.cuGraphExecDestroy(G.Executable);
}

Expected<CuHandle> CudaGraphs::capture(const std::function<Error()> &Enqueue) {
  const CudaDriver &Driver = Context->Driver;
  constexpr int ThreadLocal = 1; // Other threads of the process go on.
  if (Error Err = Context->check(
          Driver.cuStreamBeginCapture_v2(Context->Stream, ThreadLocal),
          "cuStreamBeginCapture", Purpose))
    return Err;
  Error Failure = Enqueue();
  CuHandle Captured = nullptr, Executable = nullptr;
  CuResult Ended = Driver.cuStreamEndCapture(Context->Stream, &Captured);
  if (!Failure)
    Failure = Context->check(Ended, "cuStreamEndCapture", Purpose);
  if (!Failure)
    Failure = Context->check(
        Driver.cuGraphInstantiateWithFlags(&Executable, Captured, 0),
        "cuGraphInstantiate", Purpose);
  if (Captured)
    Driver.cuGraphDestroy(Captured);
  if (Failure)
    return Failure;
  return Executable;
}

Error CudaGraphs::run(const std::string &Key,
                      const std::function<Error()> &Enqueue) {
  auto Known = std::find_if(Graphs.begin(), Graphs.end(),
                            [&](const Graph &G) { return G.Key == Key; });
  if (Known == Graphs.end()) {
    Expected<CuHandle> Executable = capture(Enqueue);
    if (!Executable)
      return Executable.takeError();
    Known = Graphs.insert(Graphs.begin(), {Key, *Executable});
  }
  Graphs.splice(Graphs.begin(), Graphs, Known);
  if (Graphs.size() > MostGraphs) {
    Context->Driver.cuGraphExecDestroy(Graphs.back().Executable);
    Graphs.pop_back();
  }
  return Context->check(
      Context->Driver.cuGraphLaunch(Graphs.front().Executable, Context->Stream),
      "cuGraphLaunch", Purpose);
}
