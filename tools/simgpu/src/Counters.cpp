//===- Counters.cpp - What a launch did, counted --------------------------===//

#include "simgpu/Counters.h"

#include <algorithm>

using namespace simgpu;

const char *simgpu::name(InstructionClass Class) {
  static const char *const Names[NumInstructionClasses] = {
      "integer",    "float32", "float64",     "float16", "convert", "move",
      "compare",    "special", "tensor",      "load",    "store",   "atomic",
      "async-copy", "warp",    "synchronise", "control"};
  return Names[static_cast<unsigned>(Class)];
}

static void add(GlobalTraffic &To, const GlobalTraffic &From) {
  To.Requests += From.Requests;
  To.Bytes += From.Bytes;
  To.Sectors += From.Sectors;
  To.IdealSectors += From.IdealSectors;
}

static void add(SharedTraffic &To, const SharedTraffic &From) {
  To.Requests += From.Requests;
  To.Bytes += From.Bytes;
  To.Wavefronts += From.Wavefronts;
  To.IdealWavefronts += From.IdealWavefronts;
}

void Counters::add(const Counters &Other) {
  Blocks += Other.Blocks;
  Threads += Other.Threads;
  WarpInstructions += Other.WarpInstructions;
  ThreadInstructions += Other.ThreadInstructions;
  for (unsigned I = 0; I < NumInstructionClasses; ++I)
    Classes[I] += Other.Classes[I];
  DivergentBranches += Other.DivergentBranches;
  Barriers += Other.Barriers;
  ::add(GlobalLoads, Other.GlobalLoads);
  ::add(GlobalStores, Other.GlobalStores);
  ::add(GlobalAtomics, Other.GlobalAtomics);
  ::add(SharedLoads, Other.SharedLoads);
  ::add(SharedStores, Other.SharedStores);
  ::add(SharedAtomics, Other.SharedAtomics);
  LocalBytes += Other.LocalBytes;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

namespace {
struct Field {
  const char *Name; ///< in JSON
  const char *Head; ///< in tables; null to leave it out
  uint64_t Value;
};
} // namespace

static std::vector<Field> fields(const Counters &C) {
  return {
      {"blocks", "blocks", C.Blocks},
      {"threads", nullptr, C.Threads},
      {"warp_instructions", "warp instr", C.WarpInstructions},
      {"thread_instructions", "thread instr", C.ThreadInstructions},
      {"divergent_branches", "divergent", C.DivergentBranches},
      {"barriers", "barriers", C.Barriers},
      {"global_load_requests", nullptr, C.GlobalLoads.Requests},
      {"global_load_bytes", "load bytes", C.GlobalLoads.Bytes},
      {"global_load_sectors", "sectors", C.GlobalLoads.Sectors},
      {"global_load_ideal_sectors", "ideal", C.GlobalLoads.IdealSectors},
      {"global_store_requests", nullptr, C.GlobalStores.Requests},
      {"global_store_bytes", "store bytes", C.GlobalStores.Bytes},
      {"global_store_sectors", "sectors", C.GlobalStores.Sectors},
      {"global_store_ideal_sectors", "ideal", C.GlobalStores.IdealSectors},
      {"global_atomic_requests", nullptr, C.GlobalAtomics.Requests},
      {"global_atomic_bytes", nullptr, C.GlobalAtomics.Bytes},
      {"global_atomic_sectors", nullptr, C.GlobalAtomics.Sectors},
      {"global_atomic_ideal_sectors", nullptr, C.GlobalAtomics.IdealSectors},
      {"shared_load_requests", nullptr, C.SharedLoads.Requests},
      {"shared_load_bytes", nullptr, C.SharedLoads.Bytes},
      {"shared_load_wavefronts", "sh ld waves", C.SharedLoads.Wavefronts},
      {"shared_load_ideal_wavefronts", "ideal", C.SharedLoads.IdealWavefronts},
      {"shared_store_requests", nullptr, C.SharedStores.Requests},
      {"shared_store_bytes", nullptr, C.SharedStores.Bytes},
      {"shared_store_wavefronts", "sh st waves", C.SharedStores.Wavefronts},
      {"shared_store_ideal_wavefronts", "ideal",
       C.SharedStores.IdealWavefronts},
      {"shared_atomic_requests", nullptr, C.SharedAtomics.Requests},
      {"shared_atomic_bytes", nullptr, C.SharedAtomics.Bytes},
      {"shared_atomic_wavefronts", nullptr, C.SharedAtomics.Wavefronts},
      {"shared_atomic_ideal_wavefronts", nullptr,
       C.SharedAtomics.IdealWavefronts},
      {"local_bytes", nullptr, C.LocalBytes},
  };
}

std::string Counters::json() const {
  std::string Text = "{";
  for (const Field &F : fields(*this))
    Text +=
        "\"" + std::string(F.Name) + "\": " + std::to_string(F.Value) + ", ";
  Text += "\"warp_instructions_by_class\": {";
  for (unsigned I = 0; I < NumInstructionClasses; ++I)
    Text += std::string(I ? ", " : "") + "\"" +
            name(static_cast<InstructionClass>(I)) +
            "\": " + std::to_string(Classes[I]);
  return Text + "}}";
}

std::string
simgpu::table(const std::vector<std::pair<std::string, Counters>> &Rows) {
  std::vector<std::vector<std::string>> Cells = {{"kernel"}};
  for (const Field &F : fields(Counters()))
    if (F.Head)
      Cells[0].push_back(F.Head);
  for (auto &[Name, C] : Rows) {
    Cells.push_back({Name});
    for (const Field &F : fields(C))
      if (F.Head)
        Cells.back().push_back(std::to_string(F.Value));
  }
  std::vector<size_t> Widths(Cells[0].size());
  for (const auto &Row : Cells)
    for (size_t I = 0; I < Row.size(); ++I)
      Widths[I] = std::max(Widths[I], Row[I].size());
  std::string Text;
  for (const auto &Row : Cells) {
    for (size_t I = 0; I < Row.size(); ++I) {
      std::string Pad(Widths[I] - Row[I].size(), ' ');
      Text += I == 0 ? Row[I] + Pad : "  " + Pad + Row[I];
    }
    Text += "\n";
  }
  return Text;
}
