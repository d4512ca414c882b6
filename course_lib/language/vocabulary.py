"""Text as integers and back."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from nltk.tokenize import wordpunct_tokenize
from torch import Tensor

START, END, UNKNOWN, PADDING = "<start>", "<end>", "<unknown>", "<padding>"


def split_words(text: str) -> list[str]:
    """The words and the punctuation of a text, by nltk's `wordpunct_tokenize`: "l'été!" gives l, ', été and !"""
    return wordpunct_tokenize(text)


class Vocabulary:
    """A numbered list of symbols: `encode` turns text into their numbers, `decode` turns numbers into text.

    Symbols are characters or words. If UNKNOWN is among them, it stands for every symbol that is not.

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

    @classmethod
    def from_words(cls, words: Iterable[str], at_least: int = 1, specials: Sequence[str] = (UNKNOWN,)) -> "Vocabulary":
        """The vocabulary of all words that occur `at_least` so many times, the most frequent first, after the specials.

        Args:
            words: the words of a text, as they come.
            at_least: how often a word must occur; rarer ones become UNKNOWN.
            specials: symbols that are put first: START, END, UNKNOWN, PADDING, as needed.
        """
        counts = Counter(words)
        frequent = sorted((w for w, n in counts.items() if n >= at_least), key=lambda w: (-counts[w], w))
        return cls([*specials, *frequent])

    @classmethod
    def load(cls, path: str | Path) -> "Vocabulary":
        """The vocabulary that `save` wrote into a file."""
        return cls(json.loads(Path(path).read_text(encoding="utf-8")))

    def save(self, path: str | Path) -> None:
        """Write the symbols into a file (JSON): a trained model is worth nothing without their order."""
        Path(path).write_text(json.dumps(self.symbols, ensure_ascii=False, indent=0), encoding="utf-8")

    def __len__(self) -> int:
        return len(self.symbols)

    def encode(self, symbols: Iterable[str]) -> Tensor:
        """The numbers of symbols, (N,) int64: of the characters of a string, or of the words of a list.

        Raises:
            ValueError: a symbol is not in the vocabulary, and UNKNOWN is not either.
        """
        symbols = list(symbols)
        unknown = sorted(set(symbols) - self.numbers.keys())
        if unknown and UNKNOWN not in self.numbers:
            shown = "".join(self.symbols) if max(map(len, self.symbols)) == 1 else self.symbols[:20]
            raise ValueError(f"Vocabulary.encode: {unknown} not among its {len(self)} symbols: {shown!r}")
        instead = self.numbers.get(UNKNOWN)
        return torch.tensor([self.numbers.get(symbol, instead) for symbol in symbols], dtype=torch.long)

    def lookup(self, numbers: Iterable[int] | Tensor) -> list[str]:
        """The symbols that have these numbers."""
        return [self.symbols[int(number)] for number in numbers]

    def decode(self, numbers: Iterable[int] | Tensor, separator: str = "") -> str:
        """The text whose symbols have these numbers, up to the first END; separator " " suits words."""
        symbols = self.lookup(numbers)
        if END in symbols:
            symbols = symbols[: symbols.index(END)]
        return separator.join(symbols)
