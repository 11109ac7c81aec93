//===- CudaGraphs.h - Work that is captured once and replayed ---*- C++ -*-===//
//
// A decode step is a hundred launches of kernels that each take microseconds;
// as a CUDA graph it is one call of the driver. What a graph does is fixed,
// addresses, sizes and grids, so that it stands for one key that determines
// all of them.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_CUDAGRAPHS_H
#define H3RT_CUDAGRAPHS_H

#include "CudaMemory.h"

#include <functional>
#include <list>

namespace h3 {

class CudaGraphs {
public:
  explicit CudaGraphs(std::shared_ptr<CudaContext> Context)
      : Context(std::move(Context)) {}
  ~CudaGraphs();

  /// Puts on the stream what `Enqueue` did when it was called with this `Key`
  /// first. It is called only if there is no graph, and must not wait.
  Error run(const std::string &Key, const std::function<Error()> &Enqueue);

private:
  struct Graph {
    std::string Key;
    CuHandle Executable;
  };

  Expected<CuHandle> capture(const std::function<Error()> &Enqueue);

  std::shared_ptr<CudaContext> Context;
  std::list<Graph> Graphs; ///< the latest used first
};

} // namespace h3

#endif // H3RT_CUDAGRAPHS_H
