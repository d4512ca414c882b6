"""Batches of real pictures, all of one size, with boxes and masks or with label maps."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from .boxes_and_masks import decode_masks
from .registry import CorruptData


class PictureBatches:
    """Batches of pictures with boxes, such as those of `load_bccd`.

    Iterating gives (pictures (B, 3, h, w) float32 from 0 to 1, a tuple of B targets), in an order drawn from torch's
    global random numbers; pictures that do not fill a batch are left out. Targets have boxes (N, 4), labels (N,), and,
    if the samples' targets have `run_lengths`, masks (N, h, w) bool.

    Every picture is read once, here, and kept in the size it is needed in, 3 h w bytes each. For evaluation, all of
    them are there in the order of the samples: `pictures` (N, 3, h, w) uint8, and `targets`.

    Args:
        samples: (picture, target) each.
        batch_size: B.
        size: (h, w), to which pictures are resized together with their boxes, which are clipped to them.
        flip: whether each picture is mirrored left to right, together with its target, with a probability of 1/2.

    Raises:
        CorruptData: a picture cannot be read.
    """

    def __init__(
        self, samples: Sequence[tuple[Path, dict[str, Any]]], batch_size: int, size: tuple[int, int], flip: bool = False
    ):
        self.batch_size, self.flip, self.targets = batch_size, flip, []
        self.pictures = torch.empty(len(samples), 3, *size, dtype=torch.uint8)
        for place, (file, target) in enumerate(samples):
            self.pictures[place], before = _read_picture(file, size)
            self.targets.append(_resize_target(target, before, size))

    def __len__(self) -> int:
        return len(self.pictures) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, tuple[dict[str, Tensor], ...]]]:
        for places, flipped in _draw(self):
            pictures = _flip(self.pictures[places], flipped).float().div_(255)
            chosen = [self.targets[place] for place in places]
            width = pictures.shape[3]
            yield (
                pictures,
                tuple(flip_target(t, width) if f else t for t, f in zip(chosen, flipped.tolist(), strict=True)),
            )


class LabelMapBatches:
    """Batches of pictures with label maps, such as those of `load_camvid`.

    Iterating gives (pictures (B, 3, h, w) float32 from 0 to 1, maps (B, h, w) int64), in an order drawn from torch's
    global random numbers; pictures that do not fill a batch are left out. Numbers in the maps are as in the files: one
    that means "none of the classes" is to be ignored by the loss.

    Every picture is read once, here, and kept in the size it is needed in, 4 h w bytes each. For evaluation, all of
    them are there in the order of the samples: `pictures` (N, 3, h, w) and `maps` (N, h, w), both uint8.

    Args:
        samples: (picture, map) each; a map is a picture with one number per pixel.
        batch_size: B.
        size: (h, w); maps get the number that the nearest pixel has, never one in between.
        flip: whether each picture is mirrored left to right, together with its map, with a probability of 1/2.

    Raises:
        CorruptData: a picture or map cannot be read, they differ in size, or a map is in colours.
    """

    def __init__(
        self, samples: Sequence[tuple[Path, Path]], batch_size: int, size: tuple[int, int], flip: bool = False
    ):
        self.batch_size, self.flip = batch_size, flip
        self.pictures = torch.empty(len(samples), 3, *size, dtype=torch.uint8)
        self.maps = torch.empty(len(samples), *size, dtype=torch.uint8)
        for place, (picture, labels) in enumerate(samples):
            self.pictures[place], before = _read_picture(picture, size)
            read = _read_map(labels)
            if read.shape != before:
                raise CorruptData(f"{labels} is {tuple(read.shape)}, but its picture {picture} is {before}")
            self.maps[place] = _nearest(read, size)

    def __len__(self) -> int:
        return len(self.pictures) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for places, flipped in _draw(self):
            pictures = _flip(self.pictures[places], flipped).float().div_(255)
            yield pictures, _flip(self.maps[places], flipped).long()


def flip_target(target: dict[str, Tensor], width: int) -> dict[str, Tensor]:
    """The target of a picture that is mirrored left to right: what was the right edge of a box becomes the left one.

        x1' = width - x2,  x2' = width - x1

    Args:
        target: with boxes (N, 4), and perhaps masks (N, h, w).
        width: of the picture.
    """
    x1, y1, x2, y2 = target["boxes"].unbind(dim=1)
    flipped = {**target, "boxes": torch.stack([width - x2, y1, width - x1, y2], dim=1)}
    if "masks" in target:
        flipped["masks"] = target["masks"].flip(-1)
    return flipped


def _draw(of: PictureBatches | LabelMapBatches) -> Iterator[tuple[Tensor, Tensor]]:
    """For each batch, the places of its pictures and which of them are flipped."""
    for places in torch.randperm(len(of.pictures)).split(of.batch_size)[: len(of)]:
        yield places, (torch.rand(len(places)) < 0.5) & of.flip


def _flip(maps: Tensor, flipped: Tensor) -> Tensor:
    """Some of a batch (B, ..., w) mirrored left to right."""
    return torch.where(flipped.view(-1, *[1] * (maps.dim() - 1)), maps.flip(-1), maps)


def _read_picture(file: Path, size: tuple[int, int]) -> tuple[Tensor, tuple[int, int]]:
    """The resized picture, (3, h, w) uint8, and the size it had."""
    height, width = size
    try:
        with Image.open(file) as opened:
            resized = opened.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
            return torch.from_numpy(np.array(resized)).permute(2, 0, 1), (opened.height, opened.width)
    except OSError as error:
        raise CorruptData(f"the picture {file} cannot be read: {error}") from None


def _read_map(file: Path) -> Tensor:
    """The numbers of a label map, (h, w) uint8; those of a palette's colours are numbers, too."""
    try:
        with Image.open(file) as opened:
            if opened.mode not in ("L", "P"):
                raise CorruptData(f"{file} should have one number per pixel (mode L or P), got mode {opened.mode}")
            return torch.from_numpy(np.array(opened))
    except OSError as error:
        raise CorruptData(f"the label map {file} cannot be read: {error}") from None


def _resize_target(target: dict[str, Any], before: tuple[int, int], size: tuple[int, int]) -> dict[str, Tensor]:
    """What is true of a picture after it has been resized."""
    (old_height, old_width), (height, width) = before, size
    limit = torch.tensor([width, height, width, height], dtype=torch.float32)
    boxes = target["boxes"] * (limit / torch.tensor([old_width, old_height, old_width, old_height]))
    resized = {**target, "boxes": torch.minimum(boxes.clamp(min=0), limit)}
    if "run_lengths" in target:
        resized["masks"] = _nearest(decode_masks(resized.pop("run_lengths"), before), size)
    return resized


def _nearest(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Maps (..., h, w) in another size: each pixel gets what the nearest one has, by their centres."""
    (old_height, old_width), (height, width) = maps.shape[-2:], size
    rows = (2 * torch.arange(height) + 1) * old_height // (2 * height)
    columns = (2 * torch.arange(width) + 1) * old_width // (2 * width)
    return maps[..., rows[:, None], columns]
