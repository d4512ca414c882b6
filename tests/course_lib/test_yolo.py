"""YOLO: which cell answers for which object, and in what order it says what."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.detection.backbone import StagedEncoder
from course_lib.detection.yolo import (
    YOLO,
    YOLOOutput,
    base_boxes_of_cells,
    shapes_yolo,
    split_cells,
    yolo_boxes,
    yolo_loss,
    yolo_targets,
)

NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
WIDE_AND_TALL = torch.tensor([[0.4, 0.1], [0.1, 0.4]])  # width and height


def target(boxes, labels):
    return {"boxes": torch.tensor(boxes).float(), "labels": torch.tensor(labels)}


def small_yolo(base_boxes=((0.16, 0.16), (0.29, 0.29)), classes=6):
    return YOLO(StagedEncoder((8, 16, 32)), base_boxes, classes)


def test_targets_by_hand():
    """An object of 21 x 56 pixels around (65, 32), in a picture of 140 x 70: its centre is in row 3, column 3 + 1/4 of
    the grid. Catches row and column, width and height, dh and dw exchanged, labels that count from 0."""
    targets = yolo_targets(torch.tensor([[54.5, 4.0, 75.5, 60.0]]), torch.tensor([2]), WIDE_AND_TALL, 7, (70, 140), 3)
    assert targets.shape == (7, 7, 13) and targets.any(dim=2).nonzero().tolist() == [[3, 3]]
    # The tall base box: 14 x 28 pixels around the cell's centre, (70, 35).
    expected = [0] * 5 + [-5 / 14, -3 / 28, math.log(56 / 28), math.log(21 / 14), 1] + [0, 1, 0]
    assert targets[3, 3].tolist() == pytest.approx(expected, abs=1e-5)


def test_row_and_column_of_the_centre():
    targets = yolo_targets(torch.tensor([[121.0, 1.0, 139.0, 29.0]]), torch.tensor([1]), WIDE_AND_TALL, 7, (70, 140), 1)
    assert targets.any(dim=2).nonzero().tolist() == [[1, 6]]


def test_a_sliver_at_the_far_edge_belongs_to_the_last_cell():
    """Its centre is rounded to the edge itself, where no cell begins."""
    sliver = torch.tensor([[127.99999, 127.99999, 128, 128]])
    assert yolo_targets(sliver, torch.tensor([1]), WIDE_AND_TALL, 7, (128, 128), 1)[6, 6].any()


def test_the_base_box_of_the_same_shape_is_responsible():
    """By shape alone: where the object lies within the cell does not matter."""
    boxes = torch.tensor([[1.0, 1, 41, 15], [81, 21, 95, 69]])
    targets = yolo_targets(boxes, torch.tensor([1, 1]), WIDE_AND_TALL, 7, (100, 100), 1)
    _, responsible, _ = split_cells(targets, 2)
    assert responsible.nonzero().tolist() == [[0, 1, 0], [3, 6, 1]]
    large_and_small = torch.tensor([[0.4, 0.4], [0.1, 0.1]])  # the small object lies in the large one altogether
    targets = yolo_targets(torch.tensor([[1.0, 1, 13, 13]]), torch.tensor([1]), large_and_small, 7, (100, 100), 1)
    assert targets[0, 0, 9] == 1


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_of_two_objects_in_one_cell_the_larger_one_stays(order):
    """Whichever comes first, and nothing is left of the other, though it had another base box."""
    boxes, labels = torch.tensor([[30.0, 48, 70, 58], [46, 40, 58, 66]]), torch.tensor([1, 2])
    targets = yolo_targets(boxes[order], labels[order], WIDE_AND_TALL, 7, (100, 100), 2)
    assert torch.equal(targets, yolo_targets(boxes[:1], labels[:1], WIDE_AND_TALL, 7, (100, 100), 2))
    assert targets[3, 3].count_nonzero() >= 2 and targets[3, 3, -2:].tolist() == [1, 0]


def test_without_objects_there_is_nothing_to_say():
    targets = yolo_targets(NOTHING["boxes"], NOTHING["labels"], WIDE_AND_TALL, 7, (70, 140), 3)
    assert targets.shape == (7, 7, 13) and not targets.any()


def test_what_does_not_fit_is_refused():
    boxes, labels = torch.tensor([[0.0, 0, 9, 9]]), torch.tensor([4])
    with pytest.raises(ValueError, match=r"labels should be 1 to 3, got \[4\]"):
        yolo_targets(boxes, labels, WIDE_AND_TALL, 7, (70, 140), 3)
    with pytest.raises(ValueError, match=r"base_boxes should have the shape \(B, 2\)"):
        yolo_targets(boxes, labels, torch.zeros(2, 4), 7, (70, 140), 4)
    with pytest.raises(ValueError, match=r"targets should have the shape \(N, G, G, K\)"):
        yolo_loss(torch.zeros(2, 7, 7, 13), torch.zeros(7, 7, 13), 2)
    with pytest.raises(ValueError, match="3 base boxes and a class take more than 13 numbers"):
        yolo_loss(torch.zeros(2, 7, 7, 13), torch.zeros(2, 7, 7, 13), 3)


def test_base_boxes_lie_around_the_cells():
    boxes = base_boxes_of_cells(WIDE_AND_TALL, 7, (70, 140))
    assert boxes.shape == (7, 7, 2, 4)
    assert torch.allclose(boxes[0, 6, 0], torch.tensor([130.0 - 28, 5 - 3.5, 130 + 28, 5 + 3.5]))
    assert torch.allclose(boxes[6, 0, 1], torch.tensor([10.0 - 7, 65 - 14, 10 + 7, 65 + 14]))


def test_boxes_are_found_again():
    """Of any place and shape, up to the border, in pictures that are not square: decoding undoes encoding."""
    torch.manual_seed(0)
    size, edges = (70, 140), torch.tensor([140.0, 70, 140, 70])
    near, far = torch.rand(50, 2) * 0.6, torch.rand(50, 2) * 0.35 + 0.05
    boxes = torch.cat(
        [torch.cat([near, near + far], dim=1) * edges, edges * torch.tensor([[0, 0, 1, 1], [0.8, 0, 1, 1]])]
    )
    for box in boxes:
        targets = yolo_targets(box[None], torch.tensor([1]), WIDE_AND_TALL, 7, size, 1)
        _, responsible, _ = split_cells(targets, 2)
        assert torch.allclose(yolo_boxes(targets, WIDE_AND_TALL, size)[responsible == 1], box[None], atol=1e-3)


def some_targets():
    one = yolo_targets(torch.tensor([[54.5, 4.0, 75.5, 60.0]]), torch.tensor([2]), WIDE_AND_TALL, 7, (70, 140), 3)
    return torch.stack([one, torch.zeros_like(one)])


def test_loss_of_a_loop():
    """The lecture's order of numbers, and the paper's weights: 5 for boxes, 1/2 for confidence where nothing is."""
    torch.manual_seed(0)
    targets, cells = some_targets(), torch.randn(2, 7, 7, 13)
    expected = dict.fromkeys(("boxes", "objects", "empty", "classes"), 0.0)
    for cell, should in zip(cells.flatten(0, 2), targets.flatten(0, 2), strict=True):
        for b in range(2):
            p, first = cell[5 * b + 4].sigmoid().item(), 5 * b
            if should[5 * b + 4] == 1:
                expected["objects"] -= math.log(p)
                expected["boxes"] += 5 * sum((cell[k] - should[k]).item() ** 2 for k in range(first, first + 4))
            else:
                expected["empty"] -= 0.5 * math.log(1 - p)
        if should[10:].any():
            expected["classes"] -= cell[10:].log_softmax(0)[should[10:].argmax()].item()
    parts = yolo_loss(cells, targets, 2)
    assert {name: 2 * part.item() for name, part in parts.items()} == pytest.approx(expected, rel=1e-4)


def test_who_is_not_responsible_learns_only_that():
    """Catches classes learned in empty cells, and boxes learned by those that have no object."""
    cells, targets = torch.randn(2, 7, 7, 13, requires_grad=True), some_targets()
    sum(yolo_loss(cells, targets, 2).values()).backward()
    codes, confidence, classes = split_cells(cells.grad, 2)
    assert codes.any(dim=-1).nonzero().tolist() == [[0, 3, 3, 1]] and classes.any(dim=-1).nonzero().tolist() == [
        [0, 3, 3]
    ]
    assert (confidence > 0).sum() == 2 * 49 * 2 - 1 and confidence[0, 3, 3, 1] < 0


def test_pictures_without_objects_have_a_loss_and_a_gradient():
    model = small_yolo()
    parts = model.loss(model([torch.rand(3, 40, 60), torch.rand(3, 50, 30)]), [NOTHING, NOTHING])
    assert parts["empty"] > 0 and parts["boxes"] == parts["objects"] == parts["classes"] == 0
    sum(parts.values()).backward()
    assert all(weights.grad.isfinite().all() for weights in model.parameters())


def said(targets):
    """What a network says that is sure of its targets."""
    cells = targets.clone()
    for k in (*range(4, 10, 5), *range(10, cells.shape[-1])):
        cells[..., k] = 20 * cells[..., k] - 10
    return cells


def test_who_says_the_targets_is_right():
    """Loss and postprocess agree on the layout, in pictures of different sizes, and with things at the border."""
    sizes = [(70, 140), (100, 60), (32, 32)]
    objects = [target([[0, 0, 50, 9], [54, 4, 75, 60]], [3, 1]), target([[40, 60, 60, 100]], [2]), NOTHING]
    model = small_yolo(WIDE_AND_TALL.tolist(), classes=3)
    targets = torch.stack(
        [yolo_targets(o["boxes"], o["labels"], WIDE_AND_TALL, 7, s, 3) for o, s in zip(objects, sizes, strict=True)]
    )
    raw = YOLOOutput(said(targets), sizes)
    assert sum(model.loss(raw, objects).values()) < 0.01
    for found, true in zip(model.postprocess(raw), objects, strict=True):
        order = found["boxes"][:, 0].argsort()
        assert torch.allclose(found["boxes"][order], true["boxes"], atol=1e-3)
        assert found["labels"][order].tolist() == true["labels"].tolist() and (found["scores"] > 0.99).all()


def test_score_is_confidence_times_class():
    cells = torch.full((1, 7, 7, 13), -20.0)
    cells[0, 2, 5, :5] = 0
    cells[0, 2, 5, 10:] = torch.tensor([0.0, math.log(3), -20])
    (found,) = small_yolo(WIDE_AND_TALL.tolist(), classes=3).postprocess(YOLOOutput(cells, [(70, 140)]))
    assert found["labels"].tolist() == [2, 1] and found["scores"].tolist() == pytest.approx([0.375, 0.125])
    assert torch.allclose(found["boxes"], torch.tensor([110 - 28, 25 - 3.5, 110 + 28, 25 + 3.5]).expand(2, 4))


def test_channels_come_last_and_rows_before_columns():
    """Catches a map that is reshaped where it should be transposed."""

    class Numbered(nn.Module):
        channels, strides = (3,), (16,)

        def forward(self, batch):
            return [torch.arange(len(batch) * 13 * 49.0).view(-1, 13, 7, 7)]

    model = YOLO(Numbered(), WIDE_AND_TALL.tolist(), classes=3)
    model.head = nn.Identity()
    raw = model(torch.zeros(2, 3, 20, 30))
    assert raw.cells.shape == (2, 7, 7, 13) and raw.cells[1, 2, 5, 11] == ((1 * 13 + 11) * 7 + 2) * 7 + 5


def test_each_picture_is_resized_for_itself():
    torch.manual_seed(0)
    model, pictures = small_yolo().eval(), [torch.rand(3, 40, 60), torch.rand(3, 90, 30)]
    raw = model(pictures)
    assert raw.sizes == [(40, 60), (90, 30)]
    for cells, picture in zip(raw.cells, pictures, strict=True):
        square = F.interpolate(picture[None], (56, 56), mode="bilinear", antialias=True)
        assert torch.allclose(cells, model(square).cells[0], atol=1e-5)


def test_a_box_without_an_area_is_refused():
    model = small_yolo()
    with pytest.raises(ValueError, match="picture 0, box 0"):
        model.loss(model(torch.rand(1, 3, 56, 56)), [target([[5, 5, 5, 9]], [1])])


def test_the_default_says_what_the_lecture_says():
    assert shapes_yolo()(torch.rand(1, 3, 128, 128)).cells.shape == (1, 7, 7, 5 * 2 + 6)


def test_learns_a_handful_of_scenes_by_heart(learned_by_heart):
    assert learned_by_heart(small_yolo) > 0.95
