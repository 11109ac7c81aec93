//===- Report.cpp - Everything that a run showed --------------------------===//

#include "Report.h"

#include <cstdio>

using namespace simgpu;

/// More different findings than this are dropped.
static constexpr size_t MaxFindings = 1000;

void Report::add(Finding F) {
  for (Finding &Old : Findings) {
    bool SameLine = F.Line != 0 && Old.Line == F.Line;
    if (Old.Kind == F.Kind && Old.Kernel == F.Kernel &&
        (SameLine || Old.Message == F.Message)) {
      Old.Count += F.Count;
      return;
    }
  }
  if (Findings.size() < MaxFindings)
    Findings.push_back(std::move(F));
}

void Report::add(const Diagnostic &D) {
  add(Finding{name(D.Kind), D.str(), D.Kernel, D.Instruction, D.Line, D.Source,
              D.Count});
}

void Report::Launches::add(const std::vector<TouchedRange> &Touched) {
  ++Number;
  for (const TouchedRange &R : Touched)
    (R.Written ? BytesWritten : BytesRead) += R.Bytes;
}

void Report::addLaunch(const std::string &Kernel, const Counters &Count,
                       const std::vector<TouchedRange> &Touched) {
  Launches &L = Kernels[Kernel];
  L.add(Touched);
  L.Count.add(Count);
}

void Report::addLibraryCall(const std::string &Call,
                            const std::vector<TouchedRange> &Touched) {
  LibraryCalls[Call].add(Touched);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static std::string quoted(const std::string &Text) {
  std::string Result = "\"";
  for (char C : Text) {
    if (C == '"' || C == '\\')
      Result += '\\';
    if (static_cast<unsigned char>(C) >= 0x20) {
      Result += C;
      continue;
    }
    char Escape[8];
    std::snprintf(Escape, sizeof(Escape), "\\u%04x", C);
    Result += Escape;
  }
  return Result + "\"";
}

/// `Items` as a list, one item a line.
static std::string list(const std::vector<std::string> &Items) {
  std::string Result = "[";
  for (size_t I = 0; I < Items.size(); ++I)
    Result += (I ? ",\n    " : "\n    ") + Items[I];
  return Result + (Items.empty() ? "]" : "\n  ]");
}

std::string Report::Launches::json(const char *Noun) const {
  return quoted(Noun) + ": " + std::to_string(Number) +
         ", \"bytes_read\": " + std::to_string(BytesRead) +
         ", \"bytes_written\": " + std::to_string(BytesWritten);
}

static std::string calls(const std::map<std::string, uint64_t> &Counts) {
  std::vector<std::string> Items;
  for (auto &[Name, Count] : Counts)
    Items.push_back("{\"name\": " + quoted(Name) +
                    ", \"calls\": " + std::to_string(Count) + "}");
  return list(Items);
}

std::string Report::json(const Settings &S,
                         const std::vector<Leak> &Live) const {
  std::vector<std::string> FindingItems, LeakItems, KernelItems, CallItems;
  for (const Finding &F : Findings) {
    std::string Item =
        "{\"kind\": " + quoted(F.Kind) + ", \"message\": " + quoted(F.Message);
    if (!F.Kernel.empty())
      Item += ", \"kernel\": " + quoted(F.Kernel) +
              ", \"line\": " + std::to_string(F.Line) +
              ", \"instruction\": " + quoted(F.Instruction) +
              ", \"source\": " + quoted(F.Source);
    FindingItems.push_back(Item + ", \"count\": " + std::to_string(F.Count) +
                           "}");
  }
  for (const auto *Some : {&Leaks, &Live})
    for (const Leak &L : *Some)
      LeakItems.push_back("{\"kind\": " + quoted(L.Kind) +
                          ", \"origin\": " + quoted(L.Origin) +
                          ", \"bytes\": " + std::to_string(L.Bytes) + "}");
  uint64_t Number = 0;
  for (auto &[Name, L] : Kernels) {
    Number += L.Number;
    KernelItems.push_back("{\"name\": " + quoted(Name) + ", " +
                          L.json("launches") +
                          ", \"counters\": " + L.Count.json() + "}");
  }
  for (auto &[Name, L] : LibraryCalls)
    CallItems.push_back("{\"name\": " + quoted(Name) + ", " + L.json("calls") +
                        "}");
  return "{\n  \"device\": " + quoted(S.Arch->Product) +
         ",\n  \"memory_bytes\": " + std::to_string(S.MemoryBytes) +
         ",\n  \"seed\": " + std::to_string(S.Seed) +
         ",\n  \"findings\": " + list(FindingItems) +
         ",\n  \"leaks\": " + list(LeakItems) +
         ",\n  \"unsupported_calls\": " + calls(Unsupported) +
         ",\n  \"peak_bytes\": " + std::to_string(PeakBytes) +
         ",\n  \"launches\": " + std::to_string(Number) +
         ",\n  \"graph_launches\": " + std::to_string(GraphLaunches) +
         ",\n  \"library_calls\": " + list(CallItems) +
         ",\n  \"kernels\": " + list(KernelItems) + "\n}\n";
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

std::string Report::text(const std::vector<Leak> &Live) const {
  std::string Result;
  auto line = [&](const std::string &Text) {
    Result += "simgpu: " + Text + "\n";
  };
  for (const Finding &F : Findings) {
    // A diagnostic says its kind itself.
    std::string Text = F.Kernel.empty() ? F.Kind + ": " + F.Message : F.Message;
    line(F.Count > 1 && F.Kernel.empty()
             ? Text + " (" + std::to_string(F.Count) + " times)"
             : Text);
  }
  for (const auto *Some : {&Leaks, &Live})
    for (const Leak &L : *Some)
      line("leak: " + L.Kind + " from " + L.Origin +
           (L.Bytes ? ", " + std::to_string(L.Bytes) + " bytes" : ""));
  // Some libraries look up everything there is.
  constexpr size_t MostLines = 20;
  size_t Lines = 0;
  for (auto &[Name, Count] : Unsupported) {
    if (++Lines > MostLines)
      break;
    line("not simulated: " + Name + ", called or looked up " +
         std::to_string(Count) + " times");
  }
  if (Lines > MostLines)
    line("not simulated: " + std::to_string(Unsupported.size() - MostLines) +
         " more, which the report names");
  return Result;
}
