"""Answers to bilinear_filter that students might give."""

import torch


def wrong_rounded_down(size):
    """Rounds half the size down: right for even sizes only."""
    factor, middle = max(1, size // 2), (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent[:, None] * tent


def wrong_half_the_size(size):
    """Divides by half the size without rounding: wrong for odd sizes."""
    tent = 1 - (torch.arange(size) - (size - 1) / 2).abs() / (size / 2)
    return tent[:, None] * tent


def wrong_middle_rounded(size):
    """Takes the middle to be a pixel: not symmetric if the size is even."""
    factor, middle = (size + 1) // 2, size // 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent[:, None] * tent


def wrong_middle_rounded_down(size):
    """Takes the middle to be the pixel before it if the size is even."""
    factor, middle = (size + 1) // 2, (size - 1) // 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent[:, None] * tent


def wrong_middle_half_a_pixel_off(size):
    """Counts pixels from their edges: m = k / 2."""
    factor, middle = (size + 1) // 2, size / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent[:, None] * tent


def wrong_even_and_odd_exchanged(size):
    """Takes the middle of odd sizes to lie between pixels, and that of even ones on a pixel."""
    factor = (size + 1) // 2
    middle = factor - 1 if size % 2 == 0 else factor - 0.5
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent[:, None] * tent


def wrong_sums_to_one(size):
    """Divides by the sum: what is enlarged with it grows dark."""
    factor, middle = (size + 1) // 2, (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    tent = tent / tent.sum()
    return tent[:, None] * tent


def wrong_largest_is_one(size):
    """Divides by the largest: too bright if the size is even."""
    factor, middle = (size + 1) // 2, (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    tent = tent / tent.max()
    return tent[:, None] * tent


def wrong_box(size):
    """Repeats pixels instead of interpolating."""
    return torch.ones(size, size)


def wrong_small_box(size):
    """A box of f x f pixels in the middle: the nearest neighbour."""
    factor, middle = (size + 1) // 2, (size - 1) / 2
    box = ((torch.arange(size) - middle).abs() < factor / 2).float()
    return box[:, None] * box


def wrong_one_direction(size):
    """A roof instead of a tent: it falls to the left and to the right only."""
    factor, middle = (size + 1) // 2, (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return tent.expand(size, size).clone()


def wrong_sum(size):
    """Averages the two tents instead of multiplying them."""
    factor, middle = (size + 1) // 2, (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor
    return (tent[:, None] + tent) / 2


def right_loops(size):
    """Number by number."""
    f, m = -(-size // 2), (size - 1) / 2
    w = torch.empty(size, size)
    for u in range(size):
        for v in range(size):
            w[u, v] = (1 - abs(u - m) / f) * (1 - abs(v - m) / f)
    return w


def right_as_in_caffe(size):
    """With an open grid in numpy; whether the size is even decides where the middle is."""
    import numpy as np

    factor = (size + 1) // 2
    center = factor - 1 if size % 2 == 1 else factor - 0.5
    rows, columns = np.ogrid[:size, :size]
    values = (1 - abs(rows - center) / factor) * (1 - abs(columns - center) / factor)
    return torch.from_numpy(values.astype("float32"))


def right_two_ramps(size):
    """A ramp up and a ramp down; the smaller of them is the tent."""
    factor = (size + 1) // 2
    up = (torch.arange(size, dtype=torch.float64) + (0.5 if size % 2 == 0 else 1.0)) / factor
    return torch.outer(torch.minimum(up, up.flip(0)), torch.minimum(up, up.flip(0))).float()


def right_boxes_that_meet(size):
    """A box convolved with a box, and once more with a box of two pixels if the size is even."""
    factor = (size + 1) // 2
    box = torch.ones(1, 1, factor)
    tent = torch.nn.functional.conv1d(box, box, padding=factor - 1) / factor  # 2 f - 1 numbers
    if size % 2 == 0:
        tent = torch.nn.functional.conv1d(tent, torch.full((1, 1, 2), 0.5), padding=1)
    return tent[0].T @ tent[0]
