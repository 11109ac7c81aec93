//===- Fatbin.cpp - PTX to an image that every GPU of a list loads --------===//

#include "h3/Target/GPU.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace h3;

Expected<CudaToolkit> CudaToolkit::find() {
  SmallVector<std::string> folders;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (std::optional<std::string> folder = sys::Process::GetEnv(variable))
      folders.push_back(*folder);
  if (ErrorOr<std::string> ptxas = sys::findProgramByName("ptxas"))
    folders.push_back(
        sys::path::parent_path(sys::path::parent_path(*ptxas)).str());
  folders.push_back("/usr/local/cuda");
  for (StringRef folder : folders) {
    auto path = [&](const char *a, const char *b, const char *c = "") {
      SmallString<128> result(folder);
      sys::path::append(result, a, b, c);
      return result.str().str();
    };
    CudaToolkit toolkit{path("bin", "ptxas"), path("bin", "fatbinary"),
                        path("nvvm", "libdevice", "libdevice.10.bc")};
    if (sys::fs::exists(toolkit.ptxas) && sys::fs::exists(toolkit.fatbinary) &&
        sys::fs::exists(toolkit.libdevice))
      return toolkit;
  }
  return createStringError(
      "no CUDA toolkit, which compiling for GPUs needs: expected bin/ptxas, "
      "bin/fatbinary and nvvm/libdevice/libdevice.10.bc below " +
      join(folders, " or ") + "; install it, or set CUDA_HOME");
}

Expected<SmallVector<std::string>> h3::parseCudaArchs(StringRef list) {
  constexpr unsigned oldest = 80;
  SmallVector<std::string> archs;
  for (StringRef arch : split(list, ',')) {
    StringRef number = arch;
    unsigned version;
    if (!number.consume_front("sm_") || number.getAsInteger(10, version) ||
        version < oldest)
      return createStringError("expected a list of sm_80 and "
                               "newer, such as sm_80,sm_90,sm_100, found '" +
                               list + "'");
    archs.push_back(arch.str());
  }
  llvm::sort(archs, [](StringRef a, StringRef b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
  archs.erase(llvm::unique(archs), archs.end());
  return archs;
}

namespace {

/// A folder for the files of two programs, removed in the end.
class WorkFolder {
public:
  static Expected<std::unique_ptr<WorkFolder>> create() {
    std::unique_ptr<WorkFolder> result(new WorkFolder);
    if (std::error_code code =
            sys::fs::createUniqueDirectory("h3-gpu", result->path))
      return createStringError("cannot create a temporary folder: " +
                               code.message());
    return result;
  }
  ~WorkFolder() { sys::fs::remove_directories(path); }

  std::string file(const Twine &name) const {
    SmallString<128> result(path);
    sys::path::append(result, name);
    return result.str().str();
  }

  /// Runs a program and returns what it prints, which becomes the error if it
  /// fails.
  Expected<std::string> run(StringRef program,
                            ArrayRef<std::string> arguments) const {
    std::string log = file("log"), message;
    SmallVector<StringRef> all{program};
    all.append(arguments.begin(), arguments.end());
    std::optional<StringRef> redirects[] = {std::nullopt, StringRef(log),
                                            StringRef(log)};
    int status = sys::ExecuteAndWait(program, all, std::nullopt, redirects, 0,
                                     0, &message);
    std::string printed;
    if (auto text = MemoryBuffer::getFile(log))
      printed = (*text)->getBuffer().str();
    if (status == 0)
      return printed;
    if (message.empty())
      message = StringRef(printed).trim().split('\n').first.str();
    return createStringError(program + " failed with status " + Twine(status) +
                             ": " + message);
  }

private:
  WorkFolder() = default;
  SmallString<128> path;
};

/// The major version of a toolkit, by what `ptxas --version` prints.
Expected<uint64_t> findMajorVersion(const WorkFolder &folder,
                                    const CudaToolkit &toolkit) {
  Expected<std::string> printed = folder.run(toolkit.ptxas, {"--version"});
  if (!printed)
    return printed.takeError();
  StringRef release = StringRef(*printed).split("release ").second;
  uint64_t major = 0;
  if (release.split('.').first.getAsInteger(10, major))
    return createStringError(toolkit.ptxas +
                             " --version: expected a line with "
                             "'release N.N', found '" +
                             StringRef(*printed).trim() + "'");
  return major;
}

} // namespace

Expected<GpuImage> h3::buildFatbin(StringRef ptx, ArrayRef<std::string> archs,
                                   const CudaToolkit &toolkit) {
  Expected<std::unique_ptr<WorkFolder>> folder = WorkFolder::create();
  if (!folder)
    return folder.takeError();
  std::string source = (*folder)->file("kernels.ptx");
  std::error_code code;
  raw_fd_ostream(source, code) << ptx;
  if (code)
    return createStringError(source + ": cannot be written: " + code.message());
  std::string image = (*folder)->file("kernels.fatbin");
  SmallVector<std::string> entries{"--64", "--create=" + image};
  for (const std::string &arch : archs) {
    std::string cubin = (*folder)->file(arch + ".cubin");
    if (Error failure = (*folder)
                            ->run(toolkit.ptxas,
                                  {"-arch=" + arch, "-O3", source, "-o", cubin})
                            .takeError())
      return failure;
    entries.push_back("--image3=kind=elf,sm=" + arch.substr(3) +
                      ",file=" + cubin);
  }
  entries.push_back("--image3=kind=ptx,sm=" + archs.front().substr(3) +
                    ",file=" + source);
  if (Error failure = (*folder)->run(toolkit.fatbinary, entries).takeError())
    return failure;
  Expected<uint64_t> major = findMajorVersion(**folder, toolkit);
  if (!major)
    return major.takeError();
  auto file = MemoryBuffer::getFile(image);
  if (!file)
    return createFileError(image, file.getError());
  return GpuImage{SmallString<0>((*file)->getBuffer()), 1000 * *major};
}
