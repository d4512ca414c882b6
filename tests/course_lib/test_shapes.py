"""The world of shapes: what is said, asked and written down about a scene agrees with its pixels."""

import json
import random

import numpy as np
import pytest
import torch
from PIL import Image
from pycocotools.coco import COCO

from course_lib.data.shapes import (
    HELD_OUT,
    KINDS,
    NUMBERS,
    RELATIONS,
    DetectionBatches,
    Scene,
    SegmentationBatches,
    Thing,
    boxes,
    captions,
    detection_target,
    draw_scene,
    draw_scenes,
    instance_map,
    is_true,
    make_scenes,
    questions,
    random_scene,
    semantic_map,
    write_coco,
)

RED_RING = Thing("ring", "red", "plain", "small", 12, 32, 5)
BLUE_CIRCLE = Thing("circle", "blue", "striped", "large", 48, 30, 9)
GREEN_CIRCLE = Thing("circle", "green", "plain", "small", 46, 54, 5)
SCENE = Scene((RED_RING, BLUE_CIRCLE, GREEN_CIRCLE), 64, 0)


def test_same_call_gives_same_scenes_and_splits_differ():
    assert make_scenes("train", 20) == make_scenes("train", 20)
    assert not set(make_scenes("train", 200)) & set(make_scenes("test", 200))
    with pytest.raises(ValueError, match="train, val, test, novel"):
        make_scenes("dev", 1)


def test_held_out_combinations_are_nowhere_but_in_novel():
    for split in ("train", "val", "test"):
        assert not any((t.colour, t.kind) in HELD_OUT for scene in make_scenes(split, 300) for t in scene.things)
    assert all(any((t.colour, t.kind) in HELD_OUT for t in scene.things) for scene in make_scenes("novel", 100))


@pytest.mark.parametrize("side", [64, 100, 128])
def test_things_lie_inside_and_none_is_hidden(side):
    for scene in make_scenes("train", 200, side, most=6):
        owner = instance_map(scene)
        for number, thing in enumerate(scene.things, start=1):
            assert thing.radius <= thing.x < side - thing.radius and thing.radius <= thing.y < side - thing.radius
            alone = instance_map(Scene((thing,), side, 0)).sum()
            assert (owner == number).sum() > 0.3 * alone, "covered by others"


def test_pixels_have_the_colour_of_the_thing_on_top():
    """Drawing and maps use the same order: a red thing under a blue one is blue in the picture and in the map."""
    below, above = RED_RING._replace(kind="square", x=26), BLUE_CIRCLE._replace(texture="plain", x=34, y=32)
    scene = Scene((below, above), 64, 0)
    picture, owner = draw_scene(scene).astype(int), instance_map(scene)
    assert (owner == 1).any() and (owner == 2).any()
    red, _, blue = picture.transpose(2, 0, 1)
    assert (red > blue)[owner == 1].all() and (blue > red)[owner == 2].all()
    assert (np.ptp(picture, axis=2) == 0)[owner == 0].all(), "the ground is grey"


def test_maps_and_boxes():
    owner, kinds = instance_map(SCENE), semantic_map(SCENE)
    assert set(np.unique(kinds)) == {0, 1 + KINDS.index("ring"), 1 + KINDS.index("circle")}
    assert ((kinds == 1 + KINDS.index("circle")) == (owner >= 2)).all()
    for number, (x1, y1, x2, y2) in enumerate(boxes(SCENE).astype(int), start=1):
        inside = owner[y1:y2, x1:x2] == number
        assert inside.sum() == (owner == number).sum(), "the box leaves pixels out"
        assert inside[0].any() and inside[-1].any() and inside[:, 0].any() and inside[:, -1].any(), "too large a box"


def test_batches_of_pictures():
    pictures = draw_scenes([SCENE, SCENE])
    assert pictures.shape == (2, 3, 64, 64) and pictures.min() >= 0 and pictures.max() <= 1
    assert np.allclose(pictures[0, :, 5, 7] * 255, draw_scene(SCENE)[5, 7])


def test_detection_target():
    """Catches labels that begin with 0, which is the ground, and boxes and masks of each other's things."""
    target = detection_target(SCENE, masks=True)
    assert [KINDS[label - 1] for label in target["labels"]] == ["ring", "circle", "circle"]
    assert target["boxes"].tolist() == boxes(SCENE).tolist() and target["labels"].dtype == torch.int64
    assert target["masks"].dtype == torch.bool and target["masks"].shape == (3, 64, 64)
    assert np.array_equal((target["masks"] * torch.tensor([1, 2, 3])[:, None, None]).sum(0), instance_map(SCENE))
    nothing = detection_target(Scene((), 64, 0), masks=True)
    assert [tuple(value.shape) for value in nothing.values()] == [(0, 4), (0,), (0, 64, 64)]
    assert "masks" not in detection_target(SCENE)


def test_batches_for_detectors_and_segmenters():
    """Catches pictures with each other's truth, a last batch that is short, and the same order every time."""
    scenes = make_scenes("train", 11, side=100, most=6)
    for batches in (DetectionBatches(scenes, 4, masks=True), SegmentationBatches(scenes, 4)):
        torch.manual_seed(0)
        first, second = list(batches), list(batches)
        torch.manual_seed(0)
        assert all(torch.equal(a, b) for (a, _), (b, _) in zip(first, batches, strict=True))
        assert len(batches) == len(first) == 2 and not torch.equal(first[0][0], second[0][0])
        for pictures, truths in first:
            assert pictures.shape == (4, 3, 100, 100) and len(truths) == 4
            for picture, truth in zip(pictures, truths, strict=True):
                scene = next(scene for scene in scenes if torch.equal(draw_scenes([scene])[0], picture))
                if isinstance(batches, SegmentationBatches):
                    assert truth.dtype == torch.int64 and np.array_equal(truth, semantic_map(scene))
                else:
                    expected = detection_target(scene, masks=True)
                    assert all(torch.equal(truth[name], value) for name, value in expected.items())


def test_captions_are_true_different_and_varied():
    rng, seen = random.Random(0), set()
    for scene in make_scenes("train", 300):
        written = captions(scene, rng)
        assert len(set(written)) == 5 and all(is_true(caption, scene) for caption in written)
        seen |= set(written)
    assert len(seen) > 900
    for words in ("left of", "above", "but no", "there are two", "there is one", " and a "):
        assert any(words in caption for caption in seen)


def test_captions_of_a_scene_with_every_kind_name_no_absent_one():
    rng = random.Random(0)
    scene = next(s for s in make_scenes("train", 3000, 128, 6) if len({thing.kind for thing in s.things}) == len(KINDS))
    written = [caption for _ in range(20) for caption in captions(scene, rng)]
    assert all(is_true(caption, scene) for caption in written) and not any("but no" in caption for caption in written)


@pytest.mark.parametrize(
    ("caption", "truth"),
    [
        ("a red ring", True),
        ("A red ring.", True),
        ("a blue ring", False),  # both words are true of something, but not of one thing
        ("a small plain red ring", True),
        ("a large red ring", False),
        ("a thing", True),
        ("a red ring left of a blue circle", True),
        ("a blue circle left of a red ring", False),
        ("a blue circle right of a red ring", True),
        ("a circle above a circle", True),  # blue above green
        ("a green circle above a circle", False),
        ("a red ring and a circle", True),
        ("a red ring and a ring", False),  # two different things are needed
        ("there are two circles", True),
        ("there are three circles", False),
        ("there are two blue circles", False),
        ("there is one ring", True),
        ("there are three things", True),
        ("a ring but no square", True),
        ("a ring but no circle", False),
        ("ring red a", False),
        ("a red", False),
        ("a red ring left of", False),
        ("a red ring a red ring", False),
        ("there are two circle", False),
        ("", False),
    ],
)
def test_truth(caption, truth):
    assert is_true(caption, SCENE) is truth


def test_every_true_relation_is_visible():
    """A relation holds one way only, and is not said of things that are nearly level."""
    for relation, reverse in [("left of", "right of"), ("above", "below")]:
        for scene in make_scenes("val", 50):
            for one in scene.things:
                for other in scene.things:
                    if one is not other:
                        both = Scene((one, other), scene.side, 0)
                        a, b = (f"{t.size} {t.texture} {t.colour} {t.kind}" for t in (one, other))
                        if a != b:
                            assert not (
                                is_true(f"a {a} {relation} a {b}", both) and is_true(f"a {a} {reverse} a {b}", both)
                            )
    level = Scene((RED_RING._replace(x=30), GREEN_CIRCLE._replace(x=34, y=50)), 64, 0)
    assert not is_true("a red ring left of a green circle", level)


def test_questions_have_one_right_answer_among_four_choices():
    rng, sorts = random.Random(0), set()
    for scene in make_scenes("train", 300):
        for question in questions(scene, rng):
            assert len(set(question.choices)) == 4 and question.answer in question.choices
            sorts.add(question.text.split()[0] + question.text.split()[1])
            if question.text.startswith("how many"):
                noun = question.text.removeprefix("how many ").removesuffix(" are there ?")
                number = NUMBERS.index(question.answer)
                if number > 1:
                    assert is_true(f"there are {question.answer} {noun}", scene)
            if question.answer in RELATIONS:
                one, other = question.text.removeprefix("where is the ").removesuffix(" ?").split(" , seen from the ")
                wrong = [relation for relation in RELATIONS if relation != question.answer]
                assert is_true(f"a {one} {question.answer} a {other}", scene)
                assert not any(is_true(f"a {one} {relation} a {other}", scene) for relation in wrong)
    assert sorts == {"whatcolour", "whatis", "howmany", "whereis"}


def test_pycocotools_reads_what_we_write(tmp_path):
    scenes = make_scenes("test", 12)
    write_coco(tmp_path, "test", scenes)
    instances = COCO(tmp_path / "annotations" / "instances_test.json")
    sentences = COCO(tmp_path / "annotations" / "captions_test.json")
    for image_id, scene in enumerate(scenes, start=1):
        picture = np.array(Image.open(tmp_path / "test" / instances.loadImgs(image_id)[0]["file_name"]))
        assert (picture == draw_scene(scene)).all()
        found = instances.loadAnns(instances.getAnnIds(imgIds=[image_id]))
        assert [instances.cats[a["category_id"]]["name"] for a in found] == [t.kind for t in scene.things]
        owner = instance_map(scene)
        for number, annotation in enumerate(found, start=1):
            assert ((owner == number) == instances.annToMask(annotation)).all()
            assert annotation["area"] == (owner == number).sum()
            x, y, w, h = annotation["bbox"]
            assert [x, y, x + w, y + h] == boxes(scene)[number - 1].tolist()
        said = [a["caption"] for a in sentences.loadAnns(sentences.getAnnIds(imgIds=[image_id]))]
        assert len(said) == 5 and all(is_true(caption, scene) for caption in said)
    json.loads((tmp_path / "annotations" / "instances_test.json").read_text())


@pytest.mark.parametrize(("side", "most"), [(32, 4), (200, 4), (64, 0), (64, 7)])
def test_impossible_scenes_are_refused(side, most):
    with pytest.raises(ValueError, match="64 to 128"):
        random_scene(random.Random(0), side, most)
