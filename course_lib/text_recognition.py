"""Reading words from pictures: a convolutional encoder, and the decoder with attention that also translates."""

from pathlib import Path

import torch
from torch import Tensor, nn

from .attention import AdditiveAttention
from .data import ARABIC, LATIN, SPECIALS
from .language import Encoded, SequenceToSequence, Vocabulary
from .recurrent import Bidirectional, GRUCell, LSTMCell

WEIGHTS = Path(__file__).parent / "word-reader.pt"  # made by benchmarks/text_recognition.py


class ColumnEncoder(nn.Module):
    """Turns a picture of a word into a sequence of columns, from left to right, each of which knows its neighbours.

    Three convolutions halve the height three times and the width twice; what remains of each column becomes one
    vector, and two recurrent cells read these vectors in both directions.

    Args:
        height: of the pictures, a multiple of 8.
        channels: of the first convolution; the others have twice as many.
        hidden_size: units in each direction; the keys have twice as many.
    """

    def __init__(self, height: int = 24, channels: int = 16, hidden_size: int = 48):
        super().__init__()
        C = channels
        self.convolutions = nn.Sequential(
            *(nn.Conv2d(1, C, 3, padding=1), nn.BatchNorm2d(C), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(C, 2 * C, 3, padding=1), nn.BatchNorm2d(2 * C), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(2 * C, 2 * C, 3, padding=1), nn.BatchNorm2d(2 * C), nn.ReLU(), nn.MaxPool2d((2, 1))),
        )
        size = 2 * C * height // 8
        self.layer = Bidirectional(
            GRUCell(size, hidden_size, convention="torch"), GRUCell(size, hidden_size, convention="torch")
        )
        self.hidden_size = 2 * hidden_size

    def forward(self, pictures: Tensor) -> Encoded:
        """Pictures (B, 1, height, width) give width / 4 keys each, all of them real, and their mean as summary."""
        maps = self.convolutions(pictures)  # (B, 2C, height / 8, width / 4)
        columns = maps.flatten(1, 2).transpose(1, 2)  # (B, S, D)
        keys, _ = self.layer(columns)
        return Encoded(keys, torch.ones_like(keys[:, :, 0], dtype=torch.bool), keys.mean(dim=1))


def word_reader(vocabulary_size: int, height: int = 24, hidden_size: int = 96) -> SequenceToSequence:
    """A model that reads words letter by letter, in any script whose letters are in its vocabulary.

    Args:
        vocabulary_size: V, letters of all scripts and the special symbols.
        height: of the pictures.
        hidden_size: units of the decoder; the encoder has half as many in each direction.

    Source: after Shi et al. 2016, "Robust Scene Text Recognition with Automatic Rectification", and Lee and Osindero
    2016, "Recursive Recurrent Nets with Attention Modeling for OCR in the Wild".
    """
    H = hidden_size
    encoder = ColumnEncoder(height, hidden_size=H // 2)
    decoder = LSTMCell(32 + H, H)
    return SequenceToSequence(encoder, decoder, vocabulary_size, 32, AdditiveAttention(H, H, H))


def reader_vocabulary() -> Vocabulary:
    """The letters of both scripts and the special symbols."""
    return Vocabulary([*SPECIALS, *LATIN, *ARABIC])


def trained_word_reader() -> tuple[SequenceToSequence, Vocabulary]:
    """A word reader that has learned from pictures of `draw_words`, ready to read, and its vocabulary.

    Its weights were trained by benchmarks/text_recognition.py and come with the library.
    """
    vocabulary = reader_vocabulary()
    model = word_reader(len(vocabulary))
    model.load_state_dict(torch.load(WEIGHTS))
    return model.eval(), vocabulary
