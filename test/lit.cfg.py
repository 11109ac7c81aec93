"""The lit suite: passes, ops and drivers, each checked on text."""

import os

import lit.formats

config.name = "h3"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.environment["PATH"] = os.pathsep.join(
    [config.h3_tools, config.llvm_tools, config.environment["PATH"]]
)
