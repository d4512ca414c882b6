"""Proposals: windows counted by hand, regions joined as a slow search over all pixels would join them."""

import math

import numpy as np
import pytest
import torch
from skimage.filters import gaussian

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes
from course_lib.detection.boxes import box_area, box_iou
from course_lib.detection.proposals import proposal_recall, sliding_windows
from course_lib.detection.selective_search import group_regions, selective_search


def blocks(side=24, cells=4, seed=0):
    """A picture of squares of random colours with a little noise, so that no two pairs are equally alike."""
    generator = torch.Generator().manual_seed(seed)
    colours = torch.rand(3, cells, cells, generator=generator)
    picture = colours.repeat_interleave(side // cells, dim=1).repeat_interleave(side // cells, dim=2)
    return (picture + 0.03 * torch.rand(3, side, side, generator=generator)).clamp(0, 1)


def masks_of(labels, joined):
    """The pixels of every region, (2N - 1, H, W)."""
    masks = [labels == number for number in range(labels.max() + 1)]
    for a, b in joined:
        masks.append(masks[a] | masks[b])
    return np.stack(masks)


def box_of(mask):
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def histogram_of(channels, mask, bins):
    """Of all channels side by side; values below 0 are in the first bin."""
    counts = [np.histogram(channel[mask].clip(0, 1), bins, range=(0, 1))[0] for channel in channels]
    return np.concatenate(counts) / np.sum(counts)


def slow_similarity(one, other, histograms):
    """s(a, b) from the pixels of two regions."""
    both = one | other
    x1, y1, x2, y2 = box_of(both)
    fill = 1 - ((x2 - x1) * (y2 - y1) - one.sum() - other.sum()) / one.size
    return np.minimum(*histograms).sum() + 1 - both.sum() / one.size + fill


def touch(one, other):
    """Whether a pixel of the one lies beside or below a pixel of the other, or the other way round."""
    beside = (one[:, 1:] & other[:, :-1]) | (one[:, :-1] & other[:, 1:])
    below = (one[1:] & other[:-1]) | (one[:-1] & other[1:])
    return beside.any() or below.any()


def test_windows_are_those_of_a_loop():
    """Catches height and width exchanged, a last row that is missing, windows that stick out."""
    H, W, sizes, ratios, step = 60, 100, (16, 40), (0.5, 1.0, 2.0), 0.25
    expected = []
    for s in sizes:
        for r in ratios:
            w, h = s / math.sqrt(r), s * math.sqrt(r)
            i = 0
            while i * step * h + h <= H:
                j = 0
                while j * step * w + w <= W:
                    expected.append([j * step * w, i * step * h, j * step * w + w, i * step * h + h])
                    j += 1
                i += 1
    windows = sliding_windows((H, W), sizes, ratios, step)
    assert torch.allclose(windows, torch.tensor(expected))
    assert torch.allclose(box_area(windows[:2]), torch.tensor(256.0))


def test_windows_larger_than_the_picture_are_left_out():
    assert len(sliding_windows((32, 32), (32,), (1.0,))) == 1
    assert len(sliding_windows((32, 32), (32,), (0.5, 2.0))) == 0


def test_boxes_are_around_the_regions():
    """Of first regions and of joined ones, in a picture that is not square: catches x and y exchanged."""
    picture = draw_scenes(make_scenes("val", 1, 128))[0][:, :100]
    labels, joined, boxes = group_regions(picture)
    masks = masks_of(labels, joined)
    assert len(boxes) == len(masks) == 2 * len(np.unique(labels)) - 1 and len(masks) > 5
    assert np.array_equal(boxes, [box_of(mask) for mask in masks])
    assert masks[-1].all(), "in the end there is one region"


def test_regions_are_joined_as_a_slow_search_joins_them():
    """Every step anew from all pixels: catches stale similarities, histograms without weights, lost neighbours."""
    picture = blocks()
    labels, joined, _ = group_regions(picture, scale=10, colour="rgb", smallest=10)
    image = picture.permute(1, 2, 0).double().numpy()
    dy, dx = np.gradient(gaussian(image, 1, channel_axis=2), axis=(0, 1))
    angles = np.arange(8) * np.pi / 4
    slopes = [dx[..., c] * np.cos(a) + dy[..., c] * np.sin(a) for c in range(3) for a in angles]
    slopes = np.stack(slopes) / np.max(slopes)

    def measured(mask):
        histograms = histogram_of(image.transpose(2, 0, 1), mask, 25), histogram_of(slopes, mask, 10)
        return mask, np.concatenate(histograms)

    known = {number: measured(mask) for number, mask in enumerate(masks_of(labels, []))}
    assert len(known) >= 12
    for number, pair in enumerate(joined, start=len(known)):
        alike = {}
        for a, (one, its) in known.items():
            for b, (other, theirs) in known.items():
                if a < b and touch(one, other):
                    alike[a, b] = slow_similarity(one, other, (its, theirs))
        assert max(alike, key=alike.get) == tuple(sorted(pair))
        known[number] = measured(known.pop(pair[0])[0] | known.pop(pair[1])[0])


def test_most_things_are_reached():
    scenes = make_scenes("val", 15, 128, most=6)
    targets = [detection_target(scene) for scene in scenes]
    found = [selective_search(picture, scales=(100,), colours=("hsv",)) for picture in draw_scenes(scenes)]
    assert proposal_recall(found, targets, counts=(100,))[100] > 0.9
    assert max(map(len, found)) < 150


def test_proposals_are_different_boxes_in_the_picture():
    """And the same for the same seed; fewer of them are the first ones of more."""
    picture = draw_scenes(make_scenes("val", 1))[0]
    found = selective_search(picture)
    assert found.dtype == torch.float32 and len(found.unique(dim=0)) == len(found)
    assert (box_area(found) >= 20).all() and found.min() >= 0 and found.max() <= 64
    assert torch.equal(selective_search(picture), found) and torch.equal(selective_search(picture, most=7), found[:7])
    assert not torch.equal(selective_search(picture, seed=1), found)
    one = selective_search(picture, scales=(100,), colours=("hsv",))
    assert (box_iou(one, found).max(dim=1).values == 1).all(), "every scale and colour space adds boxes"


def test_boxes_stand_in_the_order_of_their_ranks():
    """Catches an order that begins with the smallest, and a box that has its last rank in place of its best."""
    picture = draw_scenes(make_scenes("val", 1))[0]
    rng, ranked = np.random.default_rng(3), []
    for colour in ("hsv", "lab"):
        for scale in (50, 100):
            boxes = group_regions(picture, scale, colour)[2]
            drawn = rng.random(len(boxes))
            ranked += [((len(boxes) - k) * drawn[k], box) for k, box in enumerate(boxes.tolist())]
    expected = []
    for _, box in sorted(ranked):
        if box not in expected:
            expected.append(box)
    assert len(expected) < len(ranked) and selective_search(picture, seed=3).tolist() == expected


def test_a_picture_of_nothing_is_one_region():
    assert selective_search(torch.full((3, 40, 50), 0.5)).tolist() == [[0, 0, 50, 40]]


def test_what_cannot_be_searched_is_refused():
    with pytest.raises(ValueError, match="one of rgb, hsv, lab, got 'grey'"):
        selective_search(torch.zeros(3, 40, 50), colours=("grey",))
    with pytest.raises(ValueError, match=r"picture should have the shape \(3, H, W\), got \(40, 50, 3\)"):
        selective_search(torch.zeros(40, 50, 3))


def test_recall_by_hand():
    """Catches a recall averaged over pictures, and proposals that are not taken in their order."""
    objects = torch.tensor([[0.0, 0, 10, 10], [20, 20, 40, 40]])
    targets = [{"boxes": objects}, {"boxes": objects[:1]}, {"boxes": objects[:0]}]
    far = torch.tensor([[50.0, 50, 60, 60]])
    proposals = [torch.cat([far, objects[1:], far, objects[:1] + 2, objects[1:]]), torch.cat([far, far]), far]
    assert box_iou(objects[:1], objects[:1] + 2).item() < 0.5
    assert proposal_recall(proposals, targets, counts=(1, 2, 4)) == {1: 0, 2: 1 / 3, 4: 1 / 3}
    assert proposal_recall(proposals, targets, counts=(3, 4), iou=0.4) == {3: 1 / 3, 4: 2 / 3}
    assert math.isnan(proposal_recall([far], [{"boxes": objects[:0]}])[100])
