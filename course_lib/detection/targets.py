"""What goes into a detector: pictures of different sizes side by side, and the truth about them."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


def pad_pictures(pictures: Sequence[Tensor], divisor: int = 32) -> tuple[Tensor, list[tuple[int, int]]]:
    """One batch of pictures of different sizes: zeros are added at the right and at the bottom.

    Args:
        pictures: (3, h, w) each, or a batch (B, 3, H, W).
        divisor: the sides of the batch are multiples of it, so that a network can halve them five times.

    Returns:
        The batch (B, 3, H, W), and height and width of each picture in it.
    """
    sizes = [(picture.shape[1], picture.shape[2]) for picture in pictures]
    height, width = (-(-max(sides) // divisor) * divisor for sides in zip(*sizes, strict=True))
    if isinstance(pictures, Tensor):
        return nn.functional.pad(pictures, (0, width - sizes[0][1], 0, height - sizes[0][0])), sizes
    padded = [nn.functional.pad(p, (0, width - p.shape[2], 0, height - p.shape[1])) for p in pictures]
    return torch.stack(padded), sizes


def check_targets(targets: Sequence[dict[str, Tensor]], sizes: Sequence[tuple[int, int]]) -> None:
    """Refuse what no detector can learn from, and say which box of which picture it is.

    Args:
        targets: for each picture a dict of `boxes` (N, 4) and `labels` (N,), from 1 on.
        sizes: height and width of each picture.

    Raises:
        ValueError: as many targets as pictures are expected, as many labels as boxes, and of every box a positive width
            and height, finite edges within the picture, and a label of at least 1.
    """
    if len(targets) != len(sizes):
        raise ValueError(f"a detector needs one target for each picture, got {len(targets)} for {len(sizes)} pictures")
    for n, (target, (height, width)) in enumerate(zip(targets, sizes, strict=True)):
        boxes, labels = target["boxes"], target["labels"]
        if boxes.shape != (len(labels), 4) or labels.dim() != 1:
            raise ValueError(
                f"picture {n}: boxes should be (N, 4) and labels (N,), got {tuple(boxes.shape)} and "
                f"{tuple(labels.shape)}"
            )
        x1, y1, x2, y2 = boxes.unbind(1)
        good = (x1 >= 0) & (x1 < x2) & (x2 <= width) & (y1 >= 0) & (y1 < y2) & (y2 <= height)
        if not good.all():
            which = int((~good).nonzero()[0])
            raise ValueError(
                f"picture {n}, box {which}: 0 <= x1 < x2 <= {width} and 0 <= y1 < y2 <= {height} should hold for "
                f"x1, y1, x2, y2, got {boxes[which].tolist()}; clip it, or leave it out"
            )
        if len(labels) and labels.min() < 1:
            which = int(labels.argmin())
            raise ValueError(
                f"picture {n}, box {which}: labels count from 1, as 0 is the background; got {labels[which]}"
            )


def detection_loss(model: nn.Module, batch: tuple[Sequence[Tensor], Sequence[dict[str, Tensor]]]) -> Tensor:
    """The sum of a detector's losses, for `train`.

    Args:
        model: with `forward(pictures)` and `loss(raw, targets)`.
        batch: pictures, and a target for each.
    """
    pictures, targets = batch
    return torch.stack(list(model.loss(model(pictures), targets).values())).sum()
