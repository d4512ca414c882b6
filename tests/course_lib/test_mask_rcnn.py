"""Mask R-CNN: targets, loss and pasting equal to loops and to torchvision's, and masks that are learned."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models.detection.roi_heads import maskrcnn_loss, paste_masks_in_image, project_masks_on_boxes

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes, semantic_map
from course_lib.detection import StagedEncoder
from course_lib.detection.fast_rcnn import region_features
from course_lib.detection.faster_rcnn import FasterRCNN, faster_rcnn_loss
from course_lib.detection.mask_rcnn import MaskHead, MaskRCNN, mask_loss, mask_targets, paste_masks
from course_lib.detection.rcnn import RegionPredictions
from course_lib.detection.roi_head import RoIHead
from course_lib.detection.rpn import RegionProposalNetwork

ODD_BOXES = torch.tensor([[3.2, 5.7, 21.9, 30.1], [-6.5, 10.3, 14.2, 24.8], [20.0, 20.4, 50.6, 47.0]])  # in 44 x 36


def small_model():
    rpn = RegionProposalNetwork(24, sizes=(10, 19), ratios=(1.0,), stride=8)
    head = RoIHead(24, 5, classes=6, hidden=32)
    detector = FasterRCNN(StagedEncoder((8, 16, 24)), rpn, head, pooled_side=5, proposals=(100, 12))
    return MaskRCNN(detector, MaskHead(16, classes=6, width=32), level=-2, pooled_side=7)


def overlap(masks, others):
    """IoU of each mask with its counterpart."""
    return (masks & others).sum(dim=(1, 2)) / (masks | others).sum(dim=(1, 2))


def a_triangle(height, width):
    """A mask that looks different from all sides."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    return (x > 4) & (y > 7) & (2 * x + y < width + 12)


def test_each_cell_of_a_target_is_what_the_object_covers_of_it():
    """Boxes on whole pixels, of two pixels a cell: catches half a pixel's shift, x and y exchanged, another's mask."""
    masks = torch.stack([a_triangle(44, 36), ~a_triangle(44, 36)])
    boxes = torch.tensor([[2.0, 6, 16, 20], [9, 1, 23, 29]])
    targets = mask_targets(masks, boxes, 7)
    assert torch.allclose(targets[0], F.avg_pool2d(masks[:1, 6:20, 2:16].float(), 2)[0])
    assert torch.allclose(targets[1], F.avg_pool2d(masks[1:, 1:29, 9:23].float(), (4, 2))[0])


def test_mask_targets_are_torchvision_s():
    """Of odd boxes, some of which stick out. Torchvision takes pixel 0 to be centred at 0, we at 0.5."""
    masks = a_triangle(44, 36)[None].expand(3, -1, -1)
    theirs = project_masks_on_boxes(masks, ODD_BOXES - 0.5, torch.arange(3), 28)
    assert torch.allclose(mask_targets(masks, ODD_BOXES, 28), theirs, atol=1e-5)


def test_mask_loss_is_torchvision_s():
    """Outputs and gradients: catches the mask of another class, and a mean over all classes."""
    torch.manual_seed(0)
    logits, labels = torch.randn(3, 5, 14, 14, requires_grad=True), torch.tensor([2, 5, 1])
    masks = a_triangle(44, 36)[None].expand(3, -1, -1)
    ours = mask_loss(logits, labels, mask_targets(masks, ODD_BOXES, 14))
    theirs = maskrcnn_loss(logits, [ODD_BOXES - 0.5], [masks], [labels - 1], [torch.arange(3)])
    assert torch.allclose(ours, theirs)
    assert torch.allclose(*(torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)), atol=1e-7)


def test_without_boxes_nothing_is_lost():
    """Catches 0 / 0, where a picture has no object."""
    logits = torch.zeros(0, 5, 14, 14, requires_grad=True)
    targets = mask_targets(torch.zeros(0, 44, 36, dtype=torch.bool), torch.zeros(0, 4), 14)
    assert mask_loss(logits, torch.zeros(0, dtype=torch.long), targets) == 0
    assert paste_masks(targets, torch.zeros(0, 4), (44, 36)).shape == (0, 44, 36)


def pasted_by_loops(mask, box, size):
    """The formulas of `paste_masks`, pixel by pixel."""
    S, (x1, y1, x2, y2) = len(mask), box.tolist()
    picture = torch.zeros(size, dtype=torch.bool)
    for i in range(size[0]):
        for j in range(size[1]):
            u, v = (j + 0.5 - x1) / (x2 - x1) * S, (i + 0.5 - y1) / (y2 - y1) * S
            if 0 <= u < S and 0 <= v < S:
                u, v = (min(max(c - 0.5, 0), S - 1) for c in (u, v))  # in cells from the middle of the first one
                left, top = min(int(u), S - 2), min(int(v), S - 2)
                a, b = u - left, v - top
                upper = (1 - a) * mask[top, left] + a * mask[top, left + 1]
                lower = (1 - a) * mask[top + 1, left] + a * mask[top + 1, left + 1]
                picture[i, j] = (1 - b) * upper + b * lower >= 0.5
    return picture


def test_paste_masks_is_a_loop_over_pixels():
    """Catches x and y exchanged, half a cell's or pixel's shift, a mask that goes on beyond its box."""
    torch.manual_seed(0)
    masks = torch.rand(3, 7, 7)
    expected = [pasted_by_loops(mask, box, (44, 36)) for mask, box in zip(masks, ODD_BOXES, strict=True)]
    assert torch.equal(paste_masks(masks, ODD_BOXES, (44, 36)), torch.stack(expected))


def test_paste_masks_is_torchvision_s_but_for_the_edge():
    """Torchvision rounds boxes to whole pixels: what is farther than one pixel from an edge of the mask is the same."""
    mask = mask_targets(a_triangle(44, 36)[None], torch.tensor([[0.0, 0, 36, 44]]), 28)
    masks = mask.expand(3, -1, -1)
    ours = paste_masks(masks, ODD_BOXES, (44, 36)).float()
    theirs = (paste_masks_in_image(masks[:, None], ODD_BOXES, (44, 36))[:, 0] >= 0.5).float()
    inner, outer = -F.max_pool2d(-ours, 3, 1, 1), F.max_pool2d(ours, 3, 1, 1)
    assert ((theirs >= inner) & (theirs <= outer)).all()
    assert ours.sum() > 200


@pytest.mark.parametrize("side", [14, 28])
def test_there_and_back(side):
    """The mask of a thing, made smaller and pasted again, is nearly itself: catches the two disagreeing."""
    for scene in make_scenes("val", 5, side=128, most=6):
        target = detection_target(scene, masks=True)
        back = paste_masks(mask_targets(target["masks"], target["boxes"], side), target["boxes"], (128, 128))
        assert (overlap(back, target["masks"]) > (0.93 if side == 28 else 0.8)).all()


def test_five_losses_that_reach_every_weight():
    """Pictures of different sizes, one of them without an object: catches a head that is cut off."""
    torch.manual_seed(0)
    model = small_model()
    targets = [
        {"boxes": torch.tensor([[6.0, 8, 30, 34]]), "labels": torch.tensor([6]), "masks": a_triangle(64, 48)[None]},
        {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0).long(), "masks": torch.zeros(0, 40, 90).bool()},
    ]
    pictures, also = [torch.rand(3, 64, 48), torch.rand(3, 40, 90)], [target["boxes"] for target in targets]
    losses = model.loss(model(pictures, also), targets)
    assert list(losses) == ["rpn object", "rpn box", "class", "box", "mask"]
    assert all(loss > 0 for loss in losses.values())
    sum(losses.values()).backward()
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in model.parameters())


def test_nothing_found_is_no_mask():
    """And no error, in pictures of different sizes."""
    model = small_model().eval()
    results = model.postprocess(model([torch.rand(3, 64, 48), torch.rand(3, 40, 90)]), score_threshold=0.9)
    assert [result["masks"].shape for result in results] == [(0, 64, 48), (0, 40, 90)]


class Labelled(nn.Module):
    """A backbone for pictures whose first channel is an eighth of each pixel's label: a map for each label."""

    channels, strides = (6,), (1,)

    def forward(self, pictures):
        return [(8 * pictures[:, :1] == torch.arange(1, 7)[:, None, None]).float()]


class Oracle(nn.Module):
    """A mask head that believes such maps."""

    def __init__(self, sureness):
        super().__init__()
        self.sureness = sureness

    def forward(self, regions):
        return self.sureness * (F.interpolate(regions, scale_factor=2, mode="bilinear") - 0.5)


def oracle(sureness):
    rpn, head = RegionProposalNetwork(6, sizes=(20,), ratios=(1.0,), stride=1), RoIHead(6, 3, classes=6, hidden=8)
    detector = FasterRCNN(Labelled(), rpn, head, pooled_side=3, proposals=(200, 20))
    scenes = [scene for scene in make_scenes("val", 60) if len({thing.kind for thing in scene.things}) == 4][:3]
    targets = [detection_target(scene, masks=True) for scene in scenes]
    pictures = torch.stack([torch.from_numpy(semantic_map(scene)) for scene in scenes])[:, None] / 8
    return MaskRCNN(detector, Oracle(sureness), pooled_side=14), pictures.expand(-1, 3, -1, -1), targets


def test_who_knows_all_masks_loses_nothing():
    """Catches masks or labels of another thing or picture in the loss."""
    torch.manual_seed(0)
    model, pictures, targets = oracle(sureness=10)
    raw = model(pictures, also=[target["boxes"] for target in targets])
    assert sum(map(len, raw.regions.proposals)) > 60
    assert model.loss(raw, targets)["mask"] < 0.25  # who knows nothing loses log 2, about 0.7


def true_regions(targets):
    """What a detector says that has found everything."""
    boxes, labels = [target["boxes"] for target in targets], torch.cat([target["labels"] for target in targets])
    return RegionPredictions(boxes, 20 * F.one_hot(labels, 7).float(), torch.zeros(12, 6, 4), [(64, 64)] * 3)


class Everywhere(nn.Module):
    """A mask head that fills every box."""

    def forward(self, regions):
        return regions.new_full((len(regions), 6, 28, 28), 20.0)


def test_who_fills_every_box_loses_what_is_beside_the_things():
    """Catches masks of things that are not in the boxes, which one cannot be wrong about by saying nothing."""
    model, pictures, targets = oracle(sureness=20)
    model.head = Everywhere()
    beside = torch.cat([1 - mask_targets(target["masks"], target["boxes"], 28) for target in targets])
    loss = model.loss(model(pictures)._replace(regions=true_regions(targets)), targets)["mask"]
    assert torch.allclose(loss, 20 * beside.mean(), atol=1e-3)


def test_who_knows_all_masks_gives_them_back():
    """Catches masks of another box or class, or a threshold of what is no probability."""
    model, pictures, targets = oracle(sureness=0.9)
    results = model.postprocess(model(pictures)._replace(regions=true_regions(targets)))
    for result, target in zip(results, targets, strict=True):
        kinds = [target["labels"].tolist().index(label) for label in result["labels"].tolist()]
        assert sorted(kinds) == [0, 1, 2, 3]
        assert (overlap(result["masks"], target["masks"][kinds]) > 0.8).all()


def test_masks_are_read_from_the_map_that_was_asked_for():
    model, boxes = small_model(), [torch.tensor([[6.0, 8, 30, 34]]), torch.tensor([[1.0, 2, 13, 34]])]
    maps = [torch.rand(2, D, 64 // stride, 64 // stride) for D, stride in ((8, 2), (16, 4), (24, 8))]
    expected = model.head(region_features(maps[1], boxes, 7, stride=4))
    assert torch.equal(model.mask_logits(maps, boxes), expected)


def test_it_learns_the_mask_of_a_thing():
    """True boxes of a few pictures in, true masks out, of things with holes and corners."""
    torch.manual_seed(0)
    scenes = make_scenes("train", 3)
    pictures, targets = draw_scenes(scenes), [detection_target(scene, masks=True) for scene in scenes]
    model = small_model()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(40):
        optimizer.zero_grad()
        faster_rcnn_loss(model, (pictures, targets)).backward()
        optimizer.step()
    with torch.no_grad():
        boxes = [target["boxes"] for target in targets]
        logits = model.mask_logits(model(pictures).maps, boxes).split([len(b) for b in boxes])
    for said, target in zip(logits, targets, strict=True):
        own = said[torch.arange(len(said)), target["labels"] - 1].sigmoid()
        assert (overlap(paste_masks(own, target["boxes"], (64, 64)), target["masks"]) > 0.8).all()
