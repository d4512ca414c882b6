"""The second half of every detector with proposals: what is in each region, and where exactly."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .boxes import box_iou, decode_boxes, encode_boxes
from .matching import match_anchors, sample_balanced
from .nms import best_detections

CODE_SCALE = (10.0, 10.0, 5.0, 5.0)  # brings codes, which are small, to the size at which smooth L1 bends


def sample_rois(
    proposals: Tensor, target: dict, count: int = 64, positive_share: float = 0.25, iou: float = 0.5
) -> tuple[Tensor, Tensor, Tensor]:
    """Choose proposals of one picture to learn from, and say what is in each.

    Args:
        proposals: (R, 4).
        target: boxes (N, 4) and labels (N,) from 1 to C; N may be 0.
        count: K, how many to choose; fewer if there are not enough.
        positive_share: the share that those with an object have at the most; the rest is background.
        iou: a proposal has the object that it overlaps most if their IoU reaches this; below, it is background.

    Returns:
        Places of the chosen ones among the proposals, (K,); labels (K,), 0 for background; the number of the object
        that each has, (K,), BACKGROUND (-1) for none. Those with an object come first.

    Source: Girshick 2015, "Fast R-CNN", section 2.3; we take everything below 0.5 as background, not only from 0.1 on.
    """
    matches = match_anchors(box_iou(proposals, target["boxes"]), iou, iou, keep_best=False)
    positives, negatives = sample_balanced(matches, count, positive_share)
    places = torch.cat([positives, negatives])
    labels = torch.cat([target["labels"][matches[positives]], torch.zeros_like(negatives)])
    return places, labels, matches[places]


def roi_targets(
    proposals: Sequence[Tensor],
    targets: Sequence[dict],
    count: int = 64,
    positive_share: float = 0.25,
    iou: float = 0.5,
) -> tuple[Tensor, Tensor, Tensor]:
    """`sample_rois` in each of several pictures, with the proposals of all of them counted through.

    Args:
        proposals: of each picture, (R_i, 4).
        targets: of each picture, with boxes and labels.
        count, positive_share, iou: as in `sample_rois`, for each picture.

    Returns:
        Places of the chosen proposals in `torch.cat(proposals)`, (K,); their labels (K,); the boxes (K, 4) that they
        should become, their own where there is nothing.
    """
    places, labels, boxes, before = [], [], [], 0
    for rois, target in zip(proposals, targets, strict=True):
        chosen, label, found = sample_rois(rois, target, count, positive_share, iou)
        places.append(before + chosen)
        labels.append(label)
        is_object = label > 0
        boxes.append(torch.cat([target["boxes"][found[is_object]], rois[chosen[~is_object]]]))
        before += len(rois)
    return torch.cat(places), torch.cat(labels), torch.cat(boxes)


def roi_loss(logits: Tensor, codes: Tensor, rois: Tensor, labels: Tensor, boxes: Tensor) -> dict[str, Tensor]:
    """How wrong a head is about what is in regions of interest, and about where.

        class = mean over regions of -log softmax(logits)[label]
        box   = mean over regions of [label > 0] sum over x, y, w, h of smooth_L1(s (codes[label] - t))

    t are the codes of the true boxes as seen from the regions, and s brings them to the size of 1. Only the codes of
    the region's own class count.

    Args:
        logits: of background and C classes, (K, C + 1).
        codes: for each class, (K, C, 4).
        rois: the regions, (K, 4).
        labels: what is in them, (K,) from 0 to C.
        boxes: where it is, (K, 4); of background, anything.

    Returns:
        "class" and "box", two scalars; both 0 without regions.

    Source: Girshick 2015, "Fast R-CNN", equations 1 to 3; s stands for the division by standard deviations there.
    """
    K = max(len(labels), 1)
    is_object = labels > 0
    wanted = encode_boxes(boxes[is_object], rois[is_object])
    said = codes[is_object, labels[is_object] - 1]
    scale = codes.new_tensor(CODE_SCALE)
    return {
        "class": F.cross_entropy(logits, labels, reduction="sum") / K,
        "box": F.smooth_l1_loss(said * scale, wanted * scale, reduction="sum") / K,
    }


def roi_detections(
    logits: Tensor,
    codes: Tensor,
    rois: Tensor,
    size: tuple[int, int],
    score_threshold: float = 0.05,
    iou_threshold: float = 0.5,
    most: int = 100,
) -> dict:
    """What a head says about the regions of one picture, as boxes, labels and scores.

    Args:
        logits: (R, C + 1).
        codes: (R, C, 4).
        rois: (R, 4).
        size: of the picture, (height, width).
        score_threshold, iou_threshold, most: of `best_detections`.
    """
    R, C, _ = codes.shape
    boxes = decode_boxes(codes.reshape(-1, 4), rois.repeat_interleave(C, dim=0)).view(R, C, 4)
    scores = logits.softmax(dim=1)[:, 1:]  # without background
    return best_detections(boxes, scores, size, score_threshold, iou_threshold, most)


class RoIHead(nn.Module):
    """Two fully connected layers over the features of a region; then what is in it, and where for each class.

    Args:
        feature_size: D, channels of the features.
        pooled_side: P, rows and columns that each region has been brought to.
        classes: C, without background.
        hidden: units of the two layers.

    Source: Girshick 2015, "Fast R-CNN", section 2; the small first weights of the outputs from section 2.3.
    """

    def __init__(self, feature_size: int, pooled_side: int, classes: int, hidden: int = 256):
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Flatten(), nn.Linear(feature_size * pooled_side**2, hidden), nn.ReLU()),
            *(nn.Linear(hidden, hidden), nn.ReLU()),
        )
        self.class_logits = nn.Linear(hidden, classes + 1)
        self.box_codes = nn.Linear(hidden, 4 * classes)
        for layer, spread in ((self.class_logits, 0.01), (self.box_codes, 0.001)):
            nn.init.normal_(layer.weight, std=spread)
            nn.init.zeros_(layer.bias)

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Features of regions (K, D, P, P) give class logits (K, C + 1) and codes (K, C, 4)."""
        features = self.layers(regions)
        return self.class_logits(features), self.box_codes(features).unflatten(1, (-1, 4))
