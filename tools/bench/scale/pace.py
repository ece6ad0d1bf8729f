"""Processes that share a study by claims beside one that works alone.

    tools/bench/scale/pace.py PROGRAM [PROCESSES] [REPEATS] [UNITS]

One thread each. Wall times are taken in turn (one, several, one, …); medians, their ratio, and the processor time of the children, which
other programs on the machine do not change."""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

from study import study


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    processes, repeats, units = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((2, 2), (3, 5), (4, 400)))
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "study.toml")
        path.write_text(study(units, steps=3000, lambdas=4).replace("rows = 10\n", "rows = 200\n", 1))
        wall = {1: [], processes: []}
        cpu = {1: [], processes: []}
        ran = []
        for repeat in range(repeats):
            for n in (1, processes):
                out = f"{folder}/{repeat}-{n}"
                command = [program, "train", str(path), "-o", out, "--threads", "1", "-q", "--shard", "auto"]
                before, begin = os.times(), time.monotonic()
                running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                           for _ in range(n)]
                words = [one.communicate()[1] for one in running]
                wall[n].append(time.monotonic() - begin)
                after = os.times()
                cpu[n].append(after.children_user + after.children_system - before.children_user - before.children_system)
                if any(one.returncode for one in running):
                    sys.exit("\n".join(words))
                ran.append(sum(int(re.search(r"this process: (\d+)", w)[1]) for w in words))
        one, many = (statistics.median(wall[n]) for n in (1, processes))
        print(f"{units} units: one process {one:.2f} s, {processes} processes {many:.2f} s: {one / many:.2f} times as fast")
        print(f"processor time {statistics.median(cpu[1]):.2f} s and {statistics.median(cpu[processes]):.2f} s; units run: "
              f"{sorted(set(ran))}")


main()
