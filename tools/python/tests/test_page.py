"""docs/python.md shows what the package shows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import cch


def test_the_page() -> None:
    script = Path(__file__).resolve().parent / "page.py"
    if not (script.parents[3] / "docs" / "python.md").exists():
        pytest.skip("docs/python.md is not there (a source distribution)")
    pytest.importorskip("pandas")
    pytest.importorskip("sklearn")
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_citation_has_the_version() -> None:
    citation = Path(__file__).resolve().parents[3] / "CITATION.cff"
    if not citation.exists():
        pytest.skip("CITATION.cff is not there (a source distribution)")
    assert f"\nversion: {cch.__version__}\n" in citation.read_text(encoding="utf-8")
