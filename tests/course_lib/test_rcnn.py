"""R-CNN and Fast R-CNN: crops, the choice of proposals, losses like torchvision's, and both learn."""

import pytest
import torch
from torch.nn import functional as F
from torchvision.models.detection._utils import BoxCoder
from torchvision.models.detection.roi_heads import fastrcnn_loss

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes
from course_lib.detection.backbone import StagedEncoder
from course_lib.detection.boxes import box_iou, encode_boxes
from course_lib.detection.evaluation import coco_map
from course_lib.detection.fast_rcnn import FastRCNN, region_features, region_maxima, shapes_fast_rcnn
from course_lib.detection.rcnn import RCNN, ProposalBatches, rcnn_loss, shapes_rcnn, warp_crops
from course_lib.detection.roi_head import RoIHead, roi_detections, roi_loss, roi_targets, sample_rois


def random_boxes(count, side=64):
    corners = torch.rand(count, 2) * (side - 24)
    return torch.cat([corners, corners + 6 + torch.rand(count, 2) * 18], dim=1)


def around(boxes, each):
    """Boxes near others, some of them near enough."""
    sides = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2).repeat(each, 1)
    return (boxes.repeat(each, 1) + 0.15 * sides * torch.randn(len(sides), 4)).clamp(0, 64)


def small_rcnn():
    return RCNN(StagedEncoder((8, 16)), RoIHead(16, 4, 6, 32), size=16)


def small_fast_rcnn(regions=region_features):
    return FastRCNN(StagedEncoder((8, 16)), RoIHead(16, 4, 6, 32), pooled_side=4, regions=regions)


def scenes_with_proposals(count):
    scenes = make_scenes("train", count)
    return scenes, [torch.cat([around(detection_target(s)["boxes"], 4), random_boxes(12)]) for s in scenes]


def test_crops_are_cut_and_resized():
    """Catches x and y exchanged, crops that lie half a pixel off, pixels that are skipped in shrinking."""
    picture = torch.rand(3, 40, 60)
    boxes = torch.tensor([[10.0, 4, 26, 20], [20, 8, 52, 40]])
    cut = [picture[:, 4:20, 10:26], picture[:, 8:40, 20:52]]
    assert torch.allclose(warp_crops(picture, boxes[:1], 16)[0], cut[0], atol=1e-5)
    for crop, expected in zip(warp_crops(picture, boxes, 8), cut, strict=True):
        assert torch.allclose(crop, F.interpolate(expected[None], size=8, mode="area")[0], atol=1e-5)
    half = F.interpolate(cut[1][None], size=16, mode="bilinear")[0]
    assert torch.allclose(warp_crops(picture, boxes[1:], 16)[0], half, atol=1e-5)


def test_a_crop_of_everything_is_the_picture_resized():
    """Enlarged, so that a crop and its surroundings cannot mix; once stretched in one direction only."""
    for height, width in ((20, 20), (20, 50)):
        picture = torch.rand(3, height, width)
        crop = warp_crops(picture, torch.tensor([[0.0, 0, width, height]]), 50)[0]
        assert torch.allclose(crop, F.interpolate(picture[None], size=50, mode="bilinear")[0], atol=1e-5)


def test_context():
    """A quarter of 16 on each side makes 24; beyond the picture there is nothing."""
    picture = torch.rand(3, 40, 60) + 0.1
    crop = warp_crops(picture, torch.tensor([[10.0, 4, 26, 20]]), 24, context=0.25)[0]
    assert torch.allclose(crop, picture[:, :24, 6:30], atol=1e-5)
    crop = warp_crops(picture, torch.tensor([[0.0, 0, 16, 16]]), 24, context=0.25)[0]
    assert (crop[:, :3] == 0).all() and torch.allclose(crop[:, 4:, 4:], picture[:, :20, :20], atol=1e-5)


def test_no_crops():
    assert warp_crops(torch.rand(3, 40, 60), torch.zeros(0, 4), 16).shape == (0, 3, 16, 16)


@pytest.mark.parametrize("seed", range(3))
def test_chosen_proposals_have_what_they_are_said_to_have(seed):
    torch.manual_seed(seed)
    target = {"boxes": random_boxes(3), "labels": torch.tensor([4, 2, 4])}
    proposals = torch.cat([around(target["boxes"], 10), random_boxes(60)])
    places, labels, found = sample_rois(proposals, target, count=24)
    assert len(places) == len(set(places.tolist())) == 24
    assert (labels > 0).sum() == 6 and (labels[:6] > 0).all(), "a quarter, and they come first"
    overlap, nearest = box_iou(proposals[places], target["boxes"]).max(dim=1)
    assert torch.equal(labels > 0, overlap >= 0.5)
    assert torch.equal(found[:6], nearest[:6]) and (found[6:] == -1).all()
    assert torch.equal(labels[:6], target["labels"][nearest[:6]])


def test_nothing_to_find():
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    places, labels, found = sample_rois(random_boxes(10), empty)
    assert len(places) == 10 and (labels == 0).all() and (found == -1).all()


def test_targets_of_several_pictures():
    """Catches places that are not counted through, and boxes of another picture's objects."""
    torch.manual_seed(0)
    boxes = [random_boxes(2), random_boxes(0), random_boxes(3)]
    targets = [{"boxes": b, "labels": torch.randint(1, 7, (len(b),))} for b in boxes]
    proposals = [torch.cat([around(b, 4), random_boxes(9)]) for b in boxes]
    places, labels, wanted = roi_targets(proposals, targets, count=16)
    rois, owner = torch.cat(proposals), torch.repeat_interleave(torch.tensor([len(p) for p in proposals]))
    assert set(owner[places].tolist()) == {0, 1, 2} and (labels > 0).sum() >= 4
    for place, label, box in zip(places, labels, wanted, strict=True):
        target = targets[owner[place]]
        if label == 0:
            assert torch.equal(box, rois[place])
        else:
            nearest = box_iou(rois[place][None], target["boxes"])[0].argmax()
            assert torch.equal(box, target["boxes"][nearest]) and label == target["labels"][nearest]


def test_loss_is_torchvision_s():
    """Outputs and gradients: catches codes of a wrong class, another divisor, boxes of background that count.

    Torchvision bends smooth L1 at 1/9 of what the paper says: with codes a ninth as large, it is a ninth of ours.
    """
    torch.manual_seed(0)
    K, C = 40, 6
    rois, labels = random_boxes(K), torch.randint(0, C + 1, (K,))
    boxes = torch.where(labels[:, None] > 0, around(rois, 1), rois)
    logits = torch.randn(K, C + 1, requires_grad=True)
    codes = (0.3 * torch.randn(K, C, 4)).requires_grad_()
    ours = roi_loss(logits, codes, rois, labels, boxes)
    scale = torch.tensor([10.0, 10, 5, 5])
    wanted = BoxCoder((10 / 9, 10 / 9, 5 / 9, 5 / 9)).encode_single(boxes, rois)
    of_all = torch.cat([torch.zeros(K, 1, 4), codes * scale / 9], dim=1).flatten(1)  # background has codes there
    theirs = fastrcnn_loss(logits, of_all, [labels], [wanted])
    for name, expected in zip(("class", "box"), (theirs[0], 9 * theirs[1]), strict=True):
        assert torch.allclose(ours[name], expected)
        for a, b in zip(*(torch.autograd.grad(x, [logits, codes], retain_graph=True, materialize_grads=True)
                          for x in (ours[name], expected)), strict=True):  # fmt: skip
            assert torch.allclose(a, b, atol=1e-7)


def test_loss_of_nothing_is_zero():
    none = torch.zeros(0, dtype=torch.long)
    losses = roi_loss(torch.zeros(0, 7), torch.zeros(0, 6, 4), torch.zeros(0, 4), none, torch.zeros(0, 4))
    assert losses["class"] == 0 and losses["box"] == 0


def test_what_is_said_is_found():
    """Perfect logits and codes give the objects: catches class 1 taken for background, codes of another class."""
    torch.manual_seed(0)
    objects, labels = torch.tensor([[4.0, 4, 24, 24], [30, 10, 60, 50]]), torch.tensor([1, 6])
    rois = torch.cat([around(objects, 1), random_boxes(5)])
    logits, codes = torch.zeros(7, 7), torch.randn(7, 6, 4)
    logits[2:, 0] = 20
    logits[[0, 1], labels] = torch.tensor([7.0, 9])
    codes[[0, 1], labels - 1] = encode_boxes(objects, rois[:2])
    found = roi_detections(logits, codes, rois, (64, 64))
    assert torch.allclose(found["boxes"], objects.flip(0), atol=1e-4)
    assert found["labels"].tolist() == [6, 1] and (found["scores"] > 0.98).all()


def test_region_maxima_are_the_largest_values():
    """In parts of a map that need no rounding: catches a wrong stride or map."""
    maps = torch.randn(2, 3, 16, 24)
    boxes = [torch.tensor([[0.0, 0, 23 * 8, 15 * 8]]), torch.tensor([[8.0, 16, 15 * 8, 9 * 8]])]  # far edges count
    found = region_maxima(maps, boxes, side=4, stride=8)
    assert torch.equal(found[:1], F.adaptive_max_pool2d(maps[:1], 4))
    assert torch.equal(found[1:], F.adaptive_max_pool2d(maps[1:, :, 2:10, 1:16], 4))


@pytest.mark.parametrize("build", [small_rcnn, small_fast_rcnn, lambda: small_fast_rcnn(region_maxima)])
def test_pictures_of_different_sizes_do_not_mix(build):
    """Two pictures together are as each alone, whatever the order of the proposals."""
    torch.manual_seed(0)
    model = build().eval()
    pictures, proposals = [torch.rand(3, 64, 96), torch.rand(3, 80, 64)], [random_boxes(5), random_boxes(3)]
    raw = model(pictures, proposals)
    assert raw.logits.shape == (8, 7) and raw.codes.shape == (8, 6, 4) and raw.sizes == [(64, 96), (80, 64)]
    alone = model(pictures[1:], [proposals[1].flip(0)])
    assert torch.allclose(raw.logits[5:], alone.logits.flip(0), atol=1e-5)
    assert torch.allclose(raw.codes[5:], alone.codes.flip(0), atol=1e-5)
    assert [len(result["boxes"]) > 0 for result in model.postprocess(raw)] == [True, True]


def test_only_fast_rcnn_sees_what_is_around_a_proposal():
    torch.manual_seed(0)
    picture, proposals = torch.rand(1, 3, 64, 64), [torch.tensor([[24.0, 24, 40, 40]])]
    changed = picture.clone()
    changed[:, :, 20:44, 18:21] += 1  # beyond the context of two pixels, which half of another one shines into
    for model, sees in ((small_rcnn(), False), (small_fast_rcnn(), True)):
        model.eval()
        same = torch.allclose(model(picture, proposals).logits, model(changed, proposals).logits, atol=1e-7)
        assert same is not sees


def test_batches_of_proposals():
    scenes, proposals = scenes_with_proposals(9)
    batches = ProposalBatches(scenes, proposals, batch_size=4, count=16)
    seen = list(batches)
    assert len(seen) == len(batches) == 2
    for pictures, targets, chosen in seen:
        assert pictures.shape == (4, 3, 64, 64)
        for target, boxes in zip(targets, chosen, strict=True):
            assert boxes.shape == (16, 4)
            positive = box_iou(boxes, target["boxes"]).max(dim=1).values >= 0.5
            assert 1 <= positive.sum() <= 4, "the true boxes are among them, and a quarter has an object"


@pytest.mark.parametrize("build", [small_rcnn, small_fast_rcnn])
def test_it_learns_a_few_scenes_by_heart(build):
    """Catches a loss that does not fit what `postprocess` makes of the outputs."""
    torch.manual_seed(0)
    scenes, proposals = scenes_with_proposals(4)
    model, batches = build(), ProposalBatches(scenes, proposals, batch_size=4)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(100):
        for batch in batches:
            loss = rcnn_loss(model, batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    results = model.eval().postprocess(model(draw_scenes(scenes), proposals))
    figures = coco_map(results, [detection_target(scene) for scene in scenes])
    assert figures["AP50"] > 0.9 and figures["AP75"] > 0.6


@pytest.mark.parametrize("build", [shapes_rcnn, shapes_fast_rcnn])
def test_pictures_without_objects_and_bad_targets(build):
    model, picture, proposals = build(), torch.rand(1, 3, 64, 64), [random_boxes(12)]
    raw = model(picture, proposals)
    empty = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    losses = model.loss(raw, [empty])
    assert losses["box"] == 0 and losses["class"] > 0
    sum(losses.values()).backward()
    with pytest.raises(ValueError, match="picture 0, box 0"):
        model.loss(raw, [{"boxes": torch.tensor([[5.0, 5, 5, 9]]), "labels": torch.tensor([1])}])
