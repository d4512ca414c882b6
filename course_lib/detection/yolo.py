"""YOLO: the whole picture at one look, a grid of cells, each of which answers for the object centred in it."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..arguments import check_shapes
from ..exercises import exercise
from .backbone import StagedEncoder
from .boxes import box_area, cxcywh_to_xyxy, decode_boxes, encode_boxes, xyxy_to_cxcywh
from .nms import best_detections
from .targets import check_targets


class YOLOOutput(NamedTuple):
    """What the network says about each cell of each picture."""

    cells: Tensor  # (N, grid, grid, 5 B + C), B times (dx, dy, dh, dw, confidence), then C class scores
    sizes: list[tuple[int, int]]  # of the pictures, (height, width)


def base_boxes_of_cells(base_boxes: Tensor, grid: int, size: tuple[int, int]) -> Tensor:
    """The base boxes (B, 2) of `yolo_targets` around the centre of each cell, in pixels, (grid, grid, B, 4)."""
    height, width = size
    place = (torch.arange(grid, device=base_boxes.device) + 0.5) / grid
    row, column = torch.meshgrid(place, place, indexing="ij")
    centres = torch.stack([column, row], dim=2)[:, :, None].expand(-1, -1, len(base_boxes), -1)
    boxes = cxcywh_to_xyxy(torch.cat([centres, base_boxes.expand(grid, grid, -1, -1)], dim=3))
    return boxes * boxes.new_tensor([width, height, width, height])


def split_cells(cells: Tensor, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """What (..., 5 B + C) consists of: codes (..., B, 4), confidences (..., B) and class scores (..., C)."""
    of_boxes = cells[..., : 5 * count].unflatten(-1, (count, 5))
    return of_boxes[..., :4], of_boxes[..., 4], cells[..., 5 * count :]


def _check_yolo_targets(boxes, labels, base_boxes, grid, size, classes):
    check_shapes("yolo_targets", boxes=(boxes, "N 4"), labels=(labels, "N int"), base_boxes=(base_boxes, "B 2"))
    if len(labels) and not 1 <= labels.min() <= labels.max() <= classes:
        raise ValueError(f"yolo_targets: labels should be 1 to {classes}, got {labels.tolist()}")


@exercise("a5", accepts=_check_yolo_targets)
def yolo_targets(
    boxes: Tensor, labels: Tensor, base_boxes: Tensor, grid: int, size: tuple[int, int], classes: int
) -> Tensor:
    """What the network should say about one picture, in the layout in which it says it.

    The cell in which an object's centre lies is responsible for it, and in this cell the base box whose shape has the
    largest IoU with that of the object, both laid around the same centre. A centre on the right or lower border of the
    picture is in the last cell. Seen from this base box (x_a, y_a, w_a, h_a), the object (x, y, w, h) is

        dx = (x - x_a) / w_a    dy = (y - y_a) / h_a    dh = log(h / h_a)    dw = log(w / w_a)

    which is `encode_boxes` with its last two numbers exchanged. Of two objects with their centres in one cell, only the
    larger one is there to be found (of equal ones, the later): a cell has one class.

    Args:
        boxes: of the objects, in pixels, (N, 4); N may be 0.
        labels: 1 to C, (N,) int64.
        base_boxes: width and height as shares of the picture's, (B, 2).
        grid: cells in each direction.
        size: of the picture, (height, width).
        classes: C.

    Returns:
        (grid, grid, 5 B + C): B times (dx, dy, dh, dw, confidence), then C classes. Confidence is 1 for a base box that
        is responsible for an object, and so is its class; everything else is 0. Of the type of `boxes`.

    Raises:
        TypeError, ValueError: not of these shapes and types, or labels out of range.

    Source: Redmon et al. 2016, "You Only Look Once", section 2; base boxes after Redmon and Farhadi 2017, "YOLO9000".
    """
    B, (height, width) = len(base_boxes), size
    targets = boxes.new_zeros(grid, grid, 5 * B + classes)
    shares = xyxy_to_cxcywh(boxes / boxes.new_tensor([width, height, width, height]))  # cx, cy, w, h from 0 to 1
    columns, rows = (shares[:, :2] * grid).long().clamp(0, grid - 1).unbind(1)
    overlap = torch.minimum(shares[:, None, 2:], base_boxes).prod(dim=2)  # (N, B), around the same centre
    best = (overlap / (shares[:, 2:].prod(dim=1)[:, None] + base_boxes.prod(dim=1) - overlap)).argmax(dim=1)
    dx, dy, dw, dh = encode_boxes(boxes, base_boxes_of_cells(base_boxes, grid, size)[rows, columns, best]).unbind(1)
    about_boxes = torch.stack([dx, dy, dh, dw, torch.ones_like(dx)], dim=1)
    for i in box_area(boxes).argsort(stable=True):  # in one cell, the larger one is written last
        cell = targets[rows[i], columns[i]]
        cell.zero_()
        cell[5 * best[i] : 5 * best[i] + 5] = about_boxes[i]
        cell[5 * B + labels[i] - 1] = 1
    return targets


def yolo_boxes(cells: Tensor, base_boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """The boxes that cells (grid, grid, 5 B + C) say, in pixels, (grid, grid, B, 4): the inverse of `yolo_targets`."""
    codes, _, _ = split_cells(cells, len(base_boxes))
    dx, dy, dh, dw = codes.unbind(-1)
    around = base_boxes_of_cells(base_boxes, len(cells), size)
    boxes = decode_boxes(torch.stack([dx, dy, dw, dh], dim=-1).flatten(0, 2), around.flatten(0, 2))
    return boxes.view_as(around)


def _check_yolo_loss(cells, targets, count, box_weight=5.0, empty_weight=0.5):
    check_shapes("yolo_loss", cells=(cells, "N G G K"), targets=(targets, "N G G K"))
    if not 1 <= count < cells.shape[3] / 5:
        raise ValueError(f"yolo_loss: {count} base boxes and a class take more than {cells.shape[3]} numbers per cell")


@exercise("a5", accepts=_check_yolo_loss)
def yolo_loss(
    cells: Tensor, targets: Tensor, count: int, box_weight: float = 5.0, empty_weight: float = 0.5
) -> dict[str, Tensor]:
    """How far what the network says is from what it should say, in four parts, for a mean picture.

        boxes   = box_weight sum over responsible base boxes of the squared errors of dx, dy, dh and dw
        objects = -sum over responsible base boxes of log(confidence)
        empty   = -empty_weight sum over all other base boxes of log(1 - confidence)
        classes = -sum over cells with an object of log(probability of its class)

    where confidence is the sigmoid of what is said, and the probabilities are its softmax.

    Args:
        cells: of the network, (N, grid, grid, 5 B + C), however large the numbers are.
        targets: of `yolo_targets`, likewise.
        count: B.
        box_weight, empty_weight: lambda_coord and lambda_noobj of the paper.

    Returns:
        "boxes", "objects", "empty" and "classes", four scalars: each sum divided by N. Without any object all but the
        third are 0.

    Raises:
        TypeError, ValueError: not floating point, or not of these shapes.

    Source: Redmon et al. 2016, equation 3, where sizes are square roots, every error is squared, and confidence should
    be the IoU that the box reaches. Logarithms and cross-entropy as in Redmon and Farhadi 2018, "YOLOv3".
    """
    codes, confidence, scores = split_cells(cells, count)
    true_codes, responsible, classes = split_cells(targets, count)
    is_object, has_object = responsible == 1, classes.sum(dim=-1) == 1
    wrong = F.binary_cross_entropy_with_logits(confidence, responsible, reduction="none")
    parts = {
        "boxes": box_weight * (codes - true_codes)[is_object].square().sum(),
        "objects": wrong[is_object].sum(),
        "empty": empty_weight * wrong[~is_object].sum(),
        "classes": F.cross_entropy(scores[has_object], classes[has_object].argmax(dim=1), reduction="sum"),
    }
    return {name: part / len(cells) for name, part in parts.items()}


class YOLO(nn.Module):
    """A detector that looks at a whole picture once, and says for each cell of a grid what is centred there.

    Pictures are first resized to grid x stride pixels in both directions, whatever their shape; so the last map of the
    backbone has one place for each cell.

    Args:
        backbone: pictures to maps, with their `channels` and `strides`, such as `StagedEncoder`; the last map is used.
        base_boxes: width and height of B boxes, as shares of the picture's, (B, 2).
        classes: C, without background, for that is what confidence is about.
        grid: cells in each direction.

    Source: Redmon et al. 2016, "You Only Look Once: Unified, Real-Time Object Detection". There fully connected layers
    look at all cells at once; here each sees as far as the convolutions reach.
    """

    def __init__(self, backbone: nn.Module, base_boxes: Sequence[tuple[float, float]], classes: int, grid: int = 7):
        super().__init__()
        self.backbone, self.classes, self.grid = backbone, classes, grid
        self.register_buffer("base_boxes", torch.tensor(base_boxes), persistent=False)
        D = backbone.channels[-1]
        last = nn.Conv2d(D, 5 * len(base_boxes) + classes, 1)
        self.head = nn.Sequential(nn.Conv2d(D, D, 3, padding=1, bias=False), nn.BatchNorm2d(D), nn.ReLU(), last)

    def forward(self, pictures: Sequence[Tensor] | Tensor) -> YOLOOutput:
        """Pictures (3, h, w) of any sizes give what is said about each cell."""
        side = self.grid * self.backbone.strides[-1]
        resized = [F.interpolate(picture[None], (side, side), mode="bilinear", antialias=True) for picture in pictures]
        maps = self.head(self.backbone(torch.cat(resized))[-1])  # (N, 5 B + C, grid, grid)
        return YOLOOutput(maps.permute(0, 2, 3, 1), [tuple(picture.shape[1:]) for picture in pictures])

    def loss(self, raw: YOLOOutput, targets: Sequence[dict]) -> dict[str, Tensor]:
        """The four parts of `yolo_loss`."""
        check_targets(targets, raw.sizes)
        should = [
            yolo_targets(target["boxes"], target["labels"], self.base_boxes, self.grid, size, self.classes)
            for target, size in zip(targets, raw.sizes, strict=True)
        ]
        return yolo_loss(raw.cells, torch.stack(should), len(self.base_boxes))

    @torch.no_grad()
    def postprocess(
        self, raw: YOLOOutput, score_threshold: float = 0.05, iou_threshold: float = 0.5, most: int = 100
    ) -> list[dict]:
        """The objects found in each picture: boxes, labels and scores (confidence times class), the best first."""
        results = []
        for cells, size in zip(raw.cells, raw.sizes, strict=True):
            _, confidence, scores = split_cells(cells, len(self.base_boxes))
            scores = confidence.sigmoid()[..., None] * scores.softmax(dim=-1)[:, :, None]  # (grid, grid, B, C)
            boxes = yolo_boxes(cells, self.base_boxes, size)
            found = (boxes.flatten(0, 2), scores.flatten(0, 2), size, score_threshold, iou_threshold, most)
            results.append(best_detections(*found))
        return results


def shapes_yolo() -> YOLO:
    """An untrained YOLO for the six kinds of things in the world of shapes."""
    return YOLO(StagedEncoder(), base_boxes=[(0.16, 0.16), (0.29, 0.29)], classes=6)
