"""What painters are for: judging pictures, painting new ones, and going on with those that are half hidden."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from ..language import sample_symbol
from .model import Painter


def grey_levels(pictures: Tensor, levels: int) -> Tensor:
    """Pictures (B, 1, H, W) of greys 0, 1/(L-1), ..., 1 as numbers 0 to L - 1, (B, H, W) int64.

    Raises:
        ValueError: the shape does not fit, or there is a grey between the levels.
    """
    if pictures.dim() != 4 or pictures.shape[1] != 1:
        raise ValueError(f"grey_levels: pictures should have the shape (B, 1, H, W), got {tuple(pictures.shape)}")
    exact = pictures[:, 0] * (levels - 1)
    numbers = exact.round().clamp(0, levels - 1)
    if (exact - numbers).abs().max() > 0.01:
        raise ValueError(
            f"grey_levels: pictures should hold {levels} levels from 0 to 1 only, in steps of 1/{levels - 1}; "
            f"got greys from {pictures.min():.4g} to {pictures.max():.4g}, some between the levels: round them first"
        )
    return numbers.long()


def pixel_loss(model: Painter, pictures: Tensor) -> Tensor:
    """Mean surprise at a pixel, in nats: -1/(B H W) sum log p(x_i | x_1, ..., x_{i-1}).

    Args:
        model: pictures to logits (B, L, H, W).
        pictures: (B, 1, H, W) in L grey levels from 0 to 1.
    """
    return F.cross_entropy(model(pictures), grey_levels(pictures, model.levels))


@torch.no_grad()
def bits_per_dimension(model: Painter, pictures: Tensor) -> float:
    """Mean surprise at a pixel in bits: how many a perfect code that uses the model needs for each.

    log2(L) is what one needs who knows nothing of pictures.

    Source: van den Oord et al. 2016, "Pixel Recurrent Neural Networks", section 5.
    """
    total = sum(pixel_loss(model, part).item() * len(part) for part in pictures.split(100))  # saves memory
    return total / len(pictures) / math.log(2)


@torch.no_grad()
def fill_in(model: Painter, pictures: Tensor, known: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Paint what is hidden, pixel after pixel, each drawn from what the model expects after all earlier ones.

    A pixel is drawn with an eye on what is above it and to its left, known or painted; known pixels that come later
    stay, but have no say in it. So hide the lower part: then what is painted is a sample of p(hidden | known).

    Args:
        model: a trained painter with L levels.
        pictures: (B, 1, H, W) in L grey levels from 0 to 1; what stands in hidden places does not matter.
        known: (H, W) bool, false where pixels are hidden.
        generator: source of randomness; torch's global one if None.

    Returns:
        The pictures with all pixels, (B, 1, H, W).

    Raises:
        ValueError: `known` does not fit the pictures.
    """
    B, _, H, W = pictures.shape
    if known.shape != (H, W) or known.dtype != torch.bool:
        raise ValueError(f"fill_in: known should be bool of shape {(H, W)}, got {known.dtype} of {tuple(known.shape)}")
    pictures = torch.where(known, pictures, 0.0)
    for i, j in (~known).nonzero().tolist():  # row by row
        logits = model(pictures[:, :, : i + 1])[:, :, i, j]  # (B, L); the rows below have no say
        pictures[:, 0, i, j] = sample_symbol(logits, generator=generator) / (model.levels - 1)
    return pictures


def sample(model: Painter, count: int, height: int, width: int, generator: torch.Generator | None = None) -> Tensor:
    """Paint new pictures: `fill_in` where nothing is known.

    Args:
        model: a trained painter with L levels.
        count: how many pictures, B.
        height, width: H and W; as in the pictures that the painter has learned from.
        generator: source of randomness; torch's global one if None.

    Returns:
        (B, 1, H, W) in L grey levels from 0 to 1.
    """
    paper = next(model.parameters()).new_zeros(count, 1, height, width)
    return fill_in(model, paper, paper.new_zeros(height, width, dtype=torch.bool), generator)
