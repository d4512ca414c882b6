"""Where to look: windows everywhere, or a few places where something may be; and how many objects they reach."""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from .boxes import box_iou


def sliding_windows(
    size: tuple[int, int], sizes: Sequence[float], ratios: Sequence[float] = (0.5, 1.0, 2.0), step: float = 0.25
) -> Tensor:
    """Windows of several sizes and shapes, slid over the whole picture.

        w = s / sqrt(r), h = s sqrt(r)
        windows = sum over s, r of (floor((W - w) / (step w)) + 1) (floor((H - h) / (step h)) + 1)

    A window that is larger than the picture in one direction is left out.

    Args:
        size: of the picture, (H, W).
        sizes: s, square root of a window's area, in pixels.
        ratios: r, height / width.
        step: how far a window moves at a time, as a share of its width or height.

    Returns:
        (N, 4), shape by shape, each by row, then column. `len` of it is how often a classifier has to run.
    """
    H, W = size
    windows = [torch.zeros(0, 4)]
    for s, r in itertools.product(sizes, ratios):
        w, h = s / r**0.5, s * r**0.5
        if w <= W and h <= H:
            x = step * w * torch.arange((W - w) // (step * w) + 1)
            y = step * h * torch.arange((H - h) // (step * h) + 1)
            y, x = (values.flatten() for values in torch.meshgrid(y, x, indexing="ij"))
            windows.append(torch.stack([x, y, x + w, y + h], dim=1))
    return torch.cat(windows)


def proposal_recall(
    proposals: Sequence[Tensor], targets: Sequence[dict], counts: Sequence[int] = (100, 300, 1000), iou: float = 0.5
) -> dict[int, float]:
    """The share of objects that at least one of the first proposals overlaps enough.

    What no proposal reaches, no classifier of proposals can find: this is the most that its recall can be.

    Args:
        proposals: for each picture, (R, 4), the most likely first.
        targets: for each picture, a dict with boxes (N, 4).
        counts: how many proposals to take from each picture.
        iou: how much they must overlap.

    Returns:
        A dict from count to recall; nan if there are no objects.
    """
    first = []  # for each object, the place of the first proposal that overlaps it enough
    for boxes, target in zip(proposals, targets, strict=True):
        reached = box_iou(target["boxes"], boxes) >= iou  # (N, R)
        first += [row.nonzero()[0, 0].item() if row.any() else torch.inf for row in reached]
    return {count: sum(place < count for place in first) / len(first) if first else torch.nan for count in counts}
