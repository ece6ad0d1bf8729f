#!/usr/bin/env python3
"""Trains the pairs of a study of saved features again, by code of its own, and compares the gains.

The gains that `cch train` observes are the truth that criteria are scored against, so they are
checked by a training that shares no line with them: numpy alone, its own layers, gradients, AdamW,
batches, first weights, early stop, temperatures and metrics. Shared are the files, the rows of every
unit and what the study says:

  cch train STUDY.toml --data DIR --rows rows.csv
  cch train STUDY.toml --data DIR -o RUNS
  tools/bench/independent_training.py RUNS --rows rows.csv --out independent.jsonl

Every unit (student, seed, labelled rows, scenario) is trained alone and with every teacher, loss
kl, weighting added or mixed. One line of JSON a training; finished ones are not trained again. At the
end a table: gain by cch, gain here, and the paired difference over seeds in its standard errors.
"""

import argparse
import collections
import json
import pathlib

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def log_softmax(z):
    z = z - z.max(1, keepdims=True)
    return z - np.log(np.exp(z).sum(1, keepdims=True))


def cross_entropy(z, y):
    return -log_softmax(z)[np.arange(len(y)), y].mean()


def temperature(z, y, prior):
    """exp of the ln T with the least n * loss + prior * (ln T)^2 / 2, by ever finer grids."""
    low, high = np.log(0.01), np.log(100.0)
    for _ in range(6):
        grid = np.linspace(low, high, 21)
        loss = [len(y) * cross_entropy(z / np.exp(g), y) + 0.5 * prior * g * g for g in grid]
        at = int(np.argmin(loss))
        low, high = grid[max(at - 1, 0)], grid[min(at + 1, 20)]
    return float(np.exp((low + high) / 2))


def calibrated(z, y):
    """Cross-entropy by one temperature fitted on the other half of the rows."""
    total = 0.0
    for h in (0, 1):
        t = temperature(z[1 - h :: 2], y[1 - h :: 2], 0.0)
        total += cross_entropy(z[h::2] / t, y[h::2]) * len(y[h::2])
    return total / len(y)


class Network:
    """Layers with rectifiers between them; weights uniform within 1 / sqrt(inputs)."""

    def __init__(self, sizes, rng):
        self.w = []
        for a, b in zip(sizes, sizes[1:]):
            bound = 1 / np.sqrt(a)
            self.w += [rng.uniform(-bound, bound, (a, b)), rng.uniform(-bound, bound, b)]
        self.m = [np.zeros_like(w) for w in self.w]
        self.v = [np.zeros_like(w) for w in self.w]
        self.t = 0

    def forward(self, x):
        kept = [x]
        for i in range(0, len(self.w), 2):
            x = x @ self.w[i] + self.w[i + 1]
            if i + 2 < len(self.w):
                x = np.maximum(x, 0)
            kept.append(x)
        return kept

    def step(self, kept, gradient, rate, decay):
        grads = [None] * len(self.w)
        for i in range(len(self.w) - 2, -1, -2):
            below = kept[i // 2]
            grads[i], grads[i + 1] = below.T @ gradient, gradient.sum(0)
            if i:
                gradient = (gradient @ self.w[i].T) * (below > 0)
        self.t += 1
        for w, m, v, g in zip(self.w, self.m, self.v, grads):
            w *= 1 - rate * decay
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            w -= rate * (m / (1 - 0.9**self.t)) / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


def train(x, y, rows, sizes, how, rng, loss=None, teacher=None):
    """Logits of all rows by the weights with the least loss on the validation rows."""
    fitted, validation, extra = rows
    every = np.concatenate([fitted, extra]).astype(int)
    hard_weight = np.concatenate([np.ones(len(fitted)), np.zeros(len(extra))]) * (
        len(every) / len(fitted)
    )
    network = Network(sizes, rng)
    onehot = np.eye(sizes[-1])
    batches = -(-len(every) // how["batch"]) if how["batch"] else 1
    steps = how.get("steps") or how["epochs"] * batches
    passes = -(-steps // batches)
    watch = -(-passes // 50)
    best, waited, weights = np.inf, 0, None
    if loss is not None:
        heat = loss["temperature"]
        said = softmax(teacher / heat)
        a = 1.0 if loss["weighting"] == "added" else 1 - loss["lambda"]
        b = loss["lambda"] * (heat if loss["scaled"] else 1 / heat)
    else:
        a, b = 1.0, 0.0
    for p in range(passes):
        for part in np.array_split(rng.permutation(len(every)), batches):
            at = every[part]
            kept = network.forward(x[at])
            z = kept[-1]
            gradient = a * hard_weight[part][:, None] * (softmax(z) - onehot[y[at]])
            if b:
                gradient += b * (softmax(z / heat) - said[at])
            network.step(kept, gradient / len(part), how["learning-rate"], how["weight-decay"])
        now = cross_entropy(network.forward(x[validation])[-1], y[validation])
        if now < best:
            best, waited, weights = now, 0, [w.copy() for w in network.w]
        else:
            waited += 1
            if how["patience"] and waited >= how["patience"] * watch:
                break
    network.w = weights
    return network.forward(x)[-1]


class Study:
    def __init__(self, folder, rows):
        self.config = json.loads((folder / "study.json").read_text())["config"]
        self.data = pathlib.Path(self.config["task"]["source"].removeprefix("dir:"))
        self.y = np.load(self.data / "labels.npy").ravel()
        self.y = np.unique(self.y, return_inverse=True)[1]
        self.classes = int(self.y.max()) + 1
        self.units = collections.defaultdict(lambda: collections.defaultdict(list))
        for line in pathlib.Path(rows).read_text().splitlines()[1:]:
            seed, student, labelled, scenario, part, row = line.split(",")
            self.units[int(seed), student, labelled, scenario][part].append(int(row))

    def view(self, name, parts):
        """Columns standardised on the rows that are not for testing."""
        x = np.concatenate(
            [np.load(self.data / f"{one}.npy").reshape(len(self.y), -1) for one in name.split("+")],
            1,
        ).astype(float)
        other = np.setdiff1d(np.arange(len(x)), parts["test"])
        spread = x[other].std(0)
        spread[spread < 1e-10] = np.inf
        return (x - x[other].mean(0)) / spread

    def hyper(self, table):
        how = dict(self.config[table])
        if isinstance(how["weight-decay"], list):
            how["weight-decay"] = how["weight-decay"][0]
        return how

    def sizes(self, table, columns):
        network = self.config[table]
        widths = [] if network["layers"] == "linear" else network["widths"]
        return [columns, *widths, self.classes]


def as_list(value):
    return value if isinstance(value, list) else [value]


def losses(study):
    distil = study.config["distil"]
    for weight in as_list(distil["lambda"]):
        for heat in as_list(distil["temperature"]):
            yield {
                "lambda": weight,
                "temperature": heat,
                "weighting": distil["weighting"],
                "scaled": distil["scaled"],
            }


def train_unit(study, key, have, write):
    """Every network of a unit starts and is shuffled by a seed of its name; gains are paired."""
    seed, student, _, scenario = key
    parts = study.units[key]
    fitted, validation, extra, test = (
        np.array(parts[part], int) for part in ("fitted", "validation", "extra", "test")
    )
    y = study.y
    how = study.hyper("training")
    teach = study.hyper("teacher-training")

    def score(teacher, loss, z):
        right = float((z[test].argmax(1) == y[test]).mean())
        write(
            {
                "unit": list(key),
                "teacher": teacher,
                "loss": loss,
                "accuracy": right,
                "calibrated_cross_entropy": float(calibrated(z[test], y[test])),
            }
        )

    x = study.view(student, parts)
    sizes = study.sizes("student", x.shape[1])
    start = [seed, 77, sum(map(ord, student))]
    teachers = [t for t in as_list(study.config["task"]["teachers"]) if t != student]
    if not any(have(key, t, loss) is False for t in teachers for loss in losses(study)):
        return
    z = train(x, y, (fitted, validation, np.array([], int)), sizes, how, np.random.default_rng(start))
    score(None, None, z)
    for teacher in teachers:
        xt = study.view(teacher, parts)
        rows = (fitted, validation, np.array([], int))
        rng = np.random.default_rng([seed, 99, sum(map(ord, teacher))])
        said = train(xt, y, rows, study.sizes("teacher", xt.shape[1]), teach, rng)
        said /= temperature(said[validation], y[validation], 1.0)
        score(teacher, None, said)
        for loss in losses(study):
            more = extra if scenario == "unlabelled-pairs" else np.array([], int)
            rows = (fitted, validation, more)
            z = train(x, y, rows, sizes, how, np.random.default_rng(start), loss, said)
            score(teacher, loss, z)


def loss_key(loss):
    return None if loss is None else (loss["lambda"], loss["temperature"])


def runs_of(folder):
    """Metrics of `cch train` by unit, teacher and loss."""
    out = {}
    for path in sorted((folder / "runs").glob("*/result.json")):
        run = json.loads(path.read_text())
        if run["status"] != "done" or run["role"] == "control":
            continue
        unit = run["unit"]
        key = (unit["seed"], unit["setting"]["student"], str(unit["labelled"]), unit["scenario"])
        teacher = run["teacher"] and run["teacher"]["name"]
        out[key, teacher, loss_key(run["loss"]) if run["role"] == "distilled" else None] = run["metrics"]
    return out


def paired(values):
    values = np.asarray(values)
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def table(ours, theirs):
    """A line a cell: student, teacher, labelled, scenario, loss; two metrics."""
    cells = collections.defaultdict(lambda: collections.defaultdict(list))
    quality = collections.defaultdict(list)
    for (key, teacher, loss), metrics in ours.items():
        if teacher is None or (key, teacher, loss) not in theirs:
            continue
        here = theirs[key, teacher, loss]
        if loss is None:
            quality[key[1:], teacher].append((metrics["accuracy"], here["accuracy"]))
            continue
        for name, sign in (("accuracy", 1), ("calibrated_cross_entropy", -1)):
            base = (ours[key, None, None][name], theirs[key, None, None][name])
            cells[key[1:], teacher, loss][name].append(
                (sign * (metrics[name] - base[0]), sign * (here[name] - base[1]))
            )
    print("| student ← teacher | rows, scenario | λ, T | teacher, % | measure | cch | here | difference | z |")
    print("|---|---|---|---|---|---|---|---|---|")
    agree = collections.Counter()
    for (unit, teacher, loss), by_name in sorted(cells.items(), key=str):
        good = 100 * np.mean(quality[unit, teacher], axis=0)
        for name, pairs in by_name.items():
            scale, unit_name = (100, "points") if name == "accuracy" else (1, "nats")
            pairs = scale * np.array(pairs)
            a, b, d = (paired(v) for v in (pairs[:, 0], pairs[:, 1], pairs[:, 0] - pairs[:, 1]))
            z = d[0] / d[1] if d[1] > 0 else 0.0 if d[0] == 0 else np.inf
            agree[unit_name, "cells"] += 1
            agree[unit_name, "agree"] += abs(z) <= 2
            print(
                f"| {unit[0]} ← {teacher} | {unit[1]}, {unit[2]} | {loss[0]:g}, {loss[1]:g} "
                f"| {good[0]:.1f} / {good[1]:.1f} | {unit_name} | {a[0]:+.3f} ± {a[1]:.3f} "
                f"| {b[0]:+.3f} ± {b[1]:.3f} | {d[0]:+.3f} ± {d[1]:.3f} | {z:+.1f} |"
            )
    for name in ("points", "nats"):
        print(f"\n{name}: {agree[name, 'agree']} of {agree[name, 'cells']} cells within 2 standard errors")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=pathlib.Path, help="folder of `cch train -o`")
    parser.add_argument("--rows", required=True, help="file of `cch train --rows`")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="lines of JSON, one a training")
    args = parser.parse_args()

    done = {}
    if args.out.exists():
        for line in args.out.read_text().splitlines():
            run = json.loads(line)
            done[tuple(run["unit"]), run["teacher"], loss_key(run["loss"])] = run
    study = Study(args.runs, args.rows)
    with args.out.open("a") as file:

        def write(run):
            done[tuple(run["unit"]), run["teacher"], loss_key(run["loss"])] = run
            print(json.dumps(run), file=file, flush=True)

        for key in study.units:
            train_unit(study, key, lambda k, t, loss: (k, t, loss_key(loss)) in done, write)
    table(runs_of(args.runs), done)


if __name__ == "__main__":
    main()
