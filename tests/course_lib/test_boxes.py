"""Boxes, their overlap and their codes, and non-maximum suppression: equal to torchvision's, and to naive versions."""

import math

import pytest
import torch
import torchvision

from course_lib.detection import (
    best_detections,
    box_area,
    box_iou,
    clip_boxes,
    cxcywh_to_xyxy,
    decode_boxes,
    encode_boxes,
    generalized_box_iou,
    nms,
    nms_per_class,
    xywh_to_xyxy,
    xyxy_to_cxcywh,
    xyxy_to_xywh,
)


def some_boxes(count: int, seed: int = 0, side: float = 100) -> torch.Tensor:
    """At random, some of them far outside the picture, wider than tall and taller than wide."""
    generator = torch.Generator().manual_seed(seed)
    corner = torch.rand(count, 2, generator=generator) * side * 1.2 - side * 0.1
    size = 4 + torch.rand(count, 2, generator=generator) * side * torch.tensor([0.5, 0.3])
    return torch.cat([corner, corner + size], dim=1)


def test_area_has_no_plus_one_and_does_not_mix_up_edges():
    assert box_area(torch.tensor([[1.0, 2.0, 4.0, 7.0], [0.0, 0.0, 0.5, 0.5]])).tolist() == [15.0, 0.25]


@pytest.mark.parametrize("ours, theirs", [(box_iou, torchvision.ops.box_iou)])
def test_iou_of_boxes_by_hand(ours, theirs):
    """Corners only touching, one within the other, apart in one direction only: where a forgotten clamp shows."""
    one = torch.tensor([[0.0, 0.0, 10.0, 10.0]])
    others = torch.tensor(
        [[0, 0, 10, 10], [10, 10, 20, 20], [0, 0, 5, 10], [20, 0, 30, 10], [20, 20, 30, 30], [5, 5, 15, 15]]
    ).float()
    assert torch.allclose(ours(one, others)[0], torch.tensor([1, 0, 0.5, 0, 0, 25 / 175]))
    assert torch.allclose(ours(one, others), theirs(one, others))


@pytest.mark.parametrize("name", ["box_iou", "generalized_box_iou"])
def test_overlaps_and_their_gradients_equal_torchvisions(name):
    ours, theirs = (
        {"box_iou": box_iou, "generalized_box_iou": generalized_box_iou}[name],
        getattr(torchvision.ops, name),
    )
    results = []
    for function in (ours, theirs):
        boxes, others = some_boxes(17).requires_grad_(), some_boxes(9, seed=1).requires_grad_()
        overlap = function(boxes, others)
        (overlap * torch.arange(9)).sum().backward()
        results.append((overlap, boxes.grad, others.grad))
    assert results[0][0].shape == (17, 9)
    for mine, other in zip(*results, strict=True):
        assert torch.allclose(mine, other, atol=1e-5)
    assert ours(some_boxes(0), some_boxes(3)).shape == (0, 3)


def test_gradients_of_overlap_and_codes_are_right():
    boxes, anchors = some_boxes(5).double().requires_grad_(), some_boxes(5, seed=2).double().requires_grad_()
    assert torch.autograd.gradcheck(generalized_box_iou, (boxes, anchors))
    assert torch.autograd.gradcheck(encode_boxes, (boxes, anchors))
    codes = (0.3 * torch.randn(5, 4, dtype=torch.float64)).requires_grad_()
    assert torch.autograd.gradcheck(decode_boxes, (codes, anchors))


def test_conversions_say_what_they_do_and_undo_each_other():
    box = torch.tensor([[10.0, 20.0, 40.0, 30.0]])
    assert xyxy_to_cxcywh(box).tolist() == [[25, 25, 30, 10]]
    assert xyxy_to_xywh(box).tolist() == [[10, 20, 30, 10]]
    assert torch.equal(cxcywh_to_xyxy(xyxy_to_cxcywh(box)), box) and torch.equal(xywh_to_xyxy(xyxy_to_xywh(box)), box)
    boxes = some_boxes(6).view(2, 3, 4)
    converted = torchvision.ops.box_convert(boxes, "xyxy", "cxcywh")
    assert torch.allclose(xyxy_to_cxcywh(boxes), converted, atol=1e-5)


def test_clipping_takes_height_and_width_in_this_order():
    boxes = some_boxes(40)
    assert torch.equal(clip_boxes(boxes, (50, 90)), torchvision.ops.clip_boxes_to_image(boxes, (50, 90)))
    assert clip_boxes(boxes.view(10, 4, 4), (50, 90)).shape == (10, 4, 4)


def test_codes_by_hand_and_as_torchvision_writes_them():
    """A box shifted by half the anchor's width, not its height, twice as high as the anchor."""
    anchor, box = torch.tensor([[0.0, 0.0, 20.0, 10.0]]), torch.tensor([[10.0, -5.0, 30.0, 15.0]])
    assert torch.allclose(encode_boxes(box, anchor), torch.tensor([[0.5, 0, 0, math.log(2)]]))
    coder = torchvision.models.detection._utils.BoxCoder(weights=(1.0, 1.0, 1.0, 1.0))
    boxes, anchors = some_boxes(30), some_boxes(30, seed=3)
    assert torch.allclose(encode_boxes(boxes, anchors), coder.encode_single(boxes, anchors), atol=1e-5)
    codes = torch.randn(30, 4)
    assert torch.allclose(decode_boxes(codes, anchors), coder.decode_single(codes, anchors), rtol=1e-4, atol=1e-3)
    assert torch.allclose(decode_boxes(encode_boxes(boxes, anchors), anchors), boxes, atol=1e-3)


def test_absurd_codes_give_finite_boxes():
    anchors = some_boxes(2)
    boxes = decode_boxes(torch.full((2, 4), 1000.0), anchors)
    width, before = boxes[:, 2] - boxes[:, 0], anchors[:, 2] - anchors[:, 0]
    assert boxes.isfinite().all() and torch.allclose(width / before, torch.tensor(62.5), rtol=1e-2)


def greedy_nms(boxes, scores, threshold):
    """One box at a time, as it is told."""
    left, kept = sorted(range(len(boxes)), key=lambda i: -scores[i]), []
    while left:
        best, *rest = left
        kept.append(best)
        left = [i for i in rest if torchvision.ops.box_iou(boxes[[best]], boxes[[i]]) <= threshold]
    return torch.tensor(kept, dtype=torch.long)


@pytest.mark.parametrize("count", [0, 1, 2, 64, 65, 130, 400])
def test_nms_equals_torchvisions_with_equal_scores_too(count):
    """Sizes around the number of boxes that are settled at once; scores of which many are equal."""
    boxes = some_boxes(count, side=60)
    scores = (torch.rand(count, generator=torch.Generator().manual_seed(1)) * 20).round() / 20
    for threshold in (0.0, 0.3, 0.5, 1.0):
        kept = nms(boxes, scores, threshold)
        assert kept.dtype == torch.long and torch.equal(kept, torchvision.ops.nms(boxes, scores, threshold))


def test_nms_equals_one_box_at_a_time():
    boxes, scores = some_boxes(40, side=40), torch.rand(40, generator=torch.Generator().manual_seed(2))
    assert torch.equal(nms(boxes, scores, 0.4), greedy_nms(boxes, scores, 0.4))


def test_a_dropped_box_drops_no_other():
    """Three in a row: the second goes because of the first, and may not take the third along."""
    boxes = torch.tensor([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]).float()
    assert nms(boxes, torch.tensor([0.9, 0.8, 0.7]), 0.3).tolist() == [0, 2]


@pytest.mark.parametrize("offset", [0.0, -500.0])
def test_classes_do_not_suppress_each_other(offset):
    boxes = some_boxes(200, side=50) + offset
    generator = torch.Generator().manual_seed(3)
    scores, labels = torch.rand(200, generator=generator), torch.randint(5, (200,), generator=generator)
    kept = nms_per_class(boxes, scores, labels, 0.4)
    by_class = [(labels == c).nonzero()[:, 0] for c in range(5)]
    expected = torch.cat([of[nms(boxes[of], scores[of], 0.4)] for of in by_class])
    assert torch.equal(kept, expected[scores[expected].argsort(descending=True)])
    assert nms_per_class(boxes[:0], scores[:0], labels[:0], 0.4).tolist() == []


def test_best_detections_are_clipped_ranked_and_once_for_each_object():
    boxes = torch.tensor([[-5, 0, 10, 10], [-4, 0, 10, 10], [50, 5, 70, 30], [90, 0, 95, 10]]).float()
    scores = torch.tensor([[0.6, 0.1], [0.9, 0.0], [0.02, 0.7], [0.8, 0.8]])
    found = best_detections(boxes, scores, (20, 60), 0.05, 0.5, 10)
    assert found["boxes"].tolist() == [[0, 0, 10, 10], [50, 5, 60, 20], [0, 0, 10, 10]]
    assert found["labels"].tolist() == [1, 2, 2] and found["places"].tolist() == [1, 2, 0]
    assert torch.allclose(found["scores"], torch.tensor([0.9, 0.7, 0.1]))
    assert best_detections(boxes, scores, (20, 60), 0.05, 0.5, 1)["labels"].tolist() == [1]
    each = torch.stack([boxes, boxes + torch.tensor([0.0, 5.0, 0.0, 5.0])], dim=1)  # a box for each class
    found = best_detections(each, scores, (20, 60), 0.5, 0.5, 10)
    assert found["boxes"].tolist() == [[0, 0, 10, 10], [50, 10, 60, 20]]


def test_arguments_of_another_shape_are_named():
    with pytest.raises(ValueError, match=r"box_iou: others should have the shape \(M, 4\), got \(3,\)"):
        box_iou(some_boxes(2), torch.ones(3))
    with pytest.raises(ValueError, match="nms: scores should have the shape"):
        nms(some_boxes(2), torch.ones(3), 0.5)
