"""Average precision: from scratch, by hand, and as COCO's own tool computes it."""

import math

import pytest
import torch
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from course_lib.data.shapes import KINDS, boxes, instance_map, make_scenes, write_coco
from course_lib.detection.boxes import box_iou, xyxy_to_xywh
from course_lib.detection.evaluation import (
    average_precision,
    coco_map,
    detections_of_class,
    match_detections,
    precision_recall,
)

EMPTY = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.long), "scores": torch.zeros(0)}


def truth(scene):
    owner = torch.from_numpy(instance_map(scene))
    return {
        "boxes": torch.from_numpy(boxes(scene)),
        "labels": torch.tensor([1 + KINDS.index(thing.kind) for thing in scene.things]),
        "masks": torch.stack([owner == number for number in range(1, len(scene.things) + 1)]),
    }


def noisy(target, generator):
    """What a poor detector finds: each object about twice, some of them wrongly named, and some nothing at all."""
    found = target["boxes"].repeat_interleave(2, dim=0)
    found = torch.cat([found, 40 + found[:1]])
    sides = (found[:, 2:] - found[:, :2]).repeat(1, 2)
    found = found + 0.12 * sides * torch.randn(found.shape, generator=generator)
    labels = target["labels"].repeat_interleave(2)
    labels = torch.cat([labels, labels[:1]])
    wrong = torch.rand(len(labels), generator=generator) < 0.2
    labels = torch.where(wrong, torch.randint(1, 1 + len(KINDS), labels.shape, generator=generator), labels)
    kept = torch.rand(len(labels), generator=generator) < 0.8
    scores = (torch.rand(len(labels), generator=generator) * 20).round() / 20  # so that many are equal
    order = scores[kept].argsort(descending=True, stable=True)
    return {"boxes": found[kept][order], "labels": labels[kept][order], "scores": scores[kept][order]}


@pytest.fixture(scope="module")
def shapes():
    scenes = make_scenes("val", 60, side=128, most=5)
    generator = torch.Generator().manual_seed(0)
    targets = [truth(scene) for scene in scenes]
    return scenes, [noisy(target, generator) for target in targets], targets


def test_from_scratch_is_coco_s(shapes):
    """Catches an object found twice, unsorted pictures, another interpolation, ties sorted otherwise."""
    _, results, targets = shapes
    theirs = coco_map(results, targets)
    for label, expected in theirs["AP50_per_class"].items():
        assert average_precision(*detections_of_class(results, targets, label)) == pytest.approx(expected, abs=1e-6)
    for name, threshold in (("AP50", 0.5), ("AP75", 0.75)):
        ours = [average_precision(*detections_of_class(results, targets, label, threshold)) for label in range(1, 7)]
        assert sum(ours) / 6 == pytest.approx(theirs[name], abs=1e-6)
    assert 0.2 < theirs["AP"] < theirs["AP50"] < 0.9, "too easy or too hard to tell anything"


def test_written_to_files_it_is_the_same(shapes, tmp_path, capsys):
    """What pycocotools says of the files of `write_coco`: catches wrong classes, boxes or numbers of pictures."""
    scenes, results, targets = shapes
    ours = coco_map(results, targets)
    assert capsys.readouterr().out == ""
    write_coco(tmp_path, "val", scenes)
    found = [
        {"image_id": image_id, "category_id": label, "bbox": box, "score": score}
        for image_id, result in enumerate(results, start=1)
        for box, label, score in zip(
            xyxy_to_xywh(result["boxes"]).tolist(), result["labels"].tolist(), result["scores"].tolist(), strict=True
        )
    ]
    files = COCO(tmp_path / "annotations" / "instances_val.json")
    evaluation = COCOeval(files, files.loadRes(found), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    for place, name in ((0, "AP"), (1, "AP50"), (2, "AP75"), (8, "AR")):
        assert ours[name] == pytest.approx(evaluation.stats[place])


def test_masks(shapes):
    """The true masks are perfect, masks moved by a third of a thing are not; boxes play no part."""
    _, _, targets = shapes
    right = [
        {**target, "boxes": target["boxes"] + 30, "scores": torch.ones(len(target["boxes"]))} for target in targets
    ]
    assert coco_map(right, targets, of="masks")["AP"] == pytest.approx(1)
    assert coco_map(right, targets)["AP"] < 0.05
    moved = [{**result, "masks": result["masks"].roll(6, dims=2)} for result in right]
    assert coco_map(moved, targets, of="masks")["AP75"] < 0.2


def test_areas():
    """Catches areas taken from edges, or sizes exchanged."""
    side = torch.tensor([20.0, 50.0, 100.0])
    target = {"boxes": torch.stack([side * 0, side * 0, side, side], dim=1), "labels": torch.tensor([1, 1, 2])}
    only_small = {"boxes": target["boxes"][:1], "labels": target["labels"][:1], "scores": torch.ones(1)}
    figures = coco_map([only_small], [target])
    assert [round(figures[f"AP_{size}"], 3) for size in ("small", "medium", "large")] == [1, 0, 0]


def test_nothing_found_and_nothing_there():
    target = {
        "boxes": torch.tensor([[0.0, 0, 20, 20]]),
        "labels": torch.tensor([3]),
        "masks": torch.ones(1, 20, 20) > 0,
    }
    nothing = {**EMPTY, "masks": torch.zeros(0, 20, 20) > 0}
    assert coco_map([EMPTY], [target])["AP"] == 0
    assert coco_map([nothing], [target], of="masks")["AP50_per_class"] == {3: 0.0}
    found = {**target, "scores": torch.ones(1)}
    assert coco_map([found, EMPTY], [target, EMPTY])["AP50_per_class"] == {3: pytest.approx(1)}
    assert coco_map([EMPTY, found], [target, EMPTY])["AP50"] == 0, "of another picture"
    assert math.isnan(coco_map([found], [EMPTY])["AP50"]) and math.isnan(coco_map([EMPTY], [EMPTY])["AP"])
    assert average_precision(*detections_of_class([EMPTY], [target], 3)) == 0
    assert math.isnan(average_precision(*detections_of_class([found], [EMPTY], 3)))


def test_mismatch_is_told():
    with pytest.raises(ValueError, match="got 2 results, 1 targets and of='boxes'"):
        coco_map([EMPTY, EMPTY], [EMPTY])
    with pytest.raises(ValueError, match="got 1 results, 1 targets and of='keypoints'"):
        coco_map([EMPTY], [EMPTY], of="keypoints")


def test_average_precision_by_hand():
    """Right, wrong, right, right of four objects: precision 1, 1/2, 2/3, 3/4 becomes 1, 3/4, 3/4, 3/4, and then 0."""
    scores, correct = torch.tensor([0.5, 0.9, 0.6, 0.8]), torch.tensor([True, True, True, False])
    precision, recall = precision_recall(scores, correct, 4)
    assert torch.allclose(precision, torch.tensor([1, 1 / 2, 2 / 3, 3 / 4]).double())
    assert torch.allclose(recall, torch.tensor([1 / 4, 1 / 4, 1 / 2, 3 / 4]).double())
    assert average_precision(scores, correct, 4) == pytest.approx((26 * 1 + 50 * 3 / 4) / 101)


def test_the_best_score_chooses_first():
    """Catches duplicates that count, a choice in the order of the boxes, an object that is found by two."""
    objects = torch.tensor([[0.0, 0, 10, 10], [4, 0, 14, 10]])
    found = torch.tensor([[1.0, 0, 11, 10], [0, 0, 10, 10], [0, 0, 10, 10], [50, 50, 60, 60]])
    scores = torch.tensor([0.5, 0.9, 0.7, 0.8])
    assert match_detections(found, scores, objects[:1]).tolist() == [False, True, False, False]
    # The first object is taken; the third detection reaches the second object too little, the first one enough.
    assert box_iou(found, objects)[:, 1].tolist() == pytest.approx([7 / 13, 6 / 14, 6 / 14, 0])
    assert match_detections(found, scores, objects).tolist() == [True, True, False, False]
    assert match_detections(found, scores, objects, iou_threshold=0.4).tolist() == [False, True, True, False]


def test_an_iou_that_just_reaches_the_threshold_counts():
    object_ = torch.tensor([[0.0, 0, 10, 10]])
    half = torch.tensor([[0.0, 0, 10, 5]])
    assert match_detections(half, torch.ones(1), object_).tolist() == [True]
    assert match_detections(half, torch.ones(1), object_, iou_threshold=0.51).tolist() == [False]
