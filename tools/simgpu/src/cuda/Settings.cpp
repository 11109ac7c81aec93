//===- Settings.cpp - What environment variables select -------------------===//

#include "Settings.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

using namespace simgpu;

static const Architecture Architectures[] = {
    {"8.0", "Simulated GPU 8.0", 8, 0, 108, 164 << 10, 163 << 10, 40 << 20,
     uint64_t(80) << 30},
    {"9.0", "Simulated GPU 9.0", 9, 0, 132, 228 << 10, 227 << 10, 50 << 20,
     uint64_t(80) << 30},
    {"10.0", "Simulated GPU 10.0", 10, 0, 148, 228 << 10, 227 << 10, 126 << 20,
     uint64_t(180) << 30}};

static std::string variable(const char *Name) {
  const char *Value = std::getenv(Name);
  return Value ? Value : "";
}

static Error unexpected(const char *Name, const std::string &Value,
                        const char *Expected) {
  return Error::failure(std::string(Name) + ": found '" + Value +
                        "', expected " + Expected);
}

static bool parseNumber(const std::string &Text, uint64_t &Value,
                        std::string &Rest) {
  if (Text.empty() || Text[0] < '0' || Text[0] > '9')
    return false;
  errno = 0;
  char *End;
  Value = std::strtoull(Text.c_str(), &End, 10);
  Rest = End;
  return errno == 0;
}

static bool parseBytes(const std::string &Text, uint64_t &Bytes) {
  std::string Unit;
  if (!parseNumber(Text, Bytes, Unit))
    return false;
  unsigned Shift = Unit.empty()  ? 0
                   : Unit == "K" ? 10
                   : Unit == "M" ? 20
                   : Unit == "G" ? 30
                                 : 64;
  if (Shift == 64 || Bytes >> (64 - Shift - 1) > 1)
    return false;
  Bytes <<= Shift;
  return true;
}

Expected<Settings> Settings::fromEnvironment() {
  Settings S;
  S.Arch = &Architectures[1];
  if (std::string Arch = variable("H3_SIMGPU_ARCH"); !Arch.empty()) {
    S.Arch = nullptr;
    for (const Architecture &A : Architectures)
      if (Arch == A.Name)
        S.Arch = &A;
    if (!S.Arch)
      return unexpected("H3_SIMGPU_ARCH", Arch, "8.0, 9.0 or 10.0");
  }
  S.MemoryBytes = S.Arch->MemoryBytes;
  if (std::string Bytes = variable("H3_SIMGPU_MEMORY"); !Bytes.empty())
    if (!parseBytes(Bytes, S.MemoryBytes))
      return unexpected("H3_SIMGPU_MEMORY", Bytes,
                        "a number of bytes, or one with K, M or G");
  if (std::string Seed = variable("H3_SIMGPU_SEED"); !Seed.empty()) {
    std::string Rest;
    if (!parseNumber(Seed, S.Seed, Rest) || !Rest.empty())
      return unexpected("H3_SIMGPU_SEED", Seed, "a number");
  }
  S.ReportPath = variable("H3_SIMGPU_REPORT");
  S.PtxPath = variable("H3_SIMGPU_PTX");
  if (std::string On = variable("H3_SIMGPU_FINDINGS"); !On.empty()) {
    if (On != "fail" && On != "report")
      return unexpected("H3_SIMGPU_FINDINGS", On, "fail or report");
    S.FailOnEveryFinding = On == "fail";
  }
  if (std::string Check = variable("H3_SIMGPU_CHECKS"); !Check.empty()) {
    if (Check != "all" && Check != "bounds")
      return unexpected("H3_SIMGPU_CHECKS", Check, "all or bounds");
    if (Check == "bounds")
      S.Check = {false, false, false};
  }
  return S;
}
