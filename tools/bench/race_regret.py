#!/usr/bin/env python3
"""How good is the set-up that a race chooses? Trains all set-ups of small drawn scenes fully, then races them.

    tools/bench/race_regret.py [CCH] [-o DIR] [--shared 0,0.3,0.6,1] [--budget 20%] [--metric average]

For each setting one line: the winner of the race, its mIoU on test images after full training, that of the best
set-up, and the mean over all set-ups (a choice at random). Runs are kept in DIR: a second call is cached.
"""
import argparse
import json
import pathlib
import subprocess
import sys

STUDY = """
title = "race"
seeds = 2
conditions = ["emm-dropped"]
[task]
name = "segmentation"
source = "scenes"
images = 64
test-images = 24
height = 32
width = 32
classes = 6
shared = {shared}
[network]
widths = [8, 16, 24, 32]
heads = [1, 1, 1, 1]
head-width = 16
[training]
learning-rate = 0.005
epochs = 16
warm-up = 1
batch = 8
[[setup]]
name = "plain"
[[setup]]
name = "dropout-0.3"
modality-dropout = 0.3
[[setup]]
name = "dropout-0.5"
modality-dropout = 0.5
[[setup]]
name = "self-distillation"
modality-dropout = 0.5
teacher = "self"
loss = [{{ name = "mad" }}]
[[setup]]
name = "prisms"
modality-dropout = 0.5
teacher = "plain"
loss = [{{ name = "mad", form = "forward" }}, {{ name = "umd" }}, {{ name = "cmd" }}]
[[setup]]
name = "rmmss-1"
modality-dropout = 0.5
teacher = "plain"
loss = [{{ name = "hpdm" }}]
"""

LEVELS = {"average": "miou_average", "full": "miou_full", "worst": "miou_worst"}


def run(cch, arguments):
    done = subprocess.run([cch, "train", *arguments, "--json", "-q"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"cch train {' '.join(arguments)}\n{done.stderr}")
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cch", nargs="?", default="build/release/tools/cch/cch")
    parser.add_argument("-o", "--out", default="race-regret")
    parser.add_argument("--shared", default="0,0.3,0.6,1")
    parser.add_argument("--budget", default="20%")
    parser.add_argument("--metric", default="average", choices=sorted(LEVELS))
    parser.add_argument("--threads", default="1")
    options = parser.parse_args()
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    print("| shared | chosen | chance | chosen, mIoU | best | regret | regret at random | cost |")
    print("|---|---|---|---|---|---|---|---|")
    for shared in options.shared.split(","):
        study = out / f"shared-{shared}.toml"
        study.write_text(STUDY.format(shared=float(shared)))
        common = [str(study), "-o", str(out / f"shared-{shared}"), "--threads", options.threads]
        race = run(options.cch, [*common, "--race", options.metric, "--budget", options.budget])
        full = run(options.cch, common)
        level = {r["name"]: 100 * r[LEVELS[options.metric]]["value"] for r in full["results"]}
        first = race["setups"][0]
        best = max(level, key=level.get)
        mean = sum(level.values()) / len(level)
        print(
            f"| {shared} | {first['name']} | {100 * first['p_best']:.0f} % | {level[first['name']]:.1f} | "
            f"{best} {level[best]:.1f} | {level[best] - level[first['name']]:.1f} | {level[best] - mean:.1f} | "
            f"{100 * race['spent']:.0f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
