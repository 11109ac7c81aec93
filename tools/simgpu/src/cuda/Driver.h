//===- Driver.h - State of the simulated driver -----------------*- C++ -*-===//
//
// One device with one context. Calls enqueue operations; operations run when a
// call waits for them, on the thread that waits. Which of several streams
// advances next is drawn from the seed, so that work which is not ordered does
// run in other orders.
//
// Everything here is guarded by one lock, which every entry point holds; only
// while a host function of a stream runs is it released.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_CUDA_DRIVER_H
#define SIMGPU_CUDA_DRIVER_H

#include "CudaApi.h"
#include "Order.h"
#include "Report.h"
#include "Settings.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <unordered_map>

namespace simgpu {

class Driver;

//===----------------------------------------------------------------------===//
// What handles point at
//===----------------------------------------------------------------------===//

struct Context {
  unsigned Flags = 0;
  unsigned Retained = 0; ///< 0: not active
};

struct Function {
  Image *Owner;
  const KernelInfo *Info;
  uint32_t MaxDynamicShared = 48 << 10; ///< bytes, until an attribute raises it
};

struct Image {
  std::shared_ptr<const LoadedModule> Loaded;
  bool IsLibrary = false;
  bool IsUnloaded = false;
  std::string Origin;
  std::unordered_map<std::string, std::unique_ptr<Function>> Functions;
};

/// A launch with everything that it needs to run later.
struct KernelLaunch {
  std::shared_ptr<Image> Owner;
  Function *Kernel;
  std::array<uint32_t, 3> Grid, Block;
  uint32_t DynamicShared;
  std::vector<uint8_t> Parameters; ///< laid out as KernelInfo::Parameters
};

/// Bytes of the host that an operation reads or writes when it runs.
struct HostRange {
  const void *At = nullptr;
  uint64_t Bytes = 0;
};

/// A piece of work for a stream.
struct Operation {
  CUgraphNodeType Kind = CU_GRAPH_NODE_TYPE_EMPTY;
  std::string What;
  /// Does the work; returns the device memory that it touched.
  std::function<std::vector<TouchedRange>(Driver &)> Run;
  /// What follows once the accesses have been checked.
  std::function<void(Driver &)> Then;
  /// Work of the program; runs without the driver's lock.
  std::function<void()> OnHost;
  /// Pinned memory that must not change between the call and the copy.
  HostRange Source;
  /// Memory of the host that the operation writes.
  HostRange Target;
  std::shared_ptr<const KernelLaunch> Launch; ///< of a kernel
};

/// A stream capture in progress.
struct Capture {
  std::unique_ptr<Graph> Building;
  CUstreamCaptureMode Mode;
  std::thread::id Thread;
  bool Invalid = false;
  std::vector<Stream *> Members; ///< the origin first
};

struct Stream {
  uint32_t Id = 0;
  bool Legacy = false;   ///< the default stream
  bool Blocking = false; ///< ordered against the default stream
  unsigned Flags = 0;
  int Priority = 0;
  std::string Origin;

  struct Entry {
    Operation What;
    Clock At;        ///< what must be done before, itself included
    uint64_t Number; ///< in this stream
    uint64_t Issue;  ///< among all streams
    uint64_t SourceHash = 0;
    bool CheckSource = false;
  };
  std::deque<Entry> Queue;
  Clock Now;           ///< everything that later work waits for
  uint64_t Issued = 0; ///< number of the last operation
  bool Busy = false;   ///< in a host function
  bool Destroyed = false;

  std::shared_ptr<Capture> Capturing;
  std::vector<uint32_t> CaptureTail; ///< nodes that the next one follows
};

struct Event {
  unsigned Flags = 0;
  std::string Origin;
  uint64_t Records = 0; ///< so far; 0: never recorded
  Clock At;
  double Seconds = 0; ///< when the last record was reached
  std::shared_ptr<Capture> CapturedIn;
  std::vector<uint32_t> CapturedTail;
};

struct GraphNode {
  Operation What;
  std::vector<uint32_t> After; ///< nodes of the same graph, by index
  uint32_t Lane = 0;           ///< which captured stream, the origin is 0
  std::vector<void *> ParameterPointers; ///< as GetParams shows them
};

struct Graph {
  std::vector<std::unique_ptr<GraphNode>> Nodes; ///< after what they depend on
  std::string Origin;
};

struct GraphExec {
  std::vector<std::unique_ptr<GraphNode>> Nodes;
  std::unordered_map<const GraphNode *, uint32_t> IndexOf; ///< of the graph's
  std::vector<std::shared_ptr<Stream>> Lanes; ///< of index 1 and up
  Clock LastEnd; ///< launches of one graph follow each other
  std::string Origin;
};

/// Live objects of one kind.
template <typename T> class Handles {
public:
  T *add(std::shared_ptr<T> Object) {
    T *Handle = Object.get();
    All[Handle] = std::move(Object);
    return Handle;
  }
  /// Null when it is no live handle.
  std::shared_ptr<T> find(T *Handle) const {
    auto Found = All.find(Handle);
    return Found == All.end() ? nullptr : Found->second;
  }
  bool remove(T *Handle) { return All.erase(Handle) != 0; }
  auto begin() const { return All.begin(); }
  auto end() const { return All.end(); }
  void clear() { All.clear(); }

private:
  std::unordered_map<T *, std::shared_ptr<T>> All;
};

struct HostAllocation {
  uint64_t Bytes;
  unsigned Flags;
  bool Registered; ///< the program's own memory
  std::string Origin;
};

//===----------------------------------------------------------------------===//
// The driver
//===----------------------------------------------------------------------===//

class Driver {
public:
  static Driver &get();

  std::mutex Lock;
  bool Initialised = false;
  Settings Env;
  std::unique_ptr<Device> Gpu;
  Report Found;
  Context Primary;
  size_t Limits[3] = {1024, 1 << 20, 8 << 20};

  Handles<Image> Images;
  Handles<Stream> Streams;
  Handles<Event> Events;
  Handles<Graph> Graphs;
  Handles<GraphExec> Execs;
  std::set<const Function *> Functions; ///< live ones
  std::map<uintptr_t, HostAllocation> Host;
  std::vector<std::shared_ptr<Capture>> Captures;

  CUresult initialise();
  /// Everything that the context owns is released; what was still there is
  /// noted as leaked.
  void destroyContext();

  // Errors.

  /// The first error that the context can not recover from.
  CUresult Sticky = CUDA_SUCCESS;
  void fail(CUresult Code) {
    if (Sticky == CUDA_SUCCESS)
      Sticky = Code;
  }
  /// A finding that hardware would not notice.
  void failUnnoticed() {
    if (Env.FailOnEveryFinding)
      fail(CUDA_ERROR_LAUNCH_FAILED);
  }
  CUresult unsupported(const std::string &What) {
    Found.addUnsupported(What);
    return CUDA_ERROR_NOT_SUPPORTED;
  }
  /// A wrong argument that is worth a line in the report.
  CUresult invalid(std::string Message) {
    Found.add("invalid-argument", std::move(Message));
    return CUDA_ERROR_INVALID_VALUE;
  }

  // Memory.

  CUresult allocate(CUdeviceptr *Address, uint64_t Bytes, const char *Call);
  CUresult release(CUdeviceptr Address, const char *Call);
  /// Whether all bytes are pinned.
  bool isPinned(const void *At, uint64_t Bytes) const;
  /// "cuMemAlloc #3": the number counts calls of that name.
  std::string origin(const char *Call);

  // Streams (Queue.cpp).

  /// The stream of a handle, null without; the default streams included.
  Stream *find(CUstream Handle);
  std::shared_ptr<Stream> createStream(unsigned Flags, int Priority,
                                       std::string Origin);
  /// Enqueues, or adds a node while the stream is captured. Everything in
  /// `After` is done first.
  CUresult submit(Stream &S, Operation Op);
  void push(Stream &S, Operation Op, const Clock &After = {});
  /// What a wait for the stream waits for.
  Clock reached(const Stream &S) const;
  Clock everything() const;
  bool isDone(const Clock &At) const { return Completed.covers(At); }
  /// Runs operations until all of `At` is done; what the caller does later is
  /// ordered after it. Returns the sticky error.
  CUresult wait(const Clock &At);
  /// The same without ordering, for calls that wait as a side effect.
  void drain();
  /// Runs one operation if `At` is not done yet.
  CUresult query(const Clock &At);
  void destroy(Stream &S);
  /// The program's thread has seen that `At` is done.
  void noteOnHost(const Clock &At) { HostNow.join(At); }
  /// The clock that an operation pushed now would have.
  void admit(Stream &S);

  /// A launch queue has an end: past it, work runs.
  void limitPending();

  // Captures (GraphApi.cpp).

  CUresult addNode(Stream &S, Operation Op);
  /// The stream follows an event that was recorded in a capture.
  CUresult joinCapture(Stream &S, const Event &E);
  /// Calls that must not happen while a capture is in progress on this
  /// thread, or anywhere in global mode, end the capture.
  bool endsCapture();
  void endCapture(const std::shared_ptr<Capture> &C);

  // Reports.

  std::vector<Leak> live() const;
  void writeReport();

private:
  struct Order {
    uint64_t State;
    uint64_t next();
  };

  bool step();
  void run(Stream &S);
  void checkOrder(const Stream::Entry &E, const Stream &S,
                  std::vector<TouchedRange> Touched);
  void discardAll();
  bool hostWritesPending(const HostRange &R) const;

  std::vector<std::shared_ptr<Stream>> Work; ///< with queues, destroyed or not
  std::shared_ptr<Stream> Default;
  std::map<std::thread::id, std::shared_ptr<Stream>> PerThread;
  uint32_t StreamCount = 0;
  uint64_t IssueCount = 0;
  uint64_t Pending = 0;
  Clock Completed, HostNow;
  MemoryOrder Accesses;
  Order Random{1};
  std::condition_variable_any HostFunctionDone;
  std::map<std::string, uint64_t> Calls; ///< for origins
};

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

enum class Needs {
  Nothing,
  Initialised,
  Context, ///< current on this thread, without a sticky error
  Release, ///< the same, but done in spite of a sticky error, then returned
};

/// How often the only context is on the stack of this thread. A plain number,
/// because static objects call the driver when thread_local ones are gone.
unsigned &contextDepth();
/// Whether this thread is in a host function of a stream.
bool isInHostFunction();

/// Runs `Body`, which returns a CUresult, as an entry point. Exceptions of the
/// standard library end here.
template <typename Fn> CUresult enter(Needs What, Fn Body) noexcept {
  try {
    if (What != Needs::Nothing && isInHostFunction())
      return CUDA_ERROR_NOT_PERMITTED;
    Driver &D = Driver::get();
    std::lock_guard<std::mutex> Guard(D.Lock);
    if (What == Needs::Nothing)
      return Body(D);
    if (!D.Initialised)
      return CUDA_ERROR_NOT_INITIALIZED;
    if (What == Needs::Initialised)
      return Body(D);
    if (contextDepth() == 0)
      return CUDA_ERROR_INVALID_CONTEXT;
    if (D.Primary.Retained == 0)
      return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    if (D.Sticky != CUDA_SUCCESS && What == Needs::Context)
      return D.Sticky;
    CUresult Result = Body(D);
    return D.Sticky != CUDA_SUCCESS && What == Needs::Release ? D.Sticky
                                                              : Result;
  } catch (const std::bad_alloc &) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  } catch (const std::exception &) {
    return CUDA_ERROR_UNKNOWN;
  }
}

/// "0x7f0012340000".
std::string hexAddress(uint64_t Value);

} // namespace simgpu

#endif // SIMGPU_CUDA_DRIVER_H
