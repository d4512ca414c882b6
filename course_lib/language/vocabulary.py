"""Text as integers and back."""

from collections.abc import Iterable

import torch
from torch import Tensor


class Vocabulary:
    """A numbered list of symbols: `encode` turns text into their numbers, `decode` turns numbers into text.

    Args:
        symbols: the symbols in order; symbol k gets the number k.

    Raises:
        ValueError: no symbols, or one of them twice.
    """

    def __init__(self, symbols: Iterable[str]):
        self.symbols = list(symbols)
        self.numbers = {symbol: number for number, symbol in enumerate(self.symbols)}
        if not self.symbols or len(self.numbers) != len(self.symbols):
            raise ValueError(f"Vocabulary: symbols should be different from each other and at least one, got {symbols}")

    @classmethod
    def from_text(cls, text: str) -> "Vocabulary":
        """The vocabulary of all characters that occur in a text, sorted."""
        return cls(sorted(set(text)))

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, text: str) -> Tensor:
        """The numbers of the characters of `text`, (len(text),) int64.

        Raises:
            ValueError: a character is not in the vocabulary.
        """
        unknown = sorted(set(text) - self.numbers.keys())
        if unknown:
            raise ValueError(
                f"Vocabulary.encode: {unknown} not among its {len(self)} symbols: {''.join(self.symbols)!r}"
            )
        return torch.tensor([self.numbers[character] for character in text], dtype=torch.long)

    def decode(self, numbers: Iterable[int] | Tensor) -> str:
        """The text whose symbols have these numbers."""
        return "".join(self.symbols[int(number)] for number in numbers)
