"""Batches from the world of shapes: for captioners, models that answer questions, detectors and segmenters."""

import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ...language.vocabulary import END, START, Vocabulary
from ..translations import SPECIALS
from .captions import NUMBERS, captions
from .drawing import boxes, draw_scenes, instance_map, semantic_map
from .questions import ANSWERS, questions
from .scene import COLOURS, KINDS, SIZES, TEXTURES, Scene


def shapes_vocabulary() -> Vocabulary:
    """All words of captions, questions and answers, after the special symbols; PADDING has the number 0."""
    nouns = [*KINDS, "thing", *(f"{kind}s" for kind in KINDS if kind != "cross"), "crosses", "things"]
    phrases = " ".join([*COLOURS, *TEXTURES, *SIZES, *NUMBERS, *nouns, *ANSWERS])
    grammar = "a and but there is are the what which colour how many where , seen from nearest to ?"
    return Vocabulary([*SPECIALS, *sorted({*phrases.split(), *grammar.split()})])


class CaptionBatches:
    """Batches of pictures with captions, newly written every time one iterates.

    Iterating gives (pictures (B, 3, side, side), captions (B k, T) with START first, END last, and padding of 0), in an
    order drawn from torch's global random numbers. The first k captions belong to the first picture, and so on.

    Args:
        scenes: what the pictures show.
        vocabulary: of the words, such as `shapes_vocabulary()`.
        batch_size: B.
        each: k, how many different captions each picture comes with.
        maps: what an encoder has seen in the scenes, (N, D, h, w), to be given in place of pictures.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        vocabulary: Vocabulary,
        batch_size: int = 64,
        each: int = 1,
        maps: Tensor | None = None,
    ):
        self.scenes, self.vocabulary, self.batch_size = scenes, vocabulary, batch_size
        self.each, self.maps = each, maps

    def __len__(self) -> int:
        return len(self.scenes) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        return _batches(self, self._captions)

    def _captions(self, scene: Scene, rng: random.Random) -> list[Tensor]:
        return [self.vocabulary.encode([START, *text.split(), END]) for text in captions(scene, rng, self.each)]


class QuestionBatches:
    """Batches of pictures with questions and their answers, newly asked every time one iterates.

    Iterating gives (pictures, questions with their answers (B k, T), lengths of the questions (B k,)). A row of the
    second is START, the words of the question up to "?", the words of the answer, END, and padding of 0; the length
    counts START and the question.

    Args:
        scenes, vocabulary, batch_size, maps: as in `CaptionBatches`.
        each: k, how many questions each picture comes with.
    """

    def __init__(
        self,
        scenes: Sequence[Scene],
        vocabulary: Vocabulary,
        batch_size: int = 64,
        each: int = 1,
        maps: Tensor | None = None,
    ):
        self.scenes, self.vocabulary, self.batch_size = scenes, vocabulary, batch_size
        self.each, self.maps = each, maps

    def __len__(self) -> int:
        return len(self.scenes) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        question_mark = self.vocabulary.numbers["?"]
        for pictures, asked in _batches(self, self._questions):
            yield pictures, asked, 1 + (asked == question_mark).int().argmax(dim=1)

    def _questions(self, scene: Scene, rng: random.Random) -> list[Tensor]:
        asked = questions(scene, rng, self.each)
        asked += asked[:1] * (self.each - len(asked))  # where there is little to ask about
        return [self.vocabulary.encode([START, *q.text.split(), *q.answer.split(), END]) for q in asked]


class DetectionBatches:
    """Batches of pictures with what a detector should find in them.

    Iterating gives (pictures (B, 3, side, side), a tuple of B targets, see `detection_target`), in an order drawn from
    torch's global random numbers; scenes that do not fill a batch are left out.

    Args:
        scenes: what the pictures show.
        batch_size: B.
        masks: whether the targets have masks.
    """

    def __init__(self, scenes: Sequence[Scene], batch_size: int = 16, masks: bool = False):
        self.scenes, self.batch_size, self.masks = scenes, batch_size, masks

    def __len__(self) -> int:
        return len(self.scenes) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, tuple[dict[str, Tensor], ...]]]:
        for places in _order(self):
            scenes = [self.scenes[place] for place in places]
            yield draw_scenes(scenes), tuple(detection_target(scene, self.masks) for scene in scenes)


class SegmentationBatches:
    """Batches of pictures with the kind of thing that each pixel shows.

    Iterating gives (pictures (B, 3, side, side), maps (B, side, side) int64: 0 is the ground, else the place in `KINDS`
    plus one), in an order drawn from torch's global random numbers; scenes that do not fill a batch are left out.

    Args:
        scenes: what the pictures show.
        batch_size: B.
    """

    def __init__(self, scenes: Sequence[Scene], batch_size: int = 16):
        self.scenes, self.batch_size = scenes, batch_size

    def __len__(self) -> int:
        return len(self.scenes) // self.batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for places in _order(self):
            scenes = [self.scenes[place] for place in places]
            maps = np.stack([semantic_map(scene) for scene in scenes])
            yield draw_scenes(scenes), torch.from_numpy(maps).long()


def detection_target(scene: Scene, masks: bool = False) -> dict[str, Tensor]:
    """What a detector should find in a scene of N things, in the order of `scene.things`.

    Returns:
        boxes (N, 4) float32, around what is seen of each thing: x1 y1 x2 y2 in pixels, the far edges outside;
        labels (N,) int64, the place in `KINDS` plus one; on demand masks (N, side, side) bool, where it is seen.
    """
    target = {
        "boxes": torch.from_numpy(boxes(scene)),
        "labels": torch.tensor([1 + KINDS.index(thing.kind) for thing in scene.things], dtype=torch.int64),
    }
    if masks:
        numbers = torch.arange(1, len(scene.things) + 1)
        target["masks"] = torch.from_numpy(instance_map(scene)) == numbers[:, None, None]
    return target


def _order(of: CaptionBatches | QuestionBatches | DetectionBatches | SegmentationBatches) -> tuple[Tensor, ...]:
    """The places of each batch's scenes, drawn anew; the last batch is left out if it is not full."""
    return torch.randperm(len(of.scenes)).split(of.batch_size)[: len(of)]


def _batches(
    of: CaptionBatches | QuestionBatches, encode: Callable[[Scene, random.Random], list[Tensor]]
) -> Iterator[tuple[Tensor, Tensor]]:
    rng = random.Random(int(torch.randint(2**31, (1,))))
    for places in _order(of):
        scenes = [of.scenes[place] for place in places]
        texts = [text for scene in scenes for text in encode(scene, rng)]
        seen = draw_scenes(scenes) if of.maps is None else of.maps[places].float()
        yield seen, pad_sequence(texts, batch_first=True)
