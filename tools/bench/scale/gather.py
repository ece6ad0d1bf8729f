"""Time and memory of what reads all of a study of many runs.

    tools/bench/scale/gather.py PROGRAM [RUNS] [SETTINGS] [FOLDER]

Writes the records of so many runs (records.py: ten a unit, SETTINGS of them, each with as many seeds as it takes) into the folder,
or takes those that are there, then shows how far it is, reports and compares."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from records import write


def measured(command):
    """Seconds, seconds of processor time and the largest memory of a command, in megabytes."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(words.decode())
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024.0


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    runs, settings = (int(sys.argv[i]) if sys.argv[i:] else d for i, d in ((2, 100_000), (3, 1)))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(sys.argv[4] if sys.argv[4:] else temporary)
        out = folder / "study"
        if not out.exists():
            write(program, out, runs, settings)
        print(f"{runs} runs of {settings} settings")
        for name, command in (("status", ["train", "--status", out]), ("report", ["report", out, "-q"]),
                              ("report --json", ["report", out, "--json"]),
                              ("compare", ["compare", out, "-o", folder / "compare", "-q"])):
            seconds, cpu, megabytes = measured([program, *command])
            print(f"{name:14} {seconds:8.1f} s {cpu:8.1f} s of processor time {megabytes:8.0f} MB", flush=True)
        for page in (out / "report.html", folder / "compare/report.html"):
            print(f"{page.parent.name}/{page.name}: {page.stat().st_size / 1000:.0f} kB")


main()
