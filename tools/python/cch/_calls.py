"""What users call. Arguments are those of the program, by the names of its study files."""

from __future__ import annotations

import inspect as inspect_module
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cch import _core, _networks
from cch._call import Answer, Arguments, Progress, run, tell
from cch._errors import error_of, usage
from cch._inputs import held
from cch._results import Check, Estimate, Ranking, Result, result_of
from cch._rows import Data, Rows, modalities, take_rows, with_options


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
    pixels: int | None = None,
    channels: str | None = None,
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
    labels: N classes (integers, texts, booleans) or real values; of an AnnData or MuData also the name of a
         column of ``obs``, as ``groups`` and ``split``.
    groups: which rows belong together (speaker, patient, image), or "none".
    ids: identifiers of rows: one array for all inputs, or {NAME: array} to match rows of each;
         without them an index of pandas, else the order of rows.
    pixels: inputs are images (N x C x H x W, labels N x H x W), of which so many pixels are rows.
    student_model: "linear", "mlp[:W,W]" or "cnn[:C,C]", or several, of which the first decides. A cnn
         is trained by the installed PyTorch.
    progress: True, False, None (where somebody looks) or f(phase, done, total).

    Every input may be an array, a CPU or CUDA tensor, a table, an AnnData or the path of a file.
    Raises DataError, UsageError or RunError; Ctrl-C stops it. Results depend on ``seed`` and never
    on ``threads``.
    """
    given = dict(locals())
    return rank_with(None, 3, **given)


Student = tuple[str, int, bool, Answer]  # name, repeats, whether it is convolutional, what fits it


def rank_with(own: Student | None, level: int, *, student: Data, teachers: Any, labels: Data,
              groups: Data | None = None, ids: Data | None = None, teacher_sets: Sequence[str] = (),
              split: Data | None = None, lengths: Data | None = None,
              extra_teachers: Mapping[str, Data] | None = None, extra_labels: Data | None = None,
              progress: Progress = None, **options: Any) -> Ranking:  # fmt: skip
    """``rank`` with a student of Python that decides, if there is one. ``level``: frames up to the user."""
    own, missing = _with_network(own, student, teachers, options)
    unknown = set(options) - set(inspect_module.signature(rank).parameters)
    if unknown:
        raise TypeError(f"unknown arguments {sorted(unknown)}; rank has {sorted(inspect_module.signature(rank).parameters)}")
    arguments = Arguments("rank", "--json")
    if own is not None:
        arguments.call.student(*own[:3])
    rows = Rows(arguments)
    take_rows(rows, student, teachers, labels, groups, ids, teacher_sets, {"split": split, "lengths": lengths})
    for name, value in (extra_teachers or {}).items():
        text = rows.source(value, f"extra_teachers[{name!r}]", f"extra {name}")
        arguments.option("extra-teacher", f"{name}={text}")
    if extra_labels is not None:
        arguments.option("extra-labels", rows.source(extra_labels, "extra_labels", "extra labels", features=False))
    with_options(arguments, {"seed": 1, **options})
    text = run(arguments, progress, own[3] if own else None)
    result = Ranking(_with_warning(text, *missing) if missing else text)
    tell(result.document, _said(result.text), level)
    return result


def _with_network(own: Student | None, student: Data, teachers: Any,
                      options: dict[str, Any]) -> tuple[Student | None, tuple[str, str] | None]:  # fmt: skip
    """A convolutional student by the installed PyTorch, which decides; or what to say where there is none."""
    asked = options.get("student_model")
    models = [asked] if isinstance(asked, str) else list(asked or ())
    convolutional = [m for m in models if _networks.is_convolutional(m)]
    if not convolutional or options.get("quick"):
        return own, None
    options["student_model"] = [m for m in models if m not in convolutional] or None
    if not _networks.installed():
        return own, ("network-pilots-missing",
                     f"there are no pilots of {', '.join(convolutional)}: PyTorch is not installed (pip install torch); "
                     f"chances are about {', '.join(options['student_model'] or ['linear and mlp'])} students")  # fmt: skip
    if own is not None or len(convolutional) > 1 or models[0] != convolutional[0]:
        raise usage("bad-arguments", f"student_model has {', '.join(models)}",
                    "one student is trained by Python, and it decides", "Name one cnn, as the first")  # fmt: skip
    value = modalities(student, teachers)[0][1]
    network = _networks.convolutional(models[0], _shape(value), int(options.get("seed") or 1))
    return (network.name, 1, True, network.student()), None


def _shape(value: Data) -> tuple[int, ...]:
    if isinstance(value, (str, os.PathLike)):
        arrays = inspect(value)["files"][0]["arrays"]
        return tuple(arrays[0]["shape"]) if arrays else ()
    return held(value, "student", features=True).shape


def _with_warning(text: str, code: str, message: str) -> str:
    """The document with one more warning, its first."""
    document = json.loads(text)
    document["warnings"] = [{"code": code, "message": message}, *(document.get("warnings") or [])]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


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
    labelled: int | None = None,
    first_rows: int | None = None,
    split: Data | None = None,
    split_train: str | None = None,
    teacher_kind: str | Mapping[str, str] | None = None,
    teacher_saw_rows: bool | Mapping[str, bool] | None = None,
    pool: str | None = None,
    lengths: Data | None = None,
    estimator: str | Sequence[str] | None = None,
    scale: str | None = None,
    k: int | None = None,
    exact: bool | None = None,
    curved: bool | None = None,
    sizes: bool | None = None,
    consistency: bool | None = None,
    laws: bool | None = None,
    cost: bool | None = None,
    device: str | None = None,
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
        take_rows(Rows(arguments), student, teachers, labels, groups, ids, (), {"split": split, "lengths": lengths})
    else:
        given["groups"] = groups
    given |= dict(
        n=n, dim_student=dim_student, dim_teacher=_several(dim_teacher), classes=classes, icc=icc, margin=margin,
        power=power, wrong=wrong, draws=draws, y_kind=y_kind, unlabelled=unlabelled, labelled=labelled,
        first_rows=first_rows, split_train=split_train, teacher_kind=teacher_kind, teacher_saw_rows=teacher_saw_rows,
        pool=pool, estimator=estimator, scale=scale, k=k, exact=exact, device=device, curved=curved, sizes=sizes,
        consistency=consistency, laws=laws, cost=cost, seed=seed, threads=threads,
    )  # fmt: skip
    with_options(arguments, given)
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
    rows = Rows(arguments)
    sources = [rows.source(x, "x", "x", features=estimator != "discrete"), rows.source(y, "y", "y", features=False)]
    for name, value in (("given", given), ("groups", groups), ("lengths", lengths)):
        if value is not None:
            plain = isinstance(value, str) and value == "none"
            arguments.option(name, value if plain else rows.source(value, name, name, features=name == "given"))
    with_options(arguments, dict(estimator=estimator, y_kind=y_kind, scale=scale, k=k, exact=exact, first_rows=first_rows,
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
