"""RetinaNet: one head on all levels of a feature pyramid, trained on all anchors with the focal loss."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .anchors import flatten_predictions
from .backbone import FeaturePyramid, StagedEncoder
from .focal import sigmoid_focal_loss
from .matching import IGNORED
from .ssd import (
    AnchorPredictions,
    anchors_of_maps,
    box_loss,
    detections_at_anchors,
    labels_of_matches,
    match_targets,
)
from .targets import check_targets, pad_pictures


class RetinaHead(nn.Module):
    """Two small convolutional networks, the same for all levels: one says the class of each anchor, one its box.

    The class logits start at -log((1 - prior) / prior), so that every anchor gives every class the probability
    `prior` at first: else the many anchors without an object would make for a huge loss in the first steps.

    Args:
        width: channels of the maps that come in, and of all layers between.
        anchors: A, at each place.
        classes: C.
        depth: convolutions before the last one.
        prior: pi.

    Source: Lin et al. 2017, section 4; there depth is 4, width 256, A = 9 and prior 0.01.
    """

    def __init__(self, width: int, anchors: int, classes: int, depth: int = 2, prior: float = 0.01):
        super().__init__()
        self.classes = classes
        self.class_tower = nn.Sequential(*_tower(width, depth), nn.Conv2d(width, anchors * classes, 3, padding=1))
        self.box_tower = nn.Sequential(*_tower(width, depth), nn.Conv2d(width, anchors * 4, 3, padding=1))
        for tower in (self.class_tower, self.box_tower):
            nn.init.normal_(tower[-1].weight, std=0.01)
            nn.init.zeros_(tower[-1].bias)
        nn.init.constant_(self.class_tower[-1].bias, -math.log((1 - prior) / prior))

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Maps (B, width, h, w) of all levels give logits (B, A', C) and codes (B, A', 4) of all A' anchors."""
        logits = [flatten_predictions(self.class_tower(level), self.classes) for level in maps]
        codes = [flatten_predictions(self.box_tower(level), 4) for level in maps]
        return torch.cat(logits, dim=1), torch.cat(codes, dim=1)


def _tower(width: int, depth: int) -> list[nn.Module]:
    return [layer for _ in range(depth) for layer in (nn.Conv2d(width, width, 3, padding=1), nn.ReLU())]


def class_targets(matches: Tensor, targets: Sequence[dict], classes: int) -> Tensor:
    """What each anchor has to answer to the question of each class: 1 for its object's class, else 0; (B, A, C)."""
    return F.one_hot(labels_of_matches(matches, targets), classes + 1)[..., 1:].float()


class RetinaNet(nn.Module):
    """A detector that judges all anchors of all levels in one stage.

    Args:
        backbone: pictures to maps from fine to coarse, with their `channels` and `strides`, such as `StagedEncoder`.
        pyramid: the last maps to as many maps of the same width, such as `FeaturePyramid`.
        head: these maps to logits and codes, such as `RetinaHead`.
        sizes: of the anchors, in pixels, for each level; as many entries as the pyramid has levels.
        ratios: height / width of the anchors.

    Source: Lin et al. 2017, "Focal Loss for Dense Object Detection", sections 4 and 5.
    """

    def __init__(
        self,
        backbone: nn.Module,
        pyramid: nn.Module,
        head: nn.Module,
        sizes: Sequence[Sequence[float]],
        ratios: Sequence[float] = (1.0,),
    ):
        super().__init__()
        self.backbone, self.pyramid, self.head = backbone, pyramid, head
        self.sizes, self.ratios, self.strides = sizes, ratios, backbone.strides[-len(sizes) :]

    def forward(self, pictures: Sequence[Tensor] | Tensor) -> AnchorPredictions:
        """Pictures (3, h, w) of any sizes give what is said about all anchors."""
        batch, sizes = pad_pictures(pictures)
        maps = self.pyramid(self.backbone(batch)[-len(self.sizes) :])
        anchors = anchors_of_maps(maps, self.strides, self.sizes, self.ratios)
        return AnchorPredictions(*self.head(maps), anchors, sizes)

    def match(self, raw: AnchorPredictions, targets: Sequence[dict]) -> Tensor:
        """The object that each anchor has to find, or BACKGROUND below an IoU of 0.4, or IGNORED below 0.5; (B, A)."""
        return match_targets(raw.anchors, targets, 0.4, 0.5)

    def loss(self, raw: AnchorPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """Focal loss of all anchors that are not ignored, and the loss of the boxes of those that have an object.

        Both are divided by the number of anchors that have an object, in all pictures together.
        """
        check_targets(targets, raw.sizes)
        matches = self.match(raw, targets)
        count = (matches >= 0).sum().clamp(min=1)
        focal = sigmoid_focal_loss(raw.logits, class_targets(matches, targets, raw.logits.shape[2]))
        boxes = box_loss(raw.codes, raw.anchors, matches, targets)
        return {"classes": focal[matches != IGNORED].sum() / count, "boxes": boxes / count}

    @torch.no_grad()
    def postprocess(
        self, raw: AnchorPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """The objects found in each picture: boxes, labels and scores, the best first."""
        return detections_at_anchors(raw, raw.logits.sigmoid(), score_threshold, iou_threshold, most)


def shapes_retinanet() -> RetinaNet:
    """An untrained RetinaNet for the six kinds of things in the world of shapes."""
    backbone = StagedEncoder()
    pyramid = FeaturePyramid(backbone.channels[-2:], width=64)
    return RetinaNet(backbone, pyramid, RetinaHead(64, anchors=1, classes=6), sizes=((20,), (37,)))
