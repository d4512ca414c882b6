"""Pictures of scenes, and the truth about their pixels."""

from functools import cache

import numpy as np
import torch
from torch import Tensor

from .scene import KINDS, Scene

_PAINT = {
    "red": (214, 48, 49),
    "green": (46, 160, 67),
    "blue": (46, 98, 214),
    "yellow": (240, 200, 40),
    "purple": (140, 70, 190),
    "white": (245, 245, 245),
}


def draw_scene(scene: Scene) -> np.ndarray:
    """The picture, (side, side, 3) uint8."""
    top, left = divmod(scene.ground, 100)
    picture = _ground()[top : top + scene.side, left : left + scene.side].copy()
    for thing in scene.things:
        patch, stencil = _patch(thing.kind, thing.colour, thing.texture, thing.radius)
        np.copyto(_region(picture, thing), patch, where=stencil[:, :, None])
    return picture


def draw_scenes(scenes: list[Scene]) -> Tensor:
    """Pictures as networks take them, (N, 3, side, side) float32 from 0 to 1."""
    pictures = torch.from_numpy(np.stack([draw_scene(scene) for scene in scenes]))
    return pictures.permute(0, 3, 1, 2).float().div_(255)


def instance_map(scene: Scene) -> np.ndarray:
    """For each pixel, which thing is seen there: its place in `scene.things` plus one, or 0 for the ground; uint8."""
    owner = np.zeros((scene.side, scene.side), dtype=np.uint8)
    for number, thing in enumerate(scene.things, start=1):
        _region(owner, thing)[_stencil(thing.kind, thing.radius)] = number
    return owner


def semantic_map(scene: Scene) -> np.ndarray:
    """For each pixel, the kind of thing seen there: its place in `KINDS` plus one, or 0 for the ground; uint8."""
    kinds = [0, *(1 + KINDS.index(thing.kind) for thing in scene.things)]
    return np.array(kinds, dtype=np.uint8)[instance_map(scene)]


def boxes(scene: Scene) -> np.ndarray:
    """The smallest boxes around what is seen of each thing, (N, 4) float32, x1 y1 x2 y2 with the far edges outside."""
    owner, found = instance_map(scene), []
    for number in range(1, len(scene.things) + 1):
        rows, columns = np.nonzero(owner == number)
        found.append((columns.min(), rows.min(), columns.max() + 1, rows.max() + 1))
    return np.array(found, dtype=np.float32).reshape(-1, 4)


def _region(array: np.ndarray, thing) -> np.ndarray:
    """The part of an array in which a thing lies."""
    r = thing.radius
    return array[thing.y - r : thing.y + r + 1, thing.x - r : thing.x + r + 1]


@cache
def _ground() -> np.ndarray:
    """Grey paper with a grain, larger than any picture, so that each can have its own part of it."""
    grain = np.random.default_rng(0).normal(110, 8, size=(228, 228, 1))
    return np.repeat(grain, 3, axis=2).clip(0, 255).astype(np.uint8)


@cache
def _stencil(kind: str, radius: int) -> np.ndarray:
    """Which pixels of the square around it a thing covers, (2 radius + 1, 2 radius + 1) bool."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1] / radius
    r, thick = np.hypot(x, y), 0.36
    return {
        "circle": r <= 1,
        "square": np.maximum(abs(x), abs(y)) <= 0.9,
        "triangle": (y <= 0.9) & (abs(x) <= (y + 1) / 2),
        "ring": (r <= 1) & (r >= 0.55),
        "cross": (abs(x) <= thick) | (abs(y) <= thick),
        "diamond": abs(x) + abs(y) <= 1,
    }[kind]


@cache
def _patch(kind: str, colour: str, texture: str, radius: int) -> tuple[np.ndarray, np.ndarray]:
    """The coloured square around a thing, and its stencil."""
    y, x = np.mgrid[: 2 * radius + 1, : 2 * radius + 1]
    dark = {"plain": x < 0, "striped": y % 4 < 2, "dotted": (x % 4 < 2) & (y % 4 < 2)}[texture]
    paint = np.array(_PAINT[colour])
    patch = np.where(dark[:, :, None], paint * 0.45, paint).astype(np.uint8)
    return patch, _stencil(kind, radius)
