"""What Python returns is what the program prints, but for command, sources and seconds."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cch

# Where the two speak of other things: a file or an array, and how long it took.
SOURCES = {"student", "teacher", "labels", "groups"}


def told_apart(document: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """Without command, sources and seconds; texts that name a source name its role."""
    out = dict(document)
    del out["command"], out["seconds"]
    out["config"] = {k: v for k, v in out["config"].items() if k not in SOURCES}
    out["inputs"] = [{k: v for k, v in i.items() if k not in ("source", "sha256", "sha256_of")} for i in out["inputs"]]
    text = json.dumps(out)
    for word, role in words.items():
        text = text.replace(word, role)
    return without_seconds(json.loads(text))


def without_seconds(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: without_seconds(v) for k, v in node.items() if not k.startswith("seconds")}
    return [without_seconds(v) for v in node] if isinstance(node, list) else node


def printed(program: str, arguments: list[str]) -> dict[str, Any]:
    run = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    out: dict[str, Any] = json.loads(run.stdout)
    return out


SETS = [
    ("mfeat", "mor", ["fac", "fou", "zer"], False),
    ("landsat", "nir", ["visible"], False),
    ("tcga_brca5", "cnv", ["mirna", "rppa"], False),
    ("mosi_heldout", "audio", ["text", "video"], True),
    ("mosei_video", "video", ["text", "audio"], False),
    ("tcga_kipan_cnv_rppa", "cnv", ["rppa"], False),
]


@pytest.mark.parametrize(("name", "student", "teachers", "grouped"), SETS, ids=[s[0] for s in SETS])
def test_rank_returns_what_the_program_prints(
    program: str, data: Path, name: str, student: str, teachers: list[str], grouped: bool
) -> None:
    folder = data / name
    if not folder.exists():
        pytest.skip(f"the data set {name} is not there")
    first = "0" if grouped else "400"  # rows of one speaker may be of one class
    names = [student, *teachers, "labels", *(["groups"] if grouped else [])]
    arrays = {n: np.load(folder / f"{n}.npy") for n in names}
    arguments = ["rank", "--json", "--quick", "--seed", "3", "--first-rows", first,
                 "--student", f"{student}={folder / student}.npy", "--labels", str(folder / "labels.npy")]  # fmt: skip
    for teacher in teachers:
        arguments += ["--teacher", f"{teacher}={folder / teacher}.npy"]
    if grouped:
        arguments += ["--groups", str(folder / "groups.npy")]
    expected = printed(program, arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = cch.rank(
            student={student: arrays[student]},
            teachers={t: arrays[t] for t in teachers},
            labels=arrays["labels"],
            groups=arrays.get("groups"),
            first_rows=int(first),
            quick=True,
            seed=3,
        )
    words = {f"{folder / student}.npy": "argument student", str(folder / "labels.npy"): "argument labels"}
    words |= {f"{folder / t}.npy": f"argument teachers['{t}']" for t in teachers}
    words[str(folder / "groups.npy")] = "argument groups"
    theirs, ours = told_apart(expected, words), told_apart(result.document, {})
    assert ours == theirs


def test_networks_too(program: str, tmp_path: Path, rows: Any) -> None:
    """The race of pilots of networks, from a folder of files and from arrays."""
    for name, array in {"x": rows.x, "depth": rows.depth, "y": rows.y}.items():
        np.save(tmp_path / f"{name}.npy", array[:120])
    expected = printed(program, ["rank", "--json", "--student", f"x={tmp_path / 'x.npy'}", "--budget", "2s",
                                 "--teacher", str(tmp_path / "depth.npy"), "--labels", str(tmp_path / "y.npy")])  # fmt: skip
    with pytest.warns(cch.CchWarning):
        result = cch.rank(student={"x": rows.x[:120]}, teachers={"depth": rows.depth[:120]}, labels=rows.y[:120],
                          budget="2s")  # fmt: skip
    words = {str(tmp_path / f"{n}.npy"): f"argument {r}" for n, r in {"x": "student", "depth": "teachers['depth']", "y": "labels"}.items()}
    assert told_apart(result.document, {}) == told_apart(expected, words)


def test_estimate_returns_what_the_program_prints(program: str, tmp_path: Path, rows: Any) -> None:
    np.save(tmp_path / "x.npy", rows.x)
    np.save(tmp_path / "y.npy", rows.y)
    expected = printed(program, ["estimate", "--json", str(tmp_path / "x.npy"), str(tmp_path / "y.npy")])
    with pytest.warns(cch.CchWarning, match="y taken as"):
        result = cch.estimate(rows.x, rows.y)
    assert result.nats == expected["nats"]
    assert result.standard_error == expected["standard_error"]
    assert result.estimator == expected["estimator"]


def test_check_returns_what_the_program_prints(program: str) -> None:
    plan = ["--n", "200", "--dim-student", "3", "--dim-teacher", "3", "--classes", "3", "--draws", "2", "--no-sizes"]
    expected = printed(program, ["check", "--json", *plan])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = cch.check(n=200, dim_student=3, dim_teacher=3, classes=3, draws=2, sizes=False)
    assert result.verdict == expected["verdict"]
    assert result.minimal_margin == expected["minimal_margin_nats"]
    assert result.reasons == tuple(expected["reasons"])


def test_solve_returns_what_the_program_prints(program: str, tmp_path: Path) -> None:
    root = np.random.default_rng(2).normal(size=(6, 6))
    covariance = root @ root.T + np.eye(6)
    np.save(tmp_path / "cov.npy", covariance)
    expected = printed(program, ["gaussian", "solve", "--json", "--dims", "2,3,1", "--n", "50", str(tmp_path / "cov.npy")])
    result = cch.gaussian.solve(covariance, dims=(2, 3, 1), n=50)
    for key in ("i_teacher_student", "i_student_labels", "margin", "cch_holds", "risk", "lambda_star"):
        assert result.document[key] == expected[key]
    assert "λ" in repr(result)
