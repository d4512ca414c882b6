"""Real text to learn from."""

import re
from collections.abc import Iterator

import torch
from torch import Tensor

from .registry import find, locate

DEFAULT_TEXT = "python-docs"


def load_text(name: str = DEFAULT_TEXT) -> str:
    """A text by name.

    "python-docs" is Python's own reference documentation, which comes with every Python: about half a million
    characters of technical English, slightly different from one Python version to the next. The other names
    are data sets of the registry ("nietzsche", "tinyshakespeare").

    Raises:
        ValueError: unknown name, with the known ones; or a data set that is not a text.
        FileNotFoundError, CorruptData: see `course_lib.data.registry.locate`.
    """
    if name == DEFAULT_TEXT:
        from pydoc_data.topics import topics  # half a megabyte, so only when asked for

        text = "\n\n".join(topics[topic] for topic in sorted(topics))
        return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    if not find(name).file.endswith(".txt"):
        raise ValueError(f"load_text: {name!r} is not a text; it is read by {find(name).reader}")
    return locate(name).read_text(encoding="utf-8")


def split_text(text: str, held_out: float = 0.1) -> tuple[str, str]:
    """Split a text into its beginning, for training, and its end, for measuring.

    Raises:
        ValueError: `held_out` is not between 0 and 1, or one of the parts would be empty.
    """
    cut = round(len(text) * (1 - held_out))
    if not 0 < cut < len(text):
        raise ValueError(
            f"split_text: both parts should hold some text, but holding out {held_out} of {len(text)} characters "
            f"leaves {cut} for training"
        )
    return text[:cut], text[cut:]


class TextWindows:
    """Batches of windows at random places of a text, for training a language model.

    Iterating gives (symbols, next symbols), both (B, T), until as many symbols were given as the text has; the
    next iteration draws new places from torch's global random numbers.

    Args:
        symbols: the encoded text, (N,) integers.
        batch_size: B.
        length: T, the length of a window.

    Raises:
        ValueError: the text is shorter than one window.
    """

    def __init__(self, symbols: Tensor, batch_size: int, length: int):
        if len(symbols) < length + 1:
            raise ValueError(
                f"TextWindows: length should leave room for a next symbol in a text of {len(symbols)}, got {length}"
            )
        self.symbols, self.batch_size, self.length = symbols, batch_size, length

    def __len__(self) -> int:
        return max(1, len(self.symbols) // (self.batch_size * self.length))

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for _ in range(len(self)):
            starts = torch.randint(len(self.symbols) - self.length, (self.batch_size, 1))
            windows = self.symbols[starts + torch.arange(self.length + 1)]  # (B, T + 1)
            yield windows[:, :-1], windows[:, 1:]
