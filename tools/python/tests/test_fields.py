"""The examples of docs/python.md that need mudata or PyTorch, run as they stand there."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cch
from conftest import planted

PAGE = Path(__file__).resolve().parents[3] / "docs" / "python.md"


def example(beginning: str) -> str:
    if not PAGE.exists():
        pytest.skip("docs/python.md is not there (a source distribution)")
    found = re.search(rf"\*\*{beginning}.*?```py\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert found, beginning
    return found[1]


def run(code: str, **names: Any) -> cch.Ranking:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        exec(compile(code, "docs/python.md", "exec"), names)
    result = names["r"]
    assert isinstance(result, cch.Ranking)
    return result


def test_omics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mudata = pytest.importorskip("mudata")
    anndata = pytest.importorskip("anndata")
    pd = pytest.importorskip("pandas")
    rows = planted(120, seed=4)
    names = [f"p{i}" for i in range(len(rows.y))]
    of = {"mrna": rows.depth, "methylation": rows.depth[:, :2], "cnv": rows.x}
    made = mudata.MuData({k: anndata.AnnData(x, obs=pd.DataFrame(index=names)) for k, x in of.items()})
    made.obs["subtype"] = pd.Categorical([f"s{y}" for y in rows.y])
    monkeypatch.chdir(tmp_path)
    made.write("tcga.h5mu")
    result = run(example("Omics"), mudata=mudata, cch=cch)
    assert result.document["student"]["name"] == "cnv"
    assert sorted(t.name for t in result) == ["methylation", "mrna"]


def test_segmentation() -> None:
    torch = pytest.importorskip("torch")

    class Net(torch.nn.Module):  # type: ignore[name-defined, misc]
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = torch.nn.Conv2d(2, 5, 3, padding=1), torch.nn.Conv2d(5, 3, 1)

        def forward(self, x: Any) -> Any:
            return self.head(self.body(x).relu())

    rng = np.random.default_rng(1)
    masks = rng.integers(0, 3, (12, 8, 8))
    masks[0, 0, 0] = 255
    batches = [{k: torch.as_tensor(rng.normal(size=(4, 2, 8, 8)) + m[:, None], dtype=torch.float32) for k in ("rgb", "thermal")}
               for m in np.split(masks % 3, 3)]  # fmt: skip
    nets = {"rgb": Net(), "thermal": Net()}
    result = run(example("Segmentation"), cch=cch, torch=torch, nets=nets, held_out=batches, masks=masks)
    assert result.document["student"]["dim"] == 5
    assert [t.name for t in result] == ["thermal"]
