"""Selective search: regions that look alike are joined, again and again; every region on the way is a proposal."""

import heapq
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from skimage.color import rgb2hsv, rgb2lab
from skimage.filters import gaussian
from skimage.segmentation import felzenszwalb
from torch import Tensor

from ..arguments import check_shapes

COLOURS = {  # each with channels from 0 to 1
    "rgb": lambda image: image,
    "hsv": rgb2hsv,
    "lab": lambda image: rgb2lab(image) / [100, 255, 255] + [0, 0.5, 0.5],
}
COLOUR_BINS, TEXTURE_BINS, DIRECTIONS = 25, 10, 8


class Regions(NamedTuple):
    """What grouping knows about N regions."""

    sizes: np.ndarray  # pixels, (N,)
    boxes: np.ndarray  # (N, 4)
    histograms: np.ndarray  # of colour, 75 bins, and of texture, 240 bins; each has the sum 1, (N, 315)


def selective_search(
    picture: Tensor,
    scales: Sequence[float] = (50, 100),
    colours: Sequence[str] = ("hsv", "lab"),
    smallest: int = 20,
    most: int = 2000,
    seed: int = 0,
) -> Tensor:
    """Boxes around regions of a picture that may be objects, the most likely first.

    Every scale in every colour space gives a hierarchy of regions of its own, since one colour space sees what another
    one does not. In each, the region that was made last has the rank 1; the boxes are sorted by rank times a random
    number, so that the largest are not always the first. A box that several regions have keeps its best place.

    Args:
        picture: (3, H, W) from 0 to 1.
        scales: of the first regions; the larger, the larger these are.
        colours: "rgb", "hsv" or "lab".
        smallest: pixels that a first region has at the least.
        most: how many boxes to return at the most.
        seed: of the random numbers.

    Returns:
        (R, 4), no box twice.

    Source: Uijlings et al. 2013, "Selective Search for Object Recognition", sections 3 and 4.3. It has more colour
    spaces, and further ways to compare regions.
    """
    rng, best = np.random.default_rng(seed), {}
    for colour in colours:
        for scale in scales:
            boxes = group_regions(picture, scale, colour, smallest)[2]
            ranks = np.arange(len(boxes), 0, -1) * rng.random(len(boxes))
            for box, rank in zip(map(tuple, boxes.tolist()), ranks.tolist(), strict=True):
                best[box] = min(rank, best.get(box, rank))
    return torch.tensor(sorted(best, key=best.get)[:most], dtype=torch.float32)


def group_regions(
    picture: Tensor, scale: float = 100, colour: str = "hsv", smallest: int = 20
) -> tuple[np.ndarray, list[tuple[int, int]], np.ndarray]:
    """Cut a picture into N regions, then join the two neighbours that are most alike until one is left.

        s(a, b) = s_colour + s_texture + s_size + s_fill
        s_colour, s_texture = sum over bins of min(histogram_a, histogram_b)
        s_size = 1 - (|a| + |b|) / |picture|
        s_fill = 1 - (|box around both| - |a| - |b|) / |picture|

    Small regions are joined early by s_size, and by s_fill those of which one lies within the other.

    Args:
        picture, scale, colour, smallest: as in `selective_search`.

    Returns:
        The first regions, numbers from 0 to N - 1, (H, W); N - 1 pairs of regions that were joined, the k-th of which
        became region N + k; boxes of all, (2N - 1, 4).

    Raises:
        ValueError: not a picture of this shape, or an unknown colour space.

    Source: Uijlings et al. 2013, section 3.2; the first regions are those of Felzenszwalb and Huttenlocher 2004,
    "Efficient Graph-Based Image Segmentation".
    """
    check_shapes("group_regions", picture=(picture, "3 H W"))
    if colour not in COLOURS:
        raise ValueError(f"group_regions: colour should be one of {', '.join(COLOURS)}, got {colour!r}")
    image = COLOURS[colour](picture.permute(1, 2, 0).cpu().double().numpy())
    labels = felzenszwalb(image, scale, sigma=0.8, min_size=smallest)
    joined, regions = _join_all(_measure(image, labels), _neighbours(labels), labels.size)
    return labels, joined, regions.boxes


def _measure(image: np.ndarray, labels: np.ndarray) -> Regions:
    """Sizes, boxes and histograms of the regions of an image (H, W, 3).

    Texture is how steeply each channel rises in eight directions.
    """
    x1, x2 = _extent(labels.T)
    y1, y2 = _extent(labels)
    dy, dx = np.gradient(gaussian(image, 1, channel_axis=2), axis=(0, 1))
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    slopes = dx[..., None] * np.cos(angles) + dy[..., None] * np.sin(angles)
    slopes = slopes.reshape(*labels.shape, -1) / max(slopes.max(), 1e-12)
    histograms = [_histograms(image, labels, COLOUR_BINS), _histograms(slopes, labels, TEXTURE_BINS)]
    return Regions(np.bincount(labels.ravel()), np.stack([x1, y1, x2, y2], axis=1), np.concatenate(histograms, axis=1))


def _extent(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first row of each region, and the row after its last one."""
    flat, rows = labels.ravel(), np.indices(labels.shape)[0].ravel()
    first, last = np.zeros((2, labels.max() + 1), dtype=int)
    last[flat] = rows  # of several values for one region, NumPy keeps the last
    first[flat[::-1]] = rows[::-1]
    return first, last + 1


def _histograms(values: np.ndarray, labels: np.ndarray, bins: int) -> np.ndarray:
    """For each region the histograms of all channels side by side, (N, channels bins), of the sum 1."""
    N, channels = labels.max() + 1, values.shape[2]
    places = (values * bins).astype(int).clip(0, bins - 1) + bins * np.arange(channels)
    places += channels * bins * labels[..., None]
    counts = np.bincount(places.ravel(), minlength=N * channels * bins).reshape(N, -1)
    return counts / counts.sum(axis=1, keepdims=True)


def _neighbours(labels: np.ndarray) -> np.ndarray:
    """Pairs of regions that have an edge in common, (P, 2), each pair once."""
    beside = np.stack([labels[:, :-1].ravel(), labels[:, 1:].ravel()], axis=1)
    below = np.stack([labels[:-1].ravel(), labels[1:].ravel()], axis=1)
    pairs = np.sort(np.concatenate([beside, below]), axis=1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)


def _similarity(regions: Regions, a: np.ndarray, b: np.ndarray, area: int) -> list[float]:
    """s(a, b) of pairs of regions, numbers (P,) each."""
    sizes = regions.sizes[a] + regions.sizes[b]
    corner = np.minimum(regions.boxes[a, :2], regions.boxes[b, :2])
    around = (np.maximum(regions.boxes[a, 2:], regions.boxes[b, 2:]) - corner).prod(axis=1)
    alike = np.minimum(regions.histograms[a], regions.histograms[b]).sum(axis=1)  # in colour and in texture
    return (alike + 1 - sizes / area + 1 - (around - sizes) / area).tolist()


def _join_all(regions: Regions, pairs: np.ndarray, area: int) -> tuple[list[tuple[int, int]], Regions]:
    """Join the two most similar neighbours until there are none; only what touches a new region is compared anew."""
    N = len(regions.sizes)
    regions = Regions(*(np.concatenate([x, np.zeros((N - 1, *x.shape[1:]), x.dtype)]) for x in regions))
    near: list[set[int]] = [set() for _ in range(2 * N - 1)]
    for a, b in pairs.tolist():
        near[a].add(b)
        near[b].add(a)
    queue = [(-s, a, b) for s, (a, b) in zip(_similarity(regions, *pairs.T, area), pairs.tolist(), strict=True)]
    heapq.heapify(queue)
    gone, joined = set(), []
    while queue:
        _, a, b = heapq.heappop(queue)
        if a in gone or b in gone:
            continue
        new = N + len(joined)
        _join(regions, a, b, new)
        joined.append((a, b))
        gone |= {a, b}
        near[new] = (near[a] | near[b]) - gone
        others = np.array(sorted(near[new]), dtype=int)
        alike = _similarity(regions, others, np.full_like(others, new), area)
        for s, other in zip(alike, others.tolist(), strict=True):
            near[other].add(new)
            heapq.heappush(queue, (-s, other, new))
    return joined, regions


def _join(regions: Regions, a: int, b: int, new: int) -> None:
    """Write down what is known of a and b together; nobody has to look at their pixels again."""
    sizes, boxes, histograms = regions
    sizes[new] = sizes[a] + sizes[b]
    boxes[new, :2] = np.minimum(boxes[a, :2], boxes[b, :2])
    boxes[new, 2:] = np.maximum(boxes[a, 2:], boxes[b, 2:])
    histograms[new] = (sizes[a] * histograms[a] + sizes[b] * histograms[b]) / sizes[new]
