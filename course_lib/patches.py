"""Reading patches from pictures and writing them onto canvases, through grids of Gaussian filters.

A grid has a centre, a stride from filter to filter, and filters of some width. All of these are numbers with gradients,
so a network can learn where to look and how closely: a small stride shows a detail, a large one everything, coarsely.

Places are measured in pixels from the picture's left and upper edge, as everywhere in this library: the centre of the
first pixel is at 1/2. The paper counts pixels from 1 and has it at 1, so all its places are larger by 1/2.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from .arguments import check_shapes
from .exercises import exercise


class Attention(NamedTuple):
    """Where a grid of N x N Gaussian filters lies on a picture, how far apart they are, and how wide.

    Each is (B,), or (T, B) for all steps of a drawing.
    """

    centre_x: Tensor  # g_X, of the grid, in pixels from the left edge
    centre_y: Tensor  # g_Y, from the upper edge
    stride: Tensor  # delta, pixels from one filter to the next
    variance: Tensor  # sigma^2 of each filter, in square pixels
    intensity: Tensor  # gamma, by which what is read is multiplied


def attention_parameters(raw: Tensor, size: int, height: int, width: int) -> Attention:
    """Where to attend, from five numbers that may have any value.

        (g~_X, g~_Y, log sigma^2, log delta~, log gamma) = raw

        g_X = (width + 1) / 2 (g~_X + 1) - 1/2            delta = (max(height, width) - 1) / (N - 1) delta~
        g_Y = (height + 1) / 2 (g~_Y + 1) - 1/2

    Five zeros give a grid that covers the whole picture, from the first pixel to the last if it is square.

    Args:
        raw: (B, 5), a linear function of the decoder's state.
        size: N, filters in each direction, at least 2.
        height, width: of the picture, in pixels; the paper's B and A.

    Raises:
        ValueError: raw or size do not fit.

    Source: Gregor et al. 2015, "DRAW: A Recurrent Neural Network For Image Generation", section 3.2, equations 21 to
    24. The paper counts pixels from 1, hence its g_X are larger by 1/2.
    """
    check_shapes("attention_parameters", raw=(raw, "B 5"))
    if size < 2:
        raise ValueError(f"attention_parameters: size should be at least 2 filters, got {size}")
    x, y, log_variance, log_stride, log_intensity = raw.unbind(dim=1)
    return Attention(
        centre_x=(width + 1) / 2 * (x + 1) - 0.5,
        centre_y=(height + 1) / 2 * (y + 1) - 0.5,
        stride=(max(height, width) - 1) / (size - 1) * log_stride.exp(),
        variance=log_variance.exp(),
        intensity=log_intensity.exp(),
    )


def _check_filter_bank(centre_x, centre_y, stride, variance, size, height, width):
    shapes = {"centre_y": (centre_y, "B"), "stride": (stride, "B"), "variance": (variance, "B")}
    check_shapes("filter_bank", centre_x=(centre_x, "B"), **shapes)
    if size < 1:
        raise ValueError(f"filter_bank: size should be at least 1, got {size}")


@exercise("a7", accepts=_check_filter_bank)
def filter_bank(
    centre_x: Tensor, centre_y: Tensor, stride: Tensor, variance: Tensor, size: int, height: int, width: int
) -> tuple[Tensor, Tensor]:
    """A grid of N x N Gaussian filters, as N filters over the columns of a picture and N over its rows.

        mu_i = g + (i - N/2 - 0.5) delta        i = 1 ... N

        F[i, a] = exp(-(a - mu_i)^2 / (2 sigma^2)) / Z_i        Z_i so that row i sums to 1

    Each row is a softmax. Written so, a filter that lies far outside the picture does not divide zero by zero: it
    attends to the nearest pixel of the edge, which is what the equation says if one computes exactly.

    Args:
        centre_x, centre_y: g_X and g_Y, the centre of the grid, in pixels from the left and the upper edge, (B,).
        stride: delta, pixels from one filter to the next, (B,).
        variance: sigma^2, in square pixels, above 0, (B,).
        size: N.
        height, width: of the picture; a runs over the centres of its pixels, 1/2, 3/2 ...

    Returns:
        F_x (B, N, width) and F_y (B, N, height); all rows are at least 0 and sum to 1.

    Source: Gregor et al. 2015, section 3.2, equations 19, 20, 25 and 26.
    """
    from_the_middle = torch.arange(size, device=stride.device) - (size - 1) / 2  # i - N/2 - 0.5, but i from 0

    def filters(centre: Tensor, pixels: int) -> Tensor:
        means = centre[:, None] + from_the_middle * stride[:, None]  # (B, N)
        distances = torch.arange(pixels, device=stride.device) + 0.5 - means[:, :, None]  # (B, N, pixels)
        return torch.softmax(-(distances**2) / (2 * variance[:, None, None]), dim=2)

    return filters(centre_x, width), filters(centre_y, height)


def read_patch(pictures: Tensor, F_x: Tensor, F_y: Tensor, intensity: Tensor) -> Tensor:
    """What the filters see of pictures: patches of N x N numbers.

        patch = gamma F_Y x F_X^T

    Args:
        pictures: x, (B, C, H, W).
        F_x, F_y: from `filter_bank`, (B, N, W) and (B, N, H).
        intensity: gamma, (B,).

    Returns:
        (B, C, N, N); row j, column i is what the filter in row j, column i of the grid sees.

    Source: Gregor et al. 2015, section 3.3, equation 27.
    """
    shapes = {"F_x": (F_x, "B N W"), "F_y": (F_y, "B N H"), "intensity": (intensity, "B")}
    check_shapes("read_patch", pictures=(pictures, "B C H W"), **shapes)
    return intensity[:, None, None, None] * (F_y[:, None] @ pictures @ F_x[:, None].mT)


def write_patch(patches: Tensor, F_x: Tensor, F_y: Tensor, intensity: Tensor) -> Tensor:
    """Patches of N x N numbers painted onto empty canvases, each number with the brush of its filter.

        written = 1 / gamma F_Y^T w F_X

    Args:
        patches: w, (B, C, N, N).
        F_x, F_y: from `filter_bank`, (B, N, W) and (B, N, H).
        intensity: gamma, (B,); written is divided by what reading multiplies with.

    Returns:
        (B, C, H, W).

    Source: Gregor et al. 2015, section 3.3, equation 29.
    """
    shapes = {"F_x": (F_x, "B N W"), "F_y": (F_y, "B N H"), "intensity": (intensity, "B")}
    check_shapes("write_patch", patches=(patches, "B C N N"), **shapes)
    return F_y[:, None].mT @ patches @ F_x[:, None] / intensity[:, None, None, None]


def attention_boxes(attention: Attention, size: int) -> Tensor:
    """The part of the picture under a grid: boxes (..., 4) for an attention of (...), to be drawn over it.

    Left, upper, right and lower edge in pixels. Each of the N x N filters has a square of delta x delta to itself,
    however wide it is.
    """
    half = size / 2 * attention.stride
    x, y = attention.centre_x, attention.centre_y
    return torch.stack([x - half, y - half, x + half, y + half], dim=-1)
