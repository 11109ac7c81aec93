//===- Link.cpp - Programs and libraries from an object file --------------===//

#include "h3/Target/CPU.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;

/// A file of the runtime, which is installed beside the compiler.
static Expected<std::string> findRuntime(StringRef folder, StringRef name) {
  SmallString<256> path(folder);
  sys::path::append(path, name);
  if (!sys::fs::exists(path))
    return createStringError(Twine(path) +
                             ": not found; the runtime belongs beside the "
                             "compiler as ../lib/" +
                             name + ", build or install it again");
  return std::string(path);
}

static Expected<std::string> findLinker() {
  for (StringRef name : {"c++", "g++", "clang++-22", "clang++"})
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return createStringError("no C++ compiler to link with: expected c++, g++, "
                           "clang++-22 or clang++ on PATH; install g++, or "
                           "stop at --emit obj");
}

Error h3::linkProgram(StringRef object, StringRef libraryFolder,
                      StringRef program) {
  Expected<std::string> linker = findLinker();
  if (!linker)
    return linker.takeError();
  Expected<std::string> main = findRuntime(libraryFolder, "libh3rt_main.a");
  if (!main)
    return main.takeError();
  Expected<std::string> runtime = findRuntime(libraryFolder, "libh3rt.a");
  if (!runtime)
    return runtime.takeError();
  SmallString<128> log;
  if (std::error_code code =
          sys::fs::createTemporaryFile("h3-link", "log", log))
    return createStringError("cannot create a temporary file: " +
                             code.message());
  SmallVector<StringRef> arguments = {*linker,
                                      "-o",
                                      program,
                                      object,
                                      *main,
                                      *runtime,
                                      "-static-libgcc",
                                      "-pthread",
                                      "-static-libstdc++",
                                      "-Wl,--gc-sections"};
#ifdef H3_LINK_FLAGS // What the runtime was built with.
  arguments.append({H3_LINK_FLAGS});
#endif
  std::optional<StringRef> redirects[] = {std::nullopt, StringRef(log),
                                          StringRef(log)};
  std::string message;
  int status = sys::ExecuteAndWait(*linker, arguments, std::nullopt, redirects,
                                   0, 0, &message);
  if (status != 0 && message.empty())
    if (auto text = MemoryBuffer::getFile(log))
      message = (*text)->getBuffer().trim().split('\n').first.str();
  sys::fs::remove(log);
  if (status != 0)
    return createStringError(*linker + ": linking failed with status " +
                             Twine(status) + ": " + message);
  return Error::success();
}

Error h3::archiveLibrary(StringRef object, StringRef libraryFolder,
                         StringRef library) {
  Expected<std::string> path = findRuntime(libraryFolder, "libh3rt.a");
  if (!path)
    return path.takeError();
  auto file = MemoryBuffer::getFile(*path);
  if (!file)
    return createFileError(*path, file.getError());
  Expected<std::unique_ptr<object::Archive>> runtime =
      object::Archive::create((*file)->getMemBufferRef());
  if (!runtime)
    return runtime.takeError();
  std::vector<NewArchiveMember> members;
  auto add = [&](Expected<NewArchiveMember> member) -> Error {
    if (!member)
      return member.takeError();
    members.push_back(std::move(*member));
    return Error::success();
  };
  if (Error failure = add(NewArchiveMember::getFile(object, true)))
    return failure;
  members.back().MemberName = "h3_model.o";
  Error failure = Error::success();
  for (const object::Archive::Child &child : (*runtime)->children(failure))
    if (Error wrong = add(NewArchiveMember::getOldMember(child, true)))
      return joinErrors(std::move(failure), std::move(wrong));
  if (failure)
    return failure;
  return writeArchive(library, members, SymtabWritingMode::NormalSymtab,
                      object::Archive::K_GNU, /*Deterministic=*/true,
                      /*Thin=*/false);
}
