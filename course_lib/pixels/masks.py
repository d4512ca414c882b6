"""Filters that see only what has been painted already: the rows above, and what is to the left in the same row."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ..arguments import check_shapes
from ..exercises import exercise


def _check_causal_mask(kernel_size, kind):
    rows, columns = kernel_size
    if kind not in ("A", "B"):
        raise ValueError(f'causal_mask: kind should be "A" or "B", got {kind!r}')
    if rows % 2 == 0 or columns % 2 == 0:
        raise ValueError(f"causal_mask: rows and columns should be odd, so that there is a middle, got {kernel_size}")


@exercise("a7", accepts=_check_causal_mask)
def causal_mask(kernel_size: tuple[int, int], kind: str) -> Tensor:
    """Which weights of a filter may be used when pixels are painted row by row, each row from left to right.

    A filter of 3 x 3 lies around the pixel in its middle; 1 is what it may see, 0 what it must not:

        A   1 1 1        B   1 1 1
            1 0 0            1 1 0
            0 0 0            0 0 0

    Kind A leaves out the middle: the pixel itself, which is to be guessed. It is for the first layer, which looks at
    pixels. What it computes for a place knows earlier pixels only, so later layers may use that place too: kind B.

    Colours would be painted red, green, blue in each pixel, and the features of each layer divided into three groups
    alike. Then only the middle of the mask depends on the groups: of kind A, green may see red, and blue red and
    green; of kind B each group may see itself as well. With one channel of grey there is one group.

    Args:
        kernel_size: rows and columns of the filter, both odd.
        kind: "A" or "B".

    Returns:
        Zeros and ones, (rows, columns).

    Raises:
        ValueError: there is no such kind, or the filter has no middle.

    Source: van den Oord, Kalchbrenner and Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", section 3.4.
    """
    rows, columns = kernel_size
    mask = torch.zeros(rows, columns)
    mask[: rows // 2] = 1
    mask[rows // 2, : columns // 2] = 1
    if kind == "B":
        mask[rows // 2, columns // 2] = 1
    return mask


def _check_masked_conv2d(x, filters, bias, kind):
    check_shapes("masked_conv2d", x=(x, "B C H W"), filters=(filters, "F C kH kW"), bias=(bias, "F"))
    _check_causal_mask(tuple(filters.shape[2:]), kind)


@exercise("a7", accepts=_check_masked_conv2d)
def masked_conv2d(x: Tensor, filters: Tensor, bias: Tensor, kind: str) -> Tensor:
    """A convolution that sees no later place, and keeps height and width.

        y[b, f, i, j] = bias[f] + sum_{c, u, v} mask[u, v] filters[f, c, u, v] x[b, c, i + u - kH // 2, j + v - kW // 2]

    Outside the map x is 0. The filters are multiplied by their mask whenever they are used, so that their gradients
    are masked too; the paper sets the masked weights to zero again after each update, which comes to the same.

    Args:
        x: maps, (B, C, H, W).
        filters: (F, C, kH, kW) with kH and kW odd.
        bias: (F,).
        kind: of the mask, "A" or "B", as in `causal_mask`.

    Returns:
        (B, F, H, W).

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 3.4.
    """
    kH, kW = filters.shape[2:]
    mask = causal_mask((kH, kW), kind).to(filters)
    return F.conv2d(x, filters * mask, bias, padding=(kH // 2, kW // 2))


class MaskedConv2d(nn.Module):
    """Holds filters (F, C, kH, kW) and biases (F,), and calls `masked_conv2d`.

    Weights start uniform as in `nn.Conv2d`, but in a range that counts only the weights which the mask leaves.

    Args:
        in_channels: C.
        out_channels: F.
        kernel_size: kH and kW, both odd.
        kind: of the mask, "A" or "B".
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: tuple[int, int], kind: str):
        super().__init__()
        bound = (in_channels * causal_mask(kernel_size, kind).sum().item()) ** -0.5
        self.kind = kind
        self.filters = nn.Parameter(torch.empty(out_channels, in_channels, *kernel_size).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(out_channels).uniform_(-bound, bound))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, C, H, W) give maps (B, F, H, W)."""
        return masked_conv2d(x, self.filters, self.bias, self.kind)

    def extra_repr(self) -> str:
        """What `print(layer)` shows in its parentheses."""
        out_channels, in_channels, kH, kW = self.filters.shape
        return f"{in_channels}, {out_channels}, ({kH}, {kW}), kind={self.kind!r}"
