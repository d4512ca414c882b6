"""Answers to yolo_targets that students might give."""

import math

import torch

from course_lib.detection import box_area, box_iou, cxcywh_to_xyxy, encode_boxes, xyxy_to_cxcywh
from course_lib.detection.yolo import base_boxes_of_cells


def wrong_row_and_column(boxes, labels, base_boxes, grid, size, classes):
    """Takes the row from x and the column from y."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        column, row = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_size_order(boxes, labels, base_boxes, grid, size, classes):
    """Takes the size for (width, height)."""
    B, (width, height) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, (height, width))
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_cell_of_the_corner(boxes, labels, base_boxes, grid, size, classes):
    """Lets the cell answer that a thing's upper left corner lies in."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = max(0, int(boxes[i, 1] / height * grid)), max(0, int(boxes[i, 0] / width * grid))
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_beyond_the_last_cell(boxes, labels, base_boxes, grid, size, classes):
    """Knows no last cell: on the right border there is none."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = int(y / height * grid), int(x / width * grid)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_order_of_sizes(boxes, labels, base_boxes, grid, size, classes):
    """Says dw before dh, as `encode_boxes` does."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dw, dh, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_from_the_corner_of_the_cell(boxes, labels, base_boxes, grid, size, classes):
    """Tells where a thing is as seen from its cell's upper left corner."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        dx = dx + width / grid / 2 / shapes[b, 0]
        dy = dy + height / grid / 2 / shapes[b, 1]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_shift_in_cells(boxes, labels, base_boxes, grid, size, classes):
    """Divides the shift by the size of the cell, and counts from its corner, as the first YOLO does."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        dx, dy = x / width * grid - column, y / height * grid - row
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_overlap_in_place(boxes, labels, base_boxes, grid, size, classes):
    """Takes the base box that overlaps the thing most where the two lie."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = box_iou(boxes[i, None], around[row, column]).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_base_boxes_high_first(boxes, labels, base_boxes, grid, size, classes):
    """Takes base boxes for (height, width)."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    base_boxes = base_boxes.flip(1)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_class_from_0(boxes, labels, base_boxes, grid, size, classes):
    """Does not subtract 1 from the label."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes + 1)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i]] = 1
    return targets[..., : 5 * B + classes]


def wrong_last_one_stays(boxes, labels, base_boxes, grid, size, classes):
    """Lets the last thing of a cell stay, however large."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in range(len(boxes)):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def wrong_two_classes(boxes, labels, base_boxes, grid, size, classes):
    """Leaves the class of the smaller thing in the cell."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell[: 5 * B] = 0
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def right_one_by_one(boxes, labels, base_boxes, grid, size, classes):
    """One thing after the other; the IoU of shapes by hand."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    around = base_boxes_of_cells(base_boxes, grid, size)
    shapes = base_boxes * base_boxes.new_tensor([width, height])
    for i in box_area(boxes).argsort(stable=True):
        x, y, w, h = xyxy_to_cxcywh(boxes[i])
        row, column = min(int(y / height * grid), grid - 1), min(int(x / width * grid), grid - 1)
        shared = w.minimum(shapes[:, 0]) * h.minimum(shapes[:, 1])
        b = (shared / (w * h + shapes.prod(dim=1) - shared)).argmax()
        dx, dy, dw, dh = encode_boxes(boxes[i, None], around[row, column, b, None])[0]
        cell = targets[row, column]
        cell.zero_()
        cell[5 * b : 5 * b + 5] = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)])
        cell[5 * B + labels[i] - 1] = 1
    return targets


def right_plain_numbers(boxes, labels, base_boxes, grid, size, classes):
    """Calls no other function, and remembers how large the thing in each cell is."""
    height, width = size
    B, largest = len(base_boxes), {}
    targets = torch.zeros(grid, grid, 5 * B + classes, dtype=boxes.dtype)
    for (x1, y1, x2, y2), label in zip(boxes.tolist(), labels.tolist(), strict=True):
        w, h = x2 - x1, y2 - y1
        column = min(int((x1 + x2) / 2 // (width / grid)), grid - 1)
        row = min(int((y1 + y2) / 2 // (height / grid)), grid - 1)
        if w * h < largest.get((row, column), 0):
            continue
        largest[row, column] = w * h
        best, b = -1, None
        for k, (share_w, share_h) in enumerate(base_boxes.tolist()):
            w_a, h_a = share_w * width, share_h * height
            shared = min(w, w_a) * min(h, h_a)
            iou = shared / (w * h + w_a * h_a - shared)
            if iou > best:
                best, b = iou, k
        w_a, h_a = base_boxes[b, 0].item() * width, base_boxes[b, 1].item() * height
        x_a, y_a = (column + 0.5) * width / grid, (row + 0.5) * height / grid
        numbers = [0.0] * (5 * B + classes)
        numbers[5 * b : 5 * b + 2] = ((x1 + x2) / 2 - x_a) / w_a, ((y1 + y2) / 2 - y_a) / h_a
        numbers[5 * b + 2 : 5 * b + 5] = math.log(h / h_a), math.log(w / w_a), 1.0
        numbers[5 * B + label - 1] = 1.0
        targets[row, column] = torch.tensor(numbers, dtype=boxes.dtype)
    return targets


def right_iou_of_boxes_around_zero(boxes, labels, base_boxes, grid, size, classes):
    """Lays shapes around the origin and asks box_iou; base boxes are made from the cells' centres, in pixels."""
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, B * 5 + classes)
    if len(boxes) == 0:
        return targets
    pixels = base_boxes * base_boxes.new_tensor([[width, height]])
    centred = xyxy_to_cxcywh(boxes)
    around_zero = torch.cat([-centred[:, 2:] / 2, centred[:, 2:] / 2], dim=1)
    best = box_iou(around_zero, torch.cat([-pixels / 2, pixels / 2], dim=1)).argmax(dim=1)
    cells = (centred[:, :2] / centred.new_tensor([width / grid, height / grid])).floor().clamp(max=grid - 1)
    step = centred.new_tensor([width / grid, height / grid])
    codes = encode_boxes(boxes, cxcywh_to_xyxy(torch.cat([(cells + 0.5) * step, pixels[best]], dim=1)))
    areas = centred[:, 2] * centred[:, 3]
    for i in range(len(boxes)):
        later = torch.arange(len(boxes)) > i
        better = (areas > areas[i]) | ((areas == areas[i]) & later)
        if not (better & (cells == cells[i]).all(dim=1)).any():
            column, row = cells[i].long().tolist()
            slot = targets[row, column, : 5 * B].view(B, 5)[best[i]]
            slot[:2], slot[2], slot[3], slot[4] = codes[i, :2], codes[i, 3], codes[i, 2], 1
            targets[row, column, 5 * B :] = torch.nn.functional.one_hot(labels[i] - 1, classes)
    return targets


def right_cell_by_cell(boxes, labels, base_boxes, grid, size, classes):
    """Asks each cell which things have their centre there, and takes the largest."""
    B, (height, width) = len(base_boxes), size
    around = base_boxes_of_cells(base_boxes, grid, size)
    x, y, w, h = xyxy_to_cxcywh(boxes).unbind(1)
    columns = torch.div(x * grid, width, rounding_mode="floor").clamp(0, grid - 1)
    rows = torch.div(y * grid, height, rounding_mode="floor").clamp(0, grid - 1)
    cells = []
    for row in range(grid):
        for column in range(grid):
            numbers = boxes.new_zeros(5 * B + classes)
            here = ((rows == row) & (columns == column)).nonzero()[:, 0].tolist()
            if here:
                i = max(reversed(here), key=lambda i: (w[i] * h[i]).item())
                a, c = base_boxes[:, 0] * width / w[i], base_boxes[:, 1] * height / h[i]
                shared = a.clamp(max=1) * c.clamp(max=1)
                b = int((shared / (a * c + 1 - shared)).argmax())
                code = encode_boxes(boxes[i : i + 1], around[row, column, b : b + 1])[0]
                numbers[5 * b : 5 * b + 4] = code[[0, 1, 3, 2]]
                numbers[5 * b + 4] = numbers[5 * B + labels[i] - 1] = 1
            cells.append(numbers)
    return torch.stack(cells).view(grid, grid, -1)
