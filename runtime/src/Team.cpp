//===- Team.cpp - Threads that execute a step together --------------------===//

#include "Team.h"

#include <algorithm>
#include <climits>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

using namespace h3;

/// About 100 us of polling: longer than any gap inside a step, much shorter
/// than a scheduler's time slice.
static constexpr unsigned SpinsWhenAlone = 4000;
/// With more threads than cores, a waiter holds up the thread it waits for.
static constexpr unsigned SpinsWhenCrowded = 16;

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t),
              "the kernel waits on the counter itself");

static void futex(std::atomic<uint32_t> &Word, int Operation, uint32_t Value) {
  // A failed wait (the value has changed, a signal came) only means another
  // look at the counter.
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&Word), Operation, Value,
          nullptr, nullptr, 0);
}

static inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

//===----------------------------------------------------------------------===//
// EventCount
//===----------------------------------------------------------------------===//

void EventCount::advance() {
  // Sequentially consistent against the sleeper's announcement: either the
  // sleeper sees the new count, or we see the sleeper.
  Count.fetch_add(1, std::memory_order_seq_cst);
  if (Sleepers.load(std::memory_order_seq_cst) != 0)
    futex(Count, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void EventCount::waitPast(uint32_t Seen, unsigned SpinLimit) {
  for (unsigned Spin = 0; Spin < SpinLimit; ++Spin) {
    if (value() != Seen)
      return;
    relax();
  }
  Sleepers.fetch_add(1, std::memory_order_seq_cst);
  while (Count.load(std::memory_order_seq_cst) == Seen)
    futex(Count, FUTEX_WAIT_PRIVATE, Seen);
  Sleepers.fetch_sub(1, std::memory_order_relaxed);
}

//===----------------------------------------------------------------------===//
// Barrier
//===----------------------------------------------------------------------===//

H3Team::H3Team(uint32_t Threads)
    : Threads(Threads),
      SpinLimit(Threads <= allowedCores() ? SpinsWhenAlone : SpinsWhenCrowded) {
}

void H3Team::wait() {
  if (Threads == 1)
    return;
  // Read before arriving: the generation cannot end without this thread.
  uint32_t Seen = Generation.value();
  if (Arrived.fetch_add(1, std::memory_order_acq_rel) + 1 < Threads) {
    Generation.waitPast(Seen, SpinLimit);
    return;
  }
  Arrived.store(0, std::memory_order_relaxed);
  Generation.advance();
}

void h3rt_barrier(H3Team *Team) { Team->wait(); }

//===----------------------------------------------------------------------===//
// Team
//===----------------------------------------------------------------------===//

unsigned h3::allowedCores() {
  // A fixed cpu_set_t ends at 1024 cores; on a larger machine the call fails
  // and the standard library's count stands in.
  cpu_set_t Set;
  if (sched_getaffinity(0, sizeof(Set), &Set) == 0 && CPU_COUNT(&Set) > 0)
    return CPU_COUNT(&Set);
  return std::max(1u, std::thread::hardware_concurrency());
}

Expected<std::unique_ptr<Team>> Team::create(unsigned Threads) {
  if (Threads == 0)
    Threads = allowedCores();
  std::unique_ptr<Team> Result(new Team(Threads));
  Result->Workers.reserve(Threads - 1);
  try {
    for (unsigned Thread = 1; Thread < Threads; ++Thread)
      Result->Workers.emplace_back(&Team::work, Result.get(), Thread);
  } catch (const std::system_error &Failure) {
    return Error::resources("cannot start " + std::to_string(Threads) +
                            " threads, only " +
                            std::to_string(Result->Workers.size() + 1) + ": " +
                            Failure.what() + "; ask for fewer threads");
  }
  return Result;
}

Team::~Team() {
  Body = nullptr;
  Region.advance();
  for (std::thread &Worker : Workers)
    Worker.join();
}

void Team::run(const std::function<void(int64_t)> &Fn) {
  Body = &Fn;
  Region.advance();
  Fn(0);
  Shared.wait();
}

void Team::work(int64_t Thread) {
  for (uint32_t Seen = 0;; ++Seen) {
    Region.waitPast(Seen, Shared.SpinLimit);
    if (!Body)
      return;
    (*Body)(Thread);
    Shared.wait();
  }
}
