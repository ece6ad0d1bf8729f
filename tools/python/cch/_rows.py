"""The inputs of a ranking, as words of its command line: arrays are held, paths go through as they are."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cch._call import Arguments
from cch._errors import usage
from cch._inputs import Held, held, index_texts

Data = Any  # an array, a tensor, a table, cch.Array, or the path of a file that the program reads


class Rows:
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


def modalities(student: Data, teachers: Data) -> tuple[_Named, list[_Named]]:
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


def _observed(value: Data, *annotated: Data) -> Data:
    """The column of that name in `obs` of the first MuData or AnnData that has one; else the value itself."""
    if isinstance(value, str):
        for of in annotated:
            obs = getattr(of, "obs", None)
            if obs is not None and value in obs.columns:
                return obs[value]
    return value


def take_rows(rows: Rows, student: Data, teachers: Data, labels: Data, groups: Data | None, ids: Data | None,
               teacher_sets: Sequence[str], more: Mapping[str, Data | None]) -> None:  # fmt: skip
    (name, own), others = modalities(student, teachers)
    rows.modality("student", own, "student", name)
    for teacher, value in others:
        rows.modality("teacher", value, f"teachers[{teacher!r}]", teacher)
    for combined in teacher_sets:
        rows.arguments.option("teacher", combined)
    labels, groups, split = (_observed(v, teachers, own) for v in (labels, groups, more.get("split")))
    rows.column("labels", labels, "labels")
    if isinstance(groups, str) and groups == "none":
        rows.arguments.option("groups", groups)
    else:
        rows.column("groups", groups, "groups")
    rows.column("split", split, "split")
    rows.identifiers(ids)
    if more.get("lengths") is not None:
        rows.arguments.option("lengths", rows.source(more["lengths"], "lengths", "lengths", features=False))


def with_options(arguments: Arguments, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        if isinstance(value, Mapping):  # one a teacher
            value = [f"{k}={_word(v)}" for k, v in value.items()]
        arguments.option(key.rstrip("_").replace("_", "-"), _word(value) if key in _YES_NO else value)


_YES_NO = {"teacher_saw_rows"}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value
