"""What programs for GPUs say when something is missing, and how they show their progress.

Usage: program_gpu.py GOLDEN_FOLDER WORK_FOLDER, which has the drivers no-device.so, old.so and empty.so, and the
folders alone and failing with drivers and what is beside them.
"""

import os
import pty

from drivers import *

golden, work = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
program = compile_model(golden, work / "program", "--target", "cuda", "--cuda-arch", "sm_80", "--max-sequences", "3",
                        "--tokenizer", "bytes")
newer = compile_model(golden, work / "newer", "--target", "cuda", "--cuda-arch", "sm_90", "--tokenizer", "bytes")
simulated = os.environ["H3_SIMGPU"]
run_folder = fresh(work / "run")
ask = ["--prompt", "And God", "--genlen", "2"]
sim = [*ask, "--device", "sim"]
problems = 0


def check(command, fragments, **environment):
    global problems
    old = dict(os.environ)
    os.environ.update(environment)
    problem = find_problem(command, fragments, 1, run_folder)
    os.environ.clear()
    os.environ.update(old)
    if problem:
        problems += 1
        print(f"{command}, {environment}: {problem}")


# Drivers and devices.
check([program, *ask], ["no NVIDIA driver", "libcuda.so.1", "install", "--device sim"])
check([program, *sim], ["no NVIDIA driver", "none.so"], H3_SIMGPU=str(work / "none.so"))
check([program, *sim], ["no NVIDIA GPU", "nvidia-smi"], H3_SIMGPU=str(work / "no-device.so"))
check([program, *sim], ["the NVIDIA driver is for CUDA 12.9", "needs 13.0", "newer driver"], H3_SIMGPU=str(work / "old.so"))
check([program, *sim], ["empty.so has no cu", "too old"], H3_SIMGPU=str(work / "empty.so"))
# Libraries; more than eight tokens are theirs.
check([program, *sim], ["the program needs libcublasLt.so.13", str(work / "alone"), "install the CUDA toolkit's libraries"],
      H3_SIMGPU=str(work / "alone/libcuda.so.1"))
check([program, "--prompt", "And God said", "--genlen", "2", "--device", "sim"],
      ["a dense layer of 128 to 384 features on 12 rows", "cublasLtMatmulAlgoGetHeuristic failed with CUBLAS_STATUS_NOT_SUPPORTED"],
      H3_SIMGPU=str(work / "failing/libcuda.so.1"))
# The simulated driver adds why.
message = run(newer, *sim, code=1, environment={"H3_SIMGPU_ARCH": "8.0"})[1]
assert message.startswith("error: the program has no code for this GPU, which is sm_80; "), message
assert "--cuda-arch" in message.splitlines()[0], message
os.symlink(simulated, run_folder / "libcuda.so.1")
check([program, *ask, "--device", "cuda:1"], ["--device", "1 GPUs", "cuda:1"], LD_LIBRARY_PATH=str(run_folder))

# Memory is planned as a whole: just enough is enough; a byte less is not, and the error lists what needs it.
report = work / "report.json"
os.environ["H3_SIMGPU_REPORT"] = str(report)
run(program, *sim)
found = json.loads(report.read_text())
assert not found["findings"] and not found["leaks"], found
needed = found["peak_bytes"]
os.environ["H3_SIMGPU_MEMORY"] = str(needed)
run(program, *sim)
purposes = "weights", "recurrent state", "key/value cache", "intermediate results", "logits", "inputs of a step"
check([program, *sim], ["the GPU has", "free of", "but the model needs", *purposes, "1 bytes are missing", "--max-context"],
      H3_SIMGPU_MEMORY=str(needed - 1))
check([program, *sim, "--batch", "1000"], ["the model needs", "run fewer sequences"])
assert json.loads(report.read_text())["peak_bytes"] == 0, "memory was allocated before it was known to suffice"

# The bar is drawn on a terminal; everywhere else stderr stays empty.
assert run(program, *sim)[1] == "", "stderr is no terminal"
terminal, other_end = pty.openpty()
subprocess.run([program, *sim], stdout=subprocess.DEVNULL, stderr=other_end, check=True)
os.close(other_end)
drawn = os.read(terminal, 1 << 16).decode()
assert re.fullmatch(r"(\rweights \[=* *\] +\d+%)*\rweights \[={40}\] 100%\s*\n", drawn), repr(drawn)
sys.exit(problems != 0)
