"""Compiles functions of h3 layers and calls them on NumPy arrays."""

import ctypes
import os
import subprocess
import tempfile

import numpy as np

# The only function of the runtime that kernels call; one thread waits for nobody.
BARRIER = "void h3rt_barrier(void *team) { (void)team; }\n"


def memref(shape, dtype="f32"):
    """`memref<?x8xf32>`; None stands for a dynamic size."""
    sizes = "".join(f"{'?' if size is None else size}x" for size in shape)
    return f"memref<{sizes}{dtype}>"


def descriptor(array):
    """An array as MLIR's C interface takes it, by pointer."""
    assert array.flags.c_contiguous
    rank = array.ndim
    words = [array.ctypes.data, array.ctypes.data, 0, *array.shape]
    words += [stride // array.itemsize for stride in array.strides]
    return (ctypes.c_int64 * (3 + 2 * rank))(*words)


class Kernels:
    """The functions of an MLIR text, compiled for `cpu`."""

    def __init__(self, text, cxx=("c++",), cpu="native"):
        with tempfile.TemporaryDirectory() as folder:
            path = lambda name: os.path.join(folder, name)
            with open(path("kernels.mlir"), "w") as file:
                file.write(text)
            with open(path("barrier.c"), "w") as file:
                file.write(BARRIER)
            compiler = ["h3-compile", path("kernels.mlir"), "--mcpu", cpu]
            subprocess.run([*compiler, "--emit", "obj", "-o", path("k.o")], check=True)
            # Python loads the library: nothing but the compiler's name counts, no sanitizer's options.
            linker = [cxx[0], "-shared", "-fPIC", "-x", "c", path("barrier.c"), "-x", "none"]
            subprocess.run([*linker, path("k.o"), "-lm", "-o", path("k.so")], check=True)
            self.library = ctypes.CDLL(path("k.so"))

    def __call__(self, name, *arrays, threads=1):
        """Runs every thread's share, one after the other: tasks do not wait."""
        function = getattr(self.library, "_mlir_ciface_" + name)
        function.restype = None
        descriptors = [ctypes.byref(descriptor(array)) for array in arrays]
        for thread in range(threads):
            function(*descriptors, None, ctypes.c_int64(thread), ctypes.c_int64(threads))
