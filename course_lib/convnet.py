"""What convolutional networks compute, written out: filters that slide over pictures, pooling, rectifying."""

import torch
from torch import Tensor, nn


def conv2d(x: Tensor, filters: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
    """Lay each filter over every place of a picture, multiply, and add up.

        y[b, f, i, j] = bias[f] + sum_{c, u, v} filters[f, c, u, v] x[b, c, i stride + u, j stride + v]

    Args:
        x: pictures, (B, C, H, W).
        filters: F of them, (F, C, kH, kW).
        bias: (F,), or None.
        stride: steps between places.
        padding: rows and columns of zeros put around the picture first.

    Returns:
        Feature maps (B, F, H', W') with H' = (H + 2 padding - kH) // stride + 1, and W' likewise.

    Raises:
        ValueError: the shapes do not fit.
    """
    if x.dim() != 4 or filters.dim() != 4 or x.shape[1] != filters.shape[1]:
        raise ValueError(
            "conv2d: x should be (B, C, H, W) and filters (F, C, kH, kW) with the same C, "
            f"got {tuple(x.shape)} and {tuple(filters.shape)}"
        )
    x = nn.functional.pad(x, (padding,) * 4)
    patches = x.unfold(2, filters.shape[2], stride).unfold(3, filters.shape[3], stride)  # (B, C, H', W', kH, kW)
    y = torch.einsum("bcijuv,fcuv->bfij", patches, filters)
    return y if bias is None else y + bias[:, None, None]


def conv3d(x: Tensor, filters: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0) -> Tensor:
    """`conv2d` with time as a third direction: a filter sees a few frames at once, and slides over them, too.

        y[b, f, t, i, j] = bias[f] + sum_{c, s, u, v} filters[f, c, s, u, v] x[b, c, t stride + s, i stride + u, ...]

    Args:
        x: clips, (B, C, T, H, W).
        filters: (F, C, kT, kH, kW).
        bias: (F,), or None.
        stride: steps between places in all three directions.
        padding: zeros put around the clip in all three directions.

    Returns:
        (B, F, T', H', W').

    Raises:
        ValueError: the shapes do not fit.

    Source: Tran et al. 2015, "Learning Spatiotemporal Features with 3D Convolutional Networks".
    """
    if x.dim() != 5 or filters.dim() != 5 or x.shape[1] != filters.shape[1]:
        raise ValueError(
            "conv3d: x should be (B, C, T, H, W) and filters (F, C, kT, kH, kW) with the same C, "
            f"got {tuple(x.shape)} and {tuple(filters.shape)}"
        )
    x = nn.functional.pad(x, (padding,) * 6)
    for direction, size in enumerate(filters.shape[2:], start=2):
        x = x.unfold(direction, size, stride)
    y = torch.einsum("bctijsuv,fcsuv->bftij", x, filters)
    return y if bias is None else y + bias[:, None, None, None]


def max_pool2d(x: Tensor, size: int = 2, stride: int | None = None) -> Tensor:
    """The largest value in each window of a feature map.

    Windows that stick out at the right or at the bottom count what there is of them, as in the lecture, so that 7 rows
    become 4.

    Args:
        x: (B, C, H, W).
        size: of the window.
        stride: steps between windows; the size if None.

    Returns:
        (B, C, H', W') with H' = ceil((H - size) / stride) + 1.
    """
    stride = stride or size
    out = [-(-(side - size) // stride) + 1 for side in x.shape[2:]]
    beyond = [(n - 1) * stride + size - side for n, side in zip(out, x.shape[2:], strict=True)]
    x = nn.functional.pad(x, (0, beyond[1], 0, beyond[0]), value=-torch.inf)
    return x.unfold(2, size, stride).unfold(3, size, stride).amax(dim=(4, 5))


def relu(x: Tensor) -> Tensor:
    """What is negative becomes zero: max(0, x)."""
    return x.clamp(min=0)
