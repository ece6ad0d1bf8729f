"""docs/python.md shows what the package shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def test_the_page() -> None:
    script = Path(__file__).resolve().parent / "page.py"
    if not (script.parents[3] / "docs" / "python.md").exists():
        pytest.skip("docs/python.md is not there (a source distribution)")
    pytest.importorskip("pandas")
    pytest.importorskip("sklearn")
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
