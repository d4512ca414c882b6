"""From small maps back to large ones: transposed convolution, bilinear filters, and pooling that can be undone."""

import torch
from torch import Tensor, nn

from ..arguments import check_shapes
from ..exercises import exercise


def _check_conv_transpose2d(x, filters, bias=None, stride=1, padding=0):
    given = {} if bias is None else {"bias": (bias, "F")}
    check_shapes("conv_transpose2d", x=(x, "B C H W"), filters=(filters, "C F kH kW"), **given)
    if stride < 1 or padding < 0:
        raise ValueError(
            f"conv_transpose2d: stride should be at least 1 and padding at least 0, got {stride} and {padding}"
        )
    out = [(n - 1) * stride + k - 2 * padding for n, k in zip(x.shape[2:], filters.shape[2:], strict=True)]
    if min(out) < 1:
        raise ValueError(f"conv_transpose2d: padding {padding} leaves nothing of the output, {out[0]} x {out[1]}")


@exercise("a6", accepts=_check_conv_transpose2d)
def conv_transpose2d(
    x: Tensor, filters: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0
) -> Tensor:
    """Stamp each filter at every place, as strongly as the map says there, and add up where stamps overlap.

        y[b, f, i stride + u - padding, j stride + v - padding] += filters[c, f, u, v] x[b, c, i, j]

    for all places i, j, all taps u, v of the filter, and all c; y starts as bias[f]. It is what `conv2d` with the same
    filters, stride and padding does to gradients on their way back, hence "transposed"; also called deconvolution.

    Args:
        x: maps, (B, C, H, W).
        filters: (C, F, kH, kW); the channels that come in stand first.
        bias: (F,), or None.
        stride: steps between stamps in the output.
        padding: rows and columns to cut off at each side of the output.

    Returns:
        Maps (B, F, H', W') with H' = (H - 1) stride + kH - 2 padding, and W' likewise.

    Raises:
        TypeError, ValueError: the arguments do not fit, or nothing is left of the output.

    Source: Long, Shelhamer and Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 3.3;
    Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep learning", chapter 4.
    """
    B, C, H, W = x.shape
    _, F, kH, kW = filters.shape
    stamps = filters.flatten(1).T.expand(B, -1, -1) @ x.flatten(2)  # (B, F kH kW, H W)
    out = (H - 1) * stride + kH - 2 * padding, (W - 1) * stride + kW - 2 * padding
    y = nn.functional.fold(stamps, out, (kH, kW), padding=padding, stride=stride)  # adds where stamps overlap
    return y if bias is None else y + bias[:, None, None]


def _check_bilinear_filter(size):
    if size < 1:
        raise ValueError(f"bilinear_filter: size should be at least 1, got {size}")


@exercise("a6", accepts=_check_bilinear_filter)
def bilinear_filter(size: int) -> Tensor:
    """The filter with which a transposed convolution interpolates linearly in both directions: a small tent.

        w[u, v] = (1 - |u - m| / f) (1 - |v - m| / f),    f = ceil(size / 2),    m = (size - 1) / 2

    It makes maps f times as large, with stride f.

    Args:
        size: rows and columns of the filter.

    Returns:
        w, (size, size) float32.

    Raises:
        ValueError: size is less than 1.

    Source: Long, Shelhamer and Darrell 2015, section 3.3; the "bilinear" filler of Caffe (Jia et al. 2014).
    """
    factor, middle = (size + 1) // 2, (size - 1) / 2
    tent = 1 - (torch.arange(size) - middle).abs() / factor  # (size,)
    return tent[:, None] * tent


def upsample(x: Tensor, filters: Tensor) -> Tensor:
    """The transposed convolution that makes maps exactly f times as large.

        kernel = 2 f - f mod 2,    stride = f,    padding = floor(f / 2)

    Args:
        x: maps, (B, C, H, W).
        filters: (C, F, k, k); their size k says which factor is meant.

    Returns:
        (B, F, f H, f W).

    Raises:
        TypeError, ValueError: as `conv_transpose2d`.
    """
    factor = (filters.shape[-1] + 1) // 2
    return conv_transpose2d(x, filters, stride=factor, padding=factor // 2)


class Upsampling(nn.Module):
    """Makes maps larger by a learned transposed convolution that starts as bilinear interpolation.

    Holds filters (C, C, k, k) and calls `upsample`. In the beginning every channel only has a filter for itself, the
    bilinear one; the other filters are zero, and learn as well.

    Args:
        channels: C, of the maps that come in and go out.
        factor: how many times as large they become.

    Raises:
        ValueError: the factor is less than 1.

    Source: Long, Shelhamer and Darrell 2015, section 4.3, who learn all upsampling but the last; here the last, too.
    """

    def __init__(self, channels: int, factor: int):
        super().__init__()
        if factor < 1:
            raise ValueError(f"Upsampling: factor should be at least 1, got {factor}")
        size = 2 * factor - factor % 2
        self.factor = factor
        self.filters = nn.Parameter(torch.eye(channels)[:, :, None, None] * bilinear_filter(size))

    def forward(self, x: Tensor) -> Tensor:
        """Maps (B, C, H, W) give maps (B, C, factor H, factor W)."""
        return upsample(x, self.filters)

    def extra_repr(self) -> str:
        """What `print(module)` shows in its parentheses."""
        return f"{len(self.filters)}, {self.factor}"


def max_pool_with_places(x: Tensor, size: int = 2) -> tuple[Tensor, Tensor]:
    """`course_lib.convnet.max_pool2d` that also says where in the map each largest value was.

    Args:
        x: maps, (B, C, H, W).
        size: of the windows, which do not overlap; those that stick out count what there is of them.

    Returns:
        The largest values, (B, C, h, w) with h = ceil(H / size), and their places row W + column, of the same shape.

    Raises:
        ValueError: not four dimensions, or a size below 1.

    Source: the switches of Noh, Hong and Han 2015, "Learning Deconvolution Network for Semantic Segmentation",
    section 3.2, after Zeiler and Fergus 2014.
    """
    if x.dim() != 4 or size < 1:
        raise ValueError(
            f"max_pool_with_places: x should be (B, C, H, W) and size at least 1, got {tuple(x.shape)} and {size}"
        )
    H, W = x.shape[2:]
    padded = nn.functional.pad(x, (0, -W % size, 0, -H % size), value=-torch.inf)
    in_windows = [(u, v) for u in range(size) for v in range(size)]
    largest, which = torch.stack([padded[:, :, u::size, v::size] for u, v in in_windows]).max(dim=0)  # (B, C, h, w)
    h, w = largest.shape[2:]
    corners = torch.arange(h, device=x.device)[:, None] * size * W + torch.arange(w, device=x.device) * size
    steps = torch.tensor([u * W + v for u, v in in_windows], device=x.device)  # from the window's corner
    return largest, corners + steps[which]


def max_unpool2d(x: Tensor, places: Tensor, size: tuple[int, int]) -> Tensor:
    """Undo max pooling as far as that goes: every value back to the place it came from, zeros everywhere else.

    Args:
        x: maps, (B, C, h, w).
        places: from `max_pool_with_places`, (B, C, h, w).
        size: (H, W) of the map before pooling.

    Returns:
        (B, C, H, W).

    Raises:
        TypeError, ValueError: the shapes do not fit.

    Source: Noh, Hong and Han 2015, section 3.2.1.
    """
    check_shapes("max_unpool2d", x=(x, "B C h w"), places=(places, "B C h w int"))
    B, C, h, w = x.shape
    H, W = size
    empty = x.new_zeros(B, C, H * W)
    return empty.scatter(2, places.flatten(2), x.flatten(2)).view(B, C, H, W)
