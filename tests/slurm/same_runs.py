"""Whether two folders of `cch train` hold the same runs, bit for bit but for time and command."""

import json
import pathlib
import sys


def runs(folder):
    out = {}
    for path in sorted(pathlib.Path(folder, "runs").iterdir()):
        if not (path / "result.json").exists():
            sys.exit(f"{path} has no result")
        record = json.loads((path / "result.json").read_text())
        for key in ("seconds", "command", "checksum"):
            record.pop(key, None)
        curve = path / "train.jsonl"
        out[path.name] = (record, curve.read_bytes() if curve.exists() else b"")
    return out


one, other = runs(sys.argv[1]), runs(sys.argv[2])
if len(one) != int(sys.argv[3]):
    sys.exit(f"{sys.argv[1]} has {len(one)} runs, not {sys.argv[3]}")
if one.keys() != other.keys():
    sys.exit(f"other runs: {sorted(one.keys() ^ other.keys())[:5]}")
different = [key for key in one if one[key] != other[key]]
if different:
    sys.exit(f"{len(different)} runs differ: {different[:5]}")
