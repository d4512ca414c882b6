"""House numbers without a download: real handwritten digits side by side, somewhere on a strip."""

from functools import cache

import torch
from torch import Tensor
from torch.nn import functional as F

from ..arguments import check_shapes
from .digits import load_digits

END = 10  # the symbol after the last digit
PADDING = -1  # after END, in strings shorter than the longest
SIDE = 16  # pixels of a digit on the strip
_STEPS = (13, 17)  # pixels from one digit to the next; most leave some of their 16 columns empty
_JITTER = 2  # pixels that a digit may stand above or below the middle of its string
_INK = (0.6, 1.0)  # how dark a string is
_PIECES, _PIECE, _FAINT = 3, 6, 0.4  # clutter: pieces of digits, their side in pixels, and how dark they are
_NOISE = 0.05  # standard deviation of each pixel


def draw_digit_strings(
    count: int,
    seed: int,
    digits: str | tuple[Tensor, Tensor],
    shortest: int = 1,
    longest: int = 5,
    height: int = 28,
    width: int = 96,
) -> tuple[Tensor, Tensor]:
    """Strips with a string of real digits each, in a place of its own, between faint pieces of other digits.

    Every length from the shortest to the longest is equally likely. The digits are brought to 16 x 16 pixels; strings
    of one split share none with those of the other. The gaps between them, the place of the string on the strip, the
    height of each digit, the ink, the clutter and the noise are drawn at random.

    Args:
        count: how many, N.
        seed: of the random choices.
        digits: "train" or "test", those of `load_digits`; or others, such as `load_mnist("train")`: pictures
            (M, 1, h, w) from 0 (paper) to 1 (ink), and which digits they are (M,).
        shortest, longest: the number of digits, at least 1.
        height, width: of the strips, in pixels.

    Returns:
        pictures (N, 1, height, width), 0 is paper and 1 is ink, and labels (N, longest + 1) int64: the digits from left
        to right, then END, then PADDING.

    Raises:
        ValueError: there is no such split, the lengths make no sense, or the longest string does not fit the strip.
    """
    if not 1 <= shortest <= longest:
        raise ValueError(f"draw_digit_strings: 1 <= shortest <= longest should hold, got {shortest} and {longest}")
    needed = (SIDE + 2 * _JITTER, SIDE + (longest - 1) * _STEPS[1])
    if height < needed[0] or width < needed[1]:
        raise ValueError(
            f"draw_digit_strings: {longest} digits need strips of {needed[0]} x {needed[1]} pixels or more, got "
            f"{height} x {width}; draw larger strips or shorter strings"
        )
    random = torch.Generator().manual_seed(seed)
    pieces, kinds = _small_digits(digits) if isinstance(digits, str) else _resized(*digits)
    lengths = torch.randint(shortest, longest + 1, (count,), generator=random)
    chosen = torch.randint(len(pieces), (count, longest), generator=random)
    tops, lefts = _places(lengths, longest, height, width, random)
    pictures = _draw_clutter(pieces, count, height, width, random)
    ink = _between(*_INK, count, random)[:, None, None]
    for place in range(longest):
        here = (lengths > place).nonzero()[:, 0]
        _put(pictures, here, (ink * pieces[chosen[:, place]])[here], tops[here, place], lefts[here, place])
    pictures += _NOISE * torch.randn(pictures.shape, generator=random)
    return pictures.clamp(0, 1)[:, None], _labels(kinds[chosen], lengths)


@cache
def _small_digits(split: str) -> tuple[Tensor, Tensor]:
    """The digits that need no download."""
    return _resized(*load_digits(split))


def _resized(pictures: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
    """Digits (M, SIDE, SIDE), and which they are (M,)."""
    check_shapes("draw_digit_strings", pictures=(pictures, "M 1 h w"), kinds=(kinds, "M int"))
    return F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)[:, 0], kinds


def _labels(kinds: Tensor, lengths: Tensor) -> Tensor:
    """Of the digits drawn for every place (N, longest), those that are there; then END, then PADDING."""
    N, longest = kinds.shape
    places, lengths = torch.arange(longest + 1), lengths[:, None]
    labels = F.pad(kinds, (0, 1)).masked_fill(places == lengths, END)
    return labels.masked_fill(places > lengths, PADDING)


def _places(lengths: Tensor, longest: int, height: int, width: int, random: torch.Generator) -> tuple[Tensor, Tensor]:
    """The top and the left pixel of each digit, both (N, longest); what follows a string's end means nothing."""
    N = len(lengths)
    steps = torch.randint(_STEPS[0], _STEPS[1] + 1, (N, longest), generator=random)
    offsets = steps.cumsum(dim=1) - steps[:, :1]  # from the first digit
    free = width - SIDE - offsets.gather(1, lengths[:, None] - 1)
    lefts = offsets + (_between(0, 1, N, random)[:, None] * (free + 1)).long()
    middle = torch.randint(_JITTER, height - SIDE - _JITTER + 1, (N, 1), generator=random)
    return middle + torch.randint(-_JITTER, _JITTER + 1, (N, longest), generator=random), lefts


def _draw_clutter(digits: Tensor, count: int, height: int, width: int, random: torch.Generator) -> Tensor:
    """Strips (N, height, width) on which only pieces of digits lie, an idea of Mnih et al. 2014, section 4.1."""
    pictures = torch.zeros(count, height, width)
    everywhere = torch.arange(count)
    for _ in range(_PIECES):
        chosen = digits[torch.randint(len(digits), (count,), generator=random)]
        corner = (SIDE - _PIECE) // 2
        pieces = _FAINT * chosen[:, corner : corner + _PIECE, corner : corner + _PIECE]
        tops, lefts = (torch.randint(size - _PIECE + 1, (count,), generator=random) for size in (height, width))
        _put(pictures, everywhere, pieces, tops, lefts)
    return pictures


def _put(pictures: Tensor, which: Tensor, patches: Tensor, tops: Tensor, lefts: Tensor) -> None:
    """Lay patches (M, P, P) on M of the pictures (N, H, W), in place; where two overlap, the darker one is seen."""
    steps = torch.arange(patches.shape[1])
    where = which[:, None, None], tops[:, None, None] + steps[:, None], lefts[:, None, None] + steps
    pictures[where] = torch.maximum(pictures[where], patches)


def _between(low: float, high: float, count: int, random: torch.Generator) -> Tensor:
    return low + (high - low) * torch.rand(count, generator=random)
