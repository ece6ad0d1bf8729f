"""Errors and warnings, as the program words them, with options in the words of Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: what, where, why it matters, and one way out."""

    code: str
    problem: str
    where: str = ""
    why: str = ""
    action: str = ""

    def __str__(self) -> str:
        aside = "; ".join(part for part in (self.where, self.why) if part)
        text = self.problem + (f" ({aside})" if aside else "")
        return f"{text}. {self.action}" if self.action else text


class CchError(Exception):
    """What every error of this package is. ``code`` is that of the first of its ``faults``."""

    def __init__(self, faults: Sequence[Fault]):
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{fault} [{fault.code}]" for fault in self.faults))

    @property
    def code(self) -> str:
        return self.faults[0].code if self.faults else ""

    def __reduce__(self) -> tuple[type[CchError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class DataError(CchError, ValueError):
    """Input data are refused."""


class UsageError(CchError, ValueError):
    """A call, an option or a combination of them has no meaning."""


class RunError(CchError, RuntimeError):
    """A computation or an output failed."""


class CchWarning(UserWarning):
    """Something that the reader of a result must know; ``code`` is explained by ``cch explain``."""

    def __init__(self, code: str, message: str):
        self.code = code
        self.message = message
        super().__init__(f"{message} [{code}]")

    def __reduce__(self) -> tuple[type[CchWarning], tuple[str, str]]:
        return type(self), (self.code, self.message)


_RENAMED = {
    "lambda": "lambda_",
    "extra-teacher": "extra_teachers",
    "teacher": "teachers",
}
_WHOLE = (("--ids NAME=PATH", "ids={NAME: ...}"), ("--ids", "ids="))


def in_python(text: str) -> str:
    """Options of the command line as the arguments that they are here."""
    for old, new in _WHOLE:
        text = text.replace(old, new)
    text = re.sub(r"--no-([a-z][a-z-]*)", lambda m: _name(m[1]) + "=False", text)
    return re.sub(r"--([a-z][a-z-]*)", lambda m: _name(m[1]) + "=", text)


def _name(option: str) -> str:
    return _RENAMED.get(option, option.replace("-", "_"))


_KINDS: dict[str, type[CchError]] = {"data": DataError, "usage": UsageError, "run": RunError}


def error_of(kind: str, parts: Iterable[tuple[str, str, str, str, str]]) -> CchError:
    """The error that the library threw."""
    faults = [
        Fault(code, *(in_python(text) for text in texts))
        for code, *texts in parts
    ]
    return _KINDS.get(kind, RunError)(faults)


def usage(code: str, problem: str, why: str = "", action: str = "") -> UsageError:
    return UsageError([Fault(code, problem, "", why, action)])


def refused(code: str, problem: str, where: str = "", why: str = "", action: str = "") -> DataError:
    return DataError([Fault(code, problem, where, why, action)])
