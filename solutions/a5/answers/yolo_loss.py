"""Answers to yolo_loss that students might give."""

import torch
from torch.nn import functional as F

from course_lib.detection.yolo import split_cells


def wrong_weights_exchanged(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Takes each weight for the other."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": empty_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": box_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_without_weights(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Forgets both weights."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_boxes_of_empty_cells(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Adds up the errors of all base boxes."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes).square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_mean_over_boxes(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Takes the mean over the numbers of responsible base boxes."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().mean(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_divided_by_things(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Divides by the number of things."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / max(int(is_object.sum()), 1) for name, part in parts.items()}


def wrong_mean_of_all_parts(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Takes means in place of sums, as torch does unless told otherwise."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().mean(),
        "objects": yes[is_object].mean(),
        "empty": empty_weight * no[~is_object].mean(),
        "classes": surprise.mean(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_confidence_as_it_is(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Forgets the sigmoid: takes the number itself for a probability."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    p = confidence.clamp(1e-6, 1 - 1e-6)
    yes, no = -p.log(), -(1 - p).log()
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_logarithm_of_a_sigmoid(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Takes the logarithm of the sigmoid, which may be 0."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    p = confidence.sigmoid()
    yes, no = -p.log(), -(1 - p).log()
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_other_box_of_the_cell(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Forgets the other base boxes of a cell with a thing, which should say nothing."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~has_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_objects_by_cell(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Wants all base boxes of a cell with a thing to be sure."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[has_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_classes_everywhere(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Teaches a class to empty cells."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, _has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1)
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def wrong_layout(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Takes the confidence for the first of the five numbers."""
    of_boxes = cells[..., : 5 * count].unflatten(-1, (count, 5)).roll(-1, dims=-1).flatten(-2)
    cells = torch.cat([of_boxes, cells[..., 5 * count :]], dim=-1)
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def right_softplus(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """The parts as masks choose them; log of a sigmoid as softplus."""
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    yes, no = F.softplus(-confidence), F.softplus(confidence)
    surprise = (scores.logsumexp(dim=-1) - (scores * classes).sum(dim=-1))[has_object]
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": yes[is_object].sum(),
        "empty": empty_weight * no[~is_object].sum(),
        "classes": surprise.sum(),
    }
    return {name: part / len(cells) for name, part in parts.items()}


def right_masks_as_factors(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Multiplies with what is 0 or 1 in place of choosing."""
    of_boxes = cells[..., : 5 * count].reshape(*cells.shape[:3], count, 5)
    true_boxes = targets[..., : 5 * count].reshape(*cells.shape[:3], count, 5)
    here = true_boxes[..., 4]
    wrong = F.binary_cross_entropy_with_logits(of_boxes[..., 4], here, reduction="none")
    off = ((of_boxes[..., :4] - true_boxes[..., :4]) ** 2).sum(dim=-1)
    log_p = cells[..., 5 * count :].log_softmax(dim=-1)
    N = cells.shape[0]
    return {
        "classes": -(log_p * targets[..., 5 * count :]).sum() / N,
        "empty": empty_weight / N * (wrong * (1 - here)).sum(),
        "objects": (wrong * here).sum() / N,
        "boxes": box_weight / N * (off * here).sum(),
    }


def right_picture_by_picture(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Each picture for itself, then the mean; weights inside of the cross-entropy."""
    found = {"boxes": [], "objects": [], "empty": [], "classes": []}
    for cell, target in zip(cells.unbind(), targets.unbind(), strict=True):
        codes, c, scores = split_cells(cell, count)
        true_codes, here, classes = split_cells(target, count)
        found["boxes"].append(F.mse_loss(codes * here[..., None], true_codes * here[..., None], reduction="sum"))
        found["objects"].append(F.binary_cross_entropy_with_logits(c, here, weight=here, reduction="sum"))
        found["empty"].append(F.binary_cross_entropy_with_logits(c, here, weight=1 - here, reduction="sum"))
        labels = torch.where(classes.sum(dim=-1) > 0, classes.argmax(dim=-1), -100)
        found["classes"].append(F.cross_entropy(scores.flatten(0, 1), labels.flatten(), reduction="sum"))
    means = {name: torch.stack(parts).mean() for name, parts in found.items()}
    return means | {"boxes": box_weight * means["boxes"], "empty": empty_weight * means["empty"]}


def right_one_place_after_the_other(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    """Goes through places; a loop over base boxes, log of a sigmoid by logsigmoid."""
    boxes = objects = empty = classes = torch.zeros((), dtype=cells.dtype)
    for b in range(count):
        of_box, should = cells[..., 5 * b : 5 * b + 5], targets[..., 5 * b : 5 * b + 5]
        for n, row, column in (should[..., 4] > 0.5).nonzero().tolist():
            boxes = boxes + (of_box[n, row, column, :4] - should[n, row, column, :4]).pow(2).sum()
            objects = objects - F.logsigmoid(of_box[n, row, column, 4])
            label = int(targets[n, row, column, 5 * count :].argmax())
            classes = classes - torch.log_softmax(cells[n, row, column, 5 * count :], dim=0)[label]
        empty = empty - F.logsigmoid(-of_box[..., 4])[should[..., 4] < 0.5].sum()
    N = len(cells)
    return {
        "boxes": boxes * box_weight / N,
        "objects": objects / N,
        "empty": empty * empty_weight / N,
        "classes": classes / N,
    }
