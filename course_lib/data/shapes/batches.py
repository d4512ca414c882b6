"""Batches from the world of shapes, for captioners and for models that answer questions."""

import random
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ...language.vocabulary import END, START, Vocabulary
from ..translations import SPECIALS
from .captions import NUMBERS, captions
from .drawing import draw_scenes
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


def _batches(
    of: CaptionBatches | QuestionBatches, encode: Callable[[Scene, random.Random], list[Tensor]]
) -> Iterator[tuple[Tensor, Tensor]]:
    rng = random.Random(int(torch.randint(2**31, (1,))))
    for places in torch.randperm(len(of.scenes)).split(of.batch_size)[: len(of)]:
        scenes = [of.scenes[place] for place in places]
        texts = [text for scene in scenes for text in encode(scene, rng)]
        seen = draw_scenes(scenes) if of.maps is None else of.maps[places].float()
        yield seen, pad_sequence(texts, batch_first=True)
