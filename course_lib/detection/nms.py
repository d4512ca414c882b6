"""From many boxes around each object to one: non-maximum suppression."""

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .boxes import box_iou, clip_boxes


def _check_nms(boxes, scores, iou_threshold):
    check_shapes("nms", boxes=(boxes, "N 4"), scores=(scores, "N"))


@exercise("a5", accepts=_check_nms)
def nms(boxes: Tensor, scores: Tensor, iou_threshold: float) -> Tensor:
    """Keep the best box, drop all that overlap it too much, go on with the best of the rest: non-maximum suppression.

        box i is kept if and only if no better box j that is kept has IoU(i, j) > threshold

    Args:
        boxes: (N, 4); N may be 0.
        scores: (N,), of any sign; of equal ones the earlier box counts as the better.
        iou_threshold: the largest IoU that two kept boxes may have.

    Returns:
        The places of the boxes that are kept, the best first, (K,) int64.

    Raises:
        TypeError, ValueError: not floating point, or not of these shapes.

    Source: Felzenszwalb et al. 2010, "Object Detection with Discriminatively Trained Part-Based Models", section 7.2.
    """
    left = scores.argsort(descending=True, stable=True)
    kept = [left[:0]]
    while len(left):
        # The 128 best are settled in one go: begin with those that no better one is near, and apply the rule above
        # until nothing changes any more. It settles the boxes from the best on, at least one more each time.
        best, rest = left[:128], left[128:]
        near = box_iou(boxes[best], boxes[left]) > iou_threshold
        near_better = near[:, : len(best)].triu(diagonal=1)  # row j, column i: j is better than i, and near
        keep = ~near_better.any(dim=0)
        while not torch.equal(keep, settled := ~near_better[keep].any(dim=0)):
            keep = settled
        kept.append(best[keep])
        left = rest[~near[keep, len(best) :].any(dim=0)]
    return torch.cat(kept)


def _check_nms_per_class(boxes, scores, labels, iou_threshold):
    check_shapes("nms_per_class", boxes=(boxes, "N 4"), scores=(scores, "N"), labels=(labels, "N int"))


@exercise("a5", accepts=_check_nms_per_class)
def nms_per_class(boxes: Tensor, scores: Tensor, labels: Tensor, iou_threshold: float) -> Tensor:
    """`nms` within each class: a box is never dropped for one of another class, however much they overlap.

    In one go for all classes: each class's boxes are moved to a place of their own, far from all others.

    Args:
        boxes: (N, 4), anywhere, with negative coordinates too; N may be 0.
        scores: (N,), as in `nms`.
        labels: the class of each, any number from 0 on, (N,) int64.
        iou_threshold: as in `nms`.

    Returns:
        The places of the boxes that are kept, the best first, (K,) int64.

    Raises:
        TypeError, ValueError: not of these types, or not of these shapes.
    """
    if len(boxes) == 0:
        return nms(boxes, scores, iou_threshold)
    span = boxes.max() - boxes.min() + 1
    apart = labels.to(boxes.dtype)[:, None] * span
    return nms(boxes + apart, scores, iou_threshold)


def best_detections(
    boxes: Tensor, scores: Tensor, size: tuple[int, int], score_threshold: float, iou_threshold: float, most: int
) -> dict[str, Tensor]:
    """The end of every detector: what is likely enough, in the picture, once for each object.

    Args:
        boxes: one for each candidate, (N, 4), or one for each candidate and class, (N, C, 4).
        scores: of C classes, without the background, from 0 to 1, (N, C).
        size: of the picture, (height, width); boxes are clipped to it.
        score_threshold: what is not above it is dropped.
        iou_threshold: for `nms_per_class`.
        most: how many to return at the most.

    Returns:
        boxes (K, 4), labels (K,) from 1 to C, scores (K,), and places (K,), the candidate that each comes from; best
        first.
    """
    N, C = scores.shape
    places, classes = (scores > score_threshold).nonzero(as_tuple=True)
    scores = scores[places, classes]
    boxes = clip_boxes(boxes[places] if boxes.dim() == 2 else boxes[places, classes], size)
    there = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    boxes, scores, labels, places = boxes[there], scores[there], classes[there] + 1, places[there]
    kept = nms_per_class(boxes, scores, labels, iou_threshold)[:most]
    return {"boxes": boxes[kept], "labels": labels[kept], "scores": scores[kept], "places": places[kept]}
