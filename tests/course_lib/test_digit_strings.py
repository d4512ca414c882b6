"""Strips of digits say what their labels say, from left to right, with digits of their own split only."""

from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from course_lib.data import digit_strings
from course_lib.data.digit_strings import END, PADDING, SIDE, draw_digit_strings
from course_lib.data.digits import load_digits


@pytest.fixture
def clean(monkeypatch):
    """No clutter and no noise, and all ink is black."""
    for name, value in {"_PIECES": 0, "_NOISE": 0.0, "_INK": (1.0, 1.0)}.items():
        monkeypatch.setattr(digit_strings, name, value)


@pytest.fixture
def blocks(clean, monkeypatch):
    """In place of the digits, blocks in the middle of nothing, as dark as their digit is large: easy to read."""
    digits = torch.zeros(10, 8, 8)
    digits[:, 2:6, 2:6] = (torch.arange(10)[:, None, None] + 6) / 16
    enlarged = digits.repeat_interleave(2, dim=1).repeat_interleave(2, dim=2)
    monkeypatch.setattr(digit_strings, "_small_digits", lambda split: (enlarged, torch.arange(10)))


def read_blocks(picture):
    """The digits of a strip of blocks from left to right, and the top and left pixel of each."""
    columns = picture.amax(dim=0)
    starts = [j for j in range(len(columns)) if columns[j] > 0 and (j == 0 or columns[j - 1] == 0)]
    digits = [round(16 * columns[j].item()) - 6 for j in starts]
    tops = [int((picture[:, j] > 0).nonzero()[0]) for j in starts]
    assert all((picture[top : top + 8, j : j + 8] == columns[j]).all() for top, j in zip(tops, starts, strict=True))
    return digits, tops, starts


@pytest.mark.parametrize(("height", "width"), [(28, 96), (20, 84)])
def test_labels_are_what_stands_there_from_left_to_right(blocks, height, width):
    """Catches labels in another order, an END in the wrong place, a digit that sticks out, and strips hardly large
    enough that nothing fits on."""
    pictures, labels = draw_digit_strings(300, 0, "train", height=height, width=width)
    assert pictures.shape == (300, 1, height, width) and pictures.dtype == torch.float32
    assert labels.shape == (300, 6) and labels.dtype == torch.int64
    for picture, label in zip(pictures[:, 0], labels.tolist(), strict=True):
        digits, _, _ = read_blocks(picture)
        assert label == [*digits, END] + [PADDING] * (5 - len(digits))


def test_places_gaps_and_heights_vary(blocks):
    """Catches strings that always stand in the middle, or whose digits stand at one height."""
    pictures, _ = draw_digit_strings(400, 0, "train", shortest=2, longest=3)
    reads = [read_blocks(picture) for picture in pictures[:, 0]]
    firsts, lasts = [lefts[0] - 4 for _, _, lefts in reads], [lefts[-1] - 4 for _, _, lefts in reads]
    assert min(firsts) == 0 and max(lasts) == 96 - SIDE, "both edges are reached"
    assert {b - a for _, _, lefts in reads for a, b in pairwise(lefts)} == set(range(13, 18))
    assert {top - 4 for _, tops, _ in reads for top in tops} == set(range(28 - SIDE + 1))
    assert {abs(a - b) for _, tops, _ in reads for a, b in pairwise(tops)} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(("shortest", "longest"), [(1, 5), (2, 3), (4, 4)])
def test_every_length_is_equally_likely(shortest, longest):
    _, labels = draw_digit_strings(2000, 3, "train", shortest, longest)
    lengths = (labels == END).nonzero()[:, 1]
    counts = lengths.bincount(minlength=longest + 1)
    assert counts[:shortest].sum() == 0 and labels.shape[1] == longest + 1
    assert (counts[shortest:] > 0.8 * 2000 / (longest - shortest + 1)).all()
    assert set(labels.unique().tolist()) == set(range(END + 1)) | ({PADDING} if shortest < longest else set())


@pytest.mark.parametrize(("split", "other"), [("train", "test"), ("test", "train")])
def test_digits_are_real_and_of_their_own_split(clean, split, other):
    """Catches training digits in test strips, and labels of another digit than the one that is shown."""
    pictures, labels = draw_digit_strings(6, 1, split, longest=1)
    windows = F.unfold(pictures, SIDE).transpose(1, 2)  # (6, places, SIDE^2)
    nearest = {}
    for name in (split, other):
        digits, kinds = load_digits(name)
        enlarged = F.interpolate(digits, scale_factor=2, mode="bilinear").flatten(1)
        distances = torch.cdist(windows, enlarged).amin(dim=1)  # (6, digits)
        nearest[name] = distances.min(dim=1), kinds
    (distance, which), kinds = nearest[split]
    assert distance.max() < 1e-3 and torch.equal(kinds[which], labels[:, 0])
    assert nearest[other][0][0].min() > 0.1


def test_other_digits_by_name(clean):
    """Digits of another size, such as MNIST's, are brought to the strip's, and keep their labels."""
    squares = torch.zeros(10, 1, 28, 28)
    squares[..., 7:21, 7:21] = (torch.arange(10)[:, None, None, None] + 1) / 10
    pictures, labels = draw_digit_strings(40, 0, (squares, torch.arange(10)), longest=1)
    darkest = pictures.amax(dim=(1, 2, 3))
    assert torch.equal((10 * darkest).round().long() - 1, labels[:, 0]) and len(labels[:, 0].unique()) > 5
    assert ((pictures > darkest[:, None, None, None] / 2).sum(dim=(1, 2, 3)) == 64).all(), "14 of 28 pixels are 8 of 16"
    with pytest.raises(ValueError, match=r"pictures should have the shape \(M, 1, h, w\)"):
        draw_digit_strings(1, 0, (squares[:, 0], torch.arange(10)))


def test_clutter_noise_and_ink():
    """There is something to be disturbed by, and it is fainter than the digits."""
    pictures, _ = draw_digit_strings(200, 0, "train", longest=1)
    assert pictures.min() >= 0 and pictures.max() <= 1
    darkest = pictures.amax(dim=(1, 2, 3))
    assert darkest.min() > 0.5 and darkest.std() > 0.05
    left_half, right_half = pictures[..., :32].amax(dim=(1, 2, 3)), pictures[..., 64:].amax(dim=(1, 2, 3))
    without_digit = torch.minimum(left_half, right_half)  # a digit of 16 pixels is never in both
    assert 0.2 < without_digit.mean() < 0.5


def test_a_seed_is_a_seed():
    """The same call draws the same strips, another seed others, and torch's own randomness is left alone."""
    before = torch.get_rng_state()
    first, again, other = (draw_digit_strings(20, seed, "test") for seed in (0, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(first[0], again[0]) and torch.equal(first[1], again[1])
    assert not torch.equal(first[1], other[1])
    again[0].zero_()
    assert draw_digit_strings(20, 0, "test")[0].any(), "the digits themselves are not drawn on"


def test_errors_say_what_to_do():
    with pytest.raises(ValueError, match="1 <= shortest <= longest should hold, got 0 and 5"):
        draw_digit_strings(1, 0, "train", shortest=0)
    with pytest.raises(ValueError, match="got 4 and 3"):
        draw_digit_strings(1, 0, "train", shortest=4, longest=3)
    with pytest.raises(ValueError, match="5 digits need strips of 20 x 84 pixels or more, got 28 x 80; draw larger"):
        draw_digit_strings(1, 0, "train", width=80)
    with pytest.raises(ValueError, match="20 x 16 pixels or more, got 19 x 96"):
        draw_digit_strings(1, 0, "train", longest=1, height=19)
    with pytest.raises(ValueError, match="'novel'"):
        draw_digit_strings(1, 0, "novel")
