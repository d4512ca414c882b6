"""Pictures of words, English from left to right and Arabic from right to left, for learning to read."""

import functools
import random
import string
from pathlib import Path

import arabic_reshaper
import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

LATIN = string.ascii_lowercase
ARABIC = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # matplotlib brings them along
_LATIN_FONTS = ["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf", "DejaVuSans-Oblique.ttf"]
_ARABIC_FONTS = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"]  # of the others, none joins Arabic letters


def random_words(count: int, seed: int = 0, shortest: int = 3, longest: int = 6) -> list[str]:
    """Words that mean nothing, half in Latin and half in Arabic letters: to read them, one must look at the letters.

    Args:
        count: how many, all different.
        seed: of the random choices.
        shortest, longest: the number of letters.
    """
    rng, words = random.Random(seed), {}
    while len(words) < count:
        alphabet = LATIN if len(words) % 2 else ARABIC
        words["".join(rng.choices(alphabet, k=rng.randint(shortest, longest)))] = None
    return list(words)


def draw_words(words: list[str], height: int = 24, width: int = 96, seed: int = 0) -> Tensor:
    """Pictures of words, dark on light, each in a font, size and place of its own, with some noise.

    Arabic letters are joined as Arabic is written, and stand from right to left.

    Args:
        words: in the order in which they are read and typed, Latin or Arabic.
        height, width: of the pictures, in pixels.
        seed: of font, size, place and noise.

    Returns:
        (B, 1, height, width), 0 is paper and 1 is ink.

    Raises:
        ValueError: a word does not fit into the picture.
    """
    rng = random.Random(seed)
    noise = torch.randn(len(words), 1, height, width, generator=torch.Generator().manual_seed(seed))
    pictures = torch.stack([_draw_word(word, height, width, rng) for word in words])
    return (pictures[:, None] + 0.05 * noise).clamp(0, 1)


def is_arabic(word: str) -> bool:
    """Whether a word is written in Arabic letters."""
    return any("\u0600" <= letter <= "\u06ff" for letter in word)


def as_displayed(word: str) -> str:
    """The shapes to put down from left to right: Arabic letters joined, and reversed."""
    return arabic_reshaper.reshape(word)[::-1] if is_arabic(word) else word


def _draw_word(word: str, height: int, width: int, rng: random.Random) -> Tensor:
    shapes = as_displayed(word)
    font_name = rng.choice(_ARABIC_FONTS if is_arabic(word) else _LATIN_FONTS)
    for size in range(rng.randint(height * 5 // 8, height * 3 // 4), 7, -1):  # smaller, until it fits
        font = _font(font_name, size)
        left, top, right, bottom = font.getbbox(shapes)
        if right - left <= width - 4 and bottom - top <= height - 2:
            break
    else:
        raise ValueError(f"draw_words: {word!r} does not fit into {width} x {height} pixels; draw wider pictures")
    picture = Image.new("L", (width, height))
    x = rng.randint(2, width - 2 - (right - left)) - left
    y = rng.randint(1, height - 1 - (bottom - top)) - top
    ImageDraw.Draw(picture).text((x, y), shapes, fill=255, font=font)
    return torch.from_numpy(np.asarray(picture, dtype=np.float32) / 255)


@functools.lru_cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout puts shapes down as they are given: the order and the joining are ours, on every machine.
    return ImageFont.truetype(str(_FONTS / name), size, layout_engine=ImageFont.Layout.BASIC)
