"""H3 in PyTorch, for training: parameters carry the published names, so `state_dict()` is the published checkpoint.

Source: "Hungry Hungry Hippos: Towards Language Modeling with State Space Models" (arXiv 2212.14052) and its public
implementation (HazyResearch/H3). Shapes: b batch, t time, d d_model, H = d / head_dim heads, N d_state.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn


def causal_conv(u, k):
    """Convolves u [b, ..., t] with kernels k [..., t' <= t] along time, keeping the first t outputs."""
    t = u.shape[-1]
    n = t + k.shape[-1]
    return torch.fft.irfft(torch.fft.rfft(u, n) * torch.fft.rfft(k, n), n)[..., :t]


class ShiftKernel(nn.Module):
    """The shift SSM of every channel, as a causal FIR of N taps: K[t] = sum_m B[m] C[m + t]."""

    def __init__(self, d, n):
        super().__init__()
        self.B = nn.Parameter(torch.eye(1, n).repeat(d, 1))  # [d, N], starts as e_0
        self.C = nn.Parameter(torch.randn(1, d, n) * n**-0.5)  # [1, d, N]

    def forward(self, length):
        """Returns K [d, length], zero from tap N on; computed as the correlation of C with B."""
        n = self.B.shape[-1]
        spectrum = torch.fft.rfft(self.C[0], 2 * n) * torch.fft.rfft(self.B, 2 * n).conj()
        return torch.fft.irfft(spectrum, 2 * n)[:, :min(n, length)]


class DiagKernel(nn.Module):
    """The diagonal SSM (S4D-Lin) of every head: N/2 complex modes, bilinear discretisation."""

    def __init__(self, heads, n, n_ssm):
        super().__init__()
        m = n // 2
        self.C = nn.Parameter(torch.randn(1, heads, m, 2) * 0.5**0.5)
        self.B = nn.Parameter(torch.tensor([1.0, 0.0]).repeat(n_ssm, m, 1))
        log_dt = torch.rand(heads) * (math.log(0.1) - math.log(0.001)) + math.log(0.001)
        self.log_dt = nn.Parameter(log_dt)
        self.inv_A_real = nn.Parameter(torch.full((n_ssm, m), math.log(0.5)))
        self.A_imag = nn.Parameter(math.pi * torch.arange(m).repeat(n_ssm, 1).float())

    def forward(self, length):
        """Returns K [H, length]: K[t] = 2 Re sum_m C[m] dB[m] dA[m]^t."""
        heads = self.log_dt.shape[0]
        rows = torch.arange(heads) % self.A_imag.shape[0]  # heads share the n_ssm systems in turn
        a = torch.complex(-self.inv_A_real.exp(), self.A_imag)[rows]
        b, c = torch.view_as_complex(self.B)[rows], torch.view_as_complex(self.C)[0]
        dt = self.log_dt.exp()[:, None]
        log_da = torch.log(1 + dt * a / 2) - torch.log(1 - dt * a / 2)
        db = dt * b / (1 - dt * a / 2)
        # t = block * i + j splits dA^t into two small tables, whose product over the modes is one matrix product.
        block = math.isqrt(length - 1) + 1
        fine = torch.exp(log_da[..., None] * torch.arange(block))  # [H, N/2, j]
        coarse = (c * db)[..., None] * torch.exp(log_da[..., None] * (block * torch.arange(block)))  # [H, N/2, i]
        return 2 * (coarse.transpose(1, 2) @ fine).real.reshape(heads, -1)[:, :length]


class Holder(nn.Module):
    """Gives a kernel the extra level `kernel.` that it has in the published names."""

    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel

    def forward(self, length):
        return self.kernel(length)


class H3(nn.Module):
    """The H3 mixer: o = q * diagonal SSM(shift SSM(k) * v), per head an outer product and its contraction."""

    def __init__(self, d, n, head_dim=1, n_ssm=None):
        super().__init__()
        heads = d // head_dim
        self.head_dim = head_dim
        self.ssm_k_D = nn.Parameter(torch.randn(d))
        self.D = nn.Parameter(torch.randn(heads))
        self.q_proj, self.k_proj, self.v_proj = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.ssm_k_kernel = Holder(ShiftKernel(d, n))
        self.kernel = Holder(DiagKernel(heads, n, n_ssm or heads))
        self.output_linear = nn.Linear(d, d)

    def forward(self, x):
        """x [b, t, d] -> [b, t, d]."""
        b, t, d = x.shape
        i = self.head_dim
        q, k, v = (f(x).transpose(1, 2) for f in (self.q_proj, self.k_proj, self.v_proj))  # [b, d, t]
        k = causal_conv(k, self.ssm_k_kernel(t)) + self.ssm_k_D[:, None] * k
        q, k, v = (z.reshape(b, d // i, i, t) for z in (q, k, v))
        kv = k[:, :, :, None] * v[:, :, None]  # [b, H, i, j, t]
        y = causal_conv(kv, self.kernel(t)[:, None, None]) + self.D[:, None, None, None] * kv
        o = (q[:, :, :, None] * y).sum(2)  # [b, H, j, t]
        return self.output_linear(o.permute(0, 3, 2, 1).reshape(b, t, d))  # channel j*H + h


class RotaryFrequencies(nn.Module):
    def __init__(self, r):
        super().__init__()
        self.register_buffer("inv_freq", 10000.0 ** (-torch.arange(0, r, 2) / r))


class Attention(nn.Module):
    """Causal softmax attention, the first rotary_dim features of every q and k head rotated by halves."""

    def __init__(self, d, heads, rotary_dim=0):
        super().__init__()
        self.heads, self.rotary_dim = heads, rotary_dim
        self.Wqkv, self.out_proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        if rotary_dim:
            self.rotary_emb = RotaryFrequencies(rotary_dim)

    def rotate(self, z):
        """z [b, heads, t, width] -> the same shape."""
        half = self.rotary_dim // 2
        phi = torch.arange(z.shape[2])[:, None] * self.rotary_emb.inv_freq
        a, b, rest = z[..., :half], z[..., half:2 * half], z[..., 2 * half:]
        return torch.cat([a * phi.cos() - b * phi.sin(), a * phi.sin() + b * phi.cos(), rest], -1)

    def forward(self, x):
        """x [b, t, d] -> [b, t, d]."""
        b, t, d = x.shape
        q, k, v = self.Wqkv(x).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # each [b, heads, t, width]
        if self.rotary_dim:
            q, k = self.rotate(q), self.rotate(k)
        scores = q @ k.transpose(2, 3) / math.sqrt(d / self.heads)
        scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), -math.inf)
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, t, d))


class MLP(nn.Module):
    def __init__(self, d, inner):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(d, inner), nn.Linear(inner, d)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, config, layer):
        super().__init__()
        d, eps = config["d_model"], config["layer_norm_epsilon"]
        if layer in config["attn_layer_idx"]:
            self.mixer = Attention(d, config["n_heads"], config["rotary_emb_dim"])
        else:
            self.mixer = H3(d, config["d_state"], config["head_dim"], config.get("n_ssm"))
        self.norm1, self.norm2 = nn.LayerNorm(d, eps), nn.LayerNorm(d, eps)
        self.mlp = MLP(d, config["d_inner"])
        self.dropout = nn.Dropout(config.get("dropout", 0.0))  # of the branches, in training alone

    def forward(self, r):
        r = r + self.dropout(self.mixer(self.norm1(r)))
        return r + self.dropout(self.mlp(self.norm2(r)))


class Backbone(nn.Module):
    def __init__(self, config, vocabulary):
        super().__init__()
        d = config["d_model"]
        self.embeddings = nn.ModuleDict({"word_embeddings": nn.Embedding(vocabulary, d)})
        self.layers = nn.ModuleList(Block(config, layer) for layer in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(d, config["layer_norm_epsilon"])

    def forward(self, ids):
        r = self.embeddings["word_embeddings"](ids)
        for layer in self.layers:
            r = layer(r)
        return self.ln_f(r)


class H3LM(nn.Module):
    """The language model of a config.json: ids [b, t] -> logits [b, t, padded vocabulary]."""

    def __init__(self, config):
        super().__init__()
        multiple = config["pad_vocab_size_multiple"]
        vocabulary = -(-config["vocab_size"] // multiple) * multiple
        self.backbone = Backbone(config, vocabulary)
        self.lm_head = nn.Linear(config["d_model"], vocabulary, bias=False)
        for name, p in self.named_parameters():
            if name.endswith(("output_linear.weight", "out_proj.weight", "fc2.weight")):
                nn.init.normal_(p, std=0.02 / math.sqrt(2 * config["n_layer"]))  # GPT-2: branches start small
            elif p.dim() == 2 and name.endswith("weight"):
                nn.init.normal_(p, std=0.02)
            elif name.endswith(("proj.bias", "linear.bias", "Wqkv.bias", "fc1.bias", "fc2.bias")):
                nn.init.zeros_(p)
        self.lm_head.weight = self.backbone.embeddings["word_embeddings"].weight

    def forward(self, ids):
        return self.lm_head(self.backbone(ids))
