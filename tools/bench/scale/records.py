"""A study of many finished runs that were never trained.

    tools/bench/scale/records.py PROGRAM FOLDER RUNS [SETTINGS]

One unit of ten runs is trained; its records are written again for every seed, and for SETTINGS values of `v` (1), with other keys
and metrics, and with checksums of their own. What reads a folder of `cch train` cannot tell it from one."""

import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from study import study

RUNS_OF_UNIT = 10


def templates(program):
    """Head and runs of one unit, each with its files."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "study.toml")
        path.write_text(study(1, lambdas=RUNS_OF_UNIT - 2))
        subprocess.run([program, "train", str(path), "-o", f"{folder}/runs", "-q"], check=True, stdout=subprocess.DEVNULL)
        head = json.loads(pathlib.Path(folder, "runs/study.json").read_text())
        runs = []
        for one in sorted(pathlib.Path(folder, "runs/runs").iterdir()):
            record = json.loads((one / "result.json").read_text())
            record.pop("checksum")
            runs.append((record, record.pop("beside", None), (one / "train.jsonl").read_bytes()))
        return head, runs


def sealed(record, beside):
    """The text of a record, as the store writes it: the checksum is that of the text without it."""
    text = json.dumps({**({"beside": beside} if beside else {}), **record}, indent=1, ensure_ascii=False) + "\n"
    return text.replace("{\n ", f'{{\n "checksum": "{hashlib.sha256(text.encode()).hexdigest()}",\n ', 1)


def key_of(key, setting, seed):
    return hashlib.sha256(f"{key} {setting} {seed}".encode()).hexdigest()[:16]


def changed(record, setting, seed, draw):
    """The record of another setting and seed."""
    out = json.loads(json.dumps(record))
    out["key"] = key_of(record["key"], setting, seed)
    if record.get("student"):
        out["student"] = key_of(record["student"], setting, seed)
    out["unit"]["seed"] = seed
    out["unit"]["setting"]["v"] = setting
    for name, value in out["metrics"].items():
        if name != "rows" and isinstance(value, float):
            out["metrics"][name] = abs(value + draw.gauss(0.0, 0.02))
    return out


def write(program, folder, runs, settings):
    head, of_unit = templates(program)
    seeds = runs // RUNS_OF_UNIT // settings
    head["planned_runs"] = settings * seeds * RUNS_OF_UNIT
    root = pathlib.Path(folder, "runs")
    root.mkdir(parents=True)
    pathlib.Path(folder, "study.json").write_text(json.dumps(head, indent=1) + "\n")
    draw = random.Random(1)
    for setting in range(settings):
        for seed in range(1, seeds + 1):
            for record, beside, curve in of_unit:
                one = changed(record, float(setting), seed, draw)
                path = root / one["key"]
                path.mkdir()
                (path / "train.jsonl").write_bytes(curve)
                (path / "result.json").write_text(sealed(one, beside))


if __name__ == "__main__":
    write(str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2], int(sys.argv[3]),
          int(sys.argv[4]) if sys.argv[4:] else 1)
