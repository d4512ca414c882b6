"""Pairs of sentences: a small French and English of our own, and real ones by name."""

import random
import unicodedata
import zipfile
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ..language.vocabulary import END, PADDING, START, UNKNOWN, Vocabulary
from .registry import locate

# noun: (English, French, feminine)
_NOUNS = [
    ("agreement", "accord", False), ("treaty", "traité", False), ("law", "loi", True), ("zone", "zone", True),
    ("community", "communauté", True), ("market", "marché", False), ("project", "projet", False),
    ("policy", "politique", True), ("council", "conseil", False), ("question", "question", True),
]  # fmt: skip
# adjective: (English, French masculine, French feminine); all of them follow the noun in French
_ADJECTIVES = [
    ("European", "européen", "européenne"), ("economic", "économique", "économique"),
    ("international", "international", "internationale"), ("French", "français", "française"),
    ("social", "social", "sociale"), ("military", "militaire", "militaire"), ("new", "nouveau", "nouvelle"),
    ("great", "grand", "grande"),
]  # fmt: skip
_BEFORE = {"nouveau", "nouvelle", "grand", "grande"}  # these come before the noun, as in English
_VERBS = [("signed", "signé"), ("discussed", "discuté"), ("accepted", "accepté"), ("rejected", "rejeté")]
_MONTHS = [
    ("January", "janvier"), ("February", "février"), ("March", "mars"), ("April", "avril"), ("May", "mai"),
    ("June", "juin"), ("July", "juillet"), ("August", "août"), ("September", "septembre"), ("October", "octobre"),
    ("November", "novembre"), ("December", "décembre"),
]  # fmt: skip


def treaty_sentences(count: int, seed: int = 0) -> list[tuple[str, str]]:
    """English sentences with their French translations, from a grammar of some fifty words.

    "the agreement on the European economic zone was signed in August 1992" becomes "l' accord sur la zone économique
    européenne a été signé en août 1992": adjectives change places with their noun, and words agree in gender with a
    noun that may stand far away. Words are separated by spaces. The pattern is that of the sentence in Bahdanau et
    al. 2015, figure 3, which the lectures show.

    Args:
        count: how many pairs; each is different.
        seed: of the random choices.
    """
    rng, pairs = random.Random(seed), {}
    while len(pairs) < count:
        english, french, feminine = _noun_phrase(rng)
        if rng.random() < 0.5:
            more_english, more_french, _ = _noun_phrase(rng)
            english, french = f"{english} on {more_english}", f"{french} sur {more_french}"
        verb_english, verb_french = rng.choice(_VERBS)
        month_english, month_french = rng.choice(_MONTHS)
        year = rng.randint(1950, 1999)
        agreed = verb_french + ("e" if feminine else "")
        pairs[f"{english} was {verb_english} in {month_english} {year}"] = (
            f"{french} a été {agreed} en {month_french} {year}"
        )
    return list(pairs.items())


def _noun_phrase(rng: random.Random) -> tuple[str, str, bool]:
    """The noun with up to two adjectives, in both languages, and whether it is feminine in French."""
    english_noun, french_noun, feminine = rng.choice(_NOUNS)
    adjectives = rng.sample(_ADJECTIVES, rng.choice([0, 1, 1, 2]))
    english = " ".join(["the", *(a[0] for a in adjectives), english_noun])
    french = [a[2] if feminine else a[1] for a in adjectives]
    words = [a for a in french if a in _BEFORE] + [french_noun] + [a for a in reversed(french) if a not in _BEFORE]
    words = [
        "nouvel" if w == "nouveau" and _vowel(after) else w for w, after in zip(words, [*words[1:], ""], strict=True)
    ]
    article = "l'" if _vowel(words[0]) else "la" if feminine else "le"
    return english, " ".join([article, *words]), feminine


def _vowel(word: str) -> bool:
    """Whether a French word begins with a vowel."""
    return unicodedata.normalize("NFD", word)[:1] in tuple("aeiou")


def load_pairs(name: str) -> list[tuple[str, str]]:
    """Sentences with their translations, by name: "fra-eng", English with French.

    Raises:
        ValueError: unknown name, or not a set of pairs.
        FileNotFoundError, CorruptData: see `course_lib.data.registry.locate`.
    """
    if name != "fra-eng":
        raise ValueError(f"no pairs of sentences are called {name!r}; known is: fra-eng")
    with zipfile.ZipFile(locate(name)) as archive:
        lines = archive.read("fra-eng/fra.txt").decode("utf-8").splitlines()
    return [tuple(line.split("\t")[:2]) for line in lines]


def split_pairs(
    pairs: Sequence[tuple[str, str]], held_out: float = 0.1, seed: int = 0
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Split pairs into those for training and those for measuring, all translations of a sentence on the same side.

    Sentences count as the same if they differ only in case and in what is not a letter or a digit: "Go!" and "Go."

    Args:
        pairs: (sentence, translation).
        held_out: the share of different sentences that are held out.
        seed: of the random choice.
    """
    key = ["".join(c for c in source.lower() if c.isalnum()) for source, _ in pairs]
    sentences = sorted(set(key))
    random.Random(seed).shuffle(sentences)
    chosen = set(sentences[: round(held_out * len(sentences))])
    training = [pair for pair, k in zip(pairs, key, strict=True) if k not in chosen]
    return training, [pair for pair, k in zip(pairs, key, strict=True) if k in chosen]


SPECIALS = (PADDING, START, END, UNKNOWN)  # of both vocabularies: PADDING has the number 0


def encode_pairs(
    pairs: Sequence[tuple[Sequence[str], Sequence[str]]], source: Vocabulary, target: Vocabulary
) -> list[tuple[Tensor, Tensor]]:
    """The numbers of both sides of each pair (lists of words, or strings of characters).

    The source gets END after it; the target START before and END after it.
    """
    return [(source.encode([*a, END]), target.encode([START, *b, END])) for a, b in pairs]


def pad_pairs(examples: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor, Tensor]:
    """A batch from encoded pairs, for `DataLoader(..., collate_fn=pad_pairs)`; padding is 0, at the end.

    Returns:
        sources (B, S), their lengths (B,), and targets (B, T).
    """
    sources, targets = zip(*examples, strict=True)
    lengths = torch.tensor([len(source) for source in sources])
    return pad_sequence(sources, batch_first=True), lengths, pad_sequence(targets, batch_first=True)
