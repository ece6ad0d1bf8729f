#!/usr/bin/env python3
"""Lays out the sets that the reference corpus is trained on.

  tools/corpus/views.py --data DIR --out CORPUS [--fashion FOLDER]

DIR has the sets as they come (a folder a set, each view an .npy, labels.npy, groups.npy). In CORPUS
every set gets a folder again, with fewer rows where it is large, pictures cut into patches, and the
teachers of known worth that serve as controls:

  clone-of-V    the student's own columns V
  noisy-of-V    V, standardised, with normal noise of standard deviation 1
  shuffled-V    the rows of V in a random order
  noise         16 columns of normal noise
  half-of-V     every second column of V: a part of the student
"""

import argparse
import gzip
import pathlib
import struct
import zlib

import numpy as np

from corpus import CONTROLS

SEED = 20261129
PATCH = 16  # pixels; OMBRIA
TILE_PATCH = 8  # pixels; the chip of Sen1Floods11


def generator(name):
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def save(folder, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array))


def arrays_of(folder, views, most_rows=None, groups=True):
    """Views, labels and groups of a set; `most_rows` of them drawn at random."""
    names = [*views, "labels"] + (["groups"] if groups and (folder / "groups.npy").exists() else [])
    arrays = {name: np.load(folder / f"{name}.npy") for name in names}
    rows = len(arrays["labels"])
    if most_rows and rows > most_rows:
        chosen = np.sort(generator(folder.name).permutation(rows)[:most_rows])
        arrays = {name: array[chosen] for name, array in arrays.items()}
    return arrays


def png(path):
    """The pixels of an 8-bit grey or RGB PNG without interlace, height × width × channels."""
    data = path.read_bytes()
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            if depth != 8 or colour not in (0, 2) or interlace:
                raise SystemExit(f"{path}: not an 8-bit grey or RGB PNG. Convert it.")
        elif kind == b"IDAT":
            packed += body
        at += 12 + length
    channels = 3 if colour == 2 else 1
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * channels)
    out = np.zeros((height + 1, (width + 1) * channels), np.int64)
    for y, line in enumerate(lines):
        unfilter(line[0], line[1:].astype(np.int64), out[y], out[y + 1], channels)
    return out[1:, channels:].reshape(height, width, channels).astype(np.uint8)


def unfilter(kind, line, above, to, step):
    """Undoes a PNG filter; `above` and `to` begin with one pixel of zeros."""
    if kind in (0, 2):
        to[step:] = (line + (above[step:] if kind == 2 else 0)) & 255
        return
    for i in range(len(line)):
        left, up, corner = to[i], above[i + step], above[i]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        else:
            p = left + up - corner
            guess = min((left, up, corner), key=lambda c: abs(p - c))
        to[i + step] = (line[i] + guess) & 255


def ombria(folder, patches_a_scene=3):
    """Patches of scenes of floods; label: most of the middle of a patch is under water."""
    lines = (folder / "manifest.csv").read_text().splitlines()
    header = lines[0].split(",")
    random = generator("ombria")
    views = ["s1_before", "s1_after", "s2_before", "s2_after"]
    out = {name: [] for name in [*views, "labels", "groups"]}
    groups = {}
    for line in lines[1:]:
        scene = dict(zip(header, line.split(",")))
        pixels = {name: png(folder / scene[name]) for name in [*views, "label"]}
        for y, x in random.integers(0, 128 - PATCH, (patches_a_scene, 2)):
            cut = {name: image[y : y + PATCH, x : x + PATCH] for name, image in pixels.items()}
            middle = cut["label"][4:-4, 4:-4]
            out["labels"].append(int((middle > 127).mean() > 0.5))
            out["groups"].append(groups.setdefault(scene["group"], len(groups)))
            for name in views:
                out[name].append(cut[name])
    return {
        "s1-after": np.array(out["s1_after"]),
        "s1-both": np.concatenate([out["s1_before"], out["s1_after"]], axis=3),
        "s2-after": np.array(out["s2_after"]),
        "labels": np.array(out["labels"]),
        "groups": np.array(out["groups"]),
    }


def flood_chip(folder, patches_a_tile=40):
    """Patches of one chip, radar and optical; label: the patch's middle pixel is water."""
    tiles = {name: np.load(folder / f"{name}.npy") for name in ("s1", "s2", "labels")}
    random = generator("sen1floods11_chip")
    out = {"s1": [], "s2": [], "labels": [], "groups": []}
    for tile in range(len(tiles["labels"])):
        for y, x in random.integers(0, 64 - TILE_PATCH, (patches_a_tile, 2)):
            label = tiles["labels"][tile, y + TILE_PATCH // 2, x + TILE_PATCH // 2]
            if label == 255:
                continue
            for name in ("s1", "s2"):
                out[name].append(tiles[name][tile, y : y + TILE_PATCH, x : x + TILE_PATCH])
            out["labels"].append(int(label))
            out["groups"].append(tile)
    return {name: np.array(values) for name, values in out.items()}


def smooth_colours(random, size=28):
    """A field of colours that changes slowly: random corners, linearly in between."""
    corners = random.uniform(0, 1, (4, 4, 3))
    at = np.linspace(0, 3, size)
    low = np.minimum(at.astype(int), 2)
    part = (at - low)[:, None]
    rows = corners[low] * (1 - part)[:, None] + corners[low + 1] * part[:, None]
    part = (at - low)[None, :, None]
    return rows[:, low] * (1 - part) + rows[:, low + 1] * part


def fashion(folder, rows=4000):
    """Clothes in grey, and |field − grey| over fields of colours (Ganin et al. 2016)."""
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    random = generator("fashion")
    chosen = random.permutation(len(labels))[:rows]
    grey = images[chosen, :, :, None] / 255.0
    colour = np.array([np.abs(smooth_colours(random) - image) for image in grey])
    return {
        "grey": images[chosen, :, :, None],
        "colour": np.round(255 * colour).astype(np.uint8),
        "top": images[chosen, :14, :, None],
        "bottom": images[chosen, 14:, :, None],
        "labels": labels[chosen].astype(np.int64),
    }


def controls(name, arrays):
    view = CONTROLS[name]
    random = generator(f"controls of {name}")
    columns = arrays[view].reshape(len(arrays["labels"]), -1).astype(np.float32)
    spread = columns.std(axis=0)
    scaled = (columns - columns.mean(axis=0)) / np.where(spread > 0, spread, 1)
    return {
        f"clone-of-{view}": columns,
        f"noisy-of-{view}": scaled + random.standard_normal(scaled.shape).astype(np.float32),
        f"half-of-{view}": columns[:, ::2],
        f"shuffled-{view}": columns[random.permutation(len(columns))],
        "noise": random.standard_normal((len(columns), 16)).astype(np.float32),
    }


def sets(data, fashion_folder):
    """Name and arrays of every set that is there."""
    most = {"mnist_mnistm": 4000, "landsat": 4000}
    own = {
        "mfeat": ["fac", "fou", "kar", "mor", "pix", "zer"],
        "houston_hsi_lidar": ["hsi", "lidar"],
        "landsat": ["visible", "nir"],
        "mnist_mnistm": ["mnist", "mnistm"],
        "mosi_heldout": ["text", "audio", "video"],
        "mosei_video": ["text", "audio", "video"],
        "tcga_brca5": ["mrna", "mirna", "methylation", "cnv", "rppa"],
        "tcga_kipan_cnv_rppa": ["cnv", "rppa"],
    }
    for name, views in own.items():
        if (data / name).is_dir():
            yield name, lambda n=name, v=views: arrays_of(data / n, v, most.get(n))
    if (data / "av_digits").is_dir():  # six speakers are too few to leave out whole ones
        yield "av_digits", lambda: arrays_of(data / "av_digits", ["image", "audio"], groups=False)
    if (data / "ombria").is_dir():
        yield "ombria", lambda: ombria(data / "ombria")
    if (data / "sen1floods11_chip").is_dir():
        yield "sen1floods11_chip", lambda: flood_chip(data / "sen1floods11_chip")
    if fashion_folder.is_dir():
        yield "fashion", lambda: fashion(fashion_folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument(
        "--fashion", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist")
    )
    args = parser.parse_args()
    for name, make in sets(args.data, args.fashion):
        arrays = make()
        if name in CONTROLS:
            arrays |= controls(name, arrays)
        save(args.out / name, arrays)
        print(name, {view: array.shape for view, array in arrays.items()}, flush=True)


if __name__ == "__main__":
    main()
