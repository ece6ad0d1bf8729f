#!/usr/bin/env python3
"""Fits the chance that distillation helps to the reference corpus, and scores it.

  tools/corpus/fit.py score [--corpus tools/corpus]                tables of docs/how-often-right.md
  tools/corpus/fit.py table [--corpus tools/corpus] > FILE         the fitted numbers, for the library

With evidence x of a pair and its true mean gain g over training sets and rows:

  g | x ~ N(μ, σ²),   μ = Σ_j w_j φ_j(x),   ln σ = Σ_j v_j ψ_j(x)

φ, ψ: terms(). The gain y that paired seeds show has a standard error s of its own, so
y ~ N(μ, σ² + s²); w and v maximise Σ_i a_i ln N(y_i; μ_i, σ_i² + s_i²) − ½ c Σ (w² + v²) of
standardised terms. a_i gives every family the same weight. Families are left out whole, and c and
the limits of verdicts are chosen by leaving out families of the others in turn.
"""

import argparse
import collections
import csv
import math
import pathlib
import statistics
import sys

import numpy as np

KINDS = ("linear", "mlp", "cnn")
METRICS = ("nats", "accuracy")
# Spread of gains by which a pilot's own error is weighed.
PRIOR = {"nats": 0.10, "accuracy": 0.03}
# More of these cannot speak against distillation; a fit that says so is of noise.
MONOTONE = {
    "linear pilot, nats",
    "network pilot, nats",
    "network difference, nats",
    "linear pilot",
    "linear pilot, beyond soft labels",
    "information difference",
    "information difference, unlabelled",
    "prediction-level margin",
    "network pilot",
    "network pilot, beyond soft labels",
    "network difference",
    "network difference, unlabelled",
}
STRENGTHS = (1.0, 4.0, 16.0, 64.0)
WIDER = tuple(np.round(np.arange(1.0, 2.55, 0.1), 1))  # factors of spreads
STUDENT_T = {10: 2.262, 11: 2.228, 12: 2.201, 15: 2.145, 20: 2.093}  # 95 %, by seeds
KNOWS_MORE, INFORMED = 0.02, 1.64  # ChanceLimits
STRICTEST, LOOSEST = (0.99, 0.01), (0.70, 0.30)  # limits of verdicts: distil, do not
ROWS = ((50, 149), (150, 499), (500, 1500))  # of shares of firm verdicts
RISKS = (0.01, 0.02, 0.05, 0.10, 0.20)
WORTHWHILE = {"nats": 0.01, "accuracy": 0.005}


def number(text):
    return float(text) if text not in ("", None) else math.nan


def key_of(row):
    return tuple(row[name] for name in ("set", "student", "teacher", "noise", "kind", "scenario", "labelled"))


def read(folder):
    """Cells with their evidence and truth."""
    with open(folder / "truth.csv") as file:
        truth = {key_of(row): row for row in csv.DictReader(file)}
    cells = []
    with open(folder / "evidence.csv") as file:
        for row in csv.DictReader(file):
            if key_of(row) in truth:
                of = truth[key_of(row)]
                cells.append({**row, **of, "evidence": {k: number(v) for k, v in row.items() if k not in CELL}})
    return cells


CELL = ("family", "set", "student", "teacher", "noise", "kind", "scenario")


def shrunk(e, name, prior):
    """A pilot's gain, less so the less sure it is."""
    value, error = e[name], e[f"{name}_se"]
    if math.isnan(value):
        return 0.0
    return value * prior**2 / (prior**2 + error**2)


def known(value, limit):
    return 0.0 if math.isnan(value) else max(-limit, min(limit, value))


def measure_of(metric):
    return "accuracy" if metric == "accuracy" else "nats"


def own_difference(e, metric):
    return e["network_accuracy_difference"] if metric == "accuracy" else e["network_difference"]


def terms(cell, metric, networks):
    """φ by name, before standardisation; with `networks` also pilots of the student's own kind."""
    e = cell["evidence"]
    prior = PRIOR[metric]
    unlabelled = float(cell["scenario"] == "unlabelled-pairs")
    difference = known(e["information_difference"], 1.5)
    out = {
        "constant": 1.0,
        "unlabelled pairs": unlabelled,
        "more labels": float(cell["scenario"] == "more-labels"),
        "linear pilot": shrunk(e, f"linear_{measure_of(metric)}", prior),
        "linear pilot, beyond soft labels": shrunk(e, "linear_informed", PRIOR["nats"]),
        "information difference": difference,
        "information difference, unlabelled": difference * unlabelled,
        "prediction-level margin": known(e["prediction_margin"], 1.0),
        "beta difference": known(e["beta_difference"], 1.5),
        "rows a class": math.log(e["labelled"] / max(1.0, e["classes"])),
        "unlabelled rows": unlabelled * math.log1p(e["further"] / e["labelled"]),
    }
    if metric == "accuracy":
        out["linear pilot, nats"] = shrunk(e, "linear_nats", PRIOR["nats"])
        if networks:
            out["network pilot, nats"] = shrunk(e, "network_nats", PRIOR["nats"])
            out["network difference, nats"] = known(e["network_difference"], 1.5)
    if networks:
        own = known(own_difference(e, metric), 1.5)
        out |= {
            "network pilot": shrunk(e, f"network_{measure_of(metric)}", prior),
            "network pilot, beyond soft labels": shrunk(e, "network_informed", PRIOR["nats"]),
            "network difference": own,
            "network difference, unlabelled": own * unlabelled,
        }
    out["convolutional"] = float(cell["kind"] == "cnn")
    return out


def spread_terms(cell, metric, networks):
    """ψ by name."""
    e = cell["evidence"]
    error = e[f"{'network' if networks else 'linear'}_{measure_of(metric)}_se"]
    own = e["network_difference"] if networks else e["information_difference"]
    return {
        "constant": 1.0,
        "unlabelled pairs": float(cell["scenario"] == "unlabelled-pairs"),
        "more labels": float(cell["scenario"] == "more-labels"),
        "pilot's error": math.log(PRIOR[metric] if math.isnan(error) else max(error, 1e-4)),
        "difference": abs(known(own, 1.5)),
        "rows a class": math.log(e["labelled"] / max(1.0, e["classes"])),
    }


class Design:
    """Terms of cells as matrices, standardised by those of the fit."""

    def __init__(self, cells, metric, networks, only):
        self.metric, self.networks, self.only = metric, networks, only
        phi, psi = self.raw(cells)
        self.phi_names = list(self.chosen(cells[0]))
        self.psi_names = list(spread_terms(cells[0], metric, networks))
        self.phi_scale = self.scale(phi)
        self.psi_scale = self.scale(psi)

    def chosen(self, cell):
        every = terms(cell, self.metric, self.networks)
        return {k: v for k, v in every.items() if not self.only or k in self.only}

    def raw(self, cells):
        phi = np.array([list(self.chosen(c).values()) for c in cells])
        psi = np.array([list(spread_terms(c, self.metric, self.networks).values()) for c in cells])
        return phi, psi

    @staticmethod
    def scale(x):
        mean, sd = x.mean(axis=0), x.std(axis=0)
        mean[0], sd[0] = 0.0, 1.0
        return mean, np.where(sd > 1e-12, sd, 1.0)

    def __call__(self, cells):
        phi, psi = self.raw(cells)
        return (phi - self.phi_scale[0]) / self.phi_scale[1], (psi - self.psi_scale[0]) / self.psi_scale[1]


def minimise(objective, x, steps=300):
    """BFGS with backtracking; objective gives value and gradient."""
    value, gradient = objective(x)
    inverse = np.eye(len(x))
    for _ in range(steps):
        direction = -inverse @ gradient
        slope = gradient @ direction
        if slope > -1e-12:
            break
        rate = 1.0
        while True:
            new_value, new_gradient = objective(x + rate * direction)
            if new_value <= value + 1e-4 * rate * slope or rate < 1e-10:
                break
            rate *= 0.5
        s, y = rate * direction, new_gradient - gradient
        x, improved = x + s, value - new_value
        value, gradient = new_value, new_gradient
        if s @ y > 1e-14:
            rho = 1.0 / (s @ y)
            left = np.eye(len(x)) - rho * np.outer(s, y)
            inverse = left @ inverse @ left.T + rho * np.outer(s, s)
        if improved < 1e-10:
            break
    return x


def masked(objective, x, keep):
    value, gradient = objective(x * keep)
    return value, gradient * keep


def balance(cells):
    """Weights that give families of many cells less: a family counts as the root of its cells."""
    count = collections.Counter(cell["family"] for cell in cells)
    weight = np.array([count[cell["family"]] ** -0.5 for cell in cells])
    return weight / weight.mean()


class Model:
    def __init__(self, cells, metric, networks, strength, only=None):
        self.design = Design(cells, metric, networks, only)
        phi, psi = self.design(cells)
        y = np.array([number(c[metric]) for c in cells])
        s = np.array([number(c[f"{metric}_se"]) for c in cells])
        self.unit = np.sqrt(np.mean(y**2))
        a = balance(cells)
        y, s = y / self.unit, s / self.unit
        p, q = phi.shape[1], psi.shape[1]
        free = np.ones(p + q)
        free[[0, p]] = 0.0

        def objective(x):
            w, v = x[:p], x[p:]
            log_sigma = np.clip(psi @ v, -7, 3)
            variance = np.exp(2 * log_sigma) + s**2
            apart = y - phi @ w
            loss = 0.5 * np.sum(a * (np.log(variance) + apart**2 / variance))
            loss += 0.5 * strength * np.sum(free * x**2)
            d_mean = -a * apart / variance
            d_variance = 0.5 * a * (1 / variance - apart**2 / variance**2)
            inside = (psi @ v > -7) & (psi @ v < 3)
            d_log = d_variance * 2 * np.exp(2 * log_sigma) * inside
            gradient = np.concatenate([phi.T @ d_mean, psi.T @ d_log]) + strength * free * x
            return loss, gradient

        start = np.zeros(p + q)
        start[p] = math.log(0.5)
        keep = np.ones(p + q)
        while True:
            x = minimise(lambda at: masked(objective, at, keep), start)
            bad = [j for j, name in enumerate(self.design.phi_names) if name in MONOTONE and x[j] < 0]
            if not bad:
                break
            keep[bad] = 0.0
        self.w, self.v = x[:p], x[p:]

    def __call__(self, cells):
        """Means and spreads of the true gains."""
        phi, psi = self.design(cells)
        return self.unit * (phi @ self.w), self.unit * np.exp(np.clip(psi @ self.v, -7, 3))


def normal_above(z):
    """P(a standard normal > z)."""
    return np.array([0.5 * math.erfc(x / math.sqrt(2)) for x in z])


def log_score(cells, metric, mean, spread):
    y = np.array([number(c[metric]) for c in cells])
    s = np.array([number(c[f"{metric}_se"]) for c in cells])
    variance = spread**2 + s**2
    return -0.5 * (np.log(variance) + (y - mean) ** 2 / variance)


def with_metric(cells, metric):
    return [c for c in cells if c[metric] != "" and number(c[f"{metric}_se"]) > 0]


def folds_of_families(cells, count=6):
    """Families dealt to so many folds, the largest first."""
    sizes = collections.Counter(c["family"] for c in cells)
    load, out = [0] * count, {}
    for family, size in sizes.most_common():
        least = load.index(min(load))
        out[family] = least
        load[least] += size
    return out


def left_out(cells, metric, networks, strength, only=None):
    """Means and spreads of every cell by a model that has not seen its family."""
    fold = folds_of_families(cells)
    mean, spread = np.zeros(len(cells)), np.zeros(len(cells))
    for f in range(max(fold.values()) + 1):
        test = [i for i, c in enumerate(cells) if fold[c["family"]] == f]
        if not test:
            continue
        model = Model([c for c in cells if fold[c["family"]] != f], metric, networks, strength, only)
        mean[test], spread[test] = model([cells[i] for i in test])
    return mean, spread


def chosen_model(cells, metric, networks, only=None):
    """The model of the strength that predicts families left out best, its spreads widened to what
    these show: a fit is surer of its own families than of new ones."""

    def scores(strength):
        mean, spread = left_out(cells, metric, networks, strength, only)
        return [(np.mean(log_score(cells, metric, mean, c * spread)), c) for c in WIDER]

    best = {strength: max(scores(strength)) for strength in STRENGTHS}
    strength = max(best, key=best.get)
    model = Model(cells, metric, networks, strength, only)
    model.v[0] += math.log(best[strength][1])
    return model


def nested(pool, cells, metric, networks, only=None):
    """Every cell by a model of the pool, strength included, that knows nothing of its family."""
    out = {}
    for family in sorted({c["family"] for c in cells}):
        others = [c for c in pool if c["family"] != family]
        model = chosen_model(others, metric, networks, only)
        own = [i for i, c in enumerate(cells) if c["family"] == family]
        mean, spread = model([cells[i] for i in own])
        for i, m, s in zip(own, mean, spread):
            out[i] = (m, s)
    return np.array([out[i] for i in range(len(cells))])


def sign(cell, metric):
    """+1 or −1 where the 95 % t interval over seeds excludes 0."""
    y, s = number(cell[metric]), number(cell[f"{metric}_se"])
    return 0 if abs(y) <= STUDENT_T[int(cell["seeds"])] * s else (1 if y > 0 else -1)


def auroc(score, positive):
    score, positive = np.asarray(score), np.asarray(positive, bool)
    if positive.all() or not positive.any():
        return math.nan
    up, down = score[positive], score[~positive]
    return np.mean([(np.sum(u > down) + 0.5 * np.sum(u == down)) / len(down) for u in up])


# --- scores

CELLS = ("mean", "spread", "p", "worthwhile", "y", "s", "truth", "outcome", "family", "informed", "high", "low")


def informed(e):
    """Whether a gain may be more than what any soft labels do: the teacher knows more than the
    student, or its pilot gained more than by soft labels without information."""
    value, error = e["network_informed"], e["network_informed_se"]
    if math.isnan(value):
        value, error = e["linear_informed"], e["linear_informed_se"]
    return known(e["information_difference"], 9) > KNOWS_MORE or not value <= INFORMED * error


class Scored:
    """Natural cells of one metric, with the chances and limits of models that have not seen their
    families. outcome: the probability that the true gain is above 0, by its mean and error."""

    def __init__(self, cells, metric, mean, spread):
        self.cells, self.metric = np.array(cells, dtype=object), metric
        self.mean, self.spread = mean, spread
        self.p = normal_above(-mean / spread)
        self.worthwhile = normal_above((WORTHWHILE[metric] - mean) / spread)
        self.y = np.array([number(c[metric]) for c in cells])
        self.s = np.array([number(c[f"{metric}_se"]) for c in cells])
        self.truth = np.array([sign(c, metric) for c in cells])
        self.outcome = normal_above(-self.y / self.s)
        self.family = np.array([c["family"] for c in cells])
        self.informed = np.array([informed(c["evidence"]) for c in cells])
        self.high, self.low = np.ones(len(cells)), np.zeros(len(cells))

    def at(self, rows):
        out = object.__new__(Scored)
        out.metric, out.cells = self.metric, self.cells[rows]
        for name in CELLS:
            setattr(out, name, getattr(self, name)[rows])
        return out

    def where(self, **facets):
        return self.at(np.array([all(c[k] == v for k, v in facets.items()) for c in self.cells], bool))

    def verdicts(self, high=None, low=None):
        """+1 distil, −1 do not, 0 inconclusive, as the library decides (teacher_chance.hpp)."""
        high, low = self.high if high is None else high, self.low if low is None else low
        distil = (self.p >= high) & (self.worthwhile >= 0.5) & self.informed
        return np.where(distil, 1, np.where(self.worthwhile <= low, -1, 0))

    def wrong(self, v):
        """Firm ones on decided cells; not to bother with a gain too small to pay is no fault."""
        small = self.y < WORTHWHILE[self.metric]
        return ((v > 0) & (self.truth < 0)) | ((v < 0) & (self.truth > 0) & ~small)


def ratio(part, of):
    return np.sum(part) / np.sum(of) if np.sum(of) else math.nan


def found(of):
    v = of.verdicts()
    decided = of.truth != 0
    return {
        "AUROC": auroc(of.p[decided], of.truth[decided] > 0),
        "wrong": ratio(of.wrong(v), (v != 0) & decided),
        "helps": ratio((v > 0) & (of.truth > 0), of.truth > 0),
        "harms": ratio((v < 0) & (of.truth < 0), of.truth < 0),
        "firm": np.mean(v != 0),
    }


def over_families(of, draws=400):
    """95 % of what is found when families are drawn with replacement."""
    rows = {name: np.flatnonzero(of.family == name) for name in sorted(set(of.family))}
    names = list(rows)
    random = np.random.default_rng(1)
    samples = collections.defaultdict(list)
    for _ in range(draws):
        drawn = np.concatenate([rows[i] for i in random.choice(names, len(names))])
        for name, value in found(of.at(drawn)).items():
            samples[name].append(value)
    return {k: np.nanquantile(v, [0.025, 0.975]) for k, v in samples.items() if not np.isnan(v).all()}


def limits(of, risk=0.05):
    """P(gain > 0) and P(worthwhile) with the most right verdicts on decided cells, of those with
    which at most a share `risk` of the firm ones is wrong, and at most twice that on either side."""
    best, most = (STRICTEST[0], STRICTEST[1]), -1
    decided = of.truth != 0
    for high in np.arange(STRICTEST[0], LOOSEST[0] - 0.005, -0.01):
        for low in np.arange(STRICTEST[1], LOOSEST[1] + 0.005, 0.01):
            v = of.verdicts(high, low)
            wrong, firm = of.wrong(v), (v != 0) & decided
            sides = [np.sum(wrong & (v == s)) <= 2 * risk * np.sum(firm & (v == s)) for s in (1, -1)]
            right = np.sum(firm & ~wrong)
            if all(sides) and np.sum(wrong) <= risk * np.sum(firm) and right > most:
                best, most = (round(float(high), 2), round(float(low), 2)), right
    return best


def give_limits(of):
    """Every cell's limits come from the cells of other families."""
    for family in sorted(set(of.family)):
        own = of.family == family
        others = of.at(~own)
        of.high[own], of.low[own] = limits(others)


# Kinds of students that the model of a kind is fitted on: convolutional ones are of few families, so
# multilayer perceptrons help to fit theirs.
FITTED_ON = {"linear": ("linear",), "mlp": ("mlp",), "cnn": ("mlp", "cnn")}


def measured(cell, networks):
    return not math.isnan(cell["evidence"]["network_nats" if networks else "linear_nats"])


def scored_cells(cells, metric, networks=True, only=None):
    """Nested chances of all cells; those of natural pairs count."""
    some = [c for c in with_metric(cells, metric) if measured(c, networks)]
    mean, spread = np.zeros(len(some)), np.zeros(len(some))
    for kind, kinds in FITTED_ON.items():
        at = [i for i, c in enumerate(some) if c["kind"] == kind]
        if at:
            pool = [c for c in some if c["kind"] in kinds]
            part = nested(pool, [some[i] for i in at], metric, networks, only)
            mean[at], spread[at] = part[:, 0], part[:, 1]
    out = Scored(some, metric, mean, spread).where(natural="1")
    give_limits(out)
    return out


def parts(of):
    """Kind and scenario of the parts of the tables that have cells enough."""
    for kind in (*KINDS, None):
        for scenario in ("same-rows", "more-labels", "unlabelled-pairs", None):
            facets = {k: v for k, v in (("kind", kind), ("scenario", scenario)) if v}
            part = of.where(**facets)
            if len(part.cells) >= 20 and not (kind is None and scenario):
                yield kind or "all", scenario or "all", part


def share(found_, interval, name):
    if name not in interval:
        return "–"
    return f"{found_[name]:.2f} ({interval[name][0]:.2f} … {interval[name][1]:.2f})"


def print_verdicts(of):
    print("| student | scenario | cells, families | help (families) | harm (families) | AUROC | wrong of firm | helps found | harms found | firm |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind, scenario, part in parts(of):
        f, interval, v = found(part), over_families(part), part.verdicts()
        families = lambda keep: f"{np.sum(keep)} ({len(set(part.family[keep]))})"
        print(
            f"| {kind} | {scenario} | {len(part.cells)}, {len(set(part.family))} | {families(part.truth > 0)} | {families(part.truth < 0)}"
            f" | {share(f, interval, 'AUROC')} | {np.sum(part.wrong(v))} of {np.sum((v != 0) & (part.truth != 0))}"
            f" | {share(f, interval, 'helps')} | {share(f, interval, 'harms')} | {f['firm']:.2f} |"
        )


def pilot_alone(part, kind_of_pilot):
    measure = measure_of(part.metric)
    z = []
    for c in part.cells:
        value, error = c["evidence"][f"{kind_of_pilot}_{measure}"], c["evidence"][f"{kind_of_pilot}_{measure}_se"]
        z.append(0.0 if math.isnan(value) else value / max(error, 1e-6))
    return 1.0 - normal_above(np.array(z))


def pilot_posterior(cells, metric):
    """What stands in where the corpus has too few families: the network pilot under a normal prior
    around 0, by the stricter limits (chance_limits)."""
    some = [c for c in with_metric(cells, metric) if measured(c, True)]
    measure = measure_of(metric)
    value = np.array([c["evidence"][f"network_{measure}"] for c in some])
    noise = np.array([c["evidence"][f"network_{measure}_se"] for c in some]) ** 2
    share = PRIOR[metric] ** 2 / (PRIOR[metric] ** 2 + noise)
    of = Scored(some, metric, share * value, np.maximum(1e-9, np.sqrt(share * noise))).where(natural="1")
    of.high[:], of.low[:] = 0.9, 0.1
    return of


def print_rivals(of, quick, difference):
    """AUROC and Brier score of the chance and of what else one could go by."""
    print("| student | cells | chance | without networks | network pilot | linear pilot | I(T;Y) − I(S;Y) alone | base rate |")
    print("|---|---|---|---|---|---|---|---|")
    place = {id(c): i for i, c in enumerate(of.cells)}
    quick_p, difference_p = ({id(c): p for c, p in zip(m.cells, m.p)} for m in (quick, difference))
    for kind, scenario, part in parts(of):
        if scenario != "all":
            continue
        keep = [place[id(c)] for c in part.cells]
        decided = part.truth != 0
        base = part.outcome.mean()
        of_cells = lambda p: np.array([p.get(id(c), 0.5) for c in part.cells])
        rivals = [part.p, of_cells(quick_p), pilot_alone(part, "network"), pilot_alone(part, "linear"), of_cells(difference_p), np.full(len(keep), base)]
        texts = [f"{auroc(p[decided], part.truth[decided] > 0):.2f}, {np.mean((p - part.outcome) ** 2):.3f}" for p in rivals]
        print(f"| {kind} | {len(keep)} | " + " | ".join(texts) + " |")


def print_reliability(of):
    print("| said | came | cells |")
    print("|---|---|---|")
    order = np.argsort(of.p)
    for part in np.array_split(order, max(1, len(order) // 100)):
        print(f"| {of.p[part].mean():.2f} | {of.outcome[part].mean():.2f} | {len(part)} |")


def groups_of_teachers(of):
    out = collections.defaultdict(list)
    for i, c in enumerate(of.cells):
        out[tuple(c[k] for k in ("set", "student", "kind", "scenario", "labelled"))].append(i)
    return list(out.values())


def regret(of, score, may_abstain):
    """What the choice loses against the best teacher or none: chosen on half of the seeds, scored
    on the other half, both ways; mean over sets of teachers."""
    lost = []
    for rows in groups_of_teachers(of):
        best = max(rows, key=lambda i: score[i])
        for choose, judge in (("odd", "even"), ("even", "odd")):
            gain = {i: number(of.cells[i][f"{of.metric}_{judge}"]) for i in rows}
            seen = {i: number(of.cells[i][f"{of.metric}_{choose}"]) for i in rows}
            right = max(rows, key=seen.get)
            most = gain[right] if seen[right] > 0 else 0.0
            lost.append(most - (0.0 if may_abstain and score[best] <= 0 else gain[best]))
    return float(np.mean(lost)) if lost else math.nan


def print_regret(of):
    print("| student | scenario | sets of teachers | expected gain | most accurate teacher, always | any teacher, always | none |")
    print("|---|---|---|---|---|---|---|")
    for kind, scenario, part in parts(of):
        accuracy = np.array([known(c["evidence"]["network_difference"], 9) for c in part.cells])
        random = np.random.default_rng(1).random(len(accuracy))
        values = [regret(part, part.mean, True), regret(part, accuracy, False), regret(part, random, False), regret(part, -np.ones(len(accuracy)), True)]
        print(f"| {kind} | {scenario} | {len(groups_of_teachers(part))} | " + " | ".join(f"{x:.4f}" for x in values) + " |")


GAIN_FALLS, MEAN_MOVES = 0.5, 0.5  # kGainFalls, kMeanMoves of what_decides.hpp


def more_rows(of):
    """Places of cells with few labelled rows and of the same with more."""
    by = collections.defaultdict(dict)
    for i, c in enumerate(of.cells):
        by[tuple(c[k] for k in ("set", "student", "teacher", "noise", "kind", "scenario"))][int(c["labelled"])] = i
    pairs = [(rows[min(rows)], rows[max(rows)], max(rows) / min(rows)) for rows in by.values() if len(rows) > 1]
    few, more, times = map(np.array, zip(*pairs))
    return few, more, times


def print_more_rows(of):
    """How well what_decides.hpp says whether a verdict that is open with few rows is firm with more."""
    few, more, times = more_rows(of)
    now, then = of.at(few), of.at(more)
    ratio_ = np.sum(now.mean * then.mean) / np.sum(now.mean**2)
    shrinks = np.sqrt(np.maximum(0.0, now.spread**2 - then.spread**2))
    moved = np.std(then.mean - ratio_ * now.mean) / np.sqrt(np.mean(shrinks**2))
    print(f"{len(few)} pairs of cells, {np.median(times):.1f} times the rows (median): expected gains are {ratio_:.2f} of those with few rows, κ = {-math.log(ratio_) / math.log(np.median(times)):.2f}; their spread about that is τ = {moved:.2f} of what the spreads say.\n")
    quantile = np.vectorize(statistics.NormalDist().inv_cdf)
    mean, spread = now.mean * times**-GAIN_FALLS, MEAN_MOVES * np.maximum(shrinks, 1e-9)
    pays = WORTHWHILE[of.metric]
    distil = np.maximum(then.spread * quantile(then.high), pays)
    do_not = pays + then.spread * quantile(then.low)
    firm = normal_above((distil - mean) / spread) * now.informed + normal_above((mean - do_not) / spread)
    keep = np.flatnonzero(now.verdicts() == 0)
    came = then.verdicts()[keep] != 0
    print("| open with few rows; firm with more: said | came | cells |")
    print("|---|---|---|")
    for part in np.array_split(np.argsort(firm[keep]), 3):
        print(f"| {firm[keep][part].mean():.2f} | {came[part].mean():.2f} | {len(part)} |")


def score(cells):
    pictures = [c for c in cells if c["kind"] == "cnn"]
    for metric in METRICS:
        of = scored_cells(cells, metric)
        print(f"\n## {'Nats' if metric == 'nats' else 'Accuracy'}\n")
        print(f"{len(of.cells)} natural cells of {len(set(of.family))} families; limits from all of them: distil at P(gain > 0) ≥ {limits(of)[0]}, do not at P(worthwhile) ≤ {limits(of)[1]}.\n")
        print_verdicts(of)
        print("\nAUROC, Brier score:\n")
        print_rivals(of, scored_cells(cells_with_networks(cells), metric, False), scored_cells(cells, metric, only=("constant", "unlabelled pairs", "information difference", "information difference, unlabelled")))
        quick = scored_cells(cells_with_networks(cells), metric, False)
        print("\nWithout pilots of networks (`--quick`), by limits of their own:\n")
        print_verdicts(quick)
        print("\nReliability:\n")
        print_reliability(of)
        print(f"\nRegret, {'nats' if metric == 'nats' else 'share of rows'}:\n")
        print_regret(of)
        print("\nMore labelled rows:\n")
        print_more_rows(of)
        print("\nConvolutional students by the pilot's own posterior and the stricter limits, beside the fit above:\n")
        print_verdicts(pilot_posterior(pictures, metric))


def cells_with_networks(cells):
    return [c for c in cells if measured(c, True)]


# --- the numbers of the library


def table_of(name, design, raw, weights, names, centre, scale):
    lines = [f"constexpr ChanceTerm {name}[] = {{"]
    for j, term in enumerate(names):
        low, high = raw[:, j].min(), raw[:, j].max()
        lines.append(f'    {{"{term}", {weights[j] / scale[j]:.6g}, {centre[j]:.6g}, {low:.6g}, {high:.6g}}},')
    return "\n".join([*lines, "};"])


def print_table(cells):
    """Terms with weight, centre, least and largest value, then the list of models."""
    print("// Made by tools/corpus/fit.py from tools/corpus/{truth,evidence}.csv.")
    models = []
    for metric in METRICS:
        for kind, kinds in FITTED_ON.items():
            for networks in (False, True):
                some = [c for c in with_metric(cells, metric) if measured(c, networks) and c["kind"] in kinds]
                if not some:
                    continue
                model = chosen_model(some, metric, networks)
                design = model.design
                phi, psi = design.raw(some)
                name = f"k{kind.capitalize()}{metric.capitalize()}{'Full' if networks else 'Quick'}"
                print(table_of(name + "Mean", design, phi, model.w, design.phi_names, *design.phi_scale))
                print(table_of(name + "Spread", design, psi, model.v, design.psi_names, *design.psi_scale))
                cpp = "accuracy" if metric == "accuracy" else "cross_entropy"
                with_pilots = "true" if networks else "false"
                models.append(f"    {{GainMetric::{cpp}, StudentKind::{kind}, {with_pilots}, {model.unit:.6g}, {len(some)}, {name}Mean, {name}Spread}},")
    print("constexpr ChanceModel kModels[] = {", *models, "};", sep="\n")
    print("// Metric, with a pilot of networks, share of firm verdicts that may be wrong, P(gain > 0), P(worthwhile).")
    print("constexpr CorpusLimits kLimits[] = {")
    for metric, cpp in (("nats", "cross_entropy"), ("accuracy", "accuracy")):
        for networks in (False, True):
            of = scored_cells(cells_with_networks(cells), metric, networks)
            for risk in RISKS:
                high, low = limits(of, risk)
                print(f"    {{GainMetric::{cpp}, {'true' if networks else 'false'}, {risk}, {high}, {low}}},")
    print("};")
    print_firm_shares(scored_cells(cells_with_networks(cells), "nats"))


def print_firm_shares(of):
    """How often verdicts were firm, by kind of student, scenario and labelled rows."""
    print("// Student, scenario, labelled rows from and to, share of firm verdicts in nats, cells.")
    print("constexpr FirmShare kFirmShares[] = {")
    labelled = np.array([int(c["labelled"]) for c in of.cells])
    for kind in KINDS:
        for scenario, cpp in (("same-rows", "same_rows"), ("unlabelled-pairs", "unlabelled_pairs")):
            for low, high in ROWS:
                part = of.at(
                    np.array([c["kind"] == kind and c["scenario"] == scenario for c in of.cells], bool)
                    & (labelled >= low)
                    & (labelled <= high)
                )
                if len(part.cells) >= 10:
                    share = np.mean(part.verdicts() != 0)
                    print(f"    {{StudentKind::{kind}, Scenario::{cpp}, {low}, {high}, {share:.3f}, {len(part.cells)}}},")
    print("};")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["score", "table"])
    parser.add_argument("--corpus", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    args = parser.parse_args()
    cells = read(args.corpus)
    if args.what == "score":
        score(cells)
    else:
        print_table(cells)


if __name__ == "__main__":
    sys.exit(main())
