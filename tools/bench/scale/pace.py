"""Processes that share a study by claims beside one that works alone.

    tools/bench/scale/pace.py PROGRAM [PROCESSES] [REPEATS] [UNITS]

One thread each. Wall times are taken in turn (one, several, one, …), each beside the load of the machine before it (of the first turn alone
without this program's own): numbers under a load above 0.3 say little. Medians, the ratio of each turn, and user and system time of the children, which other programs on the machine change
little: where the ratio is short, they say whether the work itself took longer or processes waited (for claims, or for the processor)."""

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
        user = {1: [], processes: []}
        system = {1: [], processes: []}
        ran = []
        for repeat in range(repeats):
            for n in (1, processes):
                out = f"{folder}/{repeat}-{n}"
                command = [program, "train", str(path), "-o", out, "--threads", "1", "-q", "--shard", "auto"]
                load = os.getloadavg()[0]
                before, begin = os.times(), time.monotonic()
                running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                           for _ in range(n)]
                words = [one.communicate()[1] for one in running]
                wall[n].append(time.monotonic() - begin)
                after = os.times()
                user[n].append(after.children_user - before.children_user)
                system[n].append(after.children_system - before.children_system)
                print(f"turn {repeat + 1}, {n} at once: {wall[n][-1]:.2f} s, load before {load:.2f}", flush=True)
                if any(one.returncode for one in running):
                    sys.exit("\n".join(words))
                ran.append(sum(int(re.search(r"this process: (\d+)", w)[1]) for w in words))
        one, many = (statistics.median(wall[n]) for n in (1, processes))
        ratios = sorted(a / b for a, b in zip(wall[1], wall[processes]))
        print(f"{units} units: one process {one:.2f} s, {processes} processes {many:.2f} s: {one / many:.2f} times as fast "
              f"(turns: {ratios[0]:.2f} to {ratios[-1]:.2f})")
        for n in (1, processes):
            used = statistics.median(user[n]) + statistics.median(system[n])
            print(f"{n} at once: user {statistics.median(user[n]):.2f} s, system {statistics.median(system[n]):.2f} s, "
                  f"waiting {n * statistics.median(wall[n]) - used:.2f} s of {n * statistics.median(wall[n]):.2f} s")
        print(f"units run: {sorted(set(ran))}")


main()
