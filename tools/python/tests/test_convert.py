"""Other formats as .safetensors, read back by the program."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cch
from cch.convert import convert, main

X = np.random.default_rng(1).normal(size=(20, 3))
WORDS = np.array(["cat", "dog"])[np.arange(20) % 2]


def read_back(path: Path) -> dict[str, Any]:
    """What the program says of every array."""
    facts = cch.inspect(path)
    return {a["key"]: a for f in facts["files"] for a in f["arrays"]}


def test_pickles_as_of_mmsa(tmp_path: Path) -> None:
    stored = {
        part: {"text": np.ones((n, 5, 4), dtype=np.float32), "audio_lengths": [5] * n, "id": [f"{part}{i}" for i in range(n)]}
        for part, n in (("train", 6), ("valid", 3), ("test", 4))
    }
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(stored))
    arrays = convert(tmp_path / "m.pkl", tmp_path / "m.safetensors")
    assert arrays["text"].shape == (13, 5, 4)
    assert list(arrays["split"]) == ["train"] * 6 + ["valid"] * 3 + ["test"] * 4
    found = read_back(tmp_path / "m.safetensors")
    assert found["text"]["shape"] == [13, 5, 4]
    assert set(found) == {"text", "audio_lengths", "id", "split"}


def test_pickles_cannot_run_code(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "exploded"),)

    (tmp_path / "bomb.pkl").write_bytes(pickle.dumps({"x": Bomb()}))
    with pytest.raises(cch.DataError) as refused:
        convert(tmp_path / "bomb.pkl", tmp_path / "o.safetensors")
    assert refused.value.code == "pickle-code"
    assert not (tmp_path / "exploded").exists() and not (tmp_path / "o.safetensors").exists()


@pytest.mark.parametrize("ending", [".pt", ".h5", ".mat", ".pkl", ".parquet", ".tar"])
def test_damaged_files_are_refused_in_words(tmp_path: Path, ending: str) -> None:
    package = {".pt": "torch", ".h5": "h5py", ".mat": "scipy", ".parquet": "pyarrow"}.get(ending)
    if package:
        pytest.importorskip(package)
    (tmp_path / f"x{ending}").write_bytes(b"junk")
    with pytest.raises(cch.DataError) as refused:
        convert(tmp_path / f"x{ending}", tmp_path / "o.safetensors")
    assert refused.value.code in ("unreadable-file", "pickle-code")
    assert not list(tmp_path.glob("o.safetensors*"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.pkl").write_bytes(pickle.dumps({"x": X}))
    with pytest.raises(cch.RunError) as refused:
        convert(tmp_path / "x.pkl", tmp_path / "none" / "o.safetensors")
    assert refused.value.code == "cannot-write"


def test_cells_of_words(tmp_path: Path) -> None:
    io_of_scipy = pytest.importorskip("scipy.io")
    io_of_scipy.savemat(tmp_path / "x.mat", {"words": np.array(["cat", "dog"], dtype=object), "x": X})
    assert list(convert(tmp_path / "x.mat", tmp_path / "x.safetensors")["words"]) == ["cat", "dog"]


def test_webdatasets(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "w.tar", "w") as archive:
        for i in range(4):
            file = io.BytesIO()
            np.save(file, X[i])
            for name, content in ((f"s{i}.audio.npy", file.getvalue()), (f"s{i}.cls", str(i % 2).encode())):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    arrays = convert(tmp_path / "w.tar", tmp_path / "w.safetensors")
    np.testing.assert_array_equal(arrays["audio"], X[:4])
    assert list(arrays["cls"]) == [0, 1, 0, 1]


def test_parquet(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pa.table({"a": X[:, 0], "b": X[:, 1], "kind": WORDS.tolist()})
    parquet.write_table(table, tmp_path / "t.parquet")
    arrays = convert(tmp_path / "t.parquet", tmp_path / "t.safetensors")
    np.testing.assert_array_equal(arrays["features"], X[:, :2])
    assert read_back(tmp_path / "t.safetensors")["kind"]["dtype"].startswith("int")
    content = (tmp_path / "t.safetensors").read_bytes()
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert json.loads(header["__metadata__"]["kind.names"]) == ["cat", "dog"]


def test_hdf5_and_anndata(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5ad", "w") as file:
        file["layers/log"] = X
        kind = file.create_group("obs/kind")
        kind.attrs["encoding-type"] = "categorical"
        kind["codes"], kind["categories"] = np.arange(20) % 2, ["cat", "dog"]
        sparse = file.create_group("X")
        sparse.attrs["encoding-type"], sparse.attrs["shape"] = "csr_matrix", (3, 4)
        sparse["data"], sparse["indices"], sparse["indptr"] = [1.0, 2.0], [0, 3], [0, 1, 1, 2]
    with pytest.raises(cch.DataError, match="3 x 4 values"):
        convert(tmp_path / "a.h5ad", tmp_path / "a.safetensors")
    arrays = convert(tmp_path / "a.h5ad", tmp_path / "a.safetensors", dense=True)
    np.testing.assert_array_equal(arrays["X"], [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2]])
    np.testing.assert_array_equal(arrays["layers/log"], X)
    assert list(arrays["obs/kind"]) == WORDS.tolist()


def test_mat(tmp_path: Path) -> None:
    scipy_io = pytest.importorskip("scipy.io")
    scipy_io.savemat(tmp_path / "m.mat", {"x": X, "s": {"y": np.arange(20)}})
    arrays = convert(tmp_path / "m.mat", tmp_path / "m.safetensors")
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(arrays["s/y"], np.arange(20))


def test_torch(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    torch.save({"audio": torch.from_numpy(X), "half": torch.ones(2, 2, dtype=torch.bfloat16)}, tmp_path / "t.pt")
    arrays = convert(tmp_path / "t.pt", tmp_path / "t.safetensors")
    np.testing.assert_array_equal(arrays["audio"], X)
    assert arrays["half"].dtype == np.float32


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.pkl").write_bytes(pickle.dumps({"x": X, "y": list(range(20))}))
    assert main([str(tmp_path / "m.pkl"), str(tmp_path / "m.safetensors"), "--only", "x"]) == 0
    assert "m.safetensors:x  20x3 float64" in capsys.readouterr().out
    assert main([str(tmp_path / "m.pkl"), str(tmp_path / "m.safetensors"), "--only", "z"]) == 2
    assert "[unknown-key]" in capsys.readouterr().err
    assert main([str(tmp_path / "m.xyz"), str(tmp_path / "m.safetensors")]) == 2
    run = subprocess.run([sys.executable, "-m", "cch.convert", "--help"], capture_output=True, text=True, check=True)
    assert "OUT.safetensors" in run.stdout
