#!/usr/bin/env python3
"""Fits the chance that distillation helps to the reference corpus, and scores it.

  tools/corpus/fit.py score [--corpus tools/corpus]                tables of docs/how-often-right.md
  tools/corpus/fit.py table [--corpus tools/corpus] > FILE         the fitted numbers, for the library

With evidence x of a pair and its true mean gain g over training sets and rows:

  g | x ~ N(μ, σ²),   μ = Σ_j w_j φ_j(x),   ln σ = Σ_j v_j ψ_j(x)

φ, ψ: terms(). The gain y that paired seeds show has a standard error s of its own, so
y ~ N(μ, σ² + s²); w and v maximise Σ_i a_i ln N(y_i; μ_i, σ_i² + s_i²) − ½ c Σ (w² + v²) of
standardised terms. a_i gives every family the same weight. Families are left out whole, and c and
the limits of verdicts are chosen by leaving out families of the others in turn.
"""

import argparse
import collections
import csv
import math
import pathlib
import sys

import numpy as np

KINDS = ("linear", "mlp", "cnn")
METRICS = ("nats", "accuracy")
# Spread of gains by which a pilot's own error is weighed.
PRIOR = {"nats": 0.10, "accuracy": 0.03, "mse": 0.05}
STRENGTHS = (1.0, 4.0, 16.0, 64.0)
STUDENT_T = {10: 2.262}  # of the 95 % interval over so many seeds


def number(text):
    return float(text) if text not in ("", None) else math.nan


def key_of(row):
    return tuple(row[name] for name in ("set", "student", "teacher", "noise", "kind", "scenario", "labelled"))


def read(folder):
    """Cells with their evidence and truth."""
    with open(folder / "truth.csv") as file:
        truth = {key_of(row): row for row in csv.DictReader(file)}
    cells = []
    with open(folder / "evidence.csv") as file:
        for row in csv.DictReader(file):
            if key_of(row) in truth:
                of = truth[key_of(row)]
                cells.append({**row, **of, "evidence": {k: number(v) for k, v in row.items() if k not in CELL}})
    return cells


CELL = ("family", "set", "student", "teacher", "noise", "kind", "scenario")


def shrunk(e, name, prior):
    """A pilot's gain, less so the less sure it is."""
    value, error = e[name], e[f"{name}_se"]
    if math.isnan(value):
        return 0.0
    return value * prior**2 / (prior**2 + error**2)


def known(value, limit):
    return 0.0 if math.isnan(value) else max(-limit, min(limit, value))


def terms(cell, metric, networks):
    """φ by name, before standardisation."""
    e = cell["evidence"]
    prior = PRIOR[metric]
    measure = "accuracy" if metric == "accuracy" else "nats"
    unlabelled = float(cell["scenario"] == "unlabelled-pairs")
    more = float(cell["scenario"] == "more-labels")
    per_class = math.log(e["labelled"] / max(1.0, e["classes"]))
    difference = known(e["information_difference"], 1.5)
    out = {
        "1": 1.0,
        "unlabelled": unlabelled,
        "more": more,
        "linear pilot": shrunk(e, f"linear_{measure}", prior),
        "linear pilot, informed": shrunk(e, "linear_informed", PRIOR["nats"]),
        "information difference": difference,
        "information difference, unlabelled": difference * unlabelled,
        "prediction-level margin": known(e["prediction_margin"], 1.0),
        "β_s − β_e": known(e["beta_difference"], 1.5),
        "rows a class": per_class,
        "unlabelled rows": unlabelled * math.log1p(e["further"] / e["labelled"]),
    }
    if not networks:
        return out
    own = e["network_accuracy_difference"] if metric == "accuracy" else e["network_difference"]
    out |= {
        "network pilot": shrunk(e, f"network_{measure}", prior),
        "network pilot, informed": shrunk(e, "network_informed", PRIOR["nats"]),
        "network difference": known(own, 1.5),
        "network difference, unlabelled": known(own, 1.5) * unlabelled,
        "mlp": float(cell["kind"] != "linear"),
        "cnn": float(cell["kind"] == "cnn"),
    }
    return out


def spread_terms(cell, metric, networks):
    """ψ by name."""
    e = cell["evidence"]
    measure = "accuracy" if metric == "accuracy" else "nats"
    error = e[f"linear_{measure}_se"]
    if networks and not math.isnan(e[f"network_{measure}_se"]):
        error = e[f"network_{measure}_se"]
    own = e["network_difference"] if networks else e["information_difference"]
    out = {
        "1": 1.0,
        "unlabelled": float(cell["scenario"] == "unlabelled-pairs"),
        "more": float(cell["scenario"] == "more-labels"),
        "pilot's error": math.log(max(error, 1e-4)) if not math.isnan(error) else math.log(PRIOR[metric]),
        "difference": abs(known(own, 1.5)),
        "rows a class": math.log(e["labelled"] / max(1.0, e["classes"])),
    }
    if networks:
        out["mlp"] = float(cell["kind"] != "linear")
    return out


class Design:
    """Terms of cells as matrices, standardised by those of the fit."""

    def __init__(self, cells, metric, networks):
        self.metric, self.networks = metric, networks
        phi, psi = self.raw(cells)
        self.phi_names = list(terms(cells[0], metric, networks))
        self.psi_names = list(spread_terms(cells[0], metric, networks))
        self.phi_scale = self.scale(phi)
        self.psi_scale = self.scale(psi)

    def raw(self, cells):
        phi = np.array([list(terms(c, self.metric, self.networks).values()) for c in cells])
        psi = np.array([list(spread_terms(c, self.metric, self.networks).values()) for c in cells])
        return phi, psi

    @staticmethod
    def scale(x):
        mean, sd = x.mean(axis=0), x.std(axis=0)
        mean[0], sd[0] = 0.0, 1.0
        return mean, np.where(sd > 1e-12, sd, 1.0)

    def __call__(self, cells):
        phi, psi = self.raw(cells)
        return (phi - self.phi_scale[0]) / self.phi_scale[1], (psi - self.psi_scale[0]) / self.psi_scale[1]


def minimise(objective, x, steps=300):
    """BFGS with backtracking; objective gives value and gradient."""
    value, gradient = objective(x)
    inverse = np.eye(len(x))
    for _ in range(steps):
        direction = -inverse @ gradient
        slope = gradient @ direction
        if slope > -1e-12:
            break
        rate = 1.0
        while True:
            new_value, new_gradient = objective(x + rate * direction)
            if new_value <= value + 1e-4 * rate * slope or rate < 1e-10:
                break
            rate *= 0.5
        s, y = rate * direction, new_gradient - gradient
        x, improved = x + s, value - new_value
        value, gradient = new_value, new_gradient
        if s @ y > 1e-14:
            rho = 1.0 / (s @ y)
            left = np.eye(len(x)) - rho * np.outer(s, y)
            inverse = left @ inverse @ left.T + rho * np.outer(s, s)
        if improved < 1e-10:
            break
    return x


def balance(cells):
    """Weights that give families of many cells less: a family counts as the root of its cells."""
    count = collections.Counter(cell["family"] for cell in cells)
    weight = np.array([count[cell["family"]] ** -0.5 for cell in cells])
    return weight / weight.mean()


class Model:
    def __init__(self, cells, metric, networks, strength):
        self.design = Design(cells, metric, networks)
        phi, psi = self.design(cells)
        y = np.array([number(c[metric]) for c in cells])
        s = np.array([number(c[f"{metric}_se"]) for c in cells])
        self.unit = np.sqrt(np.mean(y**2))
        a = balance(cells)
        y, s = y / self.unit, s / self.unit
        p, q = phi.shape[1], psi.shape[1]
        free = np.ones(p + q)
        free[[0, p]] = 0.0

        def objective(x):
            w, v = x[:p], x[p:]
            log_sigma = np.clip(psi @ v, -7, 3)
            variance = np.exp(2 * log_sigma) + s**2
            apart = y - phi @ w
            loss = 0.5 * np.sum(a * (np.log(variance) + apart**2 / variance))
            loss += 0.5 * strength * np.sum(free * x**2)
            d_mean = -a * apart / variance
            d_variance = 0.5 * a * (1 / variance - apart**2 / variance**2)
            inside = (psi @ v > -7) & (psi @ v < 3)
            d_log = d_variance * 2 * np.exp(2 * log_sigma) * inside
            gradient = np.concatenate([phi.T @ d_mean, psi.T @ d_log]) + strength * free * x
            return loss, gradient

        start = np.zeros(p + q)
        start[p] = math.log(0.5)
        x = minimise(objective, start)
        self.w, self.v = x[:p], x[p:]

    def __call__(self, cells):
        """Means and spreads of the true gains."""
        phi, psi = self.design(cells)
        return self.unit * (phi @ self.w), self.unit * np.exp(np.clip(psi @ self.v, -7, 3))


def normal_above(z):
    return np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in z])


def log_score(cells, metric, mean, spread):
    y = np.array([number(c[metric]) for c in cells])
    s = np.array([number(c[f"{metric}_se"]) for c in cells])
    variance = spread**2 + s**2
    return -0.5 * (np.log(variance) + (y - mean) ** 2 / variance)


def with_metric(cells, metric):
    return [c for c in cells if c[metric] != "" and number(c[f"{metric}_se"]) > 0]


def folds_of_families(cells, count=6):
    """Families dealt to so many folds, the largest first."""
    sizes = collections.Counter(c["family"] for c in cells)
    load, out = [0] * count, {}
    for family, size in sizes.most_common():
        least = load.index(min(load))
        out[family] = least
        load[least] += size
    return out


def left_out(cells, metric, networks, strength):
    """Means and spreads of every cell by a model that has not seen its family."""
    fold = folds_of_families(cells)
    mean, spread = np.zeros(len(cells)), np.zeros(len(cells))
    for f in range(max(fold.values()) + 1):
        test = [i for i, c in enumerate(cells) if fold[c["family"]] == f]
        if not test:
            continue
        model = Model([c for c in cells if fold[c["family"]] != f], metric, networks, strength)
        mean[test], spread[test] = model([cells[i] for i in test])
    return mean, spread


def best_strength(cells, metric, networks):
    def score(strength):
        mean, spread = left_out(cells, metric, networks, strength)
        return np.mean(log_score(cells, metric, mean, spread))

    return max(STRENGTHS, key=score)


def nested(cells, metric, networks):
    """Every natural cell by a model, strength included, that knows nothing of its family."""
    out = {}
    for family in sorted({c["family"] for c in cells}):
        others = [c for c in cells if c["family"] != family]
        model = Model(others, metric, networks, best_strength(others, metric, networks))
        own = [i for i, c in enumerate(cells) if c["family"] == family]
        mean, spread = model([cells[i] for i in own])
        for i, m, s in zip(own, mean, spread):
            out[i] = (m, s)
    return np.array([out[i] for i in range(len(cells))])


def sign(cell, metric):
    y, s = number(cell[metric]), number(cell[f"{metric}_se"])
    if abs(y) <= STUDENT_T[10] * s:
        return 0
    return 1 if y > 0 else -1


def auroc(score, positive):
    score, positive = np.asarray(score), np.asarray(positive, bool)
    if positive.all() or not positive.any():
        return math.nan
    up, down = score[positive], score[~positive]
    return np.mean([(np.sum(u > down) + 0.5 * np.sum(u == down)) / len(down) for u in up])


def explore(cells):
    natural = [c for c in cells if c["natural"] == "1"]
    for metric in METRICS:
        for networks in (False, True):
            some = with_metric(cells, metric)
            predicted = nested(some, metric, networks)
            for kind in KINDS:
                at = [i for i, c in enumerate(some) if c["natural"] == "1" and c["kind"] == kind and c["scenario"] != "more-labels"]
                if not at:
                    continue
                truth = np.array([sign(some[i], metric) for i in at])
                p = normal_above(predicted[at, 0] / predicted[at, 1])
                decided = truth != 0
                firm = ((p >= 0.9) | (p <= 0.1)) & decided
                wrong = ((p >= 0.9) & (truth < 0)) | ((p <= 0.1) & (truth > 0))
                y = np.array([number(some[i][metric]) for i in at])
                se = np.array([number(some[i][f"{metric}_se"]) for i in at])
                outcome = normal_above(y / se)
                base = outcome.mean()
                raw = {
                    name: auroc([known(some[i]["evidence"][name], 9) for i in at if sign(some[i], metric)], truth[decided] > 0)
                    for name in ("linear_nats", "network_nats", "network_accuracy", "information_difference", "network_difference", "network_informed", "prediction_margin")
                }
                print(
                    f"{metric:9}{'networks' if networks else 'linear  '} {kind:7} cells {len(at):4} + {np.sum(truth > 0):3} − {np.sum(truth < 0):3}"
                    f" AUROC {auroc(p[decided], truth[decided] > 0):.3f} firm {firm.sum() / max(1, decided.sum()):.2f} wrong {(wrong & decided).sum()}"
                    f" finds {np.mean(p[truth > 0] >= 0.9):.2f} {np.mean(p[truth < 0] <= 0.1):.2f} Brier {np.mean((p - outcome) ** 2):.3f} base {np.mean((base - outcome) ** 2):.3f}"
                )
                print("     ", {k: round(float(v), 2) for k, v in raw.items()})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["explore"])
    parser.add_argument("--corpus", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()
    explore(read(args.corpus))


if __name__ == "__main__":
    sys.exit(main())
