#!/usr/bin/env python3
"""Times the neighbour estimators of scikit-learn, SciPy and `cch` on the same rows, interleaved.

Every round runs each program once; the table has medians and the ratio to the fastest peer. Peers
that would take longer than --limit seconds by a thirty-second of their queries are run on that part
and scaled (marked ~). `cch` states its own seconds, so that starting and reading do not count; peers
build their trees and count within theirs. tools/bench/peers makes the environment.

  tools/bench/peers.py --cch build/release/tools/cch/cch [--grid small|usual|wide] [--rank]
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

K = 4
GRIDS = {
    "small": [(2_000, 1, 1), (2_000, 3, 3), (2_000, 32, 32)],
    "usual": [(10_000, 1, 1), (100_000, 1, 1), (10_000, 3, 3), (100_000, 3, 3), (10_000, 5, 5),
              (100_000, 5, 5), (10_000, 32, 32), (10_000, 256, 256)],
    "wide": [(n, d, d) for n in (1_000, 10_000, 100_000, 1_000_000)
             for d in (1, 2, 4, 8, 16, 32, 64, 128, 256) if n * 2 * d <= 10**8],
}
CLASSES = 8
SAMPLE = 32  # one of so many queries tells what all of them would take


def draw(np, rows, dim_x, dim_y):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((rows, dim_x))
    y = 0.6 * x[:, np.arange(dim_y) % dim_x] + 0.8 * rng.standard_normal((rows, dim_y))
    return x, y


def ksg1_mean(np, rows, n_x, n_y):
    from scipy.special import digamma
    return digamma(K) + digamma(rows) - np.mean(digamma(n_x) + digamma(n_y))


def kd_tree(np, x, y, queries):
    """scikit-learn's tree, the radius one unit in the last place smaller: strict counts."""
    from sklearn.neighbors import KDTree
    joint = np.hstack([x, y])
    tree = KDTree(joint, metric="chebyshev")
    radius = np.nextafter(tree.query(joint[queries], K + 1)[0][:, -1], 0)
    counts = [KDTree(v, metric="chebyshev").query_radius(v[queries], radius, count_only=True)
              for v in (x, y)]
    return ksg1_mean(np, len(x), *counts)


def ckd_tree(np, x, y, queries):
    from scipy.spatial import cKDTree
    joint = np.hstack([x, y])
    radius = np.nextafter(cKDTree(joint).query(joint[queries], K + 1, p=np.inf)[0][:, -1], 0)
    counts = [cKDTree(v).query_ball_point(v[queries], radius, p=np.inf, return_length=True)
              for v in (x, y)]
    return ksg1_mean(np, len(x), *counts)


def cdist(np, x, y, queries):
    """All distances, in blocks of 256 queries."""
    from scipy.spatial.distance import cdist as distances
    n_x, n_y = [], []
    for begin in range(0, len(queries), 256):
        rows = queries[begin:begin + 256]
        to_x, to_y = distances(x[rows], x, "chebyshev"), distances(y[rows], y, "chebyshev")
        radius = np.partition(np.maximum(to_x, to_y), K, axis=1)[:, K:K + 1]
        n_x.append((to_x < radius).sum(axis=1))
        n_y.append((to_y < radius).sum(axis=1))
    return ksg1_mean(np, len(x), np.concatenate(n_x), np.concatenate(n_y))


PEERS = {"KDTree": ("sklearn", kd_tree), "cKDTree": ("scipy", ckd_tree), "cdist": ("scipy", cdist)}


class Peer:
    """One program on one shape: all queries, or a part of them where all would take too long."""

    def __init__(self, np, run, x, y, limit):
        self.np, self.run, self.x, self.y = np, run, x, y
        self.all = np.arange(len(x))
        self.share = 1.0
        part = self.all[::SAMPLE]
        if len(part) >= 32:
            seconds = self.timed(part)[0]
            if seconds * SAMPLE > limit:
                self.all, self.share = part, len(part) / len(x)

    def timed(self, queries):
        begin = time.perf_counter()
        value = self.run(self.np, self.x, self.y, queries)
        return time.perf_counter() - begin, float(value)

    def __call__(self):
        seconds, value = self.timed(self.all)
        return seconds / self.share, value


def cch_seconds(program, files, estimator, threads, kind):
    command = [program, "estimate", *files, "--estimator", estimator, "--k", str(K), "--exact",
               "--scale", "none", "--y-kind", kind, "--threads", str(threads), "--json", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    answer = json.loads(done.stdout)
    found = answer["diagnostics"]
    return found["seconds"], found.get("seconds_error_bars", 0.0), answer["nats"]


def line(*cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def ksg_table(np, arguments, folder):
    names = [name for name in PEERS if name not in arguments.missing]
    line("N, d_x + d_y", "nats", *(f"{n}, s" for n in names), "cch, s", "fastest peer / cch",
         "two threads", "error bar / estimate")
    line("---", *["---"] * (len(names) + 5))
    for rows, dim_x, dim_y in GRIDS[arguments.grid]:
        x, y = draw(np, rows, dim_x, dim_y)
        files = [str(folder / "x.npy"), str(folder / "y.npy")]
        np.save(files[0], x)
        np.save(files[1], y)
        chosen = [n for n in names if n != "cdist" or dim_x >= 3]
        peers = {n: Peer(np, PEERS[n][1], x, y, arguments.limit) for n in chosen}
        times = {n: [] for n in chosen}
        own = {1: [], 2: []}
        bars, values = [], {}
        for _ in range(arguments.repeats):
            for name, peer in peers.items():
                seconds, values[name] = peer()
                times[name].append(seconds)
            for threads in own:
                seconds, bar, nats = cch_seconds(arguments.cch, files, "ksg1", threads,
                                                 "continuous")
                own[threads].append(seconds)
                if threads == 1:
                    bars.append(bar / seconds)
        for name, peer in peers.items():
            if peer.share == 1.0 and abs(values[name] - nats) > 1e-9:
                print(f"differs: {name} has {values[name]:.12f} nats, cch {nats:.12f}",
                      file=sys.stderr)
        median = {n: statistics.median(t) for n, t in times.items()}
        cch = statistics.median(own[1])
        fastest = min(median.values()) / cch if median else float("nan")
        line(f"{rows}, {dim_x}+{dim_y}", f"{nats:.6f}",
             *(f"{'~' if n in peers and peers[n].share < 1 else ''}{median[n]:.3g}"
               if n in median else "–" for n in names),
             f"{cch:.3g}", f"{fastest:.1f}", f"{cch / statistics.median(own[2]):.2f}",
             f"{statistics.median(bars):.1f}")


def ross_table(np, arguments, folder):
    if "KDTree" in arguments.missing:
        return
    from sklearn.feature_selection import mutual_info_classif
    rows = 60_000 if arguments.grid != "small" else 2_000
    rng = np.random.default_rng(2)
    labels = rng.integers(0, CLASSES, rows)
    x = rng.standard_normal((rows, 1)) + 0.7 * labels[:, None]
    files = [str(folder / "x.npy"), str(folder / "labels.npy")]
    np.save(files[0], x)
    np.save(files[1], labels)
    theirs, ours, bars = [], [], []
    for _ in range(arguments.repeats):
        begin = time.perf_counter()
        mutual_info_classif(x, labels, n_neighbors=K, random_state=0)
        theirs.append(time.perf_counter() - begin)
        seconds, bar, _ = cch_seconds(arguments.cch, files, "ross", 1, "discrete")
        ours.append(seconds)
        bars.append(bar / seconds)
    their, our = statistics.median(theirs), statistics.median(ours)
    print()
    line("Ross", "mutual_info_classif, s", "cch, s", "ratio", "error bar / estimate")
    line("---", "---", "---", "---", "---")
    line(f"{rows}, 1 column, {CLASSES} classes", f"{their:.3g}", f"{our:.3g}", f"{their / our:.1f}",
         f"{statistics.median(bars):.1f}")


def rank_table(np, arguments, folder):
    """Wall and processor seconds of whole commands on made-up views."""
    shapes = [(2_000, 64, 3)] if arguments.grid == "small" else [(2_000, 768, 5), (10_000, 64, 5)]
    print()
    line("command", "views", "wall, s", "processor, s", "peak, MB")
    line("---", "---", "---", "---", "---")
    for rows, columns, teachers in shapes:
        rng = np.random.default_rng(3)
        labels = rng.integers(0, 5, rows)
        hidden = rng.standard_normal((rows, 8)) + np.eye(5)[labels] @ rng.standard_normal((5, 8))
        for view in range(teachers + 1):
            loading = rng.standard_normal((8, columns)) / 8
            np.save(folder / f"v{view}.npy",
                    (hidden @ loading + rng.standard_normal((rows, columns))).astype(np.float32))
        np.save(folder / "labels.npy", labels)
        names = [f"--teacher=t{v}={folder}/v{v}.npy" for v in range(1, teachers + 1)]
        for what, more in (("rank", ["--quick"]), ("rank", ["--student-model", "linear"]),
                           ("check", [])):
            command = [arguments.cch, what, f"--student=s={folder}/v0.npy", *names,
                       f"--labels={folder}/labels.npy", "-q", *more]
            wall, processor, peak = [], [], []
            for _ in range(arguments.repeats):
                begin = time.perf_counter()
                with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
                    _, status, used = os.wait4(child.pid, 0)
                    child.returncode = os.waitstatus_to_exitcode(status)
                if child.returncode != 0:
                    raise RuntimeError(f"{' '.join(command)}: exit code {child.returncode}")
                wall.append(time.perf_counter() - begin)
                processor.append(used.ru_utime + used.ru_stime)
                peak.append(used.ru_maxrss / 1024)
            line(" ".join([what, *more]), f"{rows} x {columns} x {teachers}",
                 f"{statistics.median(wall):.1f}", f"{statistics.median(processor):.1f}",
                 f"{max(peak):.0f}")


def main():
    parser = argparse.ArgumentParser(description="neighbour estimators beside peers")
    parser.add_argument("--cch", default=shutil.which("cch"), help="the cch program")
    parser.add_argument("--repeats", type=int, default=5, help="rounds of which medians are taken")
    parser.add_argument("--grid", choices=GRIDS, default="usual")
    parser.add_argument("--limit", type=float, default=60,
                        help="seconds; slower peers are run on a part of their queries")
    parser.add_argument("--rank", action="store_true", help="whole rankings and checks too")
    arguments = parser.parse_args()
    if not arguments.cch:
        sys.exit("error: there is no cch program. Give --cch PATH")
    try:
        import numpy as np
    except ImportError:
        sys.exit("error: NumPy is missing; every peer needs it. Run tools/bench/peers")
    arguments.missing = set()
    for name, (module, _) in PEERS.items():
        try:
            __import__(module)
        except ImportError:
            arguments.missing.add(name)
            print(f"missing: {name} ({module})", file=sys.stderr)
    try:
        with tempfile.TemporaryDirectory() as folder:
            ksg_table(np, arguments, pathlib.Path(folder))
            ross_table(np, arguments, pathlib.Path(folder))
            if arguments.rank:
                rank_table(np, arguments, pathlib.Path(folder))
    except (RuntimeError, OSError) as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
