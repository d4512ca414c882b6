"""R-CNN: cut out every proposal, bring it to one size, and let a convolutional network say what it shows."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torchvision.ops import roi_align

from ..data.shapes import Scene, detection_target, draw_scenes
from .backbone import StagedEncoder
from .boxes import cxcywh_to_xyxy, xyxy_to_cxcywh
from .roi_head import RoIHead, roi_detections, roi_loss, roi_targets, sample_rois
from .targets import check_targets


class RegionPredictions(NamedTuple):
    """What a detector says about the proposals of B pictures, R in all."""

    proposals: list[Tensor]  # of each picture, (R_b, 4)
    logits: Tensor  # of background and classes, one picture's proposals after the other's, (R, C + 1)
    codes: Tensor  # for each class, (R, C, 4)
    sizes: list[tuple[int, int]]  # of the pictures, (height, width)


def warp_crops(picture: Tensor, boxes: Tensor, size: int, context: float = 0.0) -> Tensor:
    """What a picture shows in boxes, each squeezed or stretched to a square.

    A pixel of the crop is the mean of a few points of the picture, interpolated bilinearly: one for each pixel that it
    covers, so that nothing is skipped.

    Args:
        picture: (3, H, W).
        boxes: (N, 4).
        size: of the crops, in pixels.
        context: how much of the surroundings to show on each side, as a share of the box's width and height. What is
            outside of the picture is 0.

    Returns:
        (N, 3, size, size).

    Source: Girshick et al. 2014, "Rich feature hierarchies for accurate object detection and semantic segmentation",
    appendix A; their context is 16 pixels of 227.
    """
    centre, sides = xyxy_to_cxcywh(boxes).split(2, dim=1)
    boxes = cxcywh_to_xyxy(torch.cat([centre, sides * (1 + 2 * context)], dim=1))
    return roi_align(picture[None], [boxes], size, aligned=True)


class RCNN(nn.Module):
    """Regions with CNN features: the encoder runs once for every proposal.

    In the paper, the network learns to classify, then one support vector machine for each class and a regression of
    boxes learn from its features; here one network learns both at once, from the two losses of its successor.

    Args:
        encoder: crops (N, 3, size, size) to maps from fine to coarse, such as `StagedEncoder`; the last one counts.
        head: features (N, D, P, P) to logits and codes, such as `RoIHead`; P is what the encoder makes of `size`.
        size: of the crops, in pixels.
        context: how much of the surroundings a crop shows, see `warp_crops`.

    Source: Girshick et al. 2014, section 2.
    """

    def __init__(self, encoder: nn.Module, head: nn.Module, size: int = 32, context: float = 0.125):
        super().__init__()
        self.encoder, self.head, self.size, self.context = encoder, head, size, context

    def forward(self, pictures: Sequence[Tensor] | Tensor, proposals: Sequence[Tensor]) -> RegionPredictions:
        """Pictures (3, h, w) of any sizes, and boxes (R_b, 4) in each, give what is said about the boxes."""
        both = zip(pictures, proposals, strict=True)
        crops = torch.cat([warp_crops(picture, boxes, self.size, self.context) for picture, boxes in both])
        logits, codes = self.head(self.encoder(crops)[-1])
        return RegionPredictions(list(proposals), logits, codes, [(p.shape[1], p.shape[2]) for p in pictures])

    def loss(self, raw: RegionPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """See `proposals_loss`."""
        return proposals_loss(raw, targets)

    def postprocess(
        self, raw: RegionPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """See `proposals_results`."""
        return proposals_results(raw, score_threshold, iou_threshold, most)


def proposals_loss(raw: RegionPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
    """Two losses, "class" and "box", over at most 64 proposals of each picture, a quarter of them with an object.

    Args:
        raw: what is said.
        targets: for each picture, a dict of boxes (N, 4) and labels (N,).
    """
    check_targets(targets, raw.sizes)
    places, labels, boxes = roi_targets(raw.proposals, targets)
    return roi_loss(raw.logits[places], raw.codes[places], torch.cat(raw.proposals)[places], labels, boxes)


@torch.no_grad()
def proposals_results(
    raw: RegionPredictions, score_threshold: float, iou_threshold: float, most: int
) -> list[dict[str, Tensor]]:
    """The objects found in each picture: boxes, labels and scores, the best first.

    Args:
        raw: what is said.
        score_threshold, iou_threshold, most: as in `best_detections`.
    """
    counts = [len(boxes) for boxes in raw.proposals]
    said = zip(raw.logits.split(counts), raw.codes.split(counts), raw.proposals, raw.sizes, strict=True)
    return [roi_detections(*one, score_threshold, iou_threshold, most) for one in said]


class ProposalBatches:
    """Batches of pictures, what a detector should find in them, and boxes to learn it from.

    Iterating gives (pictures (B, 3, side, side), a tuple of B targets, a tuple of B times boxes (K, 4)), in an order
    drawn from torch's global random numbers. The boxes are drawn from the proposals and the true boxes, a quarter of
    them with an object where there are enough.

    Args:
        scenes: what the pictures show.
        proposals: of each, (R, 4).
        batch_size: B.
        count: K at the most.
    """

    def __init__(self, scenes: Sequence[Scene], proposals: Sequence[Tensor], batch_size: int = 16, count: int = 32):
        self.scenes, self.proposals, self.batch_size, self.count = scenes, proposals, batch_size, count

    def __len__(self) -> int:
        return len(self.scenes) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, tuple[dict[str, Tensor], ...], tuple[Tensor, ...]]]:
        for places in torch.randperm(len(self.scenes)).split(self.batch_size)[: len(self)]:
            scenes = [self.scenes[place] for place in places]
            targets = tuple(detection_target(scene) for scene in scenes)
            known = [self.proposals[place] for place in places]
            yield draw_scenes(scenes), targets, tuple(map(self._some, known, targets))

    def _some(self, proposals: Tensor, target: dict[str, Tensor]) -> Tensor:
        boxes = torch.cat([proposals, target["boxes"]])
        return boxes[sample_rois(boxes, target, self.count)[0]]


def rcnn_loss(model: nn.Module, batch: tuple[Sequence[Tensor], Sequence[dict], Sequence[Tensor]]) -> Tensor:
    """The sum of the losses, for `train`.

    Args:
        model: `RCNN` or `FastRCNN`.
        batch: pictures, a target for each, and proposals for each, as of `ProposalBatches`.
    """
    pictures, targets, proposals = batch
    return torch.stack(list(model.loss(model(pictures, proposals), targets).values())).sum()


def shapes_rcnn() -> RCNN:
    """An untrained R-CNN for the six kinds of things in the world of shapes."""
    encoder = StagedEncoder((24, 48, 96))
    return RCNN(encoder, RoIHead(encoder.channels[-1], 4, classes=6, hidden=192), size=32)
