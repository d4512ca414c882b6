"""What the tests of several detectors share."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from course_lib.data.shapes import detection_target, draw_scenes, make_scenes
from course_lib.detection import coco_map


@pytest.fixture
def learned_by_heart() -> Callable[[Callable[[], nn.Module]], float]:
    """AP50 of a detector on four scenes that it has seen eighty times: low if loss and postprocess do not fit."""

    def learn(build: Callable[[], nn.Module]) -> float:
        torch.manual_seed(0)
        scenes = make_scenes("train", 4)
        pictures, targets = draw_scenes(scenes), [detection_target(scene) for scene in scenes]
        model = build()
        optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
        for _ in range(80):
            optimizer.zero_grad()
            sum(model.loss(model(pictures), targets).values()).backward()
            optimizer.step()
        return coco_map(model.eval().postprocess(model(pictures)), targets)["AP50"]

    return learn
