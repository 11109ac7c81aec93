//===- Report.h - Everything that a run showed ------------------*- C++ -*-===//

#ifndef SIMGPU_CUDA_REPORT_H
#define SIMGPU_CUDA_REPORT_H

#include "Settings.h"
#include "simgpu/Device.h"

#include <map>
#include <string>
#include <vector>

namespace simgpu {

struct Finding {
  std::string Kind; ///< name() of a diagnostic, or "missing-dependency" ...
  std::string Message;
  std::string Kernel;      ///< empty when no kernel is at fault
  std::string Instruction; ///< likewise
  uint32_t Line = 0;       ///< of the PTX, likewise
  std::string Source;      ///< likewise, where the PTX has .loc
  uint64_t Count = 1;      ///< times that it was found
};

struct Leak {
  std::string Kind; ///< "device memory", "stream" ...
  std::string Origin;
  uint64_t Bytes;
};

/// Not synchronised; the driver's lock guards it.
class Report {
public:
  /// Equal findings are counted, not repeated.
  void add(Finding F);
  void add(const char *Kind, std::string Message) {
    add(Finding{Kind, std::move(Message), "", "", 0, "", 1});
  }
  void add(const Diagnostic &D);
  void addUnsupported(const std::string &Call) { ++Unsupported[Call]; }
  void addLaunch(const std::string &Kernel, const Counters &Count,
                 const std::vector<TouchedRange> &Touched);
  void addLibraryCall(const std::string &Call,
                      const std::vector<TouchedRange> &Touched);
  void addLeak(Leak L) { Leaks.push_back(std::move(L)); }

  uint64_t GraphLaunches = 0;
  uint64_t PeakBytes = 0; ///< of device memory

  uint64_t findings() const { return Findings.size(); }
  /// What still lives is listed after the leaks that are already known.
  std::string json(const Settings &S, const std::vector<Leak> &Live) const;
  /// For people; empty when there is nothing to tell.
  std::string text(const std::vector<Leak> &Live) const;

private:
  struct Launches {
    uint64_t Number = 0;
    Counters Count; ///< empty for calls of libraries
    /// Of device memory, each byte once for each launch.
    uint64_t BytesRead = 0, BytesWritten = 0;

    void add(const std::vector<TouchedRange> &Touched);
    /// The members but Count; `Noun` is what Number counts.
    std::string json(const char *Noun) const;
  };

  std::vector<Finding> Findings;
  std::vector<Leak> Leaks;
  std::map<std::string, uint64_t> Unsupported;
  std::map<std::string, Launches> Kernels, LibraryCalls;
};

} // namespace simgpu

#endif // SIMGPU_CUDA_REPORT_H
