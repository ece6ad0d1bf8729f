"""What users call. Arguments are those of the program, by the names of its study files."""

from __future__ import annotations

import inspect as inspect_module
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cch import _core
from cch._call import Answer, Arguments, Progress, run, tell
from cch._errors import UsageError, error_of, usage
from cch._inputs import Held, held, index_texts
from cch._results import Check, Estimate, Ranking, Result, result_of

Data = Any  # an array, a tensor, a table, cch.Array, or the path of a file that the program reads


class _Rows:
    """The inputs of a ranking: arrays are held, paths go through as they are."""

    def __init__(self, arguments: Arguments):
        self.arguments = arguments
        self.ids: dict[str, Any] = {}  # by the name of the input
        self.names: list[str] = []  # of inputs that need identifiers if one has them

    def source(self, value: Data, where: str, name: str, *, features: bool = True) -> str:
        """The text of an input; its index is kept as identifiers."""
        if isinstance(value, (str, os.PathLike)):
            return os.fspath(value)
        array = held(value, where, features=features)
        if array.ids is not None:
            self.ids[name] = array.ids
        return self.arguments.hold(name, array, where)

    def modality(self, option: str, value: Data, where: str, name: str | None) -> None:
        """A file without a name of its own has that which the program gives it."""
        if name is None and isinstance(value, (str, os.PathLike)):
            self.names.append(Path(value).stem)
            self.arguments.option(option, os.fspath(value))
            return
        name = name or option
        _check_name(name)
        self.names.append(name)
        self.arguments.option(option, f"{name}={self.source(value, where, name)}")

    def column(self, option: str, value: Data | None, name: str) -> None:
        if value is None:
            return
        self.names.append(name)
        self.arguments.option(option, self.source(value, name, name, features=False))

    def identifiers(self, ids: Data | None) -> None:
        """Those that were given, else those of the tables, else the order of rows."""
        if ids is None:
            given = self._of_tables()
        elif isinstance(ids, Mapping):
            given = dict(ids)
        else:
            given = {name: ids for name in self.names}
        for name, value in given.items():
            if isinstance(value, (str, os.PathLike)):
                text = os.fspath(value)
            else:
                text = self.arguments.hold(f"ids of {name}", index_texts(value, f"ids of {name}"), f"ids of {name}")
            self.arguments.option("ids", f"{name}={text}")

    def _of_tables(self) -> dict[str, Any]:
        """The indexes, unless they all agree and other inputs have none: then the order says as much."""
        given = self.ids
        if not given or len(given) == len(self.names):
            return given
        first = index_texts(next(iter(given.values())), "index")
        same = all(_equal(index_texts(v, "index"), first) for v in given.values())
        return {} if same else given


def _equal(a: Held, b: Held) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.values is None or b.values is None:
        return a.texts == b.texts
    return bool((a.values == b.values).all())


def _check_name(name: str) -> None:
    if not name or "=" in name:
        raise usage("bad-name", f"{name!r} cannot be the name of an input", "its table of verdicts names it",
                    "Use a name without '='")  # fmt: skip


def _named_file(value: Data) -> tuple[str | None, Data]:
    """NAME=PATH of a command line, as study files have it."""
    if isinstance(value, str) and "=" in value and not Path(value).exists():
        name, _, path = value.partition("=")
        return name, path
    return None, value


def _student(value: Data) -> tuple[str | None, Data]:
    """{"video": x} names its student; an array is called "student"."""
    if isinstance(value, Mapping) and not hasattr(value, "columns"):
        if len(value) != 1:
            raise usage("one-student", f"student has {len(value)} entries", "one modality must work alone",
                        "Give {NAME: array} with one entry")  # fmt: skip
        name, array = next(iter(value.items()))
        return str(name), array
    return _named_file(value)


_Named = tuple[str | None, Data]


def _modalities(student: Data, teachers: Data) -> tuple[_Named, list[_Named]]:
    """Of arrays, of files, or of a MuData whose modalities are the teachers but for the student's."""
    if hasattr(teachers, "mod") and isinstance(student, str):
        mods = dict(teachers.mod)
        if student not in mods:
            raise usage("unknown-name", f"there is no modality {student!r}", f"there are {sorted(mods)}",
                        "Name one of them")  # fmt: skip
        own = mods.pop(student)
        return (student, own), [(str(k), v) for k, v in mods.items()]
    if isinstance(teachers, Mapping) and not hasattr(teachers, "columns"):
        return _student(student), [(str(k), v) for k, v in teachers.items()]
    if isinstance(teachers, (list, tuple)) and all(isinstance(t, (str, os.PathLike)) for t in teachers):
        return _student(student), [_named_file(t) for t in teachers]
    raise usage("teachers-by-name", "teachers are given by name", "their verdicts are told apart by it",
                "Write teachers={'depth': array, ...}")  # fmt: skip


def _take_rows(rows: _Rows, student: Data, teachers: Data, labels: Data, groups: Data | None, ids: Data | None,
               teacher_sets: Sequence[str], more: Mapping[str, Data | None]) -> None:  # fmt: skip
    (name, own), others = _modalities(student, teachers)
    rows.modality("student", own, "student", name)
    for teacher, value in others:
        rows.modality("teacher", value, f"teachers[{teacher!r}]", teacher)
    for combined in teacher_sets:
        rows.arguments.option("teacher", combined)
    rows.column("labels", labels, "labels")
    if isinstance(groups, str) and groups == "none":
        rows.arguments.option("groups", groups)
    else:
        rows.column("groups", groups, "groups")
    rows.column("split", more.get("split"), "split")
    rows.identifiers(ids)
    if more.get("lengths") is not None:
        rows.arguments.option("lengths", rows.source(more["lengths"], "lengths", "lengths", features=False))


def _options(arguments: Arguments, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if isinstance(value, Mapping):  # one a teacher
            value = [f"{k}={_word(v)}" for k, v in value.items()]
        arguments.option(key.rstrip("_").replace("_", "-"), _word(value) if key in _YES_NO else value)


_YES_NO = {"teacher_saw_rows"}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value


def _said(text: str) -> set[str]:
    return set(_core.said_warnings(text))


def rank(
    *,
    student: Data,
    teachers: Any,
    labels: Data,
    groups: Data | None = None,
    ids: Data | None = None,
    scenario: str | None = None,
    metric: str | None = None,
    worthwhile: float | None = None,
    student_model: str | Sequence[str] | None = None,
    teacher_model: str | None = None,
    teacher_kind: str | Mapping[str, str] | None = None,
    teacher_saw_rows: bool | Mapping[str, bool] | None = None,
    teacher_sets: Sequence[str] = (),
    y_kind: str | None = None,
    unlabelled: str | float | None = None,
    labelled: int | None = None,
    extra_teachers: Mapping[str, Data] | None = None,
    extra_labels: Data | None = None,
    split: Data | None = None,
    split_train: str | None = None,
    first_rows: int | None = None,
    pool: str | None = None,
    lengths: Data | None = None,
    decide_by: str | None = None,
    risk: float | None = None,
    lambda_: float | str | None = None,
    estimator: str | Sequence[str] | None = None,
    scale: str | None = None,
    k: int | None = None,
    exact: bool | None = None,
    permutations: int | None = None,
    controls: bool | None = None,
    per_class: bool | None = None,
    best_set: bool | None = None,
    budget: str | None = None,
    quick: bool | None = None,
    full: bool | None = None,
    planted_bias: bool | None = None,
    sensitivity: bool | None = None,
    device: str | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = None,
) -> Ranking:
    """Ranks teachers for a student, as ``cch rank`` does (``cch rank --help`` has every option).

    student: N x D features of the modality that must work alone, or {NAME: features}.
    teachers: {NAME: features} of the candidates; of a MuData all modalities but ``student``.
    labels: N classes (integers, texts, booleans) or real values.
    groups: which rows belong together (speaker, patient, image), or "none".
    ids: identifiers of rows: one array for all inputs, or {NAME: array} to match rows of each;
         without them an index of pandas, else the order of rows.
    progress: True, False, None (where somebody looks) or f(phase, done, total).

    Every input may be an array, a CPU or CUDA tensor, a table, an AnnData or the path of a file.
    Raises DataError, UsageError or RunError; Ctrl-C stops it. Results depend on ``seed`` and never
    on ``threads``.
    """
    given = dict(locals())
    return rank_with(None, 3, **given)


Student = tuple[str, int, Answer]  # name, repeats, what fits it


def rank_with(own: Student | None, level: int, *, student: Data, teachers: Any, labels: Data,
              groups: Data | None = None, ids: Data | None = None, teacher_sets: Sequence[str] = (),
              split: Data | None = None, lengths: Data | None = None,
              extra_teachers: Mapping[str, Data] | None = None, extra_labels: Data | None = None,
              progress: Progress = None, **options: Any) -> Ranking:  # fmt: skip
    """``rank`` with a student of Python that decides, if there is one. ``level``: frames up to the user."""
    unknown = set(options) - set(inspect_module.signature(rank).parameters)
    if unknown:
        raise TypeError(f"unknown arguments {sorted(unknown)}; rank has {sorted(inspect_module.signature(rank).parameters)}")
    arguments = Arguments("rank", "--json")
    if own is not None:
        arguments.call.student(own[0], own[1])
    rows = _Rows(arguments)
    _take_rows(rows, student, teachers, labels, groups, ids, teacher_sets, {"split": split, "lengths": lengths})
    for name, value in (extra_teachers or {}).items():
        text = rows.source(value, f"extra_teachers[{name!r}]", f"extra {name}")
        arguments.option("extra-teacher", f"{name}={text}")
    if extra_labels is not None:
        arguments.option("extra-labels", rows.source(extra_labels, "extra_labels", "extra labels", features=False))
    _options(arguments, {"seed": 1, **options})
    text = run(arguments, progress, own[2] if own else None)
    result = Ranking(text)
    tell(result.document, _said(text), level)
    return result


def check(
    *,
    student: Data | None = None,
    teachers: Any = None,
    labels: Data | None = None,
    groups: Data | int | None = None,
    ids: Data | None = None,
    n: int | None = None,
    dim_student: int | None = None,
    dim_teacher: int | Sequence[int] | None = None,
    classes: int | None = None,
    icc: float | None = None,
    margin: float | None = None,
    power: float | None = None,
    wrong: float | None = None,
    draws: int | None = None,
    y_kind: str | None = None,
    unlabelled: str | float | None = None,
    first_rows: int | None = None,
    split: Data | None = None,
    pool: str | None = None,
    lengths: Data | None = None,
    estimator: str | Sequence[str] | None = None,
    scale: str | None = None,
    k: int | None = None,
    curved: bool | None = None,
    sizes: bool | None = None,
    consistency: bool | None = None,
    laws: bool | None = None,
    cost: bool | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = None,
) -> Check:
    """Whether these data can decide the question at all, as ``cch check`` does: the inputs of
    ``rank``, or ``n``, ``dim_student``, ``dim_teacher``, ``classes`` and ``groups`` (numbers) alone."""
    arguments = Arguments("check", "--json")
    given: dict[str, Any] = {}
    if student is not None:
        if teachers is None or labels is None:
            raise usage("bad-arguments", "teachers and labels are missing", "a check needs what a ranking does",
                        "Give them, or n, dim_student, dim_teacher and classes alone")  # fmt: skip
        _take_rows(_Rows(arguments), student, teachers, labels, groups, ids, (), {"split": split, "lengths": lengths})
    else:
        given["groups"] = groups
    given |= dict(
        n=n, dim_student=dim_student, dim_teacher=_several(dim_teacher), classes=classes, icc=icc, margin=margin,
        power=power, wrong=wrong, draws=draws, y_kind=y_kind, unlabelled=unlabelled, first_rows=first_rows, pool=pool,
        estimator=estimator, scale=scale, k=k, curved=curved, sizes=sizes, consistency=consistency, laws=laws,
        cost=cost, seed=seed, threads=threads,
    )  # fmt: skip
    _options(arguments, given)
    result = Check(run(arguments, progress))
    tell(result.document, None, 2)
    return result


def _several(value: int | Sequence[int] | None) -> list[int] | None:
    return None if value is None else [value] if isinstance(value, int) else list(value)


def estimate(
    x: Data,
    y: Data,
    *,
    given: Data | None = None,
    groups: Data | None = None,
    estimator: str = "auto",
    y_kind: str | None = None,
    scale: str | None = None,
    k: int | None = None,
    exact: bool | None = None,
    first_rows: int | None = None,
    pool: str | None = None,
    lengths: Data | None = None,
    device: str | None = None,
    seed: int = 1,
    threads: int | None = None,
    progress: Progress = None,
) -> Estimate:
    """I(X;Y) in nats, or I(X;Y|Z) with ``given`` and ``estimator="ksg-conditional"``, as
    ``cch estimate`` does. Rows are matched by their order."""
    arguments = Arguments("estimate", "--json")
    rows = _Rows(arguments)
    sources = [rows.source(x, "x", "x", features=estimator != "discrete"), rows.source(y, "y", "y", features=False)]
    for name, value in (("given", given), ("groups", groups), ("lengths", lengths)):
        if value is not None:
            plain = isinstance(value, str) and value == "none"
            arguments.option(name, value if plain else rows.source(value, name, name, features=name == "given"))
    _options(arguments, dict(estimator=estimator, y_kind=y_kind, scale=scale, k=k, exact=exact, first_rows=first_rows,
                             pool=pool, device=device, seed=seed, threads=threads))  # fmt: skip
    arguments.words += ["--", *sources]
    result = Estimate(run(arguments, progress))
    tell(result.document, None, 2)
    return result


def inspect(*files: str | os.PathLike[str]) -> dict[str, Any]:
    """Arrays, shapes, types and faults of files, as ``cch inspect --json`` prints them."""
    arguments = Arguments("inspect", "--json", "--", *(os.fspath(f) for f in files))
    out: dict[str, Any] = json.loads(run(arguments, False))
    return out


def load(folder: str | os.PathLike[str]) -> Result:
    """The result that ``save`` or ``cch ... -o FOLDER`` wrote."""
    path = Path(folder)
    for name in ("rank.json", "check.json", "sweep.json", "compare.json", "study.json"):
        if (path / name).is_file():
            text = (path / name).read_text(encoding="utf-8")
            try:
                result = result_of(text)
                if isinstance(result, (Ranking, Check)):
                    result.to_text()  # refuses what is damaged
            except json.JSONDecodeError as error:
                raise error_of("data", [("result-damaged", f"{name} is no JSON", f"{path / name}, {error}",
                                         "it was cut short or changed", "Write it again")]) from None  # fmt: skip
            return result
    raise error_of("data", [("result-missing", "there is no result of cch", str(path),
                             "no rank.json or check.json lies there", "Give a folder that save() has written")])  # fmt: skip


def read_study(file: str | os.PathLike[str]) -> dict[str, Any]:
    """The arguments of ``rank`` (or ``check``) that a study file of ``cch rank`` stands for:
    ``cch.rank(**cch.read_study("study.toml"))``. Paths are relative to the file."""
    path = Path(file)
    try:
        study = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage("config-missing", f"there is no study {path}", "", "Check the path") from None
    except tomllib.TOMLDecodeError as error:
        raise usage("config-syntax", f"{path} is not TOML: {error}", "", "Mend the file") from None
    out: dict[str, Any] = {}
    for key, value in study.items():
        name = _STUDY_NAMES.get(key, key.replace("-", "_"))
        if isinstance(value, dict):
            raise _other_study(path, key)
        out[name] = _placed(key, value, path.parent)
    if "teachers" in out:
        out["teachers"] = _named(out["teachers"])
    for name in ("extra_teachers", "ids"):
        if name in out:
            out[name] = _named(out[name])
    return out


_STUDY_NAMES = {"teacher": "teachers", "extra-teacher": "extra_teachers", "lambda": "lambda_"}
_SOURCES = {"student", "teacher", "labels", "groups", "ids", "extra-teacher", "extra-labels", "split", "lengths"}


def _other_study(path: Path, key: str) -> UsageError:
    return usage("config-type", f"{path} has a table [{key}], so it is a study of another command", "",
                 "Run it with the program: cch train, cch gaussian")  # fmt: skip


def _placed(key: str, value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_placed(key, v, folder) for v in value]
    if key not in _SOURCES or not isinstance(value, str) or value == "none":
        return value
    name, equals, source = value.rpartition("=")
    plain = source.split(":")[0]
    if (folder / source).exists() or (folder / plain).exists():
        return f"{name}{equals}{folder / source}"
    return value


def _named(values: Any) -> Any:
    """{NAME: PATH} of a list of NAME=PATH; other lists stay."""
    if isinstance(values, str):
        values = [values]
    if all("=" in v for v in values):
        return {v.split("=", 1)[0]: v.split("=", 1)[1] for v in values}
    return values
