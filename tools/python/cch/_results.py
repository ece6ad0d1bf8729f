"""Results: the documents of the program, with what is asked for most by name."""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cch import _core
from cch._errors import error_of, usage

_ids = itertools.count(1)


@dataclass(frozen=True)
class Value:
    """An estimate with its standard error and interval, each None where there is none."""

    value: float | None
    standard_error: float | None = None
    interval: tuple[float, float] | None = None

    def __float__(self) -> float:
        if self.value is None:
            raise usage("no-value", "there is no value", "it was not asked for or could not be had")
        return self.value

    def __repr__(self) -> str:
        if self.value is None:
            return "none"
        error = "" if self.standard_error is None else f" ± {self.standard_error:.2g}"
        return f"{self.value:.4g}{error}"


def _value(node: dict[str, Any] | None, key: str = "nats", interval: str = "interval95") -> Value:
    if node is None:
        return Value(None)
    ends = node.get(interval)
    return Value(node.get(key), node.get("standard_error"), None if ends is None else (ends[0], ends[1]))


@dataclass(frozen=True)
class Warning:  # noqa: A001
    """A warning of a document."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


@dataclass(frozen=True)
class Chance:
    """What a kind of student is expected to gain in a scenario."""

    scenario: str
    student_model: str
    metric: str
    p_gain: float | None
    p_worthwhile: float | None
    expected_gain: Value  # with its 80 % interval
    verdict: str


@dataclass(frozen=True)
class Teacher:
    """A teacher of a ranking. ``document`` has all numbers."""

    document: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.document["name"])

    @property
    def rank(self) -> int:
        return int(self.document["rank"])

    @property
    def verdict(self) -> str:
        """distil, do_not_distil, inconclusive or unreliable."""
        return str(self.document["verdict"])

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self.document["reasons"])

    @property
    def chances(self) -> tuple[Chance, ...]:
        """By scenario and kind of student; the first kind decides."""
        return tuple(
            Chance(c["scenario"], c["student_model"], c["metric"], c["p_gain"], c["p_worthwhile"],
                   Value(c["expected_gain"], None, _ends(c["interval80"])), c["verdict"])
            for c in self.document.get("chances") or ()
        )  # fmt: skip

    @property
    def deciding(self) -> Chance | None:
        """Of the first kind of student, the chance with the largest expected gain."""
        own = [c for c in self.chances if c.student_model == self.chances[0].student_model]
        return max(own, key=lambda c: c.expected_gain.value or 0.0) if own else None

    @property
    def chance(self) -> float | None:
        """That distilling from it helps."""
        return self.deciding.p_gain if self.deciding else None

    @property
    def expected_gain(self) -> Value:
        """In the unit of its metric, with the 80 % interval."""
        return self.deciding.expected_gain if self.deciding else Value(None)

    @property
    def margin(self) -> Value:
        """I(T;S) - I(S;Y) of the representations, nats."""
        return _value(self.document["margin"])

    @property
    def pilot_gain(self) -> Value:
        """Cross-entropy (nats) that a linear student gains with it."""
        return _value((self.document.get("pilot") or {}).get("gain_cross_entropy"))

    def __repr__(self) -> str:
        chance = "" if self.chance is None else f", chance {self.chance:.2f}"
        return f"<cch.Teacher {self.name!r}: {self.verdict.replace('_', ' ')}{chance}>"


def _ends(node: list[float] | None) -> tuple[float, float] | None:
    return None if node is None else (node[0], node[1])


@dataclass(frozen=True)
class Result:
    """A document of the program. ``text`` is its JSON, ``document`` the same parsed."""

    text: str

    @cached_property
    def document(self) -> dict[str, Any]:
        out: dict[str, Any] = json.loads(self.text)
        return out

    @property
    def warnings(self) -> tuple[Warning, ...]:
        return tuple(Warning(w["code"], w["message"]) for w in self.document.get("warnings") or ())

    @property
    def seed(self) -> int:
        return int(self.document["seed"])

    def to_text(self, width: int = 100, *, colour: bool = False, quiet: bool = False) -> str:
        """What the program prints; ``quiet``: verdict and table alone."""
        try:
            return _core.table(self.text, width, colour, quiet)
        except _core.Fault as fault:
            raise error_of(*fault.args) from None

    def __repr__(self) -> str:
        return self.to_text(shutil.get_terminal_size((100, 24)).columns).rstrip("\n")

    def __getstate__(self) -> dict[str, Any]:
        return {"text": self.text}

    def __setstate__(self, state: dict[str, Any]) -> None:
        object.__setattr__(self, "text", state["text"])


class _Saved(Result):
    """A result that has a page and a folder of its own."""

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str:
        """The report as one HTML file; written where a path is given."""
        try:
            page = _core.page(self.text)
        except _core.Fault as fault:
            raise error_of(*fault.args) from None
        if path is not None:
            Path(path).write_text(page, encoding="utf-8")
        return page

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> list[Path]:
        """Writes the files of ``-o FOLDER``: JSON, CSV and report.html. Returns their paths."""
        try:
            return [Path(p) for p in _core.save(self.text, os.fspath(folder), force)]
        except _core.Fault as fault:
            raise error_of(*fault.args) from None


class Ranking(_Saved):
    """Teachers in their order. ``r["depth"]`` is one of them."""

    @cached_property
    def teachers(self) -> tuple[Teacher, ...]:
        return tuple(Teacher(t) for t in self.document["teachers"])

    @property
    def verdict(self) -> str:
        """That of the first teacher."""
        return self.teachers[0].verdict

    @property
    def controls(self) -> tuple[Teacher, ...]:
        return tuple(Teacher(t) for t in self.document.get("controls") or ())

    def __getitem__(self, name: str) -> Teacher:
        for teacher in self.teachers:
            if teacher.name == name:
                return teacher
        raise KeyError(f"there is no teacher {name!r}; there are {[t.name for t in self.teachers]}")

    def __iter__(self) -> Iterator[Teacher]:
        return iter(self.teachers)

    def __len__(self) -> int:
        return len(self.teachers)

    def to_csv(self) -> str:
        return _core.csv(self.text)

    def to_frame(self) -> Any:
        """A row a teacher, the columns of ranking.csv: a table of pandas, else of polars."""
        try:
            import pandas as pd
        except ImportError:
            pass
        else:
            return pd.read_csv(io.StringIO(self.to_csv()))
        try:
            import polars as pl
        except ImportError:
            raise usage("no-tables", "neither pandas nor polars is installed", "a table is one of theirs",
                        "Install one of them, or use .to_csv()") from None  # fmt: skip
        return pl.read_csv(io.BytesIO(self.to_csv().encode()))

    def _repr_html_(self) -> str:
        return _core.fragment(self.text, f"cch-{os.getpid()}-{next(_ids)}")

    def plot(self, ax: Any = None) -> Any:
        """Expected gains with 80 % intervals by matplotlib; returns the axes."""
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise usage("no-matplotlib", "matplotlib is not installed", "it draws the plot",
                        "Install it, or use .to_html()") from None  # fmt: skip
        if ax is None:
            ax = plt.subplots(figsize=(7, 0.8 + 0.5 * len(self)))[1]
        marks = {"distil": "o", "do_not_distil": "s", "inconclusive": "D"}
        gains = self.teachers[0].deciding is not None
        for i, teacher in enumerate(self.teachers):
            value = teacher.expected_gain if gains else teacher.margin
            if value.value is None:
                continue
            if value.interval is not None:
                ax.plot(value.interval, (i, i), color="0.4", lw=2)
            ax.plot(value.value, i, marks.get(teacher.verdict, "^"), color="C0")
        ax.axvline(0.0, color="0.2", lw=1)
        names = [f"{t.name} ({t.verdict.replace('_', ' ')})" for t in self.teachers]
        ax.set_yticks(range(len(self)), names)
        ax.invert_yaxis()
        first = self.teachers[0].deciding
        ax.set_xlabel(f"expected gain, {first.metric} (80 % interval)" if first else "margin, nats")
        return ax


class Check(_Saved):
    """Whether these data can decide the question."""

    @property
    def verdict(self) -> str:
        """feasible, with_caution or not_feasible."""
        return str(self.document["verdict"])

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self.document["reasons"])

    @property
    def minimal_margin(self) -> float | None:
        """The smallest margin that can be decided, nats."""
        value: float | None = self.document["minimal_margin_nats"]
        return value


class Estimate(Result):
    """One mutual information, nats."""

    @property
    def nats(self) -> float:
        return float(self.document["nats"])

    @property
    def standard_error(self) -> float | None:
        value: float | None = self.document["standard_error"]
        return value

    @property
    def interval(self) -> tuple[float, float] | None:
        return _ends(self.document["interval95"])

    @property
    def estimator(self) -> str:
        return str(self.document["estimator"])

    def __float__(self) -> float:
        return self.nats


class Solution(Result):
    """The closed form of one Gaussian model."""

    @property
    def margin(self) -> float | None:
        value: float | None = self.document["margin"]
        return value

    @property
    def cch_holds(self) -> bool | None:
        value: bool | None = self.document["cch_holds"]
        return value

    @property
    def lambda_star(self) -> float | None:
        value: float | None = self.document["lambda_star"]
        return value


def result_of(text: str) -> Result:
    """The result of a document by its schema."""
    schema = str(json.loads(text).get("schema", ""))
    kinds: dict[str, type[Result]] = {
        "cch.rank/2": Ranking,
        "cch.rank/1": Ranking,
        "cch.check/1": Check,
        "cch.estimate/1": Estimate,
        "cch.gaussian/1": Solution,
    }
    return kinds.get(schema, Result)(text)
