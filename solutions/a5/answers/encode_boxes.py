"""Answers to encode_boxes that students might give."""

import math

import torch

from course_lib.detection import xyxy_to_cxcywh


def wrong_corner_for_centre(boxes, anchors):
    """Shifts the upper left corner instead of the centre."""
    _, _, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    _, _, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    x, y, x_a, y_a = boxes[:, 0], boxes[:, 1], anchors[:, 0], anchors[:, 1]
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_shift_in_pixels(boxes, anchors):
    """Does not divide the shift by anything."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([x - x_a, y - y_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_shift_in_sizes_of_the_box(boxes, anchors):
    """Divides the shift by the size of the box."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w, (y - y_a) / h, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_shift_sizes_exchanged(boxes, anchors):
    """Divides the shift in x by the height, and that in y by the width."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / h_a, (y - y_a) / w_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_stretch_turned_round(boxes, anchors):
    """Divides the anchor's size by that of the box."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w_a / w), torch.log(h_a / h)], dim=1)


def wrong_roles_exchanged(boxes, anchors):
    """Tells the anchors as seen from the boxes."""
    x, y, w, h = xyxy_to_cxcywh(anchors).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(boxes).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_no_logarithm(boxes, anchors):
    """Gives the ratio of sizes without its logarithm."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, w / w_a, h / h_a], dim=1)


def wrong_log2(boxes, anchors):
    """Takes the logarithm to base 2."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log2(w / w_a), torch.log2(h / h_a)], dim=1)


def wrong_w_and_h_exchanged(boxes, anchors):
    """Gives t_h before t_w."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(h / h_a), torch.log(w / w_a)], dim=1)


def wrong_variances(boxes, anchors):
    """Divides by 0.1 and 0.2 as well, as SSD's code does."""
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    codes = torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)
    return codes / codes.new_tensor([0.1, 0.1, 0.2, 0.2])


def wrong_plus_one(boxes, anchors):
    """Counts the far edges as inside: all sizes are one pixel too large."""
    one = boxes.new_tensor([0.0, 0.0, 1.0, 1.0])
    x, y, w, h = xyxy_to_cxcywh(boxes + one).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors + one).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=1)


def wrong_every_box_from_every_anchor(boxes, anchors):
    """Gives the code of each box as seen from each anchor, (N, N, 4)."""
    x, y, w, h = xyxy_to_cxcywh(boxes)[:, None].unbind(2)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=2)


def right_loops(boxes, anchors):
    """One box after the other, in plain numbers."""
    codes = torch.zeros_like(boxes)
    for n in range(len(boxes)):
        x1, y1, x2, y2 = boxes[n].tolist()
        left, top, right, bottom = anchors[n].tolist()
        codes[n, 0] = ((x1 + x2) / 2 - (left + right) / 2) / (right - left)
        codes[n, 1] = ((y1 + y2) / 2 - (top + bottom) / 2) / (bottom - top)
        codes[n, 2] = math.log((x2 - x1) / (right - left))
        codes[n, 3] = math.log((y2 - y1) / (bottom - top))
    return codes


def right_from_corners(boxes, anchors):
    """Without centres: the shift is the mean of those of the two corners, and logarithms are subtracted."""
    size, size_a = boxes[:, 2:] - boxes[:, :2], anchors[:, 2:] - anchors[:, :2]
    shift = (boxes - anchors).reshape(-1, 2, 2).mean(dim=1) / size_a
    return torch.cat([shift, size.log() - size_a.log()], dim=1)


def right_numpy(boxes, anchors):
    """In numpy, two columns at a time."""
    import numpy as np

    b, a = boxes.numpy(), anchors.numpy()
    size, size_a = b[:, 2:] - b[:, :2], a[:, 2:] - a[:, :2]
    centre, centre_a = b[:, :2] + size / 2, a[:, :2] + size_a / 2
    return torch.from_numpy(np.concatenate([(centre - centre_a) / size_a, np.log(size / size_a)], axis=1))


def right_into_an_empty_tensor(boxes, anchors):
    """Column by column into a tensor that is there already."""
    boxes, anchors, codes = xyxy_to_cxcywh(boxes), xyxy_to_cxcywh(anchors), torch.empty_like(boxes)
    for i in (0, 1):
        codes[:, i] = (boxes[:, i] - anchors[:, i]) / anchors[:, i + 2]
        codes[:, i + 2] = -torch.log(anchors[:, i + 2] / boxes[:, i + 2])
    return codes
