#!/usr/bin/env python3
"""Trains the reference corpus: teacher/student pairs of many sets, with their gains.

  tools/corpus/corpus.py train --data CORPUS --out RUNS --cch CCH [--threads N] [--only BEGINNING]
  tools/corpus/corpus.py list

CORPUS is what views.py and sets.py write. Finished runs are not trained again, so it may be stopped
and called again; studies come in an order in which every part is of use.
"""

import argparse
import json
import pathlib
import subprocess
import sys

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
# Pictures: a convolutional student, and the teachers of the same kind.
PICTURES = {
    "av_digits": [("image", "audio", [100, 300]), ("audio", "image", [100, 300])],
    "mnist_mnistm": [("mnistm", "mnist", [100, 300]), ("mnist", "mnistm", [100, 300])],
    "fashion": [("colour", "grey", [100, 300]), ("grey", "colour", [100, 300])],
    "ombria": [("s1-after", "s2-after", [100, 300]), ("s2-after", "s1-after", [100, 300])],
    "sen1floods11_chip": [("s1", "s2", [100, 300]), ("s2", "s1", [100, 300])],
}
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
        "training.epochs": 60,
        "training.batch": 64,
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


def more_labels():
    """Networks whose teachers have further labels."""
    for name, of in SETS.items():
        more = {"scenario": ["more-labels"]}
        yield f"more-mlp-{name}", study(name, "mlp", of.students, of.teachers, of.labelled[:1], more)


def pictures():
    for name, pairs in PICTURES.items():
        for student, teacher, labelled in pairs:
            yield f"cnn-{name}-{student}", study(name, "cnn", [student], [teacher], labelled)


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
    yield from more_labels()
    for kind in ("linear", "mlp"):
        yield from others(kind)


def train(name, keys, args, more=()):
    command = ["nice", "-n", "15", args.cch, "train", EXAMPLE, "--data", args.data, "-q", *more]
    for key, value in keys.items():
        command += ["--set", f"{key}={json.dumps(value)}"]
    if args.threads:
        command += ["--threads", str(args.threads)]
    return subprocess.run([*command, "-o", args.out / name], stdout=sys.stderr).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["train", "list"])
    parser.add_argument("--data", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--cch", default="cch")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    failed = []
    for name, keys in studies():
        if not name.startswith(args.only):
            continue
        if args.what == "list":
            print(name)
        elif train(name, keys, args):
            failed.append(name)
    if failed:
        print("failed:", *failed, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
