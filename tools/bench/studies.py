#!/usr/bin/env python3
"""Trains every study of docs/studies.md that is not of a published protocol and prints its tables.

  tools/bench/studies.py --data DIR --out RUNS --cch build/release/tools/cch/cch > tables.md
  tools/bench/studies.py --independent --data DIR --out RUNS --cch build/release/tools/cch/cch

Finished runs are not trained again, so it may be stopped and called again. --only PATTERN takes the
studies whose name has the pattern, --list names them, --tables prints what is there and trains
nothing. Gains are over seeds, ± one standard error; "last" are the same students by their last
weights.

--independent trains eight others, and all of them again by independent_training.py (numpy), and
counts the cells in which both agree.
"""

import argparse
import collections
import json
import math
import pathlib
import subprocess
import sys

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "data" / "examples"

FEW_SETS = {
    "mfeat": (["mor", "fou"], ["fac", "zer"]),
    "houston_hsi_lidar": (["hsi", "lidar"], ["hsi", "lidar"]),
    "landsat": (["visible", "nir"], ["visible", "nir"]),
    "av_digits": (["image", "audio"], ["image", "audio"]),
    "tcga_kipan_cnv_rppa": (["cnv", "rppa"], ["cnv", "rppa"]),
    "mosi_heldout": (["audio", "video"], ["text", "audio"]),
}
LINEAR = {
    "student.layers": "linear",
    "student.widths": [],
    "training.learning-rate": 0.005,
    "training.epochs": 600,
}


def studies():
    """Name, example and what is set in place of its keys."""
    for network, more in (("linear", LINEAR), ("mlp", {})):
        for name, (students, teachers) in FEW_SETS.items():
            keys = {"task.set": name, "task.students": students, "task.teachers": teachers}
            keys["criteria.planted-bias"] = False
            yield f"few-{network}-{name}", "few-labels", keys | more
    for name in ("tcga-kipan", "tcga-brca", "mosi", "mosei", "fashion-m", "mnist-m", "digits-cnn"):
        yield name, name, {}


SAME_SETS = {
    "mfeat": (["fou", "zer"], ["fac", "mor"]),
    "houston_hsi_lidar": FEW_SETS["houston_hsi_lidar"],
    "landsat": FEW_SETS["landsat"],
    "av_digits": FEW_SETS["av_digits"],
}


def independent_studies():
    """Good and weak teachers on the student's own 200 rows, two scenarios, two networks."""
    for network, more in (("linear", {"student.layers": "linear", "student.widths": []}), ("mlp", {})):
        for name, (students, teachers) in SAME_SETS.items():
            yield (
                f"both-{network}-{name}",
                "few-labels",
                {
                    "task.set": name,
                    "task.students": students,
                    "task.teachers": teachers,
                    "teacher.rows": "same-rows",
                    "labelled": 200,
                    "most-extra": 400,
                    "scenario": ["same-rows", "unlabelled-pairs"],
                    "seeds": 20,
                    "criteria.seeds": 0,
                }
                | more,
            )


def setting(key, value):
    return f"{key}={json.dumps(value)}"


def train(name, example, keys, args, more=()):
    command = [args.cch, "train", EXAMPLES / f"{example}.toml", "--data", args.data, "-q", *more]
    for key, value in keys.items():
        command += ["--set", setting(key, value)]
    if args.threads:
        command += ["--threads", str(args.threads)]
    return subprocess.run([*command, "-o", args.out / name], stdout=sys.stderr).returncode


def train_again(name, example, keys, args):
    """The table of independent_training.py for one study."""
    rows, lines = args.out / f"{name}.csv", args.out / f"{name}.jsonl"
    script = pathlib.Path(__file__).with_name("independent_training.py")
    if train(name, example, keys, args) or train(name, example, keys, args, ("--rows", rows)):
        return None
    command = [sys.executable, script, args.out / name, "--rows", rows, "--out", lines]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def train_independently(args):
    agree, cells = collections.Counter(), collections.Counter()
    for study in independent_studies():
        if args.only not in study[0]:
            continue
        table = train_again(*study, args)
        if table is None:
            return 1
        print(f"\n`{study[0]}`:\n\n{table.strip()}", flush=True)
        for line in table.splitlines():
            fields = [field.strip() for field in line.split("|")]
            if "←" in line and "student" not in line:
                cells[fields[5]] += 1
                agree[fields[5]] += abs(float(fields[9])) <= 2
    for measure in cells:
        print(f"\nAll: {agree[measure]} of {cells[measure]} cells in {measure} within 2 standard errors")
    return 0


def runs_of(folder):
    for path in sorted((folder / "runs").glob("*/result.json")):
        run = json.loads(path.read_text())
        if run["status"] == "done":
            yield run


def mean(values):
    n = len(values)
    middle = sum(values) / n
    spread = sum((v - middle) ** 2 for v in values)
    return middle, math.sqrt(spread / (n - 1) / n) if n > 1 else math.nan


def gain(run, student, key, of=lambda r: r["metrics"]):
    """Higher is better; of square errors half the logarithm of their ratio."""
    ours, alone = of(run).get(key), of(student).get(key)
    if ours is None or alone is None:
        return None
    if key == "mse":
        return 0.5 * math.log(alone / ours)
    return 100 * (ours - alone) if key == "accuracy" else alone - ours


def last_of(run):
    return (run.get("last") or run)["metrics"]


def words(values):
    return " ".join(f"{k} {v:g}" if isinstance(v, (int, float)) else str(v) for k, v in values.items())


def cells_of(folder):
    """Gains and levels of every cell, a list over seeds each."""
    by_key = {run["key"]: run for run in runs_of(folder)}
    teachers = {}
    for run in by_key.values():
        if run["role"] == "teacher":
            teachers[place(run)] = run
    cells = collections.defaultdict(lambda: collections.defaultdict(list))
    for run in by_key.values():
        student = by_key.get(run["student"])
        if run["role"] not in ("distilled", "control") or student is None:
            continue
        unit, loss = run["unit"], run["loss"]
        who = run["teacher"]["name"] + " " + words(run["teacher"]["parameters"]) if run["teacher"] else ""
        cell = cells[
            (
                words(unit["setting"]) or "student",
                run["control"] or who.strip(),
                str(unit["labelled"]),
                unit["scenario"],
                loss["form"],
                loss["lambda"],
                loss["temperature"],
            )
        ]
        level = "accuracy" if student["metrics"]["accuracy"] is not None else "mse"
        cell["student"].append(student["metrics"][level])
        if run["role"] == "distilled":
            cell["teacher"].append(teachers[place(run)]["metrics"][level])
        for name, key, of in (
            ("points", level, None),
            ("nats", "calibrated_cross_entropy", None),
            ("last", level, last_of),
        ):
            value = gain(run, student, key, of) if of else gain(run, student, key)
            if value is not None:
                cell[name].append(value)
        cell["accuracy"] = level == "accuracy"
    return cells


def place(run):
    return json.dumps([run["unit"], run["teacher"]], sort_keys=True)


def shown(values, digits):
    if not values:
        return "–"
    middle, error = mean(values)
    return f"{middle:+.{digits}f} ± {error:.{digits}f}"


def print_study(name, cells):
    print(f"\n`{name}`:\n")
    print("| student ← teacher | rows, scenario | loss λ T | student | teacher | gain | nats | gain, last weights |")
    print("|---|---|---|---|---|---|---|---|")
    for key, cell in sorted(cells.items(), key=lambda item: [str(k) for k in item[0]]):
        student, teacher, rows, scenario, form, weight, heat = key
        factor, digits = (100, 1) if cell["accuracy"] else (1, 3)
        level = lambda which: f"{factor * mean(cell[which])[0]:.{digits}f}" if cell[which] else "–"
        print(
            f"| {student} ← {teacher} | {rows}, {scenario} | {form} {weight} {heat} | {level('student')} "
            f"| {level('teacher')} | {shown(cell['points'], digits)} | {shown(cell['nats'], 3)} "
            f"| {shown(cell['last'], digits)} |"
        )


def outcome(values):
    middle, error = mean(values)
    return 0 if abs(middle) <= 2 * error else 1 if middle > 0 else -1


def print_few(all_cells):
    """Pairs that gain and lose by more than two standard errors, by network and scenario."""
    table = collections.defaultdict(list)
    for name, cells in all_cells.items():
        if not name.startswith("few-"):
            continue
        for key, cell in cells.items():
            if cell["teacher"]:
                table[name.split("-")[1], key[3]].append(cell)
    if not table:
        return
    print("\n| network | scenario | pairs | gain | lose | mean gain, nats | gain, points | lose |")
    print("|---|---|---|---|---|---|---|---|")
    for (network, scenario), cells in sorted(table.items()):
        nats = [cell["nats"] for cell in cells]
        points = [cell["points"] for cell in cells]
        count = lambda lists, sign: sum(outcome(v) == sign for v in lists)
        average = sum(mean(v)[0] for v in nats) / len(nats)
        print(
            f"| {network} | {scenario} | {len(cells)} | {count(nats, 1)} | {count(nats, -1)} | {average:+.3f} "
            f"| {count(points, 1)} | {count(points, -1)} |"
        )


def print_criteria(out, names, cch):
    for network in ("linear", "mlp"):
        folders = [out / n for n in names if n.startswith(f"few-{network}-")]
        if len(folders) < len(FEW_SETS):
            continue
        try:
            run = subprocess.run(
                [cch, "compare", *folders, "--metric", "cross-entropy"], capture_output=True, text=True
            )
        except FileNotFoundError:
            print(f"no criteria: there is no program '{cch}', say --cch", file=sys.stderr)
            return
        print(f"\n`cch compare` of {network} students, cross-entropy:\n\n```\n{run.stdout.strip()}\n```")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of data sets")
    parser.add_argument("--out", type=pathlib.Path, help="folder of the runs")
    parser.add_argument("--cch", default="cch", help="the program")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only", default="", help="studies whose name has this")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tables", action="store_true")
    parser.add_argument("--independent", action="store_true")
    args = parser.parse_args()
    chosen = [study for study in studies() if args.only in study[0]]
    if args.list:
        print("\n".join(name for name, _, _ in chosen))
        return 0
    if args.out is None or (args.data is None and not args.tables):
        parser.error("--out and --data are needed")
    if args.independent:
        return train_independently(args)
    failed = [] if args.tables else [s[0] for s in chosen if train(*s, args) not in (0, 5)]
    all_cells = {}
    for name, _, _ in chosen:
        if (args.out / name / "runs").is_dir():
            all_cells[name] = cells_of(args.out / name)
    print_few(all_cells)
    print_criteria(args.out, list(all_cells), args.cch)
    for name, cells in all_cells.items():
        print_study(name, cells)
    for name in failed:
        print(f"{name}: not trained", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
