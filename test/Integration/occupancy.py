"""How many warps of a kernel fit on a multiprocessor at once, per architecture.

Limits are those of the table "Technical Specifications per Compute Capability" of NVIDIA's CUDA C++ Programming Guide. The units in
which registers and shared memory are given out are those of the occupancy calculator of Nsight Compute, for compute capability 8.0
to 10.0: registers go to warps, 256 at a time, and warps are spread over four schedulers with a quarter of the register file each;
shared memory goes to blocks, 128 bytes at a time, after 1 KiB that the system keeps for each block (Programming Guide, "Shared
Memory" of compute capability 8.x, 9.0 and 10.0).
"""

from collections import namedtuple

Architecture = namedtuple("Architecture", "name registers shared_bytes warps blocks")
ARCHITECTURES = {
    "sm_80": Architecture("sm_80", registers=65536, shared_bytes=164 << 10, warps=64, blocks=32),
    "sm_90": Architecture("sm_90", registers=65536, shared_bytes=228 << 10, warps=64, blocks=32),
    "sm_100": Architecture("sm_100", registers=65536, shared_bytes=228 << 10, warps=64, blocks=32),
}
STATIC_SHARED_BYTES = 48 << 10  # of a block at most, on every architecture
WARP_THREADS, SCHEDULERS = 32, 4
REGISTER_UNIT, SHARED_UNIT, SYSTEM_SHARED_BYTES = 256, 128, 1 << 10


def round_up(n, unit):
    return -(-n // unit) * unit


def resident_warps(arch, threads, registers, shared_bytes):
    """Warps on a multiprocessor of `arch`, a name, when blocks of `threads` threads fill it; 0: not even one block fits."""
    limits = ARCHITECTURES[arch]
    warps = -(-threads // WARP_THREADS)
    of_warp = round_up(max(registers, 1) * WARP_THREADS, REGISTER_UNIT)
    by_registers = limits.registers // SCHEDULERS // of_warp * SCHEDULERS // warps
    by_shared = limits.shared_bytes // round_up(shared_bytes + SYSTEM_SHARED_BYTES, SHARED_UNIT)
    return min(limits.blocks, limits.warps // warps, by_registers, by_shared) * warps
