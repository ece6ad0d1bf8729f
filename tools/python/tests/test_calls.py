"""Errors, warnings, Ctrl-C, progress, threads, fork."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from typing import Any

import numpy as np
import pytest

import cch


def test_options_are_named_as_in_python(inputs: dict[str, Any]) -> None:
    with pytest.warns(cch.CchWarning, match=r"give ids=\{NAME: \.\.\.\} for") as caught:
        cch.rank(**inputs, quick=True)
    assert "row-order-unverified" in {w.message.code for w in caught}  # type: ignore[union-attr]
    assert all(w.filename == __file__ for w in caught)
    with pytest.raises(cch.UsageError) as refused:
        cch.rank(**inputs, scenario="more-labls")
    assert "Did you mean more-labels" in str(refused.value)
    with pytest.raises(cch.UsageError, match="lengths= has no use without pool="):
        cch.rank(**inputs, lengths=np.ones(300, dtype=int))


def test_unknown_arguments_and_names(inputs: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="scenari"):
        cch.rank(**inputs, scenari="same-rows")  # type: ignore[call-arg]
    with pytest.raises(cch.UsageError, match="by name"):
        cch.rank(student=inputs["student"], teachers=[inputs["student"]], labels=inputs["labels"])
    with pytest.raises(cch.UsageError, match="without '='"):
        cch.rank(student=inputs["student"], teachers={"a=b": inputs["student"]}, labels=inputs["labels"])
    with pytest.raises(cch.UsageError, match="one modality"):
        cch.rank(student={"a": 1, "b": 2}, teachers=inputs["teachers"], labels=inputs["labels"])


@pytest.mark.parametrize("name", ["a/b", "a:b", "depth + x", "tiefe ü", "a b", "-x", "memory"])
def test_any_other_name_of_a_teacher(rows: Any, name: str) -> None:
    with pytest.warns(cch.CchWarning):
        result = cch.rank(student=rows.x, teachers={name: rows.depth, "other": rows.noise}, labels=rows.y, quick=True)
    assert result[name].rank == 1


def test_sets_of_teachers(rows: Any) -> None:
    with pytest.warns(cch.CchWarning):
        result = cch.rank(student=rows.x, teachers={"a": rows.depth, "b": rows.noise}, labels=rows.y, quick=True,
                          teacher_sets=["a+b"])  # fmt: skip
    assert {t.name for t in result} == {"a", "b", "a+b"}


def test_data_errors_are_value_errors(inputs: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rows") as refused:
        cch.rank(**{**inputs, "labels": np.arange(7) % 2})
    assert isinstance(refused.value, cch.DataError)
    assert refused.value.code == "unequal-rows"
    assert refused.value.faults[0].action


def test_results_do_not_depend_on_threads(inputs: dict[str, Any], ranking: cch.Ranking) -> None:
    with pytest.warns(cch.CchWarning):
        one = cch.rank(**inputs, quick=True, threads=1)
    for mine, theirs in zip(one, ranking, strict=True):
        assert mine.document["margin"] == theirs.document["margin"]
        assert mine.document["chances"] == theirs.document["chances"]


def test_several_threads_of_python_at_once(inputs: dict[str, Any], ranking: cch.Ranking) -> None:
    found: list[Any] = []

    def work() -> None:
        found.append(cch.estimate(inputs["student"], inputs["labels"], y_kind="discrete").nats)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 4 and len(set(found)) == 1


def test_the_interpreter_goes_on_meanwhile(inputs: dict[str, Any]) -> None:
    ticks = 0
    over = threading.Event()

    def count() -> None:
        nonlocal ticks
        while not over.is_set():
            ticks += 1
            time.sleep(0.005)

    thread = threading.Thread(target=count)
    thread.start()
    start = time.monotonic()
    with pytest.warns(cch.CchWarning):
        cch.rank(**inputs, quick=True)
    seconds = time.monotonic() - start
    over.set()
    thread.join()
    assert ticks > 20 * seconds, (ticks, seconds)  # 200 a second where nothing holds the lock


def test_progress_is_told(inputs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, int, int]] = []
    with pytest.warns(cch.CchWarning):
        cch.rank(**inputs, budget="2s", progress=lambda *now: told.append(now))
    assert told and all(0 <= done <= total for _, done, total in told)
    capsys.readouterr()
    with pytest.warns(cch.CchWarning):
        cch.rank(**inputs, quick=True, progress=False)
    assert capsys.readouterr().err == ""


def test_a_bar_of_tqdm(inputs: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tqdm")
    with pytest.warns(cch.CchWarning):
        cch.rank(**inputs, budget="2s", progress=True)
    # Which of its steps are drawn depends on how long each takes.
    shown = capsys.readouterr().err
    assert any(f"{step}: " in shown for step in ("pilot", "prediction level", "information", "evidence"))


def test_an_error_of_a_callback_stops_the_work(inputs: dict[str, Any]) -> None:
    def refuse(*now: Any) -> None:
        raise LookupError("no")

    with pytest.raises(LookupError):
        cch.rank(**inputs, progress=refuse)


def test_ctrl_c_stops_within_a_second() -> None:
    code = (
        "import numpy as np, cch, signal, warnings\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # shells start jobs without it\n"
        "warnings.simplefilter('ignore')\n"
        "rng = np.random.default_rng(0)\n"
        "n = 4000; y = rng.integers(0, 4, n)\n"
        "x = rng.normal(size=(n, 40)) + y[:, None]; t = {str(i): x + rng.normal(size=(n, 40)) for i in range(3)}\n"
        "print('ready', flush=True)\n"
        "try: cch.rank(student=x, teachers=t, labels=y)\n"
        "except KeyboardInterrupt: print('stopped', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(2.0)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "stopped\n"
    seconds = time.monotonic() - start
    assert process.wait(10) == 0
    # A second of work, and as much again where other processes share the cores.
    assert seconds < 2.0, seconds


def test_a_fork_ranks(rows: Any, ranking: cch.Ranking) -> None:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(_nats, [(rows.x, rows.y)] * 2)
    assert found[0] == found[1] == _nats((rows.x, rows.y))


def _nats(arrays: tuple[Any, Any]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return cch.estimate(*arrays).nats


def test_conditional_information(rows: Any) -> None:
    with pytest.warns(cch.CchWarning):
        result = cch.estimate(rows.x, rows.noise, given=rows.depth, estimator="ksg-conditional")
    assert result.standard_error is None and abs(result.nats) < 0.2


def test_the_program_came_along(program: str) -> None:
    shown = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == f"cch {cch.__version__}"
    assert os.access(program, os.X_OK)


def test_every_code_of_the_package_is_explained(program: str) -> None:
    import re
    from pathlib import Path

    sources = [p.read_text() for p in Path(cch.__file__).parent.glob("*.py")]
    pattern = r'(?:usage|refused|_sparse|CchWarning)\(\s*"([a-z0-9-]+)"'
    codes = {code for text in sources for code in re.findall(pattern, text)}
    assert len(codes) > 20
    for code in sorted(codes):
        assert subprocess.run([program, "explain", code], capture_output=True, check=False).returncode == 0, code
