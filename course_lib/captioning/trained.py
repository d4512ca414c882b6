"""Captioners for the world of shapes, on the eyes of the shapes classifier; and trained ones, ready to write."""

from pathlib import Path

import torch
from torch import nn

from ..data.shapes import shapes_vocabulary
from ..encoders import WholePicture, WithCoordinates
from ..recurrent import LSTMCell
from ..shapes_classifier import SIDE, trained_shapes_classifier
from .model import Captioner, Showing
from .spatial import AttentionLSTMCell, GatedAttention, SpatialAttention

FEATURES = 96  # maps that the classifier's encoder gives
EMBEDDING, HIDDEN = 48, 192


def borrowed_glance(feature_size: int) -> WholePicture:
    """The classifier's glance at the whole picture, to go on learning from; it is blind to maps beyond its own."""
    trained, glance = trained_shapes_classifier().glance, WholePicture(feature_size, SIDE, HIDDEN)
    state = trained.state_dict()
    for name, values in state.items():
        if values.dim() == 4:
            state[name] = nn.functional.pad(values, (0, 0, 0, 0, 0, feature_size - values.shape[1]))
    glance.load_state_dict(state)
    return glance


def plain_captioner(showing: Showing = "initial state") -> Captioner:
    """A captioner without attention: one vector holds the whole picture. It takes the classifier's maps.

    Args:
        showing: which way the vector is shown, as in `Captioner`.
    """
    cell = LSTMCell(EMBEDDING + (HIDDEN if showing == "every step" else 0), HIDDEN)
    glance = borrowed_glance(FEATURES)
    return Captioner(nn.Identity(), FEATURES, cell, len(shapes_vocabulary()), EMBEDDING, showing, glance=glance)


def looking_captioner(
    showing: Showing = "initial state", attend: nn.Module | None = None, word_asks: bool = True
) -> Captioner:
    """A captioner that glances at the picture, and looks at it again for each word. It takes the maps, too.

    Args:
        showing: how the picture is shown before the first word, as in `Captioner`.
        attend: maps of 98, and queries of 240 features, or 192 if the word does not ask; gated soft attention if None.
        word_asks: as in `Captioner`.
    """
    eye = WithCoordinates(nn.Identity(), FEATURES)
    D = eye.feature_size
    glance = borrowed_glance(D)
    cell = AttentionLSTMCell(EMBEDDING, D, HIDDEN)
    if attend is None:
        query_size = HIDDEN + (EMBEDDING if word_asks else 0)
        attend = GatedAttention(SpatialAttention(query_size, D, 64), query_size)
    return Captioner(eye, D, cell, len(shapes_vocabulary()), EMBEDDING, showing, attend, glance, word_asks)


def with_eyes(model: Captioner) -> Captioner:
    """The captioner with the classifier's encoder in front, frozen: it takes pictures now. Changed in place."""
    seeing = trained_shapes_classifier().encoder.requires_grad_(False)
    model.encoder = nn.Sequential(seeing, model.encoder)
    return model.eval()


def trained_captioner(name: str) -> Captioner:
    """A captioner for pictures of the world of shapes, ready to write; decode with `shapes_vocabulary()`.

    Args:
        name: "plain", "looking", "late" (whose state alone asks where to look, as in Xu et al. 2015; these three were
            trained by benchmarks/captioning.py), or "answering" (by benchmarks/vqa.py, for `course_lib.vqa`). The
            weights come with the library.

    Raises:
        ValueError: there is no such captioner.
    """
    builders = {
        "plain": plain_captioner,
        "looking": looking_captioner,
        "late": lambda: looking_captioner(word_asks=False),
        "answering": lambda: looking_captioner("first step"),
    }
    if name not in builders:
        raise ValueError(f"trained_captioner: name should be one of {', '.join(builders)}, got {name!r}")
    model = builders[name]()
    model.load_state_dict(torch.load(weights_of(name)))
    return with_eyes(model)


def weights_of(name: str) -> Path:
    """The file in which the weights of a trained captioner are."""
    return Path(__file__).parents[1] / f"captioner-{name}.pt"
