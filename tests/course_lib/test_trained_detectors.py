"""The detectors that come with the library do what is said of them, on scenes that they have never seen."""

import pytest
import torch

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes
from course_lib.detection import coco_map, selective_search
from course_lib.detection.trained import BUILDERS, trained_detector

SCENES = make_scenes("test", 40, side=128, most=6)


@pytest.mark.parametrize("name", BUILDERS)
def test_it_finds_things(name):
    """Catches weights that do not belong to the code any more, or were spoiled on their way into the file."""
    model, pictures = trained_detector(name), draw_scenes(SCENES)
    where = []
    if name in ("rcnn", "fast_rcnn"):
        where = [[selective_search(picture, scales=(100,), colours=("hsv",)) for picture in pictures]]
    with torch.no_grad():
        results = model.postprocess(model(pictures, *where))
    masks = name == "mask_rcnn"
    targets = [detection_target(scene, masks) for scene in SCENES]
    assert coco_map(results, targets)["AP50"] > 0.9
    if masks:
        assert coco_map(results, targets, of="masks")["AP50"] > 0.9


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"should be one of rcnn, fast_rcnn, .*, got 'yolo9000'"):
        trained_detector("yolo9000")
