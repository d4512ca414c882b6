"""Faster R-CNN: each part equal to torchvision's, and the whole, too, when torchvision's is given our parts."""

import pytest
import torch
from torch import nn
from torchvision.models.detection import FasterRCNN as TorchvisionFasterRCNN
from torchvision.models.detection import rpn as theirs
from torchvision.models.detection._utils import BoxCoder

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes
from course_lib.detection import IGNORED, StagedEncoder, box_iou, generate_anchors
from course_lib.detection.fast_rcnn import region_features
from course_lib.detection.faster_rcnn import FasterRCNN, faster_rcnn_loss, shapes_faster_rcnn
from course_lib.detection.roi_head import RoIHead
from course_lib.detection.rpn import RegionProposalNetwork, propose, rpn_loss, sample_anchors

EVERYTHING = 10**6  # more than there is to sample from


def small_model(channels=(8, 16, 24), hidden=32, proposals=(200, 50)):
    C = channels[-1]
    rpn = RegionProposalNetwork(C, sizes=(10, 19), ratios=(1.0,), stride=8)
    return FasterRCNN(StagedEncoder(channels), rpn, RoIHead(C, 5, 6, hidden), pooled_side=5, proposals=proposals)


def random_boxes(count, side):
    corners = torch.rand(count, 2) * (side - 20)
    return torch.cat([corners, corners + 5 + torch.rand(count, 2) * 15], dim=1)


def scenes_with_targets(count):
    """Pictures with three things each."""
    scenes = [scene for scene in make_scenes("train", 60) if len(scene.things) == 3][:count]
    return draw_scenes(scenes), [detection_target(scene) for scene in scenes]


def torchvision_rpn(anchors, head, before, after):
    """Torchvision's network, with anchors and a head of ours."""
    counts = ({"training": number, "testing": number} for number in (before, after))
    return theirs.RegionProposalNetwork(anchors, head, 0.7, 0.3, EVERYTHING, 0.5, *counts, nms_thresh=0.7)


@pytest.mark.parametrize("objects", [3, 0])
def test_rpn_loss_is_torchvision_s(objects):
    """Outputs and gradients: catches a box loss divided by the positives only, another beta, codes without a sum."""
    torch.manual_seed(0)
    anchors, boxes = generate_anchors(6, 8, 8, (10, 20), (0.5, 1, 2)), random_boxes(objects, 48)
    logits, codes = (torch.randn(*shape, requires_grad=True) for shape in ((len(anchors),), (len(anchors), 4)))
    matches, _ = sample_anchors(anchors, boxes)
    ours = rpn_loss(logits, codes, anchors, boxes, matches, (matches != IGNORED).nonzero()[:, 0])
    labels = torch.where(matches == IGNORED, -1.0, (matches >= 0).float())
    wanted = torch.zeros_like(anchors)
    wanted[matches >= 0] = BoxCoder((1, 1, 1, 1)).encode_single(boxes[matches[matches >= 0]], anchors[matches >= 0])
    expected = torchvision_rpn(None, None, 1, 1).compute_loss(logits, codes, [labels], [wanted])
    for name, loss in zip(("rpn object", "rpn box"), expected, strict=True):
        assert torch.allclose(ours[name], loss)
        for a, b in zip(*(torch.autograd.grad(x, [logits, codes], retain_graph=True, materialize_grads=True)
                          for x in (ours[name], loss)), strict=True):  # fmt: skip
            assert torch.allclose(a, b, atol=1e-7)


def test_nothing_to_learn_from_is_no_loss():
    """Catches 0 / 0, which would end the training."""
    anchors, nothing = generate_anchors(2, 2, 8, (10,)), torch.zeros(0, dtype=torch.long)
    losses = rpn_loss(torch.zeros(4), torch.zeros(4, 4), anchors, anchors[:0], torch.full((4,), IGNORED), nothing)
    assert [loss.item() for loss in losses.values()] == [0, 0]


def test_every_object_has_an_anchor_that_learns_it():
    """Also a small one at the border, which no anchor overlaps by 0.7: catches anchors that are left out too early."""
    boxes = torch.tensor([[0, 0, 9, 9], [20, 30, 42, 50], [50, 1, 64, 12]], dtype=torch.float)
    matches, places = sample_anchors(generate_anchors(8, 8, 8, (20, 38)), boxes)
    assert set(matches[places].tolist()) == {-1, 0, 1, 2}
    assert len(places) == 64


def test_what_is_neither_near_nor_far_is_left_alone():
    """IoUs of 1, 3/4, 1/2 and 1/4: catches other thresholds, and an ignored anchor that is chosen all the same."""
    anchors = torch.tensor([[0.0, 0, 40, height] for height in (40, 30, 20, 10)])
    matches, places = sample_anchors(anchors, anchors[:1])
    assert matches.tolist() == [0, 0, IGNORED, -1]
    assert sorted(places.tolist()) == [0, 1, 3]


@pytest.mark.parametrize(("before", "after"), [(150, 30), (50, 100)])
def test_propose_is_torchvision_s(before, after):
    """Two pictures of different sizes: catches height and width exchanged, the best taken after NMS in place of before,
    tiny boxes kept."""
    torch.manual_seed(0)
    anchors, sizes = generate_anchors(8, 12, 8, (10, 24), (0.5, 1)), [(64, 96), (40, 70)]
    logits, codes = torch.randn(2, len(anchors)), 0.5 * torch.randn(2, len(anchors), 4)
    network = torchvision_rpn(None, None, before, after)
    network.min_size = 1.0
    boxes = network.box_coder.decode(codes.flatten(0, 1), [anchors, anchors]).view(2, -1, 4)
    expected, _ = network.filter_proposals(boxes, logits.flatten()[:, None], sizes, [len(anchors)])
    for picture in range(2):
        found = propose(logits[picture], codes[picture], anchors, sizes[picture], before, after)
        assert 20 < len(found) < 50
        assert torch.allclose(found, expected[picture], atol=1e-4)


def test_no_gradient_passes_through_proposals():
    codes = torch.randn(16, 4, requires_grad=True)
    anchors = generate_anchors(4, 4, 8, (10,))
    assert not propose(torch.randn(16), codes, anchors, (32, 32), 16, 16).requires_grad


def test_the_network_speaks_of_the_anchor_at_the_same_place():
    """One place of a map that is not square lights up, and one of four shapes: catches any other order."""
    network = RegionProposalNetwork(2, sizes=(8, 20), ratios=(0.5, 2), stride=8)
    nn.init.zeros_(network.window.weight)
    network.window.weight.data[0, 0, 1, 1] = 1
    nn.init.zeros_(network.object.weight)
    network.object.weight.data[2, 0] = 1  # size 20, ratio 0.5
    maps = torch.zeros(1, 2, 5, 9)
    maps[0, 0, 3, 6] = 1
    logits, codes, anchors = network(maps)
    best = anchors[logits[0].argmax()]
    width = 20 * 2**0.5
    assert logits.shape == (1, 5 * 9 * 4)
    assert codes.shape == (1, 5 * 9 * 4, 4)
    assert torch.allclose(best, torch.tensor([52 - width / 2, 28 - width / 4, 52 + width / 2, 28 + width / 4]))


def test_region_features_are_read_where_the_boxes_are():
    """Maps whose values say where they are: catches x and y exchanged, half a place's shift, a wrong stride, and the
    boxes of another picture."""
    x, y = (torch.arange(n) * 8 + 4.0 for n in (20, 12))
    one = torch.stack([x.expand(12, 20), y[:, None].expand(12, 20)])
    boxes = [torch.tensor([[10.0, 20, 60, 41]]), torch.tensor([[33.3, 8.7, 50.1, 80], [100, 40, 140, 45]])]
    regions = region_features(torch.stack([one, one + 1000]), boxes, side=7, stride=8)
    for region, box, offset in zip(regions, torch.cat(boxes), (0, 1000, 1000), strict=True):
        middles = (torch.arange(7) + 0.5) / 7
        assert torch.allclose(region[0], (offset + box[0] + middles * (box[2] - box[0])).expand(7, 7), atol=1e-2)
        assert torch.allclose(region[1].T, (offset + box[1] + middles * (box[3] - box[1])).expand(7, 7), atol=1e-2)


class OurAnchors(nn.Module):
    def __init__(self, rpn):
        super().__init__()
        self.like = rpn

    def forward(self, images, maps):
        anchors = generate_anchors(*maps[0].shape[2:], self.like.stride, self.like.sizes, self.like.ratios)
        return len(images.image_sizes) * [anchors]


class OurRPNHead(nn.Module):
    def __init__(self, rpn):
        super().__init__()
        self.rpn = rpn

    def forward(self, maps):
        seen = torch.relu(self.rpn.window(maps[0]))
        return [self.rpn.object(seen)], [self.rpn.code(seen)]


class OurRegions(nn.Module):
    def forward(self, maps, boxes, sizes):
        return region_features(maps["0"], boxes, 5, 8)


class OurPredictor(nn.Module):
    """Torchvision wants codes for the background, too."""

    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, features):
        codes = self.head.box_codes(features)
        return self.head.class_logits(features), torch.cat([codes.new_zeros(len(codes), 4), codes], dim=1)


class LastMap(nn.Module):
    out_channels = 24

    def __init__(self, backbone):
        super().__init__()
        self.backbone = backbone

    def forward(self, batch):
        return self.backbone(batch)[-1]


def test_the_whole_is_torchvision_s():
    """Boxes, labels and scores of pictures of different sizes: catches parts put together in another order."""
    torch.manual_seed(0)
    model = small_model().eval()
    for layer in (model.rpn.object, model.rpn.code, model.head.class_logits, model.head.box_codes):
        nn.init.normal_(layer.weight, std=3)  # so that it is not unsure of everything
    other = TorchvisionFasterRCNN(
        LastMap(model.backbone),
        rpn_head=OurRPNHead(model.rpn),
        box_head=model.head.layers,
        box_predictor=OurPredictor(model.head),
        rpn_pre_nms_top_n_test=200,
        rpn_post_nms_top_n_test=50,
        bbox_reg_weights=(1, 1, 1, 1),
        image_mean=[0, 0, 0],
        image_std=[1, 1, 1],
    ).eval()
    other.rpn.anchor_generator, other.roi_heads.box_roi_pool = OurAnchors(model.rpn), OurRegions()
    other.rpn.min_size, other.transform.resize = 1.0, lambda picture, target: (picture, target)
    pictures, _ = scenes_with_targets(2)
    pictures = [pictures[0], pictures[1, :, :50, :60]]
    with torch.no_grad():
        expected, found = other(pictures), model.postprocess(model(pictures))
    for ours, wanted in zip(found, expected, strict=True):
        assert len(wanted["boxes"]) > 20
        assert torch.equal(ours["labels"], wanted["labels"])
        assert torch.allclose(ours["scores"], wanted["scores"], atol=1e-5)
        assert torch.allclose(ours["boxes"], wanted["boxes"], atol=1e-3)


def test_four_losses_that_reach_every_weight():
    """Pictures of different sizes, one of them empty, boxes at all borders: catches a half that is cut off."""
    torch.manual_seed(0)
    model = small_model()
    targets = [
        {"boxes": torch.tensor([[0.0, 0, 20, 20], [44, 60, 64, 96]]), "labels": torch.tensor([1, 6])},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)},
    ]
    raw = model([torch.rand(3, 96, 64), torch.rand(3, 40, 100)], also=[target["boxes"] for target in targets])
    losses = model.loss(raw, targets)
    assert list(losses) == ["rpn object", "rpn box", "class", "box"]
    assert all(loss > 0 for loss in losses.values())
    sum(losses.values()).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_pictures_without_objects():
    """Catches an index into no boxes, and a mean over nothing."""
    model = small_model()
    target = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long)}
    losses = model.loss(model(torch.rand(1, 3, 64, 64), also=[target["boxes"]]), [target])
    assert losses["rpn box"] == losses["box"] == 0
    sum(losses.values()).backward()
    assert all(weight.grad is None or weight.grad.isfinite().all() for weight in model.parameters())


def test_the_head_also_looks_at_the_true_boxes():
    """Of the right pictures; else an untrained network has nothing to show the head."""
    pictures, targets = scenes_with_targets(3)
    boxes = [target["boxes"] for target in targets]
    model = small_model().eval()
    plain, more = model(pictures).regions, model(pictures, also=boxes).regions
    for before, after, true in zip(plain.proposals, more.proposals, boxes, strict=True):
        assert torch.equal(after, torch.cat([before, true]))
    assert len(more.logits) == len(plain.logits) + sum(map(len, boxes))
    first = len(plain.proposals[0])
    assert torch.allclose(more.logits[:first], plain.logits[:first], atol=1e-6)


def test_any_of_the_backbone_s_maps_will_do():
    """Catches the last map taken whatever is asked for, and a stride that is not its own."""
    rpn = RegionProposalNetwork(16, sizes=(32,), ratios=(1,), stride=4)
    model = FasterRCNN(StagedEncoder((8, 16, 24)), rpn, RoIHead(16, 3, 2, 8), level=-2, pooled_side=3).eval()
    raw = model(torch.rand(1, 3, 64, 96))
    regions = region_features(raw.maps[1], raw.regions.proposals, side=3, stride=4)
    assert len(raw.anchors) == 16 * 24
    assert torch.equal(raw.regions.logits, model.head(regions)[0])


def test_it_learns_a_handful_of_pictures():
    """It is surest of the things that are there, at their places and by their names: catches what the others miss."""
    torch.manual_seed(0)
    pictures, targets = scenes_with_targets(2)
    model = small_model(channels=(24, 48, 64), hidden=64, proposals=(40, 8))
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=80)
    for _ in range(80):
        optimizer.zero_grad()
        faster_rcnn_loss(model, (pictures, targets)).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        results = model.postprocess(model(pictures), most=3)
    for result, target in zip(results, targets, strict=True):
        overlap, nearest = box_iou(target["boxes"], result["boxes"]).max(dim=1)
        assert sorted(nearest.tolist()) == [0, 1, 2]
        assert (overlap > 0.6).all()
        assert torch.equal(result["labels"][nearest], target["labels"])


def test_targets_that_cannot_be_learned():
    model, bad = small_model(), {"boxes": torch.tensor([[5.0, 5, 5, 9]]), "labels": torch.tensor([1])}
    with pytest.raises(ValueError, match="picture 0, box 0"):
        model.loss(model(torch.rand(1, 3, 64, 64)), [bad])


def test_the_builder_s_anchors_fit_the_things():
    """Nearly every thing has an anchor with an IoU of 0.5, most have one of 0.7."""
    model = shapes_faster_rcnn()
    anchors = generate_anchors(16, 16, 8, model.rpn.sizes, model.rpn.ratios)
    best = torch.cat(
        [box_iou(detection_target(scene)["boxes"], anchors).amax(dim=1) for scene in make_scenes("val", 50, 128, 6)]
    )
    assert (best > 0.5).float().mean() > 0.97
    assert (best > 0.7).float().mean() > 0.6
