"""Results: names, renderings, files, pickles."""

from __future__ import annotations

import dataclasses
import json
import pickle
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cch


def test_what_is_asked_for_most_has_a_name(ranking: cch.Ranking) -> None:
    first = ranking.document["teachers"][0]
    assert ranking.verdict == first["verdict"]
    assert ranking[first["name"]].chance == first["chances"][0]["p_gain"]
    assert float(ranking[0 if False else first["name"]].margin) == first["margin"]["nats"]
    assert ranking["depth"].margin.interval == tuple(ranking["depth"].document["margin"]["interval95"])
    assert [t.rank for t in ranking] == [1, 2]
    assert len(ranking) == 2
    assert ranking.seed == 1
    assert all(isinstance(w, cch.Warning) for w in ranking.warnings)
    with pytest.raises(KeyError, match="depth"):
        ranking["deepth"]


def test_repr_is_the_terminals_table(ranking: cch.Ranking, program: str, tmp_path: Path) -> None:
    ranking.save(tmp_path / "r")
    shown = subprocess.run([program, "report", str(tmp_path / "r")], capture_output=True, text=True, check=True)
    assert ranking.to_text(100) == shown.stdout
    assert "expected gain" in repr(ranking)


def test_saved_files_are_those_of_the_program(ranking: cch.Ranking, tmp_path: Path) -> None:
    paths = ranking.save(tmp_path / "folder")
    assert sorted(p.name for p in paths) == ["rank.json", "ranking.csv", "report.html"]
    again = cch.load(tmp_path / "folder")
    assert isinstance(again, cch.Ranking)
    assert again.document == ranking.document
    assert (tmp_path / "folder" / "report.html").read_text() == ranking.to_html()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "report.html").write_text("mine")
    with pytest.raises(cch.UsageError) as refused:
        ranking.save(tmp_path / "other")
    assert refused.value.code == "foreign-folder"
    ranking.save(tmp_path / "other", force=True)


def test_a_folder_without_a_result(tmp_path: Path) -> None:
    with pytest.raises(cch.DataError, match="no result of cch"):
        cch.load(tmp_path)
    (tmp_path / "rank.json").write_text('{"schema": "cch.rank/2"')
    with pytest.raises(cch.DataError, match="no JSON"):
        cch.load(tmp_path)


def test_frames(ranking: cch.Ranking) -> None:
    pytest.importorskip("pandas")
    frame = ranking.to_frame()
    assert list(frame["teacher"]) == [t.name for t in ranking]
    assert frame["p_gain"][0] == ranking.teachers[0].chance


def test_the_fragment_keeps_to_itself(ranking: cch.Ranking) -> None:
    html = ranking._repr_html_()
    style = re.search(r"<style>(.*?)</style>", html, re.S)
    assert style is not None
    body = html[style.end() :]
    for rule in re.finditer(r"([^{}]+)\{", style[1]):
        selectors = rule[1].strip()
        if selectors.startswith("@media"):
            continue
        parts = re.split(r",(?![^(]*\))", selectors)
        assert all(".cch-report.cch-report" in part for part in parts), selectors
    assert "<script" not in html and "http" not in body
    assert "<svg" in body and "depth" in body
    other = ranking._repr_html_()
    ids = [set(re.findall(r' id="([^"]+)"', h)) for h in (html, other)]
    assert ids[0] and not ids[0] & ids[1]


def test_hostile_names_are_escaped(rows: Any) -> None:
    name = "<script>alert(1)</script>"
    with pytest.warns(cch.CchWarning):
        result = cch.rank(student=rows.x, teachers={name: rows.depth}, labels=rows.y, quick=True)
    assert result[name].rank == 1
    assert "<script>" not in result._repr_html_()


def test_results_are_frozen_and_pickled(ranking: cch.Ranking) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ranking.text = "{}"  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(ranking))
    assert again == ranking and again.document == ranking.document and type(again) is cch.Ranking
    error = cch.DataError([cch.Fault("a-code", "a problem")])
    copy = pickle.loads(pickle.dumps(error))
    assert copy.code == "a-code" and str(copy) == str(error)


def test_plot(ranking: cch.Ranking) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = ranking.plot()
    assert len(axes.get_yticklabels()) == 2
    assert "expected gain" in axes.get_xlabel()


def test_studies(tmp_path: Path, rows: Any) -> None:
    np.save(tmp_path / "x.npy", rows.x)
    np.save(tmp_path / "depth.npy", rows.depth)
    np.save(tmp_path / "y.npy", rows.y)
    (tmp_path / "study.toml").write_text(
        'student = "x=x.npy"\nteacher = ["depth=depth.npy"]\nlabels = "y.npy"\nquick = true\nlambda = 1.0\nout = "results"\n'
    )
    study = cch.read_study(tmp_path / "study.toml")
    assert study["lambda_"] == 1.0 and study["quick"] is True
    with pytest.warns(cch.CchWarning):
        result = cch.rank(**study)
    assert result.document["student"]["name"] == "x"
    assert result.document["config"]["lambda"] == 1.0
    (tmp_path / "other.toml").write_text("[task]\nkind = 1\n")
    with pytest.raises(cch.UsageError, match="another command"):
        cch.read_study(tmp_path / "other.toml")
    (tmp_path / "wrong.toml").write_text("labels = \n")
    with pytest.raises(cch.UsageError, match="not TOML"):
        cch.read_study(tmp_path / "wrong.toml")


def test_inspect(tmp_path: Path, rows: Any) -> None:
    np.save(tmp_path / "x.npy", rows.x)
    facts = cch.inspect(tmp_path / "x.npy")
    assert json.dumps(facts).count("float64") == 1


def test_values() -> None:
    assert float(cch.Value(1.5)) == 1.5
    assert repr(cch.Value(0.4321, 0.021)) == "0.4321 ± 0.021"
    with pytest.raises(cch.UsageError):
        float(cch.Value(None))
