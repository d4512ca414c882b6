"""What is in this picture? A classifier for the world of shapes; without its last layer, what captioners see with."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from .data.shapes import COLOURS, KINDS, SIZES, TEXTURES, Scene
from .encoders import SmallEncoder, WholePicture

WEIGHTS = Path(__file__).parent / "shapes-classifier.pt"  # made by benchmarks/shapes_classifier.py

SIDE = 8  # of the encoder's maps of pictures of 64 x 64
LABELS = (
    *KINDS,
    *COLOURS,
    *TEXTURES,
    *SIZES,
    *(f"{colour} {kind}" for colour in COLOURS for kind in KINDS),
    *(f"{size} {kind}" for size in SIZES for kind in KINDS),
)


COUNTED = (*KINDS, *COLOURS)
MOST = 4  # things that are counted at the most


def scene_counts(scenes: Sequence[Scene]) -> Tensor:
    """How many things there are of each kind and of each colour: (N, 12) integers, in the order of `COUNTED`."""
    counted = [Counter(word for thing in scene.things for word in (thing.kind, thing.colour)) for scene in scenes]
    return torch.tensor([[counts[what] for what in COUNTED] for counts in counted]).clamp(max=MOST)


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
    """Says what there is, and counts.

        logit_k = max_l (a_l . w_k + b_k)        a_l: the encoder's features at place l

    Every label is scored at every place, and the best place counts; nobody tells it where things are. Numbers are read
    from one vector of the whole picture, because a best place cannot count. Cut before its two last layers, what
    remains is `classifier.encoder`, pictures to maps, and `classifier.glance`, maps to this vector.

    Args:
        channels: of `SmallEncoder`.
    """

    def __init__(self, channels: tuple[int, ...] = (32, 64, 96)):
        super().__init__()
        self.encoder = SmallEncoder(channels)
        self.scores = nn.Conv2d(self.encoder.feature_size, len(LABELS), 1)
        nn.init.constant_(self.scores.bias, -2.0)  # most labels are false of most pictures
        self.glance = WholePicture(self.encoder.feature_size, SIDE, 192)
        self.numbers = nn.Linear(self.glance.feature_size, len(COUNTED) * (MOST + 1))

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures (B, 3, H, W) from 0 to 1 give logits (B, 65), in the order of `LABELS`."""
        return self.judge(self.encoder(pictures))[0]

    def judge(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Maps give the logits of `LABELS`, (B, 65), and those of the numbers 0 to 4 of `COUNTED`, (B, 12, 5)."""
        counts = self.numbers(self.glance(maps).flatten(1))
        return self.scores(maps).amax(dim=(2, 3)), counts.reshape(len(maps), len(COUNTED), MOST + 1)


def classifier_loss(model: ShapesClassifier, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Binary cross-entropy of the labels, plus a tenth of the cross-entropy of the numbers, means over all of them.

    Args:
        model: the classifier.
        batch: pictures, `scene_labels` and `scene_counts`.
    """
    pictures, labels, counts = batch
    logits, numbers = model.judge(model.encoder(pictures))
    wrong_number = nn.functional.cross_entropy(numbers.flatten(0, 1), counts.flatten())
    return nn.functional.binary_cross_entropy_with_logits(logits, labels) + 0.1 * wrong_number


def trained_shapes_classifier() -> ShapesClassifier:
    """A classifier that has learned from scenes of 64 x 64 pixels, ready to be used or cut.

    Its weights were trained by benchmarks/shapes_classifier.py and come with the library.
    """
    model = ShapesClassifier()
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval()
