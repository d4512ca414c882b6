"""Mask R-CNN: a Faster R-CNN with one more head, which says of each cell in a box whether the object is there."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.ops import roi_align

from .fast_rcnn import region_features
from .faster_rcnn import FasterRCNN, ProposalPredictions, shapes_faster_rcnn
from .roi_head import sample_rois


class MaskHead(nn.Module):
    """A small convolutional network on the features of a box, which ends in one mask for each class.

    Convolutions of 3 x 3, then a transposed one of 2 x 2 in steps of two doubles the sides, then 1 x 1; ReLU between.

    Args:
        channels: of the features.
        classes: C, without background.
        width: channels between.
        depth: convolutions before the transposed one; the paper has 4 of width 256.

    Source: He et al. 2017, "Mask R-CNN", figure 4, on the right.
    """

    def __init__(self, channels: int, classes: int, width: int = 48, depth: int = 2):
        super().__init__()
        layers: list[nn.Module] = []
        for before in (channels, *(depth - 1) * (width,)):
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.ReLU()]
        layers += [nn.ConvTranspose2d(width, width, 2, stride=2), nn.ReLU(), nn.Conv2d(width, classes, 1)]
        self.layers = nn.Sequential(*layers)

    def forward(self, regions: Tensor) -> Tensor:
        """Features of regions (K, D, P, P) give logits (K, C, 2P, 2P)."""
        return self.layers(regions)


def mask_targets(masks: Tensor, boxes: Tensor, side: int) -> Tensor:
    """What a mask head should say: the part of each mask in its box, brought to side x side cells by RoIAlign.

    Args:
        masks: one for each box, (K, h, w) bool.
        boxes: (K, 4), in pixels of the masks; beyond the picture there is no object.
        side: S.

    Returns:
        (K, S, S) from 0 to 1: how much of each cell the object covers.

    Source: He et al. 2017, section 3.1.
    """
    which = torch.arange(len(boxes), device=boxes.device)[:, None]  # each box lies in a mask of its own
    return roi_align(masks[:, None].to(boxes), torch.cat([which, boxes], dim=1), side, aligned=True)[:, 0]


def mask_loss(logits: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """How wrong the masks of the right classes are; nothing is asked of the others, so that classes do not compete.

        loss = mean over boxes k and cells i, j of BCE(sigma(logits[k, label_k, i, j]), target[k, i, j])

    Args:
        logits: (K, C, S, S).
        labels: class of each box, (K,) from 1 to C.
        targets: from `mask_targets`, (K, S, S).

    Returns:
        A scalar; 0 without boxes.

    Source: He et al. 2017, section 3, L_mask.
    """
    own = logits[torch.arange(len(labels), device=labels.device), labels - 1]  # (K, S, S)
    return F.binary_cross_entropy_with_logits(own, targets, reduction="sum") / max(own.numel(), 1)


def paste_masks(masks: Tensor, boxes: Tensor, size: tuple[int, int], threshold: float = 0.5) -> Tensor:
    """Bring masks back to where their boxes are in the picture.

    The middle of pixel (i, j), which is x = j + 1/2, y = i + 1/2, lies in the box's mask at

        u = (x - x1) / (x2 - x1) S    v = (y - y1) / (y2 - y1) S

    where it is interpolated bilinearly between the middles of the cells. A cell at the edge of the mask is valid up to
    the edge of the box, and beyond the box there is nothing.

    Args:
        masks: from 0 to 1, (N, S, S).
        boxes: (N, 4); they may stick out of the picture.
        size: of the picture, (height, width).
        threshold: what is at least this belongs to the object.

    Returns:
        (N, height, width) bool.

    Source: He et al. 2017, section 3.1, "Inference".
    """
    height, width = size
    x1, y1, x2, y2 = boxes[:, :, None].unbind(1)  # (N, 1) each
    x = (torch.arange(width, device=boxes.device) + 0.5 - x1) / (x2 - x1)  # (N, width), 0 to 1 in the box
    y = (torch.arange(height, device=boxes.device) + 0.5 - y1) / (y2 - y1)
    grid = torch.stack(torch.broadcast_tensors(x[:, None, :], y[:, :, None]), dim=3)  # (N, height, width, 2)
    seen = F.grid_sample(masks[:, None], 2 * grid - 1, padding_mode="border", align_corners=False)[:, 0]
    inside = ((grid >= 0) & (grid < 1)).all(dim=3)
    return (seen >= threshold) & inside


class MaskRCNN(nn.Module):
    """A detector, and a head that looks at the same maps again: in training at proposals, afterwards at what was found.

    Args:
        detector: a `FasterRCNN`.
        head: features of regions (K, D, P, P) to logits (K, C, S, S), such as `MaskHead`.
        level: which of the backbone's maps the head looks at.
        pooled_side: P.

    Source: He et al. 2017, "Mask R-CNN".
    """

    def __init__(self, detector: FasterRCNN, head: nn.Module, level: int = -1, pooled_side: int = 14):
        super().__init__()
        self.detector, self.head, self.level, self.pooled_side = detector, head, level, pooled_side

    def forward(self, pictures: Sequence[Tensor] | Tensor, also: Sequence[Tensor] | None = None) -> ProposalPredictions:
        """What the detector says; it includes the maps that the masks are read from."""
        return self.detector(pictures, also)

    def mask_logits(self, maps: list[Tensor], boxes: Sequence[Tensor]) -> Tensor:
        """Maps of the backbone and boxes of each picture, (K_b, 4), give logits (K, C, S, S) of all boxes."""
        stride = self.detector.backbone.strides[self.level]
        return self.head(region_features(maps[self.level], boxes, self.pooled_side, stride))

    def loss(self, raw: ProposalPredictions, targets: Sequence[dict]) -> dict[str, Tensor]:
        """The detector's four losses, and "mask", of up to 8 proposals in each picture that have an object.

        Targets have masks (N, h, w) bool, too.
        """
        losses = self.detector.loss(raw, targets)
        rois, labels, wanted = [], [], []
        for proposals, target in zip(raw.regions.proposals, targets, strict=True):
            places, label, found = sample_rois(proposals, target, count=8, positive_share=1.0)
            has = label > 0
            rois.append(proposals[places[has]])
            labels.append(label[has])
            wanted.append(mask_targets(target["masks"][found[has]], rois[-1], 2 * self.pooled_side))
        logits = self.mask_logits(raw.maps, rois)
        return losses | {"mask": mask_loss(logits, torch.cat(labels), torch.cat(wanted))}

    @torch.no_grad()
    def postprocess(
        self, raw: ProposalPredictions, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """The objects found in each picture: boxes, labels, scores and masks (N, h, w) bool, the best first."""
        results = self.detector.postprocess(raw, score_threshold, iou_threshold, most)
        boxes = [result["boxes"] for result in results]
        logits = self.mask_logits(raw.maps, boxes).split([len(found) for found in boxes])
        for result, masks, size in zip(results, logits, raw.regions.sizes, strict=True):
            own = masks[torch.arange(len(masks), device=masks.device), result["labels"] - 1]  # (N, S, S)
            result["masks"] = paste_masks(own.sigmoid(), result["boxes"], size)
        return results


def shapes_mask_rcnn() -> MaskRCNN:
    """An untrained Mask R-CNN for the six kinds of things in the world of shapes.

    Boxes are found on the last map, but masks are read from the one before, which is twice as fine: on the last one, a
    small thing has two or three places in each direction, too few to tell its outline.
    """
    detector = shapes_faster_rcnn()
    return MaskRCNN(detector, MaskHead(detector.backbone.channels[-2], classes=6), level=-2)
