"""Trains tiny-h3 on the King James Bible within a time budget and writes model.pt, config.json, merges.txt, eval.json, heldout.txt."""

import argparse
import json
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import text
from model import H3LM
from tokenizer import Tokenizer, save_merges, train_merges

HERE = Path(__file__).parent
SSM = ("ssm_k_kernel.", ".kernel.kernel.", "ssm_k_D", "mixer.D")  # kept in fp32, trained without decay
PROMPT = "And God said,"


def parse():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--minutes", type=float, default=20)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--length", type=int, default=256, help="tokens of a training window")
    p.add_argument("--d-model", type=int, default=192)
    p.add_argument("--layers", type=int, default=4)
    p.add_argument("--attention", type=int, default=2, help="the layer that is attention")
    p.add_argument("--vocabulary", type=int, default=2048)
    p.add_argument("--lr", type=float, default=2.5e-3)
    p.add_argument("--ssm-lr", type=float, default=1e-3)
    p.add_argument("--dropout", type=float, default=0.1)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--out", type=Path, default=HERE)
    return p.parse_args()


def optimizer_for(model, args):
    """AdamW with weight decay on the matrices alone and a rate of its own for the SSM parameters."""
    groups = {"matrix": [], "vector": [], "ssm": []}
    for name, p in model.named_parameters():
        ssm = any(s in name for s in SSM)
        groups["ssm" if ssm else "matrix" if p.dim() > 1 else "vector"].append(p)
    return torch.optim.AdamW([
        {"params": groups["matrix"], "peak": args.lr, "weight_decay": 0.1},
        {"params": groups["vector"], "peak": args.lr, "weight_decay": 0.0},
        {"params": groups["ssm"], "peak": args.ssm_lr, "weight_decay": 0.0},
    ], betas=(0.9, 0.97))


def schedule(spent):
    """The share of the peak rate after the share `spent` of the time: linear warm-up, then a cosine to 0."""
    warm = 0.04
    return spent / warm if spent < warm else 0.5 + 0.5 * math.cos(math.pi * min(1, (spent - warm) / (1 - warm)))


def save(model, path):
    """Writes the weights: fp16, the SSM parameters fp32. The head shares the embedding's storage."""
    weights = {n: w if any(s in n for s in SSM) else w.half() for n, w in model.state_dict().items()}
    weights["lm_head.weight"] = weights["backbone.embeddings.word_embeddings.weight"]
    torch.save(weights, path)


@torch.no_grad()
def bits_per_byte(model, ids, tokenizer, length=512):
    """Over `ids` cut into windows of `length` predictions, each from a zero state; bytes are the predicted tokens'."""
    nats = size = 0
    for start in range(0, len(ids) - 1, length):
        window = ids[start:start + length + 1]
        nats += F.cross_entropy(model(window[None, :-1])[0], window[1:], reduction="sum").item()
        size += sum(len(tokenizer.symbols[i]) for i in window[1:].tolist())  # one character stands for one byte
    return nats / math.log(2) / size


@torch.no_grad()
def sample(model, tokenizer, prompt, count, temperature=0.8, top_k=40):
    ids = torch.tensor([tokenizer.encode(prompt)])
    for _ in range(count):
        logits, kept = model(ids[:, -512:])[:, -1].topk(top_k)
        drawn = torch.multinomial((logits / temperature).softmax(-1), 1)
        ids = torch.cat([ids, kept.gather(1, drawn)], 1)
    return tokenizer.decode(ids[0].tolist())


def main():
    args = parse()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    training_text, held_out_text = text.split()
    merges = args.out / "merges.txt"
    if not merges.exists():
        save_merges(merges, train_merges(training_text, args.vocabulary - 257))
    tokenizer = Tokenizer(merges)
    training, held_out = (torch.tensor(tokenizer.encode(t)) for t in (training_text, held_out_text))

    config = {
        "d_model": args.d_model, "n_layer": args.layers, "d_inner": 4 * args.d_model, "vocab_size": args.vocabulary,
        "pad_vocab_size_multiple": 8, "attn_layer_idx": [args.attention], "n_heads": args.d_model // 32,
        "rotary_emb_dim": 0, "d_state": 64, "head_dim": 1, "layer_norm_epsilon": 1e-5,
    }
    (args.out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    model = H3LM({**config, "dropout": args.dropout})
    optimizer = optimizer_for(model, args)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, {len(training)} training tokens", flush=True)

    begin, step, smooth = time.monotonic(), 0, None
    while (spent := (time.monotonic() - begin) / (60 * args.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * schedule(spent)
        starts = torch.randint(len(training) - args.length, (args.batch, 1))
        window = training[starts + torch.arange(args.length + 1)]
        loss = F.cross_entropy(model(window[:, :-1]).flatten(0, 1), window[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        smooth = loss.item() if smooth is None else 0.98 * smooth + 0.02 * loss.item()
        step += 1
        if step % 50 == 0:
            print(f"step {step}, {spent:.1%} of the time: loss {smooth:.3f}", flush=True)
        if step % 500 == 0:
            save(model, args.out / "model.pt")

    model.eval()
    save(model, args.out / "model.pt")
    model.load_state_dict(torch.load(args.out / "model.pt"))  # what is measured is what was stored
    (args.out / "heldout.txt").write_text(held_out_text, encoding="utf-8")
    report = {"heldout_bits_per_byte": bits_per_byte(model, held_out, tokenizer),
              "how": "every 25th chapter, windows of 512 predictions, each from a zero state",
              "steps": step, "tokens_per_step": args.batch * args.length, "minutes": args.minutes, "dropout": args.dropout,
              "last_training_loss": smooth, "sample": sample(model, tokenizer, PROMPT, 200)}
    (args.out / "eval.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
