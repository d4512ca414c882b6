"""Detectors of the world of shapes that have learned already, ready to look."""

from pathlib import Path

import torch
from torch import nn

from .fast_rcnn import shapes_fast_rcnn
from .faster_rcnn import shapes_faster_rcnn
from .mask_rcnn import shapes_mask_rcnn
from .rcnn import shapes_rcnn
from .retinanet import shapes_retinanet
from .ssd import shapes_ssd
from .yolo import shapes_yolo

BUILDERS = {
    "rcnn": shapes_rcnn,
    "fast_rcnn": shapes_fast_rcnn,
    "faster_rcnn": shapes_faster_rcnn,
    "yolo": shapes_yolo,
    "ssd": shapes_ssd,
    "retinanet": shapes_retinanet,
    "mask_rcnn": shapes_mask_rcnn,
}


def weights_of(name: str) -> Path:
    """Where the weights of a trained detector lie."""
    return Path(__file__).parents[1] / f"detector-{name.replace('_', '-')}.pt"


def trained_detector(name: str) -> nn.Module:
    """A detector that has learned from scenes of 128 x 128 pixels with up to six things.

    Its weights were trained by benchmarks/detectors.py and come with the library.

    Args:
        name: "rcnn", "fast_rcnn", "faster_rcnn", "yolo", "ssd", "retinanet" or "mask_rcnn".

    Raises:
        ValueError: another name.
    """
    if name not in BUILDERS:
        raise ValueError(f"trained_detector: name should be one of {', '.join(BUILDERS)}, got {name!r}")
    model = BUILDERS[name]()
    model.load_state_dict(torch.load(weights_of(name)))
    return model.eval()
