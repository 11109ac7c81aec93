"""Compiles functions of h3 layers for a GPU and calls them from a C program on the simulated one."""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

INCLUDE = Path(__file__).resolve().parents[2] / "runtime" / "include"

# One call after the other, and all of them before the first result is read.
PROGRAM = """
#include "h3rt/gpu.h"

#include <stdio.h>
#include <stdlib.h>

%(declarations)s

static void check(H3rtStatus status) {
  if (status == H3RT_OK)
    return;
  fprintf(stderr, "%%s\\n", h3rt_last_error());
  exit(1);
}

static void *host(const char *path, size_t bytes, const char *mode) {
  void *data = malloc(bytes + 1);
  FILE *file = fopen(path, mode);
  if (!file || fread(data, 1, bytes, file) != bytes)
    exit(2);
  fclose(file);
  return data;
}

static H3rtMemory *upload(H3rtDevice *device, const char *path, size_t bytes) {
  H3rtMemory *memory;
  void *data = host(path, bytes, "rb");
  check(h3rt_memory_create(device, bytes, &memory));
  check(h3rt_memory_write(memory, 0, data, bytes));
  free(data);
  return memory;
}

static void download(H3rtMemory *memory, const char *path, size_t bytes) {
  void *data = malloc(bytes + 1);
  check(h3rt_memory_read(memory, 0, data, bytes));
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(data, 1, bytes, file) != bytes || fclose(file) != 0)
    exit(2);
  free(data);
}

int main(void) {
  H3rtDevice *device;
  check(h3rt_device_open(&h3_kernels, "sim", &device));
  H3Team *team = h3rt_device_team(device);
%(body)s
  h3rt_device_close(device);
  return 0;
}
"""


def sizes_of(array):
    strides = [stride // array.itemsize for stride in array.strides]
    return ", ".join(str(number) for number in [*array.shape, *strides])


def write_program(calls, folder):
    """The C text for calls [(name, arrays)], whose last arrays are the outputs."""
    declarations = {}
    before, run, after, release = [], [], [], []
    for i, (name, arrays) in enumerate(calls):
        parameters = "".join("void *, " for _ in arrays)
        declarations[name] = f"void _mlir_ciface_{name}({parameters}H3Team *, int64_t, int64_t);"
        descriptors = []
        for j, array in enumerate(arrays):
            assert array.flags.c_contiguous
            path = folder / f"{i}-{j}.bin"
            array.tofile(path)
            memory, descriptor = f"m{i}_{j}", f"d{i}_{j}"
            before.append(f'  H3rtMemory *{memory} = upload(device, "{path}", {array.nbytes});')
            before.append(
                f"  struct {{ void *allocated, *data; int64_t offset, sizes[{2 * array.ndim}]; }} {descriptor} = {{\n"
                f"    h3rt_memory_address({memory}), h3rt_memory_address({memory}), 0, {{{sizes_of(array)}}}}};"
            )
            descriptors.append(f"&{descriptor}, ")
            release.append(f"  h3rt_memory_release({memory});")
        run.append(f"  _mlir_ciface_{name}({''.join(descriptors)}team, 0, 1);")
        last = len(arrays) - 1
        after.append(f'  download(m{i}_{last}, "{folder / f"{i}.out"}", {arrays[last].nbytes});')
    return PROGRAM % {
        "declarations": "\n".join(declarations.values()),
        "body": "\n".join([*before, *run, *after, *release]),
    }


class GpuKernels:
    """The functions of an MLIR text, in a program that makes `calls`."""

    def __init__(self, text, calls, folder, runtime, cxx):
        self.folder, self.calls = folder, calls
        (folder / "kernels.mlir").write_text(text)
        (folder / "main.c").write_text(write_program(calls, folder))
        path = lambda name: str(folder / name)
        compiler = ["h3-compile", path("kernels.mlir"), "--target", "cuda", "--cuda-arch", "sm_80"]
        subprocess.run([*compiler, "--emit", "obj", "-o", path("k.o")], check=True)
        flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-I", str(INCLUDE)]
        subprocess.run(["cc", *flags, "-c", path("main.c"), "-o", path("main.o")], check=True)
        subprocess.run([*cxx, path("main.o"), path("k.o"), runtime, "-o", path("program")], check=True)

    def start(self, **environment):
        """Runs the program; returns its exit code, what it wrote to stderr, and the GPU's report."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        settings = {**os.environ, "H3_SIMGPU_REPORT": str(report), **environment}
        done = subprocess.run([str(self.folder / "program")], env=settings, capture_output=True)
        return done.returncode, done.stderr.decode(), json.loads(report.read_text()) if report.exists() else None

    def run(self, **environment):
        """The last array of each call, as the GPU left it, and the report, which must be free of findings."""
        code, message, report = self.start(**environment)
        assert code == 0, f"exit {code}\n{message}"
        for key in ("findings", "leaks", "unsupported_calls"):
            assert not report[key], f"{key}: {report[key]}"
        results = [
            np.fromfile(self.folder / f"{i}.out", arrays[-1].dtype).reshape(arrays[-1].shape)
            for i, (_, arrays) in enumerate(self.calls)
        ]
        return results, report
