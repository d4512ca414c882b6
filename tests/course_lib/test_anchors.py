"""Anchors, what a network says about them, which object each has to find, and the targets of a batch."""

import pytest
import torch
import torchvision
from torch import nn

from course_lib.detection import (
    BACKGROUND,
    IGNORED,
    FeaturePyramid,
    ResNetStages,
    StagedEncoder,
    box_iou,
    check_targets,
    flatten_predictions,
    generate_anchors,
    match_anchors,
    pad_pictures,
    sample_balanced,
)


def test_anchors_by_hand():
    """A map of one row and two columns: x grows along the columns, a ratio above 1 is taller than wide."""
    anchors = generate_anchors(1, 2, 10, sizes=(4, 8), ratios=(1, 4))
    assert anchors.tolist() == [
        [3, 3, 7, 7], [4, 1, 6, 9], [1, 1, 9, 9], [3, -3, 7, 13],
        [13, 3, 17, 7], [14, 1, 16, 9], [11, 1, 19, 9], [13, -3, 17, 13],
    ]  # fmt: skip


def test_anchors_have_the_area_and_ratio_that_was_asked_for():
    anchors = generate_anchors(3, 5, 8, sizes=(16, 32), ratios=(0.5, 1, 2)).view(15, 2, 3, 4)
    width, height = anchors[..., 2] - anchors[..., 0], anchors[..., 3] - anchors[..., 1]
    assert torch.allclose(width * height, torch.tensor([16.0**2, 32.0**2])[:, None].expand(15, 2, 3))
    assert torch.allclose(height / width, torch.tensor([0.5, 1, 2]).expand(15, 2, 3))


def test_predictions_come_in_the_order_of_the_anchors():
    """A convolution that computes nothing but where it is: what it says must belong to the anchor that is there.

    Rows taken for columns, or anchors put before places, are among the errors that still train, badly.
    """
    h, w, stride, sizes = 3, 4, 8, (10, 20)
    anchors = generate_anchors(h, w, stride, sizes)
    row, column = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
    maps = torch.stack([(column + 0.5) * stride, (row + 0.5) * stride] * len(sizes))  # channel a K + k
    maps = torch.stack([maps, maps + 100])  # two pictures
    said = flatten_predictions(maps, 2)
    centres = (anchors[:, :2] + anchors[:, 2:]) / 2
    assert torch.equal(said[0], centres) and torch.equal(said[1], centres + 100)
    sized = torch.tensor(sizes).float()[None, :, None, None].expand(1, 2, h, w)
    assert torch.equal(flatten_predictions(sized, 1)[0, :, 0], anchors[:, 2] - anchors[:, 0])


def test_the_number_of_channels_must_fit():
    with pytest.raises(ValueError, match="for 4 numbers about each anchor"):
        flatten_predictions(torch.zeros(1, 6, 2, 2), 4)
    with pytest.raises(ValueError, match="generate_anchors: height and width should be at least 1"):
        generate_anchors(2, 2, 8, sizes=())


def test_matches_by_hand():
    """Thresholds: from `high` on an object, below `low` background, ignored between."""
    iou = torch.tensor([[0.7, 0.0], [0.69, 0.1], [0.3, 0.2], [0.29, 0.0], [0.1, 0.4]])
    assert match_anchors(iou, 0.3, 0.7, keep_best=False).tolist() == [0, IGNORED, IGNORED, BACKGROUND, IGNORED]
    assert match_anchors(iou, 0.3, 0.7).tolist() == [0, IGNORED, IGNORED, BACKGROUND, 1]


def test_every_object_keeps_its_best_anchor():
    """Also one whose best anchor lies nearer to another object; but an object that nothing touches takes none."""
    iou = torch.tensor([[0.9, 0.2, 0.0], [0.6, 0.1, 0.0], [0.0, 0.15, 0.0]])
    assert match_anchors(iou, 0.3, 0.5).tolist() == [1, 0, BACKGROUND]
    equally = torch.tensor([[0.2], [0.2], [0.1]])
    assert match_anchors(equally, 0.3, 0.7).tolist() == [0, 0, BACKGROUND]


def test_matches_equal_torchvisions_where_no_object_is_kept_by_force():
    generator = torch.Generator().manual_seed(0)
    corners = torch.rand(6, 2, generator=generator) * 80
    objects = torch.cat([corners, corners + 15 + 20 * torch.rand(6, 2, generator=generator)], dim=1)
    iou = box_iou(generate_anchors(12, 12, 8, (16, 32)), objects)
    theirs = torchvision.models.detection._utils.Matcher(0.5, 0.4, allow_low_quality_matches=False)(iou.T)
    assert torch.equal(match_anchors(iou, 0.4, 0.5, keep_best=False), theirs)


def test_without_objects_all_is_background():
    assert match_anchors(torch.zeros(3, 0), 0.3, 0.7).tolist() == [BACKGROUND] * 3
    with pytest.raises(ValueError, match="0 <= low <= high <= 1"):
        match_anchors(torch.zeros(3, 0), 0.7, 0.3)


def test_a_sample_is_balanced_and_takes_no_ignored_ones():
    torch.manual_seed(0)
    matches = torch.full((1000,), BACKGROUND)
    matches[:20], matches[20:120] = torch.arange(20) % 3, IGNORED
    positives, negatives = sample_balanced(matches, 64, 0.25)
    assert len(positives) == 16 and len(negatives) == 48 and len(set(positives.tolist())) == 16
    assert (matches[positives] >= 0).all() and (matches[negatives] == BACKGROUND).all()
    positives, negatives = sample_balanced(matches, 64, 0.5)
    assert len(positives) == 20 and len(negatives) == 44  # few objects: the rest is background
    first, second = (sample_balanced(matches, 64, 0.25)[1].tolist() for _ in range(2))
    assert first != second  # not always the same corner of the picture


def test_pictures_of_different_sizes_keep_their_place():
    """Zeros come at the right and at the bottom, so that boxes need not move."""
    pictures = [torch.rand(3, 40, 20), torch.rand(3, 10, 50)]
    batch, sizes = pad_pictures(pictures)
    assert batch.shape == (2, 3, 64, 64) and sizes == [(40, 20), (10, 50)]
    for whole, picture in zip(batch, pictures, strict=True):
        _, h, w = picture.shape
        assert torch.equal(whole[:, :h, :w], picture) and not whole[:, h:].any() and not whole[:, :, w:].any()
    batch, sizes = pad_pictures(torch.rand(2, 3, 30, 33))
    assert batch.shape == (2, 3, 32, 64) and sizes == [(30, 33)] * 2


@pytest.mark.parametrize(
    "box, label",
    [((5, 5, 5, 9), 1), ((5, 9, 8, 5), 1), ((-1, 0, 5, 5), 1), ((0, 0, 31, 5), 1), ((0, 0, 5, float("nan")), 1),
     ((0, 0, 5, 5), 0)],
)  # fmt: skip
def test_boxes_that_nobody_can_learn_from_are_named(box, label):
    fine = {"boxes": torch.tensor([[0.0, 0.0, 30.0, 20.0]]), "labels": torch.tensor([2])}
    bad = {"boxes": torch.tensor([[1.0, 1.0, 2.0, 2.0], box]), "labels": torch.tensor([1, label])}
    check_targets([fine, {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}], [(20, 30)] * 2)
    with pytest.raises(ValueError, match="picture 1, box 1"):
        check_targets([fine, bad], [(20, 30)] * 2)


def test_targets_that_do_not_fit_the_batch_are_named():
    one = {"boxes": torch.ones(2, 4), "labels": torch.ones(1, dtype=torch.long)}
    with pytest.raises(ValueError, match="one target for each picture, got 1 for 2"):
        check_targets([one], [(20, 30)] * 2)
    with pytest.raises(ValueError, match="picture 0: boxes should be"):
        check_targets([one], [(20, 30)])


@pytest.mark.parametrize("encoder", [StagedEncoder(), ResNetStages()], ids=["small", "resnet"])
def test_maps_are_as_fine_as_their_strides_say(encoder):
    encoder.eval()
    maps = encoder(torch.rand(1, 3, 64, 96))
    for x, channels, stride in zip(maps, encoder.channels, encoder.strides, strict=True):
        assert x.shape == (1, channels, 64 // stride, 96 // stride)


def test_a_pyramid_equals_torchvisions():
    ours, theirs = FeaturePyramid((8, 12, 16), 10), torchvision.ops.FeaturePyramidNetwork([8, 12, 16], 10)
    for k in range(3):
        theirs.inner_blocks[k][0].load_state_dict(ours.lateral[k].state_dict())
        theirs.layer_blocks[k][0].load_state_dict(ours.smooth[k].state_dict())
    maps = [torch.rand(2, 8, 16, 24), torch.rand(2, 12, 8, 12), torch.rand(2, 16, 4, 6)]
    expected = theirs({str(k): x for k, x in enumerate(maps)})
    for mine, other in zip(ours(maps), expected.values(), strict=True):
        assert torch.allclose(mine, other, atol=1e-5)


def test_the_coarse_map_reaches_the_fine_one_and_not_the_other_way_round():
    pyramid = FeaturePyramid((1, 1), 1)
    for convolution in [*pyramid.lateral, *pyramid.smooth]:
        nn.init.constant_(convolution.weight, 1.0)
        nn.init.zeros_(convolution.bias)
    fine, coarse = pyramid([torch.zeros(1, 1, 4, 4), torch.ones(1, 1, 2, 2)])
    assert fine.sum() > 0
    fine, coarse = pyramid([torch.ones(1, 1, 4, 4), torch.zeros(1, 1, 2, 2)])
    assert coarse.sum() == 0
