#!/usr/bin/env python3
"""Made-up sets of DELIVER's size: a table of many images that point at a few drawn scenes.

    tools/bench/large_set.py -o DIR [--images 7885] [--scenes 50] [--side 1042] [--test 8] [--apart]

A scene has four sensors of three channels and a label, each a PNG. Every class of a scene is a band
of its own colour in every sensor, with noise. With --apart every image has names of its own for its
files (links to those of its scene), as a real set would have. Writes DIR/manifest.csv and
DIR/study.toml, which learns from crops of the whole images.
"""
import argparse
import os
import struct
import zlib
from pathlib import Path

import numpy as np

SENSORS = ("img", "depth", "event", "lidar")
CLASSES = 25


def png(values):
    """An 8-bit PNG of H x W or H x W x 3."""
    height, width = values.shape[:2]
    rows = values.reshape(height, -1)
    packed = zlib.compress(np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes(), 1)
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if values.ndim == 3 else 0, 0, 0, 0)
    out = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b"")):
        out += struct.pack(">I", len(data)) + name + data
        out += struct.pack(">I", zlib.crc32(name + data))
    return out


def scene(number, side):
    """Labels 0 … 24, slanted bands, and what four sensors see of them."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[0:side, 0:side]
    angle = random.uniform(0, np.pi)
    place = (x * np.cos(angle) + y * np.sin(angle)) / side * CLASSES + random.uniform(0, CLASSES)
    label = (place % CLASSES).astype(np.uint8)
    files = {}
    for k, sensor in enumerate(SENSORS):
        colours = np.random.default_rng(1000 + k).integers(30, 226, (CLASSES, 3))
        noise = random.integers(-20, 21, (side, side, 3))
        files[sensor] = (colours[label] + noise).astype(np.uint8)
    files["label"] = label
    return files


STUDY = """title = "A set of {images} images of {side} x {side}"
seeds = 1
conditions = ["emm-dropped"]
[task]
name = "segmentation"
source = "{source}"
[network]
encoder = "tiny"
[training]
epochs = 1
batch = {batch}
warm-up = 0
learning-rate = 1e-3
scale = [0.5, 2.0]
crop = [{crop}, {crop}]
weights = "last"
[[setup]]
name = "plain"
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--images", type=int, default=7885)
    parser.add_argument("--scenes", type=int, default=50)
    parser.add_argument("--side", type=int, default=1042)
    parser.add_argument("--test", type=int, default=8)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--crop", type=int, default=96)
    parser.add_argument("--apart", action="store_true")
    s = parser.parse_args()
    (s.out / "files").mkdir(parents=True, exist_ok=True)
    columns = (*SENSORS, "label")
    for n in range(s.scenes):
        if (s.out / "files" / f"{n}-label.png").exists():  # written last
            continue
        for name, values in scene(n, s.side).items():
            (s.out / "files" / f"{n}-{name}.png").write_bytes(png(values))
    lines = ["image," + ",".join(columns) + ",split,group"]
    for i in range(s.images):
        n = i % s.scenes
        names = {c: f"files/{n}-{c}.png" for c in columns}
        if s.apart and i >= s.scenes:
            for c in columns:
                own = f"files/{i}-{c}.png"
                if not (s.out / own).exists():
                    os.link(s.out / names[c], s.out / own)
                names[c] = own
        split = "test" if i >= s.images - s.test else "train"
        lines.append(f"{i}," + ",".join(names[c] for c in columns) + f",{split},{i}")
    (s.out / "manifest.csv").write_text("\n".join(lines) + "\n")
    for name, source in (("study.toml", "manifest:manifest.csv"), ("packed.toml", "dir:packed")):
        (s.out / name).write_text(STUDY.format(source=source, **vars(s)))


if __name__ == "__main__":
    main()
