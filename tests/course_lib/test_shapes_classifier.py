"""The classifier that comes with the library sees what is there."""

import torch

from course_lib.data.shapes import Scene, Thing, draw_scenes, make_scenes
from course_lib.shapes_classifier import COUNTED, LABELS, scene_counts, scene_labels, trained_shapes_classifier


def test_labels_of_a_scene():
    """Catches colours that are given to the neighbour: a red ring and a green cross are no green ring."""
    things = Thing("ring", "red", "plain", "small", 20, 20, 6), Thing("cross", "green", "dotted", "large", 44, 40, 9)
    true = {LABELS[k] for k in scene_labels([Scene(things, 64, 0)])[0].nonzero().flatten()}
    counts = dict(zip(COUNTED, scene_counts([Scene((*things, things[0]), 64, 0)])[0].tolist(), strict=True))
    assert {what: n for what, n in counts.items() if n} == {"ring": 2, "red": 2, "cross": 1, "green": 1}
    assert true == {
        *("ring", "red", "plain", "small", "red ring", "small ring"),
        *("cross", "green", "dotted", "large", "green cross", "large cross"),
    }


def test_the_shipped_classifier_sees():
    """Catches weights that belong to another order of labels, or to another network."""
    scenes = make_scenes("test", 200)
    with torch.no_grad():
        model = trained_shapes_classifier()
        seen = model(draw_scenes(scenes)) > 0
        numbers = model.judge(model.encoder(draw_scenes(scenes)))[1].argmax(dim=2)
    assert (numbers == scene_counts(scenes)).float().mean() > 0.95
    assert (seen == scene_labels(scenes).bool()).all(dim=1).float().mean() > 0.85
