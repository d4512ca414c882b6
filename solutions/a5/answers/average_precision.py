"""Answers to average_precision that students might give."""

import math

import numpy as np
import torch

from course_lib.detection.evaluation import precision_recall


def wrong_saw(scores, correct, objects):
    """Takes the precision where a recall is reached for the first time, without the largest beyond."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = (recall >= r).nonzero()
        total += precision[reached[0, 0]].item() if len(reached) else 0.0
    return total / 101


def wrong_lid_from_the_left(scores, correct, objects):
    """Takes the largest precision up to a recall, and not from there on."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 101):
        if len(recall) and recall[-1] >= r:
            total += precision[recall <= max(r, recall[0].item())].max().item()
    return total / 101


def wrong_eleven_points(scores, correct, objects):
    """Takes 11 values of recall, as PASCAL VOC did."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 11):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 11


def wrong_hundred_points(scores, correct, objects):
    """Leaves out recall 0."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in range(1, 101):
        reached = precision[recall >= r / 100]
        total += reached.max().item() if len(reached) else 0.0
    return total / 100


def wrong_exact_area(scores, correct, objects):
    """Computes the exact area under the lid, rectangle by rectangle, as PASCAL VOC did later."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    lid = precision.flip(0).cummax(dim=0).values.flip(0)
    steps = recall.diff(prepend=recall.new_zeros(1))
    return (lid * steps).sum().item()


def wrong_mean_at_hits(scores, correct, objects):
    """The mean of the precision at each hit, as in the search for texts."""
    if objects == 0:
        return float("nan")
    correct = correct[scores.argsort(descending=True, stable=True)]
    precision = correct.cumsum(dim=0) / torch.arange(1, len(correct) + 1)
    return (precision[correct].sum() / objects).item()


def wrong_recall_over_detections(scores, correct, objects):
    """Divides by the number of detections to get the recall."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, max(len(scores), 1))
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


def wrong_unreached_left_out(scores, correct, objects):
    """Takes the mean over the recalls that are reached."""
    if objects == 0:
        return float("nan")
    precision, recall = precision_recall(scores, correct, objects)
    best = [precision[recall >= r].max().item() for r in np.linspace(0, 1, 101) if (recall >= r).any()]
    return sum(best) / max(len(best), 1)


def wrong_last_precision_goes_on(scores, correct, objects):
    """Goes on with the precision of the last detection where a recall is never reached."""
    if objects == 0:
        return float("nan")
    if len(scores) == 0:
        return 0.0
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else precision[-1].item()
    return total / 101


def wrong_not_sorted(scores, correct, objects):
    """Believes that the best come first in the list."""
    if objects == 0:
        return float("nan")
    found = correct.cumsum(dim=0).double()
    precision, recall = found / torch.arange(1, len(correct) + 1), found / objects
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


def wrong_equal_ones_turned_round(scores, correct, objects):
    """Sorts with the smallest first and turns the list round, equal scores too."""
    if objects == 0:
        return float("nan")
    found = correct[scores.argsort(stable=True).flip(0)].cumsum(dim=0).double()
    precision, recall = found / torch.arange(1, len(correct) + 1), found / objects
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


def wrong_no_objects_0(scores, correct, objects):
    """Returns 0 if there are no objects, which makes the mean over classes smaller."""
    if objects == 0:
        return 0.0
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


def right_point_by_point(scores, correct, objects):
    """For every r, the largest of the precisions that are left."""
    if objects == 0:
        return math.nan
    precision, recall = precision_recall(scores, correct, objects)
    total = 0.0
    for r in np.linspace(0, 1, 101):
        reached = precision[recall >= r]
        total += reached.max().item() if len(reached) else 0.0
    return total / 101


def right_lists(scores, correct, objects):
    """Plain lists, sorted by score alone, and the lid built from the end."""
    if not objects:
        return math.nan
    order = sorted(range(len(scores)), key=lambda n: scores[n].item(), reverse=True)
    found, points = 0, []
    for k, n in enumerate(order, start=1):
        found += bool(correct[n])
        points.append((found / objects, found / k))
    lid = [0.0] * 101
    for recall, precision in points:
        for r in range(101):
            if r / 100 <= recall:
                lid[r] = max(lid[r], precision)
    return sum(lid) / len(lid)


def right_numpy(scores, correct, objects):
    """NumPy: the lid is an accumulated maximum, turned round twice."""
    if objects == 0:
        return float("nan")
    found = np.cumsum(correct.numpy()[np.argsort(-scores.numpy(), kind="stable")])
    precision = np.append(found / np.arange(1, len(found) + 1), 0.0)
    lid = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.mean(lid[np.searchsorted(found / objects, np.arange(101) / 100)]))


def right_single_precision(scores, correct, objects):
    """A table of 101 rows, in single precision."""
    if objects == 0:
        return torch.nan
    found = correct[torch.sort(scores, descending=True, stable=True).indices].cumsum(0)
    precision = torch.cat([torch.zeros(1), found / torch.arange(1, len(found) + 1)])
    recall = torch.cat([torch.ones(1), found / objects])  # whoever says nothing reaches all, with precision 0
    table = torch.where(recall >= torch.linspace(0, 1, 101)[:, None], precision, 0.0)
    return table.max(dim=1).values.mean().item()
