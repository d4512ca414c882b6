"""Answers to nms that students might give."""

import torch

from course_lib.detection import box_iou


def wrong_worst_first(boxes, scores, iou_threshold):
    """Sorts from the worst to the best and keeps the worst."""
    left, kept = scores.argsort(stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def wrong_not_sorted(boxes, scores, iou_threshold):
    """Goes through the boxes in the order in which they come."""
    left, kept = torch.arange(len(boxes)), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def wrong_dropped_at_the_threshold(boxes, scores, iou_threshold):
    """Drops a box whose IoU is just the threshold."""
    left, kept = scores.argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] < iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def wrong_dropped_boxes_drop_others(boxes, scores, iou_threshold):
    """Drops every box that a better one overlaps, whether that one is kept or not."""
    order = scores.argsort(descending=True, stable=True)
    near = (box_iou(boxes[order], boxes[order]) > iou_threshold).triu(diagonal=1)
    return order[~near.any(dim=0)]


def wrong_compared_with_the_best(boxes, scores, iou_threshold):
    """Stops after the first round: what does not overlap the best box is kept."""
    order = scores.argsort(descending=True, stable=True)
    near = box_iou(boxes[order[:1]], boxes[order]).sum(dim=0) > iou_threshold
    near[:1] = False
    return order[~near]


def wrong_returns_boxes(boxes, scores, iou_threshold):
    """Returns the boxes instead of their places."""
    left, kept = scores.argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return boxes[torch.tensor(kept, dtype=torch.int64)]


def wrong_returns_a_mask(boxes, scores, iou_threshold):
    """Returns True for the boxes that are kept."""
    left, kept = scores.argsort(descending=True, stable=True), torch.zeros(len(boxes), dtype=torch.bool)
    while len(left):
        best, left = left[0], left[1:]
        kept[best] = True
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return kept


def wrong_places_in_ascending_order(boxes, scores, iou_threshold):
    """Returns the places in the order of the boxes."""
    left, kept = scores.argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64).sort().values


def wrong_places_among_the_sorted(boxes, scores, iou_threshold):
    """Returns places in the sorted list instead of those in `boxes`."""
    boxes = boxes[scores.argsort(descending=True, stable=True)]
    left, kept = torch.arange(len(boxes)), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def wrong_fails_without_boxes(boxes, scores, iou_threshold):
    """Stacks the places of a list, which may be empty."""
    left, kept = scores.argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.stack(kept)


def wrong_equal_scores_in_any_order(boxes, scores, iou_threshold):
    """Counts on a sort that is not stable."""
    left, kept = scores.topk(len(scores)).indices, []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left])[0] <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def wrong_over_the_smaller(boxes, scores, iou_threshold):
    """Measures the overlap by the area of the smaller box."""
    left, kept = scores.argsort(descending=True, stable=True), []
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        shared = torch.minimum(boxes[best, 2:], boxes[left, 2:]) - torch.maximum(boxes[best, :2], boxes[left, :2])
        overlap = shared.clamp(min=0).prod(dim=1) / torch.minimum(areas[best], areas[left])
        left = left[overlap <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def right_best_of_the_rest(boxes, scores, iou_threshold):
    """As it is told: keep the best, drop what overlaps it, go on with the rest."""
    left, kept = scores.argsort(descending=True, stable=True), []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[box_iou(boxes[best][None], boxes[left]).squeeze(0) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)


def right_loops(boxes, scores, iou_threshold):
    """Box against box, in plain numbers, with an IoU of its own."""
    corners, values, kept = boxes.tolist(), scores.tolist(), []
    for i in sorted(range(len(corners)), key=lambda place: -values[place]):
        x1, y1, x2, y2 = corners[i]
        near = False
        for j in kept:
            left, top, right, bottom = corners[j]
            overlap = max(0, min(x2, right) - max(x1, left)) * max(0, min(y2, bottom) - max(y1, top))
            union = (x2 - x1) * (y2 - y1) + (right - left) * (bottom - top) - overlap
            near = near or overlap > iou_threshold * union
        if not near:
            kept.append(i)
    return torch.tensor(kept).long()


def right_each_pair_by_the_function(boxes, scores, iou_threshold):
    """One call for each pair."""
    kept = []
    for i in scores.argsort(descending=True, stable=True).tolist():
        if all(box_iou(boxes[i : i + 1], boxes[j : j + 1]).item() <= iou_threshold for j in kept):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


def right_whole_matrix(boxes, scores, iou_threshold):
    """All overlaps at once, then row by row."""
    order = torch.sort(scores, descending=True, stable=True).indices
    near = box_iou(boxes, boxes)[order][:, order] > iou_threshold
    keep = torch.ones(len(order), dtype=torch.bool)
    for i in range(len(order)):
        if keep[i]:
            keep[i + 1 :] &= ~near[i, i + 1 :]
    return order[keep]
