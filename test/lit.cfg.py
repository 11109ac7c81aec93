"""The lit suite: ops, passes and drivers checked on text, compiled programs on what they compute."""

import os
import sys

import lit.formats

config.name = "h3"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.h3_tools, config.llvm_tools, config.environment["PATH"]]
)
if config.sanitized:
    config.available_features.add("sanitized")
config.substitutions += [
    ("%python", sys.executable + " -B"),
    ("%golden", os.path.join(config.test_source_root, "golden")),
    ("%cxx", config.cxx),
    ("%ragged_batches", config.ragged_batches),
    ("%docs", os.path.join(config.test_source_root, "..", "docs")),
    ("%build", config.build),
    ("%generated_docs", config.generated_docs),
    ("%benchmarks", os.path.join(config.test_source_root, "..", "benchmarks")),
    ("%models", os.path.join(config.test_source_root, "..", "models")),
]
