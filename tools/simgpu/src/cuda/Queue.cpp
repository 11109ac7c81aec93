//===- Queue.cpp - Streams, and what runs next ----------------------------===//

#include "Driver.h"

#include <algorithm>
#include <cstring>

using namespace simgpu;

static constexpr uint64_t MostPending = 1024;

static thread_local bool InHostFunction = false;

bool simgpu::isInHostFunction() { return InHostFunction; }

// SplitMix64 (Steele et al. 2014).
uint64_t Driver::Order::next() {
  uint64_t Z = State += 0x9e3779b97f4a7c15u;
  Z = (Z ^ Z >> 30) * 0xbf58476d1ce4e5b9u;
  Z = (Z ^ Z >> 27) * 0x94d049bb133111ebu;
  return Z ^ Z >> 31;
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

std::shared_ptr<Stream> Driver::createStream(unsigned Flags, int Priority,
                                             std::string Origin) {
  auto S = std::make_shared<Stream>();
  S->Id = StreamCount++;
  S->Blocking = !(Flags & CU_STREAM_NON_BLOCKING);
  S->Flags = Flags;
  S->Priority = Priority;
  S->Origin = std::move(Origin);
  Work.push_back(S);
  return S;
}

Stream *Driver::find(CUstream Handle) {
  auto Number = reinterpret_cast<uintptr_t>(Handle);
  if (Number == 0 || Number == LegacyStream) {
    if (!Default) {
      Default = createStream(CU_STREAM_DEFAULT, 0, "the default stream");
      Default->Legacy = true;
    }
    return Default.get();
  }
  if (Number == PerThreadStream) {
    auto &S = PerThread[std::this_thread::get_id()];
    if (!S)
      S = createStream(CU_STREAM_DEFAULT, 0, "the thread's default stream");
    return S.get();
  }
  return Streams.find(Handle).get();
}

void Driver::destroy(Stream &S) {
  S.Destroyed = true;
  if (S.Capturing)
    S.Capturing->Invalid = true;
  if (S.Queue.empty() && !S.Busy)
    Work.erase(std::find_if(Work.begin(), Work.end(),
                            [&](auto &W) { return W.get() == &S; }));
}

//===----------------------------------------------------------------------===//
// Enqueueing
//===----------------------------------------------------------------------===//

void Driver::admit(Stream &S) {
  S.Now.join(HostNow);
  if (S.Legacy) {
    for (auto &Other : Work)
      if (Other->Blocking)
        S.Now.join(Other->Now);
  } else if (S.Blocking && Default)
    S.Now.join(Default->Now);
}

static uint64_t hash(const HostRange &R) {
  const auto *At = static_cast<const uint8_t *>(R.At);
  uint64_t Result = R.Bytes;
  for (uint64_t I = 0; I < R.Bytes; I += 8) {
    uint64_t Word = 0;
    std::memcpy(&Word, At + I, std::min<uint64_t>(8, R.Bytes - I));
    Result = (Result ^ Word) * 0x9e3779b97f4a7c15u;
    Result ^= Result >> 29;
  }
  return Result;
}

static bool overlaps(const HostRange &A, const HostRange &B) {
  auto Begin = [](const HostRange &R) {
    return reinterpret_cast<uintptr_t>(R.At);
  };
  return Begin(A) < Begin(B) + B.Bytes && Begin(B) < Begin(A) + A.Bytes;
}

bool Driver::hostWritesPending(const HostRange &R) const {
  for (auto &S : Work) {
    if (S->Busy)
      return true;
    for (const Stream::Entry &E : S->Queue)
      if (E.What.OnHost || overlaps(E.What.Target, R))
        return true;
  }
  return false;
}

CUresult Driver::submit(Stream &S, Operation Op) {
  if (S.Capturing)
    return addNode(S, std::move(Op));
  // Work for the default stream would be ordered against a stream that is
  // being captured.
  for (auto &C : Captures)
    if (S.Legacy && C->Members[0]->Blocking &&
        C->Mode != CU_STREAM_CAPTURE_MODE_RELAXED) {
      C->Invalid = true;
      return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
  push(S, std::move(Op));
  limitPending();
  return CUDA_SUCCESS;
}

void Driver::limitPending() {
  while (Pending > MostPending && step())
    ;
}

void Driver::push(Stream &S, Operation Op, const Clock &After) {
  admit(S);
  S.Now.join(After);
  S.Now.set(S.Id, ++S.Issued);
  Stream::Entry E;
  if (Op.Source.Bytes && isPinned(Op.Source.At, Op.Source.Bytes) &&
      !hostWritesPending(Op.Source)) {
    E.CheckSource = true;
    E.SourceHash = hash(Op.Source);
  }
  E.What = std::move(Op);
  E.At = S.Now;
  E.Number = S.Issued;
  E.Issue = ++IssueCount;
  S.Queue.push_back(std::move(E));
  ++Pending;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

static std::string nameOf(const AccessPoint &P) {
  return "`" + *P.What + "` on stream " + std::to_string(P.Stream);
}

void Driver::checkOrder(const Stream::Entry &E, const Stream &S,
                        std::vector<TouchedRange> Touched) {
  if (Touched.empty() || !Env.Check.Races)
    return;
  AccessPoint Who{S.Id, E.Number,
                  std::make_shared<const std::string>(E.What.What)};
  for (const Conflict &C : Accesses.record(Touched, Who, E.At)) {
    auto Where = Gpu->find(C.Address);
    std::string Place = std::to_string(C.Bytes) + " bytes";
    if (Where)
      Place += " at byte " + std::to_string(C.Address - Where->Address) +
               " of the " + std::to_string(Where->Bytes) + " from " +
               Where->Origin;
    Found.add("missing-dependency",
              nameOf(Who) + (C.LaterWrites ? " writes " : " reads ") + Place +
                  ", which " + nameOf(C.Earlier) +
                  (C.EarlierWrote ? " writes" : " reads") +
                  "; expected an event or a synchronisation that orders them");
    failUnnoticed();
  }
}

void Driver::run(Stream &S) {
  Stream::Entry E = std::move(S.Queue.front());
  S.Queue.pop_front();
  --Pending;
  if (E.CheckSource && hash(E.What.Source) != E.SourceHash) {
    Found.add("pinned-memory-reused",
              "`" + E.What.What +
                  "`: the program changed its pinned source before the copy "
                  "was done; expected a wait for the stream or an event "
                  "before that");
    failUnnoticed();
  }
  if (E.What.OnHost) {
    S.Busy = true;
    Lock.unlock();
    InHostFunction = true;
    E.What.OnHost();
    InHostFunction = false;
    Lock.lock();
    S.Busy = false;
    HostFunctionDone.notify_all();
  }
  if (E.What.Run && Sticky == CUDA_SUCCESS)
    checkOrder(E, S, E.What.Run(*this));
  if (E.What.Then)
    E.What.Then(*this);
  Completed.set(S.Id, E.Number);
}

bool Driver::step() {
  if (Sticky != CUDA_SUCCESS)
    discardAll();
  std::vector<std::shared_ptr<Stream>> Ready;
  bool Busy = false;
  for (auto &S : Work) {
    Busy |= S->Busy;
    if (S->Busy || S->Queue.empty())
      continue;
    Clock Before = S->Queue.front().At;
    Before.set(S->Id, S->Queue.front().Number - 1);
    if (Completed.covers(Before))
      Ready.push_back(S);
  }
  if (Ready.empty()) {
    if (Busy)
      HostFunctionDone.wait(Lock);
    return Busy;
  }
  std::shared_ptr<Stream> Next = Ready[0];
  if (Env.Seed == 0) {
    for (auto &S : Ready)
      if (S->Queue.front().Issue < Next->Queue.front().Issue)
        Next = S;
  } else
    Next = Ready[Random.next() % Ready.size()];
  run(*Next);
  if (Next->Destroyed && Next->Queue.empty())
    destroy(*Next);
  return true;
}

void Driver::discardAll() {
  for (auto &S : Work) {
    if (S->Queue.empty())
      continue;
    Completed.set(S->Id, S->Queue.back().Number);
    S->Queue.clear();
  }
  Pending = 0;
}

//===----------------------------------------------------------------------===//
// Waiting
//===----------------------------------------------------------------------===//

Clock Driver::reached(const Stream &S) const {
  Clock At = S.Now;
  if (S.Legacy)
    for (auto &Other : Work)
      if (Other->Blocking)
        At.join(Other->Now);
  return At;
}

Clock Driver::everything() const {
  Clock At;
  for (auto &S : Work)
    At.join(S->Now);
  return At;
}

CUresult Driver::wait(const Clock &At) {
  while (!isDone(At) && step())
    ;
  noteOnHost(At);
  return Sticky;
}

void Driver::drain() {
  Clock At = everything();
  while (!isDone(At) && step())
    ;
}

CUresult Driver::query(const Clock &At) {
  if (!isDone(At))
    step();
  if (Sticky != CUDA_SUCCESS)
    return Sticky;
  if (!isDone(At))
    return CUDA_ERROR_NOT_READY;
  noteOnHost(At);
  return CUDA_SUCCESS;
}
