#!/usr/bin/env python3
"""Times KSG1 of scikit-learn, SciPy and `cch` on the same rows in one run.

Needs Python with NumPy; scikit-learn, SciPy and the cch program are each used if there, and named if
not. Wall times are the smallest of --repeats runs; `cch` states its own (diagnostics.seconds), so
that reading the file does not count.

  tools/bench/peers.py --cch build/release/tools/cch/cch
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SHAPES = [(10_000, 1, 1), (10_000, 3, 3), (10_000, 5, 5), (10_000, 32, 32), (100_000, 1, 1),
          (100_000, 3, 3)]
K = 4


def draw(np, rows, dim_x, dim_y):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((rows, dim_x))
    y = 0.6 * x[:, np.arange(dim_y) % dim_x] + 0.8 * rng.standard_normal((rows, dim_y))
    return x, y


def tree_ksg1(np, psi, joint_tree, radius_counts, x, y):
    """KSG1 from a joint query and two counts. The radius is shrunk by one unit in the last place to
    make the counts strict, as both libraries' users do."""
    epsilon = np.nextafter(joint_tree(np.hstack([x, y])), 0)
    n_x = radius_counts(x, epsilon)  # the point itself included
    n_y = radius_counts(y, epsilon)
    return psi(K) + psi(len(x)) - np.mean(psi(n_x) + psi(n_y))


def sklearn_peer(np):
    from scipy.special import digamma
    from sklearn.feature_selection import mutual_info_regression
    from sklearn.neighbors import KDTree, NearestNeighbors

    def kth(joint):
        search = NearestNeighbors(metric="chebyshev", n_neighbors=K).fit(joint)
        return search.kneighbors()[0][:, -1]

    def counts(values, radius):
        tree = KDTree(values, metric="chebyshev")
        return tree.query_radius(values, radius, count_only=True, return_distance=False)

    def run(x, y):
        if x.shape[1] == 1 and y.shape[1] == 1:
            return mutual_info_regression(x, y[:, 0], n_neighbors=K, random_state=0)[0]
        return tree_ksg1(np, digamma, kth, counts, x, y)

    return run


def scipy_peer(np):
    from scipy.spatial import cKDTree
    from scipy.special import digamma

    def kth(joint):
        return cKDTree(joint).query(joint, K + 1, p=np.inf)[0][:, -1]

    def counts(values, radius):
        return cKDTree(values).query_ball_point(values, radius, p=np.inf, return_length=True)

    return lambda x, y: tree_ksg1(np, digamma, kth, counts, x, y)


def best_time(call, repeats):
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        value = call()
        times.append(time.perf_counter() - begin)
    return min(times), float(value)


def cch_time(np, program, threads, x, y, repeats):
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder) / name for name in ("x.npy", "y.npy")]
        for path, values in zip(paths, (x, y)):
            np.save(path, values)
        command = [program, "estimate", *map(str, paths), "--estimator", "ksg1", "--k", str(K),
                   "--exact", "--scale", "none", "--y-kind", "continuous", "--threads",
                   str(threads), "--json"]
        answers = []
        for _ in range(repeats):
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode != 0:
                raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
            answers.append(json.loads(done.stdout))
        return min(a["diagnostics"]["seconds"] for a in answers), answers[0]["nats"]


def main():
    parser = argparse.ArgumentParser(description="KSG1 side by side with peers")
    parser.add_argument("--cch", default=shutil.which("cch"), help="the cch program")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    try:
        import numpy as np
    except ImportError:
        sys.exit("error: NumPy is missing; every peer needs it. Install python3-numpy")

    peers = {}
    for name, build in (("scikit-learn", sklearn_peer), ("scipy cKDTree", scipy_peer)):
        try:
            run = build(np)
            peers[name] = lambda x, y, run=run: best_time(lambda: run(x, y), arguments.repeats)
        except ImportError as error:
            print(f"missing: {name} ({error.name})", file=sys.stderr)
    if arguments.cch:
        for threads in (1, 2):
            peers[f"cch, {threads} thread{'s' * (threads > 1)}"] = (
                lambda x, y, threads=threads: cch_time(np, arguments.cch, threads, x, y,
                                                       arguments.repeats))
    else:
        print("missing: cch (give --cch PATH)", file=sys.stderr)

    print(f"{'N, d_x+d_y':<16}{'program':<18}{'seconds':>10}{'nats':>12}")
    for rows, dim_x, dim_y in SHAPES:
        x, y = draw(np, rows, dim_x, dim_y)
        for name, peer in peers.items():
            try:
                seconds, nats = peer(x, y)
                print(f"{f'{rows}, {dim_x}+{dim_y}':<16}{name:<18}{seconds:>10.4f}{nats:>12.6f}",
                      flush=True)
            except (RuntimeError, OSError, KeyError) as error:
                print(f"failed: {name}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
