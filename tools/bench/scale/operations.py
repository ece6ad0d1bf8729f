"""File operations that a run of a study costs, counted by strace.

    tools/bench/scale/operations.py PROGRAM [RUNS]

A study of empty runs (three a unit) is trained by one process that works alone, by one that shares it by claims, and by
one that shares it and finds everything finished. System calls that reach a file system are divided by the runs."""

import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from study import study

GROUPS = {
    "open": {"openat", "open", "creat"},
    "look (stat, access)": {"newfstatat", "stat", "lstat", "statx", "access", "faccessat2"},
    "make a folder": {"mkdir", "mkdirat"},
    "rename": {"rename", "renameat", "renameat2"},
    "link": {"link", "linkat"},
    "remove": {"unlink", "unlinkat", "rmdir"},
    "set times": {"utimensat"},
    "list": {"getdents64"},
    "write": {"write", "pwrite64", "writev"},
    "sync": {"fsync", "fdatasync", "sync_file_range"},
    "read": {"read", "pread64", "readv"},
}
RUNS_OF_UNIT = 3


def counted(command):
    """System calls of the command by name."""
    with tempfile.NamedTemporaryFile("r") as out:
        names = ",".join(sorted(set().union(*GROUPS.values())))
        subprocess.run(["strace", "-f", "-c", "-U", "name,calls", "-e", f"trace={names}", "-o", out.name, *command],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        calls = collections.Counter()
        for line in out:
            if found := re.match(r"\s*(\w+)\s+(\d+)\s*$", line):
                calls[found[1]] += int(found[2])
    calls.pop("total", None)
    return calls


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    runs = int(sys.argv[2]) if sys.argv[2:] else 10_002
    units = runs // RUNS_OF_UNIT
    with tempfile.TemporaryDirectory() as folder:
        many, none = (pathlib.Path(folder, name) for name in ("many.toml", "one.toml"))
        many.write_text(study(units))
        none.write_text(study(1))
        columns = {}
        for name, out, more in (("alone", "alone", []), ("by claims", "shared", ["--shard", "auto", "--no-wait"]),
                                ("found finished", "shared", ["--shard", "auto", "--no-wait"])):
            arguments = ["--threads", "1", "-q", *more]
            if name != "found finished":  # what a process costs, whatever it runs
                start = counted([program, "train", str(none), "-o", f"{folder}/start-{out}", *arguments])
            calls = counted([program, "train", str(many), "-o", f"{folder}/{out}", *arguments])
            if out == "alone":  # the page reads all of them again: by one process alone, at its end
                page = counted([program, "report", f"{folder}/{out}", "-q"])
                calls.subtract(page)
            columns[name] = {group: sum(calls[one] - start[one] for one in members) / units
                             for group, members in GROUPS.items()}
        columns["page"] = {group: sum(page[one] for one in members) / units for group, members in GROUPS.items()}
    print(f"{units} units of {RUNS_OF_UNIT} runs: system calls a unit")
    print("".join([f"{'':22}"] + [f"{name:>16}" for name in columns]))
    for group in GROUPS:
        print(f"{group:22}" + "".join(f"{column[group]:16.2f}" for column in columns.values()))
    print(f"{'all but read, write':22}" + "".join(
        f"{sum(v for k, v in column.items() if k not in ('read', 'write')):16.2f}" for column in columns.values()))


main()
