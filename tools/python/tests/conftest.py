"""Small planted rows on which a ranking takes a second."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

QUICK = {"quick": True}


def planted(n: int = 300, seed: int = 5) -> SimpleNamespace:
    """A student that knows a little, a teacher that knows more, and noise."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    signal = np.eye(3)[y]
    return SimpleNamespace(
        x=signal @ rng.normal(size=(3, 4)) + 2.0 * rng.normal(size=(n, 4)),
        depth=signal @ rng.normal(size=(3, 6)) + 0.8 * rng.normal(size=(n, 6)),
        noise=rng.normal(size=(n, 5)),
        y=y.astype(np.int64),
        groups=np.arange(n) // 2,
    )


@pytest.fixture(scope="session")
def rows() -> SimpleNamespace:
    return planted()


@pytest.fixture(scope="session")
def inputs(rows: SimpleNamespace) -> dict[str, object]:
    return {"student": rows.x, "teachers": {"depth": rows.depth, "noise": rows.noise}, "labels": rows.y}


@pytest.fixture(scope="session")
def ranking(inputs: dict[str, object]) -> object:
    import cch

    with pytest.warns(cch.CchWarning):
        return cch.rank(**inputs, quick=True)


@pytest.fixture(scope="session")
def program() -> str:
    """The program that came with the package."""
    beside = Path(sys.executable).parent / "cch"
    return str(beside) if beside.exists() else str(shutil.which("cch"))


@pytest.fixture(scope="session")
def data() -> Path:
    """Real data sets, as in the tests of the library."""
    return Path(os.environ.get("CCH_TEST_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
