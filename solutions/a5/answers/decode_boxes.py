"""Answers to decode_boxes that students might give."""

import math

import torch

from course_lib.detection import cxcywh_to_xyxy, xyxy_to_cxcywh
from course_lib.detection.boxes import LARGEST_LOG_SIZE


def wrong_not_cut(codes, anchors):
    """Cuts nothing: a code of 1000 gives an infinite box."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w), h_a * torch.exp(t_h)
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_cut_on_both_sides(codes, anchors):
    """Cuts from below too: no box gets smaller than a 62nd of its anchor."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w = w_a * torch.exp(t_w.clamp(-LARGEST_LOG_SIZE, LARGEST_LOG_SIZE))
    h = h_a * torch.exp(t_h.clamp(-LARGEST_LOG_SIZE, LARGEST_LOG_SIZE))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_shifts_cut_too(codes, anchors):
    """Cuts all four codes."""
    t_x, t_y, t_w, t_h = codes.clamp(max=LARGEST_LOG_SIZE).unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w), h_a * torch.exp(t_h)
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_only_width_cut(codes, anchors):
    """Forgets to cut t_h."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h)
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_cut_without_logarithm(codes, anchors):
    """Cuts the codes at 1000 / 16 = 62.5, whose exponential is a number of 28 digits."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=1000 / 16)), h_a * torch.exp(t_h.clamp(max=1000 / 16))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_no_exponential(codes, anchors):
    """Multiplies by t instead of e^t."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * t_w.clamp(max=LARGEST_LOG_SIZE), h_a * t_h.clamp(max=LARGEST_LOG_SIZE)
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_shift_in_sizes_of_the_box(codes, anchors):
    """Counts the shift in widths and heights of the new box."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w, y_a + t_y * h, w, h], dim=1))


def wrong_shift_sizes_exchanged(codes, anchors):
    """Counts the shift in x in heights, and that in y in widths."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * h_a, y_a + t_y * w_a, w, h], dim=1))


def wrong_corner_for_centre(codes, anchors):
    """Shifts the upper left corner and lets the box grow to the right and downwards."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    _, _, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    x1, y1 = anchors[:, 0] + t_x * w_a, anchors[:, 1] + t_y * h_a
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return torch.stack([x1, y1, x1 + w, y1 + h], dim=1)


def wrong_returns_centres(codes, anchors):
    """Returns centre and size instead of corners."""
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1)


def wrong_w_and_h_exchanged(codes, anchors):
    """Takes the third code for t_h and the fourth for t_w."""
    t_x, t_y, t_h, t_w = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    w, h = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE)), h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=1))


def wrong_writes_into_codes(codes, anchors):
    """Cuts the codes in place."""
    codes[:, 2:].clamp_(max=LARGEST_LOG_SIZE)
    t_x, t_y, t_w, t_h = codes.unbind(1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(1)
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w_a * t_w.exp(), h_a * t_h.exp()], dim=1))


def right_loops(codes, anchors):
    """One code after the other, in plain numbers."""
    boxes = torch.zeros_like(anchors)
    for n, (code, (x1, y1, x2, y2)) in enumerate(zip(codes.tolist(), anchors.tolist(), strict=True)):
        limit = math.log(1000 / 16)
        w, h = (x2 - x1) * math.exp(min(code[2], limit)), (y2 - y1) * math.exp(min(code[3], limit))
        x, y = (x1 + x2) / 2 + code[0] * (x2 - x1), (y1 + y2) / 2 + code[1] * (y2 - y1)
        boxes[n] = torch.tensor([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
    return boxes


def right_two_columns_at_once(codes, anchors):
    """Corners and sizes in pairs, without the functions that convert."""
    size_a = anchors[:, 2:] - anchors[:, :2]
    centre = anchors[:, :2] + size_a * (codes[:, :2] + 0.5)
    half = 0.5 * size_a * torch.minimum(codes[:, 2:], torch.tensor(math.log(62.5), dtype=codes.dtype)).exp()
    return torch.cat([centre - half, centre + half], dim=1)


def right_exponential_cut(codes, anchors):
    """Cuts the exponential at 62.5 instead of its exponent; min(infinity, 62.5) is 62.5."""
    shifts, sizes = codes.split(2, dim=1)
    centre_a, size_a = xyxy_to_cxcywh(anchors).split(2, dim=1)
    return cxcywh_to_xyxy(torch.cat([centre_a + shifts * size_a, size_a * sizes.exp().clamp(max=1000 / 16)], dim=1))


def right_numpy(codes, anchors):
    """In numpy, edge by edge."""
    import numpy as np

    t, a = codes.numpy(), anchors.numpy()
    size_a = a[:, 2:] - a[:, :2]
    size = size_a * np.exp(np.where(t[:, 2:] > np.log(62.5), np.log(62.5), t[:, 2:]))
    centre = (a[:, 2:] + a[:, :2]) / 2 + t[:, :2] * size_a
    return torch.from_numpy(np.concatenate([centre - size / 2, centre + size / 2], axis=1).astype(t.dtype))
