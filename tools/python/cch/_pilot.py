"""Pilots of a student that only Python knows."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cch._calls import rank_with
from cch._errors import usage
from cch._results import Ranking
from cch._rows import Data

Numbers = NDArray[np.float64]
_LEAST = 1e-12  # of a probability, before its logarithm


def pilot(
    fit: Any,
    predict: Callable[..., Any] | None = None,
    *,
    student: Data,
    teachers: Any,
    labels: Data,
    name: str = "own",
    repeats: int = 1,
    **options: Any,
) -> Ranking:
    """``rank`` about your own kind of student, whose pilots decide.

    fit(x, y, soft=None), predict(x): two functions. x is n x D (columns standardised on labelled
    rows), y has classes 0..K-1 (-1: a row that only the teacher labels) or real values; soft, where
    a teacher teaches, is what each row should get: n x K probabilities, or real values, labels and
    teacher mixed. predict gives N x K probabilities or logits, or real values. Every fit is one
    from the beginning. Where fit returns a model and predict takes two arguments it is
    predict(model, x).

    Or an estimator of scikit-learn alone: it is cloned for every fit. Classifiers learn soft labels
    by sample weights.

    The library makes folds, cross-fitted teachers (``teacher_model``, an MLP by default), arms and
    paired statistics around it, as around its own networks: with T teachers and one scenario
    5 x (4 T + 13) fits, times ``repeats``. ``options`` are those of ``rank``.
    """
    if options.get("quick"):
        raise usage("option-without-meaning", "quick trains no networks", "a pilot is one", "Leave it out")
    answer = _estimator(fit) if predict is None else _functions(fit, predict)
    return rank_with((name, repeats, False, answer), 3, student=student, teachers=teachers, labels=labels, **options)


def _functions(fit: Callable[..., Any], predict: Callable[..., Any]) -> Callable[..., Numbers]:
    takes_model = len(inspect.signature(predict).parameters) > 1

    def answer(x: Numbers, y: list[int], targets: Numbers, taught: bool, rows: Numbers) -> Numbers:
        hard = np.asarray(y) if y else _hard(targets)
        model = fit(x, hard, soft=targets if taught else None)
        said = predict(model, rows) if takes_model else predict(rows)
        return _outputs(said, classes=bool(y))

    return answer


def _hard(targets: Numbers) -> Numbers:
    only: Numbers = targets[:, 0] if targets.shape[1] == 1 else targets
    return only


def _outputs(said: Any, classes: bool) -> Numbers:
    """Logits or real values as the library takes them."""
    if hasattr(said, "detach"):
        said = said.detach().cpu().numpy()
    out = np.ascontiguousarray(said, dtype=np.float64)
    if out.ndim == 1:
        out = out[:, None]
    if classes and (out >= 0.0).all() and np.allclose(out.sum(axis=1), 1.0, atol=1e-3):
        out = np.log(np.maximum(out, _LEAST))
    return np.ascontiguousarray(out)


def _estimator(estimator: Any) -> Callable[..., Numbers]:
    if not (hasattr(estimator, "fit") and hasattr(estimator, "predict")):
        raise usage("no-student", f"{type(estimator).__name__} is no estimator", "a student fits and predicts",
                    "Give fit and predict, or an estimator of scikit-learn")  # fmt: skip
    from sklearn.base import clone

    def answer(x: Numbers, y: list[int], targets: Numbers, taught: bool, rows: Numbers) -> Numbers:
        own = clone(estimator)
        if not y:
            own.fit(x, _hard(targets))
            return _outputs(own.predict(rows), classes=False)
        if not hasattr(own, "predict_proba"):
            raise usage("no-probabilities", f"{type(own).__name__} has no predict_proba",
                        "gains of classes are measured in cross-entropy", "Take an estimator that has it")  # fmt: skip
        if taught:
            _fit_soft(own, x, targets)
        else:
            own.fit(x, np.asarray(y))
        out = np.full((len(rows), targets.shape[1]), _LEAST)
        out[:, np.asarray(own.classes_, dtype=int)] = own.predict_proba(rows)
        logits: Numbers = np.log(np.maximum(out, _LEAST))
        return logits

    return answer


def _fit_soft(own: Any, x: Numbers, soft: Numbers) -> None:
    """Each row once for every class that it should get, with that share as its weight."""
    rows, classes = np.nonzero(soft > 1e-6)
    last = own.steps[-1] if hasattr(own, "steps") else None
    key = "sample_weight" if last is None else f"{last[0]}__sample_weight"
    if "sample_weight" not in inspect.signature((last[1] if last else own).fit).parameters:
        raise usage("no-sample-weight", f"{type(own).__name__} takes no sample_weight",
                    "soft labels are weighted copies of rows", "Take one that does, or give fit and predict")  # fmt: skip
    own.fit(x[rows], classes, **{key: soft[rows, classes]})
