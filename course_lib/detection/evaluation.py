"""How good is a detector? Average precision, from scratch and as COCO computes it."""

import contextlib
import io
from collections.abc import Sequence

import numpy as np
import torch
from pycocotools import mask as run_lengths
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise
from .boxes import box_iou, xyxy_to_xywh


def match_detections(boxes: Tensor, scores: Tensor, objects: Tensor, iou_threshold: float = 0.5) -> Tensor:
    """Which detections of one class in one picture are correct.

    The detection with the best score chooses first: of the objects that nobody has found yet, it finds the one with
    which it has the largest IoU, if that reaches the threshold. Of two detections of one object, the second is wrong.

    Args:
        boxes: detections, (N, 4).
        scores: theirs, (N,); of equal ones, the first chooses first.
        objects: boxes of the objects, (M, 4).
        iou_threshold: the least IoU that counts.

    Returns:
        (N,) bool, in the order of `boxes`.

    Raises:
        TypeError, ValueError: not of these types, or not of these shapes.

    Source: the evaluation of COCO (Lin et al. 2014, "Microsoft COCO"). That of PASCAL VOC differs: there a detection
    whose nearest object is found already is wrong, even if it reaches another one.
    """
    check_shapes("match_detections", boxes=(boxes, "N 4"), scores=(scores, "N"), objects=(objects, "M 4"))
    correct = torch.zeros_like(scores, dtype=torch.bool)
    if len(objects):
        iou = box_iou(boxes.double(), objects.double())
        for place in scores.argsort(descending=True, stable=True):
            best, found = iou[place].max(dim=0)
            if best >= iou_threshold:
                correct[place] = True
                iou[:, found] = -1  # nobody else finds it
    return correct


def precision_recall(scores: Tensor, correct: Tensor, objects: int) -> tuple[Tensor, Tensor]:
    """What one gets by keeping only the k best detections, for every k.

        precision_k = correct among the k best / k
        recall_k    = correct among the k best / objects

    Args:
        scores: of all detections of one class, in all pictures, (N,).
        correct: which of them are, (N,) bool.
        objects: how many there are to find.

    Returns:
        Precision and recall, each (N,) double, from the best score on; equal scores keep their order.
    """
    found = correct[scores.argsort(descending=True, stable=True)].cumsum(dim=0).double()
    kept = torch.arange(1, len(scores) + 1, dtype=torch.double, device=scores.device)
    return found / kept, found / objects


def _check_average_precision(scores, correct, objects):
    check_shapes("average_precision", scores=(scores, "N"), correct=(correct, "N int"))
    if not 0 <= correct.sum() <= objects:
        raise ValueError(
            f"average_precision: of {objects} objects {int(correct.sum())} are found; each can be found only once"
        )


@exercise("a5", accepts=_check_average_precision)
def average_precision(scores: Tensor, correct: Tensor, objects: int) -> float:
    """The area under the curve of precision over recall.

        AP = mean over r = 0, 0.01, ..., 1 of max {precision_k : recall_k >= r}

    with precision and recall of the k best detections, as in `precision_recall`. The largest precision at this recall
    or beyond it makes the curve fall only; where no detection reaches a recall, its precision is 0.

    Args:
        scores: of all detections of one class, in all pictures, (N,); of equal ones, the first counts as better. N may
            be 0.
        correct: which of them are, (N,) bool.
        objects: how many there are to find.

    Returns:
        A float from 0 to 1; nan if there are no objects, for then there is nothing to average.

    Source: Everingham et al. 2010, "The PASCAL Visual Object Classes (VOC) Challenge", section 4.2, who take 11 points;
    COCO takes 101.
    """
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    falling = precision.flip(0).cummax(dim=0).values.flip(0)
    steps = torch.from_numpy(np.linspace(0, 1, 101)).to(recall.device)
    places = torch.searchsorted(recall, steps)  # the first k that reaches each r, or one past the end
    return torch.cat([falling, falling.new_zeros(1)])[places].mean().item()


def detections_of_class(
    results: Sequence[dict], targets: Sequence[dict], label: int, iou_threshold: float = 0.5
) -> tuple[Tensor, Tensor, int]:
    """Scores of all detections of one class, which of them are correct, and how many objects of it there are.

    Args:
        results: for each picture, of which there is at least one, a dict with boxes (N, 4), labels and scores (N,).
        targets: for each picture, a dict with boxes (M, 4) and labels (M,).
        label: the class.
        iou_threshold: the least IoU that counts.
    """
    scores, correct, objects = [], [], 0
    for result, target in zip(results, targets, strict=True):
        ours = result["labels"] == label
        theirs = target["boxes"][target["labels"] == label]
        scores.append(result["scores"][ours])
        correct.append(match_detections(result["boxes"][ours], scores[-1], theirs, iou_threshold))
        objects += len(theirs)
    return torch.cat(scores), torch.cat(correct), objects


def coco_map(results: Sequence[dict], targets: Sequence[dict], of: str = "boxes") -> dict:
    """Average precision as COCO defines it, computed by COCO's own tool.

    Args:
        results: for each picture, a dict with boxes (N, 4), labels (N,), scores (N,) and, if asked for, masks (N, h, w)
            bool; the 100 best of each class count.
        targets: for each picture, a dict with boxes (M, 4), labels (M,) and, if asked for, masks (M, h, w) bool.
        of: "boxes" or "masks", whose IoU decides.

    Returns:
        AP, the mean over classes and over IoU thresholds from 0.5 to 0.95; AP50 and AP75 at one threshold; AP_small,
        AP_medium and AP_large of objects with an area below 32 x 32 pixels, between, and from 96 x 96 on (of their
        boxes, or of their masks); AR, the recall when all detections are kept; AP50_per_class, a dict from label to
        AP50. What there are no objects for is nan.

    Raises:
        ValueError: not as many results as targets, or of something else.

    Source: Lin et al. 2014, "Microsoft COCO: Common Objects in Context", and pycocotools.
    """
    if len(results) != len(targets) or of not in ("boxes", "masks"):
        raise ValueError(
            'coco_map: expected a result for each target, and of="boxes" or of="masks", '
            f"got {len(results)} results, {len(targets)} targets and of={of!r}"
        )
    kinds = sorted({label for target in targets for label in target["labels"].tolist()})
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does
        truth, found = _as_coco(targets, kinds, of), _as_coco(results, kinds, of)
        evaluation = COCOeval(truth, found, {"boxes": "bbox", "masks": "segm"}[of])
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][..., 2]  # (IoU thresholds, recall points, classes, areas) for 100 each
    recall = evaluation.eval["recall"][..., 2]  # (IoU thresholds, classes, areas)
    areas = {f"AP_{size}": _mean(precision[..., place]) for place, size in enumerate(("small", "medium", "large"), 1)}
    return {
        "AP": _mean(precision[..., 0]),
        "AP50": _mean(precision[0, ..., 0]),
        "AP75": _mean(precision[5, ..., 0]),
        **areas,
        "AR": _mean(recall[..., 0]),
        "AP50_per_class": {kind: _mean(precision[0, :, place, 0]) for place, kind in enumerate(kinds)},
    }


def _mean(values: np.ndarray) -> float:
    """The mean of what is defined: pycocotools writes -1 where there are no objects."""
    values = values[values > -1]
    return float(values.mean()) if values.size else float("nan")


def _as_coco(pictures: Sequence[dict], kinds: list[int], of: str) -> COCO:
    """Objects or detections as pycocotools has them in memory; pictures are numbered by their place."""
    images, annotations = [], []
    for image_id, picture in enumerate(pictures):
        boxes, labels = xyxy_to_xywh(picture["boxes"]).tolist(), picture["labels"].tolist()
        more = [{"bbox": box, "area": box[2] * box[3]} for box in boxes]
        height, width = picture["masks"].shape[1:] if of == "masks" else (0, 0)  # which boxes do not need
        if of == "masks":
            coded = [run_lengths.encode(np.asfortranarray(m.cpu(), dtype=np.uint8)) for m in picture["masks"]]
            more = [{"segmentation": mask, "area": int(run_lengths.area(mask))} for mask in coded]
        scores = picture["scores"].tolist() if "scores" in picture else [None] * len(labels)
        for label, score, measured in zip(labels, scores, more, strict=True):
            one = {"id": len(annotations) + 1, "image_id": image_id, "category_id": label, "iscrowd": 0}
            annotations.append({**one, "score": score, **measured})
        images.append({"id": image_id, "height": height, "width": width})
    coco = COCO()
    coco.dataset = {"images": images, "annotations": annotations, "categories": [{"id": kind} for kind in kinds]}
    coco.createIndex()
    return coco
