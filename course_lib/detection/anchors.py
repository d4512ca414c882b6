"""Anchors: boxes of a few sizes and shapes at every place of a feature map, from which a network corrects its way."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ..exercises import exercise


def _check_generate_anchors(height, width, stride, sizes, ratios=(1.0,)):
    if min(height, width) < 1 or stride <= 0 or not sizes or not ratios or min(*sizes, *ratios) <= 0:
        raise ValueError(
            "generate_anchors: height and width should be at least 1, and stride, sizes and ratios positive, "
            f"got {height}, {width}, {stride}, {tuple(sizes)} and {tuple(ratios)}"
        )


@exercise("a5", accepts=_check_generate_anchors)
def generate_anchors(
    height: int, width: int, stride: float, sizes: Sequence[float], ratios: Sequence[float] = (1.0,)
) -> Tensor:
    """Boxes centred on every place of a feature map: each size in each ratio of height to width, of the same area.

        centre of row i, column j: ((j + 1/2) stride, (i + 1/2) stride)
        width = size / sqrt(ratio), height = size sqrt(ratio)

    The order is by row, then column, then size, then ratio: that in which `flatten_predictions` puts what a network
    says about them.

    Args:
        height, width: of the map.
        stride: of the map, in pixels of the picture.
        sizes: square root of the area, in pixels.
        ratios: height / width.

    Returns:
        (height width A, 4) float32, x1 y1 x2 y2, with A = len(sizes) len(ratios); those at the border stick out of the
        picture.

    Raises:
        ValueError: something is not positive.

    Source: Ren et al. 2015, "Faster R-CNN", section 3.1.1.
    """
    size = torch.tensor(sizes, dtype=torch.float32)[:, None]
    root = torch.tensor(ratios, dtype=torch.float32).sqrt()
    w, h = (size / root).flatten(), (size * root).flatten()  # (A,)
    around_zero = torch.stack([-w, -h, w, h], dim=1) / 2
    y = (torch.arange(height) + 0.5) * stride
    x = (torch.arange(width) + 0.5) * stride
    row, column = torch.meshgrid(y, x, indexing="ij")
    centres = torch.stack([column, row, column, row], dim=2)  # (height, width, 4)
    return (centres[:, :, None] + around_zero).reshape(-1, 4)


def _check_flatten_predictions(maps, numbers):
    if maps.dim() != 4 or maps.shape[1] % numbers:
        raise ValueError(
            f"flatten_predictions: maps should be (B, A {numbers}, h, w) with any A, for {numbers} numbers about each "
            f"anchor, got {tuple(maps.shape)}"
        )


@exercise("a5", accepts=_check_flatten_predictions)
def flatten_predictions(maps: Tensor, numbers: int) -> Tensor:
    """What a convolution says about the anchors of a map, in the order of `generate_anchors`.

    Args:
        maps: (B, A K, h, w), however they lie in memory: channel a K + k has the k-th number about the a-th anchor of
            each place.
        numbers: K, about each anchor: 4 for codes, C for scores of C classes.

    Returns:
        (B, h w A, K): by row, then column, then anchor.

    Raises:
        ValueError: the channels cannot be divided among anchors of that many numbers.
    """
    B, _, h, w = maps.shape
    return maps.view(B, -1, numbers, h, w).permute(0, 3, 4, 1, 2).reshape(B, -1, numbers)
