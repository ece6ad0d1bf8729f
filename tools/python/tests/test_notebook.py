"""The notebook of docs/ runs, in a kernel where there is one, else cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[3] / "docs" / "notebook.ipynb"


def in_a_kernel(folder: Path) -> list[Any]:
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def test_the_notebook_in_a_kernel(tmp_path: Path) -> None:
    if not NOTEBOOK.exists():
        pytest.skip("docs/notebook.ipynb is not there (a source distribution)")
    pytest.importorskip("sklearn")
    pytest.importorskip("pandas")
    outputs = in_a_kernel(tmp_path)
    pages = [o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})]
    rankings = [page for page in pages if "middle" in page and "<svg" in page]
    assert rankings, "the ranking does not show itself as table and picture"
    assert all("<script" not in page for page in rankings)
    assert (tmp_path / "ranking" / "report.html").exists()


def test_the_notebook_is_stored_without_outputs() -> None:
    if not NOTEBOOK.exists():
        pytest.skip("docs/notebook.ipynb is not there (a source distribution)")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code and not any(cell["outputs"] for cell in code)
