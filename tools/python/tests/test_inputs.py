"""Every kind of input gives the ranking of the same numbers as arrays, or is refused in words."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import cch


def numbers(result: cch.Ranking) -> list[Any]:
    return [(t.name, t.document["margin"], t.chance, t.document["pilot"]) for t in result]


def ranked(student: Any, depth: Any, labels: Any, **options: Any) -> cch.Ranking:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        return cch.rank(student=student, teachers={"depth": depth}, labels=labels, quick=True, **options)


@pytest.fixture(scope="module")
def expected(rows: Any) -> list[Any]:
    return numbers(ranked(rows.x, rows.depth, rows.y))


def test_float32_is_read_as_it_is(rows: Any) -> None:
    single = rows.depth.astype(np.float32)
    assert numbers(ranked(rows.x, single, rows.y)) == numbers(ranked(rows.x, single.astype(np.float64), rows.y))


@pytest.mark.parametrize("change", [np.asfortranarray, lambda a: np.repeat(a, 2, axis=0)[::2], lambda a: a.astype(">f8")],
                         ids=["fortran", "strided", "big-endian"])  # fmt: skip
def test_layouts(rows: Any, expected: list[Any], change: Any) -> None:
    assert numbers(ranked(change(rows.x), change(rows.depth), rows.y)) == expected


def test_read_only_arrays(rows: Any, expected: list[Any]) -> None:
    x = rows.x.copy()
    x.flags.writeable = False
    assert numbers(ranked(x, rows.depth, rows.y)) == expected


def test_labels_as_texts(rows: Any, expected: list[Any]) -> None:
    words = np.array(["cat", "dog", "elk"])[rows.y]
    for labels in (words, words.astype(object), words.astype("S")):
        result = ranked(rows.x, rows.depth, labels)
        assert result.document["labels"]["class_names"] == ["cat", "dog", "elk"]
        assert numbers(result) == expected


def test_a_memory_map_and_an_array_interface(rows: Any, expected: list[Any], tmp_path: Any) -> None:
    np.save(tmp_path / "x.npy", rows.x)

    class Wrapped:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return rows.depth

    assert numbers(ranked(np.load(tmp_path / "x.npy", mmap_mode="r"), Wrapped(), rows.y)) == expected


def test_paths_stand_beside_arrays(rows: Any, expected: list[Any], tmp_path: Any) -> None:
    np.save(tmp_path / "depth.npy", rows.depth)
    assert numbers(ranked(rows.x, tmp_path / "depth.npy", rows.y)) == expected
    assert numbers(ranked({"a name": rows.x}, str(tmp_path / "depth.npy"), rows.y)) == expected


def test_torch(rows: Any, expected: list[Any]) -> None:
    torch = pytest.importorskip("torch")
    x = torch.from_numpy(rows.x).requires_grad_()
    assert numbers(ranked(x, torch.from_numpy(rows.depth), torch.from_numpy(rows.y))) == expected
    half = torch.from_numpy(rows.depth).to(torch.bfloat16)
    assert numbers(ranked(x, half, rows.y)) == numbers(ranked(rows.x, half.double().numpy(), rows.y))
    with pytest.raises(cch.DataError, match="dense"):
        ranked(torch.from_numpy(rows.x).to_sparse(), rows.depth, rows.y)


def test_pandas(rows: Any, expected: list[Any]) -> None:
    pd = pytest.importorskip("pandas")
    x = pd.DataFrame(rows.x, columns=list("abcd"))
    assert numbers(ranked(x, pd.DataFrame(rows.depth), pd.Series(rows.y))) == expected
    labels = pd.Series(pd.Categorical.from_codes(rows.y, ["cat", "dog", "elk"]))
    result = ranked(x, rows.depth, labels)
    assert result.document["labels"]["class_names"] == ["cat", "dog", "elk"]
    assert numbers(result) == expected
    assert numbers(ranked(x.convert_dtypes(), rows.depth, rows.y)) == expected


def test_an_index_of_pandas_is_identifiers(rows: Any) -> None:
    pd = pytest.importorskip("pandas")
    names = pd.Index([f"p{i}" for i in range(len(rows.y))])
    x = pd.DataFrame(rows.x, index=names)
    depth = pd.DataFrame(rows.depth, index=names)
    labels = pd.Series(rows.y, index=names)
    shuffled = np.random.default_rng(1).permutation(len(rows.y))
    straight = ranked(x, depth, labels)
    assert straight.document["alignment"]["by"] == "id"
    assert numbers(ranked(x, depth.iloc[shuffled], labels)) == numbers(straight)
    fewer = ranked(x, depth.iloc[20:], labels)
    assert fewer.document["rows"] == len(rows.y) - 20
    # Arrays beside tables whose indexes agree are matched by order.
    assert ranked(x, depth, rows.y).document["alignment"]["by"] == "row-order"
    with pytest.raises(cch.UsageError, match="identifiers for 'labels'"):
        ranked(x, depth.iloc[shuffled], rows.y)


def test_identifiers_by_name_and_for_all(rows: Any) -> None:
    order = np.random.default_rng(1).permutation(len(rows.y))
    ids = np.arange(1000, 1000 + len(rows.y))
    by_name = ranked(rows.x, rows.depth[order], rows.y, ids={"student": ids, "depth": ids[order], "labels": ids})
    for_all = ranked(rows.x, rows.depth, rows.y, ids=ids)
    assert for_all.document["alignment"]["by"] == "id"
    assert numbers(by_name) == numbers(for_all)


def test_polars_and_arrow(rows: Any, expected: list[Any]) -> None:
    pl = pytest.importorskip("polars")
    x = pl.DataFrame(rows.x, schema=list("abcd"))
    assert numbers(ranked(x, pl.DataFrame(rows.depth), pl.Series("y", rows.y))) == expected
    with pytest.raises(cch.UsageError, match="collect"):
        ranked(x.lazy(), rows.depth, rows.y)
    pa = pytest.importorskip("pyarrow")
    assert numbers(ranked(pa.table({c: rows.x[:, i] for i, c in enumerate("abcd")}), rows.depth, rows.y)) == expected


def test_tables_name_the_columns_that_are_refused(rows: Any) -> None:
    pd = pytest.importorskip("pandas")
    words = pd.DataFrame(rows.x, columns=list("abcd")).assign(c="word")
    with pytest.raises(cch.DataError, match="'c'") as refused:
        ranked(words, rows.depth, rows.y)
    assert refused.value.code == "not-numeric"
    gaps = pd.DataFrame(rows.x.copy(), columns=list("abcd"))
    gaps.loc[3, "b"] = np.nan
    with pytest.raises(cch.DataError, match="row 3 .*'b'"):
        ranked(gaps, rows.depth, rows.y)


class AnnData:
    """The part of an AnnData that is used, so that the test needs no such package."""

    def __init__(self, x: Any, names: Any):
        self.X, self.layers, self.obsm = x, {"log": np.log1p(np.abs(x))}, {"X_pca": x[:, :2]}
        self.obs_names, self.var_names = names, [f"g{i}" for i in range(x.shape[1])]


def test_anndata(rows: Any) -> None:
    names = np.array([f"c{i}" for i in range(len(rows.y))], dtype=object)
    order = np.random.default_rng(1).permutation(len(rows.y))
    x, depth = AnnData(rows.x, names), AnnData(rows.depth[order], names[order])
    labels = cch.Array(rows.y, ids=names)
    result = ranked(x, depth, labels)
    assert result.document["alignment"]["by"] == "id"
    assert numbers(result) == numbers(ranked(rows.x, rows.depth, rows.y, ids=names))
    assert ranked(cch.from_anndata(x, obsm="X_pca"), depth, labels).document["student"]["dim"] == 2
    with pytest.raises(cch.UsageError, match="X_pca"):
        cch.from_anndata(x, obsm="X_umap")


def test_mudata(rows: Any) -> None:
    names = np.array([f"c{i}" for i in range(len(rows.y))], dtype=object)

    class MuData:
        mod = {"rna": AnnData(rows.x, names), "protein": AnnData(rows.depth, names)}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        result = cch.rank(student="rna", teachers=MuData(), labels=cch.Array(rows.y, ids=names), quick=True)
    assert result.document["student"]["name"] == "rna"
    assert [t.name for t in result] == ["protein"]


def test_labels_and_groups_by_columns_of_obs(rows: Any) -> None:
    pd = pytest.importorskip("pandas")
    names = [f"c{i}" for i in range(len(rows.y))]
    order = np.random.default_rng(2).permutation(len(rows.y))
    donors = np.arange(len(rows.y)) // 3
    obs = pd.DataFrame({"type": pd.Categorical([f"t{v}" for v in rows.y]), "donor": donors}, index=names)

    class MuData:
        mod = {"rna": AnnData(rows.x, np.array(names, dtype=object)), "protein": AnnData(rows.depth, np.array(names, dtype=object))}

    mdata, cells = MuData(), AnnData(rows.x, np.array(names, dtype=object))
    mdata.obs = obs.iloc[order]  # type: ignore[attr-defined]
    cells.obs = obs  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        expected = cch.rank(student=rows.x, teachers={"protein": rows.depth}, labels=rows.y, groups=donors, quick=True)
        of_mudata = cch.rank(student="rna", teachers=mdata, labels="type", groups="donor", quick=True)
        of_anndata = cch.rank(student=cells, teachers={"protein": rows.depth}, labels="type", groups="donor", quick=True)
        with pytest.raises(cch.CchError, match="cell_type"):
            cch.rank(student="rna", teachers=mdata, labels="cell_type", quick=True)
    assert numbers(of_mudata) == numbers(of_anndata) == numbers(expected)


def test_sparse_arrays_are_refused_with_their_dense_size(rows: Any) -> None:
    class Sparse:
        shape, dtype, nnz = (300, 40000), np.dtype(np.float32), 7

        def toarray(self) -> Any:
            raise AssertionError

    with pytest.raises(cch.DataError, match="300 x 40000 values, 48 MB"):
        ranked(Sparse(), rows.depth, rows.y)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([[1.0, 2.0]], "is a list and not an array"),
        (3.5, "is a float"),
        (np.array([["a", "b"]]), "holds texts"),
        (np.zeros((3, 2), dtype=complex), "complex128"),
        (np.array([[1, "a"]], dtype=object), "mixes int and str"),
        (np.ma.masked_array([[1.0, 2.0]], mask=[[True, False]]), "masked"),
        (object(), "no array that is known"),
        (np.zeros((0, 3)), "has no values"),
        (np.array(3.0), "single number"),
    ],
)
def test_what_is_no_array_is_refused_in_words(rows: Any, value: Any, words: str) -> None:
    with pytest.raises(cch.CchError, match=words):
        ranked(value, rows.depth, rows.y)


def test_all_faults_come_at_once(rows: Any) -> None:
    bad = rows.x.copy()
    bad[7, 1] = np.nan
    with pytest.raises(cch.DataError) as refused:
        ranked(bad, np.full_like(rows.depth, np.inf), rows.y)
    assert [f.code for f in refused.value.faults] == ["non-finite-value", "non-finite-value"]
    assert "teachers['depth']" in refused.value.faults[1].problem


def test_doubles_in_c_order_are_not_copied(tmp_path: Any) -> None:
    """Peak memory of reading 512 MB of them, in a process of its own."""
    import subprocess
    import sys

    code = (
        "import numpy as np, resource, cch, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "x = np.zeros((1_000_000, 64)); x[:, 0] = np.arange(1_000_000)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "x[:, 1:] = 1.0\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "y = np.arange(1_000_000) % 3\n"
        "try: cch.estimate(x, y, estimator='no-such')\n"
        "except cch.UsageError: pass\n"
        "try: cch.rank(student=x, teachers={'t': x}, labels=y[:10], y_kind='discrete', quick=True)\n"
        "except cch.DataError as e: assert e.code == 'unequal-rows', e\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    # Reading a copy would take 512 MB for each of the two; labels and bookkeeping take little.
    assert int(run.stdout) < 100, run.stdout


def test_pixels_of_images_in_memory(rows: Any, program: str, tmp_path: Any) -> None:
    """As the program's --pixels of the same arrays as files."""
    import json
    import subprocess

    rng = np.random.default_rng(4)
    y = rng.integers(0, 2, (24, 8, 8))
    x = rng.normal(size=(24, 3, 8, 8)) + 0.5 * y[:, None]
    depth = rng.normal(size=(24, 2, 8, 8)) + 1.5 * y[:, None]
    for name, array in {"x": x, "depth": depth, "y": y}.items():
        np.save(tmp_path / f"{name}.npy", array)
    shown = subprocess.run([program, "rank", "--json", "--quick", "--pixels", "200", "--student", str(tmp_path / "x.npy"),
                            "--teacher", str(tmp_path / "depth.npy"), "--labels", str(tmp_path / "y.npy")],
                           capture_output=True, text=True, check=True)  # fmt: skip
    first = ranked({"x": x}, depth, y, pixels=200)
    assert first.document["teachers"][0]["margin"] == json.loads(shown.stdout)["teachers"][0]["margin"]
    last = ranked({"x": np.moveaxis(x, 1, 3)}, np.moveaxis(depth, 1, 3), y, pixels=200, channels="last")
    assert numbers(last) == numbers(first)
    with pytest.raises(cch.UsageError, match="pixels="):
        ranked(x, depth, y, channels="last")
