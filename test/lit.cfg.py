"""The lit suite: ops, passes and drivers checked on text, compiled programs on what they compute."""

import os
import shutil
import sys

import lit.formats

config.name = "h3"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.h3_tools, config.llvm_tools, config.environment["PATH"]]
)
# Programs for GPUs run on the simulated one. Making them takes a CUDA toolkit.
simulated = os.path.join(config.build, "tools", "simgpu", "lib")
config.environment["H3_SIMGPU"] = os.path.join(simulated, "libcuda.so.1")
if os.path.exists(os.path.join(simulated, "libcufft.so.12")):
    config.available_features.add("simulated-cufft")
toolkits = [os.environ.get("CUDA_HOME"), os.environ.get("CUDA_PATH"), "/usr/local/cuda"]
if shutil.which("ptxas") or any(folder and os.path.exists(os.path.join(folder, "bin", "ptxas")) for folder in toolkits):
    config.available_features.add("cuda-toolkit")
# Programs for CPUs run on this one.
try:
    with open("/proc/cpuinfo") as cpu:
        if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= set(cpu.read().split()):
            config.available_features.add("avx512")
except OSError:
    pass
config.substitutions += [
    ("%python", sys.executable + " -B"),
    ("%golden", os.path.join(config.test_source_root, "golden")),
    ("%cxx", config.cxx),
    ("%ragged_batches", config.ragged_batches),
    ("%batch_logits", config.batch_logits),
    ("%sampling", config.sampling),
    ("%docs", os.path.join(config.test_source_root, "..", "docs")),
    ("%build", config.build),
    ("%generated_docs", config.generated_docs),
    ("%benchmarks", os.path.join(config.test_source_root, "..", "benchmarks")),
    ("%models", os.path.join(config.test_source_root, "..", "models")),
]
