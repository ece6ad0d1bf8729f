"""Study files of the program as arguments."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from cch._errors import UsageError, usage


def read_study(file: str | os.PathLike[str]) -> dict[str, Any]:
    """The arguments of ``rank`` (or ``check``) that a study file of ``cch rank`` stands for:
    ``cch.rank(**cch.read_study("study.toml"))``. Paths are relative to the file. Where results go
    (``out``, ``html``, ``fail-on``) is left out: that is for ``save`` and ``to_html``."""
    path = Path(file)
    try:
        study = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage("config-missing", f"there is no study {path}", "", "Check the path") from None
    except tomllib.TOMLDecodeError as error:
        raise usage("config-syntax", f"{path} is not TOML: {error}", "", "Mend the file") from None
    out: dict[str, Any] = {}
    for key, value in study.items():
        if key in _OF_THE_PROGRAM:
            continue
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
_OF_THE_PROGRAM = {"out", "html", "fail-on"}
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
