#!/usr/bin/env python3
"""Compares every form of a diagonal SSM with FFTW and kissfft, in ns per element (one channel of one row).

Needs libfftw3-dev, libkissfft-dev, python3-numpy and AVX-512. Writes the results as JSON and a plot as SVG where asked.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "test" / "Integration"))
import rings  # noqa: E402: the order of a spectrum, as the tests know it

LENGTHS = [128, 512, 2048, 8192, 32768, 131072]
LONGEST_DIRECT = 2048
MODES, CHUNK = 32, 16
SSM_FORMS = ("recurrence", "chunked", "fft")
COLOURS = {
    "recurrence": "#4477aa",
    "chunked": "#228833",
    "direct": "#aa3377",
    "fft": "#ee6677",
    "fftw": "#777777",
    "kissfft": "#bbbbbb",
}


def kernels(lengths, channels):
    """All forms of all lengths, as MLIR."""
    rows, skip = f"memref<?x{channels}xf32>", f"memref<{channels}xf32>"
    text = ""
    for length in lengths:
        modes = f"memref<4x{MODES}x{channels}xf32>"
        spectrum = f"memref<{-(-channels // 16)}x{length}x2x16xf32>"
        kernel = f"memref<{length}x{channels}xf32>"
        layers = [(form, modes, f"diag_ssm form<{form}> ins(%u, %p, %d : {rows}, {modes}, {skip})")
                  for form in ("recurrence", "chunked")]
        layers.append(("fft", spectrum, f"long_conv form<fft> ins(%u, %p : {rows}, {spectrum})"))
        if length <= LONGEST_DIRECT:
            layers.append(("direct", kernel, f"long_conv form<direct> ins(%u, %p : {rows}, {kernel})"))
        for form, parameter, layer in layers:
            text += (f"func.func @{form}_{length}(%u: {rows}, %p: {parameter}, %d: {skip}, "
                     f"%starts: memref<?xi32>, %y: {rows}) {{\n"
                     f"  h3.{layer} batch(%starts : memref<?xi32>) outs(%y : {rows})\n  return\n}}\n")
    return text


def frequencies(length):
    """The frequency at each place of a spectrum: its root's angle is (k + 1/4) / n turns (RingTransform.h)."""
    angles = np.array(rings.angles(length))
    return np.round(angles * length - 0.25).astype(np.int32) % length


def select_forms(args):
    """What h3-select-form chooses for the diagonal SSM over each length."""
    modes, skip = f"tensor<4x{MODES}x{args.channels}xf32>", f"tensor<{args.channels}xf32>"
    text = f'h3.parameter @modes : {modes} from ["modes"]\n'
    for length in args.lengths:
        rows = f"tensor<{length}x{args.channels}xf32>"
        text += (f"func.func @f{length}(%u: {rows}, %d: {skip}, %starts: tensor<?xi32>, %y: {rows}) -> {rows} {{\n"
                 f"  %p = h3.get_parameter @modes : {modes}\n"
                 f"  %0 = h3.diag_ssm ins(%u, %p, %d : {rows}, {modes}, {skip}) batch(%starts : tensor<?xi32>) "
                 f"outs(%y : {rows}) -> {rows}\n  return %0 : {rows}\n}}\n")
    command = [args.build / "bin" / "h3-opt", "--h3-select-form"]
    output = subprocess.run(command, check=True, input=text, stdout=subprocess.PIPE, text=True).stdout
    return dict(zip(args.lengths, re.findall(r"h3\.diag_ssm form<(\w+)>", output), strict=True))


def build(args, folder):
    """Compiles the kernels and the harness; returns their paths."""
    source, obj, shared, harness = (folder / name for name in ("k.mlir", "k.o", "k.so", "conv"))
    source.write_text(kernels(args.lengths, args.channels))
    run = lambda *command: subprocess.run([str(part) for part in command], check=True)
    run(args.build / "bin" / "h3-compile", source, "--emit", "obj", "-o", obj)
    run(*args.cxx, "-shared", obj, "-o", shared)
    run(*args.cxx, "-O3", "-march=native", "-std=c++17", f"-I{ROOT}/runtime/src", f"-I{ROOT}/runtime/include",
        ROOT / "benchmarks/conv/conv.cpp", args.build / "lib/libh3rt.a", "-lfftw3f", "-lfftw3", "-lkissfft-float",
        "-rdynamic", "-Wl,--undefined=h3rt_barrier", "-pthread", "-ldl", "-o", harness)
    return shared, harness


def measure(args, folder):
    shared, harness = build(args, folder)
    results, selected = [], select_forms(args)
    for length in args.lengths:
        (folder / "order.bin").write_bytes(frequencies(length).tobytes())
        for threads in args.threads:
            repeat = max(5, min(args.repeat, 2**22 // length // threads))
            command = [harness, shared, length, args.channels, threads, repeat, folder / "order.bin"]
            output = subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True).stdout
            result = {"length": length, "channels": args.channels, "threads": threads, "selected": selected[length],
                      "forms": {}}
            for line in output.splitlines():
                name, *values = line.split()
                if name == "fma":
                    result["multiply_adds_per_ns"] = float(values[0])
                else:
                    keys = ("median", "min", "max", "error")
                    result["forms"][name] = dict(zip(keys, map(float, values)))
            check_errors(result)
            results.append(result)
            print(row(result), flush=True)
    return results


def check_errors(result):
    """Fails where an output differs from float64 by more than a form may."""
    for name, form in result["forms"].items():
        limit = 2e-6 * np.log2(result["length"])
        if not form["error"] <= limit:
            sys.exit(f"error: {name} over {result['length']} rows: relative error {form['error']:.1e}, "
                     f"expected at most {limit:.1e}")


def of_best(result):
    """The time of the selected form over that of the fastest form of the SSM."""
    times = {name: form["median"] for name, form in result["forms"].items() if name in SSM_FORMS}
    return times[result["selected"]] / min(times.values())


def row(result):
    forms = result["forms"]
    # Multiply-adds of the chunked form: states in and out, half a chunk of taps, states between chunks.
    least = (4 * MODES + (CHUNK + 1) / 2 + 4 * MODES / CHUNK) / result["multiply_adds_per_ns"]
    cells = [f"{forms[name]['median']:.2f}" if name in forms else "" for name in COLOURS]
    return (f"| {result['length']} | {result['threads']} | {' | '.join(cells)} "
            f"| {least / forms['chunked']['median']:.0%} | {forms['fftw']['median'] / forms['fft']['median']:.1f} "
            f"| {result['selected']}, {of_best(result):.2f} |")


def plot(results, path):
    """Lines over the length, both axes logarithmic, for the smallest number of threads."""
    from math import log10, log2

    threads = min(result["threads"] for result in results)
    results = [result for result in results if result["threads"] == threads]
    values = [form["median"] for result in results for form in result["forms"].values()]
    width, height, left, top, bottom = 720, 420, 60, 20, 50
    low, high = log10(min(values)) - 0.05, log10(max(values)) + 0.05
    first, last = log2(results[0]["length"]), log2(results[-1]["length"])
    x = lambda length: left + (width - left - 110) * (log2(length) - first) / max(last - first, 1)
    y = lambda value: top + (height - top - bottom) * (high - log10(value)) / (high - low)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
           'font-size="12">', f'<rect width="{width}" height="{height}" fill="white"/>']
    for value in (0.2, 0.5, 1, 2, 5, 10, 20, 50):
        if low <= log10(value) <= high:
            out.append(f'<line x1="{left}" x2="{width - 110}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
            out.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>')
    for result in results:
        out.append(f'<text x="{x(result["length"]):.1f}" y="{height - bottom + 20}" text-anchor="middle">'
                   f'{result["length"]}</text>')
    out.append(f'<text x="{(left + width - 110) / 2:.0f}" y="{height - 10}" text-anchor="middle">rows</text>')
    out.append(f'<text x="14" y="{height / 2:.0f}" transform="rotate(-90 14 {height / 2:.0f})" text-anchor="middle">'
               'ns per element</text>')
    ends = []
    for name, colour in COLOURS.items():
        points = [(x(r["length"]), y(r["forms"][name]["median"])) for r in results if name in r["forms"]]
        path_data = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
        out.append(f'<polyline points="{path_data}" fill="none" stroke="{colour}" stroke-width="2"/>')
        ends.append([points[-1][1], points[-1][0], name, colour])
    previous = 0
    for py, px, name, colour in sorted(ends):
        previous = max(py + 4, previous + 13)
        out.append(f'<text x="{px + 6:.1f}" y="{previous:.1f}" fill="{colour}">{name}</text>')
    path.write_text("\n".join(out) + "\n</svg>\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--lengths", type=int, nargs="*", default=LENGTHS, help="powers of two from 8 on")
    parser.add_argument("--channels", type=int, default=768)
    parser.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--repeat", type=int, default=41, help="rounds at most; fewer for long inputs")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--cxx", type=str.split, default=["c++"], help="the C++ compiler, with the flags of libh3rt")
    parser.add_argument("--most", type=float, help="fail where a selected form takes more than this times the fastest")
    args = parser.parse_args()
    print(f"| rows | threads | {' | '.join(COLOURS)} | chunked, of its multiply-adds | fft against fftw "
          "| selected, of the fastest |")
    print("|" + "---|" * (len(COLOURS) + 5))
    with tempfile.TemporaryDirectory() as folder:
        results = measure(args, Path(folder))
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n")
    if args.svg:
        plot(results, args.svg)
    slow = [f"{r['selected']} over {r['length']} rows, {r['threads']} threads: {of_best(r):.2f}"
            for r in results if args.most and of_best(r) > args.most]
    if slow:
        sys.exit(f"error: selected forms above {args.most} times the fastest: {'; '.join(slow)}")


if __name__ == "__main__":
    main()
