#!/usr/bin/env python3
"""What names the best teacher of a sensor before the long training? All ordered pairs trained, ranked and raced.

    tools/bench/segmentation_truth.py [CCH] -o DIR [--shared 0,0.2,…] [--study NAME=STUDY.toml] [--data DIR]
                                      [--weight 0.3] [--seeds 5] [--budget 20%] [--quick] [--threads 1]

A problem is a study with a set-up for each sensor alone (`A`) and for each that another teaches (`A by B`): street
scenes drawn for each value of --shared, and those named by --study. Each is trained fully; before that its pairs are
ranked by features of networks of three ages, and the set-ups of each sensor race for it alone, by halving and by one rung
of the same budget. Everything is kept in
DIR: a second call is cached. Intervals are of a bootstrap that draws problems, then sensors of each.
"""
import argparse
import collections
import json
import math
import pathlib
import random
import statistics
import subprocess
import sys

SCENES = """
title = "Pairs of drawn sensors, shared {shared}"
seeds = 5
conditions = ["emm-dropped"]
[task]
name = "segmentation"
source = "scenes"
images = 104
test-images = 40
height = 32
width = 32
classes = 6
shared = {shared}
[network]
encoder = "tiny"
[training]
learning-rate = 0.005
epochs = 12
warm-up = 1
batch = 8
"""
SENSORS = ["rgb", "depth", "event", "lidar"]
AGES = ["random", "brief", "trained"]


def better_by(teacher, student):
    """Untrained networks have no mIoU."""
    return None if teacher is None else teacher - student


CRITERIA = {
    "chance": lambda p, miou: p["p_gain"],
    "pilot": lambda p, miou: p["pilot"] and p["pilot"]["nats"],
    "CCH on representations": lambda p, miou: p["cch_representation_margin"],
    "CCH on predictions": lambda p, miou: p["cch_prediction_margin"],
    "I(T;Y) - I(S;Y)": lambda p, miou: p["information_difference"],
    "mIoU of the teacher less the student's": lambda p, miou: better_by(miou[p["teacher"]], miou[p["student"]]),
}


def scenes_study(shared, weight):
    """A set-up for each sensor, and for each ordered pair."""
    text = SCENES.format(shared=shared)
    for sensor in SENSORS:
        text += f'[[setup]]\nname = "{sensor}"\nmodalities = ["{sensor}"]\n'
    for student in SENSORS:
        for teacher in SENSORS:
            if student != teacher:
                text += (f'[[setup]]\nname = "{student} by {teacher}"\nmodalities = ["{student}"]\n'
                         f'teacher = "{teacher}"\nloss = [{{ name = "mad", form = "forward", weight = {weight} }}]\n')
    return text


def run(cch, command, arguments):
    done = subprocess.run([cch, command, *arguments, "--json", "-q"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"cch {command} {' '.join(arguments)}\n{done.stderr}")
    return json.loads(done.stdout)


def trained(folder, document):
    """Levels by set-up and seed, in points of mIoU."""
    levels = collections.defaultdict(dict)
    for record in document["runs"]:
        if record["status"] == "done":
            result = json.loads((folder / "runs" / record["key"] / "result.json").read_text())
            levels[record["setup"]][record["seed"]] = 100 * result["metrics"]["conditions"][0]["miou_average"]
    return levels


class Problem:
    """One study: gains of its pairs, its rankings by age, its races."""

    def __init__(self, name, study, options):
        out = pathlib.Path(options.out) / name
        common = [str(study), "--threads", options.threads, *options.more]
        self.name = name
        ages = [word for age in AGES for word in ("--age", age)]
        seeds = ["--set", f"seeds={options.seeds}"]
        quick = ["--quick"] if options.quick else []
        self.ranked = run(options.cch, "rank", [*common, *seeds, *ages, *quick, "-o", str(out / "ranked")])
        self.students = self.ranked["modalities"]
        self.races = {}
        self.even = {}
        for student in self.students:
            race = ["--race", student, "--budget", options.budget, "-o", str(out / f"race-{student}")]
            self.races[student] = run(options.cch, "train", [*common, *seeds, *race])
            even = ["--race", student, "--rungs", "1", "--budget", options.budget, "-o", str(out / f"even-{student}")]
            self.even[student] = run(options.cch, "train", [*common, *seeds, *even])
        document = run(options.cch, "train", [*common, *seeds, "-o", str(out / "trained")])
        self.levels = trained(out / "trained", document)

    def teachers(self, student):
        return [t for t in self.students if t != student]

    def gains(self, student, teacher):
        alone, taught = self.levels[student], self.levels[f"{student} by {teacher}"]
        return [taught[seed] - alone[seed] for seed in sorted(alone) if seed in taught]

    def scores(self, age, criterion, student):
        """Of each teacher, by a criterion at an age; None where it says nothing."""
        miou = {n["modality"]: n["miou"] for a in self.ranked["ages"] if a["name"] == age for n in a["networks"]}
        out = {}
        for pair in self.ranked["pairs"]:
            if (pair["age"], pair["student"]) == (age, student) and not pair["condition"] and not pair["class"]:
                out[pair["teacher"]] = CRITERIA[criterion](pair, miou)
        return out

    def race_scores(self, student):
        """Of each teacher, what the race expects of it against no teacher."""
        expected = {s["name"]: s["difference"] for s in self.races[student]["setups"]}
        alone = expected.get(student)
        return {t: None if alone is None or f"{student} by {t}" not in expected else expected[f"{student} by {t}"] - alone
                for t in self.teachers(student)}


def error_of(values):
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def area(pairs):
    """AUROC of (score, helps)."""
    good = [score for score, helps in pairs if helps]
    bad = [score for score, helps in pairs if not helps]
    if not good or not bad:
        return None
    return statistics.fmean((g > b) + 0.5 * (g == b) for g in good for b in bad)


def ranks(values):
    order = sorted(range(len(values)), key=values.__getitem__)
    out = [0.0] * len(values)
    i = 0
    while i < len(order):
        j = i
        while j + 1 < len(order) and values[order[j + 1]] == values[order[i]]:
            j += 1
        for k in range(i, j + 1):
            out[order[k]] = (i + j) / 2
        i = j + 1
    return out


def spearman(x, y):
    try:
        return statistics.correlation(ranks(x), ranks(y))
    except statistics.StatisticsError:  # one of them is constant
        return None


def measures(units):
    """Top-1, regret, AUROC of decided signs and Spearman's correlation of the units (scores, gains by teacher)."""
    first, regret, signs, score, gain = [], [], [], [], []
    for scores, gains in units:
        known = {t: s for t, s in scores.items() if s is not None and math.isfinite(s)}
        mean = {t: statistics.fmean(g) for t, g in gains.items()}
        if len(known) == len(mean):
            best = max(known.values())
            chosen = [t for t, s in known.items() if s == best]  # equal ones share
            most = max(mean.values())
            first.append(statistics.fmean(mean[t] == most for t in chosen))
            regret.append(most - statistics.fmean(mean[t] for t in chosen))
        for t, s in known.items():
            score.append(s)
            gain.append(mean[t])
            if abs(mean[t]) > 2 * error_of(gains[t]):
                signs.append((s, mean[t] > 0))
    return {
        "top": statistics.fmean(first) if first else None,
        "regret": statistics.fmean(regret) if regret else None,
        "auroc": area(signs),
        "spearman": spearman(score, gain) if len(score) > 2 else None,
    }


def bootstrap(units_by_problem, draws=1000):
    """95 % intervals of `measures`."""
    rng = random.Random(1)
    drawn = collections.defaultdict(list)
    for _ in range(draws):
        sample = []
        for units in rng.choices(units_by_problem, k=len(units_by_problem)):
            sample += rng.choices(units, k=len(units))
        for name, value in measures(sample).items():
            if value is not None:
                drawn[name].append(value)
    out = {}
    for name, values in drawn.items():
        values.sort()
        out[name] = (values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))])
    return out


def cell(value, interval, form):
    if value is None:
        return "–"
    return form.format(value) + (f" [{form.format(interval[0])}, {form.format(interval[1])}]" if interval else "")


def print_pairs(problems):
    print("| problem | student ← teacher | alone, mIoU | gain, points, ± standard error | chance | race |")
    print("|---|---|---|---|---|---|")
    for problem in problems:
        for student in problem.students:
            alone = statistics.fmean(problem.levels[student].values())
            chances = problem.scores(AGES[-1], "chance", student)
            raced = problem.race_scores(student)
            for teacher in problem.teachers(student):
                gains = problem.gains(student, teacher)
                chance, race = chances.get(teacher), raced[teacher]
                print(f"| {problem.name} | {student} ← {teacher} | {alone:.1f} | {statistics.fmean(gains):+.2f} ± {error_of(gains):.2f} | "
                      f"{'–' if chance is None else f'{100 * chance:.0f} %'} | {'–' if race is None else f'{100 * race:+.1f}'} |")
    print()


def print_criteria(problems):
    pairs = [p.gains(s, t) for p in problems for s in p.students for t in p.teachers(s)]
    decided = [statistics.fmean(g) for g in pairs if abs(statistics.fmean(g)) > 2 * error_of(g)]
    print(f"{len(problems)} problems, {len(pairs)} pairs; beyond 2 standard errors {sum(g > 0 for g in decided)} gain and "
          f"{sum(g < 0 for g in decided)} lose\n")
    print("| what | age of the networks | best teacher first | regret, points | AUROC of signs | Spearman |")
    print("|---|---|---|---|---|---|")

    def line(what, age, units):
        value, interval = measures([u for of in units for u in of]), bootstrap(units)
        print(f"| {what} | {age} | {cell(value['top'], interval.get('top'), '{:.2f}')} | "
              f"{cell(value['regret'], interval.get('regret'), '{:.2f}')} | "
              f"{cell(value['auroc'], interval.get('auroc'), '{:.2f}')} | "
              f"{cell(value['spearman'], interval.get('spearman'), '{:.2f}')} |")

    def gains_of(p, s):
        return {t: p.gains(s, t) for t in p.teachers(s)}

    for criterion in CRITERIA:
        for age in AGES:
            line(criterion, age, [[(p.scores(age, criterion, s), gains_of(p, s)) for s in p.students] for p in problems])
    line("race", "its own", [[(p.race_scores(s), gains_of(p, s)) for s in p.students] for p in problems])
    line("at random", "", [[(dict.fromkeys(p.teachers(s), 0.0), gains_of(p, s)) for s in p.students] for p in problems])
    print()


def print_choices(problems):
    """Level of what each way chooses, among no teacher and each teacher, against the best trained."""
    print("| problem | student | race: chosen, its chance | cost | best trained | regret: race | evenly spread | no teacher | at random | teacher of the highest mIoU |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    regrets = collections.defaultdict(list)
    for p in problems:
        for s in p.students:
            level = {name: statistics.fmean(p.levels[name].values()) for name in [s, *(f"{s} by {t}" for t in p.teachers(s))]}
            best = max(level, key=level.get)
            race = p.races[s]
            chosen = race["setups"][0]
            miou = p.scores(AGES[-1], "mIoU of the teacher less the student's", s)
            strongest = max(miou, key=miou.get)
            of = {
                "race": level[chosen["name"]],
                "the same budget spread evenly": level[p.even[s]["setups"][0]["name"]],
                "no teacher": level[s],
                "random": statistics.fmean(level.values()),
                "strongest": level[f"{s} by {strongest}"],
            }
            for way, value in of.items():
                regrets[way].append(level[best] - value)
            print(f"| {p.name} | {s} | {chosen['name']}, {100 * chosen['p_best']:.0f} % | {100 * race['spent']:.0f} % | "
                  f"{best} {level[best]:.1f} | " + " | ".join(f"{level[best] - v:.2f}" for v in of.values()) + " |")
    print("\n| way | mean regret, points | within 1 point |\n|---|---|---|")
    for way, values in regrets.items():
        print(f"| {way} | {statistics.fmean(values):.2f} | {sum(v <= 1 for v in values)} of {len(values)} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cch", nargs="?", default="build/release/tools/cch/cch")
    parser.add_argument("-o", "--out", default="segmentation-truth")
    parser.add_argument("--shared", default="")
    parser.add_argument("--weight", default="1", help="of the loss on the teacher, in drawn scenes")
    parser.add_argument("--study", action="append", default=[])
    parser.add_argument("--data")
    parser.add_argument("--seeds", default="5")
    parser.add_argument("--budget", default="20%")
    parser.add_argument("--quick", action="store_true", help="rankings without networks")
    parser.add_argument("--threads", default="1")
    options = parser.parse_args()
    options.more = ["--data", options.data] if options.data else []
    out = pathlib.Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    problems = []
    for shared in filter(None, options.shared.split(",")):
        study = out / f"scenes-{shared}.toml"
        study.write_text(scenes_study(float(shared), float(options.weight)))
        problems.append(Problem(f"scenes-{shared}", study, options))
        print(f"{problems[-1].name} is there", file=sys.stderr, flush=True)
    for named in options.study:
        name, path = named.split("=", 1)
        problems.append(Problem(name, path, options))
        print(f"{name} is there", file=sys.stderr, flush=True)
    if not problems:
        sys.exit("nothing to do: --shared 0,0.5,1 or --study NAME=STUDY.toml")
    print_pairs(problems)
    print_criteria(problems)
    print_choices(problems)


if __name__ == "__main__":
    main()
