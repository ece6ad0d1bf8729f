#!/usr/bin/env python3
"""Runs published neural estimators, as released, on draws that `cch-accuracy --export` wrote.

  latentmi          latent MI of Gowri et al. (2024), package latentmi, cross-prediction (its default)
  latentmi-mine     the same with its MINE regulariser
  latentmi-infonce  the same with its InfoNCE regulariser
  mine              MINE of Belghazi et al. (2018) in the benchmark of Czyż et al., package benchmark-mi

Every setting is the package's default; neither is part of this project. Their needs clash (PyTorch,
an old JAX), so that each can have an interpreter of its own:

  cch-accuracy --task 'mlp-50-1' --seeds 2 --export draws
  tools/bench/neural_peers.py draws --latentmi torch/bin/python --bmi jax/bin/python --out peers.jsonl

One line of JSON a fit: information in nats (latentmi gives bits), CPU seconds of the fit alone (one
thread, so that other load does not count), versions, and whether training was cut short by --seconds.
Finished fits are not run again.
"""

import argparse
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

PEERS = {
    "latentmi": {"package": "latentmi", "install": "pip install latentmi torch 'numpy<2'"},
    "latentmi-mine": {"package": "latentmi", "install": "pip install latentmi torch 'numpy<2'"},
    "latentmi-infonce": {"package": "latentmi", "install": "pip install latentmi torch 'numpy<2'"},
    "mine": {"package": "bmi", "install": "pip install benchmark-mi 'jax<0.4.32' 'jaxlib<0.4.32'"},
}
REGULARIZERS = {
    "latentmi": "models.AECross",
    "latentmi-mine": "models.AEMINE",
    "latentmi-infonce": "models.AEInfoNCE",
}
# A fit that looks at no clock is ended so long after --seconds (its imports and read-out included).
GRACE_SECONDS = 240
MISSING = 3


def fit_latentmi(peer, x, y, seed, seconds):
    import contextlib
    import io
    from importlib.metadata import version

    import numpy as np
    import torch
    from latentmi import lmi

    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    end = time.process_time() + seconds
    epochs = [0]

    class WithClock(lmi.EarlyStopper):
        """Stops at the deadline too; the released code then goes on to its estimate."""

        cut = False

        def early_stop(self, validation_loss, model):
            epochs[0] += 1
            found = super().early_stop(validation_loss, model)
            if found or time.process_time() < end:
                return found
            WithClock.cut = True
            return self.best_state or model.state_dict()

    lmi.EarlyStopper = WithClock
    start = time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):  # it prints a line an epoch, quiet or not
        pointwise, _, _ = lmi.estimate(x, y, regularizer=REGULARIZERS[peer], device="cpu")
    return {
        "nats": float(np.nanmean(pointwise)) * float(np.log(2.0)),
        "seconds": time.process_time() - start,
        "steps": f"{epochs[0]} epochs",
        "cut": WithClock.cut,
        "version": f"latentmi {version('latentmi')}, torch {torch.__version__}",
    }


def fit_mine(_peer, x, y, seed, _seconds):
    from importlib.metadata import version

    import jax
    from bmi.estimators import MINEEstimator

    start = time.process_time()
    result = MINEEstimator(seed=seed, verbose=False).estimate_with_info(x, y)
    return {
        "nats": float(result.mi_estimate),
        "seconds": time.process_time() - start,
        "steps": f"{result.additional_information['n_training_steps']} steps",
        "cut": False,
        "version": f"benchmark-mi {version('benchmark-mi')}, jax {jax.__version__}",
    }


def fit_here(arguments):
    """One fit in this process: what the driver starts under the peer's interpreter."""
    sys.path[:0] = arguments.path
    peer = arguments.peer[0]
    try:
        __import__(PEERS[peer]["package"])
    except ImportError as error:
        print(error, file=sys.stderr)
        return MISSING
    import numpy as np

    folder = pathlib.Path(arguments.draws)
    about = json.loads((folder / "truth.json").read_text())
    x, y = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    fit = fit_mine if peer == "mine" else fit_latentmi
    print(json.dumps(fit(peer, x, y, about["seed"], arguments.seconds)))
    return 0


def one_thread():
    single = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    xla = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    return {**os.environ, **single, "XLA_FLAGS": xla, "JAX_PLATFORMS": "cpu", "PYTHONWARNINGS": "ignore"}


def interpreter_of(peer, arguments):
    return arguments.bmi if peer == "mine" else arguments.latentmi


def fit_apart(peer, folder, arguments):
    """The fields of a finished or failed fit; None when the package is not there."""
    command = [interpreter_of(peer, arguments), __file__, str(folder), "--one", "--peer", peer]
    command += ["--seconds", str(arguments.seconds)]
    for path in arguments.path:
        command += ["--path", path]
    failed = {"nats": None, "seconds": None, "steps": "", "cut": False, "version": None}
    most = int(arguments.seconds + GRACE_SECONDS)

    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 5))

    done = subprocess.run(command, env=one_thread(), capture_output=True, text=True, check=False,
                          preexec_fn=limit)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {**failed, "reason": f"no number within {most} s"}
    if done.returncode == MISSING:
        return None
    if done.returncode != 0:
        last = (done.stderr.strip() or "no message").splitlines()[-1]
        return {**failed, "reason": f"exit {done.returncode}: {last}"}
    fit = json.loads(done.stdout.splitlines()[-1])
    if fit["nats"] != fit["nats"]:  # JSON has no NaN
        return {**fit, "nats": None, "reason": "the peer's number is NaN"}
    return fit


def draws_below(folder):
    """Folders with a truth.json, first seeds first, so that a cut run has each task once."""
    draws = [(json.loads(path.read_text()), path.parent) for path in folder.rglob("truth.json")]
    return sorted(draws, key=lambda draw: (draw[0]["seed"], draw[0]["set"], draw[0]["task"], draw[0]["n"]))


def finished(out):
    if not out.exists():
        return set()
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    return {(line["task"], line["n"], line["seed"], line["estimator"]) for line in lines}


def run_draw(about, folder, missing, done, arguments):
    for peer in arguments.peer:
        key = (about["task"], about["n"], about["seed"], peer)
        if peer in missing or key in done:
            continue
        fit = fit_apart(peer, folder, arguments)
        if fit is None:
            missing.add(peer)
            print(f"{peer}: {interpreter_of(peer, arguments)} has no package "
                  f"'{PEERS[peer]['package']}', left out. {PEERS[peer]['install']}, or name "
                  "another interpreter or --path", file=sys.stderr)
            continue
        line = {**about, "estimator": peer, "threads": 1, "budget": arguments.seconds, **fit}
        with arguments.out.open("a") as out:
            out.write(json.dumps(line) + "\n")
        number = fit.get("reason") or f"{fit['nats']:.4f} nats ({fit['seconds']:.0f} s, {fit['steps']}" \
            f"{', cut short' if fit['cut'] else ''})"
        print(f"{about['task']}, N = {about['n']}, seed {about['seed']}, truth "
              f"{about['truth_nats']:.4f}: {peer} {number}", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("draws", type=pathlib.Path, help="folder of cch-accuracy --export")
    parser.add_argument("--peer", action="append", choices=list(PEERS), help="default: latentmi and mine")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("peers.jsonl"))
    parser.add_argument("--latentmi", default=sys.executable, metavar="PYTHON", help="interpreter that has latentmi")
    parser.add_argument("--bmi", default=sys.executable, metavar="PYTHON", help="interpreter that has benchmark-mi")
    parser.add_argument("--path", action="append", default=[], help="folder to import from first")
    parser.add_argument("--seconds", type=float, default=480.0,
                        help="CPU time after which latentmi ends its training and estimates; default %(default)g")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.peer = arguments.peer or ["latentmi", "mine"]
    return arguments


def main():
    arguments = parse()
    if arguments.one:
        return fit_here(arguments)
    draws = draws_below(arguments.draws)
    if not draws:
        print(f"error: no truth.json below {arguments.draws} (it is what cch-accuracy --export writes)",
              file=sys.stderr)
        return 2
    missing, done = set(), finished(arguments.out)
    for about, folder in draws:
        if about["labels"]:
            print(f"{about['task']}: left out, the peers take no class labels", file=sys.stderr)
            continue
        run_draw(about, folder, missing, done, arguments)
    return 1 if len(missing) == len(set(arguments.peer)) else 0


if __name__ == "__main__":
    sys.exit(main())
