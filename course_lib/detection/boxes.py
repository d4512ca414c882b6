"""Boxes as four numbers: how large they are, how much two of them overlap, and how one is told from another.

A box is x1, y1, x2, y2: its left, upper, right and lower edge in pixels, so that its width is x2 - x1, without "+ 1".
"""

import math

import torch
from torch import Tensor

from ..arguments import check_shapes
from ..exercises import exercise

LARGEST_LOG_SIZE = math.log(1000 / 16)  # a box grows to 62 times its anchor at the most, so that exp cannot overflow


def box_area(boxes: Tensor) -> Tensor:
    """Width times height, in square pixels.

    Args:
        boxes: (N, 4).

    Returns:
        (N,).
    """
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _check_box_iou(boxes, others):
    check_shapes("box_iou", boxes=(boxes, "N 4"), others=(others, "M 4"))


@exercise("a5", accepts=_check_box_iou)
def box_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """How much each box overlaps each other one, from 0 to 1: intersection over union, Jaccard's index.

        IoU(A, B) = |A and B| / |A or B|,    |A or B| = |A| + |B| - |A and B|

    Args:
        boxes: (N, 4), x1 y1 x2 y2; N may be 0.
        others: (M, 4), likewise.

    Returns:
        (N, M).

    Raises:
        TypeError, ValueError: not floating point, or not of these shapes.

    Source: Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) Challenge", section 4.2.
    """
    width = torch.minimum(boxes[:, None, 2], others[:, 2]) - torch.maximum(boxes[:, None, 0], others[:, 0])
    height = torch.minimum(boxes[:, None, 3], others[:, 3]) - torch.maximum(boxes[:, None, 1], others[:, 1])
    overlap = width.clamp(min=0) * height.clamp(min=0)  # nothing where they do not touch
    return overlap / (box_area(boxes)[:, None] + box_area(others) - overlap)


def generalized_box_iou(boxes: Tensor, others: Tensor) -> Tensor:
    """IoU that goes on below 0 where boxes do not touch: the farther apart they are, the nearer to -1.

        GIoU(A, B) = IoU(A, B) - |C without (A or B)| / |C|,    C the smallest box around both

    Args:
        boxes: (N, 4).
        others: (M, 4).

    Returns:
        (N, M), from -1 to 1.

    Source: Rezatofighi et al. 2019, "Generalized Intersection over Union", algorithm 1.
    """
    iou = box_iou(boxes, others)
    union = (box_area(boxes)[:, None] + box_area(others)) / (1 + iou)  # for the overlap is IoU times the union
    corner = torch.minimum(boxes[:, None, :2], others[:, :2])
    around = (torch.maximum(boxes[:, None, 2:], others[:, 2:]) - corner).prod(dim=2)
    return iou - (around - union) / around


def clip_boxes(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """What of the boxes lies in the picture.

    Args:
        boxes: (..., 4).
        size: of the picture, (height, width).

    Returns:
        (..., 4); a box that lies outside altogether has no area left.
    """
    height, width = size
    return torch.minimum(boxes.clamp(min=0), boxes.new_tensor([width, height, width, height]))


def xyxy_to_cxcywh(boxes: Tensor) -> Tensor:
    """Corners x1, y1, x2, y2 to centre and size cx, cy, w, h; (..., 4)."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1], dim=-1)


def cxcywh_to_xyxy(boxes: Tensor) -> Tensor:
    """Centre and size cx, cy, w, h to corners x1, y1, x2, y2; (..., 4)."""
    cx, cy, w, h = boxes.unbind(-1)
    return torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], dim=-1)


def xyxy_to_xywh(boxes: Tensor) -> Tensor:
    """Corners x1, y1, x2, y2 to COCO's upper left corner and size x, y, w, h; (..., 4)."""
    x1, y1, x2, y2 = boxes.unbind(-1)
    return torch.stack([x1, y1, x2 - x1, y2 - y1], dim=-1)


def xywh_to_xyxy(boxes: Tensor) -> Tensor:
    """COCO's upper left corner and size x, y, w, h to corners x1, y1, x2, y2; (..., 4)."""
    x, y, w, h = boxes.unbind(-1)
    return torch.stack([x, y, x + w, y + h], dim=-1)


def _check_encode_boxes(boxes, anchors):
    check_shapes("encode_boxes", boxes=(boxes, "N 4"), anchors=(anchors, "N 4"))


@exercise("a5", accepts=_check_encode_boxes)
def encode_boxes(boxes: Tensor, anchors: Tensor) -> Tensor:
    """Boxes as seen from anchors: how far to shift each, in its own sizes, and how much to stretch it.

        t_x = (x - x_a) / w_a    t_y = (y - y_a) / h_a    t_w = log(w / w_a)    t_h = log(h / h_a)

    with x, y, w, h the centre, width and height of a box, and x_a ... those of its anchor.

    Args:
        boxes: (N, 4), x1 y1 x2 y2; N may be 0.
        anchors: one for each box, (N, 4), x1 y1 x2 y2.

    Returns:
        t, (N, 4).

    Raises:
        TypeError, ValueError: not floating point, or not of these shapes.

    Source: Girshick et al. 2014, "Rich feature hierarchies", appendix C; Ren et al. 2015, "Faster R-CNN", equation 2.
    """
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(-1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(-1)
    return torch.stack([(x - x_a) / w_a, (y - y_a) / h_a, torch.log(w / w_a), torch.log(h / h_a)], dim=-1)


def _check_decode_boxes(codes, anchors):
    check_shapes("decode_boxes", codes=(codes, "N 4"), anchors=(anchors, "N 4"))


@exercise("a5", accepts=_check_decode_boxes)
def decode_boxes(codes: Tensor, anchors: Tensor) -> Tensor:
    """The inverse of `encode_boxes`: shift and stretch each anchor.

        x = x_a + t_x w_a    y = y_a + t_y h_a    w = w_a exp(t_w)    h = h_a exp(t_h)

    Where t_w or t_h is larger than log(1000 / 16), it is cut to that first: an untrained network says anything, and exp
    of it may be infinite. Nothing else is cut.

    Args:
        codes: t, (N, 4); N may be 0.
        anchors: one for each, (N, 4), x1 y1 x2 y2.

    Returns:
        Boxes (N, 4), x1 y1 x2 y2.

    Raises:
        TypeError, ValueError: not floating point, or not of these shapes.

    Source: as `encode_boxes`; the cut after Detectron, as in torchvision.
    """
    t_x, t_y, t_w, t_h = codes.unbind(-1)
    x_a, y_a, w_a, h_a = xyxy_to_cxcywh(anchors).unbind(-1)
    w = w_a * torch.exp(t_w.clamp(max=LARGEST_LOG_SIZE))
    h = h_a * torch.exp(t_h.clamp(max=LARGEST_LOG_SIZE))
    return cxcywh_to_xyxy(torch.stack([x_a + t_x * w_a, y_a + t_y * h_a, w, h], dim=-1))
