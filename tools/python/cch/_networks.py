"""Convolutional students of the installed PyTorch: the library's own need LibTorch, which a wheel has not."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cch._errors import usage

Numbers = NDArray[np.float64]

# As the library trains its own (experiments/network_pilot.hpp).
_RATE = 0.003
_DECAY = 0.1
_BATCH = 64
_STEPS = 300
_EPOCHS = 60
_HELD_OUT = 5  # every fifth labelled row tells which weights are best


def installed() -> bool:
    return importlib.util.find_spec("torch") is not None


@dataclass(frozen=True)
class Convolutional:
    """Blocks of a 3 x 3 convolution with a border of zeros, rectifier and 2 x 2 maximum, then a linear layer."""

    name: str
    shape: tuple[int, int, int]  # channels, height, width
    channels: tuple[int, ...]
    seed: int

    def student(self) -> Callable[..., Numbers]:
        """What ``rank`` asks for fits."""
        fits = 0

        def answer(x: Numbers, y: list[int], targets: Numbers, taught: bool, rows: Numbers) -> Numbers:
            nonlocal fits
            fits += 1
            labelled = np.asarray(y) >= 0 if y else np.ones(len(x), dtype=bool)
            return self._fitted(x, targets, labelled, bool(y), rows, fits)

        return answer

    def _fitted(self, x: Numbers, targets: Numbers, labelled: NDArray[Any], classes: bool, rows: Numbers,
                number: int) -> Numbers:  # fmt: skip
        import torch

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed * 1_000_003 + number)
            net = self._network(torch, targets.shape[1])
            data = self._images(torch, x)
            goal = torch.as_tensor(targets, dtype=torch.float32)
            judged = torch.as_tensor(np.flatnonzero(labelled)[::_HELD_OUT])
            taught = torch.as_tensor(np.setdiff1d(np.arange(len(x)), judged.numpy()))
            self._train(torch, net, data, goal, taught, judged, classes)
            with torch.no_grad():
                out: Numbers = net(self._images(torch, rows)).double().numpy()
        return out

    def _train(self, torch: Any, net: Any, data: Any, goal: Any, rows: Any, judged: Any, classes: bool) -> None:
        def loss(index: Any) -> Any:
            said = net(data[index])
            if classes:
                return -(goal[index] * torch.log_softmax(said, 1)).sum(1).mean()
            return ((said - goal[index]) ** 2).mean()

        optimiser = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
        a_pass = -(-len(rows) // _BATCH)
        steps = min(_STEPS, _EPOCHS * a_pass)
        best, best_loss = {k: v.clone() for k, v in net.state_dict().items()}, float("inf")
        for step in range(steps):
            if step % a_pass == 0:
                order = rows[torch.randperm(len(rows))]
            at = step % a_pass * _BATCH
            optimiser.zero_grad()
            loss(order[at : at + _BATCH]).backward()
            optimiser.step()
            if (step + 1) % a_pass == 0 or step + 1 == steps:
                with torch.no_grad():
                    now = float(loss(judged))
                if now < best_loss:
                    best, best_loss = {k: v.clone() for k, v in net.state_dict().items()}, now
        net.load_state_dict(best)

    def _network(self, torch: Any, outputs: int) -> Any:
        nn = torch.nn
        into, height, width = self.shape
        layers: list[Any] = []
        for out in self.channels:
            layers += [nn.Conv2d(into, out, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
            into, height, width = out, height // 2, width // 2
        if height == 0 or width == 0:
            raise usage("bad-network", f"{self.name} has too many blocks for images of {self.shape[1]} x {self.shape[2]}",
                        "every block halves height and width", "Name fewer channels, such as 'cnn:8'")  # fmt: skip
        return nn.Sequential(*layers, nn.Flatten(), nn.Linear(into * height * width, outputs))

    def _images(self, torch: Any, x: Numbers) -> Any:
        return torch.as_tensor(x, dtype=torch.float32).reshape(len(x), *self.shape)


def is_convolutional(model: str) -> bool:
    return model.split(":")[0] == "cnn"


def convolutional(model: str, shape: Sequence[int], seed: int) -> Convolutional:
    """``model``: "cnn" or "cnn:C[,C]"; ``shape``: of the student's array."""
    if len(shape) != 4:
        raise usage("no-image-shape", f"{model} needs images, and the student's shape is {tuple(shape)}",
                    "convolutions need channels, height and width", "Give an array N x C x H x W")  # fmt: skip
    words = model.partition(":")[2] or "8,16"
    if not all(word.isdigit() and int(word) > 0 for word in words.split(",")):
        raise usage("bad-network", f"{model!r} is no convolutional network", "", "Write 'cnn' or 'cnn:8,16'")
    channels = tuple(int(word) for word in words.split(","))
    return Convolutional(f"cnn:{','.join(map(str, channels))}", (shape[1], shape[2], shape[3]), channels, seed)
