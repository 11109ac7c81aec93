//===- Module.h - A parsed PTX module ---------------------------*- C++ -*-===//
//
// PTX text becomes a compact program once; every launch runs that program. A
// module holds no device state, so one module can be loaded into any number of
// devices and be run by any number of host threads.
//
//===----------------------------------------------------------------------===//

#ifndef SIMGPU_MODULE_H
#define SIMGPU_MODULE_H

#include "simgpu/Error.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simgpu {

struct Program; // the compact form, private to the library

/// One kernel parameter. A launch passes all of them as one block of bytes.
struct ParameterInfo {
  std::string Name;
  uint32_t Offset; ///< bytes from the start of the block
  uint32_t Bytes;
  uint32_t Align; ///< bytes
};

/// What the text says about one kernel.
struct KernelInfo {
  std::string Name;
  std::vector<ParameterInfo> Parameters;
  uint32_t ParameterBytes = 0;  ///< size of the block of parameters
  uint32_t MaxThreads[3] = {};  ///< .maxntid; zeros when absent
  uint32_t NeedThreads[3] = {}; ///< .reqntid; zeros when absent
  uint32_t SharedBytes = 0;     ///< static shared memory of one block
  uint32_t LocalBytes = 0;      ///< local memory of one thread
  uint32_t Line = 0;            ///< line of the .entry directive
};

/// One variable of module scope that has an address in device memory.
struct VariableInfo {
  std::string Name;
  uint64_t Bytes;
  bool Constant; ///< lives in .const
};

class Module {
public:
  /// Parses `Text`; `Name` is how messages call the file. Fails, naming the
  /// line, on anything that the simulated GPU does not implement.
  static Expected<std::shared_ptr<const Module>> parse(std::string Name,
                                                       std::string_view Text);
  ~Module();

  const std::string &name() const;
  /// The number in .target sm_NN, letters dropped.
  uint32_t target() const;
  const std::vector<KernelInfo> &kernels() const;
  /// Null when the module has no such kernel.
  const KernelInfo *findKernel(std::string_view Name) const;
  const std::vector<VariableInfo> &variables() const;

  const Program &program() const { return *Compact; }

private:
  Module();

  std::unique_ptr<Program> Compact;
};

} // namespace simgpu

#endif // SIMGPU_MODULE_H
