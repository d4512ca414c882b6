"""SSD: every prediction belongs to its anchor, and hard negatives are chosen picture by picture."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.detection.backbone import StagedEncoder
from course_lib.detection.boxes import encode_boxes
from course_lib.detection.ssd import SSD, AnchorPredictions, box_loss, hard_negatives, labels_of_matches, shapes_ssd

NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def target(boxes, labels):
    return {"boxes": torch.tensor(boxes).float(), "labels": torch.tensor(labels)}


class FixedMaps(nn.Module):
    """A backbone that has made up its mind."""

    def __init__(self, maps, strides):
        super().__init__()
        self.maps, self.strides, self.channels = maps, strides, tuple(m.shape[1] for m in maps)

    def forward(self, batch):
        return self.maps


def small_ssd(classes=6):
    """For pictures of 64 x 64: maps in steps of 4 and 8 pixels, things of 10 and 19."""
    return SSD(StagedEncoder((8, 16, 32)), classes, sizes=((10,), (19,)))


@pytest.mark.parametrize(
    ("level", "row", "column", "which", "expected"),
    [
        (0, 1, 2, 0, [20 - 5, 12 - 5, 20 + 5, 12 + 5]),
        (0, 1, 2, 3, [20 - 5, 12 - 20, 20 + 5, 12 + 20]),
        (1, 0, 1, 1, [24 - 7.5, 8 - 30, 24 + 7.5, 8 + 30]),
    ],
)
def test_predictions_belong_to_their_anchors(level, row, column, which, expected):
    """One place of one map speaks up about one of its anchors: catches rows and columns, levels, sizes and ratios, or
    anchors and classes exchanged."""
    maps = [torch.zeros(1, 1, 3, 4), torch.zeros(1, 1, 2, 3)]
    maps[level][0, 0, row, column] = 1
    model = SSD(FixedMaps(maps, (8, 16)), classes=2, sizes=((10, 20), (30, 50)), ratios=(1, 4))
    for layer in (*model.class_layers, *model.box_layers):
        nn.init.zeros_(layer.weight)
        nn.init.zeros_(layer.bias)
    with torch.no_grad():
        model.class_layers[level].weight[which * 3 + 2, 0, 1, 1] = 1  # of K = 3 logits, the last
        model.box_layers[level].weight[which * 4 + 1, 0, 1, 1] = 1
    raw = model(torch.zeros(1, 3, 24, 32))
    assert raw.logits.shape == (1, (3 * 4 + 2 * 3) * 4, 3) and raw.codes.shape == (1, 72, 4)
    ((place, number),) = raw.logits[0].nonzero().tolist()
    assert number == 2 and raw.anchors[place].tolist() == expected
    assert raw.codes[0].nonzero().tolist() == [[place, 1]]


def test_hard_negatives_by_hand():
    losses = torch.tensor([9.0, 0.1, 0.5, 0.3, 0.4, 8.0])
    positives = torch.tensor([True, False, False, False, False, False])
    assert hard_negatives(losses, positives).tolist() == [5, 2, 4]
    assert hard_negatives(losses, positives, ratio=1).tolist() == [5]
    assert hard_negatives(losses, positives, ratio=100).tolist() == [5, 2, 4, 3, 1]  # there are not more
    assert hard_negatives(losses, torch.zeros(6, dtype=torch.bool)).tolist() == []
    assert hard_negatives(losses, torch.ones(6, dtype=torch.bool)).tolist() == []


def test_hard_negatives_are_of_one_picture():
    with pytest.raises(ValueError, match=r"losses of one picture \(A,\).* got \(2, 3\) and \(2, 3\) torch.bool"):
        hard_negatives(torch.zeros(2, 3), torch.zeros(2, 3, dtype=torch.bool))
    with pytest.raises(ValueError, match=r"got \(3,\) and \(3,\) torch.int64"):
        hard_negatives(torch.zeros(3), torch.zeros(3, dtype=torch.long))


def hand_made(pictures):
    """Eight anchors of 10 x 10 in a row, logits of three classes and codes drawn at random."""
    torch.manual_seed(0)
    left = torch.tensor([0.0, 10, 20, 30, 40, 42, 45, 70])
    anchors = torch.stack([left, torch.zeros(8), left + 10, torch.full((8,), 10.0)], dim=1)
    logits, codes = torch.randn(pictures, 8, 3, requires_grad=True), torch.randn(pictures, 8, 4, requires_grad=True)
    return AnchorPredictions(logits, codes, anchors, [(10, 80)] * pictures)


def test_loss_of_a_loop():
    """Catches other thresholds, a loss divided by something else, background learned where an object is, smooth L1
    bent elsewhere."""
    raw, targets = hand_made(2), [target([[21, 1, 29, 10], [40, 0, 50, 9]], [2, 1]), target([[0, 0, 11, 10]], [1])]
    owners = [{2: 0, 4: 1, 5: 1}, {0: 0}]  # of IoU 0.72, 0.9, 0.61 and 0.91; another one has 0.31
    classes = boxes = 0.0
    for b, owner in enumerate(owners):
        negatives = [-raw.logits[b, a].log_softmax(0)[0].item() for a in range(8) if a not in owner]
        classes += sum(sorted(negatives, reverse=True)[: 3 * len(owner)])
        for a, place in owner.items():
            classes -= raw.logits[b, a].log_softmax(0)[targets[b]["labels"][place]].item()
            true = encode_boxes(targets[b]["boxes"][place, None], raw.anchors[a, None])[0]
            for d in (raw.codes[b, a] - true).abs().tolist():
                boxes += 4.5 * d * d if d < 1 / 9 else d - 1 / 18
    parts = small_ssd(classes=2).loss(raw, targets)
    assert math.isclose(parts["classes"].item(), classes / 4, rel_tol=1e-5)
    assert math.isclose(parts["boxes"].item(), boxes / 4, rel_tol=1e-5)


def test_hard_negatives_are_not_counted_over_the_batch():
    """The second picture has no object, and its anchors are the hardest: they must not take the first one's places."""
    raw = hand_made(2)
    with torch.no_grad():
        raw.logits[1, :, 0] = -10
    small_ssd(classes=2).loss(raw, [target([[20, 0, 30, 10]], [1]), NOTHING])["classes"].backward()
    assert (raw.logits.grad[0].abs().sum(dim=1) > 0).sum() == 4  # one positive, three negatives
    assert not raw.logits.grad[1].any()


def test_pictures_without_objects_have_a_loss_and_a_gradient():
    raw = hand_made(2)
    parts = small_ssd(classes=2).loss(raw, [NOTHING, NOTHING])
    assert [part.item() for part in parts.values()] == [0, 0]
    sum(parts.values()).backward()
    assert raw.logits.grad.isfinite().all() and raw.codes.grad.isfinite().all()


def test_labels_are_those_of_the_matched_object():
    matches = torch.tensor([[-1, 1, 0, -2], [-1, -1, -1, -1]])
    objects = target([[0, 0, 1, 1], [0, 0, 2, 2]], [5, 3])
    assert labels_of_matches(matches, [objects, NOTHING]).tolist() == [[0, 3, 5, 0], [0] * 4]


def test_boxes_said_right_cost_nothing():
    """Also where they touch the border, or stick out of their anchor: what `postprocess` decodes is what was meant."""
    anchors = torch.tensor([[0.0, 0, 20, 20], [-8, -8, 12, 12], [30, 30, 50, 50]])
    objects = target([[0, 0, 13, 9], [20, 30, 60, 60]], [1, 2])
    matches = torch.tensor([[-1, 0, 1]])
    codes = encode_boxes(objects["boxes"][[0, 0, 1]], anchors)[None]
    assert box_loss(codes, anchors, matches, [objects]).item() == 0
    logits = torch.tensor([[[9.0, 0, 0], [0, 9, 0], [0, 0, 8]]])
    (found,) = small_ssd(classes=2).postprocess(AnchorPredictions(logits, codes, anchors, [(60, 60)]), 0.5)
    assert torch.allclose(found["boxes"], objects["boxes"], atol=1e-4)
    assert found["labels"].tolist() == [1, 2] and found["scores"][0] > found["scores"][1] > 0.99


def test_background_is_not_a_class_that_is_found():
    raw = hand_made(1)
    with torch.no_grad():
        raw.logits[..., 0] = 20
    (found,) = small_ssd(classes=2).postprocess(raw)
    assert [len(part) for part in (found["boxes"], found["labels"], found["scores"])] == [0, 0, 0]


def test_pictures_of_different_sizes():
    """Each is found in as if the other were not there, and boxes stay within their own picture."""
    torch.manual_seed(0)
    model = small_ssd().eval()
    pictures = [torch.rand(3, 50, 70), torch.rand(3, 64, 40)]
    raw = model(pictures)
    assert raw.sizes == [(50, 70), (64, 40)] and len(raw.anchors) == 16 * 24 + 8 * 12 == raw.logits.shape[1]
    alone = model([F.pad(pictures[0], (0, 96 - 70, 0, 64 - 50))])
    assert torch.allclose(raw.logits[:1], alone.logits, atol=1e-5)
    found = model.postprocess(raw, score_threshold=0.0)
    for result, (height, width) in zip(found, raw.sizes, strict=True):
        assert result["boxes"].min() >= 0 and result["boxes"][:, 2].max() <= width
        assert result["boxes"][:, 3].max() <= height and (result["scores"].diff() <= 0).all()


def test_a_box_without_an_area_is_refused():
    with pytest.raises(ValueError, match="picture 0, box 0"):
        small_ssd(classes=2).loss(hand_made(1), [target([[5, 5, 5, 9]], [1])])


def test_the_default_has_a_logit_for_every_anchor():
    raw = shapes_ssd()(torch.rand(1, 3, 128, 128))
    assert raw.logits.shape == (1, len(raw.anchors), 7) and raw.codes.shape == (1, len(raw.anchors), 4)


def test_learns_a_handful_of_scenes_by_heart(learned_by_heart):
    assert learned_by_heart(small_ssd) > 0.95
