"""Answers to box_iou that students might give."""

import torch

from course_lib.detection import box_area


def wrong_no_clamp(boxes, others):
    """Multiplies negative widths by negative heights: boxes far from each other seem to overlap."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    overlap = shared.prod(dim=2)
    return overlap / (box_area(boxes)[:, None] + box_area(others) - overlap)


def wrong_clamps_the_product(boxes, others):
    """Cuts the area at 0 instead of width and height: two negative numbers slip through."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    overlap = shared.prod(dim=2).clamp(min=0)
    return overlap / (box_area(boxes)[:, None] + box_area(others) - overlap)


def wrong_plus_one(boxes, others):
    """Counts the far edges as inside, as in VOC's own code: widths are one pixel too large."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2]) + 1
    overlap = shared.clamp(min=0).prod(dim=2)
    areas, other_areas = ((some[:, 2:] - some[:, :2] + 1).prod(dim=1) for some in (boxes, others))
    return overlap / (areas[:, None] + other_areas - overlap)


def wrong_over_the_smaller(boxes, others):
    """Divides by the area of the smaller box: one inside of another seems perfect."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    return shared.clamp(min=0).prod(dim=2) / torch.minimum(box_area(boxes)[:, None], box_area(others))


def wrong_over_the_sum(boxes, others):
    """Counts what both share twice in the union."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    return shared.clamp(min=0).prod(dim=2) / (box_area(boxes)[:, None] + box_area(others))


def wrong_dice(boxes, others):
    """Twice the overlap over the sum of areas: Dice's coefficient, which is 1 for equal boxes too."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    return 2 * shared.clamp(min=0).prod(dim=2) / (box_area(boxes)[:, None] + box_area(others))


def wrong_over_the_box_around_both(boxes, others):
    """Divides by the area of the smallest box around both."""
    shared = torch.minimum(boxes[:, None, 2:], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    around = torch.maximum(boxes[:, None, 2:], others[:, 2:]) - torch.minimum(boxes[:, None, :2], others[:, :2])
    return shared.clamp(min=0).prod(dim=2) / around.prod(dim=2)


def wrong_x_and_y_mixed(boxes, others):
    """Compares the right edge of one box with the lower edge of the other."""
    shared = torch.minimum(boxes[:, None, [3, 2]], others[:, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    overlap = shared.clamp(min=0).prod(dim=2)
    return overlap / (box_area(boxes)[:, None] + box_area(others) - overlap)


def wrong_reads_x_y_w_h(boxes, others):
    """Takes the last two numbers for width and height."""
    ends, other_ends = boxes[:, :2] + boxes[:, 2:], others[:, :2] + others[:, 2:]
    shared = torch.minimum(ends[:, None], other_ends) - torch.maximum(boxes[:, None, :2], others[:, :2])
    overlap = shared.clamp(min=0).prod(dim=2)
    return overlap / (boxes[:, 2:].prod(dim=1)[:, None] + others[:, 2:].prod(dim=1) - overlap)


def wrong_transposed(boxes, others):
    """Gives a row for each of the others: (M, N)."""
    shared = torch.minimum(others[:, None, 2:], boxes[:, 2:]) - torch.maximum(others[:, None, :2], boxes[:, :2])
    overlap = shared.clamp(min=0).prod(dim=2)
    return overlap / (box_area(others)[:, None] + box_area(boxes) - overlap)


def wrong_pair_by_pair(boxes, others):
    """Compares the first with the first and the second with the second."""
    shared = torch.minimum(boxes[:, 2:], others[:, 2:]) - torch.maximum(boxes[:, :2], others[:, :2])
    overlap = shared.clamp(min=0).prod(dim=1)
    return overlap / (box_area(boxes) + box_area(others) - overlap)


def wrong_fails_without_boxes(boxes, others):
    """Stacks the rows of a list, which may be empty."""
    rows = []
    for box in boxes:
        shared = torch.minimum(box[2:], others[:, 2:]) - torch.maximum(box[:2], others[:, :2])
        overlap = shared.clamp(min=0).prod(dim=1)
        rows.append(overlap / (box_area(box[None]) + box_area(others) - overlap))
    return torch.stack(rows)


def right_loops(boxes, others):
    """One pair after the other, in plain numbers."""
    iou = torch.zeros(len(boxes), len(others), dtype=boxes.dtype)
    for n, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        for m, (left, top, right, bottom) in enumerate(others.tolist()):
            width, height = min(x2, right) - max(x1, left), min(y2, bottom) - max(y1, top)
            if width > 0 and height > 0:
                union = (x2 - x1) * (y2 - y1) + (right - left) * (bottom - top) - width * height
                iou[n, m] = width * height / union
    return iou


def right_corners_at_once(boxes, others):
    """Both corners of the shared box at once, and the union from what is not shared."""
    shared = torch.minimum(boxes[:, None, 2:], others[None, :, 2:]) - torch.maximum(boxes[:, None, :2], others[:, :2])
    overlap = shared.clamp(min=0).prod(dim=2)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    other_areas = (others[:, 2:] - others[:, :2]).prod(dim=1)
    return overlap / ((areas[:, None] - overlap) + (other_areas[None] - overlap) + overlap)


def right_numpy(boxes, others):
    """In numpy, whose arrays are indexed in the same way."""
    import numpy as np

    a, b = boxes.numpy()[:, None], others.numpy()[None]
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    overlap = np.maximum(width, 0) * np.maximum(height, 0)
    areas = [(c[..., 2] - c[..., 0]) * (c[..., 3] - c[..., 1]) for c in (a, b)]
    return torch.from_numpy(overlap / (areas[0] + areas[1] - overlap))


def right_lengths_of_intervals(boxes, others):
    """The overlap of two intervals is the sum of their lengths less the length of what lies around both."""
    overlap = 1
    for i in (0, 1):
        around = torch.maximum(boxes[:, None, i + 2], others[:, i + 2]) - torch.minimum(boxes[:, None, i], others[:, i])
        lengths = (boxes[:, i + 2] - boxes[:, i])[:, None] + (others[:, i + 2] - others[:, i])
        overlap = overlap * torch.relu(lengths - around)
    return overlap / (box_area(boxes)[:, None] + box_area(others) - overlap)
