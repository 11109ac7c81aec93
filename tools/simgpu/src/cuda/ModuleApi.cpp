//===- ModuleApi.cpp - Modules, libraries and functions -------------------===//

#include "Driver.h"
#include "Images.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

using namespace simgpu;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

static CUresult refuse(Driver &D, const char *Call, ImageProblem Problem) {
  D.Found.add("invalid-image", std::string(Call) + ": " + Problem.Message);
  return Problem.Code;
}

/// The text of a file that stands for the PTX of an image.
static std::string readPtx(const std::string &Path, ImageProblem &Problem) {
  std::ifstream File(Path, std::ios::binary);
  std::string Text((std::istreambuf_iterator<char>(File)), {});
  if (!File || Text.empty())
    Problem = {CUDA_ERROR_FILE_NOT_FOUND, "H3_SIMGPU_PTX: found no text in '" +
                                              Path +
                                              "'; expected a file with PTX"};
  return Text;
}

static CUresult loadImage(Driver &D, Image **Handle, const void *Data,
                          const char *Call, bool IsLibrary) {
  if (!Handle || !Data)
    return CUDA_ERROR_INVALID_VALUE;
  auto Target = unsigned(D.Env.Arch->Major * 10 + D.Env.Arch->Minor);
  ImageProblem Problem;
  std::string Ptx = D.Env.PtxPath.empty() ? findPtx(Data, Target, Problem)
                                          : readPtx(D.Env.PtxPath, Problem);
  if (Problem.Code != CUDA_SUCCESS)
    return refuse(D, Call, std::move(Problem));
  std::string Origin = D.origin(Call);
  auto Parsed = Module::parse(Origin, Ptx);
  if (!Parsed)
    return refuse(D, Call, {CUDA_ERROR_INVALID_PTX, Parsed.message()});
  if ((*Parsed)->target() > Target)
    return refuse(D, Call,
                  {CUDA_ERROR_INVALID_PTX,
                   "PTX for sm_" + std::to_string((*Parsed)->target()) +
                       ", expected sm_" + std::to_string(Target) +
                       " or older"});
  auto Loaded = D.Gpu->load(*Parsed);
  if (!Loaded)
    return CUDA_ERROR_OUT_OF_MEMORY;
  auto New = std::make_shared<Image>();
  New->Loaded = std::move(*Loaded);
  New->IsLibrary = IsLibrary;
  New->Origin = std::move(Origin);
  for (const KernelInfo &K : (*Parsed)->kernels()) {
    auto F = std::make_unique<Function>();
    F->Owner = New.get();
    F->Info = &K;
    D.Functions.insert(F.get());
    New->Functions[K.Name] = std::move(F);
  }
  *Handle = D.Images.add(std::move(New));
  return CUDA_SUCCESS;
}

CUresult simgpu::cuModuleLoadData(CUmodule *Module, const void *Image) {
  return enter(Needs::Context, [&](Driver &D) {
    return loadImage(D, Module, Image, "cuModuleLoadData", false);
  });
}

/// The log buffers among the options stay empty: their sizes are set to zero.
CUresult simgpu::cuModuleLoadDataEx(CUmodule *Module, const void *Image,
                                    unsigned Options, int *Names,
                                    void **Values) {
  constexpr int InfoLogBytes = 4, ErrorLog = 5, ErrorLogBytes = 6;
  char *Log = nullptr;
  size_t LogBytes = 0;
  for (unsigned I = 0; I < Options; ++I) {
    auto Value = reinterpret_cast<uintptr_t>(Values[I]);
    if (Names[I] == InfoLogBytes)
      Values[I] = nullptr;
    else if (Names[I] == ErrorLog)
      Log = reinterpret_cast<char *>(Value);
    else if (Names[I] == ErrorLogBytes)
      LogBytes = static_cast<uint32_t>(Value);
  }
  if (Log && LogBytes)
    Log[0] = '\0';
  return enter(Needs::Context, [&](Driver &D) {
    return loadImage(D, Module, Image, "cuModuleLoadDataEx", false);
  });
}

CUresult simgpu::cuModuleLoadFatBinary(CUmodule *Module, const void *Image) {
  return enter(Needs::Context, [&](Driver &D) {
    return loadImage(D, Module, Image, "cuModuleLoadFatBinary", false);
  });
}

CUresult simgpu::cuModuleLoad(CUmodule *Module, const char *Path) {
  return enter(Needs::Context, [&](Driver &D) {
    if (!Path)
      return CUDA_ERROR_INVALID_VALUE;
    std::ifstream In(Path, std::ios::binary);
    if (!In)
      return CUDA_ERROR_FILE_NOT_FOUND;
    std::string Bytes((std::istreambuf_iterator<char>(In)), {});
    return loadImage(D, Module, Bytes.c_str(), "cuModuleLoad", false);
  });
}

CUresult simgpu::cuLibraryLoadData(CUlibrary *Library, const void *Image, int *,
                                   void **, unsigned, int *, void **,
                                   unsigned LibraryOptions) {
  return enter(Needs::Context, [&](Driver &D) {
    if (LibraryOptions)
      return D.unsupported("cuLibraryLoadData with library options");
    return loadImage(D, Library, Image, "cuLibraryLoadData", true);
  });
}

static CUresult unloadImage(Image *Handle, bool IsLibrary) {
  return enter(Needs::Release, [&](Driver &D) {
    auto Found = D.Images.find(Handle);
    if (!Found || Found->IsLibrary != IsLibrary)
      return CUDA_ERROR_INVALID_HANDLE;
    D.drain();
    Found->IsUnloaded = true;
    for (auto &[Name, F] : Found->Functions)
      D.Functions.erase(F.get());
    D.Images.remove(Handle);
    return D.Gpu->unload(*Found->Loaded) ? CUDA_ERROR_UNKNOWN : CUDA_SUCCESS;
  });
}

CUresult simgpu::cuModuleUnload(CUmodule Module) {
  return unloadImage(Module, false);
}

CUresult simgpu::cuLibraryUnload(CUlibrary Library) {
  return unloadImage(Library, true);
}

//===----------------------------------------------------------------------===//
// What is in an image
//===----------------------------------------------------------------------===//

/// Runs `Body` with the image of a live handle.
template <typename Fn> static CUresult inImage(Image *Handle, Fn Body) {
  return enter(Needs::Context, [&](Driver &D) -> CUresult {
    auto Found = D.Images.find(Handle);
    return Found ? Body(*Found) : CUDA_ERROR_INVALID_HANDLE;
  });
}

CUresult simgpu::cuModuleGetFunction(CUfunction *Function, CUmodule Module,
                                     const char *Name) {
  return inImage(Module, [&](Image &I) {
    if (!Function || !Name)
      return CUDA_ERROR_INVALID_VALUE;
    auto Found = I.Functions.find(Name);
    if (Found == I.Functions.end())
      return CUDA_ERROR_NOT_FOUND;
    *Function = Found->second.get();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuModuleGetFunctionCount(unsigned *Count, CUmodule Module) {
  return inImage(Module, [&](Image &I) {
    if (!Count)
      return CUDA_ERROR_INVALID_VALUE;
    *Count = static_cast<unsigned>(I.Functions.size());
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuModuleGetGlobal_v2(CUdeviceptr *Address, size_t *Bytes,
                                      CUmodule Module, const char *Name) {
  return inImage(Module, [&](Image &I) {
    if (!Name)
      return CUDA_ERROR_INVALID_VALUE;
    auto Found = I.Loaded->findVariable(Name);
    if (!Found)
      return CUDA_ERROR_NOT_FOUND;
    if (Address)
      *Address = Found->Address;
    if (Bytes)
      *Bytes = Found->Bytes;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuLibraryGetKernel(CUkernel *Kernel, CUlibrary Library,
                                    const char *Name) {
  return cuModuleGetFunction(Kernel, Library, Name);
}

CUresult simgpu::cuLibraryGetKernelCount(unsigned *Count, CUlibrary Library) {
  return cuModuleGetFunctionCount(Count, Library);
}

CUresult simgpu::cuLibraryGetModule(CUmodule *Module, CUlibrary Library) {
  return inImage(Library, [&](Image &I) {
    if (!Module)
      return CUDA_ERROR_INVALID_VALUE;
    *Module = &I;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuLibraryGetGlobal(CUdeviceptr *Address, size_t *Bytes,
                                    CUlibrary Library, const char *Name) {
  return cuModuleGetGlobal_v2(Address, Bytes, Library, Name);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// Runs `Body` with a live function.
template <typename Fn> static CUresult onFunction(Function *Handle, Fn Body) {
  return enter(Needs::Context, [&](Driver &D) -> CUresult {
    return D.Functions.count(Handle) ? Body(D, *Handle)
                                     : CUDA_ERROR_INVALID_HANDLE;
  });
}

CUresult simgpu::cuKernelGetFunction(CUfunction *Function, CUkernel Kernel) {
  return onFunction(Kernel, [&](Driver &, simgpu::Function &F) {
    if (!Function)
      return CUDA_ERROR_INVALID_VALUE;
    *Function = &F;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuFuncGetName(const char **Name, CUfunction Function) {
  return onFunction(Function, [&](Driver &, simgpu::Function &F) {
    if (!Name)
      return CUDA_ERROR_INVALID_VALUE;
    *Name = F.Info->Name.c_str();
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuKernelGetName(const char **Name, CUkernel Kernel) {
  return cuFuncGetName(Name, Kernel);
}

CUresult simgpu::cuFuncGetModule(CUmodule *Module, CUfunction Function) {
  return onFunction(Function, [&](Driver &, simgpu::Function &F) {
    if (!Module)
      return CUDA_ERROR_INVALID_VALUE;
    *Module = F.Owner;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuFuncGetParamInfo(CUfunction Function, size_t Index,
                                    size_t *Offset, size_t *Bytes) {
  return onFunction(Function, [&](Driver &, simgpu::Function &F) {
    if (Index >= F.Info->Parameters.size() || !Offset)
      return CUDA_ERROR_INVALID_VALUE;
    *Offset = F.Info->Parameters[Index].Offset;
    if (Bytes)
      *Bytes = F.Info->Parameters[Index].Bytes;
    return CUDA_SUCCESS;
  });
}

CUresult simgpu::cuFuncLoad(CUfunction Function) {
  return onFunction(Function,
                    [](Driver &, simgpu::Function &) { return CUDA_SUCCESS; });
}

/// A hint that changes no result.
CUresult simgpu::cuFuncSetCacheConfig(CUfunction Function, int) {
  return cuFuncLoad(Function);
}

CUresult simgpu::cuFuncGetAttribute(int *Value, CUfunction_attribute Which,
                                    CUfunction Function) {
  return onFunction(Function, [&](Driver &D, simgpu::Function &F) {
    if (!Value)
      return CUDA_ERROR_INVALID_VALUE;
    const KernelInfo &K = *F.Info;
    switch (Which) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: {
      const uint32_t *T = K.NeedThreads[0] ? K.NeedThreads : K.MaxThreads;
      *Value = T[0] ? static_cast<int>(T[0] * T[1] * T[2]) : 1024;
      return CUDA_SUCCESS;
    }
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
      *Value = static_cast<int>(K.SharedBytes);
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
    case CU_FUNC_ATTRIBUTE_CACHE_MODE_CA:
      *Value = 0;
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
      *Value = static_cast<int>(K.LocalBytes);
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION:
      *Value = static_cast<int>(F.Owner->Loaded->module().target());
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
      *Value = static_cast<int>(F.MaxDynamicShared);
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
      *Value = -1;
      return CUDA_SUCCESS;
    case CU_FUNC_ATTRIBUTE_NUM_REGS: // only ptxas knows
      break;
    }
    return D.unsupported("cuFuncGetAttribute " + std::to_string(Which));
  });
}

CUresult simgpu::cuFuncSetAttribute(CUfunction Function,
                                    CUfunction_attribute Which, int Value) {
  return onFunction(Function, [&](Driver &D, simgpu::Function &F) {
    switch (Which) {
    case CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES: {
      int Most = D.Env.Arch->SharedBytesPerBlock -
                 static_cast<int>(F.Info->SharedBytes);
      if (Value < 0 || Value > Most)
        return D.invalid("cuFuncSetAttribute: " + std::to_string(Value) +
                         " bytes of dynamic shared memory for '" +
                         F.Info->Name + "', expected 0 to " +
                         std::to_string(Most));
      F.MaxDynamicShared = static_cast<uint32_t>(Value);
      return CUDA_SUCCESS;
    }
    case CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
      return CUDA_SUCCESS; // a hint
    default:
      return D.unsupported("cuFuncSetAttribute " + std::to_string(Which));
    }
  });
}

CUresult simgpu::cuKernelGetAttribute(int *Value, CUfunction_attribute Which,
                                      CUkernel Kernel, CUdevice) {
  return cuFuncGetAttribute(Value, Which, Kernel);
}

CUresult simgpu::cuKernelSetAttribute(CUfunction_attribute Which, int Value,
                                      CUkernel Kernel, CUdevice) {
  return cuFuncSetAttribute(Kernel, Which, Value);
}
