"""Compares model.py with the logits in the folders given (config.json, model.pt, ids_L.npy, logits_L.npy)."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import torch

from model import H3LM

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "reference"))
from checkpoint import load_checkpoint


def main(folders):
    worst = 0.0
    for folder in map(Path, folders):
        model = H3LM(json.loads((folder / "config.json").read_text()))
        weights = {name: torch.from_numpy(w) for name, w in load_checkpoint(folder / "model.pt").items()}
        model.load_state_dict(weights)
        for path in sorted(folder.glob("logits_*.npy")):
            length = re.search(r"(\d+)\.npy", path.name)[1]
            ids = torch.from_numpy(np.load(folder / f"ids_{length}.npy")).long()
            expected = np.load(path)
            with torch.no_grad():
                found = model(ids)[:, -expected.shape[1]:].numpy()
            error = np.abs(found - expected).max()
            worst = max(worst, error)
            print(f"{folder.name}/{path.name}: {error:.1e}")
    return worst > 1e-3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
