//===- CpuTarget.cpp - A CPU to generate code for -------------------------===//

#include "h3/Target/CPU.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"

using namespace llvm;
using namespace h3;

/// The features of the machine that this runs on. Its name alone says too much:
/// a virtual machine may hide instructions of its processor.
static std::string getHostFeatures() {
  SubtargetFeatures features;
  for (const auto &feature : sys::getHostCPUFeatures())
    features.AddFeature(feature.first(), feature.second);
  return features.getString();
}

static Expected<const Target *> findTarget(const Triple &triple) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  std::string message;
  if (const Target *target = TargetRegistry::lookupTarget(triple, message))
    return target;
  return createStringError("no code generator for " + triple.str() + ": " +
                           message);
}

Error h3::checkCpuName(StringRef name) {
  Triple triple(sys::getDefaultTargetTriple());
  Expected<const Target *> target = findTarget(triple);
  if (!target)
    return target.takeError();
  std::unique_ptr<MCSubtargetInfo> known(
      (*target)->createMCSubtargetInfo(triple, "", ""));
  if (name == "native" || known->isCPUStringValid(name))
    return Error::success();
  return createStringError("LLVM knows no " + triple.getArchName() + " CPU '" +
                           name +
                           "'; expected native, x86-64-v3, x86-64-v4 or a "
                           "name that 'llc-22 -mcpu=help' lists");
}

/// Those that take vdpbf16ps apart: it adds 32 products in the time of four
/// fused multiply-adds of 16, so that widening is faster (measured on an
/// Emerald Rapids; `PROGRAM bench` measures both).
static bool hasSlowBf16Dots(StringRef cpu) {
  return cpu == "sapphirerapids" || cpu == "emeraldrapids" ||
         cpu == "graniterapids" || cpu == "graniterapids-d";
}

Expected<CpuTarget> CpuTarget::create(StringRef name) {
  if (Error failure = checkCpuName(name))
    return failure;
  Triple triple(sys::getDefaultTargetTriple());
  Expected<const Target *> target = findTarget(triple);
  if (!target)
    return target.takeError();
  bool isNative = name == "native";
  CpuTarget result;
  result.cpu = isNative ? sys::getHostCPUName().str() : name.str();
  std::string features = isNative ? getHostFeatures() : "";
  TargetOptions options;
  // A multiply-add is one instruction exactly where the kernels say so.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  result.machine.reset((*target)->createTargetMachine(
      triple, result.cpu, features, options, Reloc::PIC_, std::nullopt,
      CodeGenOptLevel::Aggressive));
  const MCSubtargetInfo &subtarget = *result.machine->getMCSubtargetInfo();
  auto has = [&](StringRef feature) {
    return subtarget.checkFeatures(("+" + feature).str());
  };
  bool isWide = triple.isX86() && has("avx512f");
  if (triple.isX86() && !(has("fma") && has("avx2")))
    return createStringError("--mcpu: '" + result.cpu +
                             "' has no AVX2 with fused multiply-add, which the "
                             "kernels are made of; expected "
                             "x86-64-v3 or newer");
  if (isWide ? has("avx512bw") : has("avx2"))
    result.dots.push_back("i16");
  if (has(isWide ? "avx512vnni" : "avxvnni"))
    result.dots.push_back("i8");
  if (isWide && has("avx512bf16") && !hasSlowBf16Dots(result.cpu))
    result.dots.push_back("bf16");
  result.lanes = isWide ? 16 : triple.isX86() ? 8 : 4;
  result.tileRows = isWide ? 14 : triple.isX86() ? 6 : 14;
  return result;
}
