#!/usr/bin/env python3
"""How far outputs of a teacher that saw the rows overstate the pilot's gain (docs/statistics.md).

    python3 tools/bench/stored_outputs.py build/release/tools/cch/cch [DRAWS]

Needs numpy. Every draw asks `cch rank` about three teachers that differ in the rows they were fitted
on, and trains the same linear students here to see what they gain on new rows. About 4 s a draw.
"""
import json
import subprocess
import sys
import tempfile

import numpy as np

CLASSES, ROWS, NEW_ROWS = 4, 400, 20000
PENALTIES = [0.001, 0.004, 0.016, 0.06, 0.25, 1.0]


def with_ones(x):
    return np.hstack([x, np.ones((len(x), 1))])


def softmax(z):
    p = np.exp(z - z.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def fit(x, targets, penalty, steps):
    """Multinomial logistic regression by accelerated gradient descent."""
    x = with_ones(x)
    rate = 1.0 / (np.linalg.norm(x, 2) ** 2 / (2 * len(x)) + penalty)
    w = np.zeros((x.shape[1], targets.shape[1]))
    move = np.zeros_like(w)
    for t in range(steps):
        at = w + t / (t + 3) * move
        new = at - rate * (x.T @ (softmax(x @ at) - targets) / len(x) + penalty * at)
        w, move = new, new - w
    return w


def loss(z, y):
    return -np.log(softmax(z)[np.arange(len(y)), y]).mean()


def temperature(z, y):
    return min(np.exp(np.linspace(-2, 3, 60)), key=lambda t: loss(z / t, y))


def student_loss(x, targets, y, new_x, new_y, fold):
    """Penalty and temperature from three folds, as the pilot has them; loss on new rows."""
    def held_out(penalty):
        z = np.zeros((len(x), CLASSES))
        for f in range(3):
            z[fold == f] = with_ones(x[fold == f]) @ fit(x[fold != f], targets[fold != f], penalty, 150)
        return z
    penalty = min(PENALTIES, key=lambda p: loss(held_out(p), y))
    t = temperature(held_out(penalty), y)
    return loss(with_ones(new_x) @ fit(x, targets, penalty, 250) / t, new_y)


def rows(rng, means, n, noise):
    c = rng.integers(CLASSES, size=n)
    z = 0.55 * means[c] + rng.normal(size=(n, 12))
    y = np.where(rng.random(n) < noise, rng.integers(CLASSES, size=n), c)
    student = z[:, :5] + 0.5 * rng.normal(size=(n, 5))
    return student, np.hstack([z + 0.3 * rng.normal(size=z.shape), rng.normal(size=(n, 60))]), y


def pilot_gains(program, folder, student, y, outputs):
    np.save(folder + "/s.npy", student)
    np.save(folder + "/y.npy", y)
    command = [program, "rank", "--student", f"s={folder}/s.npy", "--labels", f"{folder}/y.npy", "--json", "-q",
               "--y-kind", "discrete", "--teacher-kind", "logits", "--teacher-saw-rows", "no", "--groups", "none",
               "--no-sensitivity", "--no-planted-bias", "--lambda", "1"]
    for name, z in outputs.items():
        np.save(f"{folder}/{name}.npy", z)
        command += ["--teacher", f"{name}={folder}/{name}.npy"]
    out = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {t["name"]: (t["pilot"]["gain_cross_entropy"]["nats"], t["verdict"]) for t in out["teachers"]}


def one_draw(program, folder, seed, noise, penalty):
    rng = np.random.default_rng([seed, int(100 * noise)])
    means = rng.normal(size=(CLASSES, 12))
    student, teacher, y = rows(rng, means, ROWS, noise)
    _, other, other_y = rows(rng, means, ROWS, noise)
    new_student, _, new_y = rows(rng, means, NEW_ROWS, noise)
    one_hot, part, fold = np.eye(CLASSES), np.arange(ROWS) % 5, rng.permutation(ROWS) % 3
    outputs = {"own": with_ones(teacher) @ fit(teacher, one_hot[y], penalty, 600),
               "held-out": with_ones(teacher) @ fit(other, one_hot[other_y], penalty, 600),
               "cross-fitted": np.zeros((ROWS, CLASSES))}
    for f in range(5):
        w = fit(teacher[part != f], one_hot[y[part != f]], penalty, 600)
        outputs["cross-fitted"][part == f] = with_ones(teacher[part == f]) @ w
    said = pilot_gains(program, folder, student, y, outputs)
    alone = student_loss(student, one_hot[y], y, new_student, new_y, fold)
    out = {}
    for name, z in outputs.items():
        mixed = 0.5 * one_hot[y] + 0.5 * softmax(z / temperature(z, y))
        true = alone - student_loss(student, mixed, y, new_student, new_y, fold)
        out[name] = (said[name][0], true, said[name][1] == "distil")
    return out


def main():
    program, draws = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 24
    print("| labels exchanged | ℓ | outputs | pilot's gain | on new rows | overstated | *distil* |")
    print("|---|---|---|---|---|---|---|")
    for noise in (0.0, 0.25):
        for penalty in (0.001, 0.1):
            with tempfile.TemporaryDirectory() as folder:
                all_draws = [one_draw(program, folder, s, noise, penalty) for s in range(draws)]
            for name in ("held-out", "own", "cross-fitted"):
                of = np.array([d[name] for d in all_draws], float)
                base = np.array([d["held-out"] for d in all_draws], float)
                over = of[:, 0] - of[:, 1] - base[:, 0] + base[:, 1]
                shown = "" if name == "held-out" else f"{over.mean():.4f} ± {over.std(ddof=1) / draws ** 0.5:.4f}"
                print(f"| {noise:g} | {penalty:g} | {name} | {of[:, 0].mean():.4f} | {of[:, 1].mean():.4f} | {shown} "
                      f"| {int(of[:, 2].sum())} of {draws} |", flush=True)


if __name__ == "__main__":
    main()
