#!/usr/bin/env python3
"""What `cch check` says a ranking takes, beside what it takes.

    tools/bench/rank_cost.py PROGRAM DATA

For each question below: processor seconds of `cch rank --student-model linear` on all threads, and the forecast of `cch check` times the threads.
Prints a table, and the constants a and b of a L + b T that fit best in logarithms, L and T the seconds of one planted student with its labels and
of all teachers (of the program's own forecast, whose constants are in tools/cch/check/cost.cpp)."""

import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys

QUESTIONS = [
    ("mfeat", "mor", ["fac", "fou", "kar", "pix", "zer"], False),
    ("mfeat", "zer", ["pix", "kar"], False),
    ("mfeat", "pix", ["fac", "fou", "mor"], False),
    ("tcga_brca5", "cnv", ["mrna", "methylation", "mirna", "rppa"], False),
    ("tcga_brca5", "rppa", ["methylation", "mirna"], False),
    ("mosi_heldout", "audio", ["text", "video"], True),
    ("mosi_heldout", "video", ["audio", "text"], True),
    ("houston_hsi_lidar", "lidar", ["hsi"], False),
    ("houston_hsi_lidar", "hsi", ["lidar"], False),
    ("tcga_kipan_cnv_rppa", "cnv", ["rppa"], False),
    ("landsat", "visible", ["nir"], False),
    ("av_digits", "audio", ["image"], False),
]


def used(command):
    """Processor seconds of a command, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def fit(rows):
    """a and b by the least sum of squared logarithms, on a grid of 5 %."""
    grid = [1.05**i for i in range(-20, 80)]
    error = lambda a, b: sum(math.log((a * l + b * t) / s) ** 2 for l, t, s in rows)
    return min(((error(a, b), a, b) for a in grid for b in grid))[1:]


def main():
    program, data = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    print("| set | student | teachers | forecast s | s | forecast / s |\n|---|---|---|---|---|---|")
    rows = []
    for folder, student, teachers, groups in QUESTIONS:
        at = data / folder
        question = ["--student", f"{student}={at}/{student}.npy", "--labels", f"{at}/labels.npy"]
        question += ["--groups", f"{at}/groups.npy" if groups else "none"]
        for teacher in teachers:
            question += ["--teacher", f"{teacher}={at}/{teacher}.npy"]
        check = [program, "check", *question, "--no-curved", "--no-sizes", "--no-consistency", "--json", "-q"]
        cost = json.loads(used(check)[1])["cost"]
        labels, teaching = map(float, re.search(r"the ([\d.]+) s of .* the ([\d.]+) s of", cost["rank_how"]).groups())
        seconds = used([program, "rank", *question, "--student-model", "linear", "-q"])[0]
        forecast = cost["rank_seconds"] * os.cpu_count()
        rows.append((labels, teaching, seconds))
        print(f"| {folder} | {student} | {', '.join(teachers)} | {forecast:.1f} | {seconds:.1f} | {forecast / seconds:.2f} |", flush=True)
    a, b = fit(rows)
    print(f"\nbest in logarithms: {a:.1f} L + {b:.1f} T")


if __name__ == "__main__":
    main()
