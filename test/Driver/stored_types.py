"""Which type dense weights get when none is asked for. Usage: stored_types.py WORK_FOLDER"""

import json
import re
import sys

import numpy as np

from drivers import fresh, random_model, run, save_checkpoint

CONFIG = {"d_model": 32, "n_layer": 2, "d_inner": 64, "vocab_size": 50, "pad_vocab_size_multiple": 8, "attn_layer_idx": [1],
          "n_heads": 2, "rotary_emb_dim": 0, "d_state": 8, "head_dim": 1, "layer_norm_epsilon": 1e-5}
DENSE = r"embeddings\.word_embeddings|[qkv]_proj|output_linear|Wqkv|out_proj|mlp\.fc[12]"

work = fresh(sys.argv[1])


def types(model, *options):
    """The types of the dense weights' parameters and those of all others."""
    text = run("h3-compile", model, "--emit", "linalg", *options)[0].decode()
    found = re.findall(r'h3\.parameter @\S+ : tensor<[0-9x]*x(\w+)> from \["(.*?)"', text)
    dense = {kind for kind, name in found if re.search(DENSE, name) and name.endswith(".weight")}
    other = {kind for kind, name in found if not (re.search(DENSE, name) and name.endswith(".weight"))}
    return dense, other


for stored, expected in ((np.float32, "f32"), (np.float16, "f16")):
    model = work / expected
    model.mkdir()
    (model / "config.json").write_text(json.dumps(CONFIG))
    save_checkpoint(model / "model.pt", random_model(CONFIG, 1, stored))
    # As stored; norms, biases and SSMs always in single precision.
    assert types(model, "--target", "cuda") == ({expected}, {"f32"}), types(model, "--target", "cuda")
    assert types(model) == ({expected}, {"f32"}), types(model)
    # What is asked for goes first, f32 too.
    for asked, kinds in (("f32", {"f32"}), ("bf16", {"bf16"}), ("f16", {"f16"}), ("int8", {"i8", "f32"}),
                         ("int4", {"i8", "f16"})):
        found = types(model, "--target", "cuda", "--weight-type", asked)
        assert found == (kinds, {"f32"}), f"{expected} as {asked}: {found}"
    assert types(model, "--weight-type", "f32") == ({"f32"}, {"f32"})
