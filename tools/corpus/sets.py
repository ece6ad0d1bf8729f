#!/usr/bin/env python3
"""Make the reference corpus: natural multi-view sets with class labels.

Every set comes from files of one public git repository at a fixed commit.
DIR/owner+name must be a clone (or bare git directory) of that repository:

    sets.py --sources DIR --out DIR [--only NAME ...]

Each set becomes a folder with one .npy file a view (rows x columns),
labels.npy, groups.npy where rows come in groups, and CARD.md.
"""

import argparse
import csv
import gzip
import hashlib
import io
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

import numpy as np

from formats import CorpusError, read_counts, read_mat

SEED = 0
MIN_CLASS_ROWS = 20
FOLDS = 5
RIDGE = 0.01


@dataclass
class Made:
    """One set in memory: views by name, labels, and groups or None."""

    views: dict[str, np.ndarray]
    labels: np.ndarray
    groups: np.ndarray | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recipe:
    """Where a set comes from and how it is made."""

    repo: str
    commit: str
    files: tuple[tuple[str, str], ...]
    make: Callable[[list[bytes]], Made]
    title: str
    domain: str
    text: str
    terms: str


# ---------------------------------------------------------------- sources


def read_source(sources: Path, recipe: Recipe, path: str, digest: str) -> bytes:
    """Return one file of the recipe's commit, checked against its sha256."""
    place = sources / recipe.repo.replace("/", "+")
    git_dir = place / ".git" if (place / ".git").exists() else place
    run = subprocess.run(
        ["git", f"--git-dir={git_dir}", "cat-file", "blob", f"{recipe.commit}:{path}"],
        capture_output=True, check=False)
    if run.returncode != 0:
        raise CorpusError(
            f"{place}: cannot read {path} at {recipe.commit}: "
            f"{run.stderr.decode(errors='replace').strip()}; "
            f"clone https://github.com/{recipe.repo} there and fetch that commit")
    found = hashlib.sha256(run.stdout).hexdigest()
    if found != digest:
        raise CorpusError(
            f"{place}: {path} has sha256 {found}, not {digest}; "
            f"fetch commit {recipe.commit} of {recipe.repo} again")
    return run.stdout


# ------------------------------------------------------------ shared steps


def read_table(data: bytes, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a text table."""
    lines = data.decode("utf-8-sig").splitlines()
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    return [name.strip() for name in rows[0]], rows[1:]


def numbers(rows: list[list[str]], columns: list[int]) -> np.ndarray:
    """Return columns of text rows as float64; empty and NA cells become NaN."""
    blank = {"", "NA", "NaN", "nan"}
    return np.array([[np.nan if row[c] in blank else float(row[c]) for c in columns]
                     for row in rows])


def codes(values: list) -> np.ndarray:
    """Return codes 0..K-1 in sorted order of the values."""
    return np.unique(np.asarray(values), return_inverse=True)[1].astype(np.int64)


def take(made: Made, keep: np.ndarray) -> Made:
    """Return the set with only the kept rows (indices or mask)."""
    return Made({name: view[keep] for name, view in made.views.items()},
                made.labels[keep],
                None if made.groups is None else made.groups[keep], made.notes)


def capped(labels: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """Return sorted row indices with at most this many rows a label."""
    kept = [rng.permutation(np.flatnonzero(labels == code))[:most] for code in np.unique(labels)]
    return np.sort(np.concatenate(kept))


def tidy(made: Made) -> Made:
    """Drop bad rows, repeated rows, small classes and constant columns."""
    whole = np.hstack([view.reshape(len(view), -1) for view in made.views.values()])
    finite = np.isfinite(whole).all(axis=1)
    _, first = np.unique(whole[finite], axis=0, return_index=True)
    keep = np.sort(np.flatnonzero(finite)[first])
    note_drop(made, int((~finite).sum()), "rows with a missing value dropped")
    note_drop(made, int(finite.sum()) - len(keep),
              "rows dropped that repeat another in every view (the first kept)")
    made = take(made, keep)
    sizes = np.bincount(made.labels)
    small = np.flatnonzero((sizes > 0) & (sizes < MIN_CLASS_ROWS))
    rows = np.isin(made.labels, small)
    note_drop(made, len(small), f"classes under {MIN_CLASS_ROWS} rows dropped ({rows.sum()} rows)")
    made = take(made, ~rows)
    made.labels = codes(made.labels)
    made.groups = None if made.groups is None else codes(made.groups)
    for name, view in made.views.items():
        varies = (view != view[0]).any(axis=0)
        note_drop(made, int((~varies).sum()), f"constant columns of {name} dropped")
        made.views[name] = np.ascontiguousarray(view[:, varies], dtype=np.float32)
    return made


def note_drop(made: Made, count: int, what: str) -> None:
    """Write down a drop, if there was one."""
    if count:
        made.notes.append(f"{count} {what}")


# ------------------------------------------------------------ sanity check


def folds_of(made: Made) -> np.ndarray:
    """Return a fold a row; a group is never split over folds."""
    rng = np.random.default_rng(SEED)
    units = np.arange(len(made.labels)) if made.groups is None else made.groups
    order = rng.permutation(units.max() + 1)
    return order[units] % FOLDS


def ridge_guess(train: np.ndarray, labels: np.ndarray, test: np.ndarray) -> np.ndarray:
    """Return class guesses of a ridge classifier on standardised columns."""
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread < 1e-12] = 1.0
    left = np.clip((train - mean) / spread, -10, 10)
    right = np.clip((test - mean) / spread, -10, 10)
    target = np.eye(labels.max() + 1)[labels]
    centre = target.mean(axis=0)
    penalty = RIDGE * len(left)
    if left.shape[1] <= len(left):
        gram = left.T @ left + penalty * np.eye(left.shape[1])
        weights = np.linalg.solve(gram, left.T @ (target - centre))
    else:
        gram = left @ left.T + penalty * np.eye(len(left))
        weights = left.T @ np.linalg.solve(gram, target - centre)
    return (right @ weights + centre).argmax(axis=1)


def held_out(view: np.ndarray, labels: np.ndarray, folds: np.ndarray) -> tuple[float, float]:
    """Return held-out accuracy and its mean over classes."""
    view = view.reshape(len(view), -1).astype(np.float64)
    guess = np.empty_like(labels)
    for fold in range(FOLDS):
        test = folds == fold
        if test.any():
            guess[test] = ridge_guess(view[~test], labels[~test], view[test])
    right = guess == labels
    recalls = [right[labels == code].mean() for code in np.unique(labels)]
    return float(right.mean()), float(np.mean(recalls))


# ------------------------------------------------------------------ makers


def cell_views(data: list[bytes], names: tuple[str, ...], classes: str) -> Made:
    """Make a set from a MATLAB file of a cell X of views and class numbers."""
    found = read_mat(data[0])
    return Made(dict(zip(names, found["X"], strict=True)), codes(found[classes].ravel()))


def make_images(data: list[bytes]) -> Made:
    """Make a set of images with three descriptors, named by their columns."""
    return cell_views(data, ("descriptor_20", "descriptor_59", "descriptor_40"), "Y")


def make_wikipedia(data: list[bytes]) -> Made:
    """Make the picture and text set of Wikipedia articles."""
    return cell_views(data, ("image_sift", "text_topics"), "y")


def make_reuters(data: list[bytes]) -> Made:
    """Make the news set in five languages."""
    made = cell_views(data, ("english", "french", "german", "spanish", "italian"), "y")
    blank = np.any([(view == 0).all(axis=1) for view in made.views.values()], axis=0)
    note_drop(made, int(blank.sum()), "rows with an empty view dropped")
    return take(made, ~blank)


def make_prokaryotic(data: list[bytes]) -> Made:
    """Make the prokaryote set; its columns stay as given."""
    return cell_views(data, ("gene_repertoire", "proteome", "text"), "y")


def make_movies(data: list[bytes]) -> Made:
    """Make the film set of keywords and actors."""
    return cell_views(data, ("keywords", "actors"), "y")


def make_cora(data: list[bytes]) -> Made:
    """Make the paper set: words against links, of papers with 3 links or more."""
    found = read_mat(data[0])
    links, words = found["X"][:2]
    often = links.sum(axis=0) >= 3
    notes = [f"links: only the {often.sum()} columns of papers with 3 links or more kept",
             "links are citations in either direction"]
    return Made({"words": words, "links": links[:, often]}, codes(found["y"].ravel()), None, notes)


GESTURE_LEAD = 4  # the processed rows start this many rows after the raw ones


def make_gesture(data: list[bytes]) -> Made:
    """Make the gesture set; files come as pairs raw, processed, one pair a video."""
    position, motion, speed, phases, groups = [], [], [], [], []
    for video, (raw, processed) in enumerate(zip(data[::2], data[1::2], strict=True)):
        places = read_table(raw)[1][GESTURE_LEAD:]
        moves = read_table(processed)[1]
        position.append(numbers(places[:len(moves)], list(range(18))))
        motion.append(numbers(moves, list(range(24))))
        speed.append(numbers(moves, list(range(24, 32))))
        phases += [row[32] for row in moves]
        groups += [video] * len(moves)
    views = {"position": position, "motion": motion, "speed": speed}
    notes = [f"raw rows matched to processed rows by skipping the first {GESTURE_LEAD}"]
    return Made({name: np.vstack(parts) for name, parts in views.items()},
                codes(phases), np.array(groups), notes)


ACTIVITIES = ("LYING_DOWN", "SITTING", "FIX_walking", "FIX_running", "BICYCLING", "OR_standing")
SENSORS = {"phone_acceleration": "raw_acc:", "phone_gyroscope": "proc_gyro:",
           "watch_acceleration": "watch_acceleration:", "audio": "audio_naive:",
           "phone_state": "discrete:"}
MINUTES_A_USER = 300


def make_extrasensory(data: list[bytes]) -> Made:
    """Make the phone and watch set: one row a minute with one main activity."""
    rng = np.random.default_rng(SEED)
    parts: dict[str, list[np.ndarray]] = {name: [] for name in SENSORS}
    labels, groups = [], []
    for user, packed in enumerate(data):
        header, rows = read_table(gzip.decompress(packed))
        columns = {name: [c for c, column in enumerate(header) if column.startswith(start)
                          and "time_of_day" not in column] for name, start in SENSORS.items()}
        marks = [header.index("label:" + activity) for activity in ACTIVITIES]
        needed = [c for name in SENSORS for c in columns[name]]
        rows = [row for row in rows if sum(row[c] in ("1", "1.0") for c in marks) == 1
                and not any(row[c] in ("nan", "") for c in needed)]
        rows = [rows[i] for i in np.sort(rng.permutation(len(rows))[:MINUTES_A_USER])]
        if not rows:
            continue
        for name in SENSORS:
            parts[name].append(numbers(rows, columns[name]))
        labels.append(np.nan_to_num(numbers(rows, marks)).argmax(axis=1))
        groups += [user] * len(rows)
    notes = ["rows kept: exactly one of the activities " + ", ".join(ACTIVITIES)
             + " is marked and no view misses a value",
             f"at most {MINUTES_A_USER} rows a user, drawn with seed {SEED}",
             "location, magnetometer and time of day left out"]
    return Made({name: np.vstack(values) for name, values in parts.items()},
                np.concatenate(labels), np.array(groups), notes)


def make_gtzan(data: list[bytes]) -> Made:
    """Make the music genre set from features of 30 second clips."""
    header, rows = read_table(data[0])
    kinds = {"timbre_mfcc": ("mfcc",),
             "spectrum": ("rms", "spectral", "rolloff", "zero"),
             "harmony_rhythm": ("chroma", "harmony", "perceptr", "tempo")}
    columns = {name: [c for c, column in enumerate(header) if column.startswith(starts)]
               for name, starts in kinds.items()}
    views = {name: numbers(rows, wanted) for name, wanted in columns.items()}
    views = {name: signed_log(view) if name == "spectrum" else view for name, view in views.items()}
    return Made(views, codes([row[-1] for row in rows]), None,
                ["spectrum: x replaced by sign(x) log(1 + |x|), as its columns span many decades"])


def signed_log(view: np.ndarray) -> np.ndarray:
    """Return sign(x) log(1 + |x|)."""
    return np.sign(view) * np.log1p(np.abs(view))


def make_phishing(data: list[bytes]) -> Made:
    """Make the web site set: the four kinds of checks of its authors."""
    lines = [line for line in data[0].decode().splitlines() if line and line[0] not in "@%"]
    table = np.array([[float(cell) for cell in line.split(",")] for line in lines])
    cuts = {"address": (0, 12), "requests": (12, 18), "scripts": (18, 23), "domain": (23, 30)}
    views = {name: table[:, start:end] for name, (start, end) in cuts.items()}
    return Made(views, codes(table[:, 30]))


TRAFFIC_CLASS_ROWS = 4000


def make_traffic(data: list[bytes]) -> Made:
    """Make the network connection set."""
    rows = read_table(data[0])[1]
    labels = codes([row[41] for row in rows])
    keep = capped(labels, TRAFFIC_CLASS_ROWS, np.random.default_rng(SEED))
    rows, labels = [rows[i] for i in keep], labels[keep]
    notes = [f"at most {TRAFFIC_CLASS_ROWS} rows a class, drawn with seed {SEED}",
             "protocol, service and flag one-hot; sizes, times and counts as log(1 + x)"]
    words = [np.array([row[c] for row in rows]) for c in (1, 2, 3)]
    hot = [(column[:, None] == np.unique(column)).astype(float) for column in words]
    basic = np.hstack([*hot, np.log1p(numbers(rows, [0, 4, 5])), numbers(rows, [6, 7, 8])])
    views = {"packet": basic, "content": np.log1p(numbers(rows, list(range(9, 22)))),
             "last_seconds": np.log1p(numbers(rows, list(range(22, 31)))),
             "last_hosts": np.log1p(numbers(rows, list(range(31, 41))))}
    return Made(views, labels, None, notes)


def make_fetal(data: list[bytes]) -> Made:
    """Make the fetal heart set."""
    header, rows = read_table(data[0])
    kinds = {"events": "AC FM UC DL DS DP", "variability": "LB ASTV MSTV ALTV MLTV",
             "histogram": "Width Min Max Nmax Nzeros Mode Mean Median Variance Tendency"}
    views = {name: numbers(rows, [header.index(c) for c in kind.split()])
             for name, kind in kinds.items()}
    return Made(views, codes([int(float(row[header.index("NSP")])) for row in rows]))


def make_pulsar(data: list[bytes]) -> Made:
    """Make the pulsar candidate set."""
    rows = read_table(data[0])[1]
    return Made({"pulse_profile": numbers(rows, [0, 1, 2, 3]),
                 "dispersion_curve": numbers(rows, [4, 5, 6, 7])},
                codes([int(float(row[8])) for row in rows]))


GENUS_SHARE = 0.1
MISSING_SHARE = 0.2


def make_gut(data: list[bytes]) -> Made:
    """Make the gut set: bacteria counts against metabolites of stool samples."""
    about_head, about = read_table(data[0], "\t")
    genera_head, genera = read_table(data[1], "\t")
    mtb_head, mtb = read_table(data[2], "\t")
    where = {row[1]: row for row in about}
    counts = {row[0]: row for row in genera}
    mtb = [row for row in mtb if row[0] in counts and row[0] in where]
    bacteria = numbers([counts[row[0]] for row in mtb], list(range(1, len(genera_head))))
    bacteria = bacteria[:, (bacteria > 0).mean(axis=0) >= GENUS_SHARE]
    logs = np.log(bacteria + 0.5)
    levels = numbers(mtb, list(range(1, len(mtb_head))))
    levels = levels[:, np.isnan(levels).mean(axis=0) <= MISSING_SHARE]
    levels = np.where(np.isnan(levels), np.nanmedian(levels, axis=0), levels)
    group, subject = about_head.index("Study.Group"), about_head.index("Subject")
    notes = [f"genera in under {GENUS_SHARE:.0%} of the samples dropped; counts + 0.5 as "
             "centred log ratios",
             f"metabolites missing in over {MISSING_SHARE:.0%} of the samples dropped, other "
             "missing values set to the column's median; sign(x) log(1 + |x|)"]
    return Made({"bacteria": logs - logs.mean(axis=1, keepdims=True),
                 "metabolites": signed_log(levels)},
                codes([where[row[0]][group] for row in mtb]),
                codes([where[row[0]][subject] for row in mtb]), notes)


SENSOR_FILES = {"pressure": 6, "flow": 2, "temperature": 4, "vibration": 1, "motor_power": 1}
ACCUMULATOR_COLUMN = 3


def make_hydraulic(data: list[bytes]) -> Made:
    """Make the hydraulic rig set: one row a working cycle of 60 seconds."""
    profile = np.loadtxt(io.BytesIO(data[0]))
    tables = [np.loadtxt(io.BytesIO(text)) for text in data[1:]]
    views = {}
    for name, count in SENSOR_FILES.items():
        views[name] = np.hstack(tables[:count])
        tables = tables[count:]
    starts = (profile[1:, :4] != profile[:-1, :4]).any(axis=1)
    groups = np.concatenate([[0], np.cumsum(starts)])
    return Made(views, codes(profile[:, ACCUMULATOR_COLUMN]), groups,
                ["label: the accumulator's pressure class (fourth column of the profile)",
                 "the three measures computed from other sensors (CE, CP, SE) left out"])


SPECTRAL = ("Bright", "Mean_G", "Mean_R", "Mean_NIR", "NDVI")
TEXTURE = ("SD_G", "SD_R", "SD_NIR", "GLCM1", "GLCM2", "GLCM3")


def make_landcover(data: list[bytes]) -> Made:
    """Make the urban land cover set from its training and testing tables."""
    tables = [read_table(text) for text in data]
    header = tables[0][0]
    rows = tables[0][1] + tables[1][1]
    kinds = ["class" if c == 0 else "spectrum" if name.startswith(SPECTRAL)
             else "texture" if name.startswith(TEXTURE) else "shape"
             for c, name in enumerate(header)]
    views = {kind: numbers(rows, [c for c, found in enumerate(kinds) if found == kind])
             for kind in ("spectrum", "texture", "shape")}
    return Made(views, codes([row[0].strip() for row in rows]), None,
                ["training and testing tables of the source joined"])


WRONG_CELL = "20171207_sample_1"  # its drawing is a copy of another cell's, says the source


def make_neurons(data: list[bytes]) -> Made:
    """Make the neuron set: electric answers against shape, class from RNA."""
    about_head, about = read_table(data[0], "\t")
    electric_head, electric = read_table(data[1])
    shape_head, shape = read_table(data[2])
    family, mouse = about_head.index("RNA family"), about_head.index("Mouse")
    cells = {row[1]: row for row in about
             if row[family] not in ("", "low quality") and row[1] != WRONG_CELL}
    answers = {row[0]: row for row in electric}
    shape = [row for row in shape if row[0] in answers and row[0] in cells]
    form = numbers(shape, list(range(1, len(shape_head) - 2)))
    form = form[:, np.isnan(form).mean(axis=0) <= 0.01]
    views = {"electric": numbers([answers[row[0]] for row in shape],
                                 list(range(1, len(electric_head)))), "shape": form}
    return Made(views, codes([cells[row[0]][family] for row in shape]),
                codes([cells[row[0]][mouse] for row in shape]),
                ["only cells with a drawing; cells of low quality and the wrong drawing "
                 + WRONG_CELL + " dropped",
                 "shape: only columns measured on all kinds of cell (dendrites, soma, depth)"])


GENES = 1000


def make_blood(data: list[bytes]) -> Made:
    """Make the blood cell set: RNA counts against surface protein counts."""
    rna, _, cells = read_counts(data[0])
    protein, _, others = read_counts(data[1])
    kinds = dict(read_table(data[2])[1])
    known = [kinds.get(cell, "unknown") for cell in cells]
    if cells != others:
        raise CorpusError("the two tables list different cells; use the named commit's files")
    keep = np.array([kind != "unknown" for kind in known])
    rna, protein = rna[:, keep].T, protein[:, keep].T
    share = np.log1p(1e4 * rna / rna.sum(axis=1, keepdims=True))
    loud = np.sort(np.argsort(share.var(axis=0))[-GENES:])
    levels = np.log1p(protein)
    notes = [f"{(~keep).sum()} cells of unknown type dropped",
             f"rna: log(1 + counts for each 10000 of the cell); the {GENES} genes that vary most",
             "protein: centred log ratio of counts + 1"]
    return Made({"rna": share[:, loud], "protein": levels - levels.mean(axis=1, keepdims=True)},
                codes([kind for kind in known if kind != "unknown"]), None, notes)

# ------------------------------------------------------------------- table
RECIPES = {
    "scene15": Recipe(
        repo="XLearning-SCU/2021-CVPR-Completer",
        commit="ad37110046234341dab63b0ed0c862680a69e27a",
        files=(
            ("data/Scene-15.mat",
             "ec33b5e1f53eea04ccacc8b7bdfc6091ed490b04214eb41fd83c05a0a173221f"),
        ),
        make=make_images,
        title="Scene-15",
        domain="images of places",
        text="Photographs of 15 kinds of indoor and outdoor scenes, each with three hand-made "
             "picture descriptors of 20, 59 and 40 columns. They are GIST (scene layout), PHOG "
             "(edge directions) and LBP (texture), but the file does not name them and papers "
             "disagree on which is which, so the views are named by their columns.",
        terms="repository under the MIT licence; pictures of Lazebnik et al. (2006), for "
              "research",
    ),
    "landuse21": Recipe(
        repo="XLearning-SCU/2021-CVPR-Completer",
        commit="ad37110046234341dab63b0ed0c862680a69e27a",
        files=(
            ("data/LandUse-21.mat",
             "6441fc42e84a83729e5a6436f4c1544dcc3fe115558458495b165677a732b67f"),
        ),
        make=make_images,
        title="LandUse-21",
        domain="remote sensing",
        text="Aerial photographs of 21 land uses, with the same three descriptors as scene15, "
             "likewise named by their columns.",
        terms="repository under the MIT licence; UC Merced Land Use (Yang and Newsam, 2010) "
              "from public-domain USGS pictures",
    ),
    "wikipedia": Recipe(
        repo="ChuanbinZhang/Multi-view-datasets",
        commit="03ead31e6538322e4e0701c3c28a01595c1a015d",
        files=(
            ("Wikipedia.mat",
             "6eed8527704611dff921243d86dbec5621312b8c6636086ae3677508b5d3cb03"),
        ),
        make=make_wikipedia,
        title="Wikipedia articles",
        domain="documents and pictures",
        text="Featured articles in 10 subjects: words of local picture descriptors (SIFT, 128 "
             "columns) against topic shares of the text (LDA, 10 columns). The repository's "
             "list swaps the two names; the column counts are those of the authors.",
        terms="the repository names no licence; Rasiwasia et al. (2010), from Wikipedia (CC BY- "
              "SA)",
    ),
    "reuters": Recipe(
        repo="ChuanbinZhang/Multi-view-datasets",
        commit="03ead31e6538322e4e0701c3c28a01595c1a015d",
        files=(
            ("Reuters-1200.mat",
             "cf549b72a66d7418a639a940899993c052bab9ec868fd493451cf85cd0d81d14"),
        ),
        make=make_reuters,
        title="Reuters news in five languages",
        domain="documents",
        text="News in 6 subjects, 200 each; a view is the words of the text in one language "
             "(the original or a machine translation).",
        terms="the repository names no licence; Reuters RCV1/RCV2 multilingual of Amini et al. "
              "(2009, UCI), for research",
    ),
    "cora": Recipe(
        repo="ChuanbinZhang/Multi-view-datasets",
        commit="03ead31e6538322e4e0701c3c28a01595c1a015d",
        files=(
            ("Cora.mat",
             "6c7ad492ef75f94035eec3bb374cd12c1f56e26db6b7ebcbf873e5863686336f"),
        ),
        make=make_cora,
        title="Cora papers",
        domain="documents and graphs",
        text="Machine learning papers in 7 subjects: words against citation links.",
        terms="the repository names no licence; public benchmark of McCallum et al. and Sen et "
              "al. (2008)",
    ),
    "movies": Recipe(
        repo="ChuanbinZhang/Multi-view-datasets",
        commit="03ead31e6538322e4e0701c3c28a01595c1a015d",
        files=(
            ("Movies.mat",
             "7922e27da06361c0d74b5dd6477e6485d1f73a96cf0164e280e5b38864ffcbad"),
        ),
        make=make_movies,
        title="Movies617",
        domain="films",
        text="Films in genres: plot keywords against actors. Hard: few films a genre.",
        terms="the repository names no licence; Grimal (2010), from IMDb, for research",
    ),
    "prokaryotic": Recipe(
        repo="ChuanbinZhang/Multi-view-datasets",
        commit="03ead31e6538322e4e0701c3c28a01595c1a015d",
        files=(
            ("Prokaryotic.mat",
             "20471598a8c819fb35e94f102cda4300a3b4f2cd185d3cbe0ea06e0349a7ed7c"),
        ),
        make=make_prokaryotic,
        title="Prokaryotic species",
        domain="genomes and text",
        text="Prokaryotic species in 4 phyla: gene repertoire, proteome composition, text "
             "about the species.",
        terms="the repository names no licence; Brbic et al. (2016), for research",
    ),
    "gesture": Recipe(
        repo="Fmelle/Gesture-Phase-Segmentation",
        commit="78dd0d6ce1050740faf3252d6af81a9714d1dbe1",
        files=(
            ("data_files/raw/a1_raw.csv",
             "83012e2caf7d7d31733a3048e2051ea39f88793832d7c126a8e3b9565f4750e1"),
            ("data_files/processed/a1_va3.csv",
             "a9caf290dbf9c0ba112b273a3af2377c2ba061d25ba7eeab835e32552f66747d"),
            ("data_files/raw/a2_raw.csv",
             "bfc8cf68484638088c34fdb6f902daefb3df8eab90a00754b19ad0f90ee61d3a"),
            ("data_files/processed/a2_va3.csv",
             "3f921cab6fc8395b26ec772874583fe4eb211e15f856b6bfb45627cf4620fa48"),
            ("data_files/raw/a3_raw.csv",
             "7aa269527b1e7a7262e9d8b0e8a8763ca20016792a24920ee10a5a02cde3a2b5"),
            ("data_files/processed/a3_va3.csv",
             "0ef1ae696b179eccfdfc85cdaf6abcf83ff95209060e94185d0b9dfbbed765d3"),
            ("data_files/raw/b1_raw.csv",
             "d57a2a3da1dfc00e0bcb0c6b5bc2b4746a0992e3a3dea0aec4bc370360d17a7a"),
            ("data_files/processed/b1_va3.csv",
             "fc530377ccf5da9fb8d82df04806d853afe988cc3dfead00608696a4a321875b"),
            ("data_files/raw/b3_raw.csv",
             "9a437133ef5464526f42f5e505897518aa51781d165fe5291ee85389d87b32ff"),
            ("data_files/processed/b3_va3.csv",
             "011a99aa42d984a9ad5f31e191fd6b9f6c4e72ae75c63e804c5e8905b896d115"),
            ("data_files/raw/c1_raw.csv",
             "ddf0cda9a0f721a1db55ece244f6ee82bfceb53b85dc613563a5fb921ad1bf2d"),
            ("data_files/processed/c1_va3.csv",
             "4f4fe22b7839f696ee0fa8cd50aa6ae8082224db6ddb0767c5d405aa3d98ea42"),
            ("data_files/raw/c3_raw.csv",
             "ac3eb37659fc91dbead9b11ed18ebb999be4d533ac46e94e39d7b01ace4a1602"),
            ("data_files/processed/c3_va3.csv",
             "032dd63b2a5ca1a0b21bfa3feae06cc09bb9f9cf2d4254c621f87cfff3186c42"),
        ),
        make=make_gesture,
        title="Gesture phase segmentation",
        domain="body motion",
        text="Seven videos of people telling stories, tracked by a depth camera: phase of the "
             "gesture (rest, preparation, stroke, hold, retraction) from joint positions "
             "(hands, wrists, head, spine), from vector velocities and accelerations of hands "
             "and wrists, and from their magnitudes. Groups are videos.",
        terms="the repository names no licence; UCI Gesture Phase Segmentation (Madeo et al., "
              "2013), CC BY 4.0",
    ),
    "extrasensory": Recipe(
        repo="shaanchandra/Activity-recognition-from-Sensor-data",
        commit="88186fc20ece2e7e6253ca638a7d05dce7755421",
        files=(
            ("data/00EABED2-271D-49D8-B599-1D4A09240601.features_labels.csv.gz",
             "f8a8b59888baface34683ac52da61d5c29e0603962a11a1956d2e5fe85c964e7"),
            ("data/098A72A5-E3E5-4F54-A152-BBDA0DF7B694.features_labels.csv.gz",
             "302978a9cc11e4d15c420e19f0fa19f69cab0a3cb0b8db09a89e8c7fb30b8a13"),
            ("data/0A986513-7828-4D53-AA1F-E02D6DF9561B.features_labels.csv.gz",
             "c718f882ad85e7230ec796647c0680e6bc735cc8b5c5cd1ffb17196228f8c005"),
            ("data/0BFC35E2-4817-4865-BFA7-764742302A2D.features_labels.csv.gz",
             "c6c86795e5446dea00a67437c340a7babb38f123f36d851624ee39c250cc11d7"),
            ("data/1155FF54-63D3-4AB2-9863-8385D0BD0A13.features_labels.csv.gz",
             "d4b22684378f1cb8dd886174032218cf6f74dbfc89890bb253a935828cc514ed"),
            ("data/1538C99F-BA1E-4EFB-A949-6C7C47701B20.features_labels.csv.gz",
             "cd99d1d569f800934c1d66f5438a323603f4f284efaf27395caab3394aed801c"),
            ("data/24E40C4C-A349-4F9F-93AB-01D00FB994AF.features_labels.csv.gz",
             "30ccc2b57ab6dec5aac723c0f099b653d0c8938be968c02d9a69799119e1433e"),
            ("data/27E04243-B138-4F40-A164-F40B60165CF3.features_labels.csv.gz",
             "dd95147faa4d622f97fa5f47be3d8dda065d235c4d2e8881fec121ca0fb1b05f"),
            ("data/3600D531-0C55-44A7-AE95-A7A38519464E.features_labels.csv.gz",
             "5abfdb0cb9b176eb5c2ce623d46dbe29939db56c5f23141c77b3d4905d50e7f6"),
            ("data/40E170A7-607B-4578-AF04-F021C3B0384A.features_labels.csv.gz",
             "3b8947ce152d22bb1a2ce8cfbe19b559353d31fa7ed4be7cddc2d8e8f9908ff9"),
            ("data/4E98F91F-4654-42EF-B908-A3389443F2E7.features_labels.csv.gz",
             "89afede9416451a31d73ca7eb301447315f752cb0dbc7b4803a4499e8f5ec89c"),
            ("data/4FC32141-E888-4BFF-8804-12559A491D8C.features_labels.csv.gz",
             "151ade7d3efcdc19dba2e77e02d45b4e01a6080492849d4350cefb716abfb062"),
            ("data/5152A2DF-FAF3-4BA8-9CA9-E66B32671A53.features_labels.csv.gz",
             "ca6433a03a519d50aa06374bf1b1e38a91e84fc6bf1d11ada41ce44088ed9f32"),
            ("data/5EF64122-B513-46AE-BCF1-E62AAC285D2C.features_labels.csv.gz",
             "69ea35db49d03e287d572b071a5dc63738be9f5eabe92d47e4780cc9b96160a6"),
            ("data/61359772-D8D8-480D-B623-7C636EAD0C81.features_labels.csv.gz",
             "3d717811b6d4e4e9ce1879b91f50a12d2add845abc6c532a91013b97570c98cb"),
            ("data/797D145F-3858-4A7F-A7C2-A4EB721E133C.features_labels.csv.gz",
             "6f7589a8f50257394afeda7cbf3c2d82d5d9270856d4d48a4cd48ec48ee93498"),
            ("data/7D9BB102-A612-4E2A-8E22-3159752F55D8.features_labels.csv.gz",
             "f0c49bb3172b4e0a2048506716be5c3c2e1ebd69adc241f04cbfef93c453d6e0"),
            ("data/96A358A0-FFF2-4239-B93E-C7425B901B47.features_labels.csv.gz",
             "c4a92d6d51735a5af307f826bf0726312bae3a6bac310b3041c110bd56481f89"),
            ("data/99B204C0-DD5C-4BB7-83E8-A37281B8D769.features_labels.csv.gz",
             "3b22aa101b1198004d97b2f9fff5d3123fe3fba6b925b53126ef68cc9e2b488a"),
            ("data/A5A30F76-581E-4757-97A2-957553A2C6AA.features_labels.csv.gz",
             "73cc674deae719e65788c57c5f4d0774618f487f57ba924d53351e3c4731853d"),
            ("data/A5CDF89D-02A2-4EC1-89F8-F534FDABDD96.features_labels.csv.gz",
             "cea1ca7f5c88922b3f33b004da0d48ecb690b09c95c8da2a8fa88972d59cee0c"),
            ("data/A7599A50-24AE-46A6-8EA6-2576F1011D81.features_labels.csv.gz",
             "cf72a900ac4e0f6f18b8616e2d6dc345e739a08cea47d0dc0fc70c496416b1d5"),
            ("data/BEF6C611-50DA-4971-A040-87FB979F3FC1.features_labels.csv.gz",
             "4c74d841a6dae23df75ef014975eadf93ee3fb596d851b0445d56e58908ad59a"),
            ("data/C48CE857-A0DD-4DDB-BEA5-3A25449B2153.features_labels.csv.gz",
             "e53030955e5310021dc6f59e541fed610ede399ab815eea33b7336d2643666cd"),
            ("data/CDA3BBF7-6631-45E8-85BA-EEB416B32A3C.features_labels.csv.gz",
             "5875693d81825e5ecab5421ec2da70f6a1b1543a8f6da8114b20d950fdce2c7f"),
            ("data/CF722AA9-2533-4E51-9FEB-9EAC84EE9AAC.features_labels.csv.gz",
             "c90a8c7a85b207590d908869e02a2b641c391b0ce5532015a7fcfe35a3207456"),
            ("data/E65577C1-8D5D-4F70-AF23-B3ADB9D3DBA3.features_labels.csv.gz",
             "58bf60c685e6a525cf6fe95a68bb269634f138ead6ae2ffff565380becce0e22"),
            ("data/ECECC2AB-D32F-4F90-B74C-E12A1C69BBE2.features_labels.csv.gz",
             "dfed4676753b06d239f315a0405bc9fdb7fb5bbeab9f561e86b6c5b1bb41ed3f"),
            ("data/F50235E0-DD67-4F2A-B00B-1F31ADA998B9.features_labels.csv.gz",
             "7007b817533e04eb99eb0187fc2ad137a466dc3e8c7973983a7e3127b5a57375"),
            ("data/FDAA70A1-42A3-4E3F-9AE3-3FDA412E03BF.features_labels.csv.gz",
             "619cd4bda5da3dec9087d15eafb8c208953289c50840d3a6b4eaddcef97494a4"),
        ),
        make=make_extrasensory,
        title="ExtraSensory",
        domain="wearable sensors",
        text="Minutes of daily life of phone and watch wearers: six main activities from phone "
             "acceleration, phone gyroscope, watch acceleration, audio (MFCC) and phone state. "
             "Groups are users: the 30 of 60 whose file is under 4 MiB, less those without a "
             "whole row.",
        terms="the repository names no licence; ExtraSensory of Vaizman et al. (2017), CC BY- "
              "NC-SA 4.0",
    ),
    "gtzan": Recipe(
        repo="madkan/Music-Genre-Classifier",
        commit="8b17247ec4c4fb265dd862bbf67ff9d545222c05",
        files=(
            ("features_30_sec.csv",
             "cf6bbbd297e193292bb7b626bc70bf94a3703ac100f9faa4cb5bc5751a6c8066"),
        ),
        make=make_gtzan,
        title="GTZAN music genres",
        domain="audio",
        text="Clips of 30 seconds of 10 genres: timbre (MFCC means and variances), shape of "
             "the spectrum, harmony and rhythm.",
        terms="the repository names no licence; GTZAN (Tzanetakis and Cook, 2002), for research",
    ),
    "phishing": Recipe(
        repo="philomathic-guy/Malicious-Web-Content-Detection-Using-Machine-Learning",
        commit="c86d4709354691d702e0c693f482e1fabd3b172c",
        files=(
            ("dataset/Training Dataset.arff",
             "b96b4f75c0a6eaaf4a51b118438ab4cf211e1f0e4989e1c7f155bd6a2b90893f"),
        ),
        make=make_phishing,
        title="Phishing web sites",
        domain="web",
        text="Honest and phishing sites by checks of the address, of the requests a page "
             "makes, of its scripts and of its domain records; every check is -1, 0 or 1. The "
             "domain view holds what outside services know of a site.",
        terms="repository under the MIT licence; UCI Phishing Websites (Mohammad et al., 2015), "
              "CC BY 4.0",
    ),
    "traffic": Recipe(
        repo="baigubulu/ANN-for-NSL-KDD",
        commit="0c9d98134cc28cc60dc3e54a9e98ae585e16a4af",
        files=(
            ("KDDTest+.txt",
             "3ed55ad832fee5b9a235de0b65b34c44626d15024c79d8b0b5faa83424d1cc9f"),
        ),
        make=make_traffic,
        title="NSL-KDD test traffic",
        domain="networks",
        text="Network connections in 5 classes (denial of service, gain of root rights, remote "
             "access, probe, normal): packet header, content, counts over the last two "
             "seconds, counts over the last hundred connections to the host.",
        terms="the repository names no licence; NSL-KDD (Tavallaee et al., 2009), for research",
    ),
    "fetal": Recipe(
        repo="Bytelost/Cardiotocography",
        commit="eebfd99dbaeaa02d4a2f5cd3715c8e407ba723ca",
        files=(
            ("CTG.csv",
             "1ffcc12c7a37cc310ef42a9d6df462d7c714fd281d0998abe326b62e1c32f054"),
        ),
        make=make_fetal,
        title="Cardiotocography",
        domain="medicine",
        text="Fetal heart records judged normal, suspect or pathologic: counts of events, "
             "measures of variability, shape of the heart-rate histogram.",
        terms="the repository names no licence; UCI Cardiotocography (Campos and Bernardes, "
              "2010), CC BY 4.0",
    ),
    "pulsar": Recipe(
        repo="madiportas/dsci-100_project",
        commit="3f264fbf4ecff585c8e1e9a02aa573cbc3a6e817",
        files=(
            ("HTRU_2.csv",
             "c165467d4825507fc2190a586333b52cb0f8c7d19649d3d8b122a05a559f8b94"),
        ),
        make=make_pulsar,
        title="HTRU2 pulsar candidates",
        domain="astronomy",
        text="Pulsars against noise: four moments of the folded pulse profile against four "
             "moments of the dispersion curve.",
        terms="repository under the MIT licence; UCI HTRU2 (Lyon et al., 2016), CC BY 4.0",
    ),
    "gut": Recipe(
        repo="borenstein-lab/microbiome-metabolome-curated-data",
        commit="89a519d8c832008fbc6e650453e83e2f04858d02",
        files=(
            ("data/processed_data/MARS_IBS_2020/metadata.tsv",
             "70e16b5ce5b094a8a8c71684427aa1dd90a6fdd90520f344440aaea2f7901163"),
            ("data/processed_data/MARS_IBS_2020/genera.counts.tsv",
             "db0bd72027bba105d7bf4a5a34f1232121b8dc6e82138c598e212a908ca9edef"),
            ("data/processed_data/MARS_IBS_2020/mtb.tsv",
             "d7569e45a70d9f9a8b408ea223b8ee052ba1f0d7f34727a312f299b58777b9ac"),
        ),
        make=make_gut,
        title="Gut bacteria and metabolites",
        domain="medicine, omics",
        text="Stool samples over time of healthy people and of people with irritable bowels "
             "(constipation or diarrhoea kind): genera of bacteria against metabolites. Groups "
             "are people. Few people: the held-out figures are rough.",
        terms="repository under the MIT licence; study of Mars et al. (2020)",
    ),
    "hydraulic": Recipe(
        repo="Machine-Learning-FGA/Hydraulic-systems",
        commit="7d2af1342f5d10a604979ebb46f9f8b8aeb6f729",
        files=(
            ("data/profile.txt",
             "867987ca884b2f0fd607ad3918329eba887d095af2befa21122cea518eaa584a"),
            ("data_compressed_1hz/PS1_normalized.csv",
             "24e465818ceb6b467481cb61700c924ea0c5cef2a5171e58987ab81ecdae7bb3"),
            ("data_compressed_1hz/PS2_normalized.csv",
             "e507d7ac29f6a0db3835d826b64367b4c60747318bfb6b53716e793683625ca3"),
            ("data_compressed_1hz/PS3_normalized.csv",
             "c805b58bfa585e0fc6e63a633dd10d1ed3285024bbd5fb2795f5c3f67f253b45"),
            ("data_compressed_1hz/PS4_normalized.csv",
             "907116d65ffdab0ad8ebbf8e3088b62d9fd9b7d3f63ca5a9814d3516fc7c9f33"),
            ("data_compressed_1hz/PS5_normalized.csv",
             "ea49d99f3a5b3e17a976c6710daffd60b09409bfe5e73e3ed2b20ba0ff9a7df9"),
            ("data_compressed_1hz/PS6_normalized.csv",
             "e5e7e8bef309a3a0d8714ed1d199f5e78d0bea9e8f62f35ebe2eeec3dbdaea74"),
            ("data_compressed_1hz/FS1_normalized.csv",
             "87ebd5dbaa0e03e88a939d502a22b9b199de7c7ea501daf668b1fc51b8403458"),
            ("data_compressed_1hz/FS2_normalized.csv",
             "210ab7fe10b1c9fca6651d0ebf95d9e9b050e8ce13572df6dceacf1eb7f896ad"),
            ("data_compressed_1hz/TS1_normalized.csv",
             "49cae5e9013d8e230698d95f53a98bb77fedfe3c86985b812cf701dcc9ef06d8"),
            ("data_compressed_1hz/TS2_normalized.csv",
             "34115a5b86886d83c0592c1ed259605634a8c83d3a051e97bf3e5790f1db58fa"),
            ("data_compressed_1hz/TS3_normalized.csv",
             "cc271852b4caad39a3b8f5c36d948b57f6cab761dad8b4c7bdd7cb7e99c0b980"),
            ("data_compressed_1hz/TS4_normalized.csv",
             "548b903f7cd4ea7f2497c0063bdda4bdf8793d55ff43a7d694b8cb835eaf2f55"),
            ("data_compressed_1hz/VS1_normalized.csv",
             "a6227d9bcb807ee9835c32e73834d3eb9262f0f5cad1b176ca10c473ced25e99"),
            ("data_compressed_1hz/EPS1_normalized.csv",
             "9f1a1b5374716f168514c429d4aaed84075f2884b2f8ffb5aa828f6043d55786"),
        ),
        make=make_hydraulic,
        title="Hydraulic rig",
        domain="industry",
        text="Working cycles of 60 seconds of a hydraulic test rig under four kinds of wear: "
             "the state of its accumulator (4 pressures) from six pressures, two flows, four "
             "temperatures, vibration and motor power, each one value a second (the faster "
             "sensors were averaged to that by the source). Groups are runs of cycles with one "
             "setting.",
        terms="the repository names no licence; UCI Condition Monitoring of Hydraulic Systems "
              "(Helwig et al., 2015), CC BY 4.0",
    ),
    "landcover": Recipe(
        repo="TanushJadhav/Urban-Land-COver-Prediction",
        commit="f207435a4d675a818b9c5bb4202c8dff1650f72d",
        files=(
            ("training.csv",
             "c4c1ca9301ba34bb5c3d8984423121d30a1c72db68df4d562bf660710160e529"),
            ("testing.csv",
             "22242f078b2850f7a6259a9bb1479ca08273e2f7f6bbf21344a5cc936090a150"),
        ),
        make=make_landcover,
        title="Urban land cover",
        domain="remote sensing",
        text="Segments of an aerial picture of a town in 9 kinds of cover: colour, texture and "
             "shape at seven scales.",
        terms="the repository names no licence; UCI Urban Land Cover (Johnson and Xie, 2013), "
              "CC BY 4.0",
    ),
    "neurons": Recipe(
        repo="berenslab/mini-atlas",
        commit="3bf98a524b8e48aa8647e1b9ae8f2351d9c712c9",
        files=(
            ("data/m1_patchseq_meta_data.csv",
             "5c47ec8c5437bba95d4b75dd66896e33aa67dce294621982a466ad23abcf63d4"),
            ("data/m1_patchseq_ephys_features.csv",
             "32825f3837d7ce1144aa1521b23122a5df0da961a92021e12766e9cbec4998e6"),
            ("data/m1_patchseq_morph_features.csv",
             "9dfe875dd486428991005e956cfb7e4dc2b0b524af9cd5f61a79ec3af4f26686"),
        ),
        make=make_neurons,
        title="Patch-seq neurons",
        domain="neuroscience",
        text="Neurons of the mouse motor cortex, each measured by its electric answers and by "
             "the drawing of its shape; the class is the family told by its RNA. Groups are "
             "mice.",
        terms="the repository names no licence; data of Scala et al. (Nature 2020)",
    ),
    "blood": Recipe(
        repo="tarot0410/BREMSC",
        commit="d5b89c26c9b25f3df3ebdcec2372ba108a100638",
        files=(
            ("data/RealData/InHouse/RNA.rds",
             "a6ce2f19771369652059352dd114a14964fc43841497b908fd13b083a9ad11a6"),
            ("data/RealData/InHouse/Protein.rds",
             "ac3bb77a71a172dc79361fc2f154c223f13e009544c6bedf2fe2635773606757"),
            ("data/RealData/InHouse/truth_InHouse.csv",
             "a12825dc73ba9dbd11bc5a347feb97ebf9ad0179c0299de3c3ca4f90acbd3616"),
        ),
        make=make_blood,
        title="CITE-seq blood cells",
        domain="single cells",
        text="Cells of human blood, each with RNA counts and with counts of surface proteins. "
             "The types were told by known markers, the proteins among them, so the protein "
             "view is near to the label.",
        terms="package under GPL-3; data of Wang et al. (BREM-SC, 2020)",
    ),
}

# ----------------------------------------------------------------- writing


def card(name: str, recipe: Recipe, made: Made) -> str:
    """Return the text of CARD.md."""
    folds = folds_of(made)
    sizes = np.bincount(made.labels)
    groups = "none" if made.groups is None else str(len(np.unique(made.groups)))
    lines = [f"# {name}", "", recipe.title + ". " + recipe.text, "",
             f"- domain: {recipe.domain}",
             f"- rows: {len(made.labels)}; classes: {len(sizes)}; groups: {groups}",
             f"- rows a class: {', '.join(map(str, sizes))}"
             " (codes in sorted order of the source's class values)",
             f"- repository: https://github.com/{recipe.repo}",
             f"- commit: {recipe.commit}",
             f"- terms: {recipe.terms} (as commonly given; read them again before sharing data)",
             "", "## Source files", ""]
    lines += [f"- `{path}` sha256 {digest}" for path, digest in recipe.files]
    lines += ["", "## Steps here", ""]
    lines += [f"- {note}" for note in made.notes] or ["- none"]
    unit = "groups" if made.groups is not None else "rows"
    lines += ["", "## Views and sanity check", "",
              f"Held-out accuracy of a ridge classifier ({FOLDS} folds of {unit}, standardised "
              f"columns), its mean over classes beside it. Always guessing the largest class "
              f"gives {sizes.max() / sizes.sum():.3f} and {1 / len(sizes):.3f}.", "",
              "| view | columns | accuracy | mean over classes |", "| --- | --- | --- | --- |"]
    whole = np.hstack([view.reshape(len(view), -1) for view in made.views.values()])
    for label, view in [*made.views.items(), ("all views", whole)]:
        plain, balanced = held_out(view, made.labels, folds)
        columns = "x".join(map(str, view.shape[1:]))
        lines.append(f"| {label} | {columns} | {plain:.3f} | {balanced:.3f} |")
    return "\n".join(lines) + "\n"


def write_set(out: Path, name: str, recipe: Recipe, made: Made) -> None:
    """Write one set's folder."""
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    for label, view in made.views.items():
        np.save(folder / f"{label}.npy", view)
    np.save(folder / "labels.npy", made.labels)
    if made.groups is not None:
        np.save(folder / "groups.npy", made.groups)
    (folder / "CARD.md").write_text(card(name, recipe, made), encoding="utf-8")


def main() -> int:
    """Make the asked sets; return the exit status."""
    parser = argparse.ArgumentParser(description="Make the reference corpus from git clones.")
    parser.add_argument("--sources", type=Path, required=True, help="folder of clones, owner+name")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sets")
    parser.add_argument("--only", nargs="+", choices=sorted(RECIPES), metavar="NAME",
                        help="make only these sets: " + ", ".join(sorted(RECIPES)))
    options = parser.parse_args()
    failed = 0
    for name in options.only or RECIPES:
        recipe = RECIPES[name]
        try:
            data = [read_source(options.sources, recipe, *file) for file in recipe.files]
            made = tidy(recipe.make(data))
        except CorpusError as error:
            print(f"sets.py: {name}: {error}", file=sys.stderr)
            failed += 1
            continue
        write_set(options.out, name, recipe, made)
        print(f"{name}: {len(made.labels)} rows, views {', '.join(made.views)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
