"""Time and memory of a report and a comparison of a study of many runs.

    tools/bench/scale/gather.py PROGRAM [RUNS] [FOLDER]

Trains a study of empty runs (ten a unit) into the folder, or takes what is there, then reports and compares."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from study import study

RUNS_OF_UNIT = 10


def measured(command):
    """Seconds and the largest memory of a command, in megabytes."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(words.decode())
    return time.monotonic() - begin, usage.ru_maxrss / 1024.0


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    runs = int(sys.argv[2]) if sys.argv[2:] else 100_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = sys.argv[3] if sys.argv[3:] else temporary
        path = pathlib.Path(folder, "study.toml")
        path.write_text(study(runs // RUNS_OF_UNIT, lambdas=RUNS_OF_UNIT - 2))
        out = f"{folder}/runs"
        print(f"{runs} runs")
        for name, command in (("train, by claims", ["train", str(path), "-o", out, "--shard", "auto", "--no-wait", "-q"]),
                              ("train, all cached", ["train", str(path), "-o", out, "-q"]),
                              ("status", ["train", "--status", out]),
                              ("report", ["report", out, "-q"]),
                              ("compare", ["compare", out, "-o", f"{folder}/compare", "-q"])):
            seconds, megabytes = measured([program, *command])
            print(f"{name:18} {seconds:8.1f} s {megabytes:8.0f} MB", flush=True)


main()
