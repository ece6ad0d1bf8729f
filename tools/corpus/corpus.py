#!/usr/bin/env python3
"""The reference corpus: teacher/student pairs of many sets, their gains, and what was known before.

  tools/corpus/corpus.py train --data CORPUS --out RUNS --cch CCH [--threads N] [--only BEGINNING]
  tools/corpus/corpus.py truth --out RUNS > tools/corpus/truth.csv
  tools/corpus/corpus.py measure --data CORPUS --out EVIDENCE --cch CCH [--threads N] [--only …]
  tools/corpus/corpus.py evidence --out EVIDENCE > tools/corpus/evidence.csv
  tools/corpus/corpus.py list

CORPUS is what views.py and sets.py write. train trains the pairs and truth makes their table;
measure gathers the evidence on the rows of the first seed, and evidence makes its table, so that
later estimators can be followed without training again. Finished runs and units are not made again:
both may be stopped and called again. Studies come in an order in which every part is of use.
"""

import argparse
import collections
import csv
import json
import math
import pathlib
import statistics
import subprocess
import sys

LEAST_SEEDS = 10  # paired ones, of a cell that counts
DRAWS = 1  # seeds whose rows the evidence is measured on
EXAMPLE = pathlib.Path(__file__).resolve().parent / "corpus.toml"


class Set:
    """A set of a family: sets that share rows or source are of one family."""

    def __init__(self, family, students, teachers, labelled=(100, 300), images=None, real=False):
        self.family, self.students, self.teachers = family, students, teachers
        self.labelled, self.images, self.real = list(labelled), images or {}, real


SETS = {
    "mfeat": Set("mfeat", ["mor", "fou", "zer"], ["fac", "mor", "fou"]),
    "houston_hsi_lidar": Set("houston", ["hsi", "lidar"], ["hsi", "lidar"]),
    "landsat": Set("landsat", ["visible", "nir"], ["visible", "nir"]),
    "av_digits": Set("mnist", ["image", "audio"], ["image", "audio"]),
    "mnist_mnistm": Set("mnist", ["mnist", "mnistm"], ["mnist", "mnistm"]),
    "fashion": Set("fashion", ["grey", "colour"], ["grey", "colour"]),
    "tcga_kipan_cnv_rppa": Set("tcga-kipan", ["cnv", "rppa"], ["cnv", "rppa"]),
    "tcga_brca5": Set("tcga-brca", ["cnv", "rppa", "mirna"], ["mrna", "rppa", "methylation"], (60, 120)),
    "mosi_heldout": Set("mosi-mosei", ["audio", "video"], ["text", "audio", "video"], (100, 250)),
    "mosei_video": Set("mosi-mosei", ["audio", "video"], ["text", "audio", "video"], real=True),
    "ombria": Set("ombria", ["s1-after", "s2-after", "s1-both"], ["s1-after", "s2-after", "s1-both"]),
    "sen1floods11_chip": Set("sen1floods11", ["s1", "s2"], ["s1", "s2"]),
    "extrasensory": Set(
        "extrasensory",
        ["phone_acceleration", "audio"],
        ["watch_acceleration", "phone_state", "audio"],
    ),
    "hydraulic": Set(
        "hydraulic", ["temperature", "vibration", "flow"], ["pressure", "flow", "motor_power"]
    ),
    "neurons": Set("neurons", ["electric", "shape"], ["electric", "shape"], (100, 250)),
    "gut": Set("gut", ["bacteria", "metabolites"], ["bacteria", "metabolites"], (60, 150)),
    "blood": Set("blood", ["rna", "protein"], ["rna", "protein"]),
    "prokaryotic": Set(
        "prokaryotic", ["gene_repertoire", "proteome"], ["text", "gene_repertoire"], (100, 200)
    ),
    "fetal": Set("fetal", ["events", "histogram"], ["events", "variability", "histogram"]),
    "wikipedia": Set("wikipedia", ["image_sift", "text_topics"], ["image_sift", "text_topics"]),
    "cora": Set("cora", ["words", "links"], ["words", "links"]),
    "reuters": Set("reuters", ["french", "german"], ["english", "german"]),
    "movies": Set("movies", ["keywords", "actors"], ["keywords", "actors"], (100, 250)),
    "scene15": Set(
        "scene15", ["descriptor_20", "descriptor_40"], ["descriptor_59", "descriptor_20"]
    ),
    "landuse21": Set(
        "landuse21", ["descriptor_20", "descriptor_40"], ["descriptor_59", "descriptor_20"]
    ),
    "landcover": Set(
        "landcover", ["texture", "shape"], ["spectrum", "texture", "shape"], (100, 250)
    ),
    "gtzan": Set("gtzan", ["spectrum", "harmony_rhythm"], ["timbre_mfcc", "spectrum"]),
    "phishing": Set("phishing", ["requests", "domain"], ["address", "requests", "domain"]),
    "traffic": Set("traffic", ["content", "last_seconds"], ["packet", "content", "last_seconds"]),
    "pulsar": Set(
        "pulsar", ["pulse_profile", "dispersion_curve"], ["pulse_profile", "dispersion_curve"]
    ),
}
# Arrays of pictures: height, width, channels (last).
SHAPES = {
    "av_digits": {"image": [28, 28, 1], "audio": [20, 24, 1]},
    "mnist_mnistm": {"mnist": [28, 28, 1], "mnistm": [28, 28, 3]},
    "fashion": {"grey": [28, 28, 1], "colour": [28, 28, 3]},
    "ombria": {"s1-after": [16, 16, 1], "s2-after": [16, 16, 3]},
    "sen1floods11_chip": {"s1": [8, 8, 2], "s2": [8, 8, 13]},
    "mfeat": {"pix": [16, 15, 1]},
}
# Convolutional students and their teachers: convolutional too where they are pictures.
PICTURES = {
    "av_digits": [("image", "audio"), ("audio", "image")],
    "mnist_mnistm": [("mnistm", "mnist"), ("mnist", "mnistm")],
    "fashion": [("colour", "grey"), ("grey", "colour")],
    "ombria": [("s1-after", "s2-after"), ("s2-after", "s1-after")],
    "sen1floods11_chip": [("s1", "s2"), ("s2", "s1")],
    "mfeat": [("pix", "fou"), ("pix", "mor"), ("pix", "fac")],
}
# Sets with rows enough for many labelled ones.
MANY = ["landsat", "pulsar", "extrasensory", "scene15", "phishing", "traffic", "av_digits", "houston_hsi_lidar", "mosei_video", "ombria", "sen1floods11_chip"]
# Teachers of known worth, parts of the student and noise added to teachers: these help to fit what
# the chance is made from and are never scored.
CONTROLS = {
    "mfeat": "fou",
    "houston_hsi_lidar": "lidar",
    "landsat": "nir",
    "av_digits": "audio",
    "tcga_kipan_cnv_rppa": "rppa",
    "mosi_heldout": "audio",
    "ombria": "s1-after",
}
DEGRADED = {
    "mfeat": ("fou", ["fac"]),
    "houston_hsi_lidar": ("lidar", ["hsi"]),
    "landsat": ("nir", ["visible"]),
    "av_digits": ("audio", ["image"]),
    "tcga_kipan_cnv_rppa": ("rppa", ["cnv"]),
    "mosi_heldout": ("video", ["text"]),
    "tcga_brca5": ("cnv", ["mrna"]),
}

KINDS = {
    "linear": {
        "scenario": ["same-rows", "unlabelled-pairs"],
        "student.layers": "linear",
        "student.widths": [],
        "training.learning-rate": 0.005,
        "training.epochs": 600,
        "training.batch": 64,
    },
    "mlp": {"scenario": ["same-rows", "unlabelled-pairs"]},
    "cnn": {
        "student.layers": "cnn",
        "student.widths": [8, 16],
        "scenario": ["same-rows", "unlabelled-pairs"],
        "training.learning-rate": 0.003,
        "training.epochs": 30,
        "training.batch": 64,
        "distil.lambda": [1],
        "most-extra": 300,
    },
}
REAL = {"distil.loss": "prediction", "distil.temperature": [1], "teacher.calibrate": False}


def study(name, kind, students, teachers, labelled, more=None):
    keys = {
        "title": f"{name}, {kind}",
        "task.set": name,
        "task.students": students,
        "task.teachers": teachers,
        "labelled": labelled,
    }
    return keys | KINDS[kind] | (REAL if SETS[name].real else {}) | (more or {})


def natural(kind):
    for name, of in SETS.items():
        yield f"{kind}-{name}", study(name, kind, of.students, of.teachers, of.labelled)


def more_labels(kind):
    """Teachers that have further labels."""
    for name, of in SETS.items():
        more = {"scenario": ["more-labels"]}
        yield f"more-{kind}-{name}", study(name, kind, of.students, of.teachers, of.labelled[:1], more)


def many_rows(kind):
    for name in MANY:
        yield f"many-{kind}-{name}", study(name, kind, SETS[name].students, SETS[name].teachers, [1000])


def pictures():
    for name, pairs in PICTURES.items():
        for student, teacher in pairs:
            more = {"task.images": SHAPES[name]}
            if teacher not in SHAPES[name]:
                more |= {"teacher.layers": "mlp", "teacher.widths": [64]}
            yield f"cnn-{name}-{student}-{teacher}", study(name, "cnn", [student], [teacher], [100, 200, 300], more)


def others(kind):
    for name, view in CONTROLS.items():
        teachers = [f"clone-of-{view}", f"noisy-of-{view}", f"half-of-{view}", f"shuffled-{view}", "noise"]
        labelled = SETS[name].labelled[:1]
        yield f"controls-{kind}-{name}", study(name, kind, [view], teachers, labelled)
    for name, (view, teachers) in DEGRADED.items():
        labelled = SETS[name].labelled[:1]
        noise = {"task.teacher-noise": [1, 3]}
        yield f"degraded-{kind}-{name}", study(name, kind, [view], teachers, labelled, noise)


def studies():
    """Name and keys of every study, the ones that are scored first."""
    yield from natural("linear")
    yield from natural("mlp")
    yield from pictures()
    for kind in ("linear", "mlp"):
        yield from many_rows(kind)
        yield from more_labels(kind)
    for kind in ("linear", "mlp"):
        yield from others(kind)


def toml(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def run_cch(keys, args, more):
    command = ["nice", "-n", "15", args.cch, "train", EXAMPLE, "--data", args.data, "-q", *more]
    for key, value in keys.items():
        command += ["--set", f"{key}={toml(value)}"]
    if args.threads:
        command += ["--threads", str(args.threads)]
    return subprocess.run(command, stdout=sys.stderr).returncode


def train(name, keys, args):
    return run_cch(keys, args, ["-o", args.out / name])


def measure(name, keys, args):
    args.out.mkdir(parents=True, exist_ok=True)
    more = ["--evidence", args.out / f"{name}.jsonl"]
    keys = keys | {"criteria.seeds": DRAWS}
    if args.scenario:
        keys["scenario"] = args.scenario
    return run_cch(keys, args, more)


# --- tables

CELL = ["family", "set", "student", "teacher", "noise", "kind", "scenario", "labelled"]
METRICS = {
    "nats": lambda m: m["calibrated_cross_entropy"],
    "accuracy": lambda m: None if m["accuracy"] is None else -m["accuracy"],
    "f1": lambda m: None if m["weighted_f1"] is None else -m["weighted_f1"],
    "auc": lambda m: None if m["auc"] is None else -m["auc"],
    "mse": lambda m: None if m["mse"] is None else 0.5 * math.log(m["mse"]),
}


def cell_of(keys, unit, teacher, scenario):
    name = keys["task.set"]
    kind = "linear" if keys.get("student.layers") == "linear" else keys.get("student.layers", "mlp")
    noise = teacher["parameters"].get("noise", 0)
    student = unit["setting"]["student"]
    return (SETS[name].family, name, student, teacher["name"], noise, kind, scenario, unit["labelled"])


def records(folder):
    for path in sorted(folder.glob("runs/*/result.json")):
        record = json.loads(path.read_text())
        if record["status"] == "done":
            yield record


def gains_of(name, keys, out):
    """Of every cell: gains by metric and seed, the distilled student against the one alone."""
    runs = list(records(out / name))
    alone = {run["key"]: run["metrics"] for run in runs if run["role"] == "student"}
    cells = collections.defaultdict(lambda: collections.defaultdict(dict))
    for run in runs:
        if run["role"] != "distilled" or run["student"] not in alone:
            continue
        cell = cell_of(keys, run["unit"], run["teacher"], run["unit"]["scenario"])
        for metric, loss in METRICS.items():
            before, after = loss(alone[run["student"]]), loss(run["metrics"])
            if before is not None and after is not None:
                cells[cell][metric][run["seed"]] = before - after
    return cells


def summary(gains):
    """Mean, its standard error, and the means of odd and even seeds."""
    values = list(gains.values())
    odd = [g for seed, g in gains.items() if seed % 2]
    even = [g for seed, g in gains.items() if not seed % 2]
    error = statistics.stdev(values) / math.sqrt(len(values))
    return [statistics.fmean(values), error, statistics.fmean(odd), statistics.fmean(even)]


def short(value):
    return f"{value:.5g}" if isinstance(value, float) else value


def print_truth(args):
    parts = [f"{metric}{part}" for metric in METRICS for part in ("", "_se", "_odd", "_even")]
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow([*CELL, "natural", "seeds", *parts])
    written = set()  # a cell of two studies counts once
    for name, keys in studies():
        natural_pair = not name.startswith(("controls-", "degraded-"))
        for cell, metrics in sorted(gains_of(name, keys, args.out).items()):
            seeds = max(len(gains) for gains in metrics.values())
            if seeds < LEAST_SEEDS or cell in written:
                continue
            written.add(cell)
            numbers = []
            for metric in METRICS:
                numbers += summary(metrics[metric]) if metric in metrics else [""] * 4
            out.writerow([*cell, int(natural_pair), seeds, *map(short, numbers)])


PAIRS = [f"{pilot}_{of}" for pilot in ("linear", "network") for of in ("nats", "accuracy", "informed")]
NUMBERS = [
    "information_difference",
    "network_difference",
    "network_accuracy_difference",
    "prediction_margin",
    "beta_difference",
    "closed_form_gain",
]
LINEAR = [name for name in PAIRS + NUMBERS if not name.startswith("network")]


def evidence_lines(args):
    for name, keys in studies():
        path = args.out / f"{name}.jsonl"
        if path.exists():
            for line in path.read_text().splitlines():
                of = json.loads(line)
                yield cell_of(keys, of["unit"], of["teacher"], of["scenario"]), of


def print_evidence(args):
    """What does not depend on the kind of student is measured with linear ones."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    columns = [f"{name}{part}" for name in PAIRS for part in ("", "_se")] + NUMBERS
    out.writerow([*CELL, "seed", "further", "classes", "groups", *columns])
    linear = {}
    for cell, of in evidence_lines(args):
        pair = (cell[1:5], cell[6:], of["unit"]["seed"])
        if cell[5] == "linear":
            linear[pair] = of
        elif pair in linear:
            of |= {name: linear[pair][name] for name in LINEAR}
        numbers = [x for name in PAIRS for x in (of[name] or ("", ""))]
        numbers += ["" if of[name] is None else of[name] for name in NUMBERS]
        facts = [of["unit"]["seed"], of["further"], of["classes"], of["groups"]]
        out.writerow([*cell, *facts, *map(short, numbers)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "truth", "measure", "evidence", "list"])
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--cch", default="cch")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only", default="", help="studies whose names begin so")
    parser.add_argument("--scenario", action="append", help="measure in this one alone")
    args = parser.parse_args()
    if args.what in ("truth", "evidence"):
        (print_truth if args.what == "truth" else print_evidence)(args)
        return 0
    failed = []
    for name, keys in studies():
        if not name.startswith(args.only):
            continue
        if args.what == "list":
            print(name)
        elif (train if args.what == "train" else measure)(name, keys, args):
            failed.append(name)
    if failed:
        print("failed:", *failed, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
