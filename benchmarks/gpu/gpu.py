#!/usr/bin/env python3
"""Checks and times GPU programs beside the bandwidth of the device, and estimates the times of GPUs that are not here.

On a machine without an NVIDIA GPU, programs run on the simulated one: everything is executed, and no time is written.
"""

import argparse
import ctypes
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "Integration"))
sys.dont_write_bytecode = True

from programs import compile_model, logits, run
from roofline import GPUS, Step, least_seconds, operations

TOLERANCE = 1e-3  # of logits against the golden ones


class Driver:
    """The CUDA driver API, real or simulated, with the primary context of the first device."""

    def __init__(self, path):
        self.path, self.library = path, ctypes.CDLL(path)
        self.call("cuInit", 0)
        device, context = ctypes.c_int(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), 0)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)
        name = ctypes.create_string_buffer(256)
        self.call("cuDeviceGetName", name, 256, device)
        self.name, self.device = name.value.decode(), device

    def call(self, function, *arguments):
        code = getattr(self.library, function)(*arguments)
        assert code == 0, f"{self.path}: {function} failed with CUDA error {code}"

    def close(self):
        self.call("cuDevicePrimaryCtxRelease_v2", self.device)

    def copy_seconds(self, size, repeat):
        """The times of copies of `size` bytes on the device, by events."""
        pointers, events = [ctypes.c_uint64() for _ in range(2)], [ctypes.c_void_p() for _ in range(2)]
        for pointer in pointers:
            self.call("cuMemAlloc_v2", ctypes.byref(pointer), ctypes.c_size_t(size))
            self.call("cuMemsetD8_v2", pointer, ctypes.c_ubyte(1), ctypes.c_size_t(size))
        for event in events:
            self.call("cuEventCreate", ctypes.byref(event), 0)
        times, elapsed = [], ctypes.c_float()
        for _ in range(repeat):
            self.call("cuEventRecord", events[0], None)
            self.call("cuMemcpyDtoDAsync_v2", pointers[0], pointers[1], ctypes.c_size_t(size), None)
            self.call("cuEventRecord", events[1], None)
            self.call("cuEventSynchronize", events[1])
            self.call("cuEventElapsedTime", ctypes.byref(elapsed), *events)
            times.append(elapsed.value / 1e3)
        for event in events:
            self.call("cuEventDestroy_v2", event)
        for pointer in pointers:
            self.call("cuMemFree_v2", pointer)
        return times


def find_driver(build):
    """(path, whether it is real): NVIDIA's where it finds a device, else the simulated one."""
    simulated = os.environ.get("H3_SIMGPU") or str(build / "tools" / "simgpu" / "lib" / "libcuda.so.1")
    try:
        library, count = ctypes.CDLL("libcuda.so.1"), ctypes.c_int()
        if library.cuInit(0) == 0 and library.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0:
            return "libcuda.so.1", True
    except OSError:
        pass
    return simulated, False


def check_goldens(models, longest, device, work):
    results = []
    for golden in models:
        program = compile_model(golden, work / golden.name, "--target", "cuda")
        for path in sorted(golden.glob("logits_*.npy")):
            ids, expected = np.load(path.with_name(f"ids_{path.stem.split('_')[-1]}.npy")), np.load(path)
            if ids.shape[1] > longest:
                continue
            found = logits(program, ids, work, device=device, last=expected.shape[1])
            error = float(np.abs(found - expected).max())
            assert error <= TOLERANCE, f"{golden.name}/{path.name}: error {error:.1e}, expected at most {TOLERANCE}"
            results.append({"model": golden.name, "tokens": ids.shape[1], "error": error})
            print(f"{golden.name}/{path.name}: error {error:.1e}")
    assert results, "no golden logits to compare with"
    return results


def find_library(name):
    """Where the loader finds a library."""
    found = [line.split("=>")[1].strip() for line in run("ldconfig", "-p")[0].decode().splitlines() if line.split()[:1] == [name]]
    folders = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if folder]
    paths = [path for path in [*(Path(folder) / name for folder in folders), *map(Path, found)] if path.exists()]
    return paths[0] if paths else None


def build_timer(driver, work):
    """A library that times the launches of a program and passes them on to the driver."""
    library, path = work / "launch-times.so", Path(driver)
    if not path.is_absolute():
        # NVIDIA's driver and libraries, in one folder, as those of the simulated GPU are.
        for name in (driver, "libcublasLt.so.13", "libcublasLt.so.12"):
            if found := find_library(name):
                (work / name).symlink_to(found)
        path = work / driver
    run("c++", "-std=c++17", "-O2", "-shared", "-fPIC", Path(__file__).with_name("launch-times.cpp"), "-o", library,
        "-Wl,--no-as-needed,--disable-new-dtags", path, f"-Wl,-rpath,{path.parent}", "-ldl")
    return library


def measure(program, batch, prompt, count, repeat, device, timer, work):
    """(what `bench --json` says, {kernel: seconds of each launch})."""
    command = [program, "bench", "--json", "--prompt-len", prompt, "--gen-len", count, "--batch", batch]
    bench = json.loads(run(*command, "--repeat", repeat, "--device", device)[0])
    # The timer is opened as the simulated GPU's driver is, by its path.
    times = work / "times.json"
    environment = {"H3_SIMGPU": str(timer), "H3_LAUNCH_TIMES": str(times)}
    run(*command, "--repeat", 1, "--device", "sim", environment=environment)
    return bench, json.loads(times.read_text())


def count_launches(build, work):
    """Launches of a decode step (SSM layer, attention layer, outside of layers), from what golden models do on the simulated GPU."""
    totals = {}
    for name in ("long", "hybrid"):
        golden = ROOT / "test" / "golden" / name
        program = compile_model(golden, work / f"count-{name}", "--target", "cuda", "--cuda-arch", "sm_80")
        totals[name] = [step_totals(program, np.zeros((1, 1)), n, build, work)["launches"] for n in (2, 3)]
    ssm = (totals["long"][1] - totals["long"][0] - OUTSIDE) / 2
    attention = (totals["hybrid"][1] - totals["hybrid"][0] - OUTSIDE - 2 * ssm) / 2
    return ssm, attention


OUTSIDE = 4  # launches: the embedding, the last norm, the rows and their logits


def step_totals(program, ids, count, build, work):
    """Launches, bytes and flops of reading `ids` and generating `count` tokens, from the simulated GPU's report."""
    np.save(work / "ids.npy", ids.astype(np.int32))
    report = work / "report.json"
    simulated = build / "tools" / "simgpu" / "lib" / "libcuda.so.1"
    environment = os.environ | {"H3_SIMGPU": str(simulated), "H3_SIMGPU_REPORT": str(report), "H3_SIMGPU_SEED": "0"}
    subprocess.run([program, "greedy", "--device", "sim", "--ids", work / "ids.npy", "--genlen", str(count), "--out", work / "out.npy"],
                   check=True, capture_output=True, env=environment)
    found = json.loads(report.read_text())
    items = found["kernels"] + found["library_calls"]
    classes = [k["counters"]["warp_instructions_by_class"] for k in found["kernels"]]
    # A fused multiply-add is one instruction and two operations. Tensor cores and libraries do not say what they compute.
    all_counted = not found["library_calls"] and not any(c["tensor"] for c in classes)
    return {"launches": sum(k.get("launches", k.get("calls")) for k in items),
            "bytes": sum(k["bytes_read"] + k["bytes_written"] for k in items),
            "flops": 64 * sum(c["float32"] for c in classes) if all_counted else float("inf")}


def check_formulas(build, work):
    """Compares operations() with what the simulated GPU counts, for a prompt and for a decode step of several sequences."""
    results = []
    for name, sequences, tokens in (("hybrid", 1, 24), ("hybrid", 4, 16), ("rotary-lightning", 2, 24), ("pure-heads", 2, 24)):
        golden = ROOT / "test" / "golden" / name
        config = json.loads((golden / "config.json").read_text())
        program = compile_model(golden, work / f"check-{name}", "--target", "cuda", "--cuda-arch", "sm_80")
        ids = np.random.default_rng(0).integers(0, config["vocab_size"], (sequences, tokens))
        one, two = (step_totals(program, ids, n, build, work) for n in (1, 2))
        cases = {"prompt": (Step(sequences, tokens, 0), one),
                 "decode": (Step(sequences, 1, tokens), {key: two[key] - one[key] if one[key] < float("inf") else one[key]
                                                       for key in one})}
        for case, (step, counted) in cases.items():
            expected = operations(config, step)
            ratios = {key: counted[key] / sum(getattr(o, key) for o in expected) for key in ("bytes", "flops")}
            print(f"{name}, {case} of {sequences} x {step.tokens}: counted over formula: "
                  + ", ".join(f"{key} {ratio:.3f}" for key, ratio in ratios.items()))
            results.append({"model": name, "case": case, "bytes_ratio": ratios["bytes"]})
            assert 0.9 <= ratios["bytes"] <= 1.1, f"{name}, {case}: bytes of operations() are off"
            # Tiles repeat their last row, and sums over lanes and functions take instructions too.
            assert ratios["flops"] >= 0.9, f"{name}, {case}: operations() has more flops than the kernels"
    return results


def estimate(models, batches, weight_sizes, launch_seconds, launches):
    """Prints, for each model and step, the least time of each operation on each GPU."""
    results = []
    for model in models:
        config = json.loads((ROOT / "models" / model / "config.json").read_text())
        attentions = len(config["attn_layer_idx"])
        made = launches[0] * (config["n_layer"] - attentions) + launches[1] * attentions + OUTSIDE
        for weights, size in weight_sizes.items():
            for what, step in [(f"decode step, batch {b}", Step(b, 1, 512)) for b in batches] + [("prompt of 512", Step(1, 512, 0))]:
                rows = operations(config, step, size)
                share = made / sum(row.count for row in rows)
                print(f"\nEstimate: {model}, {weights} weights, {what}, {made:.0f} launches\n")
                print("| operation | count | MB | GFLOP | " + " | ".join(f"{g.name}, µs" for g in GPUS) + " |")
                print("|---|---|---|---|" + "---|" * len(GPUS))
                totals = [0.0] * len(GPUS)
                for row in rows:
                    cells = []
                    for i, gpu in enumerate(GPUS):
                        seconds, bound = least_seconds(row, gpu, launch_seconds, share, size == 2)
                        totals[i] += seconds
                        cells.append(f"{1e6 * seconds:.1f} {bound}")
                    print(f"| {row.name} | {row.count} | {row.bytes / 1e6:.2f} | {row.flops / 1e9:.3f} | {' | '.join(cells)} |")
                print(f"| all | | {sum(r.bytes for r in rows) / 1e6:.2f} | {sum(r.flops for r in rows) / 1e9:.3f} | "
                      + " | ".join(f"{1e6 * t:.1f}" for t in totals) + " |")
                results.append({"model": model, "weights": weights, "step": what, "sequences": step.sequences, "tokens": step.tokens,
                                "least_seconds": {g.name: t for g, t in zip(GPUS, totals)}})
    return results


# arXiv 2212.14052, table of inference throughput: 1.3B, batch 64, 128 tokens after a prompt, one A100 80 GB; tokens a second.
PAPER = {512: 1980, 1024: 1580, 1536: 1240}


def compare_with_paper(launch_seconds, launches):
    config = json.loads((ROOT / "models" / "h3-1.3b" / "config.json").read_text())
    attentions, gpu, batch, count = len(config["attn_layer_idx"]), GPUS[0], 64, 128
    made = launches[0] * (config["n_layer"] - attentions) + launches[1] * attentions + OUTSIDE

    def least(step, size):
        rows = operations(config, step, size)
        share = made / sum(row.count for row in rows)
        return sum(least_seconds(row, gpu, launch_seconds, share, size == 2)[0] for row in rows)

    print("\nh3-1.3b, batch 64, 128 tokens generated, A100, tokens/s: the paper measured, ours is the most that the estimate allows\n")
    print("| prompt | paper (float16) | at most, f32 | at most, bf16 |\n|---|---|---|---|")
    results = []
    for prompt, measured in PAPER.items():
        most = {}
        for weights, size in (("f32", 4), ("bf16", 2)):
            reading = batch * sum(least(Step(1, 512, before), size) for before in range(0, prompt, 512))
            decoding = sum(least(Step(batch, 1, prompt + i), size) for i in range(count))
            most[weights] = batch * count / (reading + decoding)
        print(f"| {prompt} | {measured} | {most['f32']:.0f} | {most['bf16']:.0f} |")
        results.append({"prompt": prompt, "paper": measured, "at_most": most})
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["h3-125m"], help="published names to time (default: h3-125m)")
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--batch", type=int, nargs="*", default=[1, 64])
    parser.add_argument("--weight-types", nargs="*", default=["f32"], help="of h3-compile (default: f32)")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--launch-us", type=float, default=2.0, help="least time from one launch to the next (default 2)")
    parser.add_argument("--reduced", action="store_true", help="golden models instead of published ones, short lengths")
    parser.add_argument("--json", type=Path, help="also write all results to this file")
    args = parser.parse_args()
    build = args.build.resolve()
    os.environ["PATH"] = f"{build / 'bin'}{os.pathsep}{os.environ['PATH']}"
    path, is_real = find_driver(build)
    device = "cuda:0" if is_real else "sim"
    if not is_real:
        os.environ["H3_SIMGPU"] = path
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        driver = Driver(path)
        results["device"], results["is_simulated"] = driver.name, not is_real
        print(f"device: {driver.name}" + ("" if is_real else ", whose times mean nothing and are left out"))
        size = 256 << 20 if is_real else 1 << 20
        copies = driver.copy_seconds(size, 10)
        driver.close()
        bandwidth = 2 * size / min(copies) if is_real else None
        results["copy_bytes_per_s"] = bandwidth
        goldens = [ROOT / "test" / "golden" / name for name in ("hybrid", "pure-heads", "rotary-lightning", "trained", "long")]
        results["goldens"] = check_goldens(goldens[:2] if args.reduced else goldens, 17 if args.reduced else 10000, device, work)
        timer = build_timer(path, work)
        results["models"] = []
        models = ["hybrid"] if args.reduced or not is_real else args.models
        for model, weight_type in itertools.product(models, args.weight_types):
            program = work / "timed"
            options = ["--target", "cuda", "--weight-type", weight_type, "--max-sequences", max(args.batch)]
            if (ROOT / "test" / "golden" / model).exists():
                compile_model(ROOT / "test" / "golden" / model, program, *options)
            else:
                compile_model(model, program, "--random-weights", 0, *options)
            for batch in args.batch:
                prompt, count = (512, 128) if is_real else (4, 2)
                bench, times = measure(program, batch, prompt, count, args.repeat if is_real else 1, device, timer, work)
                kernels = {name: {"launches": len(t), "median_s": statistics.median(t), "total_s": sum(t)} for name, t in times.items()}
                if not is_real:
                    bench = {key: value for key, value in bench.items() if not key.endswith(("_s", "_rss_bytes"))}
                    kernels = {name: {"launches": k["launches"]} for name, k in kernels.items()}
                results["models"].append({"model": model, "weights": weight_type, "batch": batch, "bench": bench, "kernels": kernels})
                print(f"\n{model}, {weight_type} weights, batch {batch}: {json.dumps(bench)}")
                for name, k in kernels.items():
                    print(f"  {name}: {k['launches']} launches" + (f", median {1e6 * k['median_s']:.1f} µs" if is_real else ""))
                if is_real:
                    seconds = 1 / (bench["decode_tokens_per_s"]["median"] / batch)
                    print(f"  a decode step reads the weights at {bench['weight_bytes_per_token'] / seconds / bandwidth:.0%} of the copy bandwidth")
        launches = count_launches(build, work)
        print(f"\nlaunches of a decode step: {launches[0]:g} for an SSM layer, {launches[1]:g} for an attention layer, {OUTSIDE} outside")
        results["formulas"] = check_formulas(build, work)
    results["estimates"] = estimate(["h3-125m"] if args.reduced else ["h3-125m", "h3-1.3b"], args.batch, {"f32": 4, "bf16": 2},
                                    args.launch_us / 1e6, launches)
    results["paper"] = compare_with_paper(args.launch_us / 1e6, launches)
    if args.json:
        args.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
