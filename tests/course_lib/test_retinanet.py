"""RetinaNet and its focal loss: equal to torchvision, calm at the start, and easy background hardly counts."""

import math

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from course_lib.detection.backbone import FeaturePyramid, StagedEncoder
from course_lib.detection.boxes import encode_boxes
from course_lib.detection.focal import share_of_easy_negatives, sigmoid_focal_loss
from course_lib.detection.retinanet import RetinaHead, RetinaNet, class_targets, shapes_retinanet
from course_lib.detection.ssd import AnchorPredictions

NOTHING = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}


def target(boxes, labels):
    return {"boxes": torch.tensor(boxes).float(), "labels": torch.tensor(labels)}


def small_retinanet(classes=6):
    """For pictures of 64 x 64: levels in steps of 4 and 8 pixels, things of 10 and 19."""
    backbone, head = StagedEncoder((8, 16, 32)), RetinaHead(32, anchors=1, classes=classes, depth=1)
    return RetinaNet(backbone, FeaturePyramid((16, 32), 32), head, sizes=((10,), (19,)))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
@pytest.mark.parametrize("alpha", [0.25, 0.9])
def test_focal_loss_is_torchvision_s(alpha, gamma):
    """Outputs and gradients: catches alpha and 1 - alpha exchanged, p taken for p_t, gamma on the wrong factor."""
    torch.manual_seed(0)
    logits = (3 * torch.randn(2, 3, 4, dtype=torch.double)).requires_grad_()
    targets = torch.randint(2, (2, 3, 4)).double()
    ours = sigmoid_focal_loss(logits, targets, alpha, gamma)
    theirs = torchvision.ops.sigmoid_focal_loss(logits, targets, alpha, gamma)
    assert torch.allclose(ours, theirs)
    sent = torch.randn_like(theirs)
    assert torch.allclose(*(torch.autograd.grad(loss, logits, sent)[0] for loss in (ours, theirs)))
    assert torch.autograd.gradcheck(lambda x: sigmoid_focal_loss(x, targets, alpha, gamma), logits)


def test_focal_loss_by_hand():
    """p = 0.9 and 0.1: what is right already costs (1 - 0.9)^2 = 1/100 of its cross-entropy."""
    logit = math.log(9)
    losses = sigmoid_focal_loss(torch.tensor([logit, logit, -logit]), torch.tensor([1.0, 0.0, 0.0]))
    expected = [0.25 * 0.01 * -math.log(0.9), 0.75 * 0.81 * -math.log(0.1), 0.75 * 0.01 * -math.log(0.9)]
    assert losses.tolist() == pytest.approx(expected, rel=1e-4)


def test_focal_loss_without_focus_is_half_the_cross_entropy():
    logits, targets = torch.randn(3, 7), torch.randint(2, (3, 7)).float()
    entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    assert torch.allclose(2 * sigmoid_focal_loss(logits, targets, alpha=0.5, gamma=0), entropy, atol=1e-6)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_loss_bears_extreme_logits(gamma):
    """Catches log(0), and the infinite slope of 0^gamma."""
    logits = torch.tensor([-1e4, -200.0, 200.0, 1e4] * 2, requires_grad=True)
    targets = torch.tensor([0.0] * 4 + [1.0] * 4)
    losses = sigmoid_focal_loss(logits, targets, gamma=gamma)
    losses.sum().backward()
    assert losses.isfinite().all() and logits.grad.isfinite().all()
    assert losses[3].item() == pytest.approx(0.75e4) and losses[4].item() == pytest.approx(0.25e4)


def test_focal_loss_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="same shape"):
        sigmoid_focal_loss(torch.zeros(2, 3), torch.zeros(3, 2))
    with pytest.raises(ValueError, match="0 <= alpha <= 1"):
        sigmoid_focal_loss(torch.zeros(2), torch.zeros(2), alpha=2)
    with pytest.raises(TypeError, match="targets should be floating point"):
        sigmoid_focal_loss(torch.zeros(2), torch.zeros(2, dtype=torch.long))


def test_easy_negatives_drown_cross_entropy_and_not_focal_loss():
    """1,000 anchors that are surely background, one object that is missed."""
    logits, targets = torch.full((1001,), -5.0), torch.zeros(1001)
    targets[0] = 1
    background, missed = math.log1p(math.exp(-5)), math.log1p(math.exp(5))
    share = share_of_easy_negatives(logits, targets, alpha=0.5, gamma=0)
    assert share == pytest.approx(1000 * background / (1000 * background + missed), rel=1e-4) and share > 0.5
    assert share_of_easy_negatives(logits, targets) < 0.001
    assert share_of_easy_negatives(torch.tensor([0.0, 0.0]), torch.tensor([0.0, 1.0])) == 0  # nothing is easy


def test_every_anchor_starts_with_the_prior():
    """Catches a bias of the wrong sign, or on the boxes: the first loss would be a hundred times as large."""
    torch.manual_seed(0)
    logits, codes = RetinaHead(16, anchors=3, classes=5, prior=0.01)(
        [torch.randn(2, 16, 4, 4), torch.randn(2, 16, 2, 2)]
    )
    assert logits.shape == (2, 60, 5) and codes.shape == (2, 60, 4)
    assert torch.allclose(logits.sigmoid(), torch.tensor(0.01), atol=0.01)
    assert codes.abs().max() < 1 and abs(codes.mean().item()) < 0.1


class FixedMaps(nn.Module):
    """A backbone that has made up its mind."""

    def __init__(self, maps, strides):
        super().__init__()
        self.maps, self.strides = maps, strides

    def forward(self, batch):
        return self.maps


@pytest.mark.parametrize(
    ("level", "row", "column", "expected"),
    [(0, 1, 2, [20 - 5, 12 - 20, 20 + 5, 12 + 20]), (1, 0, 1, [24 - 12.5, 8 - 50, 24 + 12.5, 8 + 50])],
)
def test_predictions_belong_to_their_anchors(level, row, column, expected):
    """One place of one level speaks up about the last of its four anchors; the head is the same for both levels."""
    maps = [torch.zeros(1, 1, 3, 4), torch.zeros(1, 1, 2, 3)]
    maps[level][0, 0, row, column] = 1
    head = RetinaHead(1, anchors=4, classes=2, depth=0)
    for weights in head.parameters():
        nn.init.zeros_(weights)
    with torch.no_grad():
        head.class_tower[0].weight[3 * 2 + 1, 0, 1, 1] = 1
        head.box_tower[0].weight[3 * 4 + 2, 0, 1, 1] = 1
    model = RetinaNet(FixedMaps(maps, (8, 16)), nn.Identity(), head, sizes=((10, 20), (30, 50)), ratios=(1, 4))
    raw = model(torch.zeros(1, 3, 24, 32))
    ((place, number),) = raw.logits[0].nonzero().tolist()
    assert number == 1 and raw.anchors[place].tolist() == expected
    assert raw.codes[0].nonzero().tolist() == [[place, 2]]


def test_class_targets_count_from_the_first_column():
    matches = torch.tensor([[-1, 1, 0, -2], [-1] * 4])
    objects = target([[0, 0, 1, 1], [0, 0, 2, 2]], [3, 1])
    assert class_targets(matches, [objects, NOTHING], 3)[0].tolist() == [[0] * 3, [1, 0, 0], [0, 0, 1], [0] * 3]
    assert not class_targets(matches, [objects, NOTHING], 3)[1].any()


def hand_made(pictures):
    """Anchors of 10 x 10 at IoU 1, 0.43 and 0 of an object at (0, 0, 10, 10); two classes."""
    torch.manual_seed(0)
    anchors = torch.tensor([[0.0, 0, 10, 10], [4, 0, 14, 10], [20, 0, 30, 10], [40, 0, 50, 10]])
    logits, codes = torch.randn(pictures, 4, 2, requires_grad=True), torch.randn(pictures, 4, 4, requires_grad=True)
    return AnchorPredictions(logits, codes, anchors, [(10, 50)] * pictures)


def test_what_is_neither_object_nor_background_is_ignored():
    raw = hand_made(1)
    parts = small_retinanet(2).loss(raw, [target([[0, 0, 10, 10]], [2])])
    sum(parts.values()).backward()
    assert (raw.logits.grad[0] != 0).tolist() == [[True, True], [False, False], [True, True], [True, True]]
    assert (raw.codes.grad[0] != 0).any(dim=1).tolist() == [True, False, False, False]


def test_loss_of_a_loop():
    """Two objects, one of them in two anchors' reach: catches classes off by one and a loss divided by anchors."""
    raw, objects = hand_made(1), target([[0, 0, 10, 10], [41, 1, 50, 10]], [2, 1])
    owner, classes, boxes = {0: 0, 3: 1}, 0.0, 0.0
    for a in (0, 2, 3):
        for c in range(2):
            p = raw.logits[0, a, c].sigmoid().item()
            if a in owner and objects["labels"][owner[a]] == c + 1:
                classes -= 0.25 * (1 - p) ** 2 * math.log(p)
            else:
                classes -= 0.75 * p**2 * math.log(1 - p)
    for a, place in owner.items():
        true = encode_boxes(objects["boxes"][place, None], raw.anchors[a, None])[0]
        for d in (raw.codes[0, a] - true).abs().tolist():
            boxes += 4.5 * d * d if d < 1 / 9 else d - 1 / 18
    parts = small_retinanet(2).loss(raw, [objects])
    assert parts["classes"].item() == pytest.approx(classes / 2, rel=1e-4)
    assert parts["boxes"].item() == pytest.approx(boxes / 2, rel=1e-4)


def test_the_same_pictures_twice_have_the_same_loss():
    """Catches a loss that is divided by the positives of one picture, or of all and then by the pictures again."""
    once, objects = hand_made(1), target([[0, 0, 10, 10]], [2])
    twice = once._replace(logits=once.logits.repeat(2, 1, 1), codes=once.codes.repeat(2, 1, 1), sizes=once.sizes * 2)
    losses = [small_retinanet(2).loss(raw, [objects] * len(raw.sizes)) for raw in (once, twice)]
    assert all(torch.allclose(part, losses[1][name]) for name, part in losses[0].items())


def test_pictures_without_objects_teach_background():
    raw = hand_made(2)
    parts = small_retinanet(2).loss(raw, [NOTHING, NOTHING])
    sum(parts.values()).backward()
    assert parts["boxes"].item() == 0 and (raw.logits.grad > 0).all() and not raw.codes.grad.any()


def test_boxes_said_right_are_found():
    """Also where they touch the border; class c has column c - 1."""
    raw, objects = hand_made(1), target([[0, 0, 13, 9], [41, 2, 50, 10]], [2, 1])
    logits = torch.full((1, 4, 2), -9.0)
    logits[0, 0, 1], logits[0, 3, 0] = 9, 8
    codes = torch.zeros(1, 4, 4)
    codes[0, [0, 3]] = encode_boxes(objects["boxes"], raw.anchors[[0, 3]])
    (found,) = small_retinanet(2).postprocess(raw._replace(logits=logits, codes=codes))
    assert torch.allclose(found["boxes"], objects["boxes"], atol=1e-4) and found["labels"].tolist() == [2, 1]


def test_pictures_of_different_sizes():
    torch.manual_seed(0)
    model = small_retinanet().eval()
    pictures = [torch.rand(3, 50, 70), torch.rand(3, 64, 40)]
    raw = model(pictures)
    assert raw.sizes == [(50, 70), (64, 40)] and len(raw.anchors) == 16 * 24 + 8 * 12 == raw.logits.shape[1]
    for result, (height, width) in zip(model.postprocess(raw, score_threshold=0.0), raw.sizes, strict=True):
        assert result["boxes"].min() >= 0 and result["boxes"][:, 2].max() <= width
        assert result["boxes"][:, 3].max() <= height and (result["scores"].diff() <= 0).all()


def test_a_box_without_an_area_is_refused():
    with pytest.raises(ValueError, match="picture 0, box 0"):
        small_retinanet(2).loss(hand_made(1), [target([[5, 5, 5, 9]], [1])])


def test_the_default_has_a_logit_for_every_anchor():
    raw = shapes_retinanet()(torch.rand(1, 3, 128, 128))
    assert raw.logits.shape == (1, len(raw.anchors), 6) and raw.codes.shape == (1, len(raw.anchors), 4)


def test_learns_a_handful_of_scenes_by_heart(learned_by_heart):
    assert learned_by_heart(small_retinanet) > 0.95
