"""Closed forms of Gaussian models."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from cch._call import Arguments, run, tell
from cch._inputs import held
from cch._results import Solution
from cch._rows import with_options

__all__ = ["solve"]


def solve(
    covariance: Any,
    *,
    dims: Sequence[int] | None = None,
    n: int | None = None,
    lambda_: Sequence[float] | None = None,
    teacher: Any = None,
    teacher_scale: float | None = None,
    teachers: Sequence[int] | None = None,
    ridge: Sequence[float] | None = None,
    intercept: bool | None = None,
    simulate: int | None = None,
    device: str | None = None,
    seed: int = 1,
    threads: int | None = None,
) -> Solution:
    """Informations and exact distillation risk of one joint Gaussian, as ``cch gaussian solve``.

    covariance: of (x1 teacher, x2 student, y labels), or the path of one or of a MODEL.toml.
    dims: columns of x1, x2 and y.
    teacher: "optimal", "ols:N1", "same-rows[:FOLDS]", or D1 (x DY) weights.
    """
    arguments = Arguments("gaussian", "solve", "--json")
    source = covariance
    if not isinstance(covariance, (str, os.PathLike)):
        array = held(covariance, "covariance", features=True)
        source = arguments.hold("covariance", array, "covariance")
    if teacher is not None and not isinstance(teacher, str):
        teacher = arguments.hold("weights", held(teacher, "teacher", features=True), "teacher")
    with_options(arguments, dict(dims=_commas(dims), n=n, lambda_=_commas(lambda_), teacher=teacher,
                             teacher_scale=teacher_scale, teachers=_commas(teachers), ridge=_commas(ridge),
                             intercept=intercept, simulate=simulate, device=device, seed=seed, threads=threads))  # fmt: skip
    arguments.words += ["--", os.fspath(source)]
    result = Solution(run(arguments, False))
    tell(result.document, None, 2)
    return result


def _commas(values: Sequence[float] | None) -> str | None:
    return None if values is None else ",".join(f"{v}" for v in values)
