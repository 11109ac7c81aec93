"""What the report of the simulated GPU must say of a run."""

import json


def check_report(path, most):
    """Fails on findings, leaks and unsupported calls, and where accesses take over `most` times what their bytes would.

    Returns the report.
    """
    report = json.loads(path.read_text())
    for key in ("findings", "leaks", "unsupported_calls"):
        assert not report[key], f"{key}: {report[key]}"
    for kernel in report["kernels"]:
        counters = kernel["counters"]
        for kind in ("global_load_sectors", "shared_load_wavefronts", "shared_store_wavefronts"):
            ideal = counters[kind.replace("load_", "load_ideal_").replace("store_", "store_ideal_")]
            assert counters[kind] <= most * ideal, f"{kernel['name']}: {counters[kind]} {kind}, ideal {ideal}"
    return report
