"""One command of the program with arrays in memory."""

from __future__ import annotations

import contextlib
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from cch import _core
from cch._errors import CchWarning, error_of, in_python
from cch._inputs import Held

Progress = bool | Callable[[str, int, int], object] | None

_POLL = 0.1  # seconds between two looks at signals and progress
_QUIET = 2.0  # seconds before a bar appears by itself


# Flags that are on unless they are turned off.
_ON = {"planted-bias", "sensitivity", "curved", "sizes", "consistency", "cost"}


class Arguments:
    """Arguments of the command line, and the arrays that some of them stand for."""

    def __init__(self, *words: str):
        self.words = list(words)
        self.call = _core.Call()
        self._names: dict[str, int] = {}

    def hold(self, name: str, array: Held, where: str) -> str:
        """The text that stands for the array; ``name`` is what documents say of it."""
        text = f"memory:{name}"
        count = self._names[text] = self._names.get(text, 0) + 1
        if count > 1:
            text = f"{text} {count}"
        where = f"argument {where}"
        if array.dtype == "text":
            self.call.hold_texts(text, where, list(array.texts), list(array.shape))
        else:
            self.call.hold(text, where, array.values, array.dtype, list(array.shape), array.fortran)
        return text

    def option(self, name: str, value: Any) -> None:
        """Nothing of None; a flag of a truth; one word a value else."""
        if value is None:
            return
        if isinstance(value, bool):
            if value or name in _ON:
                self.words.append(f"--{name}" if value else f"--no-{name}")
        elif isinstance(value, (list, tuple)):
            for one in value:
                self.option(name, one)
        else:
            self.words.append(f"--{name}={value}")


Answer = Callable[[Any, list[int], Any, bool, Any], Any]  # (x, y, targets, taught, all) -> outputs of all


def run(arguments: Arguments, progress: Progress = None, answer: Answer | None = None) -> str:
    """What the command wrote. Raises what the library refuses; Ctrl-C stops it. ``answer`` fits a
    student of Python, in this thread."""
    call = arguments.call
    try:
        call.start(arguments.words)
        with shown(progress) as show:
            while not call.wait(_POLL):
                if answer is not None and (fit := call.asked()):
                    call.answer(answer(*fit))
                if now := call.progress():
                    show(*now)
    except BaseException:
        call.stop()
        while not call.wait(_POLL):
            pass
        raise
    try:
        return call.output()
    except _core.Fault as fault:
        raise error_of(*fault.args) from None


def tell(document: dict[str, Any], said: set[str] | None, level: int) -> None:
    """Warnings of a document; ``said`` are the messages that the report shows as warnings."""
    for entry in document.get("warnings") or []:
        if said is None or entry["message"] in said:
            warnings.warn(CchWarning(entry["code"], in_python(entry["message"])), stacklevel=level + 1)


@contextlib.contextmanager
def shown(progress: Progress) -> Iterator[Callable[[str, int, int], object]]:
    if callable(progress):
        yield progress
        return
    wanted = progress if progress is not None else _watched()
    if not wanted:
        yield lambda phase, done, total: None
        return
    bar = _Bar(0.0 if progress else _QUIET)
    try:
        yield bar.show
    finally:
        bar.close()


def _watched() -> bool:
    """Whether somebody looks: a terminal, or a notebook."""
    return "ipykernel" in sys.modules or sys.stderr.isatty()


class _Bar:
    """tqdm's bar where it is installed, else one line of a terminal."""

    def __init__(self, pause: float):
        self._from = time.monotonic() + pause
        self._bar: Any = None
        self._phase = ""
        self._drawn = False

    def show(self, phase: str, done: int, total: int) -> None:
        if time.monotonic() < self._from:
            return
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self._line(phase, done, total)
            return
        if self._bar is None or phase != self._phase:
            self._finish()
            self._bar = tqdm(desc=phase, total=total, leave=False)
            self._phase = phase
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def _line(self, phase: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{phase} {done}/{total}")
            sys.stderr.flush()
            self._drawn = True

    def _finish(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def close(self) -> None:
        self._finish()
        if self._drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
