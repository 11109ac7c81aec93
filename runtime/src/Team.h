//===- Team.h - Threads that execute a step together ------------*- C++ -*-===//
//
// An SPMD team: a region runs on every thread at once, the caller being thread
// 0. Waiting threads spin for a bounded time, because regions and barriers are
// microseconds apart, and then sleep in the kernel, because the machine may
// have fewer free cores than the team has threads.
//
//===----------------------------------------------------------------------===//

#ifndef H3RT_TEAM_H
#define H3RT_TEAM_H

#include "Error.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace h3 {

/// A counter that threads wait on. Every advance wakes all waiters.
class EventCount {
public:
  uint32_t value() const { return Count.load(std::memory_order_acquire); }
  void advance();
  /// Returns once the value differs from `Seen`.
  void waitPast(uint32_t Seen, unsigned SpinLimit);

private:
  alignas(64) std::atomic<uint32_t> Count{0};
  std::atomic<uint32_t> Sleepers{0};
};

} // namespace h3

/// The part of a team that compiled code sees: a generation barrier.
struct H3Team {
  explicit H3Team(uint32_t Threads);
  void wait();

  const uint32_t Threads;
  /// Polls before a waiter sleeps.
  const unsigned SpinLimit;

private:
  alignas(64) std::atomic<uint32_t> Arrived{0};
  h3::EventCount Generation;
};

namespace h3 {

/// Cores that the process may run on, at least 1.
unsigned allowedCores();

class Team {
public:
  /// `Threads` is at least 1; 0 asks for the allowed cores.
  static Expected<std::unique_ptr<Team>> create(unsigned Threads);
  ~Team();

  unsigned threads() const { return Shared.Threads; }
  H3Team *handle() { return &Shared; }

  /// Executes `Fn(thread)` once on every thread and returns when all are done.
  /// What one region wrote, the caller and the next region see. Not reentrant.
  void run(const std::function<void(int64_t)> &Fn);

private:
  explicit Team(unsigned Threads) : Shared(Threads) {}
  void work(int64_t Thread);

  H3Team Shared;
  EventCount Region;
  const std::function<void(int64_t)> *Body = nullptr; ///< null: time to leave
  std::vector<std::thread> Workers;
};

} // namespace h3

#endif // H3RT_TEAM_H
