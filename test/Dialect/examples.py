"""Parses the example of every operation.

Usage: examples.py FILE.td...

The examples leave out where their operands and parameters come from. Here they
become arguments of a function and declared parameters, with the types that the
example itself gives them.
"""

import re
import subprocess
import sys

OPERATION = re.compile(r'^def H3_\w+Op\b[^"]*"(\w+)"', re.MULTILINE)
EXAMPLE = re.compile(r"^ *```mlir\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
VALUE = re.compile(r"%\w+")
TYPE = re.compile(r"(?:tensor|memref)<[^>]*>")
# Values, between which a keyword may stand, and their types.
OPERANDS = re.compile(
    r"(%\w+(?:(?:\s*,\s*|\s+\w+\s+)%\w+)*)[^:%()]*:"
    r"\s*((?:tensor|memref)<[^>]*>(?:\s*,\s*(?:tensor|memref)<[^>]*>)*)"
)


def operations(source):
    """Yields each operation's mnemonic with the text of its definition."""
    starts = list(OPERATION.finditer(source))
    ends = [start.start() for start in starts[1:]] + [len(source)]
    for start, end in zip(starts, ends):
        yield start[1], source[start.start() : end]


def operand_types(example):
    """Pairs every operand with its type: a list of values, `:`, a list of types."""
    types = {}
    for values, listed in OPERANDS.findall(example):
        values, listed = VALUE.findall(values), TYPE.findall(listed)
        if len(values) != len(listed):
            raise ValueError(f"{len(listed)} types for {', '.join(values)}")
        for value, type in zip(values, listed):
            if types.setdefault(value, type) != type:
                raise ValueError(f"{value} of the types {types[value]} and {type}")
    return types


def wrap(example):
    """Returns a module in which the example parses."""
    if "h3.parameter " in example:
        return example
    defined = {
        value
        for results in re.findall(r"^\s*((?:%\w+\s*,\s*)*%\w+)\s*=", example, re.MULTILINE)
        for value in VALUE.findall(results)
    }
    types = operand_types(example)
    missing = sorted(set(VALUE.findall(example)) - defined)
    untyped = [value for value in missing if value not in types]
    if untyped:
        raise ValueError(f"no type for {', '.join(untyped)}")
    parameters = "".join(
        f'h3.parameter @{name} : {type} from ["{name}"]\n'
        for name, type in re.findall(r"@([\w.]+)\s*:\s*(tensor<[^>]*>)", example)
    )
    arguments = ", ".join(f"{value}: {types[value]}" for value in missing)
    return f"{parameters}func.func @example({arguments}) {{\n{example}return\n}}\n"


def check(mnemonic, definition):
    """Returns what is wrong with an operation's examples, one message each."""
    examples = EXAMPLE.findall(definition)
    if not any(re.search(rf"\bh3\.{mnemonic}\b", example) for example in examples):
        yield "expected an example of the operation"
    for example in examples:
        try:
            module = wrap(example)
        except ValueError as error:
            yield f"{error} in\n{example}"
            continue
        run = subprocess.run(["h3-opt", "-"], input=module, capture_output=True, text=True)
        if run.returncode != 0:
            yield f"{run.stderr}in\n{module}"


def main(paths):
    found = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            defined = list(operations(file.read()))
        if not defined:
            sys.exit(f"{path}: expected definitions of operations")
        found += defined
    errors = [f"h3.{name}: {error}" for name, text in found for error in check(name, text)]
    if errors:
        sys.exit("\n".join(errors))
    print(f"{len(found)} operations have examples that parse")


if __name__ == "__main__":
    main(sys.argv[1:])
