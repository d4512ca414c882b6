"""What is in this picture? A classifier for the world of shapes; without its last layer, what captioners see with."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from .data.shapes import COLOURS, KINDS, SIZES, TEXTURES, Scene
from .encoders import SmallEncoder

WEIGHTS = Path(__file__).parent / "shapes-classifier.pt"  # made by benchmarks/shapes_classifier.py

LABELS = (
    *KINDS,
    *COLOURS,
    *TEXTURES,
    *SIZES,
    *(f"{colour} {kind}" for colour in COLOURS for kind in KINDS),
    *(f"{size} {kind}" for size in SIZES for kind in KINDS),
)


def scene_labels(scenes: Sequence[Scene]) -> Tensor:
    """What the scenes contain: (N, 65) float, 1 for each of `LABELS` that is true of at least one thing."""
    numbers = {label: number for number, label in enumerate(LABELS)}
    labels = torch.zeros(len(scenes), len(LABELS))
    for row, scene in zip(labels, scenes, strict=True):
        for thing in scene.things:
            said = (*thing[:4], f"{thing.colour} {thing.kind}", f"{thing.size} {thing.kind}")
            row[[numbers[label] for label in said]] = 1
    return labels


class ShapesClassifier(nn.Module):
    """Scores every label at every place, and takes the best place for each.

        logit_k = max_l (a_l . w_k + b_k)        a_l: the encoder's features at place l

    Nobody tells it where things are. Cut before the scores, `classifier.encoder` remains.

    Args:
        channels: of `SmallEncoder`.
    """

    def __init__(self, channels: tuple[int, ...] = (32, 64, 96)):
        super().__init__()
        self.encoder = SmallEncoder(channels)
        self.scores = nn.Conv2d(self.encoder.feature_size, len(LABELS), 1)
        nn.init.constant_(self.scores.bias, -2.0)  # most labels are false of most pictures

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give logits (B, 65), in the order of `LABELS`."""
        return self.scores(self.encoder(pictures)).amax(dim=(2, 3))


def labels_loss(model: ShapesClassifier, batch: tuple[Tensor, Tensor]) -> Tensor:
    """Binary cross-entropy, mean over all labels, of pictures and `scene_labels`."""
    pictures, labels = batch
    return nn.functional.binary_cross_entropy_with_logits(model(pictures), labels)


def trained_shapes_classifier() -> ShapesClassifier:
    """A classifier that has learned from scenes of 64 x 64 pixels, ready to be used or cut.

    Its weights were trained by benchmarks/shapes_classifier.py and come with the library.
    """
    model = ShapesClassifier()
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
