"""Students of other libraries agree with the library's own; convolutional ones are trained by PyTorch."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import cch
from cch import _networks
from conftest import planted


def of_pairs(student: Any, *more: Any, name: str, beside: str) -> list[cch.Chance]:
    """Chances of one's own student and of the library's kind, where a strong teacher labels 240 of 300 rows."""
    rows = planted(300, seed=8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        result = cch.pilot(student, *more, student=rows.x, teachers={"depth": rows.depth}, labels=rows.y, labelled=60,
                           scenario="unlabelled-pairs", planted_bias=False, sensitivity=False, name=name,
                           student_model=beside)  # fmt: skip
    for chance in result["depth"].document["chances"]:
        pilot = next(c["value"] for c in chance["contributions"] if c["evidence"] == "network pilot")
        assert pilot > 0.02, (chance["student_model"], pilot)  # what both measure, before anything is made of it
    return list(result["depth"].chances)


def agree(chances: list[cch.Chance]) -> None:
    """Each gain lies within the other's 80 % interval."""
    own, library = (c.expected_gain for c in chances)
    for one, other in ((own, library), (library, own)):
        assert other.interval is not None
        assert other.interval[0] < float(one) < other.interval[1], (one, other)


def test_a_linear_student_of_scikit_learn_agrees() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    agree(of_pairs(linear_model.LogisticRegression(C=1.0), name="logistic", beside="linear"))


def test_a_perceptron_of_pytorch_agrees() -> None:
    torch = pytest.importorskip("torch")

    def fit(x: Any, y: Any, soft: Any = None) -> Any:
        torch.manual_seed(len(x))
        net = torch.nn.Sequential(torch.nn.Linear(x.shape[1], 64), torch.nn.ReLU(), torch.nn.Linear(64, 3))
        optimiser = torch.optim.AdamW(net.parameters(), lr=0.005, weight_decay=0.1)
        goal = torch.as_tensor(np.eye(3)[y] if soft is None else soft, dtype=torch.float32)
        x = torch.as_tensor(x, dtype=torch.float32)
        held = torch.arange(len(x)) % 5 == 0
        best, least = net.state_dict(), float("inf")
        for _ in range(80):
            rows = torch.randperm(len(x))
            rows = rows[~held[rows]][:128]
            optimiser.zero_grad()
            (-(goal[rows] * torch.log_softmax(net(x[rows]), 1)).sum(1).mean()).backward()
            optimiser.step()
            with torch.no_grad():
                now = float(-(goal[held] * torch.log_softmax(net(x[held]), 1)).sum(1).mean())
            if now < least:
                best, least = {k: v.clone() for k, v in net.state_dict().items()}, now
        net.load_state_dict(best)
        return net

    agree(of_pairs(fit, lambda net, x: net(torch.as_tensor(x, dtype=torch.float32)), name="torch", beside="mlp"))


def images(n: int = 90) -> Any:
    """A class is where a spot is; the teacher knows it well."""
    rng = np.random.default_rng(3)
    y = rng.integers(0, 2, n)
    x = rng.normal(size=(n, 1, 6, 6))
    for i in range(n):
        x[i, 0, 3 * y[i] : 3 * y[i] + 3, 1:4] += 1.0
    return x, rng.normal(size=(n, 4)) + 2.0 * y[:, None], y


def test_convolutional_students_are_trained_by_pytorch() -> None:
    torch = pytest.importorskip("torch")
    x, depth, y = images()
    before = torch.random.get_rng_state()
    with pytest.warns(cch.CchWarning):
        result = cch.rank(student=x, teachers={"depth": depth}, labels=y, student_model=["cnn:4", "linear"], groups="none",
                          scenario="same-rows")  # fmt: skip
    assert [c.student_model for c in result["depth"].chances] == ["cnn:4", "linear"]
    evidence = {c["evidence"]: c["value"] for c in result["depth"].document["chances"][0]["contributions"]}
    assert evidence["convolutional"] == 1.0  # the chance is that of convolutional students
    assert "network-pilots-missing" not in {w.code for w in result.warnings}
    assert (torch.random.get_rng_state() == before).all()


def test_without_pytorch_the_result_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_networks, "installed", lambda: False)
    x, depth, y = images()
    with pytest.warns(cch.CchWarning) as caught:
        result = cch.rank(student=x, teachers={"depth": depth}, labels=y, student_model=["cnn", "linear"], groups="none",
                          budget="5s")  # fmt: skip
    assert [c.student_model for c in result["depth"].chances][:1] == ["linear"]
    assert any("PyTorch is not installed" in str(w.message) for w in caught)
    assert result.warnings[0].code == "network-pilots-missing"
    assert "PyTorch is not installed" in repr(result).replace("\n    ", " ")
    assert result.to_html().count("PyTorch is not installed") == 1


@pytest.mark.parametrize(
    ("model", "shape", "code"),
    [
        ("cnn", (90, 36), "no-image-shape"),
        ("cnn:x", (90, 1, 6, 6), "bad-network"),
        ("cnn:0", (90, 1, 6, 6), "bad-network"),
    ],
)
def test_networks_that_are_none(model: str, shape: tuple[int, ...], code: str) -> None:
    with pytest.raises(cch.UsageError) as refused:
        _networks.convolutional(model, shape, 1)
    assert refused.value.code == code


def test_a_convolutional_student_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_networks, "installed", lambda: True)
    x, depth, y = images()
    with pytest.raises(cch.UsageError, match="as the first"):
        cch.rank(student=x, teachers={"depth": depth}, labels=y, student_model=["linear", "cnn"])
