"""SSD: class and box at every anchor of several feature maps at once, and only the hardest background to learn from."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..exercises import exercise
from .anchors import flatten_predictions, generate_anchors
from .backbone import StagedEncoder
from .boxes import box_iou, decode_boxes, encode_boxes
from .matching import match_anchors
from .nms import best_detections
from .targets import check_targets, pad_pictures


class AnchorPredictions(NamedTuple):
    """What a detector with one stage says about the anchors of all maps, from fine to coarse."""

    logits: Tensor  # of the classes, (B, A, C + 1) with background first (SSD), or (B, A, C) (RetinaNet)
    codes: Tensor  # of the boxes, as of `encode_boxes`, (B, A, 4)
    anchors: Tensor  # the same for all pictures, (A, 4)
    sizes: list[tuple[int, int]]  # of the pictures before padding, (height, width)


def anchors_of_maps(
    maps: Sequence[Tensor], strides: Sequence[int], sizes: Sequence[Sequence[float]], ratios: Sequence[float]
) -> Tensor:
    """The anchors of several maps, one map after the other.

    Args:
        maps: (B, D, h, w) each.
        strides: of the maps, in pixels of the picture.
        sizes: of the anchors of each map, in pixels.
        ratios: height / width, the same for all maps.

    Returns:
        (A, 4), on the device of the maps.
    """
    levels = zip(maps, strides, sizes, strict=True)
    anchors = [generate_anchors(*level.shape[2:], stride, of_level, ratios) for level, stride, of_level in levels]
    return torch.cat(anchors).to(maps[0].device)


def match_targets(anchors: Tensor, targets: Sequence[dict], low: float, high: float) -> Tensor:
    """`match_anchors` for each picture, (B, A)."""
    return torch.stack([match_anchors(box_iou(anchors, target["boxes"]), low, high) for target in targets])


def labels_of_matches(matches: Tensor, targets: Sequence[dict]) -> Tensor:
    """The class that each anchor has to say: 1 to C where it has an object, and 0 elsewhere, (B, A) int64."""
    labels = torch.zeros_like(matches)
    for of_picture, match, target in zip(labels, matches, targets, strict=True):
        of_picture[match >= 0] = target["labels"][match[match >= 0]]
    return labels


def box_loss(codes: Tensor, anchors: Tensor, matches: Tensor, targets: Sequence[dict], beta: float = 1 / 9) -> Tensor:
    """Smooth L1 between the codes of anchors that have an object, and what they should be, added up.

        smooth_L1(d) = d^2 / (2 beta) for abs(d) < beta, and abs(d) - beta / 2 beyond

    Args:
        codes: (B, A, 4).
        anchors: (A, 4).
        matches: the number of each anchor's object, or below 0, (B, A).
        targets: for each picture, a dict with boxes (N, 4).
        beta: where the parabola becomes a line.

    Source: Girshick 2015, "Fast R-CNN", equation 3, with beta = 1. A good anchor's codes are much smaller than that.
    """
    total = codes.sum() * 0  # where there are no objects, a loss of 0 that still has a gradient
    for said, match, target in zip(codes, matches, targets, strict=True):
        has = match >= 0
        true = encode_boxes(target["boxes"][match[has]], anchors[has])
        total = total + F.smooth_l1_loss(said[has], true, beta=beta, reduction="sum")
    return total


def _check_hard_negatives(losses, positives, ratio=3.0):
    if losses.dim() != 1 or losses.shape != positives.shape or positives.dtype != torch.bool:
        raise ValueError(
            "hard_negatives: expected the losses of one picture (A,) and positives (A,) bool, got "
            f"{tuple(losses.shape)} and {tuple(positives.shape)} {positives.dtype}"
        )


@exercise("a5", accepts=_check_hard_negatives)
def hard_negatives(losses: Tensor, positives: Tensor, ratio: float = 3.0) -> Tensor:
    """The anchors of one picture that are mistaken for objects most: of the background, only these are learned from.

    Almost all anchors are background, and if all counted, the few that are not would hardly matter.

    Args:
        losses: how wrong each anchor is if it is background, (A,), at least 0.
        positives: which have an object, (A,) bool.
        ratio: how many negatives for each positive, at the most.

    Returns:
        The places of the negatives with the largest losses, the largest first, (K,) int64: `ratio` times as many as
        there are positives, rounded down, or all negatives if there are fewer. None in a picture without objects.

    Raises:
        ValueError: losses and positives are not (A,), or positives is not bool.

    Source: Liu et al. 2016, "SSD: Single Shot MultiBox Detector", section 2.2, "Hard negative mining".
    """
    count = min(int(ratio * positives.sum()), int((~positives).sum()))
    return losses.masked_fill(positives, -torch.inf).topk(count).indices


class SSD(nn.Module):
    """The single-shot detector: on each of several maps, one convolution says class and box of every anchor.

    Args:
        backbone: pictures to maps from fine to coarse, with their `channels` and `strides`, such as `StagedEncoder`;
            the last maps are used, as many as `sizes` has entries.
        classes: C, without background.
        sizes: of the anchors, in pixels, for each of these maps.
        ratios: height / width of the anchors.

    Source: Liu et al. 2016. In place of ever more layers behind a network from elsewhere, we use the backbone's own
    maps, trained from scratch; codes are not divided by variances, smooth L1 bends at 1/9 instead.
    """

    def __init__(
        self, backbone: nn.Module, classes: int, sizes: Sequence[Sequence[float]], ratios: Sequence[float] = (1.0,)
    ):
        super().__init__()
        self.backbone, self.classes, self.sizes, self.ratios = backbone, classes, sizes, ratios
        self.strides, channels = backbone.strides[-len(sizes) :], backbone.channels[-len(sizes) :]
        anchors = [len(of_level) * len(ratios) for of_level in sizes]  # at each place of each map
        levels = list(zip(channels, anchors, strict=True))
        self.class_layers = nn.ModuleList(nn.Conv2d(D, A * (classes + 1), 3, padding=1) for D, A in levels)
        self.box_layers = nn.ModuleList(nn.Conv2d(D, A * 4, 3, padding=1) for D, A in levels)

    def forward(self, pictures: Sequence[Tensor] | Tensor) -> AnchorPredictions:
        """Pictures (3, h, w) of any sizes give what is said about all anchors."""
        batch, sizes = pad_pictures(pictures)
        maps = self.backbone(batch)[-len(self.sizes) :]
        logits = [layer(m) for layer, m in zip(self.class_layers, maps, strict=True)]
        codes = [layer(m) for layer, m in zip(self.box_layers, maps, strict=True)]
        return AnchorPredictions(
            torch.cat([flatten_predictions(m, self.classes + 1) for m in logits], dim=1),
            torch.cat([flatten_predictions(m, 4) for m in codes], dim=1),
            anchors_of_maps(maps, self.strides, self.sizes, self.ratios),
            sizes,
        )

    def loss(self, raw: AnchorPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """Cross-entropy of the anchors with objects and of the hardest others, and the loss of the boxes.

        Both are divided by the number of anchors that have an object, in all pictures together; an anchor has the
        object that it overlaps by half or more, and each object has at least one anchor.
        """
        check_targets(targets, raw.sizes)
        matches = match_targets(raw.anchors, targets, 0.5, 0.5)
        labels = labels_of_matches(matches, targets)
        losses = F.cross_entropy(raw.logits.transpose(1, 2), labels, reduction="none")  # (B, A)
        learned = labels > 0
        for of_picture, chosen in zip(losses.detach(), learned, strict=True):
            chosen[hard_negatives(of_picture, chosen)] = True
        count = (matches >= 0).sum().clamp(min=1)
        boxes = box_loss(raw.codes, raw.anchors, matches, targets)
        return {"classes": losses[learned].sum() / count, "boxes": boxes / count}

    @torch.no_grad()
    def postprocess(
        self, raw: AnchorPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """The objects found in each picture: boxes, labels and scores, the best first."""
        scores = raw.logits.softmax(dim=2)[..., 1:]
        return detections_at_anchors(raw, scores, score_threshold, iou_threshold, most)


def detections_at_anchors(
    raw: AnchorPredictions, scores: Tensor, score_threshold: float, iou_threshold: float, most: int
) -> list[dict]:
    """`best_detections` in each picture, from the scores (B, A, C) of all classes but background."""
    return [
        best_detections(decode_boxes(codes, raw.anchors), of_picture, size, score_threshold, iou_threshold, most)
        for codes, of_picture, size in zip(raw.codes, scores, raw.sizes, strict=True)
    ]


def shapes_ssd() -> SSD:
    """An untrained SSD for the six kinds of things in the world of shapes."""
    return SSD(StagedEncoder(), classes=6, sizes=((20,), (37,)))
