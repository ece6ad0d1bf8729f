#!/usr/bin/env python3
"""The networks of `cch train` for segmentation, written once more in plain PyTorch.

  cch train STUDY.toml -o OUT && cch train STUDY.toml --write-images RASTERS
  tools/bench/segmentation_peer.py OUT RASTERS [--device cuda] [--epochs 2] [--runs NAME]

For every finished run without a teacher or selection: the trained weights are loaded into this
network, its mIoU with all modalities there is set against that of the result (both must be equal up
to ties), and the same training (shared encoder, mean fusion, cross-entropy, AdamW, clipping, scale,
crop and flip) is timed for some epochs, images/s beside those of the result. Needs numpy and torch.
"""

import argparse
import json
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

EPSILON = 1e-6
IGNORED = 255
TOLERANCE = 2e-3  # of mIoU: resized logits of two classes may be equal but for rounding


def read_weights(path):
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8 : 8 + size])
    out = {}
    for name, entry in head.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(raw[8 + size + begin : 8 + size + end], "<f4")
        out[name] = torch.tensor(values.reshape(entry["shape"]).copy())
    return out


class Images:
    def __init__(self, folder, modalities, device):
        split = np.load(folder / "split.npy")
        self.labels = torch.tensor(np.load(folder / "labels.npy").astype(np.int64)).to(device)
        self.train = np.flatnonzero(split == 0)
        self.test = np.flatnonzero(split == 2)
        self.images = []
        for name in modalities:
            values = np.load(folder / f"{name}.npy").transpose(0, 3, 1, 2).astype(np.float64)
            own = values[self.train]
            mean = own.mean((0, 2, 3), keepdims=True)
            deviation = own.std((0, 2, 3), keepdims=True)
            deviation[deviation == 0] = 1
            self.images.append(torch.tensor(((values - mean) / deviation).astype(np.float32)).to(device))

    def augmented(self, rows, low, high, flip):
        b = len(rows)
        device = self.labels.device
        scale = torch.exp(torch.empty(b).uniform_(math.log(low), math.log(high)))
        shift = (torch.rand(b, 2) * 2 - 1) * (1 - 1 / scale).abs()[:, None]
        sign = torch.where(torch.rand(b) < 0.5, -1.0, 1.0) if flip else torch.ones(b)
        theta = torch.zeros(b, 2, 3)
        theta[:, 0, 0] = sign / scale
        theta[:, 1, 1] = 1 / scale
        theta[:, :, 2] = shift
        h, w = self.labels.shape[1:]
        grid = F.affine_grid(theta, [b, 1, h, w], align_corners=False).to(device)
        images = [F.grid_sample(x[rows], grid, align_corners=False) for x in self.images]
        labels = self.labels[rows][:, None].float()
        inside = F.grid_sample(torch.ones_like(labels), grid, mode="nearest", align_corners=False)
        labels = F.grid_sample(labels, grid, mode="nearest", align_corners=False)
        return images, torch.where(inside > 0, labels, float(IGNORED))[:, 0].long()


class Net:
    """Functions over a dictionary of weights."""

    def __init__(self, network, weights):
        self.n = network
        self.w = weights

    def linear(self, name, x):
        return F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.w[name + ".weight"], self.w[name + ".bias"], EPSILON)

    def conv(self, name, x, **how):
        return F.conv2d(x, self.w[name + ".weight"], self.w[name + ".bias"], **how)

    def block(self, name, x, h, w, heads, reduction):
        b, count, c = x.shape
        y = self.norm(name + ".norm1", x)
        seen = y
        if reduction > 1 and h >= reduction and w >= reduction:
            grid = y.transpose(1, 2).reshape(b, c, h, w)
            seen = self.conv(name + ".attn.sr", grid, stride=reduction).flatten(2).transpose(1, 2)
            seen = self.norm(name + ".attn.norm", seen)
        q = self.linear(name + ".attn.q", y).view(b, count, heads, c // heads).transpose(1, 2)
        k, v = self.linear(name + ".attn.kv", seen).view(b, -1, 2, heads, c // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, count, c)
        x = x + self.linear(name + ".attn.proj", mixed)
        y = self.linear(name + ".mlp.fc1", self.norm(name + ".norm2", x))
        y = y.transpose(1, 2).reshape(b, -1, h, w)
        y = self.conv(name + ".mlp.dwconv.dwconv", y, padding=1, groups=y.shape[1])
        return x + self.linear(name + ".mlp.fc2", F.gelu(y.flatten(2).transpose(1, 2)))

    def encoder(self, x):
        out = []
        for i, depth in enumerate(self.n["depths"]):
            stride, padding = (4, 3) if i == 0 else (2, 1)
            x = self.conv(f"encoder.patch_embed{i + 1}.proj", x, stride=stride, padding=padding)
            h, w = x.shape[2:]
            t = self.norm(f"encoder.patch_embed{i + 1}.norm", x.flatten(2).transpose(1, 2))
            for b in range(depth):
                t = self.block(f"encoder.block{i + 1}.{b}", t, h, w, self.n["heads"][i], self.n["reductions"][i])
            x = self.norm(f"encoder.norm{i + 1}", t).transpose(1, 2).reshape(len(x), -1, h, w)
            out.append(x)
        return out

    def __call__(self, images):
        """Logits at a quarter of the size."""
        channels = self.n["input-channels"]
        count = len(images)
        x = torch.cat([i.expand(-1, channels, -1, -1) if i.shape[1] == 1 else i for i in images])
        total = None
        for i, stage in enumerate(self.encoder(x)):
            fused = stage.view(count, -1, *stage.shape[1:]).mean(0)
            mapped = self.linear(f"head.stage{i + 1}", fused.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
            if total is None:
                total = mapped
            else:
                total = total + F.interpolate(mapped, total.shape[2:], mode="bilinear", align_corners=False)
        y = torch.relu(self.norm("head.norm", total.permute(0, 2, 3, 1)))
        return self.linear("head.classify", y).permute(0, 3, 1, 2)


def full_size(logits, labels):
    return F.interpolate(logits.float(), labels.shape[1:], mode="bilinear", align_corners=False)


@torch.no_grad()
def mean_iou(net, data, classes):
    counts = torch.zeros(classes, classes, dtype=torch.int64)
    for first in range(0, len(data.test), 16):
        rows = data.test[first : first + 16]
        labels = data.labels[rows]
        codes = full_size(net([x[rows] for x in data.images]), labels).argmax(1)
        valid = labels != IGNORED
        pairs = labels[valid] * classes + codes[valid]
        counts += torch.bincount(pairs, minlength=classes**2).view(classes, classes).cpu()
    c = counts.double()
    there = c.sum(1) > 0
    return (c.diag() / (c.sum(0) + c.sum(1) - c.diag()))[there].mean().item()


def images_per_second(net, data, training, epochs, device):
    weights = list(net.w.values())
    for w in weights:
        w.requires_grad_(True)
    decayed = [w for w in weights if w.dim() > 1]
    rest = [w for w in weights if w.dim() == 1]
    rate = training["learning-rate"]
    groups = [{"params": decayed, "weight_decay": training["weight-decay"]}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate, fused=device == "cuda")
    steps = len(data.train) // training["batch"]
    half = training["half"] and device == "cuda"
    for epoch in range(epochs + 1):  # the first one warms up
        if epoch == 1:
            if device == "cuda":
                torch.cuda.synchronize()
            begin = time.perf_counter()
        order = np.random.permutation(data.train)
        for s in range(steps):
            rows = order[s * training["batch"] : (s + 1) * training["batch"]]
            images, labels = data.augmented(rows, *training["scale"], training["flip"])
            with torch.autocast("cuda", torch.bfloat16, enabled=half):
                logits = net(images)
            loss = F.cross_entropy(full_size(logits, labels), labels, ignore_index=IGNORED)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, training["clip"])
            optimiser.step()
            loss.item()  # as ours writes it for every step
    if device == "cuda":
        torch.cuda.synchronize()
    return epochs * steps * training["batch"] / (time.perf_counter() - begin)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("rasters", type=pathlib.Path)
    arguments.add_argument("--device", default="cpu")
    arguments.add_argument("--epochs", type=int, default=2)
    arguments.add_argument("--runs", help="only this set-up")
    arguments.add_argument("--threads", type=int, default=1, help="of the processor; ours take one a run")
    a = arguments.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(1)
    np.random.seed(1)
    config = json.loads((a.out / "study.json").read_text())["config"]
    if config["network"]["fusion"] != "mean":
        raise SystemExit("only mean fusion is written here")
    first_seed = config["seeds"][0]
    worst = 0.0
    found = 0
    for path in sorted(a.out.glob("runs/*/result.json")):
        run = json.loads(path.read_text())
        setup = run["setup"]
        if run["status"] != "done" or run["seed"] != first_seed or setup["teacher"] or "select" in setup:
            continue
        if setup.get("labelled") or (a.runs and setup["name"] != a.runs):
            continue
        found += 1
        data = Images(a.rasters, setup["modalities"], a.device)
        # Those that were scored.
        file = path.parent / f"{run.get('weights', 'last')}.safetensors"
        weights = {k: v.to(a.device) for k, v in read_weights(file).items()}
        net = Net(config["network"], weights)
        ours = run["metrics"]["conditions"][0]["miou_full"]
        theirs = mean_iou(net, data, len(run["metrics"]["classes"]))
        worst = max(worst, abs(ours - theirs))
        speed = images_per_second(net, data, config["training"], a.epochs, a.device)
        print(
            f"{setup['name']}: mIoU {100 * ours:.3f} % by cch, {100 * theirs:.3f} % here; "
            f"{run['images_per_second']:.1f} images/s by cch, {speed:.1f} here",
            flush=True,
        )
    if found == 0:
        raise SystemExit("no finished run of the first seed without a teacher")
    if worst > TOLERANCE:
        raise SystemExit(f"mIoU differs by {worst:.5f}")


if __name__ == "__main__":
    main()
