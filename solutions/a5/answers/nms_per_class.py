"""Answers to nms_per_class that students might give."""

import torch

from course_lib.detection import box_iou, nms


def wrong_all_classes_together(boxes, scores, labels, iou_threshold):
    """Ignores the labels."""
    return nms(boxes, scores, iou_threshold)


def wrong_moved_by_the_largest_coordinate(boxes, scores, labels, iou_threshold):
    """Moves each class by the largest coordinate and 1, which is not enough if there are negative ones."""
    if len(boxes) == 0:
        return torch.zeros(0, dtype=torch.int64)
    return nms(boxes + labels[:, None] * (boxes.max() + 1), scores, iou_threshold)


def wrong_moved_by_4096(boxes, scores, labels, iou_threshold):
    """Moves each class by 4096 pixels, in x only."""
    return nms(boxes + labels[:, None] * boxes.new_tensor([4096.0, 0, 4096.0, 0]), scores, iou_threshold)


def wrong_only_one_corner_moved(boxes, scores, labels, iou_threshold):
    """Moves the far corner only, so that the boxes of later classes get large and overlap."""
    if len(boxes) == 0:
        return torch.zeros(0, dtype=torch.int64)
    apart = labels[:, None] * (boxes.max() - boxes.min() + 1)
    return nms(torch.cat([boxes[:, :2], boxes[:, 2:] + apart], dim=1), scores, iou_threshold)


def wrong_no_classes_fail(boxes, scores, labels, iou_threshold):
    """Puts together the results of no classes."""
    kept = []
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        kept.append(places[nms(boxes[places], scores[places], iou_threshold)])
    kept = torch.cat(kept)
    return kept[scores[kept].argsort(descending=True, stable=True)]


def wrong_writes_into_boxes(boxes, scores, labels, iou_threshold):
    """Moves the boxes in place."""
    if len(boxes) == 0:
        return torch.zeros(0, dtype=torch.int64)
    boxes += labels[:, None] * (boxes.max() - boxes.min() + 1)
    return nms(boxes, scores, iou_threshold)


def wrong_class_by_class(boxes, scores, labels, iou_threshold):
    """Puts the classes one after the other: the best of all is not first."""
    kept = [torch.zeros(0, dtype=torch.int64)]
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        kept.append(places[nms(boxes[places], scores[places], iou_threshold)])
    return torch.cat(kept)


def wrong_places_within_the_class(boxes, scores, labels, iou_threshold):
    """Returns places among the boxes of a class."""
    kept, values = [torch.zeros(0, dtype=torch.int64)], [scores[:0]]
    for label in labels.unique():
        of = labels == label
        kept.append(nms(boxes[of], scores[of], iou_threshold))
        values.append(scores[of][kept[-1]])
    return torch.cat(kept)[torch.cat(values).argsort(descending=True)]


def wrong_last_class_left_out(boxes, scores, labels, iou_threshold):
    """Counts the classes up to the last one, without it."""
    kept = [torch.zeros(0, dtype=torch.int64)]
    for label in range(int(labels.max()) if len(labels) else 0):
        places = (labels == label).nonzero()[:, 0]
        kept.append(places[nms(boxes[places], scores[places], iou_threshold)])
    kept = torch.cat(kept)
    return kept[scores[kept].argsort(descending=True)]


def wrong_class_zero_is_background(boxes, scores, labels, iou_threshold):
    """Leaves out the boxes of class 0."""
    kept = [torch.zeros(0, dtype=torch.int64)]
    for label in range(1, int(labels.max()) + 1 if len(labels) else 0):
        places = (labels == label).nonzero()[:, 0]
        kept.append(places[nms(boxes[places], scores[places], iou_threshold)])
    kept = torch.cat(kept)
    return kept[scores[kept].argsort(descending=True)]


def wrong_one_of_each_class(boxes, scores, labels, iou_threshold):
    """Keeps the best box of each class, as if there could be only one dog."""
    kept = []
    for place in scores.argsort(descending=True, stable=True).tolist():
        if not any(labels[place] == labels[other] for other in kept):
            kept.append(place)
    return torch.tensor(kept, dtype=torch.int64)


def wrong_only_other_classes(boxes, scores, labels, iou_threshold):
    """Drops a box for one of another class, and leaves those of its own class alone."""
    kept = []
    for i in scores.argsort(descending=True, stable=True).tolist():
        near = [j for j in kept if box_iou(boxes[[i]], boxes[[j]]) > iou_threshold]
        if not any(labels[i] != labels[j] for j in near):
            kept.append(i)
    return torch.tensor(kept, dtype=torch.int64)


def right_class_by_class(boxes, scores, labels, iou_threshold):
    """One call for each class, then sorted by score; equal scores of different classes come in any order."""
    kept = [torch.zeros(0, dtype=torch.int64)]
    for label in labels.unique():
        places = (labels == label).nonzero()[:, 0]
        kept.append(places[nms(boxes[places], scores[places], iou_threshold)])
    kept = torch.cat(kept)
    return kept[scores[kept].argsort(descending=True)]


def right_list_of_places(boxes, scores, labels, iou_threshold):
    """One call for each class, gathered in a list that is sorted in the end."""
    kept = []
    for label in set(labels.tolist()):
        places = [i for i in range(len(labels)) if labels[i] == label]
        kept += [places[k] for k in nms(boxes[places], scores[places], iou_threshold).tolist()]
    return torch.tensor(sorted(kept, key=lambda place: scores[place].item(), reverse=True), dtype=torch.int64)


def right_moved_to_the_right(boxes, scores, labels, iou_threshold):
    """In one call: moves the classes apart in x only, which is enough, and from zero on."""
    if len(boxes) == 0:
        return labels.new_zeros(0)
    first, last = boxes[:, [0, 2]].amin(), boxes[:, [0, 2]].amax()
    moved = boxes.clone()
    moved[:, 0::2] += ((last - first) * 1.5 * labels.to(boxes.dtype) - first)[:, None]
    return nms(moved, scores, iou_threshold)


def right_moved_twice_as_far(boxes, scores, labels, iou_threshold):
    """In one call, by twice the largest coordinate in absolute value; classes numbered from 0 on first."""
    _, numbers = labels.unique(return_inverse=True)
    farthest = max([abs(number) for box in boxes.tolist() for number in box], default=0.0)
    return nms(boxes + (2 * farthest + 1) * numbers[:, None], scores, iou_threshold)
