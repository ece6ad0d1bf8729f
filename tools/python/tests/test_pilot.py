"""Pilots of a student that only Python knows, against the library's own."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import cch
from conftest import planted


@pytest.fixture(scope="module")
def few() -> Any:
    return planted(160, seed=8)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


class Softmax:
    """Multinomial logistic regression with a small penalty, by gradient steps."""

    def __init__(self) -> None:
        self.fits: list[tuple[tuple[int, ...], bool]] = []
        self.w: Any = None

    def fit(self, x: Any, y: Any, soft: Any = None) -> None:
        self.fits.append((x.shape, soft is not None))
        if soft is not None:
            np.testing.assert_allclose(soft.sum(axis=1), 1.0)
            # Labels and teacher are mixed: the label has at least a/(1 + a) of a = 2.
            assert (soft[np.arange(len(y)), y] > 0.3).all()
        targets = np.eye(3)[y] if soft is None else soft
        x = np.column_stack([x, np.ones(len(x))])
        self.w = np.zeros((x.shape[1], 3))
        for _ in range(150):
            self.w -= 0.3 * (x.T @ (softmax(x @ self.w) - targets) / len(x) + 0.01 * self.w)

    def predict(self, x: Any) -> Any:
        return softmax(np.column_stack([x, np.ones(len(x))]) @ self.w)


def pilot(student: Any, few: Any, *more: Any, **options: Any) -> cch.Ranking:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cch.CchWarning)
        return cch.pilot(student, *more, student=few.x, teachers={"depth": few.depth, "noise": few.noise},
                         labels=few.y, planted_bias=False, sensitivity=False, **options)  # fmt: skip


def network_gain(result: cch.Ranking, teacher: str, model: str) -> float:
    chance = next(c for c in result[teacher].document["chances"] if c["student_model"] == model)
    return float(next(c["value"] for c in chance["contributions"] if "network" in c["evidence"]))


def test_two_functions(few: Any) -> None:
    own = Softmax()
    result = pilot(own.fit, few, own.predict, name="softmax", student_model="linear")
    chance = result["depth"].deciding
    assert chance is not None and chance.student_model == "softmax"
    # 5 folds x (alone + 4 of its own reference + 4 arms x (2 teachers + 2 references)).
    assert len(own.fits) == 5 * (1 + 4 + 4 * 4)
    assert sum(taught for _, taught in own.fits) == 5 * 4 * 4
    assert all(shape[1] == 4 for shape, _ in own.fits)
    assert [c.student_model for c in result["depth"].chances] == ["softmax", "linear"]
    # Both are linear students: what they gain agrees within the error of a pilot on 160 rows.
    own_chance, linear = result["depth"].chances
    assert own_chance.expected_gain.value == pytest.approx(linear.expected_gain.value, abs=0.1)
    assert result["depth"].rank == 1


def test_the_same_seed_gives_the_same(few: Any) -> None:
    first, second = (pilot(o.fit, few, o.predict, student_model="linear") for o in (Softmax(), Softmax()))
    assert first["depth"].document["chances"] == second["depth"].document["chances"]


def test_estimators_of_scikit_learn(few: Any) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    pipeline = pytest.importorskip("sklearn.pipeline")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    plain = pilot(linear_model.LogisticRegression(C=1.0), few, name="logistic")
    assert plain["depth"].deciding is not None
    assert plain["depth"].deciding.student_model == "logistic"
    piped = pilot(pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()), few)
    assert piped["depth"].chance == pytest.approx(plain["depth"].chance, abs=0.1)
    assert plain["depth"].chance > plain["noise"].chance
    neighbors = pytest.importorskip("sklearn.neighbors")
    with pytest.raises(cch.UsageError, match="sample_weight"):
        pilot(neighbors.KNeighborsClassifier(), few)


def test_real_labels(few: Any) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    labels = few.x[:, 0] + few.depth[:, 0] + 0.1 * np.random.default_rng(3).normal(size=len(few.y))
    with pytest.warns(cch.CchWarning):
        result = cch.pilot(linear_model.Ridge(), student=few.x, teachers={"depth": few.depth}, labels=labels,
                           planted_bias=False, sensitivity=False)  # fmt: skip
    assert result["depth"].deciding is not None and result["depth"].deciding.metric == "mse"


def test_torch(few: Any) -> None:
    torch = pytest.importorskip("torch")

    def fit(x: Any, y: Any, soft: Any = None) -> Any:
        torch.manual_seed(0)
        net = torch.nn.Linear(x.shape[1], 3)
        optimiser = torch.optim.Adam(net.parameters(), lr=0.05)
        target = torch.as_tensor(y if soft is None else soft)
        for _ in range(60):
            optimiser.zero_grad()
            z = net(torch.as_tensor(x, dtype=torch.float32))
            torch.nn.functional.cross_entropy(z, target if soft is None else target.float()).backward()
            optimiser.step()
        return net

    result = pilot(fit, few, lambda net, x: net(torch.as_tensor(x, dtype=torch.float32)), name="torch")
    assert result["depth"].deciding is not None and result["depth"].deciding.student_model == "torch"


def test_what_goes_wrong_in_a_student(few: Any) -> None:
    def broken(x: Any, y: Any, soft: Any = None) -> None:
        raise ArithmeticError("mine")

    with pytest.raises(ArithmeticError, match="mine"):
        cch.pilot(broken, lambda x: x, student=few.x, teachers={"depth": few.depth}, labels=few.y)
    with pytest.raises(cch.UsageError) as refused:
        cch.pilot(lambda x, y, soft=None: None, lambda x: x[:, :2], student=few.x, teachers={"depth": few.depth},
                  labels=few.y)  # fmt: skip
    assert refused.value.code == "own-network-shape"
    with pytest.raises(cch.UsageError, match="no estimator"):
        cch.pilot(3, student=few.x, teachers={"depth": few.depth}, labels=few.y)
    with pytest.raises(cch.UsageError, match="quick"):
        pilot(Softmax(), few, Softmax().predict, quick=True)
